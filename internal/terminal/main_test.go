package terminal

import (
	"os"
	"sync"
	"testing"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/match"
)

// bot learns the small content of the program's tests, once.
func bot(t testing.TB) *answer.Bot {
	t.Helper()
	b, err := learnt()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// learnt is set once, by whichever test asks first.
var learnt = sync.OnceValues(func() (*answer.Bot, error) {
	lib, err := content.Load(os.DirFS("../../cmd/faqbot/testdata/faq"), "en")
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

// isKind reports whether a question can get the kind.
func isKind(kind string) bool {
	switch kind {
	case "answer", "choose", "urgent", "decline", "checkin", "noanswer":
		return true
	}
	return false
}

// asking is a question without words, on a day of its own.
func asking() answer.Question {
	return answer.Question{Locale: "en", At: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
}

func noEnv(string) string { return "" }
