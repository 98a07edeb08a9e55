package match

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"faqbot/internal/encoder"
	"faqbot/internal/lexicon"
)

// Model is what is learnt from examples and too slow to learn at every start.
type Model struct {
	Hash string // of what it was learnt from
	// Embedding is the weight of the sentence embedding against 1 for each block of n-grams; 0 without an encoder.
	Embedding float64
	// Penalty is the ridge penalty of an example of weight 1.
	Penalty float64
	// Ridge and Nearest weigh the two kinds of evidence in the logit of a label.
	Ridge, Nearest float64

	blocks     []block // one a label; nil where the model is primal
	step       float64 // unit of the coefficients
	primal     *primal // nil where the model has blocks
	lexicon    *lexicon.Lexicon
	embeddings *embeddings // nil without an encoder
}

// block is what is learnt for one label.
type block struct {
	members      []int32 // examples, ascending
	coefficients []int16 // one a member, in units of step
}

// setCoefficients rounds coefficients to 16 bits: the file is a quarter the size, and the last bits of a solution, which differ
// between processors, are gone.
func (m *Model) setCoefficients(solved []solution) {
	largest := 0.0
	for _, s := range solved {
		for _, c := range s.coefficients {
			largest = max(largest, math.Abs(c))
		}
	}
	m.step = stepFor(largest, math.MaxInt16)
	m.blocks = make([]block, len(solved))
	for label, s := range solved {
		b := block{members: s.members, coefficients: make([]int16, len(s.coefficients))}
		for i, c := range s.coefficients {
			b.coefficients[i] = int16(math.Round(c / m.step))
		}
		m.blocks[label] = b
	}
}

// stepFor is the unit in which the largest number is no more than most. It has four decimal digits, so that it is itself the same on
// every processor.
func stepFor(largest float64, most int) float64 {
	if step := math.Ceil(largest*1000/float64(most)*1e4) / 1e7; step > 0 {
		return step
	}
	return 1
}

const (
	// modelMagic opens a model file; its last digit is the version of the layout.
	modelMagic = "faqmodl5"
	// hashDigits is the length of a hash in a model file.
	hashDigits = 64
)

// head is the fixed part of a model file after magic and hash.
type head struct {
	Embedding, Penalty, Ridge, Nearest, Step float64
	Labels, Embeddings                       uint32
	Primal                                   uint32 // n-grams; 0 where labels have blocks
	Lexicon                                  uint32 // its bytes
}

