// Package match ranks labels for a question by what their examples look like.
//
// It is an intent classifier: kernel ridge regression on TF-IDF n-grams, one target a label, with confidence calibrated on its own
// leave-one-out predictions. It knows labels and example texts, and neither entries, cards nor platforms. It also completes titles
// for autocomplete. It must not read files, the clock or the network.
package match

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"faqbot/internal/text"
)

// Example is one text that the matcher learns from.
type Example struct {
	Label, Text string
	// Weight says how much the example counts against others, 1 when it is 0. A large class of small weight keeps its say on what
	// belongs to it without swallowing what looks near.
	Weight float64
}

// Options are what the learnt numbers depend on besides the examples.
type Options struct {
	// Synonyms are groups of equivalents: wherever a later one of a group stands in a text, the first is read.
	Synonyms [][]string
}

// Hit is one label with the calibrated probability that it is the right one.
type Hit struct {
	Label      string
	Confidence float64 // in [0,1]; over all labels they sum to 1
}

// Reason explains a hit: its nearest example, and the n-grams that paid most towards it.
type Reason struct {
	Via   string
	Terms []Term
}

// Term is an n-gram and its part in the similarity to the nearest example.
type Term struct {
	Text   string
	Weight float64
}

// Matcher ranks labels. It is immutable and safe for concurrent use.
type Matcher struct {
	labels   []string
	examples []example
	synonyms *synonyms
	vocab    *vocabulary
	postings [][]posting // by feature id
	duals    []float32   // one row of len(labels) an example
	model    *Model
}

type example struct {
	label    int
	text     string
	weight   float64
	features []feature
}

type posting struct {
	example int32
	weight  float32
}

// ErrStale says that a model was learnt from other examples, options or settings.
var ErrStale = errors.New("the model was learnt from other content")

// New builds a matcher from examples and the model that was learnt from exactly these (ErrStale otherwise). It takes a tenth of a
// second for 4,000 examples; learning takes many.
func New(examples []Example, o Options, model *Model) (*Matcher, error) {
	if model.Hash != Hash(examples, o) {
		return nil, ErrStale
	}
	m := prepare(examples, o)
	if want := len(m.examples) * len(m.labels); len(model.duals) != want {
		return nil, fmt.Errorf("the model has %d coefficients, not %d", len(model.duals), want)
	}
	m.setModel(model)
	m.postings = make([][]posting, len(m.vocab.block))
	for i, e := range m.examples {
		for _, f := range e.features {
			m.postings[f.id] = append(m.postings[f.id], posting{int32(i), f.weight})
		}
	}
	return m, nil
}

// Train learns from the examples and builds the matcher: Learn, then New.
func Train(examples []Example, o Options) (*Matcher, error) {
	model, err := Learn(examples, o, nil)
	if err != nil {
		return nil, err
	}
	return New(examples, o, model)
}

// prepare does everything that needs no learnt numbers.
func prepare(examples []Example, o Options) *Matcher {
	m := &Matcher{synonyms: newSynonyms(o.Synonyms)}
	index := make(map[string]int)
	for _, e := range examples {
		if _, ok := index[e.Label]; !ok {
			index[e.Label] = 0
			m.labels = append(m.labels, e.Label)
		}
	}
	sort.Strings(m.labels)
	for i, l := range m.labels {
		index[l] = i
	}
	sorted := slices.Clone(examples)
	slices.SortStableFunc(sorted, func(a, b Example) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Text, b.Text))
	})
	tokens := make([][]string, len(sorted))
	for i, e := range sorted {
		tokens[i] = m.synonyms.apply(text.Plain(e.Text))
	}
	var grams [][]int32
	m.vocab, grams = newVocabulary(tokens)
	m.examples = make([]example, len(sorted))
	for i, e := range sorted {
		m.examples[i] = example{index[e.Label], e.Text, cmp.Or(e.Weight, 1), m.vocab.weigh(grams[i], [blocks]float64{})}
	}
	return m
}

