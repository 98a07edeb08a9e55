package local_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/moderation"
	"faqbot/internal/store"
)

// look makes a Look that outlives panics.
func look(log *slog.Logger) local.Look {
	return local.Look{Log: log, Go: func(_ context.Context, f func()) {
		go func() {
			defer func() { _ = recover() }()
			f()
		}()
	}}
}

func TestLook(t *testing.T) {
	t.Parallel()
	replaced := map[string]answer.Replacement{"gb/x": {Name: "X"}}
	lines := func(context.Context, string) map[string]answer.Replacement { return replaced }
	country := func(_ context.Context, guild, user string) (first, own string) { return "F" + guild, "O" + user }
	slow := func(context.Context, string) map[string]answer.Replacement {
		time.Sleep(time.Hour)
		return replaced
	}
	for name, c := range map[string]struct {
		lines       func(context.Context, string) map[string]answer.Replacement
		country     func(context.Context, string, string) (string, string)
		guild, user string
		want        local.Set
		took        time.Duration
	}{
		"nothing to ask": {guild: "1", user: "2"},
		"all":            {lines, country, "1", "2", local.Set{Replaced: replaced, First: "F1", Own: "O2"}, 0},
		"direct message": {lines, country, "", "2", local.Set{First: "F", Own: "O2"}, 0},
		"nobody":         {lines, country, "", "", local.Set{}, 0},
		"slow":           {slow, country, "1", "2", local.Set{First: "F1", Own: "O2"}, local.Within},
		"panic":          {lines, func(context.Context, string, string) (string, string) { panic("no database") }, "1", "2", local.Set{Replaced: replaced}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := look(slog.New(slog.DiscardHandler))
			l.Lines, l.Country = c.lines, c.country
			start := time.Now()
			got := l.At(t.Context(), c.guild, c.user)
			if got.First != c.want.First || got.Own != c.want.Own || len(got.Replaced) != len(c.want.Replaced) || time.Since(start) != c.took {
				t.Errorf("%s: %+v after %s", name, got, time.Since(start))
			}
			time.Sleep(2 * time.Hour) // until the slow one has ended
		})
	}
}

func TestFirst(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"": "ABC", "A": "ABC", "C": "CAB", "X": "ABC"} {
		got := ""
		for _, o := range local.First([]answer.Option{{ID: "A"}, {ID: "B"}, {ID: "C"}}, code) {
			got += o.ID
		}
		if got != want {
			t.Errorf("%q first: %s", code, got)
		}
	}
}

// stage is the whole bot with desk and memory, on a fake Discord.
type stage struct {
	*testing.T

	ctx   context.Context
	fake  *discordtest.Server
	store *store.Store
	desk  *moderation.Desk
	from  discordtest.From
	log   lab.Log
}

func newStage(t *testing.T) *stage {
	t.Helper()
	lib, err := content.Load(os.DirFS("../testdata/content"), "en")
	if err != nil {
		t.Fatal(err)
	}
	bot := answer.NewCards(lib)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	s := &stage{T: t, ctx: ctx, fake: discordtest.New(discordtest.Options{Validate: openapi.Validator(t)})}
	s.from.Permissions = strconv.FormatInt(interact.PermissionAdministrator, 10)
	if s.store, err = store.Open(ctx, filepath.Join(t.TempDir(), "test.db")); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&s.log, nil))
	s.desk = moderation.New(moderation.Config{Store: s.store, Bot: bot, Log: log, Now: time.Now})
	memory := local.New(local.Config{Store: s.store, Settings: s.desk.Settings, Bot: bot, Log: log, Now: time.Now})
	running := make(chan error, 1)
	go func() {
		running <- discord.Run(ctx, discord.Config{
			Bot: bot, Token: s.fake.Token, API: s.fake.URL(), Version: "1", ProjectURL: "https://example.org/bot", Log: log,
			Lines: s.desk.Replaced, Country: memory.Country,
			Tools: func(*api.Client) []interact.Tool { return []interact.Tool{s.desk.Tool(), memory.Tool()} },
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-running; err != nil {
			t.Error(err)
		}
		_ = s.store.Close()
		s.fake.Close()
		for _, problem := range s.fake.Problems() {
			t.Errorf("problem: %v", problem)
		}
		if log := s.log.String(); strings.Contains(log, s.fake.UserID) {
			t.Errorf("the log names a member: %s", log)
		}
	})
	if err := s.fake.Gateway.Ready(ctx); err != nil {
		t.Fatal(err, s.log.String())
	}
	return s
}

// message is what a member sees.
type message struct {
	raw        json.RawMessage
	Content    string
	Flags      int
	Embeds     []struct{ Description string }
	Components []struct {
		Components []struct {
			Path    string `json:"custom_id"`
			Options []struct{ Value string }
		}
	}
}

// paths lists the custom ids of a message's controls.
func (m message) paths() []string {
	var out []string
	for _, row := range m.Components {
		for _, c := range row.Components {
			out = append(out, c.Path)
		}
	}
	return out
}

// menu lists the values of a message's menu.
func (m message) menu() []string {
	var out []string
	for _, row := range m.Components {
		for _, c := range row.Components {
			for _, o := range c.Options {
				out = append(out, o.Value)
			}
		}
	}
	return out
}

// do sends an interaction and returns the message that its response made or changed, which only the member may see.
func (s *stage) do(in discordtest.Interaction) message {
	s.Helper()
	if _, err := s.fake.Send(s.ctx, in); err != nil {
		s.Fatal(err, s.log.String())
	}
	raw, ok := s.fake.Original(in)
	m := message{raw: raw}
	if err := json.Unmarshal(raw, &m); !ok || err != nil || m.Flags&64 == 0 {
		s.Fatal(ok, err, string(raw))
	}
	return m
}

