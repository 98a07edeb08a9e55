package answer

import (
	"strings"
	"testing"
	"time"

	"faqbot/faq"
	"faqbot/internal/content"
	"faqbot/internal/encoder"
	"faqbot/internal/guard"
	"faqbot/internal/match"
	"faqbot/internal/text"
)

// TestFaults breaks one part of the core at a time. Whatever breaks, nobody in danger gets an article, and everybody gets a card with the
// emergency numbers. Faults of the connection stand in internal/discord/testdata/wire, each a scenario.
func TestFaults(t *testing.T) {
	t.Parallel()
	lib, err := content.Load(faq.FS, "en")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := faq.FS.ReadFile("en.model")
	if err != nil {
		t.Fatal(err)
	}
	var model match.Model
	if err := model.UnmarshalBinary(raw); err != nil {
		t.Fatal(err)
	}
	enc, err := encoder.New()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := New(lib, &model, enc)
	if err != nil {
		t.Fatal(err)
	}
	const (
		static = "static" // the card of last resort
		urgent = "urgent"
		answer = "answer"
	)
	for _, f := range []struct {
		name    string
		breakIt func(b *Bot, s *snapshot, q *Question)
		// what a plain cry for help, a hint of danger, danger without a phrase and an ordinary question get
		explicit, hint, oblique, ordinary string
	}{
		{"nothing", func(*Bot, *snapshot, *Question) {}, urgent, urgent, urgent, answer},
		{"guard", func(b *Bot, _ *snapshot, _ *Question) { b.guard = nil }, static, static, static, static},
		{"encoder", func(b *Bot, _ *snapshot, _ *Question) { b.encoder = new(encoder.Encoder) }, urgent, urgent, static, static},
		{"matcher", func(_ *Bot, s *snapshot, _ *Question) { s.matcher = nil }, urgent, urgent, urgent, static},
		{"content gone", func(_ *Bot, s *snapshot, _ *Question) { s.lib = nil }, urgent, urgent, urgent, static},
		{"content empty", func(_ *Bot, s *snapshot, _ *Question) { s.lib = new(content.Library) }, urgent, urgent, urgent, static},
		{"nothing to serve", func(b *Bot, _ *snapshot, _ *Question) { b.current.Store(nil) }, static, static, static, static},
		{"country unknown", func(_ *Bot, _ *snapshot, q *Question) { q.Country = "\x00ZZ" }, urgent, urgent, urgent, answer},
		{"locale unknown", func(_ *Bot, _ *snapshot, q *Question) { q.Locale = "tlh" }, urgent, urgent, urgent, answer},
		{"clock in the past", func(_ *Bot, _ *snapshot, q *Question) { q.At = time.Unix(0, 0) }, urgent, urgent, urgent, answer},
		{"clock in the future", func(_ *Bot, _ *snapshot, q *Question) { q.At = time.Unix(1<<40, 0) }, urgent, urgent, urgent, answer},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for words, want := range map[string]string{
				"my friend wont wake up": f.explicit, "i took the whole packet & now im scared, lips are blue": f.hint,
				"wrote letters for the kids' birthdays up to eighteen so they have them when im gone this weekend": f.oblique, "how long does withdrawal last": f.ordinary,
			} {
				b := &Bot{guard: whole.guard, encoder: whole.encoder}
				s := *whole.current.Load()
				b.current.Store(&s)
				q := Question{Words: text.New(words), At: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}
				f.breakIt(b, &s, &q)
				checkFault(t, words, b.Ask(q), want)
			}
		})
	}
}

func checkFault(t *testing.T, words string, out Outcome, want string) {
	t.Helper()
	got := "another reply"
	switch r := out.Reply.(type) {
	case Urgent:
		got = "urgent"
		if !strings.Contains(r.Card.Text(), "112") {
			t.Errorf("%q: the urgent card has no number: %s", words, r.Card.Text())
		}
	case Answer:
		got = "answer"
	case NoAnswer:
		if r.Card.Title() == Static().Title() && strings.Contains(r.Card.Text(), "112") && strings.Contains(r.Card.Lead(), "trouble") {
			got = "static"
		}
	}
	if got != want {
		t.Errorf("%q gets %s (%T, %v), want %s", words, got, out.Reply, out.Assessment.Hits, want)
	}
}

// All urgent categories have a card even without content.
func TestUrgentWithoutContent(t *testing.T) {
	t.Parallel()
	for _, c := range guard.Urgent() {
		r := urgent(nil, guard.Assessment{Hits: []guard.Hit{{Category: c}}}, Question{Country: "GB"})
		if text := r.Card.Text(); !strings.Contains(text, "112") || !strings.Contains(text, "findahelpline.com") {
			t.Errorf("%s: %s", c, text)
		}
	}
}
