package content_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"faqbot/internal/content"
)

// TestBad loads every folder of testdata/bad and compares all problems, in order. A fixture is a .txtar: its files go over those of
// the good folder, the file "want" holds the problems, and its head may say, a line each,
//
//	# anything
//	in FILE "old" "new"       replace what stands in a file exactly once
//	repeat FILE "text" 1000   append a text many times
//	remove FILE               take a file away
//	unreadable FILE           make reading it fail
//	locale de                 load another locale
//
// UPDATE_GOLDEN=1 rewrites "want".
func TestBad(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(names) < 35 {
		t.Fatalf("%d fixtures, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f := badFixture(t, string(raw))
			lib, err := content.Load(f.folder, f.locale)
			if lib != nil || err == nil {
				t.Fatal("it loads")
			}
			checkProblems(t, err)
			got := err.Error() + "\n"
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(name, []byte(f.text+wantMarker+got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != f.want {
				t.Errorf("problems:\n%swant:\n%s", got, f.want)
			}
		})
	}
}

// checkProblems holds what is true of every error that content causes.
func checkProblems(t *testing.T, err error) {
	t.Helper()
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, err := range list {
		var p *content.Problem
		switch {
		case !errors.As(err, &p):
			t.Errorf("%T is no problem of the content: %v", err, err)
		case p.File == "" || p.Msg == "" || strings.Contains(p.Msg, "\n"):
			t.Errorf("a problem without file or message, or of several lines: %q", p)
		case p.Line < 0 || p.Col < 0 || (p.Line == 0) != (p.Col == 0):
			t.Errorf("line %d, column %d: %v", p.Line, p.Col, p)
		}
	}
}

// wantMarker begins the last file of a fixture.
const wantMarker = "-- want --\n"

type fixture struct {
	text   string // up to the last file
	want   string
	folder fs.FS
	locale string
}

func badFixture(t *testing.T, text string) fixture {
	t.Helper()
	folder := goodFolder(t)
	f := fixture{folder: folder, locale: "en"}
	f.text, f.want, _ = strings.Cut(text, wantMarker)
	head, files, _ := strings.Cut("\n"+f.text, "\n-- ")
	if files != "" {
		for file := range strings.SplitSeq(strings.TrimSuffix(files, "\n"), "\n-- ") {
			name, data, found := strings.Cut(file, " --\n")
			if found {
				data += "\n"
			}
			folder[strings.TrimSuffix(name, " --")] = &fstest.MapFile{Data: []byte(data)}
		}
	}
	for line := range strings.Lines(head) {
		words := fields(t, line)
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "#":
		case "in":
			file := folder[words[1]]
			if n := strings.Count(string(file.Data), words[2]); n != 1 {
				t.Fatalf("%q stands %d times in %s", words[2], n, words[1])
			}
			file.Data = []byte(strings.Replace(string(file.Data), words[2], words[3], 1))
		case "repeat":
			n, err := strconv.Atoi(words[3])
			if err != nil {
				t.Fatal(err)
			}
			folder[words[1]].Data = append(folder[words[1]].Data, strings.Repeat(words[2], n)...)
		case "remove":
			delete(folder, words[1])
		case "unreadable":
			f.folder = unreadable{folder, words[1]}
		case "locale":
			f.locale = words[1]
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	return f
}

// fields splits a line at its blanks, and undoes the quotes of the quoted.
func fields(t *testing.T, line string) []string {
	t.Helper()
	if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
		return []string{"#"}
	}
	var words []string
	for line != "" {
		word, _, _ := strings.Cut(line, " ")
		if quoted, err := strconv.QuotedPrefix(line); err == nil {
			word = quoted
		}
		line = strings.TrimSpace(line[len(word):])
		if unquoted, err := strconv.Unquote(word); err == nil {
			word = unquoted
		}
		words = append(words, word)
	}
	return words
}

// unreadable is a folder with one file that nobody may read.
type unreadable struct {
	fstest.MapFS
	name string
}

func (u unreadable) Open(name string) (fs.File, error) {
	if name == u.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	f, err := u.MapFS.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return f, nil
}

func (u unreadable) ReadFile(name string) ([]byte, error) {
	if name == u.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.ReadFile(name)
}
