package feedback

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/store"
)

// deletions are the audit's notes of deleted donations.
func (s *stage) deletions() []store.Audit {
	s.Helper()
	return slices.DeleteFunc(must(s.store.Audits(s.ctx, s.fake.GuildID, 100))(s.T), func(a store.Audit) bool {
		return a.Action != store.ActionDeleteDonations
	})
}

// TestDeleteDonations: who may export donations can delete those of the server, once asked, and it is noted who did.
func TestDeleteDonations(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	s.busy()
	elsewhere := s.fake.NewID()
	if err := s.store.Donate(s.ctx, elsewhere, "how long", time.Now()); err != nil {
		t.Fatal(err)
	}
	card, _ := s.later(s.fake.Command(admin(), "stats"))
	ask := s.press(admin(), card, "stats/delete")
	if ask.Content != textAskDelete || ask.Flags&64 == 0 || len(s.gifts()) != 2 {
		t.Errorf("asked %s, there are %q", ask.raw, s.gifts())
	}
	if m := s.press(admin(), ask, "stats/delete/no"); m.Content != textKept || len(s.gifts()) != 2 || len(s.deletions()) > 0 {
		t.Errorf("kept: %s, there are %q, noted %+v", m.raw, s.gifts(), s.deletions())
	}
	if m := s.press(admin(), ask, "stats/delete/yes"); m.Content != textDeleted || m.Flags&64 == 0 {
		t.Errorf("%s", m.raw)
	}
	if got := s.gifts(); !slices.Equal(got, []string{"how long"}) {
		t.Errorf("left are %q", got)
	}
	if got := s.deletions(); len(got) != 1 || got[0].Actor != s.fake.UserID || got[0].At.IsZero() {
		t.Errorf("noted %+v", got)
	}
	wants(t, s.shown(s.sent(s.fake.Button(admin(), nil, "stats/delete/perhaps"))), textKept)
}

// TestDeleteDonationsRefused: nobody else sees the button, and whoever forges it is refused; in direct messages there is nothing to delete.
func TestDeleteDonationsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	s.busy()
	if m, _ := s.later(s.byRole(s.fake.Command(discordtest.From{}, "stats"))); m.has("stats/delete") {
		t.Errorf("%s", m.raw)
	}
	for _, path := range []string{"stats/delete", "stats/delete/yes"} {
		for _, from := range []discordtest.From{{}, {Permissions: "8192"}, {Place: discordtest.InDM}} {
			wants(t, s.shown(s.sent(s.fake.Button(from, nil, path))), textModerators)
		}
		wants(t, s.shown(s.sent(s.byRole(s.fake.Button(discordtest.From{}, nil, path)))), textAdmins)
	}
	if len(s.gifts()) != 1 || len(s.deletions()) > 0 {
		t.Errorf("left are %q, noted %+v", s.gifts(), s.deletions())
	}
}

// TestDeleteDonationsNoDatabase: nobody reads that anything was deleted where it is not certain.
func TestDeleteDonationsNoDatabase(t *testing.T) {
	t.Parallel()
	s := newStage(t, quiet)
	_ = s.store.Close()
	ask := s.shown(s.sent(s.fake.Button(admin(), nil, "stats/delete")))
	wants(t, ask, textAskDelete)
	wants(t, s.press(admin(), ask, "stats/delete/yes"), textNotDeleted)
	if !strings.Contains(s.log.String(), "donations were not deleted") {
		t.Error("the log does not say why")
	}
}

// TestDeleteDonationsUnanswered: what was deleted is noted, whether or not Discord takes the answer; a plainer one goes out where it can.
func TestDeleteDonationsUnanswered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refusal discordtest.Answer
		times   int
		shown   bool
	}{
		"refused once": {discordtest.Failure(http.StatusBadRequest, 50035, "Invalid Form Body"), 1, true},
		"refused":      {discordtest.Failure(http.StatusBadRequest, 50035, "Invalid Form Body"), -1, false},
		"forbidden":    {discordtest.Failure(http.StatusForbidden, 50013, "Missing Permissions"), -1, false},
		"expired":      {discordtest.Failure(http.StatusNotFound, 10062, "Unknown interaction"), -1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, quiet)
			s.busy()
			s.fake.Inject(discordtest.Rule{Method: http.MethodPost, Prefix: "/interactions/", Answer: c.refusal, Times: c.times})
			in := s.fake.Button(admin(), nil, "stats/delete/yes")
			if c.shown {
				wants(t, s.shown(s.sent(in)), textDeleted)
			} else {
				if err := s.fake.Gateway.Dispatch("INTERACTION_CREATE", in); err != nil {
					t.Fatal(err)
				}
				if err := s.log.Wait(s.ctx, "an interaction was not answered"); err != nil {
					t.Fatal(err)
				}
			}
			if len(s.gifts()) > 0 || len(s.deletions()) != 1 {
				t.Errorf("left are %q, noted %+v", s.gifts(), s.deletions())
			}
		})
	}
}
