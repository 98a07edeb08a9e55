package pins

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/rest"
	"faqbot/internal/store"
)

// tell lets something happen that the bot did not do.
func (b *bench) tell(event string, payload discordtest.Object) {
	b.Helper()
	payload["channel_id"] = b.channel
	_ = b.fake.Gateway.Dispatch(event, payload) // nobody listens on the gateway, but REST learns of it
}

func (b *bench) deleteByHand(id string) { b.tell("MESSAGE_DELETE", discordtest.Object{"id": id}) }

func (b *bench) unpinByHand(id string) {
	b.Helper()
	if err := b.callsOf(b.fake.URL()).Unpin(b.Context(), b.channel, id, ""); err != nil {
		b.Fatal(err)
	}
}

// TestContentChange: the message is edited in place, once.
func TestContentChange(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.ask(b.process(), b.request("pin", sleepCard))
	before := b.one()
	b.round(b.process())
	if n := b.sent("PATCH", "/channels/*/messages/*"); n > 0 {
		t.Error("edited without a change")
	}
	changed := b.knowing(changedOnce)
	b.round(changed)
	after := b.one()
	if after.ID != before.ID || !after.Pinned || !strings.Contains(after.Embeds[0].Description, "very common") {
		t.Errorf("%+v", after)
	}
	if !strings.Contains(after.Embeds[0].Footer.Text, "review") || after.Embeds[0].Footer.Text == before.Embeds[0].Footer.Text {
		t.Errorf("the review line is %q after %q", after.Embeds[0].Footer.Text, before.Embeds[0].Footer.Text)
	}
	b.round(changed)
	if n := b.sent("PATCH", "/channels/*/messages/*"); n != 1 {
		t.Errorf("%d edits", n)
	}
	b.state(store.PinLive)
	b.says(b.ask(changed, b.request("refresh", "")), textGood)
}

// TestFindings: what happens to a card without the bot is found by the next round, told, and put right by pinning it again.
func TestFindings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		happen func(b *bench, id string)
		state  store.PinState
		words  string // of refresh; empty for nothing wrong
		again  string // what pinning it again says
		keeps  bool   // the message
	}{
		"nothing":  {func(*bench, string) {}, store.PinLive, "", textAlready, true},
		"deleted":  {(*bench).deleteByHand, store.PinDeleted, textDeletedByHand, textPinned, false},
		"unpinned": {(*bench).unpinByHand, store.PinDrifted, textUnpinnedByHand, textAgain, true},
		"embed closed": {func(b *bench, id string) {
			b.tell("MESSAGE_UPDATE", discordtest.Object{"id": id, "flags": 4})
		}, store.PinLive, "", textAlready, true},
		"channel gone": {func(b *bench, _ string) { b.refuse("GET", "/", 2, http.StatusNotFound, 10003) }, store.PinDeleted, textDeletedByHand, textAlready, true},
		"no access":    {func(b *bench, _ string) { b.refuse("GET", "/", 2, http.StatusForbidden, 50001) }, store.PinForbidden, textNoAccess, textAlready, true},
		"no reading":   {func(b *bench, _ string) { b.refuse("GET", "/", 2, http.StatusForbidden, 50013) }, store.PinForbidden, textNoReading, textAlready, true},
		"no answer":    {func(b *bench, _ string) { b.refuse("GET", "/", 6, http.StatusBadGateway, 0) }, store.PinLive, textBusy, textAlready, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			p := b.process()
			b.ask(p, b.request("pin", sleepCard))
			before := b.one().ID
			test.happen(b, before)
			b.round(p)
			b.state(test.state)
			b.reported(p, test.state)
			if got := b.ask(p, b.request("refresh", "")); (test.words == "") == strings.Contains(got, textProblems) || !strings.Contains(got, test.words) {
				t.Errorf("refresh says %q", got)
			}
			b.state(test.state)
			b.says(b.ask(p, b.request("pin", sleepCard)), test.again)
			after := b.one()
			if !after.Pinned || (after.ID == before) != test.keeps || after.Flags != 0 {
				t.Errorf("%+v", after)
			}
			if b.state(store.PinLive).Message != after.ID {
				t.Error("the store has another message")
			}
		})
	}
}

// reported wants the report to hold the only pin if, and only if, something is wrong.
func (b *bench) reported(p *Pins, state store.PinState) {
	b.Helper()
	got, err := p.Report(b.Context(), b.fake.GuildID)
	switch {
	case err != nil:
		b.Fatal(err)
	case state == store.PinLive && len(got) == 0:
	case state == store.PinLive || len(got) != 1:
		b.Errorf("reported %+v", got)
	case got[0].State != state || got[0].Channel != b.channel || got[0].Title != "Trouble sleeping" || got[0].Words != stateWords(state):
		b.Errorf("reported %+v", got[0])
	}
}

