// Package author writes content, and tells those who write it what the matcher makes of it.
//
// It makes a content folder from a spreadsheet, with every problem at its row and column, and reports phrasings that are read as
// another entry. It knows spreadsheets, the YAML of content and what a prediction of the matcher says. It must not know how questions
// are answered or drawn, nor any chat platform; it never changes an answer's words, and never signs a review.
package author

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"faqbot/internal/content"
)

// learnable is how many questions are learnt, once, within a minute on two cores.
const learnable = 10_000

// maxWarnings is how many warnings are told.
const maxWarnings = 20

// Import is one spreadsheet to be made a content folder.
type Import struct {
	Name   string // of the spreadsheet, as messages name it
	Locale string // of the new content
	Base   fs.FS  // content whose fixed texts the new folder starts with
	// BaseLocale is the folder of Base that is taken.
	BaseLocale string
	// Keys of content files that are taken from Base besides the fixed texts, such as off_topic; a file is taken or left as a whole.
	Keys []string
	// Check says what is wrong with the replies of the new content, nil for nothing to be checked. It is called once.
	Check func(*content.Library) []Refusal
}

// Refusal is a card that a surface cannot draw.
type Refusal struct {
	ID  string // of the entry; others are told without a place
	Msg string
}

// Imported says what was made.
type Imported struct {
	Entries, Questions int
	Warnings           []*content.Problem
}

// Run reads the spreadsheet and writes the folder out, which must not exist or be empty, or nothing at all. The error joins every
// *content.Problem of the spreadsheet, with its row as the line and its column as the column, both as a spreadsheet program counts.
func (im *Import) Run(in io.Reader, out string) (*Imported, error) {
	dir, err := place(out)
	if err != nil {
		return nil, err
	}
	f, warnings := &faults{name: im.Name}, &faults{name: im.Name}
	s, err := readSheet(in, f)
	if err != nil {
		return nil, err
	}
	if s.columns == nil {
		return nil, f.err()
	}
	entries := gather(s, f, warnings)
	if len(entries) == 0 {
		if len(f.list) == 0 {
			f.at(cell{}, "there is no row below the header")
		}
		return nil, f.err()
	}
	if err := im.write(dir, entries, f); err != nil {
		return nil, err
	}
	result := &Imported{Entries: len(entries)}
	for _, e := range entries {
		result.Questions += len(e.questions)
	}
	im.warn(result, warnings)
	return result, nil
}

// write makes the folder unless there are faults, its own or those that the loader finds.
func (im *Import) write(dir string, entries []*entry, f *faults) error {
	written, err := entryFiles(entries, "Imported from "+sourceName(im.Name))
	if err != nil {
		return err
	}
	base, err := im.baseFiles(append(fixedKeys(), im.Keys...), entries)
	if err != nil {
		return err
	}
	files := make(map[string][]byte)
	for name, raw := range base {
		files[path.Join(im.Locale, name)] = raw
	}
	for _, w := range written {
		files[path.Join(im.Locale, w.name)] = w.raw
	}
	if raw, err := fs.ReadFile(im.Base, schemaFile); err == nil { // editors miss it, nobody else does
		files[schemaFile] = raw
	}
	return writeFolder(dir, files, func(fsys fs.FS) error {
		lib, err := content.Load(fsys, im.Locale)
		switch {
		case err != nil:
			im.trace(err, written, f)
		case im.Check != nil:
			for _, r := range im.Check(lib) {
				im.traceRefusal(r, entries, f)
			}
		}
		return f.err()
	})
}

// sourceName is the file's name as a card may show it.
func sourceName(name string) string {
	name = strings.Map(func(r rune) rune {
		if content.IsForbidden(r) || r == '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(filepath.Base(name), ""))
	return cmp.Or(shorten(name), "a spreadsheet")
}

// inner is how the loader refers to another place in what was written.
var inner = regexp.MustCompile(`[^ ]*/(entries(?:-\d+)?\.yaml):(\d+):\d+`)

// trace turns problems of what was written into faults of the spreadsheet.
func (im *Import) trace(err error, written []yamlFile, f *faults) {
	from := make(map[string]origins)
	for _, w := range written {
		from[w.name] = newOrigins(w)
	}
	cellAt := func(file string, line int) (cell, bool) {
		o := from[path.Base(file)]
		return o.at(line)
	}
	before := len(f.list)
	for _, e := range joined(err) {
		var p *content.Problem
		if !errors.As(e, &p) {
			f.at(cell{}, "%s", e)
			continue
		}
		c, ok := cellAt(p.File, p.Line)
		if !ok && before > 0 {
			continue // of the folder as a whole, which lacks what has a fault already
		}
		f.at(c, "%s", explain(inner.ReplaceAllStringFunc(p.Msg, func(s string) string {
			m := inner.FindStringSubmatch(s)
			line, _ := strconv.Atoi(m[2])
			if c, ok := cellAt(m[1], line); ok {
				return fmt.Sprintf("%s:%d:%d", im.Name, c.row, c.col)
			}
			return s
		})))
	}
}

// explain adds to a rule's message what somebody who knows only the spreadsheet needs.
func explain(msg string) string {
	if strings.HasPrefix(msg, "a phone number stands outside") {
		return msg + " (three digits or more count as one, but for years; numbers to call belong in helplines.yaml, which each card can show)"
	}
	return msg
}

func (im *Import) traceRefusal(r Refusal, entries []*entry, f *faults) {
	for _, e := range entries {
		if e.id == r.ID {
			f.at(e.cellOf(columnAnswer), "%s: %s", r.ID, r.Msg)
			return
		}
	}
	f.at(cell{}, "%s: %s", r.ID, r.Msg)
}

// joined takes the error of content.Load apart.
func joined(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		return all.Unwrap()
	}
	return []error{err}
}

// warn keeps the first warnings, and adds those about the whole.
func (im *Import) warn(result *Imported, warnings *faults) {
	result.Warnings = warnings.list[:min(maxWarnings, len(warnings.list))]
	whole := func(format string, args ...any) {
		result.Warnings = append(result.Warnings, &content.Problem{File: im.Name, Msg: fmt.Sprintf(format, args...)})
	}
	if more := len(warnings.list) - maxWarnings; more > 0 {
		whole("and %d warnings more", more)
	}
	if im.Locale != im.BaseLocale {
		whole("the bot's own cards, reminders and help lines are those of %q: translate them, and write the language's name into its locale line", im.BaseLocale)
	}
	if n := result.Questions; n > learnable {
		whole("%d questions are more than the %d that are learnt within a minute: keep the 60 or so that differ most for each entry", n, learnable)
	}
}
