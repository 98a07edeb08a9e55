package pins

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/rest"
	"faqbot/internal/store"
)

const (
	// clockMargin is how far Discord's clock may be behind ours when a message is looked for by the time it was posted at.
	clockMargin = 5 * time.Minute
	// maxPages bounds the look through what was posted since a pin was begun: two thousand messages, the oldest first.
	maxPages = 20
	// reasonPin and reasonUnpin stand in the server's own audit log.
	reasonPin   = "/resource keeps a card pinned"
	reasonUnpin = "/resource unpin"
)

// finding is what was found out about a pin, or done about it.
type finding int

const (
	asShould  finding = iota
	posted            // a new message was posted and pinned
	edited            // the message was brought up to date
	unpinned          // the message is there and not pinned
	deleted           // the message or its channel is gone
	entryGone         // the content has no such entry
	refused           // Discord says no, and will until somebody changes something
	postponed         // it did not work just now
)

// look brings a pin to what it should be. The error is Discord's for refused and postponed, or the store's; else it is nil.
func (p *Pins) look(ctx context.Context, pin store.Pin) (finding, error) {
	switch {
	case pin.State == store.PinForbidden && pin.Message == "":
		return refused, nil // posting anew each hour would only be refused again: a moderator has to ask for it
	case pin.State == store.PinPending || pin.Message == "":
		return p.settle(ctx, pin)
	}
	return p.check(ctx, pin)
}

// settle posts and pins a card unless that has been done already, and then notes it.
//
// A stop before the note leaves the pin pending, and the next settle finds the message. Two processes that settle at the same time
// get the same message from Discord by its nonce; where they do not, the store takes one of them and the other is deleted.
func (p *Pins) settle(ctx context.Context, pin store.Pin) (finding, error) {
	d, ok, err := p.drawFor(ctx, pin)
	switch {
	case err != nil:
		return postponed, err
	case !ok:
		return p.set(ctx, pin, store.PinDrifted, entryGone, nil)
	}
	mine, err := p.find(ctx, pin)
	if err != nil {
		return p.withdraw(ctx, pin, nil, err)
	}
	hash := "" // that of a message which was found is not known
	if len(mine) == 0 {
		id, err := p.calls.CreateMessage(ctx, pin.Channel, api.NewMessage{Body: d.body, Nonce: nonceOf(pin)})
		if err != nil {
			return p.withdraw(ctx, pin, nil, err)
		}
		mine, hash = []string{id}, d.hash
	}
	if err := p.calls.Pin(ctx, pin.Channel, mine[0], reasonPin); err != nil {
		return p.withdraw(ctx, pin, mine, err)
	}
	kept, err := p.records.SetPinMessage(ctx, pin, mine[0], hash, p.now())
	if err != nil {
		return postponed, fmt.Errorf("settle a pin: %w", err)
	}
	winner := mine[0]
	if !kept {
		now, _, err := p.in(ctx, pin.Guild, pin.Channel, pin.Card)
		if err != nil {
			return postponed, err
		}
		winner = now.Message
	}
	if err := p.discard(ctx, pin.Channel, slices.DeleteFunc(mine, func(id string) bool { return id == winner })); err != nil || !kept {
		return asShould, err
	}
	if hash == "" {
		pin.Message, pin.Hash = winner, ""
		return p.check(ctx, pin)
	}
	return posted, nil
}

// find lists the messages of a pin that is not settled, the one to keep first: pinned ones, then the oldest.
func (p *Pins) find(ctx context.Context, pin store.Pin) ([]string, error) {
	if p.me == "" {
		me, err := p.calls.Me(ctx)
		if err != nil {
			return nil, err
		}
		p.me = me
	}
	var out []string
	add := func(list []api.Posted) {
		for _, m := range list {
			if isPin(m, p.me, pin.Card) && !slices.Contains(out, m.ID) {
				out = append(out, m.ID)
			}
		}
	}
	pinned, err := p.calls.Pins(ctx, pin.Channel)
	if err != nil {
		return nil, err
	}
	add(pinned)
	after := api.IDAt(pin.Checked.Add(-clockMargin))
	for range maxPages {
		page, more, err := p.calls.MessagesAfter(ctx, pin.Channel, after)
		if err != nil {
			return nil, err
		}
		add(page)
		if !more {
			break
		}
		after = page[len(page)-1].ID
	}
	return out, nil
}

// discard deletes messages of the bot's own.
func (p *Pins) discard(ctx context.Context, channel string, messages []string) error {
	for _, id := range messages {
		if err := p.calls.DeleteMessage(ctx, channel, id); err != nil {
			return err
		}
	}
	return nil
}

