package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
)

// PinState is what was last known of a pinned message.
type PinState string

// The states that there are.
const (
	PinPending   PinState = "pending"   // whether its message was posted is not known
	PinLive      PinState = "live"      // posted as it should be
	PinDrifted   PinState = "drifted"   // posted, and no longer what the content says
	PinDeleted   PinState = "deleted"   // somebody deleted the message
	PinForbidden PinState = "forbidden" // the bot may no longer post there
)

// PinStates lists every PinState.
func PinStates() []PinState {
	return []PinState{PinPending, PinLive, PinDrifted, PinDeleted, PinForbidden}
}

// Pin is a card that stays posted in a channel; there is one of each card in a channel.
//
// So that a bot which is killed at any moment neither loses nor doubles a message: BeginPin; post the message if that created the pin;
// SetPinMessage. To post it anew where somebody deleted it: SetPinState with PinPending, post, SetPinMessage. After a start, each pending
// pin was cut short on the way: look for the message in the channel, post it only where there is none, SetPinMessage.
type Pin struct {
	Guild, Channel string
	Message        string // empty until it is known
	Card           string
	Hash           string // of the card as it was posted
	State          PinState
	Checked        time.Time // when the state was last found out
}

// BeginPin reserves a card's place in a channel, or returns the pin that is there already; created tells which.
func (s *Store) BeginPin(ctx context.Context, guild, channel, card string, at time.Time) (pin Pin, created bool, err error) {
	n, err := s.commit(ctx, "begin pin", []error{snowflake("server", guild), snowflake("channel", channel), name("card", card)},
		to(`INSERT INTO pins (channel, card, guild, message, hash, state, checked) VALUES ($1, $2, $3, '', '', 'pending', $4)
		ON CONFLICT (channel, card) DO NOTHING`, channel, card, guild, at.UnixMilli()))
	if err != nil {
		return Pin{}, false, err
	}
	found, err := s.pins(ctx, `WHERE channel = $1 AND card = $2`, channel, card)
	if err != nil {
		return Pin{}, false, s.explain("begin pin", err)
	}
	if len(found) != 1 {
		return Pin{}, false, errors.New("begin pin: another process has deleted it: try again")
	}
	return found[0], n == 1, nil
}

// SetPinMessage makes a message the pin's, and the pin live. It returns false, and changes nothing, when the pin has gone or has got
// another message since it was read: another process was faster, and the caller deletes the message that it posted. Done twice, it is
// as done once.
func (s *Store) SetPinMessage(ctx context.Context, pin Pin, message, hash string, at time.Time) (bool, error) {
	n, err := s.commit(ctx, "set pin message", []error{snowflake("message", message), maybe(name, "hash", hash)},
		to(`UPDATE pins SET message = $1, hash = $2, state = 'live', checked = $3 WHERE channel = $4 AND card = $5 AND message IN ($1, $6)`,
			message, hash, at.UnixMilli(), pin.Channel, pin.Card, pin.Message))
	return n == 1, err
}

// SetPinState notes what was found out about a pin. It does nothing where there is no such pin.
func (s *Store) SetPinState(ctx context.Context, channel, card string, state PinState, at time.Time) error {
	_, err := s.commit(ctx, "set pin state", []error{within("state", state, PinStates())},
		to(`UPDATE pins SET state = $1, checked = $2 WHERE channel = $3 AND card = $4`, string(state), at.UnixMilli(), channel, card))
	return err
}

// DeletePin forgets a pin. It does nothing where there is no such pin.
func (s *Store) DeletePin(ctx context.Context, channel, card string) error {
	_, err := s.commit(ctx, "delete pin", nil, to(`DELETE FROM pins WHERE channel = $1 AND card = $2`, channel, card))
	return err
}

// Pins returns a server's pins, or those of all for an empty guild, by channel and card.
func (s *Store) Pins(ctx context.Context, guild string) ([]Pin, error) {
	found, err := s.pins(ctx, `WHERE guild = $1 OR $1 = ''`, guild)
	return found, s.explain("read pins", err)
}

func (s *Store) pins(ctx context.Context, where string, args ...any) ([]Pin, error) {
	found, err := list(ctx, s.rows(), func(rows *sql.Rows, p *Pin) error {
		return rows.Scan(&p.Guild, &p.Channel, &p.Message, &p.Card, &p.Hash, &p.State, (*instant)(&p.Checked))
	}, `SELECT guild, channel, message, card, hash, state, checked FROM pins `+where, args...)
	// Not in SQL: the order of text there depends on the server's language.
	slices.SortFunc(found, func(a, b Pin) int { return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Card, b.Card)) })
	return found, err
}
