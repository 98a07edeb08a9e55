package terminal

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/text"
)

// question returns words as asked from a country.
func question(words, country string) answer.Question {
	q := asking()
	q.Words, q.Country = text.New(words), country
	return q
}

func TestEveryReplyPassesItsCheck(t *testing.T) {
	t.Parallel()
	n := 0
	bot(t).Replies(func(r answer.Reply) bool {
		n++
		if err := Check(r); err != nil {
			t.Errorf("%s: %v", r.Shown().ID(), err)
		}
		return true
	})
	if n < 50 {
		t.Errorf("only %d replies were checked", n)
	}
}

// A fault that content is checked for elsewhere must not get through here either.
func TestCheckFindsFaults(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*content.Entry){
		"control character": func(e *content.Entry) { e.Answer = "red \x1b[31m text" },
		"bell":              func(e *content.Entry) { e.Title = "ring\a" },
		"no text":           func(e *content.Entry) { e.Answer = " \n " },
		"bar in a text":     func(e *content.Entry) { e.GetHelp = "┃ what looks like ours" },
	} {
		lib, err := content.Load(os.DirFS("../../cmd/faqbot/testdata/faq"), "en")
		if err != nil {
			t.Fatal(err)
		}
		e := &lib.Entries()[0]
		spoil(e)
		o, _ := answer.NewCards(lib).Entry(e.ID, asking())
		if err := Check(o.Reply); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestNoCard(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := NewPrinter(&out, noEnv)
	silence := answer.Silence{Why: answer.ReasonUnsure}
	_, choices := p.choices(silence)
	_, object := newObject(answer.Outcome{Reply: answer.NoAnswer{}}, 0)
	for name, err := range map[string]error{
		"drawn": p.Reply(silence), "zero card": p.Reply(answer.Answer{}), "offered": choices, "described": object, "checked": Check(silence),
	} {
		if err == nil {
			t.Errorf("%s: no error for a reply that nobody may see", name)
		}
	}
	if out.Len() > 0 {
		t.Errorf("it was drawn: %q", out.String())
	}
}

// Colour adds control sequences and changes nothing else; every sequence is switched off on its own line.
func TestColour(t *testing.T) {
	t.Parallel()
	sequence := regexp.MustCompile(`\x1b\[[0-9;]*m`)
	for _, words := range []string{"i am going to kill myself tonight", "how long will this last", "how much ket should i take"} {
		r := bot(t).Ask(question(words, "GB")).Reply
		plain, coloured := &sheet{width: 60}, &sheet{width: 60, colour: true}
		plain.card(r, r.Shown().Body())
		coloured.card(r, r.Shown().Body())
		if strings.Contains(plain.String(), "\x1b") || !strings.Contains(coloured.String(), "\x1b[") {
			t.Errorf("%q: colours where there should be none, or none where there should be", words)
		}
		if sequence.ReplaceAllString(coloured.String(), "") != plain.String() {
			t.Errorf("%q: the coloured card reads\n%s\nthe plain one\n%s", words, sequence.ReplaceAllString(coloured.String(), ""), plain)
		}
		for line := range strings.Lines(coloured.String()) {
			if on := sequence.FindAllString(line, -1); len(on)%2 != 0 || len(on) > 0 && on[len(on)-1] != "\x1b[0m" {
				t.Errorf("%q: colours run over the end of %q", words, line)
			}
		}
	}
}

func TestWidth(t *testing.T) {
	t.Parallel()
	for _, width := range []int{minColumns, 33, 60, maxColumns} {
		bot(t).Replies(func(r answer.Reply) bool {
			s := &sheet{width: width}
			s.card(r, r.Shown().Body())
			for line := range strings.Lines(s.String()) {
				line = strings.TrimSuffix(line, "\n")
				words := len(strings.Fields(strings.Trim(line, "┃•- ")))
				if utf8.RuneCountInString(line) > width && words > 1 {
					t.Fatalf("%d columns: %q", width, line)
				}
				if strings.HasSuffix(line, " ") {
					t.Fatalf("blanks at the end of %q", line)
				}
			}
			return true
		})
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"one two three", "one two\nthree\n"},
		{"- one two three", "- one two\n  three\n"},
		{"12. one two three", "12. one\n    two\n    three\n"},
		{"  indented text", "  indented\n  text\n"},
		{"https://example.org/long", "https://example.org/long\n"},
		{"a https://example.org/long b", "a\nhttps://example.org/long\nb\n"},
		{"one\n\ntwo", "one\n\ntwo\n"},
		{"exactly 10", "exactly 10\n"},
		{"exactly 1é", "exactly 1é\n"},
		{"", "\n"},
	} {
		s := &sheet{width: 10}
		s.text(stylePlain, "", c.in)
		if s.String() != c.want {
			t.Errorf("%q is wrapped to %q, not %q", c.in, s.String(), c.want)
		}
	}
}

