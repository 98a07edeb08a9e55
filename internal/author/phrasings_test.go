package author_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"faqbot/internal/author"
	"faqbot/internal/content"
	"faqbot/internal/match"
)

// predictions are what a matcher could say of the lines of a small library.
func predictions(lib *content.Library) []match.Prediction {
	read := map[string]string{"two of a": "faq/b", "three of a": "faq/b", "four of a": "need", "b is it": "off-topic", "lol": "faq/a", "hit me up": "harmless"}
	var out []match.Prediction
	say := func(label, s string) {
		hits := []match.Hit{{Label: label, Confidence: 0.9}}
		if as, ok := read[s]; ok {
			hits = []match.Hit{{Label: as, Confidence: 0.75}, {Label: label, Confidence: 0.125}}
		}
		out = append(out, match.Prediction{Example: match.Example{Label: label, Text: s}, Hits: hits})
	}
	for _, e := range lib.Entries() {
		for _, s := range append([]string{e.Question}, e.Phrasings...) {
			say(e.ID, s)
		}
	}
	say("off-topic", "lol")
	say("off-topic", "hi")
	say("off-topic", "hit me up")
	say("need", "of no interest")
	return out
}

func TestPhrasings(t *testing.T) {
	t.Parallel()
	_, lib := mustImport(t, head+"faq/a,one of a,A.\nfaq/a,two of a,\nfaq/a,three of a,\nfaq/a,four of a,\nfaq/b,is it b,B.\nfaq/b,b of one a,\nfaq/c,b is it,C.\n")
	report := author.Phrasings(lib, predictions(lib), "off-topic", []string{"harmless"}, func(line string) string {
		if line == "two of a" {
			return "f.yaml:7:9"
		}
		return ""
	})
	var b bytes.Buffer
	if err := report.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	want := `faq/c: 0 of 1 line read as it (0 %)
  1 line read as off-topic:
    "b is it" (0.75, its own 0.12)
  -> add 60 phrasings: it has 0, fewer than 60

faq/a: 1 of 4 lines read as it (25 %)
  2 lines read as faq/b:
    "three of a" (0.75, its own 0.12)
    f.yaml:7:9: "two of a" (0.75, its own 0.12)
  1 line read as need:
    "four of a" (0.75, its own 0.12)
  -> add 57 phrasings: it has 3, fewer than 60
  -> add phrasings that tell it from faq/b, unlike "three of a" and "two of a"; or move these two there

off-topic: 2 of 3 lines read as it (67 %)
  1 line read as faq/a:
    "lol" (0.75, its own 0.12)

faq/b: 2 of 2 lines read as it (100 %)
  -> add 59 phrasings: it has 1, fewer than 60

the same words under faq/b and faq/c:
  "is it b"
  "b is it"

most confused (meant -> read as):
     2  faq/a -> faq/b
     1  faq/a -> need
     1  faq/c -> off-topic
     1  off-topic -> faq/a

10 lines under 4 labels: 5 read as their own (50.0 %): entries 42.9 %, off-topic 66.7 %; 1 pair with the same words; 3 entries with fewer than 60 phrasings
"need" and "harmless" are examples of the guard, which are compiled in: messages of people in need, and what only sounds like these
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}

	b.Reset()
	if err := report.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for line := range strings.Lines(b.String()) {
		var l author.Recall
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, l.ID)
	}
	if got := strings.Join(ids, " "); got != "faq/c faq/a off-topic faq/b" {
		t.Errorf("JSON has %s", got)
	}
	first, _, _ := strings.Cut(b.String(), "\n")
	if first != `{"id":"faq/c","place":"","phrasings":1,"right":0,"missing":60,"confused":[{"as":"off-topic",`+
		`"readings":[{"text":"b is it","place":"","confidence":0.75,"own":0.125}]}],"advice":["add 60 phrasings: it has 0, fewer than 60"]}` {
		t.Errorf("the first object is %s", first)
	}
}
