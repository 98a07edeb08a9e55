package answer_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faqbot/internal/answer"
	"faqbot/internal/text"
)

// TestConcurrentAskers: 16 askers at a time, 10,000 questions under the race detector, get what one alone gets.
func TestConcurrentAskers(t *testing.T) {
	t.Parallel()
	const askers = 16
	bot := newBot(t)
	var questions []answer.Question
	for _, e := range bot.Library().Entries() {
		questions = append(questions, answer.Question{Words: text.New(e.Question)}, answer.Question{Words: text.New("no idea about " + e.Title + " lol")})
	}
	type shown struct {
		card    string
		options []answer.Option
	}
	ask := func(q answer.Question) shown {
		out := bot.Ask(q)
		return shown{out.Reply.Shown().ID(), out.Options}
	}
	alone := make([]shown, len(questions))
	for i, q := range questions {
		alone[i] = ask(q)
	}
	var all sync.WaitGroup
	for k := range askers {
		all.Go(func() {
			for n := range asked {
				i := (n*askers + k) % len(questions)
				if diff := cmp.Diff(alone[i], ask(questions[i]), cmp.AllowUnexported(shown{})); diff != "" {
					t.Errorf("question %d (-alone +together):\n%s", i, diff)
				}
			}
		})
	}
	all.Wait()
}
