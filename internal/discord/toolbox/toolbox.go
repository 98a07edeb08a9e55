// Package toolbox puts together all that the bot does on Discord besides answering: moderators' tools, pins, votes, what is remembered of
// a member, and what is deleted by itself. It knows how they go together; it must not know what any of them says or does.
package toolbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/feedback"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/manners"
	"faqbot/internal/discord/moderation"
	"faqbot/internal/discord/pins"
	"faqbot/internal/discord/suggest"
	"faqbot/internal/discord/tag"
	"faqbot/internal/discord/upkeep"
	"faqbot/internal/store"
)

// Tools are what the bot can do on Discord besides answering. All of it needs the database, and says so while that is not open.
type Tools struct {
	store    *store.Store
	bot      *answer.Bot
	log      *slog.Logger
	desk     *moderation.Desk
	feedback *feedback.Feedback
	pins     *pins.Pins
	memory   *local.Memory
	upkeep   upkeep.Upkeep
	key      tag.Key
	privacy  string        // of discord.Config
	made     chan struct{} // closed once all of them are there
}

// New returns tools that are still to be put into a configuration.
func New(st *store.Store, bot *answer.Bot, log *slog.Logger) *Tools {
	return &Tools{store: st, bot: bot, log: log, made: make(chan struct{})}
}

// Into adds what the tools do to a configuration. Making them does nothing yet: doctor makes them too, to compare their commands.
func (t *Tools) Into(c *discord.Config) {
	c.Tools, t.key, t.privacy = t.make, c.Key(), c.PrivacyURL
	c.Alert = func(ctx context.Context, a discord.Alert) error { return t.desk.Alert(ctx, a) }
	c.Alarm = func(ctx context.Context, a discord.Alert) error {
		_, err := t.desk.AlertUnasked(ctx, a)
		return err
	}
	c.Lines = func(ctx context.Context, guild string) map[string]answer.Replacement {
		return t.desk.Replaced(ctx, guild)
	}
	c.Country = func(ctx context.Context, guild, user string) (first, own string) {
		return t.memory.Country(ctx, guild, user)
	}
	c.Rules = t.rules
	c.Moderates = func(ctx context.Context, r interact.Request) bool { return t.desk.ModeratorHere(ctx, r) == "" }
	c.PutAway = func(ctx context.Context, r interact.Request) { t.desk.PutAway(ctx, r) }
	c.Left = func(ctx context.Context, guild string) { t.upkeep.Forget(ctx, guild) }
	c.Asked = func(ctx context.Context, q discord.Asked) { t.feedback.Asked(ctx, q) }
}

// make is called once, before any event comes.
func (t *Tools) make(calls *api.Client) []interact.Tool {
	t.desk = moderation.New(moderation.Config{
		Store: t.store, Bot: t.bot, Calls: calls, Log: t.log, Now: time.Now, PrivacyURL: t.privacy, Forget: func(user string) { t.feedback.Forget(user) },
	})
	t.pins = pins.New(pins.Config{Store: t.store, Bot: t.bot, Calls: calls, Log: t.log, Now: time.Now})
	t.memory = local.New(local.Config{Store: t.store, Settings: t.desk.Settings, Bot: t.bot, Log: t.log, Now: time.Now})
	t.feedback = feedback.New(feedback.Config{
		Store: t.store, Bot: t.bot, Calls: calls, Log: t.log, Now: time.Now, Pins: t.pins.Problems, Local: t.look().At,
	})
	menu := suggest.New(suggest.Config{
		Store: t.store, Bot: t.bot, Calls: calls, Log: t.log, Now: time.Now, Key: t.key, Refuse: t.desk.ModeratorHere, Local: t.look().At,
		Sent: t.feedback.Sent,
	})
	t.upkeep = upkeep.Upkeep{Store: t.store, Servers: calls.Guilds, Log: t.log, Now: time.Now}
	close(t.made)
	desk, pinned := t.desk.Tool(), t.pins.Tool()
	for _, c := range desk.Commands {
		if c.Name == "helpline" { // moderators look for it beside the other resources, too
			pinned.Commands[0] = pinned.Commands[0].Borrow(c, "override")
		}
	}
	return []interact.Tool{desk, pinned, t.feedback.Tool(), t.memory.Tool(), menu.Tool()}
}

// look reads for a tool what is set, as the adapter does for itself.
func (t *Tools) look() local.Look {
	return local.Look{Lines: t.desk.Replaced, Country: t.memory.Country, Log: t.log, Go: func(ctx context.Context, f func()) {
		go func() {
			defer func() {
				if recover() != nil {
					t.log.ErrorContext(ctx, "what is set could not be read, the database panicked")
				}
			}()
			f()
		}()
	}}
}

// rules are a server's, or the last known ones or the defaults where the database does not answer.
func (t *Tools) rules(ctx context.Context, guild string) manners.Rules {
	s, err := t.desk.Settings(ctx, guild)
	if err != nil {
		t.log.WarnContext(ctx, "a server's settings are not known, the defaults hold", "guild_id", guild, "error", err)
	}
	return manners.Rules{AskChannels: s.AskChannels, AskRoles: s.AskRoles, UnaskedChannels: s.UnaskedChannels, Cooldown: s.Cooldown}
}

// Maintain keeps the pinned cards, and deletes what is no longer to be kept, from when the database is open until the context ends.
func (t *Tools) Maintain(ctx context.Context, opened <-chan struct{}) {
	for _, needed := range []<-chan struct{}{t.made, opened} {
		select {
		case <-needed:
		case <-ctx.Done():
			return
		}
	}
	var keeping sync.WaitGroup
	keeping.Go(func() { t.upkeep.Run(ctx) })
	defer keeping.Wait()
	if err := t.pins.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.log.ErrorContext(ctx, "pinned cards are no longer looked after", "error", err)
	}
}
