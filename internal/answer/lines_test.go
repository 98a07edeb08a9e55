package answer_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/text"
)

var (
	theDay = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	moved  = answer.Replacement{Name: "Moved line", Phone: "0800 111", URL: "https://example.org/new", Until: theDay.Add(48 * time.Hour)}
)

const movedLine = "Moved line: call 0800 111 (set by this server's moderators until 2026-11-26)"

// everywhere puts a replacement in place of every line.
func everywhere(bot *answer.Bot, r answer.Replacement) map[string]answer.Replacement {
	out := map[string]answer.Replacement{}
	for _, l := range answer.Lines(bot.Library()) {
		out[l.ID] = r
	}
	return out
}

// TestReplacedEverywhere: whichever card shows the lines of a country shows what is in their place, and the emergency number as it is.
func TestReplacedEverywhere(t *testing.T) {
	t.Parallel()
	bot := newBot(t)
	q := answer.Question{Country: "GB", At: theDay, Replaced: everywhere(bot, moved)}
	cards := map[string]answer.Card{"help": bot.Help("GB", q)}
	cards["check-in"], _ = bot.Fixed(content.CardCheckIn, q)
	entry, _ := bot.Entry("support/helplines", q)
	cards["entry"] = entry.Reply.Shown()
	cards["decline"], _ = bot.Declined("decline/amounts", q)
	again, _ := bot.Urgent("C4.C1", q)
	cards["urgent again"] = again.Card
	for name, words := range map[string]string{
		"urgent": "i want to die", "asked for lines": "where can i get help", "declined": "how much k is a safe dose",
	} {
		q.Words = text.New(words)
		cards[name] = bot.Ask(q).Reply.Shown()
	}
	for name, card := range cards {
		lines := card.ContactText()
		if !strings.Contains(lines, movedLine) || strings.Contains(lines, "Samaritans") || strings.Contains(lines, "FRANK") {
			t.Errorf("%s: %s", name, lines)
		}
		emergency := !strings.HasPrefix(name, "decline")
		if strings.Contains(lines, "999") != emergency || strings.Contains(lines, "The others were last checked 2026") != emergency {
			t.Errorf("%s: %s", name, lines)
		}
		for _, c := range card.Contacts() {
			if (c.Until == "") == (c.Since == "") {
				t.Errorf("%s: %+v", name, c)
			}
		}
	}
}

// TestReplacedByUnion: what is put in place of the Union's lines holds for its member states without their own.
func TestReplacedByUnion(t *testing.T) {
	t.Parallel()
	bot := newBot(t)
	q := answer.Question{At: theDay, Replaced: map[string]answer.Replacement{}}
	for id, r := range everywhere(bot, moved) {
		if strings.HasPrefix(id, "eu/") {
			q.Replaced[id] = r
		}
	}
	for _, l := range answer.Lines(bot.Library()) {
		if l.Country != "EU" || l.Role == content.RoleEmergency {
			continue
		}
		if got := bot.Help("AT", q).ContactText(); !strings.Contains(got, movedLine) {
			t.Errorf("the lines of an EU member state:\n%s", got)
		}
	}
}

// TestNotReplaced: what is no replacement, no longer one, or of another line changes nothing.
func TestNotReplaced(t *testing.T) {
	t.Parallel()
	bot := newBot(t)
	want := bot.Help("GB", answer.Question{At: theDay}).ContactText()
	for name, change := range map[string]func(*answer.Replacement){
		"expired": func(r *answer.Replacement) { r.Until = theDay }, "never": func(r *answer.Replacement) { r.Until = time.Time{} },
		"unsafe": func(r *answer.Replacement) { r.URL = "http://example.org" }, "empty": func(r *answer.Replacement) { r.Phone, r.URL = "", "" },
	} {
		r := moved
		change(&r)
		if got := bot.Help("GB", answer.Question{At: theDay, Replaced: everywhere(bot, r)}).ContactText(); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	other := map[string]answer.Replacement{"gb/emergency": moved, "gb/no-such": moved, "us/samaritans": moved}
	if got := bot.Help("GB", answer.Question{At: theDay, Replaced: other}).ContactText(); got != want {
		t.Errorf("another line: %s", got)
	}
	if got := bot.Help("", answer.Question{At: theDay, Replaced: everywhere(bot, moved)}).ContactText(); strings.Contains(got, moved.Name) {
		t.Errorf("without a country: %s", got)
	}
}

func TestReplacementCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change func(*answer.Replacement)
		want   error
	}{
		{func(*answer.Replacement) {}, nil},
		{func(r *answer.Replacement) { r.Phone = "" }, nil},
		{func(r *answer.Replacement) { r.URL = "" }, nil},
		{func(r *answer.Replacement) { r.Name = "Línea 24/7 (día y noche)" }, nil},
		{func(r *answer.Replacement) { r.Name = " " }, answer.ErrReplacementName},
		{func(r *answer.Replacement) { r.Name = "a\nb" }, answer.ErrReplacementName},
		{func(r *answer.Replacement) { r.Name = "# big" }, answer.ErrReplacementName},
		{func(r *answer.Replacement) { r.Name = "see https://example.org" }, answer.ErrReplacementName},
		{func(r *answer.Replacement) { r.Name = "\xff" }, answer.ErrReplacementName},
		{func(r *answer.Replacement) { r.Name = strings.Repeat("x", 101) }, answer.ErrReplacementName},
		{func(r *answer.Replacement) { r.Phone, r.URL = "", "" }, answer.ErrReplacementReach},
		{func(r *answer.Replacement) { r.Phone = "call me" }, answer.ErrReplacementPhone},
		{func(r *answer.Replacement) { r.Phone = strings.Repeat("1", 41) }, answer.ErrReplacementPhone},
		{func(r *answer.Replacement) { r.URL = "http://example.org" }, answer.ErrReplacementURL},
		{func(r *answer.Replacement) { r.URL = "https://localhost" }, answer.ErrReplacementURL},
		{func(r *answer.Replacement) { r.URL = "https://user@example.org" }, answer.ErrReplacementURL},
		{func(r *answer.Replacement) { r.URL = "https://example.org/" + strings.Repeat("x", 200) }, answer.ErrReplacementURL},
	} {
		r := moved
		c.change(&r)
		if got := r.Check(); !errors.Is(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%+v: %v, want %v", r, got, c.want)
		}
	}
}
