package content

import (
	"errors"
	"fmt"
	"io/fs"
)

// What a program that writes content must keep to, in code points; Load reports whatever does not.
const (
	MaxID       = maxID
	MaxTitle    = maxTitle
	MaxQuestion = maxQuestion
)

// IsID reports whether an id has the form that every id must have.
func IsID(id string) bool { return idPattern.MatchString(id) && len(id) <= maxID }

// IsForbidden reports whether a character may not stand in content: control and format characters, and unusual ends of lines.
func IsForbidden(r rune) bool { return isForbidden(r) }

// HasNumber reports whether s holds what counts as a phone number in a text that members read: three digits or more, other than a year.
func HasNumber(s string) bool { return longestNumber(s) >= 3 }

// Position is a place in a file, counted from 1.
type Position struct {
	File      string
	Line, Col int
}

// String writes the position as file:line:col.
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Positions tells where each line stands that the matcher learns from or is held to, by its text, which content holds once: questions and
// phrasings of entries, examples of what is declined, off-topic lines, safety sentences. It reads what Load reads, and is meant for content that loads.
func Positions(fsys fs.FS, locale string) (map[string]Position, error) {
	folder, err := localeFolder(fsys, locale)
	if err != nil {
		return nil, err
	}
	names, err := files(fsys, folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	out := make(map[string]Position)
	var errs []error
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("read content: %w", err))
			continue
		}
		decode(name, raw).positions(out)
	}
	return out, errors.Join(errs...)
}

// positions adds the file's lines.
func (d *document) positions(out map[string]Position) {
	add := func(s, format string, args ...any) {
		if n, ok := d.nodes[fmt.Sprintf(format, args...)]; ok {
			out[s] = Position{d.name, n.Line, n.Column}
		}
	}
	for i, e := range d.File.Entries {
		add(e.Question, "entries.%d.question", i)
		for j, s := range e.Phrasings {
			add(s, "entries.%d.phrasings.%d", i, j)
		}
	}
	for i, e := range d.File.Declines {
		for j, s := range e.Examples {
			add(s, "declines.%d.examples.%d", i, j)
		}
	}
	for i, s := range d.File.OffTopic {
		add(s, "off_topic.%d", i)
	}
	for i, set := range d.File.Safety {
		for field, sentences := range set.sentences() {
			for j, s := range sentences {
				add(s, "safety.%d.%s.%d", i, field, j)
			}
		}
	}
}
