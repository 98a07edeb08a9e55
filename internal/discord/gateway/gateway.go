// Package gateway keeps one connection to Discord's gateway (one shard) and hands the events on.
//
// It knows the protocol of the connection alone: heartbeats, sessions and resumes, close codes, and how many sessions may be started.
// It must not know what is in an event beyond its ids, what the bot answers, or how its address is asked for. It logs ids and counts
// only: never an event's content, never the token.
//
// It stands on a websocket library and not on discordgo, whose loop deadlocks when op 7 follows Identify, and starts sessions without
// a pause for as long as Discord calls them invalid.
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// readyTimeout is the time from dialling to READY or RESUMED.
	readyTimeout = 60 * time.Second
	dialTimeout  = 15 * time.Second
	writeTimeout = 10 * time.Second
	// stableAfter is how long a session must live before the next failure counts as the first again.
	stableAfter = time.Minute
	backoffBase = time.Second
	backoffCap  = time.Minute
	// maxResumes is the number of attempts in a row to resume a session before it is given up.
	maxResumes = 5
	// drainTimeout is what events in the queue get after the context's end.
	drainTimeout = 2 * time.Second
	// maxFrameBytes is above the GUILD_CREATE of a very large server.
	maxFrameBytes = 16 << 20
	queueLength   = 512
)

// Pace of new sessions.
const (
	// identifySpacing is Discord's pace of one Identify in 5 s (max_concurrency 1), with some room for clocks.
	identifySpacing = 5500 * time.Millisecond
	// identifyAlarm is the number of Identifies in identifyDay from which the log complains. Discord resets the token at 1000.
	identifyAlarm = 200
	// identifySlow is the pace after the alarm: 200 + 24 h / 2 min = 920 stays below 1000 whatever happens.
	identifySlow = 2 * time.Minute
	identifyDay  = 24 * time.Hour
)

// Event is one event of Discord, as received.
type Event struct {
	Type string // such as INTERACTION_CREATE
	Data json.RawMessage
	Seq  int64
}

// Bot is the answer of GET /gateway/bot: where the gateway is, and how many sessions may be started.
type Bot struct {
	URL   string `json:"url"`
	Limit struct {
		Total      int   `json:"total"` // 0 when the answer has no limit at all
		Remaining  int   `json:"remaining"`
		ResetAfter int64 `json:"reset_after"` // ms
	} `json:"session_start_limit"`
}

// Address asks for GET /gateway/bot.
type Address func(context.Context) (Bot, error)

// Config says how a Gateway is built. Fatal and Sleep may be nil.
type Config struct {
	Address Address          // asked before every Identify, and when a resume finds no other address
	Fatal   func(error) bool // reports an error of Address after which asking again cannot help: Run ends with it
	Token   string           // the bot's, without the prefix "Bot "
	Intents int64
	// Handle gets events one at a time, in their order within a server, interactions and direct messages first. It must hand long
	// work on, not panic, and keep neither the socket nor the heartbeat waiting: those never wait for it, but a full queue loses
	// events. Its context outlives that of Run by drainTimeout.
	Handle func(context.Context, Event)
	Log    *slog.Logger
	// Sleep waits between connections, or returns the context's error; tests replace it.
	Sleep func(context.Context, time.Duration) error

	// For this package's tests:
	now      func() time.Time
	jitter   func() float64 // in [0,1)
	ready    time.Duration  // readyTimeout
	queue    int            // queueLength
	maxFrame int64          // maxFrameBytes
	dialer   *websocket.Dialer
}

// Stats are figures for health checks and metrics.
type Stats struct {
	Ready      bool      // a session is established now
	LastRead   time.Time // of the last frame; a healthy session reads at least once a heartbeat, about 41 s
	Identifies int       // sessions asked for, since the start
	Today      int       // of these, in the 24 h up to the latest
	Resumes    int       // attempts to resume
	Connects   int       // connections opened
	Dropped    int       // events lost because the queue was full or the program ended
	Duplicates int       // events that came a second time
	Queued     int       // events waiting for the handler now
}

