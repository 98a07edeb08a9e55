// Package discord is the adapter to Discord: events become questions, replies become payloads.
//
// It and the packages below it are all that knows Discord. It is the door of discordgo, whose types and constants it uses; it must not
// use its connections (gateway and rest say why). It makes no text beyond labels of controls, decides nothing about answers, and logs
// ids and counts only: never what a member typed, never a token.
package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/figures"
	"faqbot/internal/discord/gateway"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/manners"
	"faqbot/internal/discord/rest"
	"faqbot/internal/discord/tag"
)

const (
	// answerWithin is the time from receipt until the card of last resort goes out: Discord gives api.ResponseWindow in all.
	answerWithin = 2 * time.Second
	// replyWithin bounds all tries of a reply to a message: long enough for a channel's rate limit, short enough to free its slot.
	replyWithin = 15 * time.Second
	// maxPrivate and maxPublic bound the events that are answered at the same time; an answer takes well under a millisecond, a REST
	// call up to 2 s. They are apart, so that a flood of mentions holds up nobody who asked by command or directly.
	maxPrivate = 64
	maxPublic  = 64
	// rememberEvents is how many ids are kept to recognise an event that arrives twice.
	rememberEvents = 4096
	// quietFor is how long a channel that refused a reply is left alone. Refused calls count towards a block of the IP address; a
	// moderator who has just given the permission should not have to wait long.
	quietFor = time.Minute
)

// adapter answers Discord's events.
type adapter struct {
	bot        *answer.Bot
	core       func(answer.Question) answer.Outcome // the bot's Ask
	figures    figures.Listeners
	api        *api.Client
	log        *slog.Logger
	user       string  // the bot's user id
	key        tag.Key // of the owners of public messages
	commands   map[string]command
	components map[string]handler
	// What tools add to both.
	toolCommands map[string]interact.Command
	toolPaths    map[string]interact.Handler
	application  string        // the application's id
	private      chan struct{} // a slot for each interaction and direct message in work
	public       chan struct{} // a slot for each mention in work
	seen         *manners.Recent
	quiet        *manners.Quiet
	working      sync.WaitGroup
	within       time.Duration // answerWithin
	alert        func(context.Context, Alert) error
	asked        func(context.Context, Asked) // may be nil
	local        local.Look
	reporting    chan struct{} // a slot for each answer that it has
	unreported   atomic.Int64
	rules        func(ctx context.Context, guild string) manners.Rules // may be nil
	alarm        func(context.Context, Alert) error                    // may be nil
	left         func(ctx context.Context, guild string)               // may be nil
	moderates    func(context.Context, interact.Request) bool          // may be nil
	putAway      func(context.Context, interact.Request)               // may be nil
	overhears    bool
	memory       memory
}

// newAdapter needs of the Config the bot, the log and the bare token; user is the bot's id, application that of its application.
func newAdapter(c Config, calls *api.Client, user, application string) *adapter {
	a := &adapter{
		bot: c.Bot, core: c.Bot.Ask, api: calls, log: c.Log, user: user, commands: map[string]command{}, components: components(),
		key: c.Key(), within: answerWithin,
		private: make(chan struct{}, maxPrivate), public: make(chan struct{}, maxPublic), seen: manners.NewRecent(rememberEvents), quiet: manners.NewQuiet(),
		alert: c.Alert, asked: c.Asked, reporting: make(chan struct{}, maxAsked), application: application, toolCommands: map[string]interact.Command{}, toolPaths: map[string]interact.Handler{},
	}
	a.rules, a.alarm, a.left, a.overhears, a.memory = c.Rules, c.Alarm, c.Left, c.Overhear, newMemory()
	a.moderates, a.putAway = c.Moderates, c.PutAway
	a.local = local.Look{Lines: c.Lines, Country: c.Country, Page: c.PrivacyURL, Log: c.Log, Go: func(ctx context.Context, work func()) {
		a.working.Go(func() {
			defer a.recovered(ctx, "look")
			work()
		})
	}}
	a.figures, a.core = c.Figures, c.Figures.Count(a.core)
	for _, c := range commands(c.Bot) {
		a.commands[c.name] = c
	}
	return a
}

