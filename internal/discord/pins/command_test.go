package pins

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

func TestPin(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.says(b.ask(p, b.request("pin", sleepCard)), textPinned)
	m := b.one()
	if !m.Pinned || m.Content != textLead || len(m.Embeds) != 1 || !strings.Contains(m.Embeds[0].Footer.Text, "review") {
		t.Errorf("%+v", m)
	}
	var paths []string
	for _, row := range m.Components {
		for _, c := range row.Components {
			paths = append(paths, c.CustomID)
		}
	}
	if !slices.Contains(paths, "entry/"+sleepCard) || slices.ContainsFunc(paths, isDismiss) {
		t.Errorf("buttons %q", paths)
	}
	if row := b.state(store.PinLive); row.Message != m.ID || row.Card != sleepCard || row.Hash == "" {
		t.Errorf("%+v", row)
	}
	b.wantActions("pin " + sleepCard + " " + moderator)
	pinned, err := b.fake.WaitFor(t.Context(), discordtest.Is("PUT", "/channels/*/messages/pins/*"))
	if err != nil || pinned.Header.Get("X-Audit-Log-Reason") == "" {
		t.Errorf("%v, reason %q", err, pinned.Header.Get("X-Audit-Log-Reason"))
	}
}

// TestPinTwice: the same card by either of its ids stays one, in one channel; another channel has its own.
func TestPinTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.ask(p, b.request("pin", sleepCard))
	first := b.one().ID
	b.says(b.ask(p, b.request("pin", sleepCard)), textAlready)
	b.says(b.ask(p, b.request("pin", "symptom/sleepless")), textAlready)
	b.says(b.ask(b.knowing(renamedOnce), b.request("pin", "symptom/awake")), textAlready)
	if m := b.one(); m.ID != first {
		t.Error("the message is another one")
	}
	other := b.request("pin", sleepCard)
	other.Channel = b.fake.NewID()
	b.says(b.ask(p, other), textPinned)
	if n := len(b.cards(other.Channel)); n != 1 || len(b.rows()) != 2 {
		t.Errorf("%d cards in the other channel, %d pins", n, len(b.rows()))
	}
	b.wantActions("pin "+sleepCard+" "+moderator, "pin "+sleepCard+" "+moderator)
}

func TestWhoMay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	if err := b.store.SaveSettings(t.Context(), store.Settings{
		Guild: b.fake.GuildID, ModeratorRoles: []string{"77"}, Cooldown: store.DefaultCooldown, Retention: store.DefaultRetention,
	}, store.Audit{Actor: moderator, Action: store.ActionSettings, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"pin", "unpin", "list", "refresh"} {
		r := b.request(sub, sleepCard)
		for _, bits := range []int64{0, interact.PermissionManageMessages} { // a channel can give the second, and a list names all channels
			r.Permissions = bits
			b.says(b.ask(p, r), textModerators)
		}
		r.Permissions, r.Guild = interact.PermissionManageGuild, ""
		b.says(b.ask(p, r), textModerators)
	}
	if n := len(b.fake.Requests()); n > 0 || len(b.rows()) > 0 {
		t.Errorf("%d calls for people who may not", n)
	}
	r := b.request("pin", sleepCard)
	r.Permissions, r.Roles = 0, []string{"77"}
	b.says(b.ask(p, r), textPinned)
	b.says(b.ask(p, b.request("pin", "no/such-card")), textPick)
	b.says(b.ask(p, b.request("", "")), textPick)
}

func TestMissing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	for bit, name := range map[int64]string{
		permissionView: nameView, permissionSend: nameSend, permissionEmbed: nameEmbed, permissionHistory: nameHistory, permissionPin: namePin,
	} {
		r := b.request("pin", sleepCard)
		r.BotPermissions &^= bit
		got := b.ask(p, r)
		b.says(got, textMissing)
		for _, other := range []string{nameView, nameSend, nameEmbed, nameHistory, namePin} {
			if strings.Contains(got, other) != (other == name) {
				t.Errorf("without %s: %q", name, got)
			}
		}
	}
	if len(b.fake.Requests()) > 0 || len(b.rows()) > 0 {
		t.Error("something was tried nevertheless")
	}
	for _, enough := range []int64{interact.PermissionAdministrator, allBits&^permissionSend | permissionSendInThread} {
		if got := missing(enough); len(got) > 0 {
			t.Errorf("%d lacks %q", enough, got)
		}
	}
}

