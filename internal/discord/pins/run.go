package pins

import (
	"context"
	"errors"
	"fmt"
	"time"

	"faqbot/internal/discord/rest"
	"faqbot/internal/store"
)

const (
	// every is how long a pin may be wrong before somebody notices.
	every = time.Hour
	// between two pins Discord gets some rest: its limit on reading pins was once one call in five seconds.
	between = 5 * time.Second
	// lookWithin bounds the work on one pin, and with it how long a moderator's command waits for its turn. It is below the few minutes
	// for which Discord remembers a nonce.
	lookWithin = time.Minute
)

// Changed says that the content has changed: Run looks at all pins as soon as it can. It returns at once.
func (p *Pins) Changed() {
	select {
	case p.changed <- struct{}{}:
	default: // it has been told, and has not begun yet
	}
}

// Run looks after all pins at once, each hour and after Changed, one by one, until the context ends, which gives nil, or until
// Discord refuses the token, which gives an error that wraps rest.ErrUnauthorized. It runs once at a time.
func (p *Pins) Run(ctx context.Context) error {
	for {
		if err := p.round(ctx); errors.Is(err, rest.ErrUnauthorized) {
			return fmt.Errorf("look after pins: %w", err)
		} else if err != nil && ctx.Err() == nil {
			p.log.ErrorContext(ctx, "pins could not be looked after", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.changed:
		case <-p.tick(every):
		}
	}
}

// round looks at every pin once. A pin that fails holds up no other.
func (p *Pins) round(ctx context.Context) error {
	pins, err := p.records.Pins(ctx, "")
	if err != nil {
		return fmt.Errorf("list pins: %w", err)
	}
	count := map[finding]int{}
	for i, pin := range pins {
		if i > 0 {
			if err := p.pause(ctx, between); err != nil {
				return err
			}
		}
		f, err := p.visit(ctx, pin)
		if errors.Is(err, rest.ErrUnauthorized) || ctx.Err() != nil {
			return err
		}
		if err != nil {
			p.log.WarnContext(ctx, "a pinned card could not be looked after", "channel_id", pin.Channel, "message_id", pin.Message, "error", err)
		}
		count[f]++
	}
	if len(pins) > 0 {
		p.log.InfoContext(ctx, "pins looked after", "count", len(pins), "posted", count[posted], "edited", count[edited],
			"unpinned", count[unpinned], "deleted", count[deleted], "entry_gone", count[entryGone], "refused", count[refused],
			"postponed", count[postponed])
	}
	return nil
}

// visit waits for its turn and then looks at a pin as it is by then.
func (p *Pins) visit(ctx context.Context, pin store.Pin) (finding, error) {
	if err := p.enter(ctx); err != nil {
		return postponed, err
	}
	defer p.leave()
	now, ok, err := p.in(ctx, pin.Guild, pin.Channel, pin.Card)
	if err != nil || !ok {
		return asShould, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return p.look(ctx, now)
}
