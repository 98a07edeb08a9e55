package pins

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// life ends after a number of steps; there is one before and one after each call of Discord and each use of the store.
type life struct {
	mu   sync.Mutex
	left int
	end  func()
	over bool
}

var errDead = errors.New("killed")

func (l *life) step() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == 0 {
		l.over = true
		l.end()
	}
	if l.over {
		return errDead
	}
	l.left--
	return nil
}

func (l *life) ended() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

// within does something between two steps.
func within[T any](l *life, do func() (T, error)) (T, error) {
	var zero T
	if err := l.step(); err != nil {
		return zero, err
	}
	v, err := do()
	if err := l.step(); err != nil {
		return zero, err
	}
	return v, err
}

// mortalStore is the store of a process that is killed.
type mortalStore struct {
	*store.Store

	life *life
}

func (m mortalStore) alone(do func() error) error {
	_, err := within(m.life, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

func (m mortalStore) Settings(ctx context.Context, guild string) (store.Settings, error) {
	return within(m.life, func() (store.Settings, error) { return m.Store.Settings(ctx, guild) })
}

func (m mortalStore) Pins(ctx context.Context, guild string) ([]store.Pin, error) {
	return within(m.life, func() ([]store.Pin, error) { return m.Store.Pins(ctx, guild) })
}

func (m mortalStore) BeginPin(ctx context.Context, guild, channel, card string, at time.Time) (pin store.Pin, created bool, err error) {
	pin, err = within(m.life, func() (pin store.Pin, err error) {
		pin, created, err = m.Store.BeginPin(ctx, guild, channel, card, at)
		return pin, err
	})
	return pin, created, err
}

func (m mortalStore) SetPinMessage(ctx context.Context, pin store.Pin, message, hash string, at time.Time) (bool, error) {
	return within(m.life, func() (bool, error) { return m.Store.SetPinMessage(ctx, pin, message, hash, at) })
}

func (m mortalStore) SetPinState(ctx context.Context, channel, card string, state store.PinState, at time.Time) error {
	return m.alone(func() error { return m.Store.SetPinState(ctx, channel, card, state, at) })
}

func (m mortalStore) DeletePin(ctx context.Context, channel, card string) error {
	return m.alone(func() error { return m.Store.DeletePin(ctx, channel, card) })
}

func (m mortalStore) AddAudit(ctx context.Context, a store.Audit) error {
	return m.alone(func() error { return m.Store.AddAudit(ctx, a) })
}

// mortal is a process that is killed after a number of steps, with the context that ends then.
func (b *bench) mortal(steps int, know func() *Pins) (context.Context, *Pins, *life) {
	b.Helper()
	ctx, end := context.WithCancel(b.Context())
	l := &life{left: steps, end: end}
	origin, err := url.Parse(b.fake.URL())
	if err != nil {
		b.Fatal(err)
	}
	hangUp := func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	wire := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(origin) },
		ModifyResponse: func(*http.Response) error { return l.step() },
		ErrorHandler:   hangUp,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.step() != nil {
			hangUp(w, r, errDead)
		}
		wire.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context()))) // what was sent arrives, also of a process that is dead by now
	}))
	b.Cleanup(server.Close)
	p := know()
	p.records, p.calls = mortalStore{b.store, l}, b.callsOf(server.URL)
	return ctx, p, l
}

// attempt runs a command as far as its process lives.
func attempt(ctx context.Context, p *Pins, r interact.Request) {
	out, err := p.Tool().Commands[0].Handle(ctx, r)
	if err == nil && out.Later != nil {
		out.Later(ctx)
	}
}

// A crash is something that may be cut short anywhere, and what must hold afterwards.
type crash struct {
	before func(b *bench)
	do     func(ctx context.Context, b *bench, p *Pins)
	know   func(b *bench) *Pins // the process that is killed, and the one after it
	after  func(b *bench)       // once another process has looked at all pins
}

func pinned(b *bench) { b.ask(b.process(), b.request("pin", sleepCard)) }

