// Package match ranks labels for a question by what their examples look like.
//
// It is an intent classifier on TF-IDF n-grams and, with an encoder, sentence embeddings. Two kinds of evidence speak for a label:
// kernel ridge regression of its own examples against their nearest rivals, and how near its nearest examples are. Both are weighed,
// and so made into calibrated probabilities, on leave-one-out predictions. The package knows labels and example texts, and neither
// entries, cards nor platforms. It must not read files, the clock or the network.
package match

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"

	"faqbot/internal/calibrate"
	"faqbot/internal/encoder"
	"faqbot/internal/lexicon"
	"faqbot/internal/parallel"
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
	// Encoder adds what sentences mean to the words that they have; nil goes by words alone.
	Encoder *encoder.Encoder
	// Rivals is from how many examples of others a label is told at most, 1,000 when it is 0. More take longer to learn, by their cube,
	// and are worth it where few large labels stand close together.
	Rivals int
	// Primal keeps for each label the weight of every n-gram, in place of a coefficient for every example it is told from: for few labels
	// with many examples, which then take hardly longer to ask than few. What is near goes by words and sentences there, and not by the
	// n-grams inside words, which nearly all examples share.
	Primal bool
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
	labels       []string
	examples     []example // sorted by label
	first        []int     // index of each label's first example, and one more
	synonyms     *lexicon.Synonyms
	vocab        *lexicon.Vocabulary
	near         [][]lexicon.Posting // by feature id: what makes an example near
	postings     [][]lexicon.Posting // by feature id, of all features; for learning
	model        *Model
	isPrimal     bool
	mostRivals   int
	postingsPool sync.Pool // of *[][]lexicon.Posting, all empty; for learning
	pairs        *pairs    // for learning from few examples; nil where there are too many
	// What is derived from the model.
	coefficients [][]float32     // by label, for the members of its block; nil where the model is primal
	matrix       *encoder.Matrix // of the embeddings; nil without
}

type example struct {
	label    int
	text     string
	weight   float64
	features []lexicon.Feature // only while learning
}

// ErrStale says that a model was learnt from other examples, options or settings.
var ErrStale = errors.New("the model was learnt from other content")

// New builds a matcher from examples and the model that was learnt from exactly these (ErrStale otherwise). It takes a fifth of a
// second for 6,000 examples; learning takes many.
func New(examples []Example, o Options, model *Model) (*Matcher, error) {
	if model.Hash != Hash(examples, o) {
		return nil, ErrStale
	}
	m, _ := arrange(examples, o)
	if err := model.fits(o.Primal, len(m.labels), len(m.examples)); err != nil {
		return nil, err
	}
	m.model = model
	if model.embeddings != nil {
		m.embed(model.embeddings)
	}
	m.vocab = model.lexicon.Vocabulary()
	m.near = model.lexicon.Postings(m.vocab)
	m.widen()
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

// arrange brings labels and examples into their order, which is the same for the same examples in any. The examples have no features.
func arrange(examples []Example, o Options) (m *Matcher, sorted []Example) {
	m = &Matcher{synonyms: lexicon.NewSynonyms(o.Synonyms), model: &Model{}, isPrimal: o.Primal, mostRivals: cmp.Or(o.Rivals, mostRivals)}
	sorted = slices.Clone(examples)
	slices.SortStableFunc(sorted, func(a, b Example) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Text, b.Text))
	})
	for i, e := range sorted {
		if i == 0 || e.Label != sorted[i-1].Label {
			m.labels = append(m.labels, e.Label)
			m.first = append(m.first, i)
		}
		m.examples = append(m.examples, example{label: len(m.labels) - 1, text: e.Text, weight: cmp.Or(e.Weight, 1)})
	}
	m.first = append(m.first, len(sorted))
	return m, sorted
}

