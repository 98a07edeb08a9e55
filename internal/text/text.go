// Package text holds what a member typed and turns it into tokens.
//
// It is the only package that can read a member's words. Words and Tokens keep them behind a pointer and answer every way of
// printing with a count, so that no log line, error or dump can carry them. The package knows nothing of topics, entries or chat
// platforms, and it must not import anything that writes.
package text

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxRunes is the longest question that is read, in Unicode code points: Discord's own limit for a message.
const MaxRunes = 2000

// Words is what a member typed. The zero value is an empty question.
//
// The text stays behind a pointer to a string: a String method alone does not stop fmt from printing an unexported string field of
// an enclosing struct. A pointer to a struct would not do: for an unexported field and a verb that does not fit pointers, such as %s,
// fmt prints what a pointer to a struct, slice, map or array points to.
type Words struct {
	s   *string
	cut bool
}

// New takes a member's words: invalid UTF-8 becomes U+FFFD, and what lies beyond MaxRunes code points is dropped (see Cut).
func New(s string) Words {
	const widest = MaxRunes * utf8.UTFMax
	cut := false
	if len(s) > widest {
		s, cut = s[:widest], true
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s, long := head(s)
	s = strings.Clone(s)
	return Words{&s, cut || long}
}

// head returns the first MaxRunes code points of s and whether there are more.
func head(s string) (first string, more bool) {
	n := 0
	for i := range s {
		if n == MaxRunes {
			return s[:i], true
		}
		n++
	}
	return s, false
}

// Cut reports whether the words were longer than MaxRunes.
func (w Words) Cut() bool { return w.cut }

func (w Words) text() string {
	if w.s == nil {
		return ""
	}
	return *w.s
}

// String says how many words there are, and never which.
func (w Words) String() string { return count(len(strings.Fields(w.text()))) }

// Format prints what String does, whatever the verb.
func (w Words) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, w.String()) }

// MarshalText gives encoders (JSON, log/slog) what String gives.
func (w Words) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

func count(n int) string {
	if n == 1 {
		return "[1 word]"
	}
	return fmt.Sprintf("[%d words]", n)
}
