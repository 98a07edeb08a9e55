package moderation

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// wired is the whole bot, connected to the fake, with a Desk.
type wired struct {
	*bed

	ctx  context.Context
	from discordtest.From
}

func newWired(t *testing.T) *wired {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	admin := strconv.FormatInt(interact.PermissionManageGuild, 10)
	w := &wired{bed: newBed(t), ctx: ctx, from: discordtest.From{Permissions: admin}}
	w.launch()
	return w
}

// launch starts the bot, waits until it is connected, and lets it stop with the test.
func (w *wired) launch() {
	w.t.Helper()
	running, stop := context.WithCancel(w.ctx)
	ended := make(chan error, 1)
	before := w.fake.Gateway.Stats().Ready
	var desk *Desk
	go func() {
		ended <- discord.Run(running, discord.Config{
			Bot: w.Bot, Token: w.fake.Token, API: w.fake.URL(), Version: "1", ProjectURL: "https://example.org/bot",
			Log: slog.New(slog.NewTextHandler(w.log, nil)),
			Tools: func(calls *api.Client) []interact.Tool {
				desk = New(Config{Store: w.Store, Bot: w.Bot, Calls: calls, Log: w.Log, Now: w.Now})
				return []interact.Tool{desk.Tool()}
			},
			Alert:     func(ctx context.Context, a discord.Alert) error { return desk.Alert(ctx, a) },
			Moderates: func(ctx context.Context, r interact.Request) bool { return desk.ModeratorHere(ctx, r) == "" },
			PutAway:   func(ctx context.Context, r interact.Request) { desk.PutAway(ctx, r) },
		})
	}()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Errorf("the bot ended with %v", err)
		}
	})
	if _, err := w.fake.Gateway.Wait(w.ctx, func(s discordtest.Stats) bool { return s.Ready > before }); err != nil {
		w.t.Fatal(err, w.log)
	}
}

// TestWireRegistration: a second start finds the commands as they should be, because each replacement counts against a daily limit.
func TestWireRegistration(t *testing.T) {
	t.Parallel()
	w := newWired(t)
	w.launch()
	if n := strings.Count(w.log.String(), `msg="commands are up to date"`); n != 1 {
		t.Errorf("log %s", w.log)
	}
}

// message is what a member sees.
type message struct {
	raw        json.RawMessage
	Content    string
	Flags      int
	Components []struct{ Components []control }
}

type control struct {
	Type     int
	CustomID string                      `json:"custom_id"`
	Defaults []struct{ ID, Type string } `json:"default_values"`
	Options  []struct {
		Value   string
		Default bool
	}
}

// do sends an interaction and returns the message that its response made or changed.
func (w *wired) do(in discordtest.Interaction) message {
	w.t.Helper()
	if _, err := w.fake.Send(w.ctx, in); err != nil {
		w.t.Fatal(err, w.log)
	}
	raw, ok := w.fake.Original(in)
	m := message{raw: raw}
	if err := json.Unmarshal(raw, &m); !ok || err != nil {
		w.t.Fatal(ok, err)
	}
	if m.Flags&64 == 0 {
		w.t.Errorf("everybody sees %s", raw)
	}
	if err := lab.Hideable(raw); err != nil {
		w.t.Error(err)
	}
	return m
}

// controls are all, that which puts the message away among them.
func (m message) controls() []control {
	var out []control
	for _, row := range m.Components {
		out = append(out, row.Components...)
	}
	return out
}

// control finds a control whose path ends in something.
func (w *wired) control(m message, end string) control {
	w.t.Helper()
	for _, c := range m.controls() {
		if strings.HasSuffix(c.CustomID, "/"+end) {
			return c
		}
	}
	w.t.Fatalf("no %q on %s", end, m.raw)
	return control{}
}

// set describes what is picked in a control.
func (c control) set() string {
	var out []string
	for _, d := range c.Defaults {
		out = append(out, d.Type+" "+d.ID)
	}
	for _, o := range c.Options {
		if o.Default {
			out = append(out, o.Value)
		}
	}
	return strings.Join(out, ",")
}