// prepare arranges the examples and finds their features, for learning.
func prepare(examples []Example, o Options) *Matcher {
	m, sorted := arrange(examples, o)
	tokens := make([][]string, len(sorted))
	parallel.Each(len(sorted), func(i int) { tokens[i] = m.synonyms.Apply(lexicon.Core(text.Plain(sorted[i].Text))) })
	vocab, counts := lexicon.Learn(tokens)
	m.vocab = vocab
	parallel.Each(len(sorted), func(i int) { m.examples[i].features = vocab.Vector(counts[i]) })
	m.model.lexicon = lexicon.New(vocab, counts)
	m.postings = m.model.lexicon.Postings(vocab)
	m.nearByPostings()
	if m.isPrimal {
		m.model.lexicon = m.model.lexicon.Words()
	}
	return m
}

// nearByPostings makes what makes an example near of the postings of all features.
func (m *Matcher) nearByPostings() {
	m.near = m.postings
	if m.isPrimal {
		m.near = m.vocab.WordsOf(m.postings)
	}
}

// embed gives the examples their embeddings.
func (m *Matcher) embed(e *embeddings) {
	m.model.embeddings, m.matrix = e, encoder.NewMatrix(e.rows)
}

// widen makes numbers of the model's rounded coefficients.
func (m *Matcher) widen() {
	if m.isPrimal {
		return
	}
	m.coefficients = make([][]float32, len(m.labels))
	for label, b := range m.model.blocks {
		m.coefficients[label] = make([]float32, len(b.coefficients))
		for i, c := range b.coefficients {
			m.coefficients[label][i] = float32(float64(c) * m.model.step)
		}
	}
}

// Labels returns the labels in alphabetical order.
func (m *Matcher) Labels() []string { return slices.Clone(m.labels) }

// Meaning finds the embedding of a question's Sentence, while another processor looks up its words. A nil Meaning goes by words alone.
type Meaning func() encoder.Embedding

// Rank returns the limit most probable labels, best first. A question without a word beyond stop words gets none.
func (m *Matcher) Rank(t text.Tokens, meaning Meaning, limit int) []Hit {
	tokens := m.synonyms.Apply(lexicon.Core(t.Plain()))
	if limit <= 0 || !slices.ContainsFunc(tokens, func(s string) bool { return !lexicon.IsStopWord(s) }) {
		return nil
	}
	hits := m.hits(m.probabilities(m.weighEvidence(m.question(tokens, meaning), -1)))
	return hits[:min(limit, len(hits))]
}

// question is a text in the form that evidence is weighed for.
type question struct {
	features []lexicon.Feature
	centred  []float32 // its embedding; nil by words alone
	near     []float32 // how near every example is
}

// question reads a question.
func (m *Matcher) question(tokens []string, meaning Meaning) question {
	words := sync.OnceValue(func() question {
		features := m.vocab.Vector(lexicon.Count(tokens))
		return question{features: features, near: m.shared(features, m.near)}
	})
	if meaning == nil || m.model.embeddings == nil {
		return words()
	}
	go func() {
		defer func() { _ = recover() }() // it comes out below
		words()
	}()
	centred := m.model.embeddings.centre(meaning())
	q := words()
	q.centred = centred
	m.addCosines(q.near, centred)
	return q
}

// example reads an example as if it were a question.
func (m *Matcher) example(i int) question {
	q := question{features: m.examples[i].features}
	if m.model.embeddings != nil {
		q.centred = m.model.embeddings.vectors(i)
	}
	if !m.isPrimal {
		q.near = m.toExample(i)
		return q
	}
	q.near = m.shared(q.features, m.near)
	if q.centred != nil {
		m.addCosines(q.near, q.centred)
	}
	return q
}

