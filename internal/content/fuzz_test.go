package content_test

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"faqbot/internal/content"

	"gopkg.in/yaml.v3"
)

// FuzzLoad reads arbitrary bytes as one more file of the good folder, and in place of its entries.
func FuzzLoad(f *testing.F) {
	good := goodFolder(f)
	const file = "en/entries.yaml"
	for _, name := range []string{file, "en/base.yaml", "en/helplines.yaml"} {
		f.Add(good[name].Data, false)
	}
	f.Add(good[file].Data, true)
	names, err := fs.Glob(os.DirFS("testdata/bad"), "*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile("testdata/bad/" + name)
		if err != nil {
			f.Fatal(err)
		}
		if _, more, ok := bytes.Cut(raw, []byte("-- en/more.yaml --\n")); ok {
			f.Add(bytes.Split(more, []byte("-- want"))[0], false)
		}
	}
	for _, seed := range []string{
		"locale:\n", "reminders: {a: \"\\ud83d\\u0000\"}", "off_topic: ['a''b', \"a\\nb\", |-\n  x\n  y\n]", "? a\n: b", "%YAML 1.1\n---\nsources: {b: {title: '- x'}}",
		"synonyms: [[\"~\", \"0x1\"], [yes, \"1e3\"]]", "a: &a [*a]", "- - - -", "{{{{", "\ufeff# x", "off_topic:\n- \"  x \\n\\n y \"\n- >+\n  z\n\n", "&a", "!!map {}",
	} {
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, raw []byte, instead bool) {
		folder := maps.Clone(good)
		name := "en/more.yaml"
		if instead {
			name = file
		}
		folder[name] = &fstest.MapFile{Data: raw}
		lib, err := content.Load(folder, "en")
		if err != nil {
			checkProblems(t, err)
			checkPlaces(t, err, name, string(raw))
			return
		}
		written := write(t, lib)
		again, err := content.Load(fstest.MapFS{"all.yaml": {Data: written}}, "en")
		if err != nil {
			t.Fatalf("written again it has problems: %v\n%s", err, written)
		}
		if twice := write(t, again); !bytes.Equal(written, twice) {
			t.Errorf("written again it is\n%s, not\n%s", twice, written)
		}
	})
}

// checkPlaces checks that every problem of a file lies inside it, or just behind a line's end.
func checkPlaces(t *testing.T, err error, name, text string) {
	t.Helper()
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("not joined: %v", err)
	}
	for _, err := range joined.Unwrap() {
		var p *content.Problem
		if !errors.As(err, &p) || p.File != name || p.Line == 0 {
			continue
		}
		if p.Line > len(lines) || p.Col > utf8.RuneCountInString(lines[p.Line-1])+1 {
			t.Errorf("a file of %d lines has no such place: %v", len(lines), err)
		}
	}
}

// write writes a library as one file.
func write(t *testing.T, lib *content.Library) []byte {
	t.Helper()
	raw, err := yaml.Marshal(lib.All())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
