package terminal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// style is a way to write a piece of text, as the parameters of the control sequence that switches it on (ECMA-48, SGR).
type style string

const (
	stylePlain   style = ""
	styleHeading style = "1;36"
	styleUrgent  style = "1;31"
	styleNotice  style = "33"
	styleStrong  style = "1"
	styleDim     style = "2"
)

// bar stands left of what matters most, so that it stands out without colour too.
const bar = "┃ "

// sheet collects wrapped lines. The zero sheet has no width; Printer.sheet makes one.
type sheet struct {
	strings.Builder
	width  int
	colour bool
	filled bool // something stands on it
}

// gap leaves an empty line, except at the top.
func (s *sheet) gap() {
	if s.filled {
		s.WriteByte('\n')
	}
}

// text wraps paragraphs, with a prefix before every line. Items of lists hang.
func (s *sheet) text(st style, prefix, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		indent, rest := line[:len(line)-len(strings.TrimLeft(line, " "))], strings.TrimLeft(line, " ")
		hang := indent + strings.Repeat(" ", hanging(rest))
		s.wrap(st, prefix+indent, prefix+hang, rest)
	}
}

// hanging returns how far the further lines of a list item stand in: below the text of "- text", "• text" and "1. text".
func hanging(line string) int {
	mark, _, ok := strings.Cut(line, " ")
	if !ok {
		return 0
	}
	if mark == "-" || mark == "•" || strings.HasSuffix(mark, ".") && strings.Trim(mark, "0123456789") == "." {
		return utf8.RuneCountInString(mark) + 1
	}
	return 0
}

// wrap breaks one line at blanks. A word that is wider than a line, such as a link, gets a line of its own and is not cut.
func (s *sheet) wrap(st style, first, further, line string) {
	prefix, current, width := first, "", 0
	for word := range strings.FieldsSeq(line) {
		n := utf8.RuneCountInString(word)
		if current != "" && utf8.RuneCountInString(prefix)+width+1+n > s.width {
			s.line(st, prefix, current)
			prefix, current, width = further, "", 0
		}
		if current != "" {
			current, width = current+" ", width+1
		}
		current, width = current+word, width+n
	}
	s.line(st, prefix, current)
}

// line writes one line as it is.
func (s *sheet) line(st style, prefix, text string) {
	s.filled = true
	if !s.colour || st == stylePlain || text == "" {
		s.WriteString(strings.TrimRight(prefix+text, " ") + "\n")
		return
	}
	s.WriteString(paint(barStyle(st), prefix) + paint(st, text) + "\n")
}

// barStyle colours a bar like its text; blanks need no colour.
func barStyle(st style) style {
	if st == styleUrgent || st == styleNotice {
		return st
	}
	return stylePlain
}

// paint switches a style on for a text.
func paint(st style, text string) string {
	if st == stylePlain || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}