// FatalClose is Discord's refusal to ever accept this bot as it is configured.
type FatalClose struct {
	Code int // of the close frame
}

// Error says what to do about it.
func (e *FatalClose) Error() string {
	advice := map[int]string{
		4004: "the token is wrong or was reset: copy a new one from the developer portal, page Bot",
		4010: "the shard number is invalid: this is a fault of the program",
		4011: "the bot is in too many servers for one connection: it needs sharding",
		4012: "the gateway version is no longer served: update the program",
		4013: "the intents are invalid: this is a fault of the program",
		4014: "a privileged intent is switched off: switch on Message Content Intent in the developer portal, page Bot, " +
			"or configure the bot without it",
	}[e.Code]
	return fmt.Sprintf("discord closed the gateway for good (%d): %s", e.Code, advice)
}

// isFatalClose lists the codes after which another connection cannot help.
func isFatalClose(code int) bool {
	switch code {
	case 4004, 4010, 4011, 4012, 4013, 4014:
		return true
	}
	return false
}

// Gateway is one connection to Discord's gateway (one shard), kept up for as long as Run runs: it reconnects, resumes where that
// is possible, and keeps the number of new sessions low, because Discord resets the token of a bot that starts 1000 in a day.
type Gateway struct {
	config Config
	queue  *eventQueue

	// Of the goroutine of Run alone:
	session    session
	failures   int         // connections in a row that did not last
	identifies []time.Time // of the last day, oldest first

	mu    sync.Mutex
	stats Stats
}

// session is what a resume needs. The zero value is none.
type session struct {
	id           string
	url          string // resume_gateway_url; empty when it is not to be used
	seq          int64
	attempts     int // to resume it, since it was last established
	dialFailures int // of url
}

// New returns a Gateway for one call of Run.
func New(c Config) *Gateway {
	if c.Fatal == nil {
		c.Fatal = func(error) bool { return false }
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	if c.jitter == nil {
		c.jitter = rand.Float64
	}
	if c.ready == 0 {
		c.ready = readyTimeout
	}
	if c.queue == 0 {
		c.queue = queueLength
	}
	if c.maxFrame == 0 {
		c.maxFrame = maxFrameBytes
	}
	if c.dialer == nil {
		c.dialer = &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTimeout}
	}
	return &Gateway{config: c, queue: newEventQueue(c.queue, c.Log)}
}

// Stats returns the figures of now. It may be called at any time from any goroutine.
func (g *Gateway) Stats() Stats {
	g.mu.Lock()
	s := g.stats
	g.mu.Unlock()
	s.Dropped, s.Duplicates, s.Queued = g.queue.figures()
	return s
}

func (g *Gateway) update(change func(*Stats)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(&g.stats)
}

// Run keeps a session until the context ends, and then says goodbye to Discord, lets the handler finish and returns nil. It returns
// earlier only with a *FatalClose or with an error of Address that is fatal.
func (g *Gateway) Run(ctx context.Context) error {
	handling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.queue.run(handling, g.config.Handle)
	}()
	err := g.keepConnected(ctx)
	g.queue.close()
	deadline := time.AfterFunc(drainTimeout, cancel)
	<-done
	deadline.Stop()
	cancel()
	return err
}

func (g *Gateway) keepConnected(ctx context.Context) error {
	for ctx.Err() == nil {
		end := g.connect(ctx)
		g.update(func(s *Stats) { s.Ready = false })
		if end.fatal != nil {
			return end.fatal
		}
		if ctx.Err() != nil {
			break
		}
		if end.stable {
			g.failures = 0
		}
		if end.forget || g.session.attempts >= maxResumes {
			g.session = session{}
		}
		wait := max(end.wait, g.backoff())
		g.failures++
		g.config.Log.InfoContext(ctx, "gateway connection ended", "reason", end.reason, "close_code", end.code,
			"resumable", g.session.id != "", "wait_ms", wait.Milliseconds())
		if g.config.Sleep(ctx, wait) != nil {
			break
		}
	}
	return nil
}

