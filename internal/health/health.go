// Package health tells those who run the bot how it does: whether it lives, whether it is connected, and figures for Prometheus.
//
// It is the door of Prometheus's client, and its one door is HTTP. It knows figures and names of kinds; it must not know a platform, a
// server, a member or a word.
package health

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// silentAfter is two heartbeats: a connection on which nothing came for so long is dead, whatever it says of itself.
	silentAfter = 90 * time.Second
	// pingEvery bounds how often the database is written to in order to find out whether that works, however often one asks.
	pingEvery = 15 * time.Second
	// pingWithin is below the second or two that probes wait.
	pingWithin = 900 * time.Millisecond
	// stopWithin is what answers in flight get at the end.
	stopWithin = time.Second
)

// Gateway is what is known of the connection on which questions come.
type Gateway struct {
	Ready                                  bool      // a session is established now
	LastRead                               time.Time // when something last came; zero before
	Connects, Identifies, Resumes, Dropped int       // since the start
}

// Calls count requests since the start.
type Calls struct{ Tries, Limited, Refused, Failed int }

// Config is what a Server needs.
type Config struct {
	// Database fails unless the database works. It is asked once in a while, by one goroutine at a time.
	Database func(context.Context) error
	Now      func() time.Time
	Log      *slog.Logger
}

// Server answers probes and shows figures. It is safe for concurrent use.
type Server struct {
	config  Config
	metrics metrics

	mu      sync.Mutex
	gateway func() Gateway
	calls   func() Calls

	pinging sync.Mutex
	pinged  time.Time
	broken  bool // the database, when it was pinged last
}

// New returns a server that listens nowhere yet, and whose bot is not connected.
func New(c Config) *Server {
	s := &Server{
		config: c, gateway: func() Gateway { return Gateway{} }, calls: func() Calls { return Calls{} },
	}
	s.metrics = newMetrics(s)
	return s
}

// Watch says where figures are found from now on.
func (s *Server) Watch(gateway func() Gateway, calls func() Calls) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway, s.calls = gateway, calls
}

func (s *Server) gatewayNow() Gateway {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gateway()
}

func (s *Server) callsNow() Calls {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls()
}

// Listen begins to serve at an address such as 127.0.0.1:8787, and returns where it serves. The caller calls stop, once, which waits for
// the server's end.
func (s *Server) Listen(ctx context.Context, address string) (at net.Addr, stop func(), err error) {
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("serve health checks: %w", err)
	}
	server := &http.Server{
		Handler: s.Handler(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would log addresses
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.config.Log.ErrorContext(ctx, "health checks are no longer answered", "error", err)
		}
	})
	return l.Addr(), func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		if server.Shutdown(ending) != nil {
			_ = server.Close()
		}
		serving.Wait()
	}, nil
}

// Handler answers GET /healthz, /readyz and /metrics.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, map[string]bool{"alive": true}) })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", s.metrics.handler())
	return mux
}

// readiness is the answer to /readyz.
type readiness struct {
	Ready    bool   `json:"ready"`
	Gateway  string `json:"gateway"`                     // connected; connecting; silent: nothing came for silentAfter
	LastRead *int   `json:"last_read_seconds,omitempty"` // since something last came; missing where nothing has
	Database string `json:"database"`                    // ok; degraded: members are answered, and what needs a database is off
}

// readyz answers 200 where members are answered, else 503. That takes no database.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	g, now := s.gatewayNow(), s.config.Now()
	out := readiness{Gateway: "connecting", Database: "ok"}
	if !g.LastRead.IsZero() {
		seconds := int(now.Sub(g.LastRead).Seconds())
		out.LastRead = &seconds
	}
	switch {
	case g.Ready && now.Sub(g.LastRead) > silentAfter:
		out.Gateway = "silent"
	case g.Ready:
		out.Gateway, out.Ready = "connected", true
	}
	if !s.databaseWorks(r.Context()) {
		out.Database = "degraded"
	}
	status := http.StatusOK
	if !out.Ready {
		status = http.StatusServiceUnavailable
	}
	answer(w, status, out)
}

// databaseWorks pings the database, or remembers how that went a moment ago.
func (s *Server) databaseWorks(ctx context.Context) bool {
	s.pinging.Lock()
	defer s.pinging.Unlock()
	if now := s.config.Now(); s.pinged.IsZero() || now.Sub(s.pinged) >= pingEvery {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pingWithin) // who hangs up must not make it look broken
		defer cancel()
		s.broken, s.pinged = s.config.Database(ctx) != nil, now
	}
	return !s.broken
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who asked has gone
}