// MarshalBinary writes the model, little endian: magic, hash, head; for each label the number of its members, the members and their
// coefficients, or the weights of a primal model; the lexicon; the embeddings' mean, and the embeddings.
func (m *Model) MarshalBinary() ([]byte, error) {
	if len(m.Hash) != hashDigits {
		return nil, errors.New("the model has no hash")
	}
	words, err := m.lexicon.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("write model: %w", err)
	}
	h := head{
		Embedding: m.Embedding, Penalty: m.Penalty, Ridge: m.Ridge, Nearest: m.Nearest, Step: m.step, Labels: uint32(len(m.blocks)), Lexicon: uint32(len(words)),
	}
	parts := []any{[]byte(modelMagic), []byte(m.Hash), &h}
	for _, b := range m.blocks {
		parts = append(parts, uint32(len(b.members)), b.members, b.coefficients)
	}
	if p := m.primal; p != nil {
		h.Labels, h.Step, h.Primal = uint32(p.labels), p.step, uint32(len(p.words)/p.labels)
		parts = append(parts, p.words, p.sentences)
	}
	parts = append(parts, words)
	if e := m.embeddings; e != nil {
		h.Embeddings = uint32(len(e.rows) / encoder.Dim)
		parts = append(parts, e.mean, e.rows)
	}
	var out bytes.Buffer
	for _, part := range parts {
		if err := binary.Write(&out, binary.LittleEndian, part); err != nil {
			return nil, fmt.Errorf("write model: %w", err)
		}
	}
	return out.Bytes(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (m *Model) UnmarshalBinary(raw []byte) error {
	const first = len(modelMagic) + hashDigits
	if len(raw) < first || string(raw[:len(modelMagic)]) != modelMagic {
		return errors.New("this is no model file of this version")
	}
	r := &reader{bytes.NewReader(raw[first:]), nil}
	var h head
	r.read(&h)
	out := Model{Hash: string(raw[len(modelMagic):first]), Embedding: h.Embedding, Penalty: h.Penalty, Ridge: h.Ridge, Nearest: h.Nearest, step: h.Step}
	if r.err == nil && !h.possible() {
		return errors.New("the model file has impossible settings")
	}
	if h.Primal > 0 {
		out.primal = r.primal(h)
	} else {
		out.blocks = r.blocks(h.Labels)
	}
	out.lexicon = r.lexicon(h.Lexicon)
	if h.Embeddings > 0 {
		out.embeddings = &embeddings{mean: make([]float32, encoder.Dim), rows: make([]int8, r.count(h.Embeddings, encoder.Dim)*encoder.Dim)}
		r.read(out.embeddings.mean)
		r.read(out.embeddings.rows)
	}
	if r.err != nil {
		return fmt.Errorf("the model file is cut short or broken: %w", r.err)
	}
	if r.rest.Len() > 0 {
		return fmt.Errorf("the model file has %d bytes too many", r.rest.Len())
	}
	*m = out
	return nil
}

func (h head) possible() bool {
	for _, x := range []float64{h.Embedding, h.Penalty, h.Ridge, h.Nearest, h.Step} {
		if !(x >= 0) || math.IsInf(x, 0) {
			return false
		}
	}
	return h.Step > 0
}

// fits reports whether a model can belong to so many labels and examples, which a file of the right hash alone does not promise.
func (m *Model) fits(isPrimal bool, labels, examples int) error {
	if (m.primal != nil) != isPrimal {
		return errors.New("the model is of the wrong form")
	}
	has := len(m.blocks)
	if p := m.primal; p != nil {
		has = p.labels
		if n := m.lexicon.Len(); len(p.words) != n*labels {
			return fmt.Errorf("the model weighs %d n-grams, not %d", len(p.words)/max(labels, 1), n)
		}
	}
	if has != labels {
		return fmt.Errorf("the model has %d labels, not %d", has, labels)
	}
	if e := m.embeddings; e != nil && len(e.rows) != examples*encoder.Dim {
		return fmt.Errorf("the model has %d embeddings, not %d", len(e.rows)/encoder.Dim, examples)
	}
	for _, b := range m.blocks {
		for _, i := range b.members {
			if i < 0 || int(i) >= examples {
				return fmt.Errorf("the model has an example %d of %d", i, examples)
			}
		}
	}
	if err := m.lexicon.Fits(examples); err != nil {
		return fmt.Errorf("lexicon: %w", err)
	}
	return nil
}

// reader reads parts of a file and keeps the first error.
type reader struct {
	rest *bytes.Reader
	err  error
}

func (r *reader) read(into any) {
	if r.err == nil {
		r.err = binary.Read(r.rest, binary.LittleEndian, into)
	}
}

// blocks reads those of so many labels.
func (r *reader) blocks(labels uint32) []block {
	var out []block
	for range labels {
		if r.err != nil {
			break
		}
		var n uint32
		r.read(&n)
		b := block{members: make([]int32, r.count(n, 6)), coefficients: make([]int16, r.count(n, 6))}
		r.read(b.members)
		r.read(b.coefficients)
		out = append(out, b)
	}
	return out
}

// primal reads the weights of features.
func (r *reader) primal(h head) *primal {
	labels := r.count(h.Labels, 1)
	out := &primal{labels: labels, step: h.Step, words: make([]int8, r.count(h.Primal, labels)*labels)}
	r.read(out.words)
	if h.Embeddings > 0 {
		out.sentences = make([]float32, r.count(encoder.Dim, labels*4)*labels)
		r.read(out.sentences)
	}
	return out
}

// lexicon reads one of so many bytes.
func (r *reader) lexicon(size uint32) *lexicon.Lexicon {
	raw := make([]byte, r.count(size, 1))
	r.read(raw)
	l := new(lexicon.Lexicon)
	if r.err == nil {
		r.err = l.UnmarshalBinary(raw)
	}
	return l
}

// count checks that n items of some bytes each can still follow, so that a broken number makes no huge allocation.
func (r *reader) count(n uint32, bytesEach int) int {
	if r.err == nil && int(n) > r.rest.Len()/max(bytesEach, 1) {
		r.err = io.ErrUnexpectedEOF
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}
