package moderation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

func TestPrivacy(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	about := b.memberRequest()
	about.Guild, about.Sub = "", subAbout
	body := b.use(privacyName, about)
	if len(body.Embeds) != 1 || body.Embeds[0].Title == "" {
		t.Errorf("the card is %+v", body)
	}
	const page = "https://example.org/privacy"
	rows := len(body.Components)
	b.PrivacyURL = page
	body = b.use(privacyName, about)
	raw, err := json.Marshal(body.Components)
	if err != nil || len(body.Components) != rows+1 || len(api.Check(body)) > 0 || !strings.Contains(string(raw), `"url":"`+page+`"`) {
		t.Errorf("with a page its buttons are %s, %v", raw, err)
	}
}

func TestPrivacyDelete(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	user := b.fake.UserID
	var forgotten []string
	b.Forget = func(user string) { forgotten = append(forgotten, user) }
	if err := b.Store.SaveCountry(t.Context(), user, "GB", b.clock.now()); err != nil {
		t.Fatal(err)
	}
	b.press(pathSettings, argSet+settingCountry, b.request(), "GB")
	country := func() string {
		code, err := b.Store.Country(t.Context(), user)
		if err != nil {
			t.Error(err)
		}
		return code
	}
	ask := b.memberRequest()
	ask.Guild, ask.Sub = "", subDelete
	if body := b.use(privacyName, ask); body.Content != textAskDelete || len(body.Components) != 1 || country() != "GB" {
		t.Errorf("asked %+v, country %q", body, country())
	}
	if said := b.press(pathPrivacy, argKeep, ask).Content; said != textKept || country() != "GB" {
		t.Errorf("kept: %q, country %q", said, country())
	}
	if len(forgotten) > 0 {
		t.Errorf("forgotten is %q before anybody agreed", forgotten)
	}
	if said := b.press(pathPrivacy, subDelete, ask).Content; said != textDeleted || country() != "" {
		t.Errorf("deleted: %q, country %q", said, country())
	}
	if actor := b.audits()[0].Actor; actor != "" {
		t.Errorf("the audit still names %q", actor)
	}
	b.breakStore()
	if said := b.press(pathPrivacy, subDelete, ask).Content; said != textNotDeleted || strings.Contains(b.log.String(), user) {
		t.Errorf("without a database: %q, log %s", said, b.log)
	}
	if !slices.Equal(forgotten, []string{user, user}) {
		t.Errorf("forgotten is %q", forgotten)
	}
}

func TestAudit(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	if said := b.use(auditName, b.request()).Content; said != textNoAudit {
		t.Errorf("at first %q", said)
	}
	for i := range 30 {
		n := store.Audit{
			Guild: b.fake.GuildID, Actor: "12345678901234567890", Action: store.ActionDeleteDonations,
			Target: strings.Repeat("x", 98) + fmt.Sprintf("%02d", i), At: b.clock.now().Add(time.Duration(i) * time.Second),
		}
		if err := b.Store.AddAudit(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	text := b.use(auditName, b.request()).Embeds[0].Description
	lines := strings.Split(text, "\n")
	if len(lines) != maxNotes || utf8.RuneCountInString(text) > 4096 || strings.HasSuffix(text, "…") || !strings.Contains(lines[0], "xx29`") {
		t.Errorf("%d lines: %q", len(lines), text)
	}
	for target, want := range map[string]string{"": "settings", "77": "settings <#77>", "alert-channel": "settings `alert-channel`"} {
		n := store.Audit{Action: store.ActionSettings, Target: target, At: time.Unix(9, 0)}
		if got := auditLine(n); got != "<t:9:f> "+textUnknown+": "+want {
			t.Errorf("%q: %q", target, got)
		}
	}
	n := store.Audit{Actor: "5", Action: store.ActionPin, At: time.Unix(9, 0)}
	if got := auditLine(n); got != "<t:9:f> <@5>: pin" {
		t.Errorf("%q", got)
	}
}

// TestCommandsAreNeutral: names and descriptions show over a member's shoulder.
func TestCommandsAreNeutral(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for _, c := range b.Tool().Commands {
		text := strings.ToLower(fmt.Sprintf("%+v", c.Command))
		for _, word := range []string{"suicid", "overdose", "drug", "ketamine", "crisis", "withdrawal"} {
			if strings.Contains(text, word) {
				t.Errorf("/%s: %q", c.Name, word)
			}
		}
	}
	if r := (interact.Request{}); admin(r) != textServerOnly {
		t.Error("a request without a server")
	}
}
