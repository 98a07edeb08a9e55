package moderation

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

func TestSettingsAreChanged(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.fake.SelectChannels(discordtest.From{}, nil, "", "13")
	want := store.Defaults(b.fake.GuildID)
	for _, pick := range []struct {
		name   string
		values []string
		change func()
	}{
		{settingRoles, []string{"12", "11", "12"}, func() { want.ModeratorRoles = []string{"11", "12"} }},
		{settingAlert, []string{"13"}, func() { want.AlertChannel = "13" }},
		{settingAutomatic, []string{wordOn}, func() { want.AlertsOn = true }},
		{settingAsk, []string{"14", "15"}, func() { want.AskChannels = []string{"14", "15"} }},
		{settingAskRoles, []string{"16"}, func() { want.AskRoles = []string{"16"} }},
		{settingUnasked, []string{"17"}, func() { want.UnaskedChannels = []string{"17"} }},
		{settingCountry, []string{"GB"}, func() { want.Country = "GB" }},
		{settingLocale, []string{"en"}, func() { want.Locale = "en" }},
		{settingCooldown, []string{"60"}, func() { want.Cooldown = time.Minute }},
		{settingRetention, []string{"30"}, func() { want.Retention = 30 }},
		{settingRoles, nil, func() { want.ModeratorRoles = nil }},
		{settingAlert, nil, func() { want.AlertChannel = "" }},
		{settingCountry, []string{valueNone}, func() { want.Country = "" }},
		{settingLocale, []string{valueNone}, func() { want.Locale = "" }},
		{settingAutomatic, []string{wordOff}, func() { want.AlertsOn = false }},
	} {
		body := b.press(pathSettings, argSet+pick.name, b.request(), pick.values...)
		if !strings.Contains(body.Content, noteSaved) {
			t.Fatalf("%s %q: %q", pick.name, pick.values, body.Content)
		}
		pick.change()
		stored, err := b.Store.Settings(t.Context(), b.fake.GuildID)
		if diff := gocmp.Diff(want, stored); diff != "" || err != nil {
			t.Errorf("%s, stored (-want +got) %v\n%s", pick.name, err, diff)
		}
		held, err := b.Settings(t.Context(), b.fake.GuildID)
		if diff := gocmp.Diff(want, held); diff != "" || err != nil {
			t.Errorf("%s, in effect (-want +got) %v\n%s", pick.name, err, diff)
		}
		note := b.audits()[0]
		if note.Action != store.ActionSettings || note.Actor != b.fake.UserID || note.Target != pick.name {
			t.Errorf("%s: noted %+v", pick.name, note)
		}
		b.clock.pass(time.Second)
	}
}

// TestSettingsAlertChannel: alerts go to a channel of the server that the bot can see, and to no other.
func TestSettingsAlertChannel(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.fake.SelectChannels(discordtest.From{}, nil, "", "13")
	b.fake.SelectChannels(discordtest.From{GuildID: "999"}, nil, "", "14")
	get := func(a discordtest.Answer, times int) {
		b.fake.Inject(discordtest.Rule{Method: http.MethodGet, Prefix: "/channels/13", Answer: a, Times: times})
	}
	pick := func(channel, want string) {
		t.Helper()
		if got := b.press(pathSettings, argSet+settingAlert, b.request(), channel).Content; !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", channel, got, want)
		}
		if s, err := b.Store.Settings(t.Context(), b.fake.GuildID); err != nil || (s.AlertChannel != "") != (want == noteSaved) {
			t.Errorf("stored %+v, %v", s, err)
		}
	}
	pick("14", noteBadValue)
	pick(b.fake.DMID, noteBadValue)
	pick("15", noteUnseen)
	get(discordtest.Failure(http.StatusForbidden, 50001, "Missing Access"), 1)
	pick("13", noteUnseen)
	get(discordtest.Unavailable(http.StatusServiceUnavailable), -1)
	pick("13", noteUnchecked)
	b.fake.ClearRules()
	if n := len(b.audits()); n > 0 {
		t.Errorf("%d notes of what was refused", n)
	}
	pick("13", noteSaved)
}

func TestSettingsRefuseValues(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	many := slices.Repeat([]string{"1"}, 26)
	for _, pick := range [][]string{
		{settingRoles, "a"},
		append([]string{settingAsk}, many...),
		{settingAlert, "1", "2"},
		{settingAlert, "general"},
		{settingAutomatic, "maybe"},
		{settingAutomatic},
		{settingCountry, "XX"},
		{settingCountry, ""},
		{settingLocale, "xx"},
		{settingCooldown, "7"},
		{settingCooldown, "-5"},
		{settingCooldown, "soon"},
		{settingRetention, "1"},
		{settingRetention, "30", "30"},
		{"unknown", "1"},
		{"", ""},
		{settingRoles, strings.Repeat("1", 21)},
	} {
		body := b.press(pathSettings, argSet+pick[0], b.request(), pick[1:]...)
		if !strings.Contains(body.Content, noteBadValue) {
			t.Errorf("%q: %q", pick, body.Content)
		}
	}
	if notes := b.audits(); len(notes) != 0 {
		t.Errorf("noted %v", notes)
	}
}