func TestWireSettings(t *testing.T) {
	t.Parallel()
	w := newWired(t)
	role, channel := w.fake.NewID(), w.fake.NewID()
	m := w.do(w.fake.Command(w.from, settingsName))
	check := func(setting, want string) {
		t.Helper()
		if !strings.Contains(m.Content, noteSaved) {
			t.Errorf("%s: %q", setting, m.Content)
		}
		if got := w.control(m, setting).set(); got != want {
			t.Errorf("%s shows %q, want %q", setting, got, want)
		}
	}
	roles := func(setting string, ids ...string) {
		m = w.do(w.fake.SelectRoles(w.from, m.raw, w.control(m, setting).CustomID, ids...))
	}
	channels := func(setting string, ids ...string) {
		m = w.do(w.fake.SelectChannels(w.from, m.raw, w.control(m, setting).CustomID, ids...))
	}
	choice := func(setting, value string) {
		m = w.do(w.fake.Select(w.from, m.raw, w.control(m, setting).CustomID, value))
	}
	roles(settingRoles, role)
	check(settingRoles, "role "+role)
	channels(settingAlert, channel)
	check(settingAlert, "channel "+channel)
	choice(settingAutomatic, wordOn)
	check(settingAutomatic, wordOn)
	m = w.do(w.fake.Button(w.from, m.raw, w.control(m, argTest).CustomID))
	if !strings.Contains(m.Content, noteTestSent) || !strings.HasPrefix(strings.Join(w.posted(channel), ""), "This is a test alert") {
		t.Errorf("test: %q, posted %q", m.Content, w.posted(channel))
	}

	choice(argPage, pagePlaces)
	channels(settingAsk, channel, w.fake.ChannelID)
	check(settingAsk, "channel "+w.fake.ChannelID+",channel "+channel)
	channels(settingAsk)
	check(settingAsk, "")
	roles(settingAskRoles, role)
	check(settingAskRoles, "role "+role)
	channels(settingUnasked, channel)
	check(settingUnasked, "channel "+channel)

	choice(argPage, pageLimits)
	for setting, value := range map[string]string{settingCountry: "GB", settingLocale: "en", settingCooldown: "60", settingRetention: "30"} {
		choice(setting, value)
		check(setting, value)
	}
	s, err := w.Store.Settings(w.ctx, w.fake.GuildID)
	want := store.Settings{
		Guild: w.fake.GuildID, ModeratorRoles: []string{role}, AlertChannel: channel, AlertsOn: true, AskRoles: []string{role},
		UnaskedChannels: []string{channel}, Country: "GB", Locale: "en", Cooldown: time.Minute, Retention: 30,
	}
	if fmt.Sprint(s) != fmt.Sprint(want) || err != nil {
		t.Errorf("stored %+v, %v", s, err)
	}

	// Who is no longer an administrator changes nothing with a message that is still open.
	w.from.Permissions = "0"
	choice(settingRetention, "7")
	if m.Content != textAdminsOnly || len(m.controls()) != 1 {
		t.Errorf("a member reads %s", m.raw)
	}
}

func TestWireAlert(t *testing.T) {
	t.Parallel()
	w := newWired(t)
	w.from.Permissions = ""
	channel := w.withChannel(false)
	card := func(flags int) json.RawMessage {
		return fmt.Appendf(nil, `{"id":%q,"content":"card","flags":%d}`, w.fake.NewID(), flags)
	}
	const private = 64
	press := func(card json.RawMessage) string {
		t.Helper()
		return w.do(w.fake.Button(w.from, card, "alert/C4")).Content
	}
	public := card(0)
	if said := press(public); !strings.HasPrefix(said, "The volunteer moderators have been told") {
		t.Errorf("the member reads %q", said)
	}
	var id struct{ ID string }
	_ = json.Unmarshal(public, &id)
	want := "https://discord.com/channels/" + w.fake.GuildID + "/" + w.fake.ChannelID
	if got := w.posted(channel); len(got) != 1 || !strings.Contains(got[0], ": "+want+"/"+id.ID+"\n") {
		t.Errorf("posted %q", got)
	}
	w.clock.pass(alertEvery)
	w.from.ChannelID = w.fake.NewID()
	press(card(private))
	want = "https://discord.com/channels/" + w.fake.GuildID + "/" + w.from.ChannelID
	if got := w.posted(channel); len(got) != 2 || !strings.Contains(got[1], ": "+want+"\n") {
		t.Errorf("posted %q", got)
	}

	w.from.ChannelID = w.fake.NewID()
	w.fake.Inject(discordtest.Rule{Prefix: "/channels/" + channel, Answer: discordtest.Failure(http.StatusForbidden, 50013, "Missing Permissions")})
	if said := press(card(private)); !strings.HasPrefix(said, "No moderator could be reached") {
		t.Errorf("the member reads %q", said)
	}
	w.from.Permissions = strconv.FormatInt(interact.PermissionAdministrator, 10)
	if m := w.do(w.fake.Command(w.from, settingsName)); !strings.Contains(m.Content, troubleForbidden) {
		t.Errorf("/settings says %q", m.Content)
	}
}

