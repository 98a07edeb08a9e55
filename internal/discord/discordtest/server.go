package discordtest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// keptByDefault bounds each of the server's memories: requests, problems, messages, interactions, and dispatches for a resume.
const keptByDefault = 10_000

// ErrClosed is what every wait returns once the server is closed.
var ErrClosed = errors.New("discordtest: server closed")

// Object is a JSON object, free to be changed by a test before it is dispatched.
type Object = map[string]any

// Options configure a fake. The zero value is a Discord in good health.
type Options struct {
	Token          string                            // the bot's token; random when empty
	Heartbeat      time.Duration                     // the interval in Hello; 41.25 s when zero
	ResponseWindow time.Duration                     // time for the first response to an interaction; 3 s when zero
	TokenLife      time.Duration                     // life of an interaction's token; 15 min when zero
	DeniedIntents  int64                             // intents whose toggle is off in the portal: Identify closes with 4014
	GatewayV9      bool                              // accept v=9 on the gateway too (REST takes both versions anyway)
	Quiet          bool                              // do not let the bot hear its own messages on the gateway
	Validate       func(*http.Request, []byte) error // an extra check of every REST request, called concurrently; its body is readable
	Observe        func(Request)                     // gets every REST request before its answer is sent, called concurrently
	Kept           int                               // bound of each memory; 10,000 when zero
	Ahead          time.Duration                     // how far Discord's clock is ahead of this machine's, which ids and dates tell
}

// Server is a running fake. Its exported fields are fixed by New: read only.
type Server struct {
	Token     string   // the bot's token, without the prefix "Bot "
	AppID     string   // application id
	BotID     string   // the bot's user id
	UserID    string   // default author of events
	GuildID   string   // default guild, the one in READY
	ChannelID string   // default channel of that guild
	DMID      string   // default DM channel with UserID
	Gateway   *Gateway // the websocket side

	opts   Options
	origin string
	routes *http.ServeMux
	http   *http.Server
	ids    snowflakes
	signal *signal
	wg     sync.WaitGroup // connections and handlers

	mu        sync.Mutex
	requests  []Request
	number    int // of the latest request
	problems  []error
	rules     []*Rule
	commands  map[string][]Object // by guild id, "" for global
	messages  keep[Object]        // by message id
	nonces    keep[string]        // channel and nonce -> message id
	exchanges keep[*exchange]     // by interaction token
	channels  keep[string]        // channel id -> guild id, empty for DMs
	pins      map[string][]pin    // by channel id, newest first
}

// New starts a fake on a free loopback port; the caller closes it. It panics when the machine has no such port.
func New(o Options) *Server {
	o.Heartbeat = orDefault(o.Heartbeat, 41250*time.Millisecond)
	o.ResponseWindow = orDefault(o.ResponseWindow, 3*time.Second)
	o.TokenLife = orDefault(o.TokenLife, 15*time.Minute)
	o.Kept = orDefault(o.Kept, keptByDefault)
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("discordtest: listen: %v", err))
	}
	s := &Server{
		opts: o, origin: "http://" + listener.Addr().String(), signal: newSignal(),
		commands: map[string][]Object{}, pins: map[string][]pin{},
	}
	s.ids.ahead = o.Ahead
	s.messages.most, s.nonces.most, s.exchanges.most, s.channels.most = o.Kept, o.Kept, o.Kept, o.Kept
	for _, id := range []*string{&s.AppID, &s.BotID, &s.UserID, &s.GuildID, &s.ChannelID, &s.DMID} {
		*id = s.ids.next()
	}
	s.channels.put(s.ChannelID, s.GuildID)
	s.channels.put(s.DMID, "")
	s.Token = orDefault(o.Token, base64.RawURLEncoding.EncodeToString([]byte(s.BotID))+".FAKE00."+rand.Text())
	s.Gateway = &Gateway{server: s, sessions: map[string]*session{}, conns: map[*conn]bool{}}
	s.routes = s.newRoutes()
	s.http = &http.Server{
		Handler: http.HandlerFunc(s.serve), ConnState: s.track, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0), // a dropped connection is the test's wish, not news
	}
	s.wg.Go(func() { _ = s.http.Serve(listener) })
	return s
}

