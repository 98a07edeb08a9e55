package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Action is what a moderator did.
type Action string

// The actions that there are.
const (
	ActionSettings        Action = "settings"
	ActionPin             Action = "pin"
	ActionUnpin           Action = "unpin"
	ActionReply           Action = "reply"
	ActionOffer           Action = "offer"
	ActionTopic           Action = "topic"
	ActionOverride        Action = "override"
	ActionDeleteOverride  Action = "delete-override"
	ActionExport          Action = "export"
	ActionDeleteDonations Action = "delete-donations"
	ActionForgetGuild     Action = "forget-server"
	ActionDismiss         Action = "dismiss"
)

// Actions lists every Action.
func Actions() []Action {
	return []Action{
		ActionSettings, ActionPin, ActionUnpin, ActionReply, ActionOffer, ActionTopic, ActionOverride, ActionDeleteOverride,
		ActionExport, ActionDeleteDonations, ActionForgetGuild, ActionDismiss,
	}
}

// auditDays is how long a server's notes are kept, whatever its retention.
const auditDays = 365

// Audit is a note of who did what, for a server's moderators.
type Audit struct {
	Guild  string
	Actor  string // empty for the bot itself, and for who asked to be forgotten
	Action Action
	Target string // the id of an entry, channel or message, or the name of a setting; may be empty; never a person, never text
	At     time.Time
}

func (a Audit) check() error {
	return errors.Join(snowflake("server", a.Guild), maybe(snowflake, "actor", a.Actor), within("action", a.Action, Actions()),
		maybe(name, "target", a.Target)) // a snowflake is a name too
}

func (a Audit) change() change {
	return to(`INSERT INTO audit (guild, at, actor, action, target) VALUES ($1, $2, $3, $4, $5)`,
		a.Guild, a.At.UnixMilli(), a.Actor, string(a.Action), a.Target)
}

// AddAudit adds a note of what this package does not note itself.
func (s *Store) AddAudit(ctx context.Context, a Audit) error {
	_, err := s.commit(ctx, "add audit", []error{a.check()}, a.change())
	return err
}

// Audits returns at most limit notes of a server, newest first.
func (s *Store) Audits(ctx context.Context, guild string, limit int) ([]Audit, error) {
	notes, err := list(ctx, s.rows(), func(rows *sql.Rows, a *Audit) error {
		return rows.Scan(&a.Guild, (*instant)(&a.At), &a.Actor, &a.Action, &a.Target)
	}, `SELECT guild, at, actor, action, target FROM audit WHERE guild = $1 ORDER BY at DESC, action, target LIMIT $2`, guild, max(limit, 0))
	return notes, s.explain("read audit", err)
}
