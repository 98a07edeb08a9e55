// Package upkeep deletes what is no longer to be kept: what has become too old, and all of servers that the bot left while it did not run.
//
// It knows when, and what the store holds and Discord says; it must not know what is kept, nor how old that may become.
package upkeep

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"faqbot/internal/discord/api"
)

// every is how often it is done: what is to be kept for days may stay some hours more.
const every = 6 * time.Hour

// within bounds one round, so that a database or a Discord that hangs does not end the rounds.
const within = 10 * time.Minute

// Store is the part of store.Store that it needs.
type Store interface {
	Prune(ctx context.Context, at time.Time) (int64, error)
	Guilds(ctx context.Context) ([]string, error)
	ForgetGuild(ctx context.Context, guild string) error
}

// Upkeep is what Run needs; all of it.
type Upkeep struct {
	Store Store
	// Servers returns all servers that the bot is in.
	Servers func(context.Context) ([]api.Guild, error)
	Log     *slog.Logger
	Now     func() time.Time
}

// Run does it at once and every six hours, until the context ends.
func (u Upkeep) Run(ctx context.Context) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		u.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// round does what can be done. What fails is logged, and tried again in the next.
func (u Upkeep) round(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	defer func() {
		if recover() != nil {
			u.Log.ErrorContext(ctx, "what is too old could not be deleted, the database panicked")
		}
	}()
	if rows, err := u.Store.Prune(ctx, u.Now()); err != nil {
		u.Log.ErrorContext(ctx, "what is too old could not be deleted", "error", err)
	} else {
		u.Log.InfoContext(ctx, "what is too old was deleted", "rows", rows)
	}
	if err := u.forgetLeft(ctx); err != nil {
		u.Log.ErrorContext(ctx, "servers that the bot has left could not be told", "error", err)
	}
}

// forgetLeft deletes all of servers that the bot is no longer in. Where it is in none of those that it has something of, it deletes nothing:
// then it is rather another bot's token that it runs with.
func (u Upkeep) forgetLeft(ctx context.Context) error {
	known, err := u.Store.Guilds(ctx)
	if err != nil || len(known) == 0 {
		return err
	}
	servers, err := u.Servers(ctx)
	if err != nil {
		return fmt.Errorf("list servers: %w", err)
	}
	left := slices.DeleteFunc(slices.Clone(known), func(id string) bool {
		return slices.ContainsFunc(servers, func(s api.Guild) bool { return s.ID == id })
	})
	if len(left) == len(known) {
		u.Log.WarnContext(ctx, "the bot is in none of the servers that its database knows: nothing of them is deleted, for the token may be another bot's. "+
			"If it has left them all, delete the database", "servers", len(left))
		return nil
	}
	for _, id := range left {
		u.Forget(ctx, id)
	}
	return nil
}

// Forget deletes all of a server that the bot has left, or logs that it could not: the next round tries again.
func (u Upkeep) Forget(ctx context.Context, guild string) {
	if err := u.Store.ForgetGuild(ctx, guild); err != nil {
		u.Log.ErrorContext(ctx, "what was kept of a server that the bot has left could not be deleted", "guild_id", guild, "error", err)
		return
	}
	u.Log.InfoContext(ctx, "the bot has left a server, and what was kept of it is deleted", "guild_id", guild)
}
