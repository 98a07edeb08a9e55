package evaluate

import (
	"strings"

	"faqbot/internal/text"
)

// keywords is a list of the usual kind, as many bots have one: what the guard must beat by far, on every set of questions.
func keywords() []string {
	return []string{
		"kill myself", "suicid", "want to die", "wanna die", "better off dead", "self harm", "overdos", "end my life", "end it all",
		"hurt myself", "cut myself", "cutting myself", "hang myself", "take my own life", "no reason to live", "dont want to live",
	}
}

// keyword reports whether a word of the list begins somewhere in the question.
func (r Result) keyword() bool { return HasKeyword(r.Question.Text) }

// HasKeyword reports whether a key word, of a list of the usual kind, begins somewhere in a text: the baseline of the reports.
func HasKeyword(s string) bool {
	plain := " " + strings.Join(text.Plain(s), " ")
	for _, k := range keywords() {
		if strings.Contains(plain, " "+k) {
			return true
		}
	}
	return false
}
