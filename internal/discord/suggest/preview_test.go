package suggest

import (
	"strings"
	"testing"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/tag"
)

// TestAbout: a button says again what was written into it, and nothing else is read.
func TestAbout(t *testing.T) {
	t.Parallel()
	for _, target := range []interact.Target{{ID: "1574983503408267264", Author: "18446744073709551615"}, {ID: "7", Author: "8", Bot: true}, {ID: "7"}} {
		a, err := aboutMessage(&target)
		if err != nil {
			t.Fatal(err)
		}
		a.doctor = target.Bot
		if got, err := parseAbout(a.String()); err != nil || got != a {
			t.Errorf("%+v became %+v, %v", a, got, err)
		}
		if target.Bot && a.member() != "" || !target.Bot && a.member() != target.Author || a.target() != target.ID {
			t.Errorf("%+v is about %q by %q", target, a.target(), a.member())
		}
	}
	if _, err := aboutMessage(&interact.Target{ID: "x"}); err == nil {
		t.Error("a message without an id")
	}
	for _, bad := range []string{"", "x", "?", "AAAA", about{}.String() + "AAAA"} {
		if _, err := parseAbout(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// TestPaths: the longest ids fit into a button's.
func TestPaths(t *testing.T) {
	t.Parallel()
	const longestID = 60 // that content may have
	key := tag.NewKey("token").Of(strings.Repeat("9", 20), "x")
	for _, path := range []string{
		pathSuggest + "/" + verbOffer + "/" + about{}.String() + "/" + strings.Repeat("x", longestID), pathTake + "/" + key + "/" + key,
	} {
		if len(path) > api.MaxCustomIDRunes {
			t.Errorf("%d characters: %s", len(path), path)
		}
	}
}

// shipped are the shipped cards, and all that can be sent of them.
func shipped(t *testing.T) (s *Suggest, cards []string) {
	t.Helper()
	lib, err := content.Load(faq.FS, "en")
	if err != nil {
		t.Fatal(err)
	}
	s = New(Config{Bot: answer.NewCards(lib), Key: tag.NewKey("token")})
	cards = []string{content.CardCheckIn}
	for _, o := range s.Bot.Topics("") {
		cards = append(cards, o.ID)
	}
	for _, d := range lib.Declines() {
		cards = append(cards, d.ID)
	}
	return s, cards
}

// TestEveryPreview: each card of the shipped content makes a preview that Discord takes.
func TestEveryPreview(t *testing.T) {
	t.Parallel()
	s, cards := shipped(t)
	options := []string{cards[1], cards[2], cards[3]}
	notes := []string{textPreview, textUnsure, textDeclined, textDanger, textDangerNow, textDoubt, textForbidden}
	for _, card := range append(cards, "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C4.C5.C1.C7.C6.C3.C2") {
		for _, note := range notes {
			out, err := s.draw(interact.Request{}, preview{about{1, 2, true}, card, options, note}, local.Set{})
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range api.Check(out.Body) {
				t.Errorf("%s, %q: %v", card, note, problem)
			}
			if !strings.Contains(out.Body.Content, note) || !strings.Contains(out.Body.Content, "\n\n") {
				t.Errorf("%s: %q", card, out.Body.Content)
			}
		}
	}
}

// TestStale: a card that the content no longer has is neither shown nor sent.
func TestStale(t *testing.T) {
	t.Parallel()
	s, _ := shipped(t)
	out, err := s.draw(interact.Request{}, preview{about: about{1, 2, false}, card: "faq/gone", options: []string{"faq/gone"}}, local.Set{})
	if err != nil || out.Body.Content != textStale || len(out.Body.Components) != 1 {
		t.Errorf("%+v, %v", out.Body, err)
	}
}

// TestUnseal: the bot finds the card of its own tags, each with and without a doctor, and of no other's.
func TestUnseal(t *testing.T) {
	t.Parallel()
	s, cards := shipped(t)
	for _, want := range cards {
		for _, needed := range []bool{false, true} {
			if card, doctor, ok := s.unseal(s.Key.Of("7", sealed(want, needed))); !ok || card != want || doctor != needed {
				t.Errorf("%s, %t became %s, %t, %t", want, needed, card, doctor, ok)
			}
		}
	}
	for _, bad := range []string{"", "7.", s.Key.Of("7", "faq/gone"), tag.NewKey("other").Of("7", sealed(cards[1], false))} {
		if card, _, ok := s.unseal(bad); ok {
			t.Errorf("%q is %s", bad, card)
		}
	}
}
