package author_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faqbot/faq"
	"faqbot/internal/author"
	"faqbot/internal/content"
)

// importTo imports a spreadsheet called f.csv.
func importTo(sheet, out string) (*author.Imported, error) {
	im := author.Import{Name: "f.csv", Locale: "en", Base: faq.FS, BaseLocale: "en", Keys: []string{author.KeyOffTopic}}
	return im.Run(strings.NewReader(sheet), out)
}

// mustImport imports and loads what was written.
func mustImport(t *testing.T, sheet string) (*author.Imported, *content.Library) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "new")
	made, err := importTo(sheet, out)
	if err != nil {
		t.Fatal(err)
	}
	lib, err := content.Load(os.DirFS(out), "en")
	if err != nil {
		t.Fatal(err)
	}
	return made, lib
}

const head = "id,question,answer\n"

// Each broken spreadsheet gives exactly these problems, all at once, and leaves nothing behind.
func TestBrokenSheets(t *testing.T) {
	t.Parallel()
	good := "faq/a,How much is it?,Nothing.\n"
	const numbers = "a phone number stands outside the help lines (three digits or more count as one, but for years; " +
		"numbers to call belong in helplines.yaml, which each card can show)"
	const rule = "lower-case letters, a slash, then lower-case letters, digits and hyphens, at most 60 characters in all, such as faq/opening-hours"
	const known = "there are id, question, answer, and if you like title, get_help, group"
	for name, tt := range map[string]struct {
		sheet string
		want  []string
	}{
		"empty":           {"", []string{"f.csv: the file is empty"}},
		"blank lines":     {"\n\n,,\n", []string{"f.csv: the file is empty"}},
		"header alone":    {head, []string{"f.csv: there is no row below the header"}},
		"binary":          {"id\x00x", []string{"f.csv: the file is no text: byte 3 is zero"}},
		"xlsx":            {"PK\x03\x04rest", []string{"f.csv: the file is a spreadsheet program's own format: save it as CSV (UTF-8)"}},
		"utf-16":          {"\xff\xfei\x00d\x00", []string{"f.csv: the file is UTF-16: save it as CSV (UTF-8)"}},
		"too large":       {strings.Repeat("x", 16<<20+1), []string{"f.csv: the file has more than 16 MB, which is the most that is read"}},
		"too many rows":   {head + strings.Repeat("a,b,c\n", 100_000), []string{"f.csv:100001:1: more than 100000 rows, which is the most that is read"}},
		"no header":       {"faq/a,Why?\n", []string{`f.csv:1:1: unknown column "faq/a": ` + known, `f.csv:1:1: the column "id" is missing: the first row must name the columns id,question,answer`, `f.csv:1:1: the column "question" is missing: the first row must name the columns id,question,answer`, `f.csv:1:1: the column "answer" is missing: the first row must name the columns id,question,answer`, `f.csv:1:2: unknown column "why?": ` + known}},
		"missing column":  {"id,question\nfaq/a,Why?\n", []string{`f.csv:1:1: the column "answer" is missing: the first row must name the columns id,question,answer`}},
		"column twice":    {"id,question,answer,ID\n", []string{`f.csv:1:4: the column "id" stands here twice, first as column 1`}},
		"unknown column":  {"id,question,answer,notes\n", []string{`f.csv:1:4: unknown column "notes": ` + known}},
		"unnamed column":  {"id,question,answer,\n", []string{"f.csv:1:4: column 4 has no name"}},
		"short row":       {head + good + "faq/b,Why?\n", []string{"f.csv:3:2: the row has 2 fields, not 3 as the header"}},
		"long row":        {head + good + "faq/b,Why, then?,So.\n", []string{"f.csv:3:4: the row has 4 fields, not 3 as the header: a text with the separator in it must stand in quotes"}},
		"bare quote":      {head + good + "faq/b,Say \"hello\"?,So.\nfaq/c,Why?,\n", []string{`f.csv:3:2: a quote (") within a text without quotes around it: put the text in quotes and write "" for each quote in it`, "f.csv:4:3: faq/c has no answer in any of its rows"}},
		"quote inside":    {head + good + "faq/b,\"Say \"hello\"?\",So.\n", []string{`f.csv:3:2: the quote (") that closes this text is missing or stands before its end: write "" for a quote in it`}},
		"open quote":      {head + good + "faq/b,\"Why?,So.\nfaq/c,Why?,So.\n", []string{`f.csv:3:2: the quote (") that opens this text is not closed as it should be: something is wrong with it in line 4 of the file`}},
		"no id":           {head + ",Why?,So.\n,When?,Now.\n", []string{"f.csv:2:1: the id is empty", "f.csv:3:1: the id is empty"}},
		"bad id":          {head + "FAQ/Größe & Preis,Why?,So.\nOpening hours,When?,Now.\nFAQ/Größe & Preis,What?,\n", []string{`f.csv:2:1: "FAQ/Größe & Preis" is no id (` + rule + "): write faq/groesse-preis", `f.csv:3:1: "Opening hours" is no id (` + rule + "): write faq/opening-hours"}},
		"id of no letter": {head + "???,Why?,So.\n", []string{`f.csv:2:1: "???" is no id (` + rule + "): write faq/row-2"}},
		"long id":         {head + "faq/" + strings.Repeat("long-", 20) + "id,Why?,So.\n", []string{`f.csv:2:1: "faq/long-long-long-long-long-long-long-…" is no id (` + rule + "): write faq/long-long-long-long-long-long-long-long-long-long-long-l"}},
		"reserved id":     {head + "card/fees,Why?,So.\n", []string{`f.csv:2:1: the id "card/fees" begins with card/, which is for other cards than answers: write faq/fees`}},
		"no answer":       {head + good + "faq/b,Why?,\nfaq/b,When?, \n", []string{"f.csv:3:3: faq/b has no answer in any of its rows"}},
		"empty question":  {head + good + "faq/b, ,So.\n", []string{"f.csv:3:2: the question is empty"}},
		"signs alone":     {head + "faq/b,?!?,So.\n", []string{`f.csv:2:2: nothing is left of the question "?!?" without its signs`}},
		"long question":   {head + "faq/b," + strings.Repeat("why ", 501) + ",So.\n", []string{"f.csv:2:2: the question has 2003 characters, more than the 2000 of a message"}},
		"clash":           {head + good + "faq/b,how MUCH is it,Much.\n", []string{"f.csv:3:2: the same question stands under faq/a in row 2: one question can have one answer only"}},
		"long answer":     {head + "faq/b,Why?," + strings.Repeat("ä", 1501) + "\n", []string{"f.csv:2:3: answer has 1501 characters, more than 1500"}},
		"markdown":        {head + good + "faq/b,Why?,\x1b[31mred\n", []string{`f.csv:3:3: forbidden character U+001B behind ""`}},
		"invisible":       {head + "faq/b,Why?,So\u200bso.\n", []string{`f.csv:2:3: forbidden character U+200B behind "So"`}},
		"invalid UTF-8":   {head + good + "faq/b,Gr\xf6\xdfe?,S\xf6.\n", []string{"f.csv:3:2: invalid UTF-8: save the file as CSV (UTF-8)", "f.csv:3:3: invalid UTF-8: save the file as CSV (UTF-8)"}},
		"phone number":    {head + "faq/b,Why?,\"Line one.\nCall 0800 123 456.\"\nfaq/c,When?,Call 911.\n", []string{"f.csv:2:3: " + numbers, "f.csv:3:3: " + numbers}},
		"asked number":    {head + "faq/b,Is 0800 123 456 yours?,No.\nfaq/b,Is it yours?,\n", []string{"f.csv:2:2: " + numbers}},
		"no short one": {head + "faq/b,Is it 500?,No.\nfaq/c,Is it 600?,No.\nfaq/d,Is it 700?,No.\nfaq/d,Is it?,No.\n", []string{
			"f.csv:2:2: no question of faq/b can stand on a card: add one of at most 100 characters, without numbers of three digits or more",
			"f.csv:3:2: no question of faq/c can stand on a card: add one of at most 100 characters, without numbers of three digits or more",
		}},
		"symptom":       {head + "symptom/pain,Why?,So.\n", []string{"f.csv:2:1: the symptom symptom/pain does not say when to get help (get_help)", "f.csv:2:1: the symptom symptom/pain has no group"}},
		"unknown group": {"id,group,question,answer\nfaq/b,faq/none,Why?,So.\n", []string{`f.csv:2:2: the group "faq/none" does not exist`}},
		"long title":    {"title,id,question,answer\n" + strings.Repeat("t", 61) + ",faq/b,Why?,So.\n", []string{"f.csv:2:1: title has 61 characters, more than 60"}},
		"rows of quoted lines": {
			head + "faq/a,How?,\"One\n\ntwo\"\n\nfaq/b,,So.\n",
			[]string{"f.csv:4:2: the question is empty"},
		},
		"all at once": {
			"id;question;answer\nfaq/a;;So.\nB;Why?;So.\nfaq/c;When?;" + strings.Repeat("x", 1501) + "\nfaq/d;How?;\n",
			[]string{"f.csv:2:2: the question is empty", `f.csv:3:1: "B" is no id (` + rule + "): write faq/b", "f.csv:4:3: answer has 1501 characters, more than 1500", "f.csv:5:3: faq/d has no answer in any of its rows"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			_, err := importTo(tt.sheet, filepath.Join(dir, "new"))
			if err == nil {
				t.Fatal("it was imported")
			}
			if got, want := err.Error(), strings.Join(tt.want, "\n"); got != want {
				t.Errorf("problems:\n%s\nwant:\n%s", got, want)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
}

// A file with a problem in every row tells the first hundred.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	_, err := importTo(head+strings.Repeat("faq/a,,So.\n", 250), filepath.Join(t.TempDir(), "new"))
	if err == nil || strings.Count(err.Error(), "\n") != 100 || !strings.HasSuffix(err.Error(), "\nf.csv: and 150 problems more") {
		t.Errorf("told as %v", err)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	long := strings.TrimSpace(strings.Repeat("really ", 15)) + " why?"
	for name, sheet := range map[string]string{
		"comma":     "id,question,answer\nfaq/a,Why?,\"One, two.\nThree: \"\"four\"\" #five\"\nfaq/b," + long + ",Yes\nfaq/a,\"What,  for?\",\nfaq/a,why,Other.\n",
		"BOM":       "\ufeffID,Question,Answer\nfaq/a,Why?,\"One, two.\nThree: \"\"four\"\" #five\"\nfaq/b," + long + ",Yes\nfaq/a,\"What,  for?\",\nfaq/a,why,Other.\n",
		"CRLF":      "id,question,answer\r\nfaq/a,Why?,\"One, two.\r\nThree: \"\"four\"\" #five\"\r\nfaq/b," + long + ",Yes\r\n,,\r\nfaq/a,\"What,  for?\",\r\nfaq/a,why,Other.",
		"semicolon": "answer;id;question\n\"One, two. \nThree: \"\"four\"\" #five\";faq/a;Why?\nYes;faq/b;" + long + "\n;faq/a;What, for?\nOther.;faq/a;why\n",
		"tab":       "id\tquestion\tanswer\nfaq/a\tWhy?\t\"One, two.\nThree: \"\"four\"\" #five\"\nfaq/b\t" + long + "\tYes\nfaq/a\tWhat, for?\t\nfaq/a\twhy\tOther.\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made, lib := mustImport(t, sheet)
			if made.Entries != 2 || made.Questions != 3 || len(made.Warnings) != 2 {
				t.Errorf("made %+v", made)
			}
			var got []string
			for _, e := range lib.Entries() {
				got = append(got, fmt.Sprintf("%s|%s|%s|%q|%q|%s|%s", e.ID, e.Title, e.Question, e.Phrasings, e.Answer, e.Review.State, lib.Source(e.Sources[0]).Title))
			}
			want := []string{
				`faq/a|Why?|Why?|["What, for?"]|"One, two.\nThree: \"four\" #five"|draft|Imported from f.csv`,
				"faq/b|really really really really really really really really…|" +
					"really really really really really really really really really really really really really really…|" +
					`["` + long + `"]|"Yes"|draft|Imported from f.csv`,
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// Titles and questions on buttons are short and show no numbers.
func TestCut(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"Why was I charged $500 twice?": "Why was I charged … twice?",
		"500 pounds?":                   "… pounds?",
		"In 2024, why?":                 "In 2024, why?",
		"Is it 10 20 30 or more":        "Is it 10…",
		"Do you open at the weekend, and until when on Sundays and on public holidays?": "Do you open at the weekend, and until when on Sundays and…",
		strings.Repeat("why", 30): strings.Repeat("why", 19) + "wh…",
	} {
		_, lib := mustImport(t, head+`faq/a,"`+asked+"\",So.\n")
		if got := lib.Entries()[0].Title; got != want {
			t.Errorf("%q is titled %q, want %q", asked, got, want)
		}
	}
}

// What is left out is told, with its row and column.
func TestWarnings(t *testing.T) {
	t.Parallel()
	made, _ := mustImport(t, "id,question,answer,title\nfaq/a,Why?,So.,\nfaq/a,why,Other.,One\nfaq/a,What?,So.,Two\n")
	want := []string{
		"f.csv:3:3: the answer of faq/a stands in row 2 already; this other one is not used",
		"f.csv:3:2: the same question stands in row 2 already; this one is left out",
		"f.csv:4:4: the title of faq/a stands in row 3 already; this other one is not used",
	}
	for i, w := range made.Warnings {
		if i >= len(want) || w.Error() != want[i] {
			t.Errorf("warning %d is %q", i, w)
		}
	}
	if len(made.Warnings) != len(want) {
		t.Errorf("%d warnings, not %d", len(made.Warnings), len(want))
	}
}

// A shipped example that somebody imports as a question is theirs.
func TestImportedQuestionWins(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "new")
	im := author.Import{
		Name: "f.csv", Locale: "de", Base: faq.FS, BaseLocale: "en", Keys: []string{author.KeyOffTopic, "declines", "synonyms"},
	}
	made, err := im.Run(strings.NewReader(head+"faq/a,Good morning!,Hello.\nfaq/b,How much ket is a safe dose?,None.\n"), out)
	if err != nil {
		t.Fatal(err)
	}
	lib, err := content.Load(os.DirFS(out), "de")
	if err != nil {
		t.Fatal(err)
	}
	if len(lib.Declines()) == 0 || len(lib.Synonyms()) == 0 || len(lib.OffTopic()) > 60 || len(lib.OffTopic()) == 0 || lib.Locale().Code != "de" {
		t.Errorf("%d declined classes, %d groups of synonyms, %d off-topic lines, locale %v",
			len(lib.Declines()), len(lib.Synonyms()), len(lib.OffTopic()), lib.Locale())
	}
	for _, d := range lib.Declines() {
		if len(d.Related) > 0 {
			t.Errorf("%s is related to %q, which is not there", d.ID, d.Related)
		}
	}
	if len(made.Warnings) != 1 || !strings.HasPrefix(made.Warnings[0].Msg, `the bot's own cards, reminders and help lines are those of "en"`) {
		t.Errorf("warnings %v", made.Warnings)
	}
}

// The fixed texts come along word for word.
func TestFixedTextsAreShipped(t *testing.T) {
	t.Parallel()
	_, lib := mustImport(t, head+"faq/a,Why?,So.\n")
	shipped, err := content.Load(faq.FS, "en")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(lib.Cards(), lib.Directories(), lib.Countries()), fmt.Sprint(shipped.Cards(), shipped.Directories(), shipped.Countries()); got != want {
		t.Error("cards or help lines are others than the shipped ones")
	}
	if len(lib.Entries()) != 1 || len(lib.Declines()) != 0 {
		t.Errorf("%d entries, %d declined classes", len(lib.Entries()), len(lib.Declines()))
	}
}

// Nothing is ever overwritten.
func TestPlaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	full, empty, file := filepath.Join(dir, "full"), filepath.Join(dir, "empty"), filepath.Join(dir, "file")
	if err := errorsOf(os.MkdirAll(filepath.Join(full, "en"), 0o700), os.Mkdir(empty, 0o700), os.WriteFile(file, []byte("kept"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for out, want := range map[string]string{
		full:                           "the folder " + full + " is not empty: nothing is ever overwritten, so name a new one",
		file:                           file + " is no folder that can be written to: ",
		filepath.Join(dir, "no", "in"): "the folder " + filepath.Join(dir, "no") + ", in which in would be made, does not exist",
		empty:                          "",
	} {
		_, err := importTo(head+"faq/a,Why?,So.\n", out)
		if got := fmt.Sprint(err); want == "" && err != nil || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %v, want %q", out, err, want)
		}
	}
	if raw, err := os.ReadFile(filepath.Join(empty, "en", "entries.yaml")); err != nil || !bytes.HasPrefix(raw, []byte("# yaml-language-server: $schema=../schema.json\n")) {
		t.Errorf("the empty folder was not filled: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// A card that a surface cannot draw is told at its answer.
func TestRefusals(t *testing.T) {
	t.Parallel()
	im := author.Import{Name: "f.csv", Locale: "en", Base: faq.FS, BaseLocale: "en", Check: func(*content.Library) []author.Refusal {
		return []author.Refusal{{"faq/b", "terminal: too wide"}, {"the card", "too long"}}
	}}
	dir := t.TempDir()
	_, err := im.Run(strings.NewReader(head+"faq/a,Why?,So.\nfaq/b,What?,That.\n"), filepath.Join(dir, "new"))
	if got, want := fmt.Sprint(err), "f.csv: the card: too long\nf.csv:3:3: faq/b: terminal: too wide"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// 50,000 rows are imported in seconds, to several files.
func TestLargeSheet(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	var b strings.Builder
	b.WriteString(head)
	for i := range 20_000 {
		fmt.Fprintf(&b, "faq/e-%d,Where is %s kept?,The answer.\n", i/20, spelt(i))
	}
	start := time.Now()
	made, lib := mustImport(t, b.String())
	if len(lib.Entries()) != 1000 || made.Questions != 20_000 {
		t.Errorf("%d entries, %d questions", len(lib.Entries()), made.Questions)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	if len(made.Warnings) != 1 || !strings.HasPrefix(made.Warnings[0].Msg, "20000 questions are more than the 10000") {
		t.Errorf("warnings %v", made.Warnings)
	}
}

// spelt writes a number in letters.
func spelt(n int) string {
	s := ""
	for _, d := range fmt.Sprint(n) {
		s += string("bcdfghjklm"[d-'0']) + "a"
	}
	return s
}

// FuzzImport: whatever the bytes, there are either problems or a library that loads and has the answers as they were.
func FuzzImport(f *testing.F) {
	for _, s := range []string{
		"", head, head + "faq/a,Why?,So.\n", "id;question;answer\r\nfaq/a;\"Why\nso?\";\"- so\n  - so: [x]\n\n\"\n", "\ufeffid\tquestion\tanswer\nfaq/a\tWhy?\t|\n",
		head + "faq/a,\"x\"y,z\n", head + "faq/a,\"open\n", head + "faq/a,Why 12345?,# no comment\n", head + "faq/a,100 200,yes\nfaq/b,null,~\nfaq/c,true,007\n",
		head + "faq/a,😀 why,😀 \u2028so\n", "id,question,answer,title,get_help,group\nsymptom/a,Why?,So.,T,Now.,faq/b\nfaq/b,What?,\"That\n\n  so \",,,\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sheet string) {
		out := filepath.Join(t.TempDir(), "new")
		made, err := importTo(sheet, out)
		if err != nil {
			if _, statErr := os.Stat(out); statErr == nil || !strings.HasPrefix(err.Error(), "f.csv:") || strings.Contains(err.Error(), "entries.yaml") {
				t.Fatalf("a folder (%v), or a problem that is not of the spreadsheet: %v", statErr, err)
			}
			return
		}
		lib, err := content.Load(os.DirFS(out), "en")
		if err != nil {
			t.Fatalf("what was imported does not load: %v", err)
		}
		if len(lib.Entries()) != made.Entries {
			t.Fatalf("%d entries, not %d", len(lib.Entries()), made.Entries)
		}
		sheet = strings.NewReplacer("\t", " ", `""`, `"`).Replace(sheet)
		for _, e := range lib.Entries() {
			if !holdsLines(sheet, e.Answer) {
				t.Fatalf("the answer %q of %s was changed", e.Answer, e.ID)
			}
		}
	})
}

// holdsLines reports whether every line stands in a spreadsheet.
func holdsLines(sheet, answer string) bool {
	for line := range strings.Lines(answer) {
		if !strings.Contains(sheet, strings.TrimSpace(line)) {
			return false
		}
	}
	return true
}
