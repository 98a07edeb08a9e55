package content

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"faqbot/internal/parallel"
)

// Library is the validated content of one locale. It is immutable: callers must not change what its methods return.
type Library struct {
	file    File
	entries map[string]int // by id and by further id
	hash    string
}

// Load reads the folder of a locale (such as "en") in fsys, or fsys itself when it has no folders but YAML files. It returns a
// library only when there is no problem; else the error joins every *Problem, in the order of files and lines.
func Load(fsys fs.FS, locale string) (*Library, error) {
	folder, err := localeFolder(fsys, locale)
	if err != nil {
		return nil, err
	}
	names, err := files(fsys, folder, "*.yaml")
	if err != nil || len(names) == 0 {
		return nil, &Problem{File: folder, Msg: "the folder has no .yaml file"}
	}
	var documents []*document
	misnamed, _ := files(fsys, folder, "*.yml")
	for _, name := range misnamed {
		d := newDocument(name)
		d.add(0, 0, "only files named .yaml are read")
		documents = append(documents, d)
	}
	sum := sha256.New()
	decoded := make([]*document, len(names))
	raws := make([][]byte, len(names))
	parallel.Each(len(names), func(i int) {
		raw, err := fs.ReadFile(fsys, names[i])
		if err != nil {
			decoded[i] = unreadable(names[i], err)
			return
		}
		decoded[i], raws[i] = decode(names[i], raw), raw
	})
	for i, name := range names {
		if raws[i] != nil {
			fmt.Fprintf(sum, "%s %d\n%s", path.Base(name), len(raws[i]), raws[i])
		}
	}
	documents = append(documents, decoded...)
	problems := check(documents, locale)
	if len(problems) > 0 {
		return nil, joined(problems)
	}
	return newLibrary(documents, hex.EncodeToString(sum.Sum(nil))), nil
}

// unreadable stands for a file that gave an error in place of its text.
func unreadable(name string, err error) *document {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err // the problem names the file itself
	}
	d := newDocument(name)
	d.add(0, 0, "cannot be read: "+err.Error())
	return d
}

// localeFolder finds where the files of a locale stand.
func localeFolder(fsys fs.FS, locale string) (string, error) {
	if !fs.ValidPath(locale) || strings.Contains(locale, "/") || locale == "." {
		return "", &Problem{File: ".", Msg: fmt.Sprintf("%q is no locale", locale)}
	}
	listed, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return "", fmt.Errorf("read content folder: %w", err)
	}
	var folders []string
	hasFiles := false
	for _, e := range listed {
		switch {
		case e.IsDir() && e.Name() == locale:
			return locale, nil
		case e.IsDir():
			folders = append(folders, e.Name())
		case path.Ext(e.Name()) == ".yaml":
			hasFiles = true
		}
	}
	if hasFiles {
		return ".", nil
	}
	return "", &Problem{File: ".", Msg: fmt.Sprintf("there is no folder for the locale %q (folders: %s)", locale, strings.Join(folders, ", "))}
}

