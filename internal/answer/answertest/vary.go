package answertest

import (
	"math/rand/v2"
	"slices"
	"strings"

	"faqbot/internal/text"
)

// SwapNeighbours swaps two neighbouring words, the same each time and neither of them a negation: that would change what is said.
func SwapNeighbours(s string) string {
	random := rand.New(rand.NewPCG(1, uint64(len(s)))) //nolint:gosec // the same each time
	words := strings.Fields(s)
	var places []int
	for i := range len(words) - 1 {
		if !isNegation(words[i]) && !isNegation(words[i+1]) {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return s
	}
	i := places[random.IntN(len(places))]
	words[i], words[i+1] = words[i+1], words[i]
	return strings.Join(words, " ")
}

func isNegation(word string) bool {
	return slices.ContainsFunc(text.Plain(word), func(w string) bool {
		return slices.Contains([]string{"no", "not", "never", "nobody", "nothing", "none", "without", "isnt", "aint"}, w) || strings.HasSuffix(w, "nt")
	})
}
