package moderation

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/store"
)

// reply mentions the bot, and returns the bot's reply in the channel.
func (w *wired) reply() json.RawMessage {
	w.t.Helper()
	asked := w.fake.MessageCreate(discordtest.Post{Content: "where do i begin", Mentions: true})
	if err := w.fake.Gateway.Dispatch("MESSAGE_CREATE", asked); err != nil {
		w.t.Fatal(err)
	}
	_, err := w.fake.WaitFor(w.ctx, func(r discordtest.Request) bool {
		return r.Method == http.MethodPost && r.Status == http.StatusOK && strings.Contains(string(r.Body), `"message_id":"`+asked["id"].(string)+`"`)
	})
	if err != nil {
		w.t.Fatal(err, w.log)
	}
	all := w.fake.Messages(w.fake.ChannelID)
	return all[len(all)-1]
}

// TestPutAway: a reply in public is put away by the one who asked and by moderators, be they so by role or by permission, and nobody else; that a
// moderator put away somebody else's is noted.
func TestPutAway(t *testing.T) {
	t.Parallel()
	w := newWired(t)
	w.set(func(s *store.Settings) { s.ModeratorRoles = []string{"5"} })
	for _, c := range []struct {
		name        string
		from        discordtest.From
		role        string
		gone, noted bool
	}{
		{"the asker", discordtest.From{}, "4", true, false},
		{"the asker, a moderator", discordtest.From{}, "5", true, false},
		{"a member", discordtest.From{UserID: "41"}, "4", false, false},
		{"a moderator by role", discordtest.From{UserID: "42"}, "5", true, true},
		{"who manages messages", discordtest.From{UserID: "43", Permissions: "8192"}, "4", true, true},
		{"who manages the server", discordtest.From{UserID: "44", Permissions: "32"}, "4", true, true},
	} {
		before := len(w.audits())
		w.clock.pass(time.Second) // notes come newest first
		says := map[bool]string{true: "Put away.", false: "Only the person who asked, or a moderator, can put this away."}[c.gone]
		if got := w.putAway(c.from, c.role, c.gone).Content; got != says {
			t.Errorf("%s reads %q", c.name, got)
		}
		notes := w.audits()
		switch {
		case (len(notes) > before) != c.noted:
			t.Errorf("%s: noted %+v", c.name, notes)
		case c.noted && (notes[0].Action != store.ActionDismiss || notes[0].Actor != c.from.UserID || notes[0].Target != w.fake.ChannelID):
			t.Errorf("%s: noted %+v", c.name, notes[0])
		}
	}
}

// TestPutAwayUnnoted: a database that fails holds up no moderator.
func TestPutAwayUnnoted(t *testing.T) {
	t.Parallel()
	w := newWired(t)
	w.breakStore()
	if got := w.putAway(discordtest.From{UserID: "43", Permissions: "8192"}, "4", true).Content; got != "Put away." {
		t.Errorf("reads %q", got)
	}
	if !strings.Contains(w.log.String(), "what a moderator put away was not noted") {
		t.Errorf("the log does not say so: %s", w.log)
	}
}

// putAway presses the button of a new reply, and waits until the reply is gone where it is to go.
func (w *wired) putAway(from discordtest.From, role string, goes bool) message {
	w.t.Helper()
	raw := w.reply()
	var reply struct{ ID string }
	_, path, ok := strings.Cut(string(raw), `"custom_id":"dismiss/`)
	path, _, _ = strings.Cut(path, `"`)
	if err := json.Unmarshal(raw, &reply); err != nil || !ok {
		w.t.Fatalf("nobody can put away %s, %v", raw, err)
	}
	in := w.fake.Button(from, raw, "dismiss/"+path)
	in.Payload["member"].(map[string]any)["roles"] = []string{role}
	said := w.do(in)
	if !goes {
		return said
	}
	if _, err := w.fake.WaitFor(w.ctx, func(r discordtest.Request) bool {
		return r.Method == http.MethodDelete && strings.HasSuffix(r.Path, "/messages/"+reply.ID)
	}); err != nil {
		w.t.Fatal(err)
	}
	return said
}
