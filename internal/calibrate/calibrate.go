// Package calibrate turns what speaks for labels into probabilities, by weighing two kinds of evidence on examples that were held out.
//
// It knows figures by label alone; it must not know words, examples or what a label stands for.
package calibrate

import (
	"math"

	"faqbot/internal/parallel"
)

// Evidence is what speaks for each label before it is weighed: the ridge score, and how near its nearest examples are.
type Evidence struct {
	Ridge, Nearest []float64 // by label
}

// HeldOut is the evidence on examples as if they had not been learnt from, with what each counts and its label.
type HeldOut struct {
	Evidence []Evidence
	Weights  []float64
	Labels   []int
}

// shrink keeps the weights of evidence finite where every example is told right.
const shrink = 1e-4

// Weigh returns the weights of the two kinds of evidence that make the held-out examples most probable under the softmax of their
// sum. The loss is convex: Newton's method finds its only minimum. Evidence that would count against a label counts nothing.
func (h *HeldOut) Weigh() (ridge, nearest float64) {
	ridge, nearest = h.newton(true, true)
	switch {
	case nearest < 0:
		ridge, _ = h.newton(true, false)
		nearest = 0
	case ridge < 0:
		_, nearest = h.newton(false, true)
		ridge = 0
	}
	// Three decimals, so that the last bits of a processor do not make another model.
	return math.Round(ridge*1e3) / 1e3, math.Round(nearest*1e3) / 1e3
}

// newton minimises the loss over those weights that are free; the others stay 0.
func (h *HeldOut) newton(freeRidge, freeNearest bool) (ridge, nearest float64) {
	const steps = 60
	free := [2]bool{freeRidge, freeNearest}
	x := [2]float64{}
	at := h.measure(x)
	for range steps {
		g, hess := at.gradient, at.hessian
		for k := range free {
			if !free[k] {
				g[k], hess[0][1], hess[1][0], hess[k][k] = 0, 0, 0, 1
			}
		}
		det := hess[0][0]*hess[1][1] - hess[0][1]*hess[1][0]
		step := [2]float64{(hess[1][1]*g[0] - hess[0][1]*g[1]) / det, (hess[0][0]*g[1] - hess[1][0]*g[0]) / det}
		next, nextAt := x, at
		for size := 1.0; size > 1e-6; size /= 2 {
			next = [2]float64{x[0] - size*step[0], x[1] - size*step[1]}
			if nextAt = h.measure(next); nextAt.loss < at.loss {
				break
			}
		}
		gain := at.loss - nextAt.loss
		if gain > 0 {
			x, at = next, nextAt
		}
		if !(gain > 1e-10) {
			break
		}
	}
	return x[0], x[1]
}

// Loss is the weighted mean cross-entropy of the held-out examples, with a small penalty on large weights.
func (h *HeldOut) Loss(ridge, nearest float64) float64 {
	return h.measure([2]float64{ridge, nearest}).loss
}

// measured is the loss at some weights of the evidence, with its slope there.
type measured struct {
	loss     float64
	gradient [2]float64
	hessian  [2][2]float64
}

// measure measures the loss: gradient and Hessian are the mean and the covariance of the evidence under the model.
func (h *HeldOut) measure(x [2]float64) measured {
	each := make([]measured, len(h.Evidence))
	parallel.Each(len(each), func(k int) { each[k] = h.Evidence[k].measure(h.Labels[k], x) })
	var out measured
	total := 0.0
	for k, e := range each { // in their order, so that every sum is the same each time
		w := h.Weights[k]
		total += w
		out.loss += w * e.loss
		for i := range x {
			out.gradient[i] += w * e.gradient[i]
			for j := range x {
				out.hessian[i][j] += w * e.hessian[i][j]
			}
		}
	}
	out.loss /= total
	for i := range x {
		out.loss += shrink / 2 * x[i] * x[i]
		out.gradient[i] = out.gradient[i]/total + shrink*x[i]
		for j := range x {
			out.hessian[i][j] /= total
		}
		out.hessian[i][i] += shrink
	}
	return out
}

// measure measures the cross-entropy of one example of a label.
func (e Evidence) measure(label int, x [2]float64) measured {
	var sum, ridge, nearest, ridge2, nearest2, both float64 // of what labels' evidence weighs, and of products with it
	largest := e.largest(x)
	for c, r := range e.Ridge {
		n := e.Nearest[c]
		q := math.Exp(x[0]*r + x[1]*n - largest)
		sum += q
		ridge += q * r
		nearest += q * n
		ridge2 += q * r * r
		nearest2 += q * n * n
		both += q * r * n
	}
	ridge /= sum
	nearest /= sum
	covariance := both/sum - ridge*nearest
	own := [2]float64{e.Ridge[label], e.Nearest[label]}
	return measured{
		loss:     math.Log(sum) - (x[0]*own[0] + x[1]*own[1] - largest),
		gradient: [2]float64{ridge - own[0], nearest - own[1]},
		hessian:  [2][2]float64{{ridge2/sum - ridge*ridge, covariance}, {covariance, nearest2/sum - nearest*nearest}},
	}
}

// largest is the largest logit of a label.
func (e Evidence) largest(x [2]float64) float64 {
	out := math.Inf(-1)
	for c, r := range e.Ridge {
		out = max(out, x[0]*r+x[1]*e.Nearest[c])
	}
	return out
}

// Softmax turns evidence into probabilities that sum to 1.
func (e Evidence) Softmax(ridge, nearest float64) []float64 {
	out := make([]float64, len(e.Ridge))
	largest := e.largest([2]float64{ridge, nearest})
	sum := 0.0
	for c, r := range e.Ridge {
		out[c] = math.Exp(ridge*r + nearest*e.Nearest[c] - largest)
		sum += out[c]
	}
	for c := range out {
		out[c] /= sum
	}
	return out
}
