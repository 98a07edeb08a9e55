package match

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"faqbot/internal/encoder"
	"faqbot/internal/text"
)

// generated is a matcher of the size of some content, with random texts, vectors and coefficients: what a question costs does not depend
// on what they say.
func generated(entries, phrasings int) *Matcher {
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		return fmt.Sprintf("%c%c%c%d", 'a'+random.IntN(6), 'a'+random.IntN(6), 'a'+random.IntN(6), random.IntN(4))
	}
	var examples []Example
	for e := range entries {
		for range phrasings {
			line := ""
			for range 8 {
				line += word() + " "
			}
			examples = append(examples, Example{Label: fmt.Sprintf("faq/%d", e), Text: line})
		}
	}
	m := prepare(examples, Options{})
	e := &embeddings{mean: make([]float32, encoder.Dim), rows: make([]int8, len(examples)*encoder.Dim)}
	for i := range e.rows {
		e.rows[i] = int8(random.IntN(255) - 127)
	}
	m.embed(e)
	m.model.Embedding, m.model.Ridge, m.model.Nearest = 1.5, 5, 20
	solved := make([]solution, len(m.labels))
	for label := range solved {
		for len(solved[label].members) < min(max(rivals*phrasings, leastRivals), mostRivals, len(examples)/2)+phrasings {
			solved[label].members = append(solved[label].members, int32(random.IntN(len(examples))))
			solved[label].coefficients = append(solved[label].coefficients, random.Float64()-0.5)
		}
		slices.Sort(solved[label].members)
	}
	m.model.setCoefficients(solved)
	m.widen()
	return m
}

// BenchmarkScale measures ranking one question against contents of several sizes; the first is about that of the shipped one.
func BenchmarkScale(b *testing.B) {
	question := text.Normalize(text.New("abc1 bcd2 cde3 def0 since i stopped it"))
	vector := make(encoder.Embedding, encoder.Dim)
	for i := range vector {
		vector[i] = 0.05
	}
	meaning := func() encoder.Embedding { return vector }
	for _, size := range [][2]int{{47, 227}, {500, 20}, {5000, 4}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			m := generated(size[0], size[1])
			b.ReportAllocs()
			for b.Loop() {
				m.Rank(question, meaning, 3)
			}
		})
	}
}

// TestClosest compares the selection with sorting.
func TestClosest(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for count := range 40 {
		near := make([]float32, 60)
		var examples []int32
		for i := range near {
			near[i] = float32(random.IntN(8)) // many ties
			if i%3 != 0 {
				examples = append(examples, int32(i))
			}
		}
		want := slices.Clone(examples)
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(near[b], near[a]) })
		want = want[:count+1]
		slices.Sort(want)
		if got := closest(examples, near, count+1); !slices.Equal(got, want) {
			t.Fatalf("%d closest: %v, want %v", count+1, got, want)
		}
	}
}

// TestGenerated: such a matcher ranks, so that the benchmark measures something.
func TestGenerated(t *testing.T) {
	t.Parallel()
	m := generated(20, 5)
	hits := m.Rank(text.Normalize(text.New("abc1 bcd2")), func() encoder.Embedding { return make(encoder.Embedding, encoder.Dim) }, 3)
	if len(hits) != 3 || hits[0].Confidence < hits[2].Confidence {
		t.Errorf("hits %v", hits)
	}
}
