package content_test

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"faqbot/internal/content"
)

// goodFolder reads the smallest folder that loads, to be changed by a test.
func goodFolder(t testing.TB) fstest.MapFS {
	t.Helper()
	folder := fstest.MapFS{}
	good := os.DirFS("testdata/good")
	names, err := fs.Glob(good, "en/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no good folder", err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(good, name)
		if err != nil {
			t.Fatal(err)
		}
		folder[name] = &fstest.MapFile{Data: raw}
	}
	return folder
}

func mustLoad(t testing.TB, fsys fs.FS) *content.Library {
	t.Helper()
	lib, err := content.Load(fsys, "en")
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func TestLoad(t *testing.T) {
	t.Parallel()
	lib := mustLoad(t, goodFolder(t))
	if got, want := lib.Locale(), (content.Locale{Code: "en", Name: "English"}); got != want {
		t.Errorf("the locale is %v, want %v", got, want)
	}
	if len(lib.Entries()) != 2 || len(lib.Declines()) != 1 || len(lib.Cards()) != 8 || len(lib.Directories()) != 1 {
		t.Errorf("%d entries, %d declines, %d cards, %d directories", len(lib.Entries()), len(lib.Declines()), len(lib.Cards()), len(lib.Directories()))
	}
	if got, want := lib.OffTopic(), []string{"what is for lunch"}; !slices.Equal(got, want) {
		t.Errorf("off-topic lines are %v, want %v", got, want)
	}
	if got, want := lib.Synonyms(), [][]string{{"withdrawal", "wd", "withdrawl"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("synonyms are %v, want %v", got, want)
	}
	if got, want := lib.Unasked(), []string{"withdrawal", "quit it"}; !slices.Equal(got, want) {
		t.Errorf("words of what is answered unasked are %v, want %v", got, want)
	}
	if got := lib.Reminder("general"); got != "Talk to someone you trust." {
		t.Errorf("the reminder is %q", got)
	}
	if got := lib.Source("facts"); got != (content.Source{Title: "Fact sheet"}) {
		t.Errorf("the source is %v", got)
	}
	if lib.Reminder("other") != "" || lib.Source("other") != (content.Source{}) {
		t.Error("unknown keys give something")
	}
}

func TestLookUp(t *testing.T) {
	t.Parallel()
	lib := mustLoad(t, goodFolder(t))
	for id, want := range map[string]string{"symptom/sweating": "symptom/sweating", "symptoms/skin": "symptom/sweating", "symptoms/body": "symptoms/body"} {
		if e, ok := lib.Entry(id); !ok || e.ID != want {
			t.Errorf("Entry(%q) is %v, %v", id, e, ok)
		}
	}
	for _, id := range []string{"", "symptom/other", "decline/amounts", "card/help"} {
		if e, ok := lib.Entry(id); ok || e != nil {
			t.Errorf("Entry(%q) is %v", id, e)
		}
	}
	if d, ok := lib.Decline("decline/amounts"); !ok || d.Title != "No amounts" {
		t.Errorf("the declined class is %v, %v", d, ok)
	}
	if _, ok := lib.Decline("symptoms/body"); ok {
		t.Error("an entry is found as a declined class")
	}
	for _, id := range []string{
		content.CardNoAnswer, content.CardNoAnswerVenting, content.CardChoose, content.CardHelp, content.CardAbout, content.CardPrivacy,
		content.CardCheckIn, content.CardSeeDoctor,
	} {
		if c, ok := lib.Card(id); !ok || c.ID != id {
			t.Errorf("Card(%q) is %v, %v", id, c, ok)
		}
	}
	if _, ok := lib.Card("card/other"); ok {
		t.Error("an unknown card is found")
	}
}

// Files may stand in a folder of the locale or alone, may begin with a byte order mark and may end lines as Windows does.
func TestLoadShapes(t *testing.T) {
	t.Parallel()
	good := goodFolder(t)
	want := mustLoad(t, good)
	shapes := map[string]fstest.MapFS{"flat": {}, "Windows": {}, "beside": {}}
	for name, file := range good {
		shapes["flat"][path.Base(name)] = file
		windows := "\ufeff" + strings.ReplaceAll(string(file.Data), "\n", "\r\n")
		shapes["Windows"][name] = &fstest.MapFile{Data: []byte(windows)}
		shapes["beside"][name] = file
	}
	shapes["beside"]["de/other.yaml"] = &fstest.MapFile{Data: []byte("not: read")}
	shapes["beside"]["en/README.md"] = &fstest.MapFile{Data: []byte("not read")}
	shapes["beside"]["en.model"] = &fstest.MapFile{}
	for name, shape := range shapes {
		lib := mustLoad(t, shape)
		if !reflect.DeepEqual(lib.Entries(), want.Entries()) || !reflect.DeepEqual(lib.Cards(), want.Cards()) {
			t.Errorf("%s: other content", name)
		}
		if same := lib.Hash() == want.Hash(); same != (name != "Windows") {
			t.Errorf("%s: the hash is the same: %v", name, same)
		}
	}
}

// Whatever byte changes, the hash does; where the folder lies does not matter.
func TestHash(t *testing.T) {
	t.Parallel()
	folder := goodFolder(t)
	hash := mustLoad(t, folder).Hash()
	if len(hash) != 64 || mustLoad(t, os.DirFS("testdata/good")).Hash() != hash {
		t.Errorf("the hash %q is not the same twice", hash)
	}
	seen := map[string]bool{hash: true}
	const file = "en/base.yaml"
	raw := folder[file].Data
	comment := strings.Index(string(raw), "\n") // every byte of the comment in the first line, which never is a fault
	for i := 2; i < comment; i++ {
		changed := slices.Clone(raw)
		changed[i] ^= 1
		if changed[i] < ' ' {
			continue
		}
		folder[file] = &fstest.MapFile{Data: changed}
		seen[mustLoad(t, folder).Hash()] = true
	}
	if len(seen) != comment-2+1 {
		t.Errorf("%d hashes of %d texts", len(seen), comment-2+1)
	}
	folder[file] = &fstest.MapFile{Data: raw}
	folder["en/more.yaml"] = &fstest.MapFile{Data: []byte("off_topic: []\n")}
	one := mustLoad(t, folder).Hash()
	folder["en/most.yaml"] = folder["en/more.yaml"]
	delete(folder, "en/more.yaml")
	if other := mustLoad(t, folder).Hash(); one == hash || other == one {
		t.Error("a further file or its name does not change the hash")
	}
}

func TestTextHash(t *testing.T) {
	t.Parallel()
	hashes := map[string]bool{}
	parts := [][]string{nil, {""}, {"", ""}, {"a"}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a\n", "b"}, {"a", "\nb"}, {"a\n1\nb"}, {"a", "b", ""}}
	for _, p := range parts {
		h := content.TextHash(p...)
		if len(h) != 16 || h != content.TextHash(p...) {
			t.Errorf("the hash of %q is %q", p, h)
		}
		hashes[h] = true
	}
	if len(hashes) != len(parts) {
		t.Errorf("%d hashes of %d texts", len(hashes), len(parts))
	}
	// A signature holds for the words of a card, and for nothing that may change without a new review.
	e := content.Entry{ID: "a/b", Title: "T", Answer: "A", GetHelp: "G", Question: "Q"}
	for name, changed := range map[string]content.Entry{
		"id": {ID: "a/c", Title: "T", Answer: "A", GetHelp: "G"}, "title": {ID: "a/b", Title: "t", Answer: "A", GetHelp: "G"},
		"answer": {ID: "a/b", Title: "T", Answer: "a", GetHelp: "G"}, "get_help": {ID: "a/b", Title: "T", Answer: "A"},
		"answer moved to get_help": {ID: "a/b", Title: "T", GetHelp: "AG"},
	} {
		if changed.Hash() == e.Hash() {
			t.Errorf("another %s gives the same hash", name)
		}
	}
	same := e
	same.Phrasings, same.Aliases, same.Review = []string{"p"}, []string{"a"}, content.Review{State: "draft"}
	if same.Hash() != e.Hash() {
		t.Error("phrasings change the hash")
	}
	d, c := content.Decline{ID: "a/b", Title: "T", Text: "A"}, content.FixedCard{ID: "a/b", Title: "T", Text: "A"}
	if d.Hash() != content.TextHash("a/b", "T", "A") || c.Hash() != d.Hash() {
		t.Error("the hashes of cards are not those of their words")
	}
}

func TestReview(t *testing.T) {
	t.Parallel()
	lib := mustLoad(t, goodFolder(t))
	e, _ := lib.Entry("symptom/sweating")
	if at, ok := e.Review.NextReview(); !ok || at.Format("2006-01-02") != "2027-11-01" || !e.Review.Reviewed() {
		t.Errorf("the next review is %v, %v", at, ok)
	}
	e, _ = lib.Entry("symptoms/body")
	if at, ok := e.Review.NextReview(); ok || !at.IsZero() || e.Review.Reviewed() {
		t.Errorf("a draft is to be reviewed again: %v", at)
	}
	if _, ok := (content.Review{State: "reviewed", Next: "soon"}).NextReview(); ok {
		t.Error("a bad date is a date")
	}
}

// A library holds no reference to what it was read from, nothing outside can be set, and all methods may be called at once.
func TestLibraryIsImmutable(t *testing.T) {
	t.Parallel()
	folder := goodFolder(t)
	lib := mustLoad(t, folder)
	kind := reflect.TypeFor[content.Library]()
	for f := range kind.Fields() {
		if f.IsExported() {
			t.Errorf("the field %s can be set", f.Name)
		}
	}
	// calls gives all that the methods without arguments return.
	calls := func() (results []any) {
		v := reflect.ValueOf(lib)
		for _, m := range v.Methods() {
			if m.Type().NumIn() == 0 {
				results = append(results, m.Call(nil)[0].Interface())
			}
		}
		return results
	}
	want := calls()
	for _, file := range folder {
		clear(file.Data)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if !reflect.DeepEqual(calls(), want) {
				t.Error("a second call gives something else")
			}
			lib.Entry("symptoms/skin")
			lib.Helplines("FR")
		})
	}
	group.Wait()
	countries := lib.Countries()
	countries[0] = "XX"
	if lib.Countries()[0] == "XX" {
		t.Error("the list of countries can be changed")
	}
}

func TestLoadFolderErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, locale, want string
		fsys               fs.FS
	}{
		{"no locale", "", `.: "" is no locale`, fstest.MapFS{}},
		{"path", "../en", `.: "../en" is no locale`, fstest.MapFS{}},
		{"folder in folder", "en/x", `.: "en/x" is no locale`, fstest.MapFS{}},
		{"this folder", ".", `.: "." is no locale`, fstest.MapFS{}},
		{"empty", "en", `.: there is no folder for the locale "en" (folders: )`, fstest.MapFS{}},
		{"other folders", "fr", `.: there is no folder for the locale "fr" (folders: de, en)`, fstest.MapFS{"en/x": {}, "de/x": {}}},
		{"no files", "en", `en: the folder has no .yaml file`, fstest.MapFS{"en/readme.md": {}}},
	}
	for _, tt := range tests {
		lib, err := content.Load(tt.fsys, tt.locale)
		var problem *content.Problem
		if lib != nil || !errors.As(err, &problem) || err.Error() != tt.want {
			t.Errorf("%s: %v, %v, want %s", tt.name, lib, err, tt.want)
		}
	}
	if _, err := content.Load(os.DirFS("testdata/missing"), "en"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder gives %v", err)
	}
}

