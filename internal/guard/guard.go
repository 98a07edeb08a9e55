// Package guard says whether somebody may be in danger.
//
// It runs before any matching. It works from phrases that are compiled in, so that no content folder can weaken it, and it knows
// neither entries nor cards nor platforms. It reads tokens alone: no clock, no files, no network, nothing that is written.
package guard

import "slices"

// Category is a class of the safety taxonomy.
type Category string

// The categories, most pressing first: where several hold, the card follows the first.
const (
	Overdose  Category = "C4"      // overdose, or a person who does not respond
	Medical   Category = "C5"      // medical emergency
	Suicide   Category = "C1"      // plan, intent, means, goodbye, attempt
	Harm      Category = "C7"      // danger to or from others
	Psychosis Category = "C6"      // lost reality with danger
	SelfHarm  Category = "C3"      // self-harm now, recent, or the urge
	Thoughts  Category = "C2"      // suicidal thoughts, wish to be dead
	SeeDoctor Category = "C5u"     // needs a doctor soon
	CheckIn   Category = "checkin" // doubt: a soft question
	Topic     Category = "topic"   // speaks of danger in general; words only, no level
	Venting   Category = "V"       // letting off steam; words only, no level
)

// order is the one order of precedence.
var order = [...]Category{Overdose, Medical, Suicide, Harm, Psychosis, SelfHarm, Thoughts, SeeDoctor, CheckIn, Topic, Venting}

// Level is what a category asks of the reply.
type Level int

// The levels, from nothing to a card in place of the answer.
const (
	LevelNone Level = iota
	LevelCheckIn
	LevelSeeDoctor
	LevelUrgent
)

// Level returns what the category asks of the reply.
func (c Category) Level() Level {
	switch c {
	case Overdose, Medical, Suicide, Harm, Psychosis, SelfHarm, Thoughts:
		return LevelUrgent
	case SeeDoctor:
		return LevelSeeDoctor
	case CheckIn:
		return LevelCheckIn
	case Topic, Venting:
		return LevelNone
	}
	return LevelNone
}

// Hit is one category and the evidence for it: the folded tokens from From up to To, and the phrase that they match. What the classifier
// found has no phrase and no place.
type Hit struct {
	Category Category
	From, To int
	Phrase   string
	// Hint is set where the parts of the phrase stand apart in the message: it suggests what it does not say in one breath.
	Hint bool
}

// Assessment is all that the guard found, in the order of precedence, at most one hit a category.
type Assessment struct{ Hits []Hit }

// Level returns the highest level of the hits.
func (a Assessment) Level() Level {
	level := LevelNone
	for _, h := range a.Hits {
		level = max(level, h.Category.Level())
	}
	return level
}

// Explicit reports whether the message says in one breath what asks for the urgent card.
func (a Assessment) Explicit() bool {
	return slices.ContainsFunc(a.Hits, func(h Hit) bool { return h.Category.Level() == LevelUrgent && !h.Hint })
}

// First returns the most pressing category, empty when there is none.
func (a Assessment) First() Category {
	if len(a.Hits) == 0 {
		return ""
	}
	return a.Hits[0].Category
}

// Has reports whether a category was found.
func (a Assessment) Has(c Category) bool {
	return slices.ContainsFunc(a.Hits, func(h Hit) bool { return h.Category == c })
}

// Urgent returns the categories that ask for the urgent card, most pressing first.
func Urgent() []Category {
	var out []Category
	for _, c := range order {
		if c.Level() == LevelUrgent {
			out = append(out, c)
		}
	}
	return out
}
