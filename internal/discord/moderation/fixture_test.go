package moderation

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/rest"
	"faqbot/internal/store"
)

// bed is a Desk beside a fake Discord, with a database of its own.
type bed struct {
	*Desk

	t     *testing.T
	fake  *discordtest.Server
	log   *lab.Log
	clock *clock
}

var fixtureBot = sync.OnceValues(func() (*answer.Bot, error) {
	lib, err := content.Load(os.DirFS("../testdata/content"), "en")
	if err != nil {
		return nil, err
	}
	return answer.NewCards(lib), nil
})

// newBed starts everything but a gateway.
func newBed(t *testing.T) *bed {
	t.Helper()
	bot, err := fixtureBot()
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	b := &bed{
		t: t, log: &lab.Log{}, clock: &clock{at: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)},
		fake: discordtest.New(discordtest.Options{Validate: openapi.Validator(t)}),
	}
	log := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client, err := rest.New(rest.Config{
		API: b.fake.URL(), Token: b.fake.Token, ProjectURL: "https://example.org/bot", Version: "1", Log: log, Jitter: func() float64 { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Desk = New(Config{Store: db, Bot: bot, Calls: &api.Client{Rest: client}, Log: log, Now: b.clock.now})
	t.Cleanup(func() {
		for _, problem := range b.fake.Problems() {
			t.Errorf("fake Discord: %v", problem)
		}
		b.fake.Close()
		_ = db.Close()
	})
	return b
}

// set stores settings as if somebody had picked them.
func (b *bed) set(change func(*store.Settings)) {
	b.t.Helper()
	s := store.Defaults(b.fake.GuildID)
	change(&s)
	if err := b.Store.SaveSettings(b.t.Context(), s, store.Audit{Action: store.ActionSettings, At: b.clock.now()}); err != nil {
		b.t.Fatal(err)
	}
	b.settings.expire(b.fake.GuildID)
}

// request is one of an administrator's.
func (b *bed) request() interact.Request {
	return interact.Request{
		ID: b.fake.NewID(), Guild: b.fake.GuildID, Channel: b.fake.ChannelID, User: b.fake.UserID, Private: true,
		Permissions: interact.PermissionAdministrator, At: b.clock.now(), Options: map[string]string{},
	}
}

// memberRequest is one of a member's who has roles and no permission.
func (b *bed) memberRequest(roles ...string) interact.Request {
	r := b.request()
	r.Permissions, r.Roles = 0, roles
	return r
}

// use gives a command a request and returns what is answered.
func (b *bed) use(name string, r interact.Request) api.Body {
	b.t.Helper()
	for _, c := range b.Tool().Commands {
		if c.Name == name {
			return b.body(c.Handle, r)
		}
	}
	b.t.Fatalf("no command %q", name)
	return api.Body{}
}

// press gives the control of a path a request and returns what is answered.
func (b *bed) press(path, arg string, r interact.Request, values ...string) api.Body {
	b.t.Helper()
	r.Arg, r.Values = arg, values
	return b.body(b.Tool().Paths[path], r)
}

func (b *bed) body(handle interact.Handler, r interact.Request) api.Body {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Second) // as the adapter's
	defer cancel()
	out, err := handle(ctx, r)
	if err != nil || out.Body.Content == "" {
		b.t.Fatalf("answered %+v, %v", out, err)
	}
	return out.Body
}

// breakStore makes every later call of the store fail.
func (b *bed) breakStore() {
	b.t.Helper()
	if err := b.Store.Close(); err != nil {
		b.t.Fatal(err)
	}
}

// audits are the actions and targets of the server's notes, newest first.
func (b *bed) audits() []store.Audit {
	b.t.Helper()
	notes, err := b.Store.Audits(b.t.Context(), b.fake.GuildID, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	return notes
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
