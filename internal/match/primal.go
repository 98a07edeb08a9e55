package match

import (
	"math"

	"faqbot/internal/encoder"
	"faqbot/internal/lexicon"
)

// primal is the ridge solution by features: of each label the weight of every n-gram and of every part of an embedding. It scores as the
// examples' coefficients c and features φ do, for the kernel is an inner product: Σ c·φ(x)·φ(q) = (Σ c·φ(x))·φ(q).
type primal struct {
	labels    int
	step      float64   // unit of the words; that of the sentences is sentenceStep
	words     []int8    // a weight a label for each n-gram, in the order of their ids
	sentences []float32 // a weight a label for each part of an embedding, with that of the embedding itself in it; nil without
}

// sentenceStep is to what the weights of sentences are rounded, so that the last bits of a solution, which differ between processors, are
// gone.
const sentenceStep = 1e-4

// newPrimal sums up solutions. Of n-grams eight bits are enough: on 4,000 messages no score of the guard's moves by 0.01.
func (m *Matcher) newPrimal(solved []solution) *primal {
	n := len(m.labels)
	words := make([]float64, m.vocab.Len()*n)
	var sentences []float64
	if m.model.embeddings != nil {
		sentences = make([]float64, encoder.Dim*n)
	}
	for label, s := range solved {
		for k, i := range s.members {
			m.addExample(int(i), s.coefficients[k], label, words, sentences)
		}
	}
	largest := 0.0
	for _, w := range words {
		largest = max(largest, math.Abs(w))
	}
	out := &primal{labels: n, step: stepFor(largest, math.MaxInt8), words: make([]int8, len(words))}
	for k, w := range words {
		out.words[k] = int8(math.Round(w / out.step))
	}
	for _, w := range sentences {
		out.sentences = append(out.sentences, float32(math.Round(w/sentenceStep)*sentenceStep))
	}
	return out
}

// addExample adds an example's features, times its coefficient for a label, to the label's weights. Those of sentences may be nil.
func (m *Matcher) addExample(i int, coefficient float64, label int, words, sentences []float64) {
	n := len(m.labels)
	for _, f := range m.examples[i].features {
		words[int(f.ID)*n+label] += coefficient * float64(f.Weight)
	}
	if sentences == nil {
		return
	}
	coefficient *= m.model.Embedding * m.model.Embedding
	for j, x := range m.model.embeddings.vectors(i) {
		sentences[j*n+label] += coefficient * float64(x)
	}
}

// scores returns the ridge score of every label. The embedding may be nil.
func (p *primal) scores(features []lexicon.Feature, centred []float32) []float64 {
	sums := make([]float32, p.labels)
	step := float32(p.step)
	for _, f := range features {
		w := f.Weight * step
		for label, x := range p.words[int(f.ID)*p.labels:][:p.labels] {
			sums[label] += w * float32(x)
		}
	}
	for j, x := range centred {
		for label, w := range p.sentences[j*p.labels:][:p.labels] {
			sums[label] += x * w
		}
	}
	out := make([]float64, p.labels)
	for label, s := range sums {
		out[label] = float64(s)
	}
	return out
}
