// Package pins keeps cards pinned in channels: moderators choose them by /resource, and they stay what the content says.
//
// It knows what is pinned where, in which order Discord and the store are told so that a stop at any moment neither loses nor doubles a
// message, and what a refusal of Discord's means to a moderator. It must not know what is said on a card, nor how commands reach it.
package pins

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/store"
)

// Config is what New needs; all of it.
type Config struct {
	Store *store.Store
	Bot   *answer.Bot
	Calls *api.Client
	Log   *slog.Logger
	Now   func() time.Time
}

// records is what is asked of the store.
type records interface {
	Settings(ctx context.Context, guild string) (store.Settings, error)
	BeginPin(ctx context.Context, guild, channel, card string, at time.Time) (store.Pin, bool, error)
	SetPinMessage(ctx context.Context, pin store.Pin, message, hash string, at time.Time) (bool, error)
	SetPinState(ctx context.Context, channel, card string, state store.PinState, at time.Time) error
	DeletePin(ctx context.Context, channel, card string) error
	Pins(ctx context.Context, guild string) ([]store.Pin, error)
	AddAudit(ctx context.Context, a store.Audit) error
}

// Pins keeps cards pinned. It is safe for concurrent use, and several processes may share a store.
type Pins struct {
	records records
	bot     func() *answer.Bot
	calls   *api.Client
	log     *slog.Logger
	now     func() time.Time
	// queue holds one token: whoever has it may change pins. Discord's limits on pins are low and undocumented, so that there is one
	// change at a time.
	queue   chan struct{}
	changed chan struct{}
	me      string // the bot's user id once it is known; belongs to who has the queue
	// The clocks of Run, which tests replace.
	tick  func(time.Duration) <-chan time.Time
	pause func(context.Context, time.Duration) error
}

// New returns pins that nobody looks after until Run does.
func New(c Config) *Pins {
	return &Pins{
		records: c.Store, bot: func() *answer.Bot { return c.Bot }, calls: c.Calls, log: c.Log, now: c.Now,
		queue: make(chan struct{}, 1), changed: make(chan struct{}, 1), tick: time.After, pause: pause,
	}
}

// pause waits, or returns the context's error when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pause: %w", ctx.Err())
	}
}

// enter waits for the queue; leave must follow unless it fails.
func (p *Pins) enter(ctx context.Context) error {
	select {
	case p.queue <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for other work on pins: %w", ctx.Err())
	}
}

func (p *Pins) leave() { <-p.queue }

// Problem is a pin that is not as it should be.
type Problem struct {
	Channel, Message string // Message is empty where none was ever posted
	Card, Title      string // Title is the card's id where the content has no such entry any more
	State            store.PinState
	Checked          time.Time // when that was last found out
	Words            string    // what is wrong and what to do about it, for moderators
}

// Report returns what is wrong with a server's pins as of the last look at them, by channel and card. It asks the store alone.
func (p *Pins) Report(ctx context.Context, guild string) ([]Problem, error) {
	pins, err := p.records.Pins(ctx, guild)
	if err != nil {
		return nil, fmt.Errorf("report on pins: %w", err)
	}
	var out []Problem
	for _, pin := range pins {
		late := pin.State == store.PinPending && p.now().Sub(pin.Checked) > every
		if pin.State == store.PinLive || pin.State == store.PinPending && !late {
			continue
		}
		out = append(out, Problem{
			Channel: pin.Channel, Message: pin.Message, Card: pin.Card, Title: p.title(pin.Card), State: pin.State, Checked: pin.Checked,
			Words: p.words(pin),
		})
	}
	return out, nil
}

// Problems is Report in words, a line a pin.
func (p *Pins) Problems(ctx context.Context, guild string) ([]string, error) {
	problems, err := p.Report(ctx, guild)
	var out []string
	for _, problem := range problems {
		out = append(out, problem.Title+": "+problem.Words)
	}
	return out, err
}

// in finds the pin of a card in a channel; a card is known by each of its ids, the given one first.
func (p *Pins) in(ctx context.Context, guild, channel, card string) (store.Pin, bool, error) {
	pins, err := p.records.Pins(ctx, guild)
	if err != nil {
		return store.Pin{}, false, fmt.Errorf("find a pin: %w", err)
	}
	for _, name := range []func(string) string{func(id string) string { return id }, p.canonical} {
		at := slices.IndexFunc(pins, func(pin store.Pin) bool { return pin.Channel == channel && name(pin.Card) == name(card) })
		if at >= 0 {
			return pins[at], true, nil
		}
	}
	return store.Pin{}, false, nil
}

// note keeps for the server's moderators who did what; the actor is empty for the bot.
func (p *Pins) note(ctx context.Context, guild, actor string, action store.Action, card string) error {
	err := p.records.AddAudit(ctx, store.Audit{Guild: guild, Actor: actor, Action: action, Target: card, At: p.now()})
	if err != nil {
		return fmt.Errorf("note what was done about a pin: %w", err)
	}
	return nil
}
