package discord

import (
	"testing"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
	"faqbot/internal/content"
)

// fixtureBot answers from testdata/content.
func fixtureBot(t testing.TB) *answer.Bot {
	t.Helper()
	return answertest.Learnt(t, "testdata/content")
}

// shippedBot has the shipped cards and answers no questions.
func shippedBot(t testing.TB) *answer.Bot {
	t.Helper()
	lib, err := content.Load(faq.FS, "en")
	if err != nil {
		t.Fatal(err)
	}
	return answer.NewCards(lib)
}