// The numbers of a choice are those that picking understands.
func TestChoices(t *testing.T) {
	t.Parallel()
	options := []answer.Option{{ID: "a/one", Title: "Sleep"}, {ID: "a/two", Title: "Sleep - more"}, {ID: "a/three", Title: "Dreams"}}
	got, offered := numbered("Pick:\n- not an option\n\n- Sleep\n- Sleep - more\n- Dreams", options)
	if want := "Pick:\n- not an option\n\n1. Sleep\n2. Sleep - more\n3. Dreams"; got != want || len(offered) != 3 {
		t.Errorf("numbered %q", got)
	}
	if got, _ := numbered("Pick one.", options[:1]); got != "Pick one.\n1. Sleep" {
		t.Errorf("an option that the text does not list is drawn as %q", got)
	}

	var out bytes.Buffer
	r := bot(t).Ask(question("nightmares every night and lying awake all night", "")).Reply
	c, ok := r.(answer.Choose)
	if !ok {
		t.Fatalf("the reply is %T", r)
	}
	offered, err := NewPrinter(&out, noEnv).choices(r)
	if err != nil || len(offered) != len(c.Options) || !strings.Contains(out.String(), "\n2. "+c.Options[1].Title+"\n") {
		t.Errorf("offered %v (%v):\n%s", offered, err, out.String())
	}
	s := &Session{Bot: bot(t), Asking: asking()}
	for i, o := range offered {
		picked, known := s.picked(string(rune('1'+i)), offered)
		if !known || picked.Shown().ID() != o.ID {
			t.Errorf("%d does not pick %s", i+1, o.ID)
		}
	}
	for _, line := range []string{"0", "9", "-1"} {
		if _, known := s.picked(line, offered); known {
			t.Errorf("%s picks something", line)
		}
	}
	for _, line := range []string{"1 2", "one", "112", "999", "1.", ""} {
		if picked, known := s.picked(line, offered); !known || picked != nil {
			t.Errorf("%q is not read as a question", line)
		}
	}
}

func TestProbability(t *testing.T) {
	t.Parallel()
	zero := 0.0
	for in, want := range map[float64]float64{0: 0, 1: 1, 0.123456: 0.1235, -0.1: 0, 1.2: 1, 1 / zero: 1, -1 / zero: 0} {
		if got := probability(in); got != want {
			t.Errorf("%v becomes %v, not %v", in, got, want)
		}
	}
	if got := probability(zero / zero); got != 0 {
		t.Errorf("not a number becomes %v", got)
	}
}

func TestObjectOfEveryReply(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	bot(t).Replies(func(r answer.Reply) bool {
		o := answer.Outcome{Reply: r}
		if _, ok := r.(answer.Answer); ok {
			o.Options = []answer.Option{{ID: r.Shown().ID(), Title: r.Shown().Title(), Confidence: 0.5}}
		}
		v, err := newObject(o, 1500*time.Nanosecond)
		if err != nil || !isKind(v.Kind) || v.Micros != 1 {
			t.Errorf("%T: %+v (%v)", r, v, err)
		}
		if c, ok := r.(answer.Choose); ok && (len(v.Options) != len(c.Options) || v.Options[0].ID != c.Options[0].ID) {
			t.Errorf("a choice of %v has the options %v", c.Options, v.Options)
		}
		seen[v.Kind+" "+v.Notice] = true
		return true
	})
	for _, kind := range []string{
		"answer ", "answer checkin", "answer see-doctor", "choose ", "choose checkin", "choose see-doctor", "urgent ", "decline ", "decline checkin",
		"decline see-doctor", "checkin ", "noanswer ", "noanswer checkin", "noanswer see-doctor",
	} {
		if !seen[kind] {
			t.Errorf("no object says %q", kind)
		}
	}
}