func (s *stage) help(args ...discordtest.Arg) message {
	s.Helper()
	return s.do(s.fake.Command(s.from, "help-now", args...))
}

func (s *stage) press(m message, path string) message {
	s.Helper()
	return s.do(s.fake.Button(s.from, m.raw, path))
}

// country is what is stored of the member.
func (s *stage) country() string {
	s.Helper()
	code, err := s.store.Country(s.ctx, s.fake.UserID)
	if err != nil {
		s.Error(err)
	}
	return code
}

// TestWireRemember: a country is kept when a member asks for it, used in private, and gone when they take it back.
func TestWireRemember(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	m := s.help()
	for _, path := range m.paths() {
		if strings.HasPrefix(path, "country-") {
			t.Errorf("without a country there is %s", path)
		}
	}
	m = s.do(s.fake.Select(s.from, m.raw, "country", "GB"))
	if s.country() != "" || !slices.Contains(m.paths(), "country-keep/GB") || slices.Contains(m.paths(), "country-forget") {
		t.Errorf("kept %q, shown %s", s.country(), m.raw)
	}
	m = s.press(m, "country-keep/GB")
	for _, part := range []string{"United Kingdom", "Discord id", "/privacy delete"} {
		if !strings.Contains(m.Content, part) {
			t.Errorf("%q does not say %q", m.Content, part)
		}
	}
	m = s.press(m, "help")
	if s.country() != "GB" || !strings.Contains(string(m.raw), "999") || !slices.Contains(m.paths(), "country-forget") || slices.Contains(m.paths(), "country-keep/GB") {
		t.Errorf("kept %q, shown %s", s.country(), m.raw)
	}
	direct := s.from
	s.from = discordtest.From{Place: discordtest.InDM}
	if m := s.help(); !strings.Contains(string(m.raw), "999") {
		t.Errorf("in a direct message %s", m.raw)
	}
	s.from = direct
	m = s.press(s.press(m, "country-forget"), "help")
	if s.country() != "" || strings.Contains(string(m.raw), "999") {
		t.Errorf("kept %q, shown %s", s.country(), m.raw)
	}
	for _, forged := range []string{"country-keep/", "country-keep/XX", "country-keep/GB/x"} {
		if s.press(m, forged); s.country() != "" {
			t.Errorf("%s keeps %q", forged, s.country())
		}
	}
}

// TestWireServer: what moderators set shows on the next card.
func TestWireServer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	gb := discordtest.Arg{Name: "country", Value: "GB"}
	if m := s.help(gb); m.menu()[0] != "EU" || !strings.Contains(string(m.raw), "Test Samaritans") {
		t.Errorf("at first %s", m.raw)
	}
	s.do(s.fake.Command(s.from, "helpline", discordtest.Arg{Name: "override", Options: []discordtest.Arg{
		{Name: "line", Value: "gb/test-samaritans"}, {Name: "name", Value: "Moved line"}, {Name: "days", Value: 3}, {Name: "phone", Value: "0800 111"},
	}}))
	settings := s.do(s.fake.Select(s.from, s.do(s.fake.Command(s.from, "settings")).raw, "settings/page", "limits"))
	s.do(s.fake.Select(s.from, settings.raw, "settings/set/country", "US"))
	m := s.help(gb)
	if want := []string{"US", "EU", "DE", "GB", "-"}; !slices.Equal(m.menu(), want) {
		t.Errorf("the menu is %v", m.menu())
	}
	if text := m.Embeds[0].Description; !strings.Contains(text, "Moved line: call 0800 111 (set by this server's moderators until ") || strings.Contains(text, "Samaritans") {
		t.Errorf("shown %s", text)
	}
	m = s.do(s.fake.Select(s.from, m.raw, "urgent/C2", "GB"))
	if !strings.Contains(m.Content, "Moved line") || m.menu()[0] != "US" {
		t.Errorf("the urgent card is %s", m.raw)
	}
	lift := []discordtest.Arg{{Name: "lift", Options: []discordtest.Arg{{Name: "line", Value: "gb/test-samaritans"}}}}
	s.do(s.fake.Command(s.from, "helpline", lift...))
	if m := s.help(gb); !strings.Contains(string(m.raw), "Test Samaritans") {
		t.Errorf("after lifting %s", m.raw)
	}
}

// TestWireNoDatabase: everything works as without, and nobody is told that a country is kept or deleted.
func TestWireNoDatabase(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if err := s.store.SaveCountry(s.ctx, s.fake.UserID, "DE", time.Now()); err != nil {
		t.Fatal(err)
	}
	_ = s.store.Close()
	m := s.help()
	if !strings.Contains(string(m.raw), "Test Directory") || m.menu()[0] != "EU" {
		t.Errorf("where to turn is %s", m.raw)
	}
	m = s.do(s.fake.Select(s.from, m.raw, "country", "GB"))
	if !strings.Contains(string(m.raw), "Test Samaritans") {
		t.Errorf("where to turn is %s", m.raw)
	}
	for _, path := range []string{"country-keep/GB", "country-forget"} {
		if m := s.press(m, path); !strings.Contains(m.Content, "database did not answer") || !slices.Contains(m.paths(), "help") {
			t.Errorf("%s: %s", path, m.raw)
		}
	}
	if n := strings.Count(s.log.String(), "countries could not be read"); n != 1 {
		t.Errorf("the database was asked %d times for a country:\n%s", n, s.log.String())
	}
}
