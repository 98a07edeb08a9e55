package calibrate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// noisy are held-out examples of three labels, whose ridge score speaks for their own label more often than not. What is near speaks for it
// times the sign.
func noisy(sign float64) HeldOut {
	r := rand.New(rand.NewPCG(1, 2))
	var h HeldOut
	for i := range 300 {
		e := Evidence{Ridge: make([]float64, 3), Nearest: make([]float64, 3)}
		for label := range e.Ridge {
			e.Ridge[label], e.Nearest[label] = r.NormFloat64(), r.NormFloat64()
		}
		label := i % 3
		e.Ridge[label]++
		e.Nearest[label] += sign
		h.Evidence, h.Weights, h.Labels = append(h.Evidence, e), append(h.Weights, 1), append(h.Labels, label)
	}
	return h
}

// TestWeigh: no other weights near those that are found lose less.
func TestWeigh(t *testing.T) {
	t.Parallel()
	h := noisy(0.5)
	ridge, nearest := h.Weigh()
	if !(ridge > nearest && nearest > 0.1) {
		t.Errorf("weights %g and %g; both kinds speak for the right label, ridge more", ridge, nearest)
	}
	least := h.Loss(ridge, nearest)
	for _, by := range [][2]float64{{0.05, 0}, {-0.05, 0}, {0, 0.05}, {0, -0.05}} {
		if other := h.Loss(ridge+by[0], nearest+by[1]); other < least {
			t.Errorf("%g at the weights, %g beside them", least, other)
		}
	}
}

// TestWeighAgainst: evidence that speaks against the right label counts nothing.
func TestWeighAgainst(t *testing.T) {
	t.Parallel()
	h := noisy(-0.5)
	if ridge, nearest := h.Weigh(); !(ridge > 0) || nearest != 0 {
		t.Errorf("weights %g and %g", ridge, nearest)
	}
}

func TestSoftmax(t *testing.T) {
	t.Parallel()
	got := Evidence{Ridge: []float64{1000, 0, 999}, Nearest: []float64{0, 0, 1}}.Softmax(1, 1)
	if math.Abs(got[0]-0.5) > 1e-9 || got[1] != 0 || math.Abs(got[0]+got[1]+got[2]-1) > 1e-9 {
		t.Errorf("%v", got)
	}
}
