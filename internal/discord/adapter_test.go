package discord

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/gateway"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/manners"
)

// TestStopWithoutSlots stops a bot all of whose slots are stuck: an event that waits for one is given up.
func TestStopWithoutSlots(t *testing.T) {
	t.Parallel()
	a := &adapter{private: make(chan struct{}), log: slog.New(slog.DiscardHandler), seen: manners.NewRecent(1)}
	waiting, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.handle(waiting, t.Context(), gateway.Event{Type: "INTERACTION_CREATE"})
	}()
	select {
	case <-done:
		t.Error("the event found a slot")
	case <-time.After(20 * time.Millisecond):
	}
	stop()
	<-done
}

// TestSharedWithoutName: nothing in a shared card tells who shared it.
func TestSharedWithoutName(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	p.play("/faq topic: faq/duration\npress Share with the channel\nkeep the question\npress Yes, share it\non the question\npress Yes, share it")
	var shared []json.RawMessage
	for _, m := range p.fake.Messages(p.fake.ChannelID) {
		if strings.Contains(string(m), `"flags":0`) && !strings.Contains(string(m), `"type":20`) {
			shared = append(shared, m)
		}
	}
	if len(shared) != 1 {
		t.Fatalf("%d messages are in the channel", len(shared))
	}
	for _, id := range append([]string{p.fake.UserID}, p.tokens...) {
		if strings.Contains(string(shared[0]), id) {
			t.Errorf("%s tells who shared it", shared[0])
		}
	}
}

// FuzzEvents feeds events to the adapter as Discord would: whatever they hold, it does not panic outside of its door.
func FuzzEvents(f *testing.F) {
	fake := discordtest.New(discordtest.Options{})
	f.Cleanup(fake.Close)
	for _, event := range []any{
		fake.Command(discordtest.From{}, "faq", discordtest.Arg{Name: "topic", Value: "faq/duration"}),
		fake.Autocomplete(discordtest.From{Place: discordtest.InDM}, "faq", discordtest.Arg{Name: "topic", Value: "x", Focused: true}),
		fake.Button(discordtest.From{}, nil, "dismiss/1"), fake.Select(discordtest.From{}, nil, "pick", "faq/duration"),
		fake.ModalSubmit(discordtest.From{}, "x", true, discordtest.Field{CustomID: "a", Value: "b"}),
	} {
		raw, err := json.Marshal(event)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"id":"1","token":"t","type":2,"data":null}`))
	f.Add([]byte(`{"id":"1","token":"t","type":3,"data":{"custom_id":"urgent/C1","values":[null]},"message":{"flags":null}}`))
	bot := fixtureBot(f)
	a := &adapter{bot: bot, core: bot.Ask, commands: map[string]command{}, components: components()}
	for _, c := range commands(bot) {
		a.commands[c.name] = c
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if m, err := api.DecodeMessage(raw); err == nil {
			a.addressed(m)
		}
		i, err := api.DecodeInteraction(raw)
		if err != nil {
			if i = skeleton(raw); i == nil {
				return
			}
		}
		handle, in, ok := a.route(i)
		if data, is := i.Data.(discordgo.ApplicationCommandInteractionData); is {
			_, values, focused := optionsOf(data.Options)
			if n := len(choices(a.completions(values[focused], nil))); n > api.MaxChoices {
				t.Errorf("%d choices", n)
			}
		}
		if !ok {
			return
		}
		r, err := handle(t.Context(), a, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range api.Check(r.message) {
			t.Errorf("%s: %v", raw, err)
		}
	})
}

// TestSameCommands: order does not count, and everything that members see does.
func TestSameCommands(t *testing.T) {
	t.Parallel()
	bot := fixtureBot(t)
	want := func() []api.Command { return registration(commands(bot), true) }
	change := map[string]func([]api.Command) []api.Command{
		"description": func(c []api.Command) []api.Command { c[0].Description += "!"; return c },
		"option":      func(c []api.Command) []api.Command { c[0].Options[0].Description += "!"; return c },
		"required":    func(c []api.Command) []api.Command { c[0].Options[0].Required = false; return c },
		"choice":      func(c []api.Command) []api.Command { c[2].Options[0].Choices[0].Name += "!"; return c },
		"contexts":    func(c []api.Command) []api.Command { c[0].Contexts = c[0].Contexts[:1]; return c },
		"one less":    func(c []api.Command) []api.Command { return c[1:] },
		"one more":    func(c []api.Command) []api.Command { return append(c, api.Command{Type: 3, Name: "Ask about this"}) },
	}
	for name, change := range change {
		if api.SameCommands(change(want()), want()) {
			t.Errorf("%s: not seen", name)
		}
	}
	other := want()
	slices.Reverse(other)
	slices.Reverse(other[0].Contexts)
	if !api.SameCommands(other, want()) {
		t.Error("the order counts")
	}
	if c := registration(commands(bot), false)[0]; c.Contexts != nil || c.IntegrationTypes != nil {
		t.Error("contexts are for global commands only")
	}
}

func TestBareToken(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"t": "t", "Bot t": "t", " \tBot  t\n": "t", "Bot ": "", "": "", "a b": "a b"} {
		if got := bareToken(given); got != want {
			t.Errorf("%q: %q", given, got)
		}
	}
}

// TestChangedContent: tools hear of new content, and commands are looked at again, also after Discord refused to change them.
func TestChangedContent(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	changed, heard := make(chan struct{}), 0
	p.config = func(c *Config) {
		c.Changed = changed
		c.Tools = func(*api.Client) []interact.Tool { return []interact.Tool{{Changed: func() { heard++ }}, {}} }
	}
	p.start()
	p.fake.Inject(discordtest.Rule{Method: "GET", Prefix: "/applications/", Answer: discordtest.Failure(http.StatusForbidden, 50001, "no")})
	changed <- struct{}{}
	p.logs("the commands still offer what the old content had")
	changed <- struct{}{}
	p.logs("commands are up to date")
	p.finish()
	p.check()
	if heard != 2 {
		t.Errorf("the tool heard of it %d times", heard)
	}
}
