package local

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// The paths of the buttons under where to turn.
const (
	PathKeep   = "country-keep" // country-keep/{code}
	PathForget = "country-forget"
)

// pathHelp is the adapter's path to where to turn.
const pathHelp = "help"

// What a member reads.
const (
	labelKeep   = "Remember this country for me"
	labelForget = "Forget it"
	labelHelp   = "Where to get help"

	textKept = "Done: the bot remembers %s for you. It keeps this country with your Discord id and the day, and nothing else about you. It is used for " +
		"help lines on replies that only you see. After a year it is deleted, unless you ask again.\n\nTo delete it, press “" + labelForget + "” there, or type `/privacy delete`."
	textForgotten = "Done: your country is deleted. Help lines are shown for a country when you pick one."
	textNoCountry = "There is no such country. Please pick one from the menu."
	textTrouble   = "The bot's database did not answer just now, so it is not certain that this was done. Please try again in a minute. Help lines " +
		"work without it."
)

const (
	// storeWithin bounds a change: of the 2 s for an answer, something must be left to say that it failed.
	storeWithin = 1500 * time.Millisecond
	// retryAfter spares a database that fails, and the members who would wait for it.
	retryAfter = 5 * time.Second
)

// Config is what New needs; all of it is required.
type Config struct {
	Store *store.Store
	// Settings returns those of a server that are good to go on with, whatever the error.
	Settings func(ctx context.Context, guild string) (store.Settings, error)
	Bot      *answer.Bot
	Log      *slog.Logger
	Now      func() time.Time
}

// Memory remembers members' countries for those who ask for it. It is safe for concurrent use.
type Memory struct {
	Config

	mu    sync.Mutex
	until time.Time // when a database that failed is asked again
}

// New makes a Memory. It starts nothing.
func New(c Config) *Memory { return &Memory{Config: c} }

// Tool returns the paths of the buttons.
func (m *Memory) Tool() interact.Tool {
	return interact.Tool{Paths: map[string]interact.Handler{PathKeep: m.keep, PathForget: m.forget}}
}

// Country returns a server's country and a member's own, for discord.Config. A database that fails has none; it is spared for a moment.
func (m *Memory) Country(ctx context.Context, guild, user string) (first, own string) {
	if guild != "" {
		settings, _ := m.Settings(ctx, guild)
		first = settings.Country
	}
	if user == "" || m.spared() {
		return first, ""
	}
	own, err := m.Store.Country(ctx, user)
	if err != nil {
		m.Log.ErrorContext(ctx, "countries could not be read, answers go without", "error", err)
		m.spare()
		return first, ""
	}
	return first, own
}

func (m *Memory) spared() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Now().Before(m.until)
}

func (m *Memory) spare() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.until = m.Now().Add(retryAfter)
}

// keep remembers the country of the button for the one who pressed it.
func (m *Memory) keep(ctx context.Context, r interact.Request) (interact.Response, error) {
	code, ok := content.ParseCountry(r.Arg)
	if !ok {
		return say(textNoCountry), nil
	}
	lines, ok := m.Bot.Library().Helplines(code)
	if !ok {
		return say(textNoCountry), nil
	}
	return m.save(ctx, r, code, fmt.Sprintf(textKept, lines.Name)), nil
}

// forget deletes the country of the one who pressed.
func (m *Memory) forget(ctx context.Context, r interact.Request) (interact.Response, error) {
	return m.save(ctx, r, "", textForgotten), nil
}

func (m *Memory) save(ctx context.Context, r interact.Request, code, done string) interact.Response {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	if err := m.Store.SaveCountry(ctx, r.User, code, m.Now()); err != nil {
		m.Log.ErrorContext(ctx, "a country was not kept or deleted", "interaction_id", r.ID, "error", err)
		return say(textTrouble)
	}
	return say(done)
}

// say responds with a way back to where to turn: the member may be in need of it.
func say(text string) interact.Response {
	return interact.Response{Body: api.Body{Content: text, Components: api.Rows(api.Buttons(api.Quiet(labelHelp, pathHelp)))}}
}
