package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/feedback"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/moderation"
	"faqbot/internal/discord/pins"
	"faqbot/internal/store"
)

// process is the bot as it runs, with its tools and its database.
type process struct {
	bot   *answer.Bot
	store *store.Store
	file  string // of the database
	log   *slog.Logger

	stop  context.CancelFunc
	ended chan error
	pins  sync.WaitGroup
}

// launch starts the bot. The caller ends it with finish, also where it has ended by itself.
func launch(ctx context.Context, bot *answer.Bot, folder string, fake *discordtest.Server, log *slog.Logger) (*process, error) {
	p := &process{bot: bot, file: filepath.Join(folder, "faqbot.db"), log: log, ended: make(chan error, 1)}
	st, err := store.Open(ctx, p.file)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	p.store = st
	// Without a channel for alerts nobody is ever told.
	settings := store.Settings{
		Guild: fake.GuildID, AlertChannel: fake.ChannelID, Cooldown: store.DefaultCooldown, Retention: store.DefaultRetention,
	}
	if err := st.SaveSettings(ctx, settings, store.Audit{Actor: fake.UserID, Action: store.ActionSettings, At: time.Now()}); err != nil {
		_ = st.Close()
		return nil, fmt.Errorf("set up the server: %w", err)
	}
	running, stop := context.WithCancel(ctx)
	p.stop = stop
	config := discord.Config{
		Bot: bot, Token: fake.Token, API: fake.URL(), Version: "soak", ProjectURL: "https://example.org/faqsoak", Log: log,
	}
	p.addTools(running, &config)
	go func() { p.ended <- discord.Run(running, config) }()
	return p, nil
}

// addTools gives the bot all tools that there are. They can be made only when the bot has a client, which is before anybody asks.
func (p *process) addTools(ctx context.Context, config *discord.Config) {
	var desk *moderation.Desk
	var votes *feedback.Feedback
	config.Alert = func(ctx context.Context, a discord.Alert) error {
		return desk.Alert(ctx, a)
	}
	config.Asked = func(ctx context.Context, q discord.Asked) { votes.Asked(ctx, q) }
	config.Tools = func(calls *api.Client) []interact.Tool {
		desk = moderation.New(moderation.Config{Store: p.store, Bot: p.bot, Calls: calls, Log: p.log, Now: time.Now})
		votes = feedback.New(feedback.Config{Store: p.store, Bot: p.bot, Calls: calls, Log: p.log})
		pinned := pins.New(pins.Config{Store: p.store, Bot: p.bot, Calls: calls, Log: p.log, Now: time.Now})
		p.pins.Go(func() {
			if err := pinned.Run(ctx); err != nil {
				p.log.ErrorContext(ctx, "pins are no longer looked after", "error", err)
			}
		})
		return []interact.Tool{desk.Tool(), votes.Tool(), pinned.Tool()}
	}
}

// finish stops the bot and returns how it ended.
func (p *process) finish() error {
	p.stop()
	err := <-p.ended
	p.pins.Wait()
	if closed := p.store.Close(); err == nil && closed != nil {
		return fmt.Errorf("close the database: %w", closed)
	}
	if err != nil {
		return fmt.Errorf("the bot ended: %w", err)
	}
	return nil
}
