package answer

import (
	"slices"
	"strings"

	"faqbot/internal/content"
	"faqbot/internal/text"
)

// subject is the words by which a message to nobody says that it is for this bot. Certain as an answer may be, "why am I so tired today" is
// talk among members as long as nothing in it is about what the server is for; and who wants an answer can ask for it.
type subject []string

// newSubject takes a content's words, and those that it says mean the same.
func newSubject(lib *content.Library) subject {
	words := slices.Clone(lib.Unasked())
	for _, group := range lib.Synonyms() {
		if slices.Contains(words, group[0]) {
			words = append(words, group[1:]...)
		}
	}
	for i, w := range words {
		words[i] = padded(text.Plain(w))
	}
	return words
}

// isIn reports whether a text names the subject; every text does where the content has no words for it.
func (s subject) isIn(t text.Tokens) bool {
	message := padded(t.Plain())
	return len(s) == 0 || slices.ContainsFunc(s, func(words string) bool { return strings.Contains(message, words) })
}

// padded puts words in one line, each between two spaces.
func padded(words []string) string { return " " + strings.Join(words, " ") + " " }
