package suggest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/discord/feedback"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/moderation"
	"faqbot/internal/store"
)

// fixtureBot answers from the adapter's test content.
func fixtureBot(t answertest.Test) *answer.Bot {
	t.Helper()
	return answertest.Learnt(t, "../testdata/content")
}

// stage is the whole bot with this tool, the settings and the votes, on a fake Discord.
type stage struct {
	*testing.T

	ctx   context.Context
	fake  *discordtest.Server
	store *store.Store
	log   lab.Log
	stop  func()

	seen    bytes.Buffer // what people read, a part for each step
	from    discordtest.From
	people  map[string]string  // ids by name
	target  discordtest.Object // the member's message
	current json.RawMessage    // what is pressed on
	preview json.RawMessage
	typed   []string // which may stand in no log, and nowhere else
}

func newStage(t *testing.T) *stage {
	t.Helper()
	fixtureBot(t) // before the time counts
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	s := &stage{T: t, ctx: ctx, people: map[string]string{}}
	var err error
	if s.store, err = store.Open(ctx, filepath.Join(t.TempDir(), "faqbot.db")); err != nil {
		t.Fatal(err)
	}
	s.fake = discordtest.New(discordtest.Options{Validate: openapi.Validator(t)})
	s.launch()
	t.Cleanup(func() {
		s.stop()
		cancel()
		_ = s.store.Close()
		s.fake.Close()
		for _, problem := range s.fake.Problems() {
			t.Errorf("problem: %v", problem)
		}
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	return s
}

// launch starts the bot, and waits until it is connected.
func (s *stage) launch() {
	s.Helper()
	bot := fixtureBot(s)
	log := slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := discord.Config{Bot: bot, Token: s.fake.Token, API: s.fake.URL(), Version: "test", ProjectURL: "https://example.org/bot", Log: log}
	c.Tools = func(calls *api.Client) []interact.Tool {
		desk := moderation.New(moderation.Config{Store: s.store, Bot: bot, Calls: calls, Log: log, Now: time.Now})
		votes := feedback.New(feedback.Config{Store: s.store, Bot: bot, Calls: calls, Log: log})
		look := local.Look{Lines: desk.Replaced, Log: log, Go: func(_ context.Context, f func()) { go f() }}
		menu := New(Config{
			Store: s.store, Bot: bot, Calls: calls, Log: log, Now: time.Now, Key: c.Key(), Refuse: desk.ModeratorHere, Local: look.At, Sent: votes.Sent,
		})
		return []interact.Tool{desk.Tool(), votes.Tool(), menu.Tool()}
	}
	running, stop := context.WithCancel(s.ctx)
	ended := make(chan error, 1)
	before := s.fake.Gateway.Stats().Ready
	go func() { ended <- discord.Run(running, c) }()
	s.stop = func() {
		stop()
		if err := <-ended; err != nil {
			s.Error(err)
		}
	}
	if _, err := s.fake.Gateway.Wait(s.ctx, func(st discordtest.Stats) bool { return st.Ready > before }); err != nil {
		s.Fatal(err, s.log.String())
	}
}

// person is the id of somebody by a name.
func (s *stage) person(name string) string {
	if s.people[name] == "" {
		s.people[name] = s.fake.NewID()
	}
	return s.people[name]
}

// do sends an interaction, and takes what comes of it for the current message.
func (s *stage) do(in discordtest.Interaction) discordtest.Response {
	s.Helper()
	r, err := s.fake.Send(s.ctx, in)
	if err != nil {
		s.Fatal(err, s.log.String())
	}
	const promise = 5
	if r.Type == promise {
		if _, err := s.fake.Change(s.ctx, in, 0); err != nil {
			s.Fatal(err, s.log.String())
		}
	}
	if m, ok := s.fake.Original(in); ok {
		s.current = m
		fmt.Fprintln(&s.seen, s.readable(m))
	}
	return r
}

// shown is a message as people see it.
type shown struct {
	ID, Content string
	Channel     string `json:"channel_id"`
	Flags       int
	Author      struct{ ID string }
	Embeds      []struct{ Title, Description string }
	Reference   struct {
		ID string `json:"message_id"`
	} `json:"message_reference"`
	Components []struct {
		Components []struct {
			Label, URL string
			Path       string `json:"custom_id"`
			Options    []struct {
				Label, Value string
				Default      bool
			}
		}
	}
}

func (s *stage) read(raw json.RawMessage) (m shown) {
	s.Helper()
	if err := json.Unmarshal(raw, &m); err != nil {
		s.Fatal(err)
	}
	return m
}

// readable writes a message: who sees it, its texts, and its controls. Long texts are cut.
func (s *stage) readable(raw json.RawMessage) string {
	s.Helper()
	m := s.read(raw)
	who := "everybody"
	switch {
	case m.Flags&64 != 0:
		who = "only the one who asked"
	case m.Channel == s.fake.DMID:
		who = "the member, as a direct message"
	}
	parts := []string{"  (for " + who + ")", m.Content}
	for _, e := range m.Embeds {
		first, _, _ := strings.Cut(e.Description, "\n")
		parts = append(parts, "# "+e.Title, first)
	}
	for _, row := range m.Components {
		var labels []string
		for _, c := range row.Components {
			for _, o := range c.Options {
				labels = append(labels, map[bool]string{true: "<*", false: "<"}[o.Default]+o.Label+">")
			}
			if c.Label != "" {
				labels = append(labels, "["+c.Label+"]")
			}
		}
		parts = append(parts, strings.Join(labels, " "))
	}
	out := strings.Join(parts, "\n")
	out = strings.NewReplacer(s.fake.GuildID, "{server}", s.fake.ChannelID, "{channel}").Replace(out)
	return strings.ReplaceAll(ids.ReplaceAllString(out, "{id}"), "\n", "\n  ")
}

// posted are the bot's messages in a channel that all there see.
func (s *stage) posted(channel string) []json.RawMessage {
	s.Helper()
	var out []json.RawMessage
	for _, raw := range s.fake.Messages(channel) {
		if m := s.read(raw); m.Author.ID == s.fake.BotID && m.Flags&64 == 0 {
			out = append(out, raw)
		}
	}
	return out
}

func (s *stage) unmarshal(raw json.RawMessage, to any) {
	s.Helper()
	if err := json.Unmarshal(raw, to); err != nil {
		s.Fatal(err)
	}
}
