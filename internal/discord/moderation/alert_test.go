package moderation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"faqbot/internal/discord"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/store"
)

func (b *bed) alert() discord.Alert {
	return discord.Alert{
		Categories: []string{"C4", "C2", "x<@1>"}, Guild: b.fake.GuildID, Channel: b.fake.ChannelID, Message: "7", At: time.Unix(1_800_000_000, 0),
	}
}

// tell alerts as the adapter does.
func (b *bed) tell(a discord.Alert) error {
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Second)
	defer cancel()
	return b.Alert(ctx, a)
}

// posted are the messages in a channel.
func (b *bed) posted(channel string) []string {
	b.t.Helper()
	var out []string
	for _, raw := range b.fake.Messages(channel) {
		var m struct{ Content string }
		if err := json.Unmarshal(raw, &m); err != nil {
			b.t.Fatal(err)
		}
		out = append(out, m.Content)
	}
	return out
}

// withChannel makes a channel for alerts.
func (b *bed) withChannel(on bool) string {
	channel := b.fake.NewID()
	b.set(func(s *store.Settings) { s.AlertChannel, s.AlertsOn = channel, on })
	return channel
}

func TestAlert(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	if err := b.tell(b.alert()); !errors.Is(err, ErrNobody) {
		t.Errorf("nothing is set up: %v", err)
	}
	channel := b.withChannel(false)
	direct := b.alert()
	direct.Guild = ""
	if err := b.tell(direct); !errors.Is(err, ErrNobody) {
		t.Errorf("a direct message: %v", err)
	}
	private := b.alert()
	private.Private, private.Channel = true, b.fake.NewID()
	for _, a := range []discord.Alert{b.alert(), private} {
		if err := b.tell(a); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.tell(b.alert()); !errors.Is(err, discord.ErrToldAlready) {
		t.Errorf("the same again: %v", err)
	}
	at := "https://discord.com/channels/" + b.fake.GuildID + "/"
	const about = `A member pressed "Ask a moderator" on a crisis card (C4, overdose; C2, thoughts of suicide) at <t:1800000000:t>: `
	want := []string{about + at + b.fake.ChannelID + "/7" + textCare, about + at + private.Channel + textCare}
	if got := b.posted(channel); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("posted\n%q, want\n%q", got, want)
	}
	b.clock.pass(alertEvery)
	later := b.alert()
	later.At = later.At.Add(alertEvery)
	if err := b.tell(later); err != nil || len(b.posted(channel)) != 3 {
		t.Errorf("a minute later: %v, %d messages", err, len(b.posted(channel)))
	}
}

// TestAlertsTogether: many at once are one alert, and all learn how it went.
func TestAlertsTogether(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	channel := b.withChannel(false)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := b.tell(b.alert()); err != nil && !errors.Is(err, discord.ErrToldAlready) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(b.posted(channel)); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// TestAlertsApart: two members who ask in one channel are two, whoever came first; what moderators can see of it does not tell who asked.
func TestAlertsApart(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	channel := b.withChannel(true)
	one, two := b.alert(), b.alert()
	one.Private, one.Member, one.Message = true, "501", "61"
	two.Private, two.Member, two.Message = true, "502", "62"
	for _, a := range []discord.Alert{one, two} {
		if err := b.tell(a); err != nil {
			t.Error(err)
		}
		a.Private = false
		if told, err := b.AlertUnasked(t.Context(), a); !told || err != nil {
			t.Errorf("%v, %v", told, err)
		}
	}
	if got := b.posted(channel); len(got) != 4 {
		t.Errorf("posted %q", got)
	}
	another := one
	another.Member = "503"
	if nonceOf("alert", asked, one, one.At) != nonceOf("alert", asked, another, one.At) {
		t.Error("the nonce tells who asked")
	}
}

// TestAlertAsksAgain: that somebody else's look at the settings took too long keeps nobody from a moderator.
func TestAlertAsksAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	channel := b.withChannel(true)
	over, stop := context.WithCancel(t.Context())
	stop()
	if _, err := b.Settings(over, b.fake.GuildID); err == nil {
		t.Fatal("the settings are known")
	}
	if err := b.tell(b.alert()); err != nil || len(b.posted(channel)) != 1 {
		t.Errorf("%v, %q", err, b.posted(channel))
	}
}

