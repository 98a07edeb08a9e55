package pins

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// start runs the whole bot with this tool until the test ends.
func (b *bench) start() {
	b.Helper()
	const within = 20 * time.Second
	p := b.process()
	ctx, stop := context.WithTimeout(context.Background(), within)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := discord.Run(ctx, discord.Config{
			Bot: loaded(b, contentOnce), Token: b.fake.Token, API: b.fake.URL(), ProjectURL: "https://example.org/bot", Version: "1",
			Log: b.logger(), Tools: func(calls *api.Client) []interact.Tool {
				p.calls = calls
				return []interact.Tool{p.Tool()}
			},
		})
		if err != nil {
			b.Error(err)
		}
		stop() // ends every wait for a bot that is gone
	}()
	b.Cleanup(func() {
		stop()
		<-ended
	})
	b.ctx = ctx
	if err := b.fake.Gateway.Ready(ctx); err != nil {
		b.Fatal(err, b.log)
	}
}

// use sends the command as a moderator, and returns what the member reads in the end.
func (b *bench) use(sub string, args ...discordtest.Arg) string {
	b.Helper()
	in := b.fake.Command(discordtest.From{Permissions: "32"}, "resource", discordtest.Arg{Name: sub, Options: args})
	r, err := b.fake.Send(b.ctx, in)
	if err != nil {
		b.Fatal(err)
	}
	const deferred = 5
	data := r.Data
	if r.Type == deferred {
		change, err := b.fake.Change(b.ctx, in, 0)
		if err != nil {
			b.Fatal(err)
		}
		data = change.Data
	}
	var m struct {
		Content string
		Flags   int
	}
	if err := json.Unmarshal(data, &m); err != nil {
		b.Fatal(err)
	}
	if !strings.Contains(string(r.Data), `"flags":64`) {
		b.Errorf("everyone sees %s", r.Data)
	}
	return m.Content
}

// TestWire: the command as Discord sends it, from the pin to the end, and a member's press on the card.
func TestWire(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.start()
	entry := discordtest.Arg{Name: "entry", Value: sleepCard}
	b.says(b.use("list"), textNone)
	b.says(b.use("pin", entry), textPinned)
	b.says(b.use("pin", entry), textAlready)
	m := b.one()
	raw, _ := b.fake.Message(b.channel, m.ID)
	press := b.fake.Button(discordtest.From{}, raw, "entry/"+sleepCard)
	if r, err := b.fake.Send(b.ctx, press); err != nil || !strings.Contains(string(r.Data), "Lying awake") || !strings.Contains(string(r.Data), `"flags":64`) {
		t.Errorf("the button gives %s, %v", r.Data, err)
	}
	b.says(b.use("list"), textList)
	b.says(b.use("refresh"), textGood)
	inChannel := b.fake.Command(discordtest.From{Permissions: "8192"}, "resource", discordtest.Arg{Name: "unpin", Options: []discordtest.Arg{entry}})
	if r, err := b.fake.Send(b.ctx, inChannel); err != nil || !strings.Contains(string(r.Data), "people who may manage this server") {
		t.Errorf("who may manage messages in the channel reads %s, %v", r.Data, err)
	}
	typing := b.fake.Autocomplete(discordtest.From{Permissions: "32"}, "resource", discordtest.Arg{
		Name: "unpin", Options: []discordtest.Arg{{Name: "entry", Value: "", Focused: true}},
	})
	if r, err := b.fake.Send(b.ctx, typing); err != nil || !strings.Contains(string(r.Data), `"value":"`+sleepCard+`"`) {
		t.Errorf("offered %s, %v", r.Data, err)
	}
	b.says(b.use("unpin", entry), textUnpinned)
	if len(b.cards(b.channel)) > 0 || len(b.rows()) > 0 {
		t.Error("something is left")
	}
	b.wantActions("pin "+sleepCard+" "+b.fake.UserID, "unpin "+sleepCard+" "+b.fake.UserID)
}

// TestWireRefused: Discord's own words stay in the log, the moderator reads ours.
func TestWireRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.start()
	b.refuse("PUT", "/pins/", 1, http.StatusBadRequest, 30003)
	if got := b.use("pin", discordtest.Arg{Name: "entry", Value: sleepCard}); !strings.HasPrefix(got, textFull) {
		t.Errorf("said %q", got)
	}
	if len(b.cards(b.channel)) > 0 || len(b.rows()) > 0 {
		t.Error("something is left")
	}
}

// TestRegistered: Discord takes the command, shows it to moderators, and in servers alone.
func TestRegistered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.start()
	put, err := b.fake.WaitFor(b.ctx, discordtest.Is("PUT", "/applications/*/commands"))
	if err != nil {
		t.Fatal(err)
	}
	var all []api.Command
	if err := json.Unmarshal(put.Body, &all); err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(c api.Command) bool { return c.Name == "resource" })
	if at < 0 || all[at].Permissions != "8192" || len(all[at].Options) != 4 || !slices.Equal(all[at].Contexts, []int{0}) {
		t.Errorf("registered %s", put.Body)
	}
}

// TestEveryCard: each card of the content makes a message that Discord takes, and that is known again as a pin.
func TestEveryCard(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	for _, o := range loaded(t, contentOnce).Topics("") {
		d, ok := p.draw(o.ID, "")
		_, err := p.calls.CreateMessage(t.Context(), b.channel, newMessage(d, nonceOf(store.Pin{Card: o.ID})))
		if !ok || err != nil {
			t.Fatalf("%s: %v", o.ID, err)
		}
	}
	found, _, err := p.calls.MessagesAfter(t.Context(), b.channel, "0")
	if err != nil || len(found) != len(loaded(t, contentOnce).Topics("")) {
		t.Fatalf("%d messages, %v", len(found), err)
	}
	for i, o := range loaded(t, contentOnce).Topics("") {
		if m := found[i]; !isPin(m, b.fake.BotID, o.ID) || isPin(m, b.fake.BotID, "coping") || isPin(m, b.fake.UserID, o.ID) {
			t.Errorf("%s: %+v", o.ID, m)
		}
	}
}
