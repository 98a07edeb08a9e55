package lexicon

import (
	"strings"

	"faqbot/internal/text"
)

// Synonyms replaces variants of a word or phrase by one canonical form.
type Synonyms struct {
	canonical map[string][]string // variant, tokens joined by blanks -> tokens
	opens     map[string]int      // first token of a variant -> tokens of the longest that it opens
}

// NewSynonyms reads groups of equivalents: the first of each stands for all.
func NewSynonyms(groups [][]string) *Synonyms {
	s := &Synonyms{canonical: make(map[string][]string), opens: make(map[string]int)}
	for _, group := range groups {
		for i, variant := range group {
			tokens := text.Plain(variant)
			if i == 0 || len(tokens) == 0 {
				continue
			}
			s.canonical[strings.Join(tokens, " ")] = text.Plain(group[0])
			s.opens[tokens[0]] = max(s.opens[tokens[0]], len(tokens))
		}
	}
	return s
}

// Apply returns the tokens with every variant replaced, the longest first, in one pass from the left.
func (s *Synonyms) Apply(tokens []string) []string {
	if len(s.opens) == 0 {
		return tokens
	}
	out := make([]string, 0, len(tokens)+4)
	for i := 0; i < len(tokens); {
		n := min(s.opens[tokens[i]], len(tokens)-i)
		for ; n > 0; n-- {
			if c, ok := s.canonical[strings.Join(tokens[i:i+n], " ")]; ok {
				out = append(out, c...)
				break
			}
		}
		if n == 0 {
			out = append(out, tokens[i])
			n = 1
		}
		i += n
	}
	return out
}
