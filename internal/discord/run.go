package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/figures"
	"faqbot/internal/discord/gateway"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/manners"
	"faqbot/internal/discord/rest"
	"faqbot/internal/discord/tag"
)

// Config is what Run needs.
type Config struct {
	Bot     *answer.Bot
	Token   string // the bot's token
	API     string // origin of the REST API without path; empty for Discord's own
	Guild   string // server to register the commands in, for testing; empty registers them for all
	Version string // for the User-Agent
	// ProjectURL says in the User-Agent where those who run the bot are found, as Discord asks of every bot.
	ProjectURL string
	PrivacyURL string // https page that the card about privacy links to; empty for none
	Log        *slog.Logger
	// Alert tells a server's moderators that a member asks for one. Nil is for nobody to tell; an error says that nobody was told. Its
	// context ends when the member must be answered.
	Alert func(context.Context, Alert) error
	// Asked gets each answer once it has gone out, at most for 2 s, and for some answers at a time; more are dropped, with a warning. It
	// must be safe for concurrent use. Nil is for nobody.
	Asked func(context.Context, Asked)
	// Alarm tells a server's moderators of danger that everybody can see, if they want to be told. Nil is for nobody to tell.
	Alarm func(context.Context, Alert) error
	// Rules are what a server's moderators have set; nil answers everybody everywhere. They are asked for often and must be at hand.
	Rules func(ctx context.Context, guild string) manners.Rules
	// Moderates reports whether somebody is a moderator where they are, PutAway hears that one puts somebody else's card away, before it
	// goes. Nil knows Discord's permissions alone, and is for nobody.
	Moderates func(ctx context.Context, r interact.Request) bool
	PutAway   func(ctx context.Context, r interact.Request)
	// Left hears of a server that the bot is no longer in. It may be nil.
	Left func(ctx context.Context, guild string)
	// Overhear lets the bot read what is not addressed to it, in the channels of Rules. It needs the message content intent, which must be
	// switched on in the developer portal.
	Overhear bool
	// Changed gets a value each time that the bot's content has changed: tools hear of it, and the commands, which hold some of it, are
	// registered anew where they differ. Nil is for content that does not change.
	Changed <-chan struct{}
	// Lines returns what a server's moderators have put in place of help lines, by answer.Line.ID; Country the country that its menus begin
	// with, and the one that a member has asked to have remembered, both empty for none. Guild is empty in direct messages, user where others
	// see the reply. Both hooks are asked before each answer, and must be fast: it goes out without what takes longer than half a second.
	// Nil is for nothing set.
	Lines   func(ctx context.Context, guild string) map[string]answer.Replacement
	Country func(ctx context.Context, guild, user string) (first, own string)
	// Tools are what the bot can do besides answering; calls are theirs to make. Nil is for none.
	Tools   func(calls *api.Client) []interact.Tool
	Figures figures.Listeners

	// For this package's tests; nil is right for all else:
	jitter func() float64                             // of rest.Config
	sleep  func(context.Context, time.Duration) error // of gateway.Config
}

// Alert is a member's request for a moderator: where, when and about what, and nothing of what was written.
type Alert struct {
	Categories              []string // of the safety taxonomy, the most pressing first
	Guild, Channel, Message string   // ids; Message is the card that the member pressed on
	Private                 bool     // only the member sees Message: a link to it leads nowhere
	Member                  string   // who asks, or who wrote: tells alerts apart, and is told nobody
	At                      time.Time
}

// ErrToldAlready is Config.Alert's where the same member asked of the same a moment ago, and moderators were told then.
var ErrToldAlready = errors.New("the moderators were told a moment ago")

// shutdownWithin bounds how long a stop waits for answers in flight: a member's first response has 3 s.
const shutdownWithin = 3 * time.Second

// Run connects to Discord and answers until ctx ends, which gives nil. It returns an error that says what to do when Discord refuses
// the token or the intents for good.
func Run(ctx context.Context, c Config) error {
	p, err := prepare(ctx, c)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	}
	return p.serve(ctx)
}

// process is the bot, ready to connect.
type process struct {
	api      *api.Client
	adapter  *adapter
	gateway  *gateway.Gateway
	stop     context.CancelFunc          // ends the answers in flight
	register func(context.Context) error // the commands, as the content has them by then
	tools    []interact.Tool
	changed  <-chan struct{} // of Config
}

