package match

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

const (
	// settings changes whenever features or learning change, so that models learnt before are stale.
	settings = "lexical 1"
	// alpha is the ridge penalty of an example of weight 1. On the shipped content 0.1, 0.3, 0.6 and 1.0 differ by less than a
	// point in leave-one-out.
	alpha = 0.6
)

// share is what each feature block gives to the kernel.
var share = [blocks]float64{blockWords: 1, blockChars: 1}

// Model is what is learnt from examples and too slow to learn at every start.
type Model struct {
	Hash        string  // of what it was learnt from
	Temperature float64 // of the softmax that turns scores into probabilities
	duals       []int16 // coefficients in units of step, one row of labels an example
	step        float64
}

// Prediction is what the matcher says of one of its own examples as if it had never seen it.
type Prediction struct {
	Example Example
	Hits    []Hit // best first, all labels
}

// Learn solves kernel ridge regression with one target a label (1 for its examples, else 0) and calibrates confidence on the
// leave-one-out predictions. It takes n³ time: about a second for 1,500 examples on one core, 25 for 5,000. progress, unless nil,
// is told what has been done of what is to do.
func Learn(examples []Example, o Options, progress func(done, total int)) (*Model, error) {
	model, _, err := learn(examples, o, progress)
	return model, err
}

// LeaveOneOut learns like Learn and returns the leave-one-out prediction of every example, in the order of their labels and texts.
func LeaveOneOut(examples []Example, o Options) ([]Prediction, error) {
	_, predictions, err := learn(examples, o, nil)
	return predictions, err
}

func learn(examples []Example, o Options, progress func(done, total int)) (*Model, []Prediction, error) {
	if len(examples) == 0 {
		return nil, nil, errors.New("there are no examples to learn from")
	}
	step := func(done int) {
		if progress != nil {
			progress(done, 4)
		}
	}
	m := prepare(examples, o)
	n := len(m.examples)
	step(0)
	kernel := m.kernel()
	step(1)
	var factor mat.Cholesky
	if !factor.Factorize(kernel) {
		return nil, nil, fmt.Errorf("the kernel of %d examples is not positive definite", n)
	}
	step(2)
	targets := mat.NewDense(n, len(m.labels), nil)
	for i, e := range m.examples {
		targets.Set(i, e.label, 1)
	}
	var duals mat.Dense
	if err := factor.SolveTo(&duals, targets); err != nil {
		return nil, nil, fmt.Errorf("solve for %d examples: %w", n, err)
	}
	step(3)
	diagonal, err := inverseDiagonal(&factor)
	if err != nil {
		return nil, nil, fmt.Errorf("invert the kernel of %d examples: %w", n, err)
	}
	held := leaveOneOut(m, &duals, diagonal)
	model := &Model{Hash: Hash(examples, o), Temperature: calibrate(m, held)}
	model.setDuals(duals.RawMatrix().Data)
	step(4)
	return model, m.predictions(held, model.Temperature), nil
}

// kernel returns the similarities of all pairs of examples, with each one's penalty added on the diagonal.
func (m *Matcher) kernel() *mat.SymDense {
	n := len(m.examples)
	postings := make([][]posting, len(m.vocab.block))
	k := mat.NewSymDense(n, nil)
	row := make([]float64, n)
	for i, e := range m.examples {
		clear(row)
		for _, f := range e.features {
			for _, p := range postings[f.id] {
				row[p.example] += float64(f.weight) * float64(p.weight)
			}
			row[i] += float64(f.weight) * float64(f.weight)
			postings[f.id] = append(postings[f.id], posting{int32(i), f.weight})
		}
		for j := range i {
			k.SetSym(i, j, row[j])
		}
		k.SetSym(i, i, row[i]+alpha/e.weight)
	}
	return k
}

// inverseDiagonal returns the diagonal of the inverse of L Lᵀ: the squared columns of the inverse of L, at two thirds of the cost
// of the whole inverse.
func inverseDiagonal(factor *mat.Cholesky) ([]float64, error) {
	var lower mat.TriDense
	factor.LTo(&lower)
	if err := lower.InverseTri(&lower); err != nil {
		return nil, err //nolint:wrapcheck // the caller says what was inverted
	}
	raw := lower.RawTriangular()
	out := make([]float64, raw.N)
	for i := range raw.N {
		for j, v := range raw.Data[i*raw.Stride:][:i+1] {
			out[j] += v * v
		}
	}
	return out, nil
}

// leaveOneOut returns the scores that each example would get from a model learnt without it: with G the inverse of the kernel with
// its penalties and c the coefficients, the held-out score is y_i - c_i / G_ii (Rasmussen & Williams 2006, section 5.4.2).
func leaveOneOut(m *Matcher, duals *mat.Dense, diagonal []float64) [][]float64 {
	out := make([][]float64, len(m.examples))
	for i, e := range m.examples {
		out[i] = make([]float64, len(m.labels))
		for j := range out[i] {
			out[i][j] = -duals.At(i, j) / diagonal[i]
		}
		out[i][e.label]++
	}
	return out
}

// calibrate returns the temperature with the least weighted cross-entropy of the held-out scores, by golden-section search over its logarithm.
func calibrate(m *Matcher, held [][]float64) float64 {
	loss := func(logT float64) float64 {
		t, sum := math.Exp(logT), 0.0
		for i, scores := range held {
			sum -= m.examples[i].weight * math.Log(softmax(scores, t)[m.examples[i].label]+1e-12)
		}
		return sum
	}
	const ratio = 0.6180339887498949
	low, high := math.Log(0.005), math.Log(5.0)
	for high-low > 1e-3 {
		a, b := high-ratio*(high-low), low+ratio*(high-low)
		if loss(a) < loss(b) {
			high = b
		} else {
			low = a
		}
	}
	// Four decimals, so that the last bits of a processor do not make another model.
	return math.Round(math.Exp((low+high)/2)*1e4) / 1e4
}

func (m *Matcher) predictions(held [][]float64, temperature float64) []Prediction {
	out := make([]Prediction, len(held))
	for i, scores := range held {
		e := m.examples[i]
		out[i] = Prediction{Example{m.labels[e.label], e.text, e.weight}, m.hits(softmax(scores, temperature))}
	}
	return out
}

// setDuals rounds coefficients to 16 bits: the file is a quarter the size, and the last bits of a solve, which differ between
// processors, are gone.
func (m *Model) setDuals(coefficients []float64) {
	largest := 0.0
	for _, c := range coefficients {
		largest = max(largest, math.Abs(c))
	}
	// A step of four decimal digits, so that it is itself the same on every processor.
	m.step = math.Ceil(largest*1000/math.MaxInt16*1e4) / 1e7
	if m.step == 0 {
		m.step = 1
	}
	m.duals = make([]int16, len(coefficients))
	for i, c := range coefficients {
		m.duals[i] = int16(math.Round(c / m.step))
	}
}