func TestWireCommands(t *testing.T) {
	t.Parallel()
	w := newWired(t)
	line := w.aLine().ID
	w.from.Permissions = "0"
	w.set(func(s *store.Settings) { s.ModeratorRoles = []string{"5"} })
	as := func(in discordtest.Interaction, roles ...string) discordtest.Interaction {
		in.Payload["member"].(map[string]any)["roles"] = roles
		return in
	}
	override := []discordtest.Arg{{Name: subOverride, Options: []discordtest.Arg{
		{Name: optionLine, Value: line}, {Name: optionName, Value: "New line"}, {Name: optionDays, Value: 3}, {Name: optionPhone, Value: "0800 111"},
	}}}
	const manageMessages = "8192" // in the channel, by its overwrites or not: an interaction does not tell
	for _, w.from.Permissions = range []string{"0", manageMessages} {
		for name, says := range map[string]string{helplineName: textModeratorsOnly, auditName: textModeratorsOnly, settingsName: textAdminsOnly} {
			var args []discordtest.Arg
			if name == helplineName {
				args = override
			}
			if said := w.do(as(w.fake.Command(w.from, name, args...), "4")).Content; said != says {
				t.Errorf("/%s with permissions %s: %q", name, w.from.Permissions, said)
			}
		}
	}
	w.from.Permissions = "0"
	for _, step := range []struct {
		name, says string
		args       []discordtest.Arg
	}{
		{helplineName, "Done: `" + line, override},
		{helplineName, textOverrides, []discordtest.Arg{{Name: subList}}},
		{helplineName, "Done: `" + line, []discordtest.Arg{{Name: subLift, Options: []discordtest.Arg{{Name: optionLine, Value: line}}}}},
		{auditName, textAudit, nil},
	} {
		if said := w.do(as(w.fake.Command(w.from, step.name, step.args...), "5")).Content; !strings.HasPrefix(said, step.says) {
			t.Errorf("/%s %v: %q", step.name, step.args, said)
		}
	}
	typing := as(w.fake.Autocomplete(w.from, helplineName, discordtest.Arg{Name: subOverride, Options: []discordtest.Arg{
		{Name: optionLine, Value: "", Focused: true},
	}}), "5")
	if r, err := w.fake.Send(w.ctx, typing); err != nil || !strings.Contains(string(r.Data), line) {
		t.Errorf("offered %s, %v", r.Data, err)
	}

	w.from = discordtest.From{Place: discordtest.InDM}
	if m := w.do(w.fake.Command(w.from, privacyName, discordtest.Arg{Name: subAbout})); !strings.Contains(string(m.raw), "What happens to what you type") {
		t.Errorf("the card is %s", m.raw)
	}
	m := w.do(w.fake.Command(w.from, privacyName, discordtest.Arg{Name: subDelete}))
	if m = w.do(w.fake.Button(w.from, m.raw, w.control(m, subDelete).CustomID)); m.Content != textDeleted || len(m.controls()) != 1 {
		t.Errorf("afterwards %s", m.raw)
	}
	if said := w.do(w.fake.Command(w.from, settingsName)).Content; said != textServerOnly {
		t.Errorf("/settings in a direct message: %q", said)
	}
}
