// Package moderation is what a server's moderators see and do: alerts that a member asked for, the server's settings, helplines that
// they replace for a time, their audit, and what /privacy says and deletes.
//
// It knows ids, settings and the words of its own controls. It must not know what a member wrote: an alert says where and about what. It
// draws no answers but the privacy card.
package moderation

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// What those read who may not do something, or when the database does not answer.
const (
	textServerOnly     = "This works in a server only."
	textAdminsOnly     = "Only people who may manage this server can see or change its settings."
	textModeratorsOnly = "Only people who may manage this server, and its moderators' roles in /settings, can use this."
	textHereOnly       = "Only people who may manage messages here, and this server's moderators, can use this."
	textTrouble        = "The bot's database did not answer just now. Please try again in a minute."
)

// storeWithin bounds one call of the store: of the 2 s for an answer, something must be left to say that it failed.
const storeWithin = 1500 * time.Millisecond

// lookWithin bounds a look at a channel, which a call of the store comes before and after.
const lookWithin = 700 * time.Millisecond

// ErrNobody says that a server has set up nobody to tell.
var ErrNobody = errors.New("no moderators are set up to be told")

// Config is what New needs; all of it is required but PrivacyURL and Forget.
type Config struct {
	Store *store.Store
	Bot   *answer.Bot
	Calls *api.Client
	Log   *slog.Logger
	Now   func() time.Time
	// PrivacyURL is that of discord.Config.
	PrivacyURL string
	// Forget drops what others remember of a member's questions in memory. It may be nil.
	Forget func(user string)
}

// Desk is the moderators' place in every server. It is safe for concurrent use.
type Desk struct {
	Config

	settings  *cache[store.Settings]
	overrides *cache[[]store.Override]
	saving    chan struct{} // held while settings are read, changed and saved

	mu      sync.Mutex
	told    map[string]*telling // by what was told of
	trouble map[string]trouble  // by server: why its last alert failed
}

// New makes a Desk. It starts nothing.
func New(c Config) *Desk {
	d := &Desk{
		Config: c, saving: make(chan struct{}, 1), told: map[string]*telling{}, trouble: map[string]trouble{},
	}
	d.settings = newCache(c.Now, d.readSettings)
	d.overrides = newCache(c.Now, d.readOverrides)
	return d
}

// Tool returns the commands /settings, /helpline, /audit and /privacy, and the paths of their controls.
func (d *Desk) Tool() interact.Tool {
	return interact.Tool{
		Commands: []interact.Command{d.settingsCommand(), d.helplineCommand(), d.auditCommand(), d.privacyCommand()},
		Paths:    map[string]interact.Handler{pathSettings: d.pressSettings, pathPrivacy: d.pressPrivacy},
	}
}

// Settings returns a server's settings, at most cacheFor old; those of direct messages, where guild is empty, are the defaults. What it
// returns is always good to go on with: when the database fails, it is the last known. The error says that nothing was known either, so
// that they are the defaults. The caller must not change the lists.
func (d *Desk) Settings(ctx context.Context, guild string) (store.Settings, error) {
	if guild == "" {
		return store.Defaults(guild), nil
	}
	s, known, err := d.settings.get(ctx, guild)
	if known {
		return s, nil
	}
	return store.Defaults(guild), err
}

func (d *Desk) readSettings(ctx context.Context, guild string) (store.Settings, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	s, err := d.Store.Settings(ctx, guild)
	if err != nil {
		d.Log.ErrorContext(ctx, "settings could not be read, the last known hold", "guild_id", guild, "error", err)
	}
	return s, err //nolint:wrapcheck // the store says what it was for
}

// admin says why somebody may not change the server's settings; empty for who may.
func admin(r interact.Request) string {
	switch {
	case r.Guild == "":
		return textServerOnly
	case !r.IsAdmin():
		return textAdminsOnly
	}
	return ""
}

// ModeratorHere says why somebody may not use what stays in the channel; empty for its moderators, and for the server's.
func (d *Desk) ModeratorHere(ctx context.Context, r interact.Request) string {
	if r.ModeratesHere() {
		return ""
	}
	no := d.Moderator(ctx, r)
	if no == textModeratorsOnly {
		return textHereOnly
	}
	return no
}

// Moderator says why somebody is not let in; empty for the server's moderators, by permission or by role.
func (d *Desk) Moderator(ctx context.Context, r interact.Request) string {
	switch {
	case r.Guild == "":
		return textServerOnly
	case r.IsModerator(nil): // whatever the database does
		return ""
	}
	s, err := d.Settings(ctx, r.Guild)
	switch {
	case err != nil:
		return textTrouble
	case !r.IsModerator(s.ModeratorRoles):
		return textModeratorsOnly
	}
	return ""
}

// note is who did what, for the audit.
func (d *Desk) note(r interact.Request, action store.Action, target string) store.Audit {
	return store.Audit{Guild: r.Guild, Actor: r.User, Action: action, Target: target, At: d.Now()}
}

// failed logs that the database did not do what somebody asked for, and tells them.
func (d *Desk) failed(ctx context.Context, r interact.Request, err error) (interact.Response, error) {
	d.Log.ErrorContext(ctx, "the database failed a command", "guild_id", r.Guild, "interaction_id", r.ID, "error", err)
	return say(textTrouble)
}

// say responds by text alone.
func say(text string) (interact.Response, error) {
	return interact.Response{Body: api.Body{Content: text}}, nil
}

// Kinds of commands, of options and of buttons, and where commands are offered, as Discord numbers them.
const (
	slashCommand                                = 1
	optionSub, optionString, optionInteger      = 1, 3, 4
	secondary, danger                           = 2, 4
	inServer, inDirectMessage, inPrivateChannel = 0, 1, 2
	installedByServer, installedByMember        = 0, 1
	channelText, channelVoice, channelNews      = 0, 2, 5
	channelPublicThread, channelPrivateThread   = 11, 12
	channelForum                                = 15
)
