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
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/toolbox"
	"faqbot/internal/store"
)

// process is the bot as it runs, with its tools and its database.
type process struct {
	bot   *answer.Bot
	store *store.Store
	file  string // of the database
	log   *slog.Logger

	stop        context.CancelFunc
	ended       chan error
	maintaining sync.WaitGroup
}

// launch starts the bot. The caller ends it with finish, also where it has ended by itself.
func launch(ctx context.Context, bot *answer.Bot, folder string, fake *discordtest.Server, log *slog.Logger) (*process, error) {
	p := &process{bot: bot, file: filepath.Join(folder, "faqbot.db"), log: log, ended: make(chan error, 1)}
	st, err := store.Open(ctx, p.file)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	p.store = st
	// Without a channel for alerts nobody is ever told. The members here ask oftener than any pause lets them.
	settings := store.Settings{Guild: fake.GuildID, AlertChannel: fake.ChannelID, Retention: store.DefaultRetention}
	if err := st.SaveSettings(ctx, settings, store.Audit{Actor: fake.UserID, Action: store.ActionSettings, At: time.Now()}); err != nil {
		_ = st.Close()
		return nil, fmt.Errorf("set up the server: %w", err)
	}
	running, stop := context.WithCancel(ctx)
	p.stop = stop
	config := discord.Config{
		Bot: bot, Token: fake.Token, API: fake.URL(), Version: "soak", ProjectURL: "https://example.org/faqsoak", Log: log,
	}
	opened := make(chan struct{})
	close(opened)
	tools := toolbox.New(st, bot, log)
	tools.Into(&config)
	p.maintaining.Go(func() { tools.Maintain(running, opened) })
	go func() { p.ended <- discord.Run(running, config) }()
	return p, nil
}

// finish stops the bot and returns how it ended.
func (p *process) finish() error {
	p.stop()
	err := <-p.ended
	p.maintaining.Wait()
	if closed := p.store.Close(); err == nil && closed != nil {
		return fmt.Errorf("close the database: %w", closed)
	}
	if err != nil {
		return fmt.Errorf("the bot ended: %w", err)
	}
	return nil
}