// backoff is full jitter below a doubling scale; the first reconnect after a stable session does not wait.
func (g *Gateway) backoff() time.Duration {
	if g.failures == 0 {
		return 0
	}
	scale := min(backoffCap, backoffBase<<min(g.failures, 10))
	return time.Duration(g.config.jitter() * float64(scale))
}

// sleep waits for d, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// connect opens one connection and stays until it ends.
func (g *Gateway) connect(ctx context.Context) ending {
	address, end := g.address(ctx)
	if end != nil {
		return *end
	}
	dialing, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, resp, err := g.config.dialer.DialContext(dialing, address, nil)
	if resp != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		if g.session.dialFailures++; g.session.dialFailures >= 2 {
			g.session.url = "" // the ordinary address can resume as well
		}
		g.config.Log.DebugContext(ctx, "gateway dial failed", "error", err)
		return ending{reason: "dial failed"}
	}
	if g.session.id != "" {
		g.session.attempts++
	}
	g.update(func(s *Stats) { s.Connects++ })
	return newLink(g, conn, strings.HasPrefix(address, "wss:")).serve(ctx)
}

// address returns where to connect to, after the waits that a new session needs. Otherwise it returns the ending.
func (g *Gateway) address(ctx context.Context) (string, *ending) {
	if g.session.url != "" {
		return g.session.url, nil
	}
	bot, err := g.config.Address(ctx)
	switch {
	case err != nil && g.config.Fatal(err):
		return "", &ending{fatal: err}
	case err != nil:
		g.config.Log.WarnContext(ctx, "gateway address not found", "error", err)
		return "", &ending{reason: "address not found"}
	}
	if g.session.id == "" {
		if err := g.awaitBudget(ctx, bot); err != nil {
			return "", &ending{reason: "no session to start"}
		}
	}
	address, err := gatewayAddress(bot.URL)
	if err != nil {
		g.config.Log.WarnContext(ctx, "gateway address not usable", "error", err)
		return "", &ending{reason: "address not usable"}
	}
	return address, nil
}

// gatewayAddress adds the version and the encoding to an address of Discord.
func gatewayAddress(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "wss" && u.Scheme != "ws") {
		return "", errors.New("not a websocket URL")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	u.RawQuery = url.Values{"v": {"10"}, "encoding": {"json"}}.Encode()
	return u.String(), nil
}

// awaitBudget waits until a session may be started: one in identifySpacing, fewer after the alarm, and none while Discord's own
// count is nearly used up.
func (g *Gateway) awaitBudget(ctx context.Context, bot Bot) error {
	now := g.config.now()
	for len(g.identifies) > 0 && now.Sub(g.identifies[0]) >= identifyDay {
		g.identifies = g.identifies[1:]
	}
	spacing := identifySpacing
	if len(g.identifies) >= identifyAlarm {
		spacing = identifySlow
		g.config.Log.ErrorContext(ctx, "gateway starts too many sessions", "in_24_hours", len(g.identifies), "discord_remaining", bot.Limit.Remaining)
	}
	if n := len(g.identifies); n > 0 {
		if err := g.config.Sleep(ctx, g.identifies[n-1].Add(spacing).Sub(now)); err != nil {
			return err
		}
	}
	// A twentieth is kept back for other replicas and for the person who comes to repair it.
	if bot.Limit.Total > 0 && bot.Limit.Remaining <= bot.Limit.Total/20 {
		const look = 10 * time.Minute
		wait := min(max(time.Duration(bot.Limit.ResetAfter)*time.Millisecond, time.Minute), look)
		g.config.Log.ErrorContext(ctx, "gateway session starts are nearly used up, waiting", "remaining", bot.Limit.Remaining, "wait_ms", wait.Milliseconds())
		if err := g.config.Sleep(ctx, wait); err != nil {
			return err
		}
		return errors.New("look again")
	}
	return nil
}

// identified counts a session start.
func (g *Gateway) identified() {
	g.identifies = append(g.identifies, g.config.now())
	g.update(func(s *Stats) { s.Identifies, s.Today = s.Identifies+1, len(g.identifies) })
}