func TestHelplines(t *testing.T) {
	t.Parallel()
	lib := mustLoad(t, goodFolder(t))
	const members = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
	if n := len(strings.Fields(members)); n != 27 {
		t.Fatalf("%d member states", n)
	}
	for code := range strings.FieldsSeq(members) {
		if lines, ok := lib.Helplines(code); !ok || lines.Name != "European Union" || lines.Lines[0].Call[0] != "112" {
			t.Errorf("%s has %v, %v, want those of the European Union", code, lines, ok)
		}
	}
	if lines, ok := lib.Helplines("GB"); !ok || lines.Lines[0].Call[0] != "999" {
		t.Errorf("GB has %v, %v", lines, ok)
	}
	for _, code := range []string{"", " ", "US", "CH", "NO", "XX", "UK", "fr", "FR DE", "T B", "A"} {
		if lines, ok := lib.Helplines(code); ok || len(lines.Lines) > 0 {
			t.Errorf("%q has %v", code, lines)
		}
	}
	if got, want := lib.Countries(), []string{"EU", "GB"}; !slices.Equal(got, want) {
		t.Errorf("countries are %v, want %v", got, want)
	}
	folder := goodFolder(t)
	folder["en/france.yaml"] = &fstest.MapFile{Data: []byte(`helplines: {FR: {name: France, lines: [
  {role: emergency, name: Emergency, call: ["15"], checked_on: 2026-11-23, evidence: seen}]}}`)}
	lib = mustLoad(t, folder)
	if lines, _ := lib.Helplines("FR"); lines.Name != "France" {
		t.Errorf("France's own lines are hidden by those of %s", lines.Name)
	}
	if got, want := lib.Countries(), []string{"EU", "FR", "GB"}; !slices.Equal(got, want) {
		t.Errorf("countries are %v, want %v", got, want)
	}
}

func TestParseCountry(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"GB": "GB", "gb": "GB", " gb\n": "GB", "UK": "GB", "uk": "GB", "Uk": "GB", "us": "US", "EU": "EU", "XX": "XX", "fr": "FR",
		"": "", "U": "", "USA": "", "U1": "", "U ": "", "ÜK": "", "é": "", "ſs": "", "U-": "", "United Kingdom": "", "12": "", "ＵＳ": "", "U\x00": "",
	} {
		got, ok := content.ParseCountry(in)
		if got != want || ok != (want != "") {
			t.Errorf("ParseCountry(%q) is %q, %v, want %q", in, got, ok, want)
		}
	}
}