// TestEditRefused: an old text is noticed, and edited as soon as Discord lets the bot.
func TestEditRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer discordtest.Answer
		state  store.PinState
		words  string
		left   bool // no card stays in the channel
	}{
		"too old":    {discordtest.Failure(http.StatusBadRequest, 30046, "no"), store.PinDrifted, textOldEdit, false},
		"archived":   {discordtest.Failure(http.StatusBadRequest, 50083, "no"), store.PinDrifted, textArchived, false},
		"locked":     {discordtest.Failure(http.StatusForbidden, 160005, "no"), store.PinForbidden, textLocked, false},
		"no posting": {discordtest.Failure(http.StatusForbidden, 50013, "no"), store.PinForbidden, textNoPosting, false},
		"filtered":   {discordtest.Failure(http.StatusBadRequest, 200000, "no"), store.PinDrifted, textFiltered, false},
		"gone":       {discordtest.Failure(http.StatusNotFound, 10008, "no"), store.PinDeleted, textDeletedByHand, false},
		"limited":    {discordtest.RateLimited(time.Hour, "user"), store.PinLive, textBusy, false},
		"too old, limited": {
			discordtest.Answer{Status: http.StatusTooManyRequests, Body: `{"code":30046,"message":"no","retry_after":3600}`},
			store.PinDrifted, textBusy, false, // the second time the bot holds itself back
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.ask(b.process(), b.request("pin", sleepCard))
			before := b.one().ID
			p := b.knowing(changedOnce)
			b.fake.Inject(discordtest.Rule{Method: "PATCH", Times: -1, Answer: test.answer})
			b.round(p)
			b.state(test.state)
			if got := b.ask(p, b.request("refresh", "")); !strings.Contains(got, test.words) {
				t.Errorf("refresh says %q", got)
			}
			b.fake.ClearRules()
			b.round(b.knowing(changedOnce))
			if m := b.one(); m.ID != before || !strings.Contains(m.Embeds[0].Description, "very common") {
				t.Errorf("%+v", m)
			}
			b.state(store.PinLive)
		})
	}
}

// TestEntryGone: a card that left the content is told of, and can be taken away.
func TestEntryGone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.ask(b.process(), b.request("pin", sleepCard))
	p := b.knowing(withoutOnce)
	b.round(p)
	b.state(store.PinDrifted)
	if got, err := p.Report(t.Context(), b.fake.GuildID); err != nil || len(got) != 1 || got[0].Title != sleepCard || got[0].Words != textEntryGone {
		t.Errorf("%+v, %v", got, err)
	}
	if got := b.ask(p, b.request("list", "")); !strings.Contains(got, textEntryGone) || strings.Contains(got, "..") {
		t.Errorf("listed as %q", got)
	}
	if got := b.ask(p, b.request("refresh", "")); !strings.Contains(got, textEntryGone) {
		t.Errorf("refresh says %q", got)
	}
	b.says(b.ask(p, b.request("unpin", sleepCard)), textUnpinned)
	if len(b.cards(b.channel)) > 0 || len(b.rows()) > 0 {
		t.Error("something is left")
	}
}

// TestForbiddenStays: a pin that was refused to a bot that was then stopped is not tried each hour, but when a moderator asks.
func TestForbiddenStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.begin()
	b.refuse("PUT", "/pins/", 1, http.StatusForbidden, 50013)
	b.round(p)
	b.state(store.PinForbidden)
	b.round(p)
	if n := b.sent("POST", "/channels/*/messages"); n != 1 || len(b.cards(b.channel)) > 0 {
		t.Errorf("%d posts, %d cards", n, len(b.cards(b.channel)))
	}
	if got := b.ask(p, b.request("refresh", "")); !strings.Contains(got, textStateForbidden) {
		t.Errorf("refresh says %q", got)
	}
	b.says(b.ask(p, b.request("pin", sleepCard)), textPinned)
	b.one()
}

// TestPendingReported: what is not posted an hour later is a problem.
func TestPendingReported(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.begin()
	for _, want := range []int{0, 1} {
		if got, err := p.Report(t.Context(), b.fake.GuildID); err != nil || len(got) != want {
			t.Errorf("%+v, %v", got, err)
		}
		b.clock.add(every + time.Minute)
	}
}

// TestLongChannel: a card that was posted and not noted is found behind hundreds of messages that came since.
func TestLongChannel(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.refuse("PUT", "/pins/", -1, http.StatusBadGateway, 0)
	b.ask(b.process(), b.request("pin", sleepCard))
	before := b.one().ID
	for range 250 {
		b.tell("MESSAGE_CREATE", b.fake.MessageCreate(discordtest.Post{Content: "x"}))
	}
	b.fake.ClearRules()
	b.round(b.process())
	if m := b.one(); m.ID != before || !m.Pinned {
		t.Errorf("%+v", m)
	}
}

