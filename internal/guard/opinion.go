package guard

import "slices"

// Opinion is what a classifier makes of a message: how probable each category is.
type Opinion map[Category]float64

// What an opinion must reach, set on sentences that were neither learnt nor written by those who wrote the phrases: "faqbot eval --safety"
// with the labelled questions prints what other cuts would do.
const (
	// urgentAt: the urgent categories together.
	urgentAt = 0.40
	// doubtAt: all categories together, for a check-in or the see-a-doctor lines, and for an urgent hint to stand, which becomes a
	// check-in below.
	doubtAt = 0.28
)

// With adds what a classifier finds, in any reading of the message, to what phrases found. What is said in one breath stays, whatever the
// classifier finds; a hint that it takes for harmless in every reading becomes a check-in. Without an opinion nothing changes.
func (a Assessment) With(opinions ...Opinion) Assessment {
	if len(opinions) > 0 && Most(opinions...).Any < doubtAt {
		a = a.soften()
	}
	for _, o := range opinions {
		urgent, all, best := o.sums()
		switch {
		case urgent >= urgentAt:
			a = a.add(best)
		case all < doubtAt:
		case o[SeeDoctor] > urgent+o[CheckIn]:
			a = a.add(SeeDoctor)
		default:
			a = a.add(CheckIn)
		}
	}
	return a
}

// Danger is how sure the classifier is where it is most alarmed: in the reading that speaks most for the urgent categories together, and in
// the one that speaks most for any category. Both are 1 where phrases leave it nothing to say.
type Danger struct{ Urgent, Any float64 }

// Certain is the Danger of what phrases say in one breath.
func Certain() Danger { return Danger{1, 1} }

// Most returns how sure the classifier is over all readings of a message.
func Most(opinions ...Opinion) Danger {
	var d Danger
	for _, o := range opinions {
		urgent, all, _ := o.sums()
		d = Danger{max(d.Urgent, urgent), max(d.Any, all)}
	}
	return d
}

// kin are the urgent categories that ask for about the same help: what speaks for one speaks for all of a line.
var kin = [...][]Category{{Overdose}, {Medical}, {Suicide, Thoughts, SelfHarm}, {Harm, Psychosis}}

// sums returns how probable the urgent categories are together, all categories together, and which urgent one it is: the most probable of
// the most probable kin.
func (o Opinion) sums() (urgent, all float64, best Category) {
	most := 0.0
	for _, categories := range kin {
		together, first := 0.0, categories[0]
		for _, c := range categories {
			together += o[c]
			if o[c] > o[first] {
				first = c
			}
		}
		if urgent += together; together > most {
			most, best = together, first
		}
	}
	return urgent, urgent + o[SeeDoctor] + o[CheckIn], best
}

// soften turns urgent hints into a check-in.
func (a Assessment) soften() Assessment {
	isHint := func(h Hit) bool { return h.Hint && h.Category.Level() == LevelUrgent }
	if !slices.ContainsFunc(a.Hits, isHint) {
		return a
	}
	return Assessment{slices.DeleteFunc(slices.Clone(a.Hits), isHint)}.add(CheckIn)
}

// add returns the assessment with a category more.
func (a Assessment) add(c Category) Assessment {
	if a.Has(c) {
		return a
	}
	out := Assessment{append(slices.Clone(a.Hits), Hit{Category: c})}
	slices.SortStableFunc(out.Hits, func(x, y Hit) int { return slices.Index(order[:], x.Category) - slices.Index(order[:], y.Category) })
	return out
}

// Learnt returns the categories that have examples to learn from.
func Learnt() []Category {
	return slices.DeleteFunc(slices.Clone(order[:]), func(c Category) bool { return len(Examples(c)) == 0 })
}
