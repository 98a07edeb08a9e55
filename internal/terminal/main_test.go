package terminal

import (
	"testing"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
)

// bot has learnt the small content of the program's tests.
func bot(t testing.TB) *answer.Bot {
	t.Helper()
	return answertest.Learnt(t, "../../cmd/faqbot/testdata/faq")
}

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
