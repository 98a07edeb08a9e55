package feedback

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/local"
)

// form is what a member sees of the form.
type form struct {
	Path       string `json:"custom_id"`
	Components []struct {
		Label, Description string
		Component          struct{ Value string }
	}
}

// opened presses the button for giving a question away, and returns the form.
func (s *stage) opened(from discordtest.From, card message) form {
	s.Helper()
	r := s.send(s.fake.Button(from, card.raw, card.path(s.T, "donate/")))
	var f form
	if err := json.Unmarshal(r.Data, &f); err != nil || r.Type != 9 || len(f.Components) != 1 || f.Components[0].Description != formHint {
		s.Fatalf("no form: %d %s %v", r.Type, r.Data, err)
	}
	return f
}

// submitted sends a form back, from the message that it was opened on.
func (s *stage) submitted(from discordtest.From, card message, f form, words string) message {
	s.Helper()
	in := s.fake.ModalSubmit(from, f.Path, false, discordtest.Field{CustomID: fieldWords, Value: words})
	press := s.fake.Button(from, card.raw, "x")
	in.Payload["message"] = press.Payload["message"]
	s.send(in)
	return s.shown(in)
}

// gifts are all donations.
func (s *stage) gifts() []string {
	s.Helper()
	var out []string
	for _, d := range must(s.store.Donations(s.ctx, ""))(s.T) {
		out = append(out, d.Text)
	}
	return out
}

// TestDonate: the form holds the member's own question, what tells of a person goes, and the member sees what was stored.
func TestDonate(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	card := s.mention("what is the wifi password of jo@example.org")
	f := s.opened(discordtest.From{}, card)
	if got := f.Components[0].Component.Value; got != "what is the wifi password of" {
		t.Errorf("the form holds %q", got)
	}
	other := discordtest.From{UserID: s.fake.NewID()}
	if got := s.opened(other, card).Components[0].Component.Value; got != "" {
		t.Errorf("somebody else sees %q", got)
	}
	m := s.shown(s.sent(s.fake.ModalSubmit(discordtest.From{}, f.Path, false, discordtest.Field{CustomID: fieldWords, Value: "which wifi password do i call 555 123 4567 for"})))
	if m.Content != textDonated || m.Embeds[0].Description != "which wifi password do i call for" || m.Flags&64 == 0 {
		t.Errorf("%s", m.raw)
	}
	if m = s.press(discordtest.From{}, m, "dismiss"); len(m.Embeds) > 0 || strings.Contains(string(m.raw), "wifi") {
		t.Errorf("put away, it still shows %s", m.raw)
	}
	wants(t, s.shown(s.sent(s.fake.ModalSubmit(discordtest.From{}, f.Path, false, discordtest.Field{CustomID: fieldWords, Value: "which wifi"}))), textDonatedAlready)
	if got := s.gifts(); len(got) != 1 || got[0] != "which wifi password do i call for" {
		t.Errorf("stored: %q", got)
	}
	s.ahead.Store(int64(keepFor))
	if got := s.opened(discordtest.From{}, card).Components[0].Component.Value; got != "" {
		t.Errorf("after a quarter of an hour: %q", got)
	}
}

// TestDonateNone: who took none of the offered cards can give the question that these were offered for.
func TestDonateNone(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	card := s.press(discordtest.From{}, s.ask(discordtest.From{}, choice), "none/")
	if got := s.opened(discordtest.From{}, card).Components[0].Component.Value; got != choice {
		t.Errorf("the form holds %q", got)
	}
}

// TestDonatePlaces: in private the card stays where nothing was stored, and in direct messages nothing can be.
func TestDonatePlaces(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	card := s.ask(discordtest.From{}, unanswered)
	f := s.opened(discordtest.From{}, card)
	m := s.submitted(discordtest.From{}, card, f, "jo@example.org 555 123 4567")
	wants(t, m, textNothingLeft)
	wants(t, s.submitted(discordtest.From{}, s.ask(discordtest.From{}, unanswered), f, "the of"), textNotRead)
	if len(m.Embeds) != 1 || !m.has("vote/") {
		t.Errorf("%s", m.raw)
	}
	if m = s.submitted(discordtest.From{}, card, f, unanswered); m.Content != textDonated || m.has("vote/") || !m.has("help") {
		t.Errorf("%s", m.raw)
	}
	dm := discordtest.From{Place: discordtest.InDM}
	wants(t, s.press(dm, s.ask(dm, unanswered), "donate/"), textDonateServer)
}