// Labels returns the labels in alphabetical order.
func (m *Matcher) Labels() []string { return slices.Clone(m.labels) }

// Rank returns the limit most probable labels, best first. A question without a word beyond stop words gets none.
func (m *Matcher) Rank(t text.Tokens, limit int) []Hit {
	tokens := m.synonyms.apply(t.Plain())
	if limit <= 0 || !slices.ContainsFunc(tokens, func(s string) bool { return !isStopWord(s) }) {
		return nil
	}
	similarity := m.similarities(m.vocab.vector(tokens))
	scores := m.scores(similarity)
	hits := m.hits(softmax(scores, m.model.Temperature))
	return hits[:min(limit, len(hits))]
}

// hits pairs labels with their probabilities, best first.
func (m *Matcher) hits(probabilities []float64) []Hit {
	hits := make([]Hit, len(m.labels))
	for i, p := range probabilities {
		hits[i] = Hit{m.labels[i], p}
	}
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].Confidence > hits[j].Confidence })
	return hits
}

// setModel widens the coefficients of a model.
func (m *Matcher) setModel(model *Model) {
	m.model = model
	m.duals = make([]float32, len(model.duals))
	for i, d := range model.duals {
		m.duals[i] = float32(float64(d) * model.step)
	}
}

// similarities returns the kernel between a question and every example.
func (m *Matcher) similarities(question []feature) []float32 {
	out := make([]float32, len(m.examples))
	for _, f := range question {
		for _, p := range m.postings[f.id] {
			out[p.example] += f.weight * p.weight
		}
	}
	return out
}

// scores are the ridge predictions, by label.
func (m *Matcher) scores(similarity []float32) []float64 {
	sums := make([]float32, len(m.labels))
	for i, s := range similarity {
		if s == 0 {
			continue
		}
		row := m.duals[i*len(sums):][:len(sums)]
		for j, d := range row {
			sums[j] += s * d
		}
	}
	out := make([]float64, len(sums))
	for i, s := range sums {
		out[i] = float64(s)
	}
	return out
}

// softmax turns scores into probabilities that sum to 1.
func softmax(scores []float64, temperature float64) []float64 {
	largest := slices.Max(scores)
	out := make([]float64, len(scores))
	sum := 0.0
	for i, s := range scores {
		out[i] = math.Exp((s - largest) / temperature)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// Explain says which example of a label is nearest to the question and which n-grams they share, the weightiest first. ok is false
// for a label that no example has.
func (m *Matcher) Explain(t text.Tokens, label string, terms int) (reason Reason, ok bool) {
	want, ok := slices.BinarySearch(m.labels, label)
	if !ok {
		return Reason{}, false
	}
	question := m.vocab.vector(m.synonyms.apply(t.Plain()))
	best, nearest := -1.0, 0
	for i, e := range m.examples {
		if e.label == want {
			if s := dot(question, e.features); s > best {
				best, nearest = s, i
			}
		}
	}
	reason.Via = m.examples[nearest].text
	names := m.vocab.names()
	for _, f := range top(question, m.examples[nearest].features, terms) {
		reason.Terms = append(reason.Terms, Term{names[f.id], float64(f.weight)})
	}
	return reason, true
}

// Hash identifies what a model is learnt from: the examples, the options and the settings of this package.
func Hash(examples []Example, o Options) string {
	h := sha256.New()
	write := func(s string) {
		_ = binary.Write(h, binary.LittleEndian, uint64(len(s)))
		h.Write([]byte(s))
	}
	write(fmt.Sprint(settings, alpha, share, minChars, maxChars))
	for _, group := range o.Synonyms {
		write(fmt.Sprintf("%q", group))
	}
	sorted := make([]string, len(examples))
	for i, e := range examples {
		sorted[i] = fmt.Sprintf("%s\x00%s\x00%g", e.Label, e.Text, cmp.Or(e.Weight, 1))
	}
	sort.Strings(sorted)
	for _, s := range sorted {
		write(s)
	}
	return hex.EncodeToString(h.Sum(nil))
}
