// Package evaluate asks labelled questions and says how well they were answered: figures, confusions, misses, and what changed
// against an earlier scorecard.
//
// It knows the core as everybody does, by its outcomes; it must not know how they come about, and no chat platform. Labelled questions
// are written for measuring, by nobody who asked for help, so that they may be printed and stored, unlike what members type.
package evaluate

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"faqbot/internal/answer"
	"faqbot/internal/text"
)

// Kind is what a labelled question should get.
type Kind string

// The kinds of questions.
const (
	KindAnswer  Kind = "answer"  // one of the entries
	KindCrisis  Kind = "crisis"  // an urgent card
	KindDecline Kind = "decline" // a decline
	KindNone    Kind = "none"    // to be left alone
)

// Kinds returns the kinds in the order of reports.
func Kinds() []Kind { return []Kind{KindAnswer, KindNone, KindDecline, KindCrisis} }

// Question is one labelled question.
type Question struct {
	ID     string // unique within what was loaded: of the file, or made from the text
	Text   string
	Kind   Kind
	Expect []string // acceptable ids, the best first; never empty
	Style  string   // how it is written; may be empty
}

// Result is a question and what it got.
type Result struct {
	Question Question
	Shown    Shown
}

// Run asks all questions, several at once, and returns the results in their order. Asking says what is known of the asking; its words
// are replaced. Done is called after each question, one call at a time; it may be nil. Run ends early when ctx does.
func Run(ctx context.Context, ask func(answer.Question) answer.Outcome, asking answer.Question, questions []Question, done func()) ([]Result, error) {
	results := make([]Result, len(questions))
	var next atomic.Int64
	var workers sync.WaitGroup
	var one sync.Mutex
	for range min(runtime.GOMAXPROCS(0), len(questions)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(questions) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				q := asking
				q.Words = text.New(questions[i].Text)
				results[i] = Result{questions[i], shownOf(ask(q))}
				if done != nil {
					one.Lock()
					done()
					one.Unlock()
				}
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("ask the questions: %w", err)
	}
	return results, nil
}

// The kinds of replies, as `ask --json` names them.
const (
	shownAnswer   = "answer"
	shownChoose   = "choose"
	shownUrgent   = "urgent"
	shownDecline  = "decline"
	shownCheckIn  = "checkin"
	shownNoAnswer = "noanswer"
	shownSilence  = "silence"
)

// Shown is what a question got.
type Shown struct {
	Kind   string        // as `ask --json` names it
	ID     string        // of the card, for answers, declines and urgent cards
	Notice answer.Notice // what stood above it
	// Options are the ids of the entries that were offered, for a choice, or considered, best first; empty where nothing was matched.
	Options []string
	// Confidence is the probability that Options[0] is right; 0 where nothing was matched.
	Confidence float64
}

// shownOf reads an outcome.
func shownOf(out answer.Outcome) Shown {
	options := out.Options
	s := Shown{ID: out.Reply.Shown().ID()}
	switch r := out.Reply.(type) {
	case answer.Answer:
		s.Kind, s.Notice = shownAnswer, r.Notice
	case answer.Choose:
		s.Kind, s.Notice, s.ID, options = shownChoose, r.Notice, "", r.Options
	case answer.Decline:
		s.Kind, s.Notice = shownDecline, r.Notice
	case answer.Urgent:
		s.Kind = shownUrgent
	case answer.CheckIn:
		s.Kind, s.ID = shownCheckIn, ""
	case answer.NoAnswer:
		s.Kind, s.Notice, s.ID = shownNoAnswer, r.Notice, ""
	case answer.Silence:
		s.Kind = shownSilence
	}
	for _, o := range options {
		s.Options = append(s.Options, o.ID)
	}
	if len(options) > 0 {
		s.Confidence = options[0].Confidence
	}
	return s
}

// The labels that are no ids.
const (
	labelNone    = "none"
	labelDecline = "decline"
)

// first is the id or label that the first thing shown satisfies: of an answer, the first option, an urgent card or a decline, or
// "none". A check-in alone and silence satisfy nothing.
func (s Shown) first() string {
	switch s.Kind {
	case shownAnswer, shownUrgent, shownDecline:
		return s.ID
	case shownChoose:
		return s.ranked()
	case shownNoAnswer:
		return labelNone
	}
	return ""
}

// ranked is the id of the entry ranked first, whatever was shown; empty where nothing was matched.
func (s Shown) ranked() string {
	if len(s.Options) == 0 {
		return ""
	}
	return s.Options[0]
}

// checksIn reports whether check-in lines were shown, alone or above something else.
func (s Shown) checksIn() bool { return s.Kind == shownCheckIn || s.Notice == answer.NoticeCheckIn }

// expects reports whether an id or label satisfies the question.
func (q Question) expects(id string) bool { return id != "" && slices.Contains(q.Expect, id) }

// right reports whether the first thing shown is right.
func (r Result) right() bool {
	return r.Question.expects(r.Shown.first()) || r.Shown.Kind == shownDecline && r.Question.expects(labelDecline)
}

// helped reports whether the right thing was shown first, or was among what was offered.
func (r Result) helped() bool {
	return r.right() || r.Shown.Kind == shownChoose && slices.ContainsFunc(r.Shown.Options, r.Question.expects)
}

// wrong reports whether an entry was answered that is not right.
func (r Result) wrong() bool { return r.Shown.Kind == shownAnswer && !r.Question.expects(r.Shown.ID) }

// is returns a test for a kind of reply.
func is(kind string) func(Result) bool { return func(r Result) bool { return r.Shown.Kind == kind } }