// TestDonateDanger: the card that a form gets which speaks of danger has the member's country, the help lines that the server's moderators
// have put in, and the server's country first, as everywhere.
func TestDonateDanger(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	s := newStage(t, func(c *Config) {
		c.Local = func(_ context.Context, guild, user string) local.Set {
			asked <- guild + " " + user
			until := time.Date(2099, 12, 31, 12, 0, 0, 0, time.UTC)
			return local.Set{Own: "GB", First: "US", Replaced: map[string]answer.Replacement{
				"gb/test-samaritans": {Name: "Moved line", Phone: "0800 111", URL: "https://example.org/moved", Until: until},
			}}
		}
	})
	card := s.ask(discordtest.From{}, unanswered)
	m := s.submitted(discordtest.From{}, card, s.opened(discordtest.From{}, card), danger)
	select {
	case got := <-asked:
		if want := s.fake.GuildID + " " + s.fake.UserID; got != want {
			t.Errorf("looked up %q, want %q", got, want)
		}
	default:
		t.Error("nothing was looked up")
	}
	for _, words := range []string{"999", "Moved line"} {
		if !strings.Contains(m.Content, words) {
			t.Errorf("no %s in %s", words, m.Content)
		}
	}
	for _, c := range m.all() {
		if strings.HasPrefix(c.Path, "urgent/") && c.Options[0].Value != "US" {
			t.Errorf("the menu begins with %s", c.Options[0].Value)
		}
	}
	if !m.has("urgent/") || len(s.gifts()) > 0 {
		t.Errorf("%s", m.raw)
	}
}

// TestDonateElsewhere: in a server that has not installed the bot nothing is stored, as it would go with the servers that the bot has left, and
// what is counted counts for no server. Where the member has installed it, too, the server's own counts.
func TestDonateElsewhere(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	elsewhere := discordtest.From{Place: discordtest.UserInstall}
	card := s.ask(elsewhere, unanswered)
	m := s.submitted(elsewhere, card, form{Path: card.path(t, "donate/")}, unanswered)
	wants(t, m, textDonateServer)
	wants(t, s.press(elsewhere, m, "wrong/"), textNoServer)
	s.press(elsewhere, m, "vote/yes")
	if given, guilds := s.gifts(), must(s.store.Guilds(s.ctx))(t); len(given)+len(guilds) > 0 {
		t.Errorf("stored: %q, of %q", given, guilds)
	}
	if counts := must(s.store.Counts(s.ctx, "", time.Now().AddDate(0, 0, -1), time.Now()))(t); len(counts) != 1 {
		t.Errorf("counted: %+v", counts)
	}
	both := s.fake.ModalSubmit(discordtest.From{}, "donate/1", false, discordtest.Field{CustomID: fieldWords, Value: unanswered})
	owners, _ := both.Payload["authorizing_integration_owners"].(discordtest.Object)
	owners["1"] = s.fake.UserID
	wants(t, s.shown(s.sent(both)), textDonated)
	if len(s.gifts()) != 1 {
		t.Errorf("stored: %q", s.gifts())
	}
}

// TestDonateForged: a form without its field is an empty one, as a form cannot be answered by a form; and what stands in a forged path comes
// back in no other.
func TestDonateForged(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	wants(t, s.shown(s.sent(s.fake.ModalSubmit(discordtest.From{}, "donate/1", false, discordtest.Field{CustomID: "other", Value: unanswered}))), textNothingLeft)
	if m := s.shown(s.sent(s.fake.Button(discordtest.From{}, nil, "none/words"))); !m.has("donate/") || strings.Contains(string(m.raw), "words") {
		t.Errorf("%s", m.raw)
	}
	if given := s.gifts(); len(given) > 0 {
		t.Errorf("stored: %v", given)
	}
}

// TestCanary: what was asked, and what was refused as a donation, is in no log, in no call but the form, and nowhere in the database.
func TestCanary(t *testing.T) {
	t.Parallel()
	const canary = "zanzibarquokka"
	s := newStage(t, quiet)
	card := s.ask(discordtest.From{}, unanswered+" "+canary)
	s.mention(unanswered + " " + canary)
	f := s.opened(discordtest.From{}, card)
	m := s.submitted(discordtest.From{}, card, f, danger+" "+canary)
	if !m.has("urgent/") || m.says(textDonated) {
		t.Errorf("%s", m.raw)
	}
	m = s.submitted(discordtest.From{}, card, f, "i cant do this anymore "+canary)
	if m.says(textDonated) || len(s.gifts()) > 0 {
		t.Errorf("%s", m.raw)
	}
	wants(t, s.submitted(discordtest.From{}, card, f, "jo."+canary+"@gmail.com"), textNothingLeft)
	if !strings.Contains(s.log.String(), "level=DEBUG") || strings.Contains(s.log.String(), canary) {
		t.Errorf("the log:\n%s", s.log.String())
	}
	files := must(filepath.Glob(s.database() + "*"))(t)
	for _, name := range files {
		if strings.Contains(string(must(os.ReadFile(name))(t)), canary) {
			t.Errorf("%s holds what a member typed", filepath.Base(name))
		}
	}
	if len(files) < 2 {
		t.Errorf("no log of the database: %q", files)
	}
	for _, r := range s.fake.Requests() {
		if strings.Contains(string(r.Body), canary) && !strings.Contains(string(r.Body), formTitle) {
			t.Errorf("a call repeats what a member typed: %s", r.Body)
		}
	}
}