// refusals are what Discord can say to an alert, and what /settings then says.
var refusals = map[string]struct {
	rule discordtest.Rule
	says string
}{
	"missing access":      {discordtest.Rule{Answer: discordtest.Failure(http.StatusForbidden, 50001, "Missing Access")}, troubleForbidden},
	"missing permissions": {discordtest.Rule{Answer: discordtest.Failure(http.StatusForbidden, 50013, "Missing Permissions")}, troubleForbidden},
	"unknown channel":     {discordtest.Rule{Answer: discordtest.Failure(http.StatusNotFound, 10003, "Unknown Channel")}, troubleForbidden},
	"a long rate limit":   {discordtest.Rule{Answer: discordtest.RateLimited(time.Minute, "shared")}, troubleBusy},
	"unavailable":         {discordtest.Rule{Answer: discordtest.Unavailable(http.StatusServiceUnavailable), Times: 6}, troubleBusy},
	"hung up":             {discordtest.Rule{Drop: true, Times: 6}, troubleBusy},
	"filtered": {
		discordtest.Rule{Answer: discordtest.Failure(http.StatusBadRequest, 200000, "Message was blocked"), Times: 2}, troubleFiltered,
	},
}

func TestAlertRefused(t *testing.T) {
	t.Parallel()
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			channel := b.withChannel(false)
			refusal.rule.Method, refusal.rule.Prefix = http.MethodPost, "/channels/"+channel
			b.fake.Inject(refusal.rule)
			if err := b.tell(b.alert()); err == nil || errors.Is(err, ErrNobody) {
				t.Errorf("error %v", err)
			}
			if !strings.Contains(b.log.String(), `msg="an alert was not sent"`) || !strings.Contains(b.log.String(), channel) {
				t.Errorf("log %s", b.log)
			}
			if text := b.use(settingsName, b.request()).Content; !strings.Contains(text, "⚠ "+refusal.says) {
				t.Errorf("/settings says %q", text)
			}
			if refusal.says == troubleBusy && name != "unavailable" && name != "hung up" {
				return // the limit still holds
			}
			if err := b.tell(b.alert()); err != nil { // a failure is not told of as done
				t.Error(err)
			}
			if text := b.use(settingsName, b.request()).Content; strings.Contains(text, "⚠") || len(b.posted(channel)) != 1 {
				t.Errorf("afterwards /settings says %q, %d messages", text, len(b.posted(channel)))
			}
		})
	}
}

// TestAlertFilteredOnce: where a filter keeps the words out, something barer gets through.
func TestAlertFilteredOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	channel := b.withChannel(false)
	b.fake.Inject(discordtest.Rule{Method: http.MethodPost, Prefix: "/channels/", Answer: discordtest.Failure(http.StatusBadRequest, 200000, "blocked")})
	if err := b.tell(b.alert()); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(textBare, "C4, C2", 1_800_000_000, b.fake.ChannelID)
	if got := b.posted(channel); len(got) != 1 || got[0] != want {
		t.Errorf("posted %q, want %q", got, want)
	}
}

// TestAlertLost: an alert that arrived though its answer was lost is not posted twice.
func TestAlertLost(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	channel := b.withChannel(false)
	b.fake.Inject(discordtest.Rule{Method: http.MethodPost, Prefix: "/channels/", Drop: true, Apply: true})
	if err := b.tell(b.alert()); err != nil || len(b.posted(channel)) != 1 {
		t.Errorf("%v, %d messages", err, len(b.posted(channel)))
	}
}

func TestAlertWithoutDatabase(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	channel := b.withChannel(false)
	if _, err := b.Settings(t.Context(), b.fake.GuildID); err != nil {
		t.Fatal(err)
	}
	b.breakStore()
	b.clock.pass(time.Hour)
	if err := b.tell(b.alert()); err != nil || len(b.posted(channel)) != 1 {
		t.Errorf("with what was last known: %v, %d messages", err, len(b.posted(channel)))
	}
	other := b.alert()
	other.Guild = b.fake.NewID()
	if err := b.tell(other); err == nil || errors.Is(err, ErrNobody) {
		t.Errorf("nothing known: %v", err)
	}
}

func TestAlertUnasked(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	told := func(a discord.Alert) bool {
		t.Helper()
		ok, err := b.AlertUnasked(t.Context(), a)
		if err != nil {
			t.Error(err)
		}
		return ok
	}
	b.withChannel(false)
	if told(b.alert()) {
		t.Error("told where it is off")
	}
	channel := b.withChannel(true)
	private, direct := b.alert(), b.alert()
	private.Private, direct.Guild = true, ""
	if told(private) || told(direct) || len(b.posted(channel)) != 0 {
		t.Error("told of what is not public")
	}
	if !told(b.alert()) || !strings.HasPrefix(b.posted(channel)[0], "A message in public got a crisis card (C4, overdose; ") {
		t.Errorf("posted %q", b.posted(channel))
	}
	if err := b.tell(b.alert()); err != nil || len(b.posted(channel)) != 2 {
		t.Errorf("a member's asking is no news: %v, %q", err, b.posted(channel))
	}
	b.set(func(s *store.Settings) { s.AlertsOn = true })
	if _, err := b.AlertUnasked(t.Context(), b.alert()); !errors.Is(err, ErrNobody) {
		t.Errorf("on without a channel: %v", err)
	}
}