// prepare asks Discord who the bot is and registers the commands.
func prepare(ctx context.Context, c Config) (*process, error) {
	c.Token = bareToken(c.Token)
	calls, err := Calls(c)
	if err != nil {
		return nil, err
	}
	me, err := calls.Me(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask who the bot is: %w", err)
	}
	app, err := calls.Application(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for the application: %w", err)
	}
	if app.Endpoint != "" {
		c.Log.WarnContext(ctx, "commands and buttons go elsewhere: take the interactions endpoint URL out of the developer portal, page General Information")
	}
	var tools []interact.Tool
	if c.Tools != nil {
		tools = c.Tools(calls)
	}
	registering := func(ctx context.Context) error {
		return register(ctx, calls, app.ID, c.Guild, c.commands(tools), c.Log)
	}
	if err := registering(ctx); err != nil {
		return nil, fmt.Errorf("register commands: %w", err)
	}
	a := newAdapter(c, calls, me, app.ID)
	a.addTools(tools)
	// Answers outlive the connection: a stop lets them go out.
	answering, stop := context.WithCancel(context.WithoutCancel(ctx))
	g := gateway.New(gateway.Config{
		Address: calls.GatewayBot, Fatal: func(err error) bool { return errors.Is(err, rest.ErrUnauthorized) },
		Token: c.Token, Intents: c.intents(), Log: c.Log, Sleep: c.sleep,
		Handle: func(waiting context.Context, e gateway.Event) { a.handle(waiting, answering, e) },
	})
	c.Figures.Connect(g, calls.Rest)
	return &process{calls, a, g, stop, registering, tools, c.Changed}, nil
}

// Key is that of the tags on public buttons, for tools that draw some.
func (c Config) Key() tag.Key { return tag.NewKey(bareToken(c.Token)) }

// bareToken takes off what people copy along with a token.
func bareToken(s string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimLeft(s, " \t\r\n"), "Bot "))
}

// serve keeps the connection until the context ends or Discord refuses the token, and then lets the answers in flight go out.
func (p *process) serve(ctx context.Context) error {
	defer p.stop()
	ctx, cancel := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-p.api.Rest.Unauthorized(): // the gateway would notice only when it connects anew
			cancel(rest.ErrUnauthorized)
		case <-ctx.Done():
		}
	})
	watching.Go(func() { p.follow(ctx) })
	err := p.gateway.Run(ctx)
	p.adapter.finish(shutdownWithin)
	cancel(nil)
	watching.Wait()
	if err == nil && errors.Is(context.Cause(ctx), rest.ErrUnauthorized) {
		return rest.ErrUnauthorized
	}
	return err
}

// follow has tools and registered commands follow each change of the content, until the context ends.
func (p *process) follow(ctx context.Context) {
	for {
		select {
		case <-p.changed:
		case <-ctx.Done():
			return
		}
		for _, t := range p.tools {
			if t.Changed != nil {
				t.Changed()
			}
		}
		if err := p.register(ctx); err != nil && ctx.Err() == nil {
			p.adapter.log.ErrorContext(ctx, "the commands still offer what the old content had", "error", err)
		}
	}
}

// register replaces the registered commands unless they are the same already: a needless replacement counts against a daily limit.
func register(ctx context.Context, calls *api.Client, app, guild string, want []api.Command, log *slog.Logger) error {
	have, err := calls.GetCommands(ctx, app, guild)
	if err != nil {
		return err
	}
	if api.SameCommands(have, want) {
		log.InfoContext(ctx, "commands are up to date", "count", len(want))
		return nil
	}
	if err := calls.PutCommands(ctx, app, guild, want); err != nil {
		return err
	}
	log.InfoContext(ctx, "commands registered", "count", len(want))
	return nil
}

// finish waits for the answers in flight, but not longer than limit.
func (a *adapter) finish(limit time.Duration) {
	done := make(chan struct{})
	go func() {
		a.working.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(limit):
		a.log.Warn("stopped with answers in flight")
	}
}

// intents adds what overhearing needs.
func (c Config) intents() int64 {
	if c.Overhear {
		return intents | int64(discordgo.IntentMessageContent)
	}
	return intents
}

// intents are the gateway events that the bot asks for: servers that it has left, messages in servers, which carry content only where they mention the bot, and
// direct messages. None of them is privileged.
const intents = int64(discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages)
