package feedback

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/store"
)

// fixtureBot answers from the adapter's test content.
func fixtureBot(t testing.TB) *answer.Bot {
	t.Helper()
	return answertest.Learnt(t, "../testdata/content")
}

// stage is the whole bot with this tool, on a fake Discord.
type stage struct {
	*testing.T

	ctx   context.Context
	fake  *discordtest.Server
	store *store.Store
	dir   string
	log   lab.Log
	asked chan struct{} // one for each answer that was counted
	ahead atomic.Int64  // of the tool's clock
}

// newStage starts the bot; it is stopped at the end of the test, and may have done nothing wrong.
func newStage(t *testing.T, change func(*Config)) *stage {
	t.Helper()
	bot := fixtureBot(t) // before the time counts
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	s := &stage{T: t, ctx: ctx, dir: t.TempDir(), asked: make(chan struct{}, 100)}
	var err error
	if s.store, err = store.Open(ctx, s.database()); err != nil {
		t.Fatal(err)
	}
	s.fake = discordtest.New(discordtest.Options{Validate: openapi.Validator(t)})
	log := slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := Config{Store: s.store, Bot: bot, Log: log, Now: func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }}
	c.Local = func(context.Context, string, string) local.Set { return local.Set{} }
	change(&c)
	var tool *Feedback
	running := make(chan error, 1)
	go func() {
		running <- discord.Run(ctx, discord.Config{
			Bot: bot, Token: s.fake.Token, API: s.fake.URL(), Version: "test", ProjectURL: "https://example.org/bot", Log: log,
			Asked: func(ctx context.Context, q discord.Asked) {
				tool.Asked(ctx, q)
				s.asked <- struct{}{}
			},
			Tools: func(calls *api.Client) []interact.Tool {
				c.Calls = calls
				tool = New(c)
				return []interact.Tool{tool.Tool()}
			},
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
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	if err := s.fake.Gateway.Ready(ctx); err != nil {
		t.Fatal(err, s.log.String())
	}
	return s
}

func quiet(*Config) {}

func (s *stage) database() string { return filepath.Join(s.dir, "faqbot.db") }

// send sends an interaction and returns the first response.
func (s *stage) send(in discordtest.Interaction) discordtest.Response {
	s.Helper()
	r, err := s.fake.Send(s.ctx, in)
	if err != nil {
		s.Fatal(err, s.log.String())
	}
	return r
}

// counted waits until an answer was counted.
func (s *stage) counted() {
	s.Helper()
	select {
	case <-s.asked:
	case <-s.ctx.Done():
		s.Fatal("the answer was not counted\n", s.log.String())
	}
}

// ask asks in private and returns the answer, once it was counted.
func (s *stage) ask(from discordtest.From, question string) message {
	s.Helper()
	in := s.fake.Command(from, "ask", discordtest.Arg{Name: "question", Value: question})
	s.send(in)
	s.counted()
	return s.shown(in)
}

// mention asks in the channel and returns the answer, once it was counted.
func (s *stage) mention(question string) message {
	s.Helper()
	if err := s.fake.Gateway.Dispatch("MESSAGE_CREATE", s.fake.MessageCreate(discordtest.Post{Content: question, Mentions: true})); err != nil {
		s.Fatal(err)
	}
	s.counted()
	all := s.fake.Messages(s.fake.ChannelID)
	return decoded(s.T, all[len(all)-1])
}

// press presses the button whose path begins so, and returns what its message shows now, or the message that came for it.
func (s *stage) press(from discordtest.From, on message, path string) message {
	s.Helper()
	in := s.fake.Button(from, on.raw, on.path(s.T, path))
	s.send(in)
	return s.shown(in)
}

// shown is the message that an interaction brought or changed.
func (s *stage) shown(in discordtest.Interaction) message {
	s.Helper()
	m, ok := s.fake.Original(in)
	if !ok {
		s.Fatal("no message came")
	}
	return decoded(s.T, m)
}

// later sends an interaction whose answer is promised first, and returns the answer.
func (s *stage) later(in discordtest.Interaction) (message, []discordtest.File) {
	s.Helper()
	if r := s.send(in); r.Type != 5 {
		s.Fatalf("no promise, but type %d: %s", r.Type, r.Data)
	}
	change, err := s.fake.Change(s.ctx, in, 0)
	if err != nil {
		s.Fatal(err, s.log.String())
	}
	return s.shown(in), change.Files
}

// message is what a member sees.
type message struct {
	raw json.RawMessage

	Content    string
	Flags      int
	Embeds     []struct{ Title, Description string }
	Components []struct {
		Components []component
	}
}

type component struct {
	Path     string `json:"custom_id"`
	Label    string
	Disabled bool
	Options  []struct{ Label, Value string }
}

func decoded(t *testing.T, raw json.RawMessage) message {
	t.Helper()
	m := message{raw: raw}
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m message) all() []component {
	var out []component
	for _, row := range m.Components {
		out = append(out, row.Components...)
	}
	return out
}

// has reports whether a path begins so that can be taken.
func (m message) has(path string) bool {
	for _, c := range m.all() {
		if strings.HasPrefix(c.Path, path) && !c.Disabled {
			return true
		}
	}
	return false
}

func (m message) path(t *testing.T, begins string) string {
	t.Helper()
	for _, c := range m.all() {
		if strings.HasPrefix(c.Path, begins) {
			return c.Path
		}
	}
	t.Fatalf("no button %s on %s", begins, m.raw)
	return ""
}

// says reports whether the words stand in the message, on a control of it or in an embed.
func (m message) says(words string) bool {
	if m.Content == words {
		return true
	}
	for _, c := range m.all() {
		if c.Label == words {
			return true
		}
	}
	return false
}

// admin may manage the server.
func admin() discordtest.From { return discordtest.From{Permissions: "32"} }

// byRole has an interaction of a member who has a moderators' role and may not manage the server.
func (s *stage) byRole(in discordtest.Interaction) discordtest.Interaction {
	s.Helper()
	const role = "123456789012345678"
	if _, err := s.store.ChangeSettings(s.ctx, s.fake.GuildID, func(to *store.Settings) { to.ModeratorRoles = []string{role} },
		store.Audit{Action: store.ActionSettings, At: time.Now()}); err != nil {
		s.Fatal(err)
	}
	member, _ := in.Payload["member"].(discordtest.Object)
	member["roles"] = []string{role}
	return in
}

// wants fails unless the message says something.
func wants(t *testing.T, m message, words string) {
	t.Helper()
	if !m.says(words) {
		t.Errorf("%s\ndoes not say %q", m.raw, words)
	}
}

// must keeps calls of the store readable.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