// handle is the one door for events. It returns at once unless all private slots are taken; then it waits for one, or for the end of
// its first context. The work itself lives in the second one: wait for it with a.working.
func (a *adapter) handle(waiting, answering context.Context, e gateway.Event) {
	received := time.Now()
	defer a.recovered(answering, e.Type)
	switch e.Type {
	case "INTERACTION_CREATE":
		a.inSlot(waiting, a.private, e.Type, func() { a.interaction(answering, received, e.Data) })
	case "MESSAGE_CREATE", "MESSAGE_UPDATE":
		a.incoming(waiting, answering, received, e)
	case "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		a.deleted(waiting, answering, e)
	case "GUILD_DELETE":
		a.removed(waiting, answering, e)
	}
}

// inSlot runs work in a goroutine as soon as a slot is free, and reports false when the context ends before.
func (a *adapter) inSlot(ctx context.Context, slots chan struct{}, event string, work func()) bool {
	select {
	case slots <- struct{}{}: // even when the context has ended already
	default:
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return false
		}
	}
	a.working.Go(func() {
		defer func() { <-slots }()
		defer a.recovered(context.WithoutCancel(ctx), event)
		work()
	})
	return true
}

// ask answers a question before the context's deadline, or fails. No member, slot or stop waits for a core that is stuck.
func (a *adapter) ask(ctx context.Context, q answer.Question) (answer.Outcome, error) {
	type result struct {
		out answer.Outcome
		err error
	}
	done := make(chan result, 1)
	go func() {
		out, err := safely(func() (answer.Outcome, error) { return a.core(q), nil })
		done <- result{out, err}
	}()
	select {
	case r := <-done:
		return r.out, r.err
	case <-ctx.Done():
		return answer.Outcome{}, errSlow
	}
}

// interaction answers one INTERACTION_CREATE.
func (a *adapter) interaction(ctx context.Context, received time.Time, raw json.RawMessage) {
	i, err := api.DecodeInteraction(raw)
	if err != nil {
		a.log.ErrorContext(ctx, "an interaction could not be read")
		if i = skeleton(raw); i == nil {
			return
		}
	}
	if !a.seen.Add(i.ID) {
		return
	}
	var kind string
	switch i.Type {
	case discordgo.InteractionApplicationCommandAutocomplete:
		kind, err = "autocomplete", a.autocomplete(ctx, received, i)
	case discordgo.InteractionApplicationCommand:
		kind, err = "command", a.run(ctx, received, i, raw)
	case discordgo.InteractionMessageComponent:
		kind, err = "component", a.run(ctx, received, i, raw)
	case discordgo.InteractionModalSubmit:
		kind, err = "form", a.run(ctx, received, i, raw)
	default:
		kind, err = "unknown", a.run(ctx, received, i, raw)
	}
	a.figures.Serve(kind, received, err)
	switch {
	case rest.IsCode(err, rest.CodeAlreadyAcknowledged):
		a.log.InfoContext(ctx, "another process answered first", "kind", kind, "interaction_id", i.ID)
	case err != nil:
		a.log.ErrorContext(ctx, "an interaction was not answered", "kind", kind, "interaction_id", i.ID, "error", err)
	default:
		a.log.DebugContext(ctx, "answered", "kind", kind, "interaction_id", i.ID, "micros", time.Since(received).Microseconds())
	}
}

// skeleton reads what it takes to answer an interaction that cannot be read as a whole, or returns nil.
func skeleton(raw json.RawMessage) *discordgo.Interaction {
	var bare struct {
		ID    string                    `json:"id"`
		Token string                    `json:"token"`
		Type  discordgo.InteractionType `json:"type"`
	}
	if json.Unmarshal(raw, &bare) != nil || bare.ID == "" || bare.Token == "" {
		return nil
	}
	return &discordgo.Interaction{ID: bare.ID, Token: bare.Token, Type: bare.Type}
}

// run finds the handler of a command or component, calls it and sends its response. Whatever goes wrong in it, and whatever has no
// handler, becomes the card of last resort.
func (a *adapter) run(ctx context.Context, received time.Time, i *discordgo.Interaction, raw json.RawMessage) error {
	if handle, r, ok := a.tool(i, raw); ok {
		return a.runTool(ctx, received, i, handle, r)
	}
	thinking, cancel := context.WithDeadline(ctx, received.Add(a.within))
	defer cancel()
	r, err := safely(func() (response, error) {
		handle, in, ok := a.route(i)
		if !ok {
			return response{message: plainMessage(answer.Static())}, nil
		}
		set := a.local.At(thinking, in.guild, in.user)
		in.first, in.question.Replaced, in.question.Country = set.First, set.Replaced, set.Own
		return handle(thinking, a, in)
	})
	if err != nil {
		a.log.ErrorContext(ctx, "a handler failed, the static card goes out", "interaction_id", i.ID, "error", err)
		r = response{message: plainMessage(answer.Static())}
	}
	if r.publish != nil {
		if _, err := a.api.CreateMessage(thinking, i.ChannelID, r.publish.NewMessage); err != nil {
			a.log.WarnContext(ctx, "a shared card was not posted", "channel_id", i.ChannelID, "error", err)
			r.message = r.publish.failed
			if api.IsForbidden(err) {
				r.message = r.publish.forbidden
			}
		}
	}
	a.tell(thinking, &r, i.ChannelID)
	if r.remove && !a.remove(thinking, i, r.others) {
		r.message.Content = textNotAway
	}
	if err := a.respond(ctx, received, i, &r); err != nil {
		return err
	}
	a.report(ctx, r.asked)
	return nil
}

