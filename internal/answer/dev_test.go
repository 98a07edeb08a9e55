package answer_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/encoder"
	"faqbot/internal/match"
	"faqbot/internal/text"
)

// question is one line of a labelled question file.
type question struct {
	Text, Kind, Style string
	Expect            []string
}

// figures are counts by kind of question.
type figures struct {
	asked, right, shown, offered, wrong, first, checkin int
}

// shipped builds the shipped bot once for all tests that only read it.
var shipped = sync.OnceValues(build)

// newBot returns the shipped bot. It fails when the model is stale, with the command that makes it anew.
func newBot(tb testing.TB) *answer.Bot {
	tb.Helper()
	bot, err := shipped()
	if errors.Is(err, match.ErrStale) {
		tb.Fatal("faq/en.model is stale: run go generate ./faq")
	}
	if err != nil {
		tb.Fatal(err)
	}
	return bot
}

func build() (*answer.Bot, error) {
	lib, err := content.Load(faq.FS, "en")
	if err != nil {
		return nil, err
	}
	raw, err := fs.ReadFile(faq.FS, "en.model")
	if err != nil {
		return nil, err
	}
	var model match.Model
	if err := model.UnmarshalBinary(raw); err != nil {
		return nil, err
	}
	enc, err := encoder.New()
	if err != nil {
		return nil, err
	}
	return answer.New(lib, &model, enc)
}

// devQuestions reads the development questions, or skips the test where they are absent.
func devQuestions(tb testing.TB) []question {
	tb.Helper()
	f, err := os.Open("../../../shared/eval/dev.jsonl")
	if errors.Is(err, fs.ErrNotExist) {
		tb.Skip("no development questions: ../shared/eval/dev.jsonl is absent")
	}
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out []question
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			tb.Fatal(err)
		}
		out = append(out, q)
	}
	return out
}

// TestDevelopmentQuestions prints the figures by kind and band and fails below the ones reached, so that a change of ranking is seen.
func TestDevelopmentQuestions(t *testing.T) {
	t.Parallel()
	questions := devQuestions(t)
	bot := newBot(t)
	all := map[string]*figures{"answer": {}, "none": {}, "decline": {}, "crisis": {}}
	for _, q := range questions {
		f := all[q.Kind]
		f.asked++
		out := bot.Ask(answer.Question{Words: text.New(q.Text)})
		if len(out.Options) > 0 && slices.Contains(q.Expect, out.Options[0].ID) {
			f.first++
		}
		right := isRight(q, out, f)
		if isCheckIn(out.Reply) {
			f.checkin++
		}
		if right {
			f.right++
		} else {
			t.Logf("%-8s %-34s got %-44s | %s", q.Kind, strings.Join(q.Expect, ","), describe(out), q.Text)
		}
	}
	for kind, f := range all {
		t.Logf("%-8s n %3d: right first %3d (%.1f %%), ranked first %d, answered %d, offered %d, wrong answer shown %d, check-in lines %d",
			kind, f.asked, f.right, 100*float64(f.right)/float64(f.asked), f.first, f.shown, f.offered, f.wrong, f.checkin)
	}
	floors := map[string]int{"answer": 144, "none": 40, "decline": 28, "crisis": 51}
	for kind, floor := range floors {
		if all[kind].right < floor {
			t.Errorf("%s: %d right, fewer than %d", kind, all[kind].right, floor)
		}
	}
}

// isRight reports whether the first thing shown is right, as the label page defines it, and counts what was shown.
func isRight(q question, out answer.Outcome, f *figures) bool {
	switch r := out.Reply.(type) {
	case answer.Urgent:
		return slices.Contains(q.Expect, r.Card.ID())
	case answer.Answer:
		f.shown++
		ok := slices.Contains(q.Expect, r.Card.ID())
		if !ok {
			f.wrong++
		}
		return ok
	case answer.Choose:
		f.offered++
		return slices.Contains(q.Expect, r.Options[0].ID)
	case answer.Decline:
		return slices.Contains(q.Expect, "decline")
	case answer.NoAnswer:
		return slices.Contains(q.Expect, "none")
	case answer.CheckIn, answer.Silence:
		return false
	}
	return false
}

// isCheckIn reports whether check-in lines are shown, alone or above something else.
func isCheckIn(r answer.Reply) bool {
	switch r := r.(type) {
	case answer.CheckIn:
		return true
	case answer.Answer:
		return r.Notice == answer.NoticeCheckIn
	case answer.Choose:
		return r.Notice == answer.NoticeCheckIn
	case answer.Decline:
		return r.Notice == answer.NoticeCheckIn
	case answer.NoAnswer:
		return r.Notice == answer.NoticeCheckIn
	case answer.Urgent, answer.Silence:
		return false
	}
	return false
}

func describe(out answer.Outcome) string {
	s := strings.TrimPrefix(fmt.Sprintf("%T", out.Reply), "answer.") + " " + out.Reply.Shown().ID()
	for i, h := range out.Ranked {
		if i < 3 {
			s += fmt.Sprintf(" %s %.2f", h.Label, h.Confidence)
		}
	}
	return s
}

// staleModel is a well-formed model that fits no content.
func staleModel(tb testing.TB) *match.Model {
	tb.Helper()
	model, err := match.Learn([]match.Example{{Label: "a/b", Text: "one"}, {Label: "a/c", Text: "two"}}, match.Options{}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return model
}
