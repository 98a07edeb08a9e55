package discord

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/openapi"
	"faqbot/internal/discord/gateway"
	"faqbot/internal/discord/rest"
)

// newAPI makes calls of a server at an origin.
func newAPI(t *testing.T, origin, token string, log *slog.Logger) *api.Client {
	t.Helper()
	c, err := rest.New(rest.Config{API: origin, Token: token, ProjectURL: "https://example.org/bot", Version: "1", Log: log, Jitter: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	return &api.Client{Rest: c}
}

// startFake returns a fake Discord, calls of it, and the events of a running Gateway.
func startFake(t *testing.T) (*discordtest.Server, *api.Client, <-chan gateway.Event) {
	t.Helper()
	s := discordtest.New(discordtest.Options{Quiet: true, Validate: openapi.Validator(t)})
	t.Cleanup(s.Close)
	log := slog.New(slog.DiscardHandler)
	calls := newAPI(t, s.URL(), s.Token, log)
	events := make(chan gateway.Event, 100)
	g := gateway.New(gateway.Config{
		Address: calls.GatewayBot, Token: s.Token, Intents: intents, Log: log,
		Handle: func(_ context.Context, e gateway.Event) { events <- e },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- g.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		for _, problem := range s.Problems() {
			t.Errorf("fake Discord: %v", problem)
		}
	})
	if err := s.Gateway.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, calls, events
}

func nextEvent(t *testing.T, events <-chan gateway.Event) gateway.Event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("no event")
		return gateway.Event{}
	}
}

// must keeps the sequences below readable.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestFakeInteraction(t *testing.T) {
	t.Parallel()
	s, calls, events := startFake(t)
	in := s.Command(discordtest.From{}, "ask", discordtest.Arg{Name: "question", Value: "why"})
	if err := s.Gateway.Dispatch("INTERACTION_CREATE", in); err != nil {
		t.Fatal(err)
	}
	i := must(api.DecodeInteraction(nextEvent(t, events).Data))(t)
	if i.ApplicationCommandData().Options[0].StringValue() != "why" {
		t.Errorf("%+v", i.Data)
	}
	body := api.Body{Content: "hi", Flags: discordgo.MessageFlagsEphemeral}
	if err := calls.CreateResponse(t.Context(), i.ID, i.Token, api.RespondMessage(body)); err != nil {
		t.Fatal(err)
	}
	err := calls.CreateResponse(t.Context(), i.ID, i.Token, api.RespondMessage(body))
	if !rest.IsCode(err, rest.CodeAlreadyAcknowledged) {
		t.Errorf("second response: %v", err)
	}
}

// TestFakeLostAnswer: the response arrives, its confirmation does not.
func TestFakeLostAnswer(t *testing.T) {
	t.Parallel()
	s, calls, events := startFake(t)
	for _, rule := range []discordtest.Rule{{Drop: true, Apply: true}, {Answer: discordtest.Unavailable(503), Apply: true}} {
		in := s.Command(discordtest.From{}, "about")
		if err := s.Gateway.Dispatch("INTERACTION_CREATE", in); err != nil {
			t.Fatal(err)
		}
		i := must(api.DecodeInteraction(nextEvent(t, events).Data))(t)
		rule.Method, rule.Prefix = "POST", "/interactions/"
		s.Inject(rule)
		if err := calls.CreateResponse(t.Context(), i.ID, i.Token, api.RespondMessage(api.Body{Content: "hi"})); err != nil {
			t.Error(err)
		}
	}
	s.Inject(discordtest.Rule{Method: "POST", Prefix: "/channels/", Drop: true, Apply: true})
	if _, err := calls.CreateMessage(t.Context(), s.ChannelID, api.NewMessage{Body: api.Body{Content: "once"}, Nonce: "n"}); err != nil {
		t.Error(err)
	}
	if n := len(s.Messages(s.ChannelID)); n != 3 {
		t.Errorf("%d messages, want one each", n)
	}
}

func TestFakeMessages(t *testing.T) {
	t.Parallel()
	s, calls, events := startFake(t)
	if err := s.Gateway.Dispatch("MESSAGE_CREATE", s.MessageCreate(discordtest.Post{From: discordtest.From{Place: discordtest.InDM}, Content: "why"})); err != nil {
		t.Fatal(err)
	}
	asked := must(api.DecodeMessage(nextEvent(t, events).Data))(t)
	if asked.Content != "why" || asked.GuildID != "" {
		t.Errorf("%+v", asked)
	}
	reply := api.NewMessage{Body: api.Body{Content: "hi"}, ReplyTo: asked.ID, Nonce: asked.ID}
	for range 2 {
		if _, err := calls.CreateMessage(t.Context(), asked.ChannelID, reply); err != nil {
			t.Fatal(err)
		}
	}
	posted := s.Messages(asked.ChannelID)
	if len(posted) != 2 {
		t.Fatalf("%d messages, want a question and one answer", len(posted))
	}
	m := must(api.DecodeMessage(posted[1]))(t)
	for range 2 {
		if err := calls.DeleteMessage(t.Context(), asked.ChannelID, m.ID); err != nil {
			t.Error(err)
		}
	}
	if n := len(s.Messages(asked.ChannelID)); n != 1 {
		t.Errorf("%d messages are left", n)
	}
}

func TestFakeApplication(t *testing.T) {
	t.Parallel()
	s, calls, _ := startFake(t)
	ctx := t.Context()
	if me := must(calls.Me(ctx))(t); me != s.BotID {
		t.Errorf("bot %s", me)
	}
	app := must(calls.Application(ctx))(t)
	if app.ID != s.AppID || app.Endpoint != "" {
		t.Errorf("%+v", app)
	}
	want := []api.Command{{Type: 1, Name: "ask", Description: "Ask", Options: []*api.Option{{Type: 3, Name: "question", Description: "What"}}}}
	for _, guild := range []string{"", s.GuildID} {
		if err := calls.PutCommands(ctx, app.ID, guild, want); err != nil {
			t.Fatal(err)
		}
		got := must(calls.GetCommands(ctx, app.ID, guild))(t)
		if !slices.EqualFunc(got, want, func(a, b api.Command) bool { return a.Name == b.Name && len(a.Options) == len(b.Options) }) {
			t.Errorf("%+v", got)
		}
	}
}
