package match

import (
	"math"
	"testing"

	"faqbot/internal/lexicon"
)

// TestPrimalScores: by features a solution scores as it does by examples, to the rounding of the weights.
func TestPrimalScores(t *testing.T) {
	t.Parallel()
	var examples []Example
	for label, texts := range map[string][]string{
		"sleep": {"i cant sleep", "awake all night", "no sleep since monday"}, "dreams": {"bad dreams every night", "nightmares again and again", "scary dreams"},
		"money": {"withdraw cash", "my card is blocked", "price of a ticket"},
	} {
		for _, s := range texts {
			examples = append(examples, Example{Label: label, Text: s})
		}
	}
	m := prepare(examples, Options{})
	m.model.Penalty = 0.6
	solved, err := m.solve(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.keep(solved)
	p := m.newPrimal(solved)
	for _, words := range [][]string{{"awake", "every", "night"}, {"blocked"}, {"unheard"}} {
		features := m.vocab.Vector(lexicon.Count(words))
		dual := m.dualScores(m.shared(features, m.postings))
		for label, score := range p.scores(features, nil) {
			if math.Abs(score-dual[label]) > 0.02 {
				t.Errorf("%q, %s: %.3f by features, %.3f by examples", words, m.labels[label], score, dual[label])
			}
		}
	}
}