// joined joins problems into one error, sorted by place.
func joined(problems []*Problem) error {
	slices.SortStableFunc(problems, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

func newLibrary(documents []*document, hash string) *Library {
	l := &Library{entries: make(map[string]int), hash: hash, file: merge(documents)}
	for i, e := range l.file.Entries {
		l.entries[e.ID] = i
		for _, id := range e.Also {
			l.entries[id] = i
		}
	}
	return l
}

// merge puts the files of a folder together, in the order of their names.
func merge(documents []*document) File {
	all := File{Reminders: map[string]string{}, Sources: map[string]Source{}, Helplines: map[string]Helplines{}}
	for _, d := range documents {
		f := d.File
		if all.Locale == nil {
			all.Locale = f.Locale
		}
		all.Entries = append(all.Entries, f.Entries...)
		all.Declines = append(all.Declines, f.Declines...)
		all.OffTopic = append(all.OffTopic, f.OffTopic...)
		all.Cards = append(all.Cards, f.Cards...)
		all.Directories = append(all.Directories, f.Directories...)
		all.Synonyms = append(all.Synonyms, f.Synonyms...)
		all.Unasked = append(all.Unasked, f.Unasked...)
		all.Safety = append(all.Safety, f.Safety...)
		maps.Copy(all.Reminders, f.Reminders)
		maps.Copy(all.Sources, f.Sources)
		maps.Copy(all.Helplines, f.Helplines)
	}
	return all
}

// Hash identifies the content, as 64 hexadecimal digits.
func (l *Library) Hash() string { return l.hash }

// Locale returns the language of the content.
func (l *Library) Locale() Locale { return *l.file.Locale }

// Entries returns all entries in the order of the files.
func (l *Library) Entries() []Entry { return l.file.Entries }

// Entry finds an entry by its id or one of its further ids.
func (l *Library) Entry(id string) (*Entry, bool) {
	i, ok := l.entries[id]
	if !ok {
		return nil, false
	}
	return &l.file.Entries[i], true
}

// Declines returns what is declined, in the order of the files.
func (l *Library) Declines() []Decline { return l.file.Declines }

// Decline finds a declined class by its id.
func (l *Library) Decline(id string) (*Decline, bool) {
	for i := range l.file.Declines {
		if l.file.Declines[i].ID == id {
			return &l.file.Declines[i], true
		}
	}
	return nil, false
}

// Card finds a fixed card of the bot itself. A library always has the ones that this package names.
func (l *Library) Card(id string) (*FixedCard, bool) {
	for i := range l.file.Cards {
		if l.file.Cards[i].ID == id {
			return &l.file.Cards[i], true
		}
	}
	return nil, false
}

// Cards returns the fixed cards in the order of the files.
func (l *Library) Cards() []FixedCard { return l.file.Cards }

// Reminder returns the professional-support reminder of a key that an entry or card names.
func (l *Library) Reminder(key string) string { return l.file.Reminders[key] }

// Source returns the source of a key that an entry or card names.
func (l *Library) Source(key string) Source { return l.file.Sources[key] }

// OffTopic returns the lines that no entry should answer.
func (l *Library) OffTopic() []string { return l.file.OffTopic }

// Synonyms returns groups of equivalents, the canonical form first.
func (l *Library) Synonyms() [][]string { return l.file.Synonyms }

// Unasked returns words of which a message to nobody must have one to be answered; none when every message may be.
func (l *Library) Unasked() []string { return l.file.Unasked }

// Directories returns the international directories of help lines.
func (l *Library) Directories() []Directory { return l.file.Directories }

// Countries returns the codes that have help lines, in alphabetical order of the countries' names.
func (l *Library) Countries() []string {
	var codes []string
	for code := range l.file.Helplines {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int {
		return cmp.Or(cmp.Compare(l.file.Helplines[a].Name, l.file.Helplines[b].Name), cmp.Compare(a, b))
	})
	return codes
}

// Helplines returns the lines of a country, those of the European Union for a member state without its own, and ok false for all
// other countries.
func (l *Library) Helplines(country string) (lines Helplines, ok bool) {
	if lines, ok = l.file.Helplines[country]; ok {
		return lines, true
	}
	if len(country) == 2 && strings.Contains(euMembers, " "+country+" ") {
		lines, ok = l.file.Helplines["EU"]
	}
	return lines, ok
}

// TextHash identifies the words of a card that a review signs: sixteen hexadecimal digits of the SHA-256 over its parts.
func TextHash(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d\n%s\n", len(p), p)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// Hash identifies the words of the entry that a review signs.
func (e *Entry) Hash() string { return TextHash(e.ID, e.Title, e.Answer, e.GetHelp) }

// Hash identifies the words of the card that a review signs.
func (d *Decline) Hash() string { return TextHash(d.ID, d.Title, d.Text) }

// Hash identifies the words of the card that a review signs.
func (c *FixedCard) Hash() string { return TextHash(c.ID, c.Title, c.Text) }

// NextReview returns the day by which a reviewed text must be read again; ok is false for a draft.
func (r Review) NextReview() (at time.Time, ok bool) {
	if !r.Reviewed() {
		return time.Time{}, false
	}
	at, err := time.Parse(day, r.Next)
	return at, err == nil
}
