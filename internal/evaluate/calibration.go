package evaluate

import (
	"cmp"
	"math"
	"slices"

	"faqbot/internal/chart"
)

// Calibration says how far the confidence of the entry ranked first can be believed, on answerable questions. Questions without a
// ranking (urgent, declined, or a confidence of 0) are left out.
type Calibration struct {
	N int `json:"n"`
	// Error is the expected calibration error: the mean distance between confidence and share right, over bins of equal mass.
	Error float64 `json:"error"`
	// Brier is the mean squared distance between confidence and what came true (Brier 1950).
	Brier float64 `json:"brier"`
	// Bins are the bins of the reliability curve, least confident first.
	Bins []Bin `json:"-"`
}

// Bin is questions of similar confidence.
type Bin struct {
	Confidence float64 // mean
	Right      Rate
}

// bins is how many bins of equal mass there are; fewer only when there are fewer questions.
const bins = 10

// Calibrate measures calibration.
func Calibrate(results []Result) Calibration {
	var ranked []Result
	for _, r := range results {
		if r.Question.Kind == KindAnswer && r.Shown.Confidence > 0 {
			ranked = append(ranked, r)
		}
	}
	// Stable: among equals the order of the questions decides, so that the figures are the same every time.
	slices.SortStableFunc(ranked, func(a, b Result) int { return cmp.Compare(a.Shown.Confidence, b.Shown.Confidence) })
	c := Calibration{N: len(ranked)}
	if c.N == 0 {
		return c
	}
	for _, r := range ranked {
		came := 0.0
		if r.Question.expects(r.Shown.ranked()) {
			came = 1
		}
		c.Brier += (r.Shown.Confidence - came) * (r.Shown.Confidence - came) / float64(c.N)
	}
	n := min(bins, c.N)
	for i := range n {
		b := binOf(ranked[i*c.N/n : (i+1)*c.N/n])
		c.Bins = append(c.Bins, b)
		c.Error += math.Abs(b.Confidence-b.Right.Share()) * float64(b.Right.N) / float64(c.N)
	}
	return c
}

// binOf sums results up.
func binOf(results []Result) Bin {
	b := Bin{Right: Rate{N: len(results)}}
	for _, r := range results {
		b.Confidence += r.Shown.Confidence / float64(len(results))
		if r.Question.expects(r.Shown.ranked()) {
			b.Right.Count++
		}
	}
	return b
}

// Step is what would be answered at once if the entry ranked first were answered from a confidence on, by ranking alone: without
// margins and choices. What the guard or a decline took is answered at no threshold.
type Step struct {
	Threshold float64
	Answered  Rate // answerable questions answered
	Wrong     Rate // answerable questions answered wrongly
	OffTopic  Rate // off-topic questions answered
}

// Sweep returns a step for every confidence that occurs, highest first, so that coverage grows from step to step; the first step
// answers nothing.
func Sweep(results []Result) []Step {
	ranked := slices.Clone(results)
	slices.SortStableFunc(ranked, func(a, b Result) int { return cmp.Compare(b.Shown.Confidence, a.Shown.Confidence) })
	all := func(Result) bool { return true }
	n := rateOf(results, GroupAnswer.in, all).N
	s := Step{1, Rate{N: n}, Rate{N: n}, Rate{N: rateOf(results, GroupNone.in, all).N}}
	steps := []Step{s}
	for i, r := range ranked {
		if r.Shown.Confidence <= 0 {
			break
		}
		s.Threshold = r.Shown.Confidence
		switch r.Question.Kind {
		case KindAnswer:
			s.Answered.Count++
			if !r.Question.expects(r.Shown.ranked()) {
				s.Wrong.Count++
			}
		case KindNone:
			s.OffTopic.Count++
		case KindDecline, KindCrisis:
		}
		if i+1 == len(ranked) || ranked[i+1].Shown.Confidence != s.Threshold {
			steps = append(steps, s)
		}
	}
	return steps
}

// curve turns steps into a curve over coverage.
func curve(name string, steps []Step, of func(Step) Rate) chart.Series {
	s := chart.Series{Name: name}
	for _, step := range steps {
		s.Points = append(s.Points, chart.Point{X: step.Answered.Share(), Y: of(step).Share()})
	}
	return s
}