// probabilities weighs the evidence for every label.
func (m *Matcher) probabilities(e calibrate.Evidence) []float64 {
	return e.Softmax(m.model.Ridge, m.model.Nearest)
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

// similarities returns the kernel between a text and every example: the inner product of their n-grams and, weighted, of their
// centred embeddings; centred may be nil.
func (m *Matcher) similarities(features []lexicon.Feature, centred []float32) []float32 {
	out := m.shared(features, m.postings)
	if centred != nil {
		m.addCosines(out, centred)
	}
	return out
}

// shared returns the inner product of the n-grams of a text with those of every example, as far as they are among the postings.
func (m *Matcher) shared(features []lexicon.Feature, postings [][]lexicon.Posting) []float32 {
	out := make([]float32, len(m.examples))
	for _, f := range features {
		for _, p := range postings[f.ID] {
			out[p.Example] += f.Weight * p.Weight
		}
	}
	return out
}

// addCosines adds the weighted inner products of a centred embedding with those of every example.
func (m *Matcher) addCosines(to, centred []float32) {
	m.matrix.AddProducts(to, float32(m.model.Embedding*m.model.Embedding), centred)
}

// nearest is how many of a label's examples speak for it by being near: the mean of three is steadier than the best.
const nearest = 3

// weighEvidence weighs what speaks for each label. The example skip counts as not there; none is -1.
func (m *Matcher) weighEvidence(q question, skip int) calibrate.Evidence {
	e := calibrate.Evidence{Nearest: make([]float64, len(m.labels))}
	blocks := float64(lexicon.Blocks)
	if m.isPrimal {
		e.Ridge, blocks = m.model.primal.scores(q.features, q.centred), 1 // what is near goes by words alone
	} else {
		e.Ridge = m.dualScores(q.near)
	}
	scale := 1 / (blocks + m.model.Embedding*m.model.Embedding) // an example is as near to itself as 1 then
	for label := range m.labels {
		e.Nearest[label] = scale * meanOfBest(q.near, m.first[label], m.first[label+1], skip)
	}
	return e
}

// dualScores returns the ridge scores from the similarities to all examples.
func (m *Matcher) dualScores(similarity []float32) []float64 {
	out := make([]float64, len(m.labels))
	for label, coefficients := range m.coefficients {
		sum := float32(0)
		for k, i := range m.model.blocks[label].members {
			sum += similarity[i] * coefficients[k]
		}
		out[label] = float64(sum)
	}
	return out
}

// meanOfBest returns the mean of the largest similarities in a range, of fewer than three where there are fewer.
func meanOfBest(similarity []float32, from, to, skip int) float64 {
	var best [nearest]float32 // descending
	n := 0
	for i := from; i < to; i++ {
		s := similarity[i]
		if i == skip || n == nearest && s <= best[nearest-1] {
			continue
		}
		n = min(n+1, nearest)
		k := n - 1
		for ; k > 0 && best[k-1] < s; k-- {
			best[k] = best[k-1]
		}
		best[k] = s
	}
	if n == 0 {
		return 0
	}
	sum := float32(0)
	for _, s := range best[:n] {
		sum += s
	}
	return float64(sum) / float64(n)
}

// Explain says which example of a label is nearest to the question and which n-grams they share, the weightiest first. ok is false
// for a label that no example has.
func (m *Matcher) Explain(t text.Tokens, meaning Meaning, label string, terms int) (reason Reason, ok bool) {
	want, ok := slices.BinarySearch(m.labels, label)
	if !ok {
		return Reason{}, false
	}
	tokens := m.synonyms.Apply(lexicon.Core(t.Plain()))
	q := m.question(tokens, meaning)
	best := m.first[want]
	for i := best; i < m.first[want+1]; i++ {
		if q.near[i] > q.near[best] {
			best = i
		}
	}
	reason.Via = m.examples[best].text
	texts := m.vocab.Texts(tokens)
	for _, f := range q.features {
		at, ok := slices.BinarySearchFunc(m.near[f.ID], int32(best), func(p lexicon.Posting, i int32) int { return cmp.Compare(p.Example, i) })
		if ok {
			reason.Terms = append(reason.Terms, Term{texts[f.ID], float64(f.Weight * m.near[f.ID][at].Weight)})
		}
	}
	slices.SortStableFunc(reason.Terms, func(a, b Term) int { return cmp.Compare(b.Weight, a.Weight) })
	reason.Terms = reason.Terms[:min(terms, len(reason.Terms))]
	return reason, true
}

// Hash identifies what a model is learnt from: the examples, the options and the settings of this package.
func Hash(examples []Example, o Options) string {
	h := sha256.New()
	write := func(s string) {
		_ = binary.Write(h, binary.LittleEndian, uint64(len(s)))
		h.Write([]byte(s))
	}
	write(fmt.Sprint(settings, rivals, leastRivals, cmp.Or(o.Rivals, mostRivals), o.Primal, lexicon.Settings))
	if o.Encoder != nil {
		write(encoder.Hash())
	}
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
