package evaluate

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write writes a file of questions and returns its name.
func write(t *testing.T, lines string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "q.jsonl")
	if err := os.WriteFile(name, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLoad(t *testing.T) {
	t.Parallel()
	name := write(t, "\ufeff"+`{"text":"how long","kind":"answer","expect":["faq/duration","decline"],"style":"chat","extra":{"a":1}}

{"id":"x-1","text":"","kind":"none","expect":["none"]}`+"\r\n"+
		`{"text":"buy","kind":"decline","expect":["decline/sourcing"]}
{"text":"buy","kind":"decline","expect":["decline"]}
{"text":"help","kind":"crisis","expect":["crisis/harm"]}`)
	got, err := Load(cardsBot(t), []string{name})
	if err != nil {
		t.Fatal(err)
	}
	want := []Question{
		{"fabbe22b1d", "how long", KindAnswer, []string{"faq/duration", "decline"}, "chat"},
		{"x-1", "", KindNone, []string{"none"}, ""},
		{"b7fe4ff8be", "buy", KindDecline, []string{"decline/sourcing"}, ""},
		{"b7fe4ff8be-2", "buy", KindDecline, []string{"decline"}, ""},
		{"", "help", KindCrisis, []string{"crisis/harm"}, ""},
	}
	for i := range want {
		if len(got) == len(want) && len(got[i].ID) >= 10 { // a made id is what it is, but stays so
			want[i].ID = got[i].ID
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("questions (-want +got):\n%s", d)
	}
	if got[3].ID != got[2].ID+"-2" || got[0].ID == got[4].ID {
		t.Errorf("made ids %q, %q, %q, %q", got[0].ID, got[2].ID, got[3].ID, got[4].ID)
	}
	again, err := Load(cardsBot(t), []string{write(t, `{"text":"how long","kind":"none","expect":["none"]}`)})
	if err != nil || again[0].ID != got[0].ID {
		t.Errorf("the id of a text depends on more than the text (%v)", err)
	}
}

// A further id of an entry means the entry.
func TestLoadFurtherIDs(t *testing.T) {
	t.Parallel()
	for _, e := range cardsBot(t).Library().Entries() {
		for _, also := range e.Also {
			got, err := Load(cardsBot(t), []string{write(t, `{"text":"q","kind":"answer","expect":["`+also+`"]}`)})
			if err != nil || got[0].Expect[0] != e.ID {
				t.Errorf("%s is %v, not %s (%v)", also, got, e.ID, err)
			}
		}
	}
}

func TestLoadProblems(t *testing.T) {
	t.Parallel()
	name := write(t, `{"text":"ok","kind":"none","expect":["none"],"id":"1"}
{"text":"q","kind":"question","expect":["none"]}
{"text":"q","expect":["none"]}
{"kind":"none","expect":["none"]}
{"text":"q","kind":"none"}
{"text":"q","kind":"none","expect":[]}
{"text":"q","kind":"answer","expect":["faq/nothing","faq/duration","faq/duration"]}
{"text":"q","kind":"decline","expect":["decline/nothing"]}
{"text":"q","kind":"crisis","expect":["crisis/nothing"]}
{"text":"q","kind":"none","expect":["faq/duration"]}

not JSON
{"text":"q","kind":"none","expect":["none"],"id":"1"}
{"text":5,"kind":"none","expect":["none"]}
{"text":"q","kind":"crisis","expect":["crisis/harm","sport"]} {}
`+"{\"text\":\"\xff\",\"kind\":\"none\",\"expect\":[\"none\"]}\n")
	empty := write(t, "\n\n")
	missing := filepath.Join(t.TempDir(), "missing.jsonl")
	_, err := Load(cardsBot(t), []string{name, empty, missing})
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		`FILE:2: unknown kind "question": answer, none, decline or crisis`,
		`FILE:3: there is no kind`,
		`FILE:4: there is no text`,
		`FILE:5: there is no id in expect`,
		`FILE:6: there is no id in expect`,
		`FILE:7: the content has no "faq/nothing"`,
		`FILE:7: "faq/duration" stands in expect twice`,
		`FILE:8: the content has no "decline/nothing"`,
		`FILE:9: the content has no "crisis/nothing"`,
		`FILE:10: "faq/duration" fits the kind answer, not none`,
		`FILE:12: not a question in JSON: invalid character 'o' in literal null (expecting 'u')`,
		`FILE:13: the id "1" is that of FILE:1`,
		`FILE:14: not a question in JSON: json: cannot unmarshal number into Go struct field row.text of type string`,
		`FILE:15: not a question in JSON: invalid character '{' after top-level value`,
		`FILE:16: the line is not UTF-8`,
		`EMPTY holds no question`,
		`read questions: open MISSING: no such file or directory`,
	}
	got := strings.NewReplacer(name, "FILE", empty, "EMPTY", missing, "MISSING").Replace(err.Error())
	if d := cmp.Diff(want, strings.Split(got, "\n")); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
}

func TestKeyword(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]bool{
		"I WANT to die": true, "feeling suicidal": true, "suicide": true, "he overdosed": true, "better off dead, all of them": true,
		"how long will this last": false, "wanting to diet": false, "": false,
	} {
		if got := (Result{Question: Question{Text: words}}).keyword(); got != want {
			t.Errorf("%q: %v", words, got)
		}
	}
	if n := len(keywords()); n != 16 {
		t.Errorf("%d key words, not the 16 that the reports speak of", n)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	done, finish := NewProgress(&b, 3)
	done()
	done()
	done()
	finish()
	if !strings.Contains(b.String(), "asking") || !strings.Contains(b.String(), "2/3") {
		t.Errorf("the bar wrote %q", b.String())
	}
	if i := strings.LastIndexByte(b.String(), '\r'); i < 0 || strings.Contains(b.String()[i:], "asking") {
		t.Errorf("the bar is still there: %q", b.String())
	}
}
