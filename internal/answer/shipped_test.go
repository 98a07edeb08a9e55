package answer_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
	"faqbot/internal/match"
	"faqbot/internal/text"
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

// TestChatter: talk among members, half of it questions, is answered by nobody's asking never, and questions about quitting are.
func TestChatter(t *testing.T) {
	t.Parallel()
	bot := newBot(t)
	talk, err := os.ReadFile("testdata/chatter.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(talk)), "\n")
	if len(lines) < 300 {
		t.Errorf("there are %d lines of talk", len(lines))
	}
	for _, line := range lines {
		if out := bot.Ask(answer.Question{Heard: answer.Overheard, Words: text.New(line)}); !isSilence(out.Reply) {
			t.Errorf("%q gets %s", line, describe(out))
		}
	}
	for _, question := range []string{
		"how long does ketamine withdrawal last?", "anyone else got terrible nightmares since they quit k?", "why am i so tired now ive stopped ket?",
	} {
		if out := bot.Ask(answer.Question{Heard: answer.Overheard, Words: text.New(question)}); isSilence(out.Reply) {
			t.Errorf("%q gets nothing", question)
		}
	}
}

func isSilence(r answer.Reply) bool {
	_, silent := r.(answer.Silence)
	return silent
}