// withdraw takes back what was posted of a pin that Discord refuses. What may work later stays as it is.
func (p *Pins) withdraw(ctx context.Context, pin store.Pin, mine []string, cause error) (finding, error) {
	if !final(cause) {
		return postponed, cause
	}
	if err := p.discard(ctx, pin.Channel, mine); err != nil {
		return postponed, errors.Join(cause, err)
	}
	return p.set(ctx, pin, store.PinForbidden, refused, cause)
}

// check looks at a pin's message and edits it where it is not what the content says.
func (p *Pins) check(ctx context.Context, pin store.Pin) (finding, error) {
	m, err := p.calls.Message(ctx, pin.Channel, pin.Message)
	if err != nil {
		return p.fault(ctx, pin, err)
	}
	d, ok, err := p.drawFor(ctx, pin)
	switch {
	case err != nil:
		return postponed, err
	case !ok:
		return p.set(ctx, pin, store.PinDrifted, entryGone, nil)
	}
	result := asShould
	if d.hash != pin.Hash || m.Embeds < len(d.body.Embeds) {
		if err := p.calls.EditMessage(ctx, pin.Channel, pin.Message, d.body); err != nil {
			return p.fault(ctx, pin, err)
		}
		if _, err := p.records.SetPinMessage(ctx, pin, pin.Message, d.hash, p.now()); err != nil {
			return postponed, fmt.Errorf("note an edited pin: %w", err)
		}
		result = edited
	}
	if !m.Pinned {
		return p.set(ctx, pin, store.PinDrifted, unpinned, nil)
	}
	return p.set(ctx, pin, store.PinLive, result, nil)
}

// fault notes why a message could not be read or edited.
func (p *Pins) fault(ctx context.Context, pin store.Pin, cause error) (finding, error) {
	answered, _ := errors.AsType[*rest.Error](cause)
	switch {
	case isGone(cause):
		return p.set(ctx, pin, store.PinDeleted, deleted, nil)
	case final(cause) && answered.Status == http.StatusForbidden:
		return p.set(ctx, pin, store.PinForbidden, refused, cause)
	case final(cause):
		return p.set(ctx, pin, store.PinDrifted, refused, cause)
	case rest.IsCode(cause, api.CodeTooManyOldEdits):
		return p.set(ctx, pin, store.PinDrifted, postponed, cause)
	}
	return postponed, cause
}

// set notes a pin's state.
func (p *Pins) set(ctx context.Context, pin store.Pin, state store.PinState, f finding, cause error) (finding, error) {
	if err := p.records.SetPinState(ctx, pin.Channel, pin.Card, state, p.now()); err != nil {
		return postponed, errors.Join(cause, fmt.Errorf("note the state of a pin: %w", err))
	}
	return f, cause
}

// reopen makes a pin pending again, so that settle posts it anew.
func (p *Pins) reopen(ctx context.Context, pin store.Pin) (store.Pin, error) {
	pin.State, pin.Checked = store.PinPending, p.now().UTC().Truncate(time.Millisecond) // as the store keeps it, for the nonce
	if err := p.records.SetPinState(ctx, pin.Channel, pin.Card, pin.State, pin.Checked); err != nil {
		return pin, fmt.Errorf("open a pin again: %w", err)
	}
	return pin, nil
}

// remove takes a pin's message away. Pinned or not, a message that nobody keeps up to date must not stay. Left is set where the bot
// can no longer reach it.
func (p *Pins) remove(ctx context.Context, pin store.Pin) (left bool, err error) {
	mine := []string{pin.Message}
	if pin.State == store.PinPending || pin.Message == "" {
		mine, err = p.find(ctx, pin)
	}
	if err == nil && pin.Message != "" {
		// Deleting unpins as well; this is for the server's audit log, and it is no matter when it is refused.
		if err := p.calls.Unpin(ctx, pin.Channel, pin.Message, reasonUnpin); err != nil && !final(err) && !isGone(err) {
			return false, err
		}
	}
	if err == nil {
		err = p.discard(ctx, pin.Channel, mine)
	}
	switch {
	case err == nil || isGone(err):
		return false, nil
	case final(err):
		return true, nil
	}
	return false, err
}

// isGone reports whether a message is no longer there, or its channel.
func isGone(err error) bool {
	return rest.IsCode(err, api.CodeUnknownMessage, api.CodeUnknownChannel)
}

// final reports whether Discord will say the same the next time, unless somebody changes something.
func final(err error) bool {
	answered, ok := errors.AsType[*rest.Error](err)
	return ok && answered.Status >= http.StatusBadRequest && answered.Status < http.StatusInternalServerError &&
		answered.Status != http.StatusUnauthorized && answered.Status != http.StatusTooManyRequests &&
		!rest.IsCode(err, api.CodeUnknownMessage, api.CodeTooManyOldEdits)
}