// TestSettingsAreForAdmins: whoever may not manage the server reads that, at every control, and changes nothing.
func TestSettingsAreForAdmins(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.fake.SelectChannels(discordtest.From{}, nil, "", "1")
	b.set(func(s *store.Settings) { s.ModeratorRoles = []string{"5"} })
	member, direct, manager := b.memberRequest("5"), b.request(), b.memberRequest()
	direct.Guild = ""
	manager.Permissions = interact.PermissionManageGuild
	for _, arg := range []string{"", argPage, argTest, argSet + settingAlert} {
		use := func(r interact.Request) string {
			if arg == "" {
				return b.use(settingsName, r).Content
			}
			return b.press(pathSettings, arg, r, "1").Content
		}
		if got := use(member); got != textAdminsOnly {
			t.Errorf("%q by a moderator: %q", arg, got)
		}
		if got := use(direct); got != textServerOnly {
			t.Errorf("%q in a direct message: %q", arg, got)
		}
		if got := use(manager); !strings.HasPrefix(got, "**Settings: ") {
			t.Errorf("%q by a manager: %q", arg, got)
		}
	}
	if n := len(b.audits()); n != 2 { // b.set and the manager
		t.Errorf("%d notes", n)
	}
}

func TestSettingsWithoutDatabase(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.set(func(s *store.Settings) { s.Country = "DE" })
	if s, err := b.Settings(t.Context(), b.fake.GuildID); err != nil || s.Country != "DE" {
		t.Fatal(s, err)
	}
	b.breakStore()
	b.clock.pass(time.Hour)
	if s, err := b.Settings(t.Context(), b.fake.GuildID); err != nil || s.Country != "DE" {
		t.Errorf("the last known: %+v, %v", s, err)
	}
	if s, err := b.Settings(t.Context(), b.fake.NewID()); err == nil || s.Cooldown != store.DefaultCooldown {
		t.Errorf("nothing known: %+v, %v", s, err)
	}
	if s, err := b.Settings(t.Context(), ""); err != nil || s.Cooldown != store.DefaultCooldown {
		t.Errorf("direct messages: %+v, %v", s, err)
	}
	for _, got := range []string{
		b.use(settingsName, b.request()).Content, b.press(pathSettings, argPage, b.request(), pagePlaces).Content,
		b.press(pathSettings, argSet+settingCountry, b.request(), "GB").Content, b.use(auditName, b.request()).Content,
		b.use(helplineName, b.request()).Content,
	} {
		if got != textTrouble {
			t.Errorf("said %q", got)
		}
	}
	if !strings.Contains(b.log.String(), "guild_id="+b.fake.GuildID) {
		t.Errorf("log %s", b.log)
	}
}

// TestSettingsAtOnce: of changes at the same time, none is lost, whichever of two processes at one database makes them.
func TestSettingsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	other := *b
	other.Desk = New(b.Config)
	b.fake.SelectChannels(discordtest.From{}, nil, "", "3")
	var all sync.WaitGroup
	for name, value := range map[string]string{
		settingRoles: "1", settingAsk: "2", settingAlert: "3", settingAskRoles: "4", settingUnasked: "5", settingCountry: "GB", settingRetention: "7",
	} {
		here := b
		if name == settingAsk || name == settingCountry || name == settingAlert {
			here = &other
		}
		all.Go(func() { here.press(pathSettings, argSet+name, b.request(), value) })
	}
	all.Wait()
	s, err := b.Store.Settings(t.Context(), b.fake.GuildID)
	want := store.Settings{
		Guild: b.fake.GuildID, ModeratorRoles: []string{"1"}, AskChannels: []string{"2"}, AlertChannel: "3", AskRoles: []string{"4"},
		UnaskedChannels: []string{"5"}, Country: "GB", Retention: 7, Cooldown: store.DefaultCooldown,
	}
	if diff := gocmp.Diff(want, s); diff != "" || err != nil {
		t.Errorf("(-want +got) %v\n%s", err, diff)
	}
}

// TestSettingsAreRemembered: another process's change takes effect after a short while, and the database is not asked each time.
func TestSettingsAreRemembered(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	country := func() string {
		s, err := b.Settings(t.Context(), b.fake.GuildID)
		if err != nil {
			t.Error(err)
		}
		return s.Country
	}
	first := country()
	elsewhere := store.Defaults(b.fake.GuildID)
	elsewhere.Country = "GB"
	if err := b.Store.SaveSettings(t.Context(), elsewhere, store.Audit{Action: store.ActionSettings, At: b.clock.now()}); err != nil {
		t.Fatal(err)
	}
	second := country()
	b.clock.pass(cacheFor)
	if got := fmt.Sprint(first, second, country()); got != "GB" {
		t.Errorf("read %q", got)
	}
}

// TestFullSettingsFit: nothing that can be stored makes a page too long for a message.
func TestFullSettingsFit(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	var ids []string
	for i := range store.MaxListed {
		ids = append(ids, fmt.Sprint(12345678901234567000+uint64(i)))
	}
	s := store.Settings{
		Guild: b.fake.GuildID, ModeratorRoles: ids, AskChannels: ids, AskRoles: ids, UnaskedChannels: ids, AlertChannel: ids[0], Country: "ZZ",
		Locale: "zz-ZZ", Cooldown: 1500 * time.Millisecond, Retention: 100,
	}
	for _, page := range []string{pageModerators, pagePlaces, pageLimits} {
		r, err := b.page(page, s, noteNotSaved)
		if err != nil || len(r.Body.Content) > 2000 || len(r.Body.Components) > 5 {
			t.Errorf("%s: %d letters, %d rows", page, len(r.Body.Content), len(r.Body.Components))
		}
	}
	text := b.limitsPage(s).Content
	for _, want := range []string{"ZZ", "zz-ZZ", "1.5 s", "100 days"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "none", 10 * time.Second: "10 s", 5 * time.Minute: "5 min", time.Hour: "1 h"} {
		if got := pause(d); got != want {
			t.Errorf("%v: %q", d, got)
		}
	}
}
