package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord"
	"faqbot/internal/discord/toolbox"
	"faqbot/internal/doctor"
	"faqbot/internal/store"
)

type doctorCmd struct {
	contentFlags
	databaseFlags
	discordFlags
	Now  day  `placeholder:"DAY" help:"Day that review dates are judged against, such as 2026-11-23; by default today."`
	JSON bool `name:"json" help:"Print one JSON object a line instead, for scripts."`
}

// Help is shown by --help.
func (doctorCmd) Help() string {
	return `Looks at all that "faqbot run" needs, with the same flags and variables: content, review dates and help lines, the database, the token, the application's settings in the developer portal, the registered commands, the clock, and what the bot may do in each server and in the channels that settings and pins name. It changes nothing, and the bot may run meanwhile.

Prints a line for each: ok, warn (members are answered; somebody should look) or fail (something that was set up does not work), what was found, and how to mend it. Exits with 1 when one is fail.

Example:

    FAQBOT_DISCORD_TOKEN_FILE=/run/secrets/token faqbot doctor`
}

// doctorWithin bounds it all: a bot in many servers needs three calls for each, and one for each thread that is set.
const doctorWithin = 5 * time.Minute

// Run looks.
func (c *doctorCmd) Run(p *program) error {
	ctx, cancel := context.WithTimeout(p.ctx, doctorWithin)
	defer cancel()
	today := time.Time(c.Now)
	if today.IsZero() {
		today = time.Now().UTC().Truncate(24 * time.Hour)
	}
	lib, problems := p.contentProblems(c.contentFlags)
	found := doctor.Content(lib, problems, today)
	st, finding := c.examine(ctx)
	found = append(found, finding)
	found = append(found, c.onDiscord(ctx, p, lib, st)...)
	if st != nil {
		if err := st.Close(); err != nil {
			return err //nolint:wrapcheck // it says what failed
		}
	}
	failed := 0
	for _, f := range found {
		if f.Level == doctor.Fail {
			failed++
		}
		if err := c.show(p, f); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(found))
	}
	return nil
}

// show prints a finding.
func (c *doctorCmd) show(p *program, f doctor.Finding) error {
	line := oneLine(f.String())
	if c.JSON {
		raw, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("print: %w", err)
		}
		line = string(raw)
	}
	return p.say("%s", line)
}

// contentProblems loads the content, and draws all of it.
func (p *program) contentProblems(f contentFlags) (*content.Library, []error) {
	_, lib, err := p.load(f)
	if err != nil {
		return nil, apart(err)
	}
	var problems []error
	_, undrawn := checkReplies(answer.NewCards(lib))
	for _, u := range undrawn {
		problems = append(problems, u)
	}
	return lib, problems
}

// examine looks at the database, and opens it where that changes nothing; else the store is nil.
func (f databaseFlags) examine(ctx context.Context) (*store.Store, doctor.Finding) {
	found, err := store.Inspect(ctx, f.Database)
	var st *store.Store
	if err == nil && found.Version == found.Latest {
		st, err = store.Open(ctx, f.Database)
	}
	return st, doctor.Database(found, err)
}

// onDiscord looks at Discord. The library is nil where it does not load, the store where it cannot be opened.
func (c *doctorCmd) onDiscord(ctx context.Context, p *program, lib *content.Library, st *store.Store) []doctor.Finding {
	token, err := c.token(p.getenv)
	if err != nil {
		return []doctor.Finding{doctor.NoToken(err)}
	}
	config := c.config(nil, token, slog.New(slog.DiscardHandler))
	calls, err := discord.Calls(config)
	if err != nil {
		return []doctor.Finding{doctor.NoCalls(err)}
	}
	look := doctor.Discord{
		Me: calls.Me, Application: calls.Application, Guilds: calls.Guilds, Roles: calls.Roles, MemberRoles: calls.MemberRoles,
		Channels: calls.Channels, Channel: calls.Channel, ClockAhead: calls.Rest.ClockAhead, Overhears: c.Overhear,
	}
	if st != nil {
		look.Settings, look.Pins = st.Settings, st.Pins
	}
	if lib != nil {
		config.Bot = answer.NewCards(lib)
		toolbox.New(store.New(c.Database), config.Bot, config.Log).Into(&config) // to know their commands takes no open database
		look.Registered = func(ctx context.Context, application string) (bool, error) {
			return discord.Registered(ctx, config, calls, application)
		}
	}
	return look.Check(ctx)
}
