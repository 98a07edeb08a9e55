package discord

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/manners"
	"faqbot/internal/text"
)

// laterWithin bounds what a tool does after its promise: long enough for some calls and a rate limit, short enough to free its slot.
const laterWithin = time.Minute

// addTools makes the commands and paths of tools known; a command takes the place of the bot's own of that name. It panics where two tools
// share one: a program that is wired so can serve nobody.
func (a *adapter) addTools(tools []interact.Tool) {
	for _, t := range tools {
		for _, c := range t.Commands {
			if _, taken := a.toolCommands[c.Name]; taken {
				panic("two tools have the command " + c.Name)
			}
			a.toolCommands[c.Name] = c
			delete(a.commands, c.Name)
		}
		for path, h := range t.Paths {
			if _, taken := a.toolPaths[path]; taken || a.components[path] != nil {
				panic("two handlers have the path " + path)
			}
			a.toolPaths[path] = h
		}
	}
}

// tool finds the tool that answers an interaction, and what it is asked; false for what is none's.
func (a *adapter) tool(i *discordgo.Interaction, raw json.RawMessage) (interact.Handler, interact.Request, bool) {
	r := requestOf(i)
	switch data := i.Data.(type) {
	case discordgo.ApplicationCommandInteractionData:
		c, ok := a.toolCommands[data.Name]
		r.Sub, r.Options, _ = optionsOf(data.Options)
		r.Target = targetOf(data)
		return c.Handle, r, ok
	case discordgo.MessageComponentInteractionData:
		path, arg, _ := strings.Cut(data.CustomID, "/")
		h, ok := a.toolPaths[path]
		r.Arg, r.Values, r.Components = arg, data.Values, interact.Components(raw)
		return h, r, ok
	case discordgo.ModalSubmitInteractionData:
		path, arg, _ := strings.Cut(data.CustomID, "/")
		h, ok := a.toolPaths[path]
		r.Arg, r.Fields, r.Components = arg, interact.Fields(raw), interact.Components(raw)
		return h, r, ok
	}
	return nil, r, false
}

// runTool answers an interaction by a tool.
func (a *adapter) runTool(ctx context.Context, received time.Time, i *discordgo.Interaction, handle interact.Handler, r interact.Request) error {
	thinking, cancel := context.WithDeadline(ctx, received.Add(a.within))
	defer cancel()
	out, err := safely(func() (interact.Response, error) { return handle(thinking, r) })
	if err != nil {
		a.log.ErrorContext(ctx, "a tool failed, the static card goes out", "interaction_id", i.ID, "error", err)
		out = interact.Response{Body: plainMessage(answer.Static())}
	}
	switch {
	case out.Modal != nil:
		err = a.api.CreateResponse(ctx, i.ID, i.Token, api.RespondModal(*out.Modal))
		if api.IsRefused(err) {
			a.log.ErrorContext(ctx, "discord refused a form, the static card goes out", "interaction_id", i.ID, "error", err)
			err = a.respond(ctx, received, i, &response{message: plainMessage(answer.Static())})
		}
	case out.Later != nil:
		err = a.keepPromise(ctx, received, i, out.Later)
	default:
		err = a.respond(ctx, received, i, &response{message: out.Body, redraw: r.Private && r.Message != ""})
	}
	if p := out.Posted; p != nil {
		a.remember(ctx, p.To, manners.Reply{Channel: p.Channel, Message: p.Message, Urgent: p.Urgent})
	}
	if (err == nil || out.Posted != nil) && out.After != nil {
		ctx, cancel := context.WithTimeout(ctx, laterWithin)
		defer cancel()
		out.After(ctx)
	}
	return err
}