// TestDoubles: of two messages of a pin one is kept, also where an earlier stop left one behind.
func TestDoubles(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.ask(p, b.request("pin", sleepCard))
	first := b.one().ID
	if err := b.store.DeletePin(t.Context(), b.channel, sleepCard); err != nil {
		t.Fatal(err)
	}
	b.says(b.ask(p, b.request("pin", sleepCard)), textPinned)
	if b.one().ID != first {
		t.Error("the message that was left behind was not taken")
	}
	d, _ := p.draw(sleepCard, "")
	pin := b.state(store.PinLive)
	if _, err := p.calls.CreateMessage(t.Context(), b.channel, newMessage(d, "other")); err != nil {
		t.Fatal(err)
	}
	pin, err := p.reopen(t.Context(), pin)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := p.settle(t.Context(), pin); f != edited || err != nil {
		t.Errorf("%d, %v", f, err)
	}
	if b.one().ID != first {
		t.Error("the wrong one was kept")
	}
}

// TestOvertaken: a process that comes second deletes its own message and no other.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	stale, _, err := b.store.BeginPin(t.Context(), b.fake.GuildID, b.channel, sleepCard, b.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	b.ask(p, b.request("pin", sleepCard))
	kept := b.one().ID
	d, _ := p.draw(sleepCard, "")
	mine, err := p.calls.CreateMessage(t.Context(), b.channel, newMessage(d, "other"))
	if err != nil {
		t.Fatal(err)
	}
	b.unpinByHand(kept)
	if err := p.calls.Pin(t.Context(), b.channel, mine, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := p.settle(t.Context(), stale); err != nil {
		t.Fatal(err)
	}
	if b.one().ID != kept {
		t.Error("the message that the store knows is gone")
	}
	if err := b.store.DeletePin(t.Context(), b.channel, sleepCard); err != nil {
		t.Fatal(err)
	}
	if _, err := p.settle(t.Context(), stale); err != nil {
		t.Fatal(err)
	}
	if n := len(b.cards(b.channel)); n > 0 {
		t.Errorf("%d cards of a pin that is gone", n)
	}
}

// TestTwoProcesses: commands and rounds of two processes at once make one card.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var wg sync.WaitGroup
	for range 2 {
		p := b.process()
		wg.Go(func() { b.ask(p, b.request("pin", sleepCard)) })
		wg.Go(func() { b.ask(p, b.request("pin", sleepCard)) })
		wg.Go(func() {
			if err := p.round(b.Context()); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	b.round(b.process())
	if m := b.one(); !m.Pinned || b.state(store.PinLive).Message != m.ID {
		t.Errorf("%+v", m)
	}
}

// TestRun: it looks at all pins at the start, after a change of content and each hour, and ends with its context.
func TestRun(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.ask(p, b.request("pin", sleepCard))
	other := b.request("pin", cardHelplines)
	other.Channel = b.fake.NewID()
	b.ask(p, other)
	var mu sync.Mutex
	bot, tick := loaded(b, contentOnce), make(chan time.Time)
	p.bot = func() *answer.Bot {
		mu.Lock()
		defer mu.Unlock()
		return bot
	}
	p.tick = func(d time.Duration) <-chan time.Time {
		if d != time.Hour {
			t.Errorf("a round every %s", d)
		}
		return tick
	}
	rests := 0
	p.pause = func(ctx context.Context, _ time.Duration) error { rests++; return ctx.Err() }
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- p.Run(ctx) }()
	tick <- time.Time{} // taken once the first round is over
	mu.Lock()
	bot = loaded(b, changedOnce)
	mu.Unlock()
	tick <- time.Time{}
	p.Changed()
	p.Changed()
	if _, err := b.fake.WaitFor(t.Context(), discordtest.Is("PATCH", "/channels/*/messages/*")); err != nil {
		t.Fatal(err)
	}
	tick <- time.Time{}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if m := b.one(); !strings.Contains(m.Embeds[0].Description, "very common") || rests < 2 {
		t.Errorf("%+v after %d rests", m, rests)
	}
}

func TestRunUnauthorized(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	b.ask(p, b.request("pin", sleepCard))
	b.fake.Inject(discordtest.Rule{Times: -1, Answer: discordtest.Failure(http.StatusUnauthorized, 0, "401: Unauthorized")})
	if err := p.Run(t.Context()); !errors.Is(err, rest.ErrUnauthorized) {
		t.Errorf("ended with %v", err)
	}
	b.state(store.PinLive)
}

// TestDatabaseFails: moderators read what it is that fails.
func TestDatabaseFails(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"pin", "unpin", "list", "refresh"} {
		b.says(b.ask(p, b.request(sub, sleepCard)), textTrouble)
	}
}

// TestBusy: a command that gets no turn in its time says so.
func TestBusy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.process()
	if err := p.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out, err := p.Tool().Commands[0].Handle(ctx, b.request("pin", sleepCard))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	b.says(out.Later(ctx).Content, textBusy)
	p.leave()
	b.says(b.ask(p, b.request("pin", sleepCard)), textPinned)
}
