package match

import (
	"math"
)

// evidence is what speaks for each label before it is weighed: the ridge score, and how near its nearest examples are.
type evidence struct {
	ridge, nearest []float64 // by label
}

// heldOut is the evidence on examples as if they had not been learnt from.
type heldOut struct {
	examples []int // indices of the matcher
	evidence []evidence
	weights  []float64
	labels   []int
}

// shrink keeps the weights of evidence finite where every example is told right.
const shrink = 1e-4

// calibrate returns the weights of the two kinds of evidence that make the held-out examples most probable under the softmax of their
// sum. The loss is convex: Newton's method finds its only minimum. Evidence that would count against a label counts nothing.
func (h *heldOut) calibrate() (ridge, nearest float64) {
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
func (h *heldOut) newton(freeRidge, freeNearest bool) (ridge, nearest float64) {
	const steps = 60
	x := [2]float64{}
	free := [2]bool{freeRidge, freeNearest}
	loss := h.loss(x[0], x[1])
	for range steps {
		g, hess := h.slope(x[0], x[1])
		for k := range free {
			if !free[k] {
				g[k], hess[0][1], hess[1][0], hess[k][k] = 0, 0, 0, 1
			}
		}
		det := hess[0][0]*hess[1][1] - hess[0][1]*hess[1][0]
		step := [2]float64{(hess[1][1]*g[0] - hess[0][1]*g[1]) / det, (hess[0][0]*g[1] - hess[1][0]*g[0]) / det}
		size := 1.0
		var next [2]float64
		nextLoss := math.Inf(1)
		for ; size > 1e-6; size /= 2 {
			next = [2]float64{x[0] - size*step[0], x[1] - size*step[1]}
			if nextLoss = h.loss(next[0], next[1]); nextLoss < loss {
				break
			}
		}
		if !(loss-nextLoss > 1e-10) {
			break
		}
		x, loss = next, nextLoss
	}
	return x[0], x[1]
}

// loss is the weighted mean cross-entropy of the held-out examples, with a small penalty on large weights.
func (h *heldOut) loss(ridge, nearest float64) float64 {
	sum, total := 0.0, 0.0
	for k, e := range h.evidence {
		p := e.softmax(ridge, nearest)
		sum -= h.weights[k] * math.Log(p[h.labels[k]]+1e-300)
		total += h.weights[k]
	}
	return sum/total + shrink/2*(ridge*ridge+nearest*nearest)
}

// slope returns the gradient of the loss and its Hessian, which are the mean and the covariance of the evidence under the model.
func (h *heldOut) slope(ridge, nearest float64) (g [2]float64, hess [2][2]float64) {
	total := 0.0
	for k, e := range h.evidence {
		mean, covariance := e.moments(e.softmax(ridge, nearest))
		own, w := e.of(h.labels[k]), h.weights[k]
		total += w
		for i := range mean {
			g[i] += w * (mean[i] - own[i])
			for j := range mean {
				hess[i][j] += w * covariance[i][j]
			}
		}
	}
	for i, x := range [2]float64{ridge, nearest} {
		g[i] = g[i]/total + shrink*x
		for j := range hess[i] {
			hess[i][j] /= total
		}
		hess[i][i] += shrink
	}
	return g, hess
}

// of is the evidence for one label.
func (e evidence) of(label int) [2]float64 { return [2]float64{e.ridge[label], e.nearest[label]} }

// moments returns the mean and the covariance of the evidence when labels have these probabilities.
func (e evidence) moments(probabilities []float64) (mean [2]float64, covariance [2][2]float64) {
	for label, q := range probabilities {
		for i, x := range e.of(label) {
			mean[i] += q * x
		}
	}
	for label, q := range probabilities {
		x := e.of(label)
		for i := range x {
			for j := range x {
				covariance[i][j] += q * (x[i] - mean[i]) * (x[j] - mean[j])
			}
		}
	}
	return mean, covariance
}

// softmax turns evidence into probabilities that sum to 1.
func (e evidence) softmax(ridge, nearest float64) []float64 {
	out := make([]float64, len(e.ridge))
	largest := math.Inf(-1)
	for c := range out {
		out[c] = ridge*e.ridge[c] + nearest*e.nearest[c]
		largest = max(largest, out[c])
	}
	sum := 0.0
	for c, s := range out {
		out[c] = math.Exp(s - largest)
		sum += out[c]
	}
	for c := range out {
		out[c] /= sum
	}
	return out
}
