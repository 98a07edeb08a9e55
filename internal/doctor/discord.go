package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/rest"
	"faqbot/internal/store"
)

// maxClockAhead is what a clock may be wrong before it is worth a word: ages of events are taken from both.
const maxClockAhead = 5 * time.Second

// Discord are the ways to look at Discord with the bot's token, and at what moderators have set.
type Discord struct {
	Me          func(context.Context) (user string, err error)
	Application func(context.Context) (api.Application, error)
	Guilds      func(context.Context) ([]api.Guild, error)
	Roles       func(ctx context.Context, guild string) ([]api.Role, error)
	MemberRoles func(ctx context.Context, guild, user string) ([]string, error)
	Channels    func(ctx context.Context, guild string) ([]api.Channel, error) // all but threads
	Channel     func(ctx context.Context, channel string) (api.Channel, error) // a thread too
	// Overhears is whether the bot is to read what is not addressed to it (FAQBOT_OVERHEAR).
	Overhears bool
	// Registered reports whether the commands are registered as a start would. Nil where that cannot be known.
	Registered func(ctx context.Context, application string) (bool, error)
	// ClockAhead is how far this machine's clock is ahead of Discord's, as of the last call.
	ClockAhead func() (ahead time.Duration, ok bool)
	// Settings and Pins are those of a server. Both are nil without a database.
	Settings func(ctx context.Context, guild string) (store.Settings, error)
	Pins     func(ctx context.Context, guild string) ([]store.Pin, error)
}

// NoToken is the finding where there is no token to look with, for a reason that does not hold it.
func NoToken(why error) Finding {
	return bad("token", why.Error(), "Copy it from the developer portal, page Bot, into a file, and name that in FAQBOT_DISCORD_TOKEN_FILE")
}

// NoCalls is the finding where no call can be made, for a reason that says which setting is wrong.
func NoCalls(why error) Finding {
	return bad("Discord", why.Error(), "Look at the token, FAQBOT_DISCORD_API and FAQBOT_DISCORD_URL")
}

// Check looks at everything on Discord. Without an answer to who the bot is it looks no further than the clock.
func (d Discord) Check(ctx context.Context) []Finding {
	me, err := d.Me(ctx)
	var out []Finding
	switch {
	case errors.Is(err, rest.ErrUnauthorized):
		out = append(out, bad("token", "Discord refuses it",
			"Copy a new one from the developer portal, page Bot, into FAQBOT_DISCORD_TOKEN or the file that FAQBOT_DISCORD_TOKEN_FILE names"))
	case err != nil:
		out = append(out, bad("Discord", err.Error(), "Look at the network, and at FAQBOT_DISCORD_API"))
	default:
		out = append(out, good("token", "Discord takes it"))
		out = append(out, d.servers(ctx, me)...)
	}
	return append(out, d.clock())
}

// application judges what is set in the developer portal, with what must go with it here, and the registered commands. Unasked is how many channels are to be answered in
// unasked, -1 where that is not known.
func (d Discord) application(ctx context.Context, unasked int) []Finding {
	app, err := d.Application(ctx)
	if err != nil {
		return []Finding{bad("application", err.Error(), "Try again")}
	}
	endpoint := good("interactions endpoint", "none is set: commands and buttons come over the gateway")
	if app.Endpoint != "" {
		endpoint = bad("interactions endpoint", "a URL is set, and commands and buttons go there in place of this bot",
			"Take it out of the developer portal, page General Information")
	}
	return []Finding{endpoint, d.overhearing(unasked), d.intent(app.Flags, unasked), d.commands(ctx, app.ID)}
}

// overhearing judges whether the bot hears what it is to answer unasked.
func (d Discord) overhearing(unasked int) Finding {
	const subject = "FAQBOT_OVERHEAR"
	switch {
	case d.Overhears:
		return good(subject, "it is set")
	case unasked > 0:
		return bad(subject, fmt.Sprintf("it is not set, and the bot hears nothing in channels that the settings name to be answered in unasked: %d", unasked),
			"Set it to true, with the Message Content Intent switched on first, or have the channels taken out in /settings")
	}
	return good(subject, "it is not set: the bot reads nothing that is not addressed to it")
}

// intent judges whether the bot may read what is not addressed to it.
func (d Discord) intent(flags int64, unasked int) Finding {
	const subject, page = "Message Content Intent", "in the developer portal, page Bot"
	on := flags&(api.FlagMessageContent|api.FlagMessageContentLimited) != 0
	switch {
	case d.Overhears && !on:
		return bad(subject, "it is off, and FAQBOT_OVERHEAR asks for it: Discord refuses the connection (4014)",
			"Switch it on "+page+", or unset FAQBOT_OVERHEAR")
	case d.Overhears && unasked == 0:
		return doubtful(subject, "it is on, and no server's settings need it", "Unset FAQBOT_OVERHEAR, start the bot again, and switch it off "+page)
	case unasked == 0 && on:
		return doubtful(subject, "it is on, and no server's settings need it", "Switch it off "+page)
	case on:
		return good(subject, "it is on")
	}
	return good(subject, "it is off")
}

func (d Discord) commands(ctx context.Context, application string) Finding {
	const subject, start = "commands", "Start the bot: it registers them"
	if d.Registered == nil {
		return doubtful(subject, "not looked at while the content does not load", "Mend the content first")
	}
	same, err := d.Registered(ctx, application)
	switch {
	case err != nil:
		return bad(subject, err.Error(), "Install the bot with the scope applications.commands")
	case !same:
		return doubtful(subject, "what is registered is not what this program and its content have", start)
	}
	return good(subject, "registered as they are here")
}

func (d Discord) clock() Finding {
	const subject = "clock"
	ahead, ok := d.ClockAhead()
	switch {
	case !ok:
		return doubtful(subject, "not looked at: Discord has not told the time", "Mend the connection first")
	case ahead.Abs() > maxClockAhead:
		side := "ahead of"
		if ahead < 0 {
			side = "behind"
		}
		return doubtful(subject, fmt.Sprintf("it is %s %s Discord's", ahead.Abs().Round(time.Second), side),
			"Let the system keep its time, such as by: timedatectl set-ntp true")
	}
	return good(subject, "within %s of Discord's", maxClockAhead)
}