// TestRefused: whatever Discord refuses of a new pin is said, and nothing of it stays.
func TestRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, below string
		status, code  int
		want          string
	}{
		"no posting":      {"POST", "", http.StatusForbidden, 50013, textNoPosting},
		"no access":       {"POST", "", http.StatusForbidden, 50001, textNoAccess},
		"archived":        {"POST", "", http.StatusBadRequest, 50083, textArchived},
		"locked":          {"POST", "", http.StatusForbidden, 160005, textLocked},
		"filtered":        {"POST", "", http.StatusBadRequest, 200000, textFiltered},
		"not accepted":    {"POST", "", http.StatusBadRequest, 50035, textNotAccepted},
		"channel gone":    {"GET", "/pins", http.StatusNotFound, 10003, textChannelGone},
		"no reading":      {"GET", "?", http.StatusForbidden, 50013, textNoReading},
		"no reading pins": {"GET", "/pins", http.StatusForbidden, 50013, textNoReading},
		"no pinning":      {"PUT", "/pins/", http.StatusForbidden, 50013, textNoPinning},
		"full":            {"PUT", "/pins/", http.StatusBadRequest, 30003, textFull},
		"archived pin":    {"PUT", "/pins/", http.StatusBadRequest, 50083, textArchived},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			p := b.process()
			if test.below == "?" { // the list of pins stands below the same path and comes before it
				b.fake.Inject(discordtest.Rule{Method: "GET", Prefix: "/channels/" + b.channel + "/messages/pins", Delay: time.Nanosecond})
				test.below = ""
			}
			b.refuse(test.method, test.below, 1, test.status, test.code)
			got := b.ask(p, b.request("pin", sleepCard))
			if got != test.want+" "+textNothingNoted {
				t.Errorf("said %q", got)
			}
			if cards := b.cards(b.channel); len(cards) > 0 || len(b.rows()) > 0 {
				t.Errorf("%d cards and %d pins are left", len(cards), len(b.rows()))
			}
			b.wantActions("pin "+sleepCard+" "+moderator, "unpin "+sleepCard+" ")
			b.says(b.ask(p, b.request("pin", sleepCard)), textPinned)
			b.one()
		})
	}
}

// TestPostponed: what may work later is said to, and done by the next round, once.
func TestPostponed(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]discordtest.Rule{
		"post fails":        {Method: "POST", Answer: discordtest.Unavailable(503)},
		"post is lost":      {Method: "POST", Answer: discordtest.Unavailable(503), Apply: true},
		"post is limited":   {Method: "POST", Answer: discordtest.RateLimited(time.Hour, "user")},
		"pin fails":         {Method: "PUT", Answer: discordtest.Unavailable(502)},
		"pin is lost":       {Method: "PUT", Drop: true, Apply: true},
		"pin of a gone one": {Method: "PUT", Answer: discordtest.Failure(http.StatusNotFound, 10008, "Unknown Message")},
		"look fails":        {Method: "GET", Answer: discordtest.Unavailable(500)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			rule.Prefix, rule.Times = "/channels/", -1
			b.fake.Inject(rule)
			b.says(b.ask(b.process(), b.request("pin", sleepCard)), textLater)
			b.state(store.PinPending)
			b.fake.ClearRules()
			b.round(b.process())
			if m := b.one(); !m.Pinned || b.state(store.PinLive).Message != m.ID {
				t.Errorf("%+v", m)
			}
			b.wantActions("pin " + sleepCard + " " + moderator)
		})
	}
}

func TestUnpin(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.says(b.ask(p, b.request("unpin", sleepCard)), textNotPinned)
	b.ask(p, b.request("pin", sleepCard))
	b.says(b.ask(p, b.request("unpin", "symptom/sleepless")), textUnpinned)
	if len(b.cards(b.channel)) > 0 || len(b.rows()) > 0 {
		t.Error("something is left")
	}
	b.wantActions("pin "+sleepCard+" "+moderator, "unpin "+sleepCard+" "+moderator)

	b.ask(p, b.request("pin", sleepCard))
	elsewhere := b.request("unpin", b.channel+"/"+sleepCard)
	elsewhere.Channel = b.fake.NewID()
	b.says(b.ask(p, elsewhere), textUnpinned)
	if len(b.cards(b.channel)) > 0 || len(b.rows()) > 0 {
		t.Error("something is left after an unpin from another channel")
	}
}

func TestUnpinRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, below       string
		times, status, code int
		want                string
		rows, cards         int
	}{
		"may not unpin":   {"DELETE", "/pins/", 1, http.StatusForbidden, 50013, textUnpinned, 0, 0},
		"is gone":         {"DELETE", "/", -1, http.StatusNotFound, 10008, textUnpinned, 0, 1},
		"channel is gone": {"DELETE", "/", -1, http.StatusNotFound, 10003, textUnpinned, 0, 1},
		"no access":       {"DELETE", "/", -1, http.StatusForbidden, 50001, textLeft, 0, 1},
		"does not answer": {"DELETE", "/", -1, http.StatusServiceUnavailable, 0, textBusy, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			p := b.process()
			b.ask(p, b.request("pin", sleepCard))
			b.refuse(test.method, test.below, test.times, test.status, test.code)
			b.says(b.ask(p, b.request("unpin", sleepCard)), test.want)
			if rows, cards := len(b.rows()), len(b.cards(b.channel)); rows != test.rows || cards != test.cards {
				t.Errorf("%d rows and %d cards are left", rows, cards)
			}
		})
	}
}

// TestUnpinPending: a card that was posted and not noted goes too.
func TestUnpinPending(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.refuse("PUT", "/pins/", -1, http.StatusBadGateway, 0)
	p := b.process()
	b.ask(p, b.request("pin", sleepCard))
	b.one()
	b.fake.ClearRules()
	b.says(b.ask(p, b.request("unpin", sleepCard)), textUnpinned)
	if len(b.cards(b.channel)) > 0 || len(b.rows()) > 0 {
		t.Error("something is left")
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.says(b.ask(p, b.request("list", "")), textNone)
	b.says(b.ask(p, b.request("refresh", "")), textNone)
	b.ask(p, b.request("pin", sleepCard))
	got := b.ask(p, b.request("list", ""))
	for _, want := range []string{"Trouble sleeping", "<#" + b.channel + ">", textStateLive, b.one().ID} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	for range 30 {
		if _, _, err := b.store.BeginPin(t.Context(), b.fake.GuildID, b.fake.NewID(), sleepCard, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	got = b.ask(p, b.request("list", ""))
	if shown := strings.Count(got, "\n-"); !strings.Contains(got, "\nAnd ") || len(got) > 2000 || shown == 0 {
		t.Errorf("%d lines: %s", shown, got)
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	complete := func(r interact.Request, typed string) []string {
		var out []string
		for _, c := range p.Tool().Commands[0].Complete(t.Context(), r, "entry", typed) {
			out = append(out, c.Value)
		}
		return out
	}
	if got := complete(b.request("pin", ""), ""); len(got) < 5 || got[0] != cardHelplines || got[1] != cardSymptoms || slices.Contains(got[2:], cardSymptoms) {
		t.Errorf("first %q", got)
	}
	if got := complete(b.request("pin", ""), "trouble sl"); len(got) == 0 || got[0] != sleepCard {
		t.Errorf("typed %q", got)
	}
	if got := complete(b.request("unpin", ""), ""); len(got) > 0 {
		t.Errorf("nothing is pinned, and %q", got)
	}
	b.ask(p, b.request("pin", sleepCard))
	there := b.request("pin", cardHelplines)
	there.Channel = b.fake.NewID()
	b.ask(p, there)
	want := []string{sleepCard, there.Channel + "/" + cardHelplines}
	if got := complete(b.request("unpin", ""), ""); !slices.Equal(got, want) {
		t.Errorf("pinned %q, want %q", got, want)
	}
	if got := complete(b.request("unpin", ""), "SLEEP"); !slices.Equal(got, want[:1]) {
		t.Errorf("pinned %q", got)
	}
	stranger := b.request("unpin", "")
	stranger.Permissions = 0
	if got := complete(stranger, ""); len(got) > 0 {
		t.Errorf("a stranger sees %q", got)
	}
}

// TestMenus: lists bring their menu along, and each pick is one that the adapter answers.
func TestMenus(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	for card, want := range map[string]string{
		cardHelplines: "country: DE EU GB US -", cardSymptoms: "pick: symptoms/sleep symptoms/physical",
		"symptoms/sleep": "pick: symptom/insomnia symptom/vivid-dreams", sleepCard: "",
	} {
		r := b.request("pin", card)
		r.Channel = b.fake.NewID()
		b.says(b.ask(p, r), textPinned)
		got := ""
		for _, row := range b.cards(r.Channel)[0].Components {
			for _, c := range row.Components {
				for i, o := range c.Options {
					if i == 0 {
						got = c.CustomID + ":"
					}
					got += " " + o.Value
				}
			}
		}
		if !sameWords(got, want) {
			t.Errorf("%s has %q, want %q", card, got, want)
		}
	}
}

func sameWords(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}