func crashes() map[string]crash {
	ask := func(sub string) func(context.Context, *bench, *Pins) {
		return func(ctx context.Context, b *bench, p *Pins) { attempt(ctx, p, b.request(sub, sleepCard)) }
	}
	round := func(ctx context.Context, _ *bench, p *Pins) { _ = p.round(ctx) }
	nothing := func(*bench) {}
	return map[string]crash{
		"pin": {nothing, ask("pin"), (*bench).process, (*bench).noneOrOne},
		"repost": {
			func(b *bench) {
				b.begin()
				if _, err := b.store.SetPinMessage(b.Context(), b.rows()[0], b.fake.NewID(), "old", b.clock.now()); err != nil {
					b.Fatal(err)
				}
				b.round(b.process())
				b.state(store.PinDeleted)
			},
			ask("pin"), (*bench).process, (*bench).noneOrOne,
		},
		"pin again": {func(b *bench) { pinned(b); b.unpinByHand(b.one().ID) }, ask("pin"), (*bench).process, func(b *bench) { b.one() }},
		"finish": {
			(*bench).begin, round, (*bench).process, func(b *bench) { b.one(); b.state(store.PinLive) },
		},
		"edit": {
			pinned, round, func(b *bench) *Pins { return b.knowing(changedOnce) },
			func(b *bench) {
				if m := b.one(); b.state(store.PinLive).Message != m.ID || !m.Pinned || !strings.Contains(m.Embeds[0].Description, "very common") {
					b.Errorf("%+v", m)
				}
			},
		},
		"unpin": {
			pinned, ask("unpin"), (*bench).process, func(b *bench) {
				if len(b.rows()) == 0 && len(b.cards(b.channel)) > 0 {
					b.Error("a card that nobody looks after")
				}
				b.ask(b.process(), b.request("unpin", sleepCard))
				if len(b.rows()) > 0 || len(b.cards(b.channel)) > 0 {
					b.Error("something is left")
				}
			},
		},
		"refused": {
			func(b *bench) { b.refuse("PUT", "/pins/", -1, http.StatusForbidden, 50013) },
			ask("pin"), (*bench).process, func(b *bench) {
				if n := len(b.cards(b.channel)); n > 0 {
					b.Errorf("%d cards that are not pinned", n)
				}
				b.fake.ClearRules()
				b.noneOrOne()
			},
		},
	}
}

// noneOrOne wants one card or none, as the store says, and one after it was pinned again.
func (b *bench) noneOrOne() {
	b.Helper()
	cards, rows := b.cards(b.channel), b.rows()
	live := len(rows) == 1 && rows[0].State == store.PinLive
	switch {
	case live && (len(cards) != 1 || !cards[0].Pinned || cards[0].ID != rows[0].Message):
		b.Errorf("the store says %+v, the channel %+v", rows, cards)
	case !live && len(cards) > 0, len(rows) > 0 && rows[0].State == store.PinPending:
		b.Errorf("the store says %+v, the channel %+v", rows, cards)
	case live && len(b.actions()) == 0:
		b.Error("nobody can tell who pinned it")
	case live:
		return
	}
	b.ask(b.process(), b.request("pin", sleepCard))
	if m := b.one(); !m.Pinned || b.state(store.PinLive).Message != m.ID {
		b.Errorf("pinned again: %+v", m)
	}
}

// TestCrashes stops a process before and after each call and each use of the store, and then lets another look at all pins: nothing
// is lost, nothing is there twice.
func TestCrashes(t *testing.T) {
	t.Parallel()
	for name, c := range crashes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBenchWith(t, nil) // other tests validate the same calls, and this one makes thousands
			for steps := 0; ; steps++ {
				b.channel = b.fake.NewID()
				c.before(b)
				ctx, p, l := b.mortal(steps, func() *Pins { return c.know(b) })
				c.do(ctx, b, p)
				b.round(c.know(b))
				c.after(b)
				if t.Failed() {
					t.Fatalf("killed after %d steps", steps)
				}
				if !l.ended() {
					t.Logf("%d places to die", steps)
					return
				}
				for _, row := range b.rows() {
					if err := b.store.DeletePin(t.Context(), row.Channel, row.Card); err != nil {
						t.Fatal(err)
					}
				}
				b.fake.ClearRules()
			}
		})
	}
}
