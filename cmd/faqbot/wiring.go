package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"faqbot/internal/answer"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/toolbox"
)

// checkDiscord says what Discord would refuse in a reply.
func checkDiscord(bot *answer.Bot, r answer.Reply) error {
	return discord.CheckReply(r, bot.Countries()) //nolint:wrapcheck // the caller names card and surface
}

// discordPayload returns what Discord would get, to be marshalled as JSON.
func discordPayload(bot *answer.Bot, r answer.Reply) (any, error) {
	return discord.Payload(r, bot.Countries()) //nolint:wrapcheck // the caller names the card
}

// tokenVariable holds the token: a flag would show it in the list of processes.
const tokenVariable = "FAQBOT_DISCORD_TOKEN" //nolint:gosec // the name of a variable, no credential

// discordFlags say as whom, and where, Discord is spoken to.
type discordFlags struct {
	DiscordTokenFile string  `placeholder:"FILE" help:"File that holds the bot's token; FAQBOT_DISCORD_TOKEN, the token itself, wins over it."`
	DiscordAPI       string  `name:"discord-api" placeholder:"ORIGIN" help:"Origin of Discord's API in place of its own, such as http://127.0.0.1:8080."`
	DiscordGuild     string  `placeholder:"ID" help:"Register the commands in this server alone, at once: for testing."`
	Overhear         bool    `help:"Ask Discord for what is not addressed to the bot, so that it can answer questions to nobody in the channels that a server's settings name. Needs the message content intent, which is switched on in the developer portal."`
	DiscordURL       string  `name:"discord-url" default:"https://example.org/faqbot" placeholder:"URL" help:"Page about this bot or those who run it. Discord asks for one in the User-Agent of every bot."`
	PrivacyURL       webPage `name:"privacy-url" placeholder:"URL" help:"Your privacy policy, as an https address: the card of /privacy gets a button that opens it."`
}

// webPage is the https address of a page that a button can open; empty when it was not given.
type webPage string

// UnmarshalText refuses what Discord would not open.
func (w *webPage) UnmarshalText(raw []byte) error {
	u, err := url.Parse(string(raw))
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.String() != string(raw) || len(raw) > api.MaxButtonURLRunes {
		return fmt.Errorf("%q is no https address of a page, such as https://example.org/privacy", raw)
	}
	*w = webPage(raw)
	return nil
}

// config returns what the flags say.
func (f discordFlags) config(bot *answer.Bot, token string, log *slog.Logger) discord.Config {
	return discord.Config{
		Bot: bot, Token: token, API: f.DiscordAPI, Guild: f.DiscordGuild, ProjectURL: f.DiscordURL, Version: userAgentVersion(), Log: log,
		Overhear: f.Overhear, PrivacyURL: string(f.PrivacyURL),
	}
}

type runCmd struct {
	contentFlags
	modelFlags
	databaseFlags
	httpFlags
	discordFlags
	LogLevel logLevel `default:"info" help:"How much is logged: debug, info, warn or error. No level logs what members type."`
}

// logLevel is a level of log/slog.
type logLevel slog.Level

// UnmarshalText reads a level's name.
func (l *logLevel) UnmarshalText(raw []byte) error {
	var level slog.Level
	if err := level.UnmarshalText(raw); err != nil {
		return fmt.Errorf("%q is no log level: debug, info, warn or error", raw)
	}
	*l = logLevel(level)
	return nil
}

// Help is shown by --help.
func (runCmd) Help() string {
	return `Runs until it is told to stop (SIGINT, SIGTERM). SIGHUP, which a closed terminal sends too, has it read its content folder again while it answers; broken content is not taken over. The token comes from FAQBOT_DISCORD_TOKEN, or from the file that FAQBOT_DISCORD_TOKEN_FILE names. A database that cannot be opened is tried again until it can; members are answered all the same, and what needs it is off until then.

Example:

    FAQBOT_DISCORD_TOKEN_FILE=/run/secrets/token faqbot run`
}

// Run runs the bot.
func (c *runCmd) Run(p *program) error {
	token, err := c.token(p.getenv)
	if err != nil {
		return err
	}
	hangups := make(chan os.Signal, 1) // one that comes while content is read, at the start too, is good for one more reading
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	bot, err := p.open(p, c.contentFlags, c.modelFlags)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(p.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.Level(c.LogLevel)}))
	st, opened, done := c.openStore(ctx, log)
	told, silence := c.serveHealth(ctx, st.Ping, log)
	config := c.config(bot, token, log)
	config.Figures = told
	tools := toolbox.New(st, bot, log)
	tools.Into(&config)
	changed := make(chan struct{}, 1)
	config.Changed = changed
	reading := reloader{
		builtIn: c.FAQ == "", changed: changed, log: log,
		read: func() error { return reopen(p, c.contentFlags, c.modelFlags, bot) },
	}
	go reading.run(ctx, hangups) // a stop does not wait: learning takes a minute, and leaves nothing half done
	var maintaining sync.WaitGroup
	maintaining.Go(func() { tools.Maintain(ctx, opened) })
	err = discord.Run(ctx, config)
	stop()
	maintaining.Wait()
	silence()
	done()
	if err != nil {
		return fmt.Errorf("run on Discord: %w", err)
	}
	return nil
}

// token returns the bot's token from the environment or from its file.
func (f discordFlags) token(getenv func(string) string) (string, error) {
	if token := strings.TrimSpace(getenv(tokenVariable)); token != "" {
		return token, nil
	}
	if f.DiscordTokenFile == "" {
		return "", errors.New("there is no token: set " + tokenVariable + " or FAQBOT_DISCORD_TOKEN_FILE")
	}
	raw, err := os.ReadFile(f.DiscordTokenFile)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	token := strings.TrimSpace(string(raw))
	if token == "" {
		return "", fmt.Errorf("the token file %s is empty", f.DiscordTokenFile)
	}
	return token, nil
}

// userAgentVersion is the version without what a User-Agent header may not hold.
func userAgentVersion() string {
	return strings.NewReplacer("(", "", ")", "", " ", "-", ",", "").Replace(buildVersion())
}
