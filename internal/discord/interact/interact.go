// Package interact is what a tool of the bot is to the adapter: commands and paths with their handlers, what is asked of these and what they
// answer.
//
// It holds types, who a moderator is, and how to read of an interaction what discordgo's types leave out. It must not know any one tool, nor how a response gets to Discord.
package interact

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"faqbot/internal/discord/api"
	"faqbot/internal/text"
)

// Request is one use of a command, a component or a form.
type Request struct {
	ID string // of the interaction
	// Guild, Channel and User say where and who. Guild is empty in direct messages, and in a server that has not installed the bot.
	Guild, Channel, User string
	// Message is the one that a component stands on, Private is set where only the member sees that, or where there is none.
	Message string
	Private bool
	// Components are those of the message that a component, or that which opened a form, stands on, for api.Replaced.
	Components json.RawMessage
	// Sub is the subcommand that was chosen, as "pin" or "group/pin"; empty for a command without.
	Sub string
	// Options are the given options by name: texts, ids, numbers in decimal, and true or false.
	Options map[string]string
	// Arg is the path of a component or form behind its first word, Values are what was picked of a menu.
	Arg    string
	Values []string
	// Fields are the texts that were sent with a form, by id. They are a member's words.
	Fields map[string]text.Words
	// Target is the message that a command was used on.
	Target *Target
	// Permissions and Roles are the member's, BotPermissions the bot's. Permissions are those in the channel, which may have given more than
	// the server.
	Permissions, BotPermissions int64
	Roles                       []string
	Locale                      string
	At                          time.Time
}

// Target is a message that a command was used on.
type Target struct {
	ID, Channel, Author string
	Bot                 bool // its author is one
	Words               text.Words
}

// Response is what goes back: one of a body, a form, or a promise.
type Response struct {
	Body api.Body
	// Modal opens a form in place of a message.
	Modal *api.Modal
	// Later, for what may take longer than a first response, promises a message at once; what it returns becomes that. Its context ends
	// after laterWithin of the adapter.
	Later func(context.Context) api.Body
	// Posted is what was posted before in answer to a member's message; it goes when that is deleted.
	Posted *Posted
	// After is run when the response is out, or where something was posted before it, for what the member need not wait for.
	After func(context.Context)
}

// Posted is a message of the bot's that answers another in the same channel.
type Posted struct {
	Channel, Message, To string // ids
	Urgent               bool   // it speaks of danger
}

// Handler answers one request before the context's deadline, 2 s after it came. An error, like a panic, becomes the card of last resort,
// and is logged: it must not hold what somebody typed.
type Handler func(context.Context, Request) (Response, error)

// Command is a command and who answers it. Complete offers values for the option that is being typed; nil for none.
type Command struct {
	api.Command

	Handle   Handler
	Complete func(ctx context.Context, r Request, option, typed string) []api.Choice
}

// Borrow gives a command a subcommand of another one, which keeps it: it is the same under both names.
func (c Command) Borrow(from Command, sub string) Command {
	handle, complete := c.Handle, c.Complete
	for _, o := range from.Options {
		if o.Name == sub {
			c.Options = append(slices.Clone(c.Options), o)
		}
	}
	c.Handle = func(ctx context.Context, r Request) (Response, error) {
		if r.Sub == sub {
			return from.Handle(ctx, r)
		}
		return handle(ctx, r)
	}
	c.Complete = func(ctx context.Context, r Request, option, typed string) []api.Choice {
		if r.Sub == sub {
			return from.Complete(ctx, r, option, typed)
		}
		return complete(ctx, r, option, typed)
	}
	return c
}

// Tool is a set of commands, and of paths: the first words of custom ids of components and forms. No two tools may share one.
type Tool struct {
	Commands []Command
	Paths    map[string]Handler
	// Changed hears that the bot's content has changed, and must return at once. It may be nil.
	Changed func()
}

// Permission bits of Discord's.
const (
	PermissionAdministrator  int64 = 1 << 3
	PermissionManageGuild    int64 = 1 << 5
	PermissionManageMessages int64 = 1 << 13
)

// IsModerator reports whether the member may use what counts for the whole server: who may change its settings, or has one of the roles. To
// delete others' messages is not enough: a single channel can let somebody do that.
func (r Request) IsModerator(roles []string) bool {
	return r.IsAdmin() || r.Guild != "" && slices.ContainsFunc(r.Roles, func(role string) bool { return slices.Contains(roles, role) })
}

// ModeratesHere reports whether the member may delete others' messages in the channel, and so use what stays in it.
func (r Request) ModeratesHere() bool {
	return r.Guild != "" && r.Permissions&(PermissionAdministrator|PermissionManageMessages) != 0
}

// IsAdmin reports whether the member may change the server's settings. No channel can give or take these permissions.
func (r Request) IsAdmin() bool {
	return r.Guild != "" && r.Permissions&(PermissionAdministrator|PermissionManageGuild) != 0
}