// remove deletes the public message that was pressed on, and reports whether it is gone. A moderator's press on somebody else's is noted
// first, so that no stop between the two loses it.
func (a *adapter) remove(ctx context.Context, i *discordgo.Interaction, others *interact.Request) bool {
	if others != nil && a.putAway != nil {
		a.putAway(ctx, *others)
	}
	if err := a.api.DeleteMessage(ctx, i.ChannelID, i.Message.ID); err != nil {
		a.log.WarnContext(ctx, "a message was not put away", "channel_id", i.ChannelID, "message_id", i.Message.ID, "error", err)
		return false
	}
	return true
}

// tell passes a request on to the moderators, where there is one. The member reads whether that went well.
func (a *adapter) tell(ctx context.Context, r *response, channel string) {
	if r.alert == nil {
		return
	}
	_, err := safely(func() (struct{}, error) { return struct{}{}, a.alert(ctx, r.alert.Alert) })
	switch {
	case errors.Is(err, ErrToldAlready):
		r.message = r.alert.already
	case err != nil:
		a.log.ErrorContext(ctx, "no moderator was told that a member asks for one", "channel_id", channel, "error", err)
		r.message = r.alert.failed
	}
}

// respond sends the first response to an interaction: for the member alone, pinging nobody. When Discord refuses the payload, the
// same words go out as plain text; when it refuses these too, the static card, which is no answer to be reported.
func (a *adapter) respond(ctx context.Context, received time.Time, i *discordgo.Interaction, r *response) (err error) {
	ctx, cancel := context.WithDeadline(ctx, received.Add(api.ResponseWindow))
	defer cancel()
	build := api.RespondMessage
	if r.redraw {
		build = api.RespondUpdate
	}
	bodies := plainer(hideable(r.message))
	for n, m := range bodies {
		m.Flags |= discordgo.MessageFlagsEphemeral
		if err = a.api.CreateResponse(ctx, i.ID, i.Token, build(m)); !api.IsRefused(err) {
			return err
		}
		a.log.ErrorContext(ctx, "discord refused a card, something plainer goes out", "interaction_id", i.ID, "error", err)
		if r.message.Keep { // what the member reads there must not give way to a few words
			build = api.RespondMessage
		}
		if n == len(bodies)-2 {
			r.asked = nil
		}
	}
	return err
}

func (a *adapter) autocomplete(ctx context.Context, received time.Time, i *discordgo.Interaction) error {
	ctx, cancel := context.WithDeadline(ctx, received.Add(api.ResponseWindow))
	defer cancel()
	list, err := safely(func() ([]api.Choice, error) {
		data, ok := i.Data.(discordgo.ApplicationCommandInteractionData)
		c, known := a.commands[data.Name]
		if ok && !known {
			return a.toolChoices(ctx, i), nil
		}
		if !ok || c.option == nil || !c.option.Autocomplete {
			return nil, nil
		}
		_, values, focused := optionsOf(data.Options)
		return choices(a.completions(values[focused], c.completes)), nil
	})
	if err != nil {
		a.log.ErrorContext(ctx, "autocomplete failed, it offers nothing", "interaction_id", i.ID, "error", err)
	}
	return a.api.CreateResponse(ctx, i.ID, i.Token, api.RespondChoices(list))
}

var (
	errPanic = errors.New("panic")
	errSlow  = errors.New("the core was too slow")
)

// safely turns a panic into an error that says where, and never what: its value may hold a member's words.
func safely[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%w at %s", errPanic, panicPlace())
		}
	}()
	return f()
}

// recovered ends a panic outside of safely: the process goes on.
func (a *adapter) recovered(ctx context.Context, event string) {
	if recover() != nil {
		a.log.ErrorContext(ctx, "panic in the adapter", "event", event, "at", panicPlace())
	}
}
