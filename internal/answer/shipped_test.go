package answer_test

import (
	"fmt"
	"strings"
	"testing"

	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
	"faqbot/internal/match"
)

// newBot returns the shipped bot, for tests that only ask it.
func newBot(tb testing.TB) *answer.Bot {
	tb.Helper()
	return answertest.Shipped(tb)
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
