package discord

import (
	"os"
	"sync"
	"testing"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/match"
)

// fixtureBot answers from testdata/content. It is learnt once for all tests.
func fixtureBot(t testing.TB) *answer.Bot {
	t.Helper()
	bot, err := learnt()
	if err != nil {
		t.Fatal(err)
	}
	return bot
}

var learnt = sync.OnceValues(func() (*answer.Bot, error) {
	lib, err := content.Load(os.DirFS("testdata/content"), "en")
	if err != nil {
		return nil, err
	}
	examples, options := answer.Examples(lib, nil)
	model, err := match.Learn(examples, options, nil)
	if err != nil {
		return nil, err
	}
	return answer.New(lib, model, nil)
})

// shippedBot has the shipped cards and answers no questions.
func shippedBot(t testing.TB) *answer.Bot {
	t.Helper()
	lib, err := content.Load(faq.FS, "en")
	if err != nil {
		t.Fatal(err)
	}
	return answer.NewCards(lib)
}

// updateGolden reports whether tests write what they expect anew.
func updateGolden() bool { return os.Getenv("UPDATE_GOLDEN") != "" }
