package answer_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/encoder"
	"faqbot/internal/match"
)

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

// staleModel is a well-formed model that fits no content.
func staleModel(tb testing.TB) *match.Model {
	tb.Helper()
	model, err := match.Learn([]match.Example{{Label: "a/b", Text: "one"}, {Label: "a/c", Text: "two"}}, match.Options{}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return model
}

// describe says what a question got, and what was thought of.
func describe(out answer.Outcome) string {
	s := strings.TrimPrefix(fmt.Sprintf("%T", out.Reply), "answer.") + " " + out.Reply.Shown().ID()
	for _, h := range out.Ranked[:min(3, len(out.Ranked))] {
		s += fmt.Sprintf(" %s %.2f", h.Label, h.Confidence)
	}
	return s
}