// keepPromise answers at once that an answer will come, and then brings it.
func (a *adapter) keepPromise(ctx context.Context, received time.Time, i *discordgo.Interaction, later func(context.Context) api.Body) error {
	first, cancel := context.WithDeadline(ctx, received.Add(api.ResponseWindow))
	defer cancel()
	if err := a.api.CreateResponse(first, i.ID, i.Token, api.RespondLater()); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, laterWithin)
	defer stop()
	body, err := safely(func() (api.Body, error) { return later(ctx), nil })
	if err != nil {
		a.log.ErrorContext(ctx, "a tool failed, the static card goes out", "interaction_id", i.ID, "error", err)
		body = plainMessage(answer.Static())
	}
	const lastWord = 10 * time.Second // beyond what later has used up
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer done()
	for _, m := range plainer(hideable(body)) {
		if err = a.api.EditResponse(ctx, a.application, i.Token, m); !api.IsRefused(err) && !api.IsForbidden(err) {
			return err
		}
		a.log.ErrorContext(ctx, "discord refused a card, something plainer goes out", "interaction_id", i.ID, "error", err)
	}
	return err
}

// toolChoices offers values for the option that is being typed of a tool's command.
func (a *adapter) toolChoices(ctx context.Context, i *discordgo.Interaction) []api.Choice {
	data, ok := i.Data.(discordgo.ApplicationCommandInteractionData)
	c, known := a.toolCommands[data.Name]
	if !ok || !known || c.Complete == nil {
		return nil
	}
	r := requestOf(i)
	var focused string
	r.Sub, r.Options, focused = optionsOf(data.Options)
	list := c.Complete(ctx, r, focused, r.Options[focused])
	return list[:min(len(list), api.MaxChoices)]
}

// requestOf reads what all interactions have.
func requestOf(i *discordgo.Interaction) interact.Request {
	r := inputOf(i).request()
	r.BotPermissions = i.AppPermissions
	return r
}

// optionsOf reads the options of a command, and of the subcommand that was chosen.
func optionsOf(list []*discordgo.ApplicationCommandInteractionDataOption) (sub string, values map[string]string, focused string) {
	values = map[string]string{}
	for _, o := range list {
		switch {
		case o == nil:
		case o.Type == discordgo.ApplicationCommandOptionSubCommand || o.Type == discordgo.ApplicationCommandOptionSubCommandGroup:
			below, given, typed := optionsOf(o.Options)
			return strings.TrimSuffix(o.Name+"/"+below, "/"), given, typed
		default:
			switch v := o.Value.(type) {
			case string:
				values[o.Name] = v
			case float64:
				values[o.Name] = strconv.FormatFloat(v, 'f', -1, 64)
			case bool:
				values[o.Name] = strconv.FormatBool(v)
			}
			if o.Focused {
				focused = o.Name
			}
		}
	}
	return "", values, focused
}

// targetOf reads the message that a command was used on; nil for another command.
func targetOf(data discordgo.ApplicationCommandInteractionData) *interact.Target {
	if data.Resolved == nil {
		return nil
	}
	m := data.Resolved.Messages[data.TargetID]
	if m == nil {
		return nil
	}
	t := &interact.Target{ID: m.ID, Channel: m.ChannelID, Words: text.New(m.Content)}
	if m.Author != nil {
		t.Author, t.Bot = m.Author.ID, m.Author.Bot
	}
	return t
}

// commands are what is registered, as the bot's content has it now: the bot's own commands and those of tools, which take the place of any of
// the same name. Discord knows contexts for global commands only.
func (c Config) commands(tools []interact.Tool) []api.Command {
	global := c.Guild == ""
	out := registration(commands(c.Bot), global)
	for _, t := range tools {
		for _, add := range t.Commands {
			if !global {
				add.Contexts, add.IntegrationTypes = nil, nil
			}
			out = slices.DeleteFunc(out, func(o api.Command) bool { return o.Name == add.Name })
			out = append(out, add.Command)
		}
	}
	return out
}

// View says for whom a tool has a reply drawn. The zero View is for one member alone.
type View struct {
	Public bool   // for a channel
	Owner  string // tag of the one who may put a public reply away; empty for moderators alone
	Asked  string // id of what is answered, where members are asked about the answer; empty where nobody is
	First  string // the country that the reply's menu begins with
}

// Render draws a reply for a tool.
func Render(bot *answer.Bot, r answer.Reply, v View) (api.Body, error) {
	return render(r, view{public: v.Public, owner: v.Owner, card: v.Asked}, local.First(bot.Countries(), v.First))
}
