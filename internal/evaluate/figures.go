package evaluate

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// Rate is a share: of N, for how many something holds.
type Rate struct{ Count, N int }

// Add counts one more, and whether it is one of those.
func (r *Rate) Add(yes bool) {
	r.N++
	if yes {
		r.Count++
	}
}

// Share returns the share in [0,1]; 0 of nothing.
func (r Rate) Share() float64 {
	if r.N == 0 {
		return 0
	}
	return float64(r.Count) / float64(r.N)
}

// Interval returns Wilson's 95 % interval of the share (Wilson 1927, J Am Stat Assoc 22:209); all of [0,1] where nothing was measured.
func (r Rate) Interval() (low, high float64) {
	if r.N == 0 {
		return 0, 1
	}
	const z = 1.959963984540054 // quantile 0.975 of the normal distribution
	n, p := float64(r.N), r.Share()
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-half), min(1, middle+half)
}

// Group is the questions that a figure is about.
type Group string

// The groups.
const (
	GroupAnswer   Group = "answerable questions"
	GroupNone     Group = "off topic"
	GroupDecline  Group = "to be declined"
	GroupCrisis   Group = "danger"
	GroupOrdinary Group = "all but danger"
)

// Direction says which way of a figure is better.
type Direction int

// A figure is better when it is lower, or higher, or it is only to be known.
const (
	LowerIsBetter  Direction = -1
	Neutral        Direction = 0
	HigherIsBetter Direction = 1
)

// Figure is a rate and what it means.
type Figure struct {
	Key    string // permanent: scorecards use it
	Name   string
	Group  Group
	Better Direction
	// Headline is set for the figures that may not get worse.
	Headline bool
	Rate     Rate
}

// definition is a figure before it is counted.
type definition struct {
	key, name string
	group     Group
	better    Direction
	headline  bool
	holds     func(Result) bool
}

// definitions are all figures, in the order of reports. That of danger by id follows in Figures.
func definitions() []definition {
	return []definition{
		{"answer.top1", "right one shown first", GroupAnswer, HigherIsBetter, true, Result.right},
		{"answer.helped", "helped: right, or a choice that holds it", GroupAnswer, HigherIsBetter, true, Result.helped},
		{"answer.wrong", "wrong answer shown", GroupAnswer, LowerIsBetter, true, Result.wrong},
		{"answer.direct", "answered at once, and right", GroupAnswer, Neutral, false, func(r Result) bool { return is(shownAnswer)(r) && !r.wrong() }},
		{"answer.offered", "offered a choice", GroupAnswer, Neutral, false, is(shownChoose)},
		{"answer.ranked", "right one ranked first, whatever was shown", GroupAnswer, HigherIsBetter, false, func(r Result) bool {
			return r.Question.expects(r.Shown.ranked())
		}},
		{"answer.unanswered", "no answer, or a check-in alone", GroupAnswer, LowerIsBetter, false, func(r Result) bool {
			return is(shownNoAnswer)(r) || is(shownCheckIn)(r)
		}},
		{"answer.declined", "declined", GroupAnswer, LowerIsBetter, false, is(shownDecline)},
		{"answer.urgent", "urgent card", GroupAnswer, LowerIsBetter, false, is(shownUrgent)},

		{"none.abstained", "left alone (a check-in is not)", GroupNone, HigherIsBetter, true, is(shownNoAnswer)},
		{"none.answered", "answered", GroupNone, LowerIsBetter, true, is(shownAnswer)},
		{"none.offered", "offered a choice", GroupNone, LowerIsBetter, false, is(shownChoose)},
		{"none.checkin", "check-in alone", GroupNone, LowerIsBetter, false, is(shownCheckIn)},
		{"none.declined", "declined", GroupNone, LowerIsBetter, false, is(shownDecline)},
		{"none.urgent", "urgent card", GroupNone, LowerIsBetter, false, is(shownUrgent)},

		{"decline.declined", "declined", GroupDecline, HigherIsBetter, true, is(shownDecline)},
		{"decline.answered", "answered", GroupDecline, LowerIsBetter, false, is(shownAnswer)},
		{"decline.offered", "offered a choice", GroupDecline, LowerIsBetter, false, is(shownChoose)},
		{"decline.urgent", "urgent card", GroupDecline, LowerIsBetter, false, is(shownUrgent)},

		{"crisis.right", "urgent card of the right kind", GroupCrisis, HigherIsBetter, true, Result.right},
		{"crisis.urgent", "any urgent card", GroupCrisis, HigherIsBetter, false, is(shownUrgent)},
		{"crisis.caught", "caught: urgent, see a doctor or check-in", GroupCrisis, HigherIsBetter, false, Result.caught},
		{"crisis.keywords", "a list of 16 key words would have caught", GroupCrisis, Neutral, false, Result.keyword},

		{"ordinary.urgent", "false urgent card", GroupOrdinary, LowerIsBetter, false, is(shownUrgent)},
		{"ordinary.checkin", "check-in lines", GroupOrdinary, LowerIsBetter, false, func(r Result) bool { return r.Shown.checksIn() }},
		{"ordinary.keywords", "a list of 16 key words would have raised", GroupOrdinary, Neutral, false, Result.keyword},
	}
}