// Close ends every connection and wait, and returns when all goroutines have. It may be called more than once.
func (s *Server) Close() {
	s.signal.close()
	_ = s.http.Close()
	s.Gateway.shutdown()
	s.wg.Wait()
}

// URL is the origin, such as http://127.0.0.1:8080; REST is below /api/v10, the gateway at GatewayURL.
func (s *Server) URL() string { return s.origin }

// GatewayURL is the address that GET /gateway/bot gives.
func (s *Server) GatewayURL() string { return "ws" + strings.TrimPrefix(s.origin, "http") }

// Problems returns all that the bot did wrong so far: broken limits, refusals by Options.Validate, unknown routes.
func (s *Server) Problems() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// CloseIdle closes the connections of REST that no request is on, as any server does after a while.
func (s *Server) CloseIdle() {
	s.http.SetKeepAlivesEnabled(false)
	s.http.SetKeepAlivesEnabled(true)
}

// NewID returns a fresh snowflake of the current time.
func (s *Server) NewID() string { return s.ids.next() }

// now is the time by Discord's clock.
func (s *Server) now() time.Time { return time.Now().Add(s.opts.Ahead) }

func (s *Server) problem(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.problems) < s.opts.Kept {
		s.problems = append(s.problems, err)
	}
}

// track counts connections. A handler's own count is added while its connection's is held, so the group never leaves zero
// while Close waits.
func (s *Server) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.wg.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.wg.Done()
	case http.StateActive, http.StateIdle:
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.wg.Add(1)
	defer s.wg.Done()
	for _, version := range []string{"10", "9"} {
		if path, ok := strings.CutPrefix(r.URL.Path, "/api/v"+version+"/"); ok {
			s.serveREST(w, r, version, "/"+path)
			return
		}
	}
	if r.Header.Get("Upgrade") == "" {
		http.Error(w, "neither REST nor gateway", http.StatusNotFound)
		return
	}
	s.Gateway.serve(w, r)
}

// A signal wakes everyone who waits for a change.
type signal struct {
	mu   sync.Mutex
	ch   chan struct{}
	done chan struct{}
	once sync.Once
}

func newSignal() *signal { return &signal{ch: make(chan struct{}), done: make(chan struct{})} }

func (s *signal) close() { s.once.Do(func() { close(s.done) }) }

func (s *signal) fire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.ch)
	s.ch = make(chan struct{})
}

// await returns when ready does, or with the context's error or ErrClosed. ready is called after every change.
func (s *signal) await(ctx context.Context, ready func() bool) error {
	for {
		s.mu.Lock()
		changed := s.ch
		s.mu.Unlock()
		if ready() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.done:
			return ErrClosed
		}
	}
}

// sleep waits for d, or less if the server closes or the context ends.
func (s *signal) sleep(ctx context.Context, d time.Duration) {
	if d > 0 {
		ctx, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		_ = s.await(ctx, func() bool { return false })
	}
}

// snowflakes makes ids that are unique, increasing, and of the current time.
type snowflakes struct {
	ahead time.Duration // Options.Ahead

	mu   sync.Mutex
	last uint64
}

// discordEpoch is the first second of 2015 in milliseconds, from which snowflakes count.
const discordEpoch = 1_420_070_400_000

func (s *snowflakes) next() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last+1, uint64(time.Now().Add(s.ahead).UnixMilli()-discordEpoch)<<22)
	return strconv.FormatUint(s.last, 10)
}

// keep is a map that forgets its oldest key when it holds most. It is empty at first.
type keep[V any] struct {
	most int
	m    map[string]V
	keys []string // in order of arrival
}

func (k *keep[V]) get(key string) (V, bool) {
	v, ok := k.m[key]
	return v, ok
}

func (k *keep[V]) put(key string, v V) {
	if k.m == nil {
		k.m = map[string]V{}
	}
	if _, ok := k.m[key]; !ok {
		if len(k.keys) >= k.most {
			delete(k.m, k.keys[0])
			k.keys = k.keys[1:]
		}
		k.keys = append(k.keys, key)
	}
	k.m[key] = v
}

func (k *keep[V]) remove(key string) {
	delete(k.m, key)
	k.keys = slices.DeleteFunc(k.keys, func(s string) bool { return s == key })
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