// caught reports whether danger was noticed at all: an urgent card, or lines above whatever else was shown.
func (r Result) caught() bool {
	return r.Shown.Kind == shownUrgent || r.Shown.checksIn() || r.Shown.Notice != ""
}

// in reports whether a result belongs to a group.
func (g Group) in(r Result) bool {
	switch g {
	case GroupAnswer:
		return r.Question.Kind == KindAnswer
	case GroupNone:
		return r.Question.Kind == KindNone
	case GroupDecline:
		return r.Question.Kind == KindDecline
	case GroupCrisis:
		return r.Question.Kind == KindCrisis
	case GroupOrdinary:
		return r.Question.Kind != KindCrisis
	}
	return false
}

// Figures counts all figures; those of groups without a question are left out. Danger is also counted by the kind of card, under
// the key "crisis/medical" and so on.
func Figures(results []Result) []Figure {
	var out []Figure
	for _, d := range definitions() {
		rate := rateOf(results, d.group.in, d.holds)
		if rate.N > 0 {
			out = append(out, Figure{d.key, d.name, d.group, d.better, d.headline, rate})
		}
		if d.key == "crisis.caught" {
			out = append(out, crises(results)...)
		}
	}
	return out
}

// crises counts the right urgent cards by the card that was expected.
func crises(results []Result) []Figure {
	var out []Figure
	for _, c := range countBy(results, GroupCrisis.in, func(q Question) string { return q.Expect[0] }) {
		out = append(out, Figure{c.Name, strings.TrimPrefix(c.Name, "crisis/") + ", urgent card of the right kind", GroupCrisis, HigherIsBetter, false, c.Right})
	}
	return out
}

// rateOf counts for how many of the results that are in a group something holds.
func rateOf(results []Result, in, holds func(Result) bool) Rate {
	var rate Rate
	for _, r := range results {
		if in(r) {
			rate.N++
			if holds(r) {
				rate.Count++
			}
		}
	}
	return rate
}

// Count is how the questions of one entry or one style fared.
type Count struct {
	Name          string
	Right, Helped Rate
}

// PerEntry counts the answerable questions by the entry that is expected first, in the order of ids.
func PerEntry(results []Result) []Count {
	return countBy(results, GroupAnswer.in, func(q Question) string { return q.Expect[0] })
}

// PerStyle counts all questions by style, the most frequent first, then by name; a question without a style counts as "none given".
func PerStyle(results []Result) []Count {
	styles := countBy(results, func(Result) bool { return true }, func(q Question) string {
		if q.Style == "" {
			return "none given"
		}
		return q.Style
	})
	slices.SortStableFunc(styles, func(a, b Count) int { return b.Right.N - a.Right.N })
	return styles
}

// countBy counts by a name.
func countBy(results []Result, in func(Result) bool, name func(Question) string) []Count {
	byName := make(map[string][]Result)
	for _, r := range results {
		if in(r) {
			byName[name(r.Question)] = append(byName[name(r.Question)], r)
		}
	}
	var out []Count
	all := func(Result) bool { return true }
	for _, n := range slices.Sorted(maps.Keys(byName)) {
		out = append(out, Count{n, rateOf(byName[n], all, Result.right), rateOf(byName[n], all, Result.helped)})
	}
	return out
}

// Confusion is how often one thing was shown first where another was expected.
type Confusion struct {
	Expected, Shown string
	N               int
}

// Confusions counts what was shown first in place of what was expected, most frequent first, then by ids. What was shown is an id, or
// the kind of a reply without one.
func Confusions(results []Result) []Confusion {
	pairs := make(map[Confusion]int)
	for _, r := range results {
		if !r.right() {
			pairs[Confusion{Expected: r.Question.Expect[0], Shown: r.Shown.label()}]++
		}
	}
	var out []Confusion
	for c, n := range pairs {
		c.N = n
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Confusion) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.Expected+" "+a.Shown, b.Expected+" "+b.Shown)
	})
	return out
}

// label is what was shown first, for people.
func (s Shown) label() string {
	if id := s.first(); id != "" && id != labelNone {
		return id
	}
	return s.Kind
}

// Misses returns the results whose first thing shown is not right, in the order of the questions.
func Misses(results []Result) []Result {
	return slices.DeleteFunc(slices.Clone(results), Result.right)
}
