package discordtest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Opcodes of the gateway.
const (
	opDispatch, opHeartbeat, opIdentify, opResume, opReconnect, opInvalidSession, opHello, opAck = 0, 1, 2, 6, 7, 9, 10, 11
)

// Dial is how the gateway treats one connection.
type Dial int

// The treatments, for NextDials.
const (
	DialWell      Dial = iota // as it should be
	DialRefused               // HTTP 503 instead of a websocket
	DialSilent                // accept, then never say Hello
	DialOp9                   // answer Identify or Resume by op 9, not resumable
	DialReconnect             // answer Identify or Resume by op 7
	DialNoReady               // answer Identify or Resume by nothing at all
)

// Stats is what happened at the gateway so far.
type Stats struct {
	Dials       []Dialed   // every websocket request
	Identifies  []Identify // every op 2, refused ones included
	Resumes     []Resume   // every op 6, refused ones included
	Ready       int        // READY sent
	Resumed     int        // RESUMED sent
	Heartbeats  int        // op 1 received
	Connections int        // open now
	Live        int        // of those, how many have had READY or RESUMED
	CloseCodes  []int      // how the client ended its connections; 1006 when it sent no close frame
}

// Dialed is one websocket request.
type Dialed struct {
	Time  time.Time
	Path  string // "/", or "/resume" for the address in READY's resume_gateway_url
	Query string // raw
}

// Identify is one op 2.
type Identify struct {
	Time    time.Time
	Intents int64
	Shard   [2]int
	Data    json.RawMessage // all of it
}

// Resume is one op 6.
type Resume struct {
	Time      time.Time
	SessionID string
	Seq       int64
	Accepted  bool
}

// Gateway is the websocket side of the fake.
type Gateway struct {
	server *Server

	mu       sync.Mutex
	down     bool
	sessions map[string]*session // that can be resumed, or are live
	conns    map[*conn]bool      // open; true once live
	dials    []Dial
	mute     bool
	stats    Stats
}

// NextDials says how the coming connections are treated, one each; after them all are treated well.
func (g *Gateway) NextDials(dials ...Dial) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dials = append(g.dials, dials...)
}

// Mute stops (or starts again) the answers to heartbeats: a zombie connection.
func (g *Gateway) Mute(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mute = on
}

// Stats returns a copy of the counters.
func (g *Gateway) Stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	st := g.stats
	st.Dials, st.Identifies = slices.Clone(st.Dials), slices.Clone(st.Identifies)
	st.Resumes, st.CloseCodes = slices.Clone(st.Resumes), slices.Clone(st.CloseCodes)
	st.Connections = len(g.conns)
	for _, live := range g.conns {
		if live {
			st.Live++
		}
	}
	return st
}

// Wait returns the first counters for which enough is true.
func (g *Gateway) Wait(ctx context.Context, enough func(Stats) bool) (Stats, error) {
	var st Stats
	err := g.server.signal.await(ctx, func() bool {
		st = g.Stats()
		return enough(st)
	})
	if err != nil {
		return st, g.server.explain(fmt.Sprintf("the gateway, now %+v", st), err)
	}
	return st, nil
}

// Ready waits until a connection has had READY or RESUMED.
func (g *Gateway) Ready(ctx context.Context) error {
	_, err := g.Wait(ctx, func(st Stats) bool { return st.Live > 0 })
	return err
}

// Dispatch sends an event to each session whose shard and intents cover it. A session whose connection is gone gets it when it
// resumes. It is an error if no session is left to hear of it. Payload is anything that marshals to an object.
func (g *Gateway) Dispatch(event string, payload any) error {
	data, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("dispatch %s: %w", event, err)
	}
	g.server.learn(event, data)
	reached, err := g.deliver(event, data)
	if err == nil && reached == 0 {
		err = fmt.Errorf("dispatch %s: no session on that shard has the intents for it (%d sessions)", event, len(g.all()))
	}
	return err
}

// Repeat sends each live session its latest event again, with the same sequence number. For the same event under a new number,
// dispatch it twice.
func (g *Gateway) Repeat() {
	for _, s := range g.all() {
		s.repeat()
	}
}

// SendOp7 asks all connections to reconnect and resume.
func (g *Gateway) SendOp7() { g.broadcast(opReconnect, nil) }

// SendOp1 asks all connections for a heartbeat at once.
func (g *Gateway) SendOp1() { g.broadcast(opHeartbeat, nil) }

// SendOp9 declares all sessions invalid; unless they are resumable, they are gone.
func (g *Gateway) SendOp9(resumable bool) {
	if !resumable {
		g.forgetSessions()
	}
	g.broadcast(opInvalidSession, resumable)
}

// SendRaw sends a text frame as it is: broken JSON, an unknown opcode, something huge.
func (g *Gateway) SendRaw(frame []byte) {
	g.each(func(c *conn) { _ = c.write(frame) })
}

// Drop resets all connections without a close frame; sessions can be resumed.
func (g *Gateway) Drop() { g.each((*conn).reset) }

// Halt makes half-open sockets of all connections: nothing is sent or heard any more, and no end of them either. Sessions can be resumed.
func (g *Gateway) Halt() { g.each(func(c *conn) { c.halted.Store(true) }) }

// CloseWith closes all connections with a code of the gateway; those that end a session end it.
func (g *Gateway) CloseWith(code int) {
	switch code {
	case 1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014:
		g.forgetSessions()
	}
	g.each(func(c *conn) { c.closeWith(code) })
}

func (g *Gateway) forgetSessions() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sessions = map[string]*session{}
}

func (g *Gateway) all() []*session {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Collect(maps.Values(g.sessions))
}

// each treats all open connections at once, so that one whose client does not read holds up no other, and waits for all.
func (g *Gateway) each(treat func(*conn)) {
	g.mu.Lock()
	open := slices.Collect(maps.Keys(g.conns))
	g.mu.Unlock()
	var wg sync.WaitGroup
	for _, c := range open {
		wg.Go(func() { treat(c) })
	}
	wg.Wait()
}

func (g *Gateway) broadcast(op int, d any) {
	g.each(func(c *conn) { _ = c.send(op, d) })
}

func (g *Gateway) shutdown() {
	g.mu.Lock()
	g.down = true
	g.mu.Unlock()
	g.each((*conn).reset)
}

// deliver passes an event to the sessions and tells how many it reached.
func (g *Gateway) deliver(event string, data json.RawMessage) (int, error) {
	o := object(data)
	reached := 0
	for _, s := range g.all() {
		visible, ok := g.server.view(event, o, s.intents)
		if !ok || !s.covers(event, o) {
			continue
		}
		if err := s.dispatch(event, visible); err != nil {
			return reached, fmt.Errorf("dispatch %s: %w", event, err)
		}
		reached++
	}
	return reached, nil
}

func (g *Gateway) update(change func(*Stats)) {
	g.mu.Lock()
	change(&g.stats)
	g.mu.Unlock()
	g.server.signal.fire()
}

// serve runs one connection until it ends.
func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	dial := DialWell
	if len(g.dials) > 0 {
		dial, g.dials = g.dials[0], g.dials[1:]
	}
	g.mu.Unlock()
	g.update(func(st *Stats) {
		st.Dials = append(st.Dials, Dialed{Time: time.Now(), Path: r.URL.Path, Query: r.URL.RawQuery})
	})
	if dial == DialRefused {
		Unavailable(http.StatusServiceUnavailable).write(w, &call{Request: Request{Ruled: true}})
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := &conn{ws: ws, gateway: g, dial: dial}
	g.mu.Lock()
	down := g.down
	g.conns[c] = false
	g.mu.Unlock()
	defer g.gone(c)
	if down {
		return
	}
	g.server.signal.fire()
	q := r.URL.Query()
	if v := q.Get("v"); v != "10" && (v != "9" || !g.server.opts.GatewayV9) || q.Get("encoding") != "json" || q.Has("compress") {
		g.server.problem(fmt.Errorf("gateway: query %q, want v=10&encoding=json", r.URL.RawQuery))
		c.closeWith(4012)
	} else if dial != DialSilent {
		_ = c.send(opHello, Object{"heartbeat_interval": g.server.opts.Heartbeat.Milliseconds()})
	}
	c.read()
}

// gone clears up after a connection.
func (g *Gateway) gone(c *conn) {
	_ = c.ws.Close()
	if c.session != nil {
		c.session.detach(c)
	}
	g.mu.Lock()
	delete(g.conns, c)
	if c.code != 0 {
		g.stats.CloseCodes = append(g.stats.CloseCodes, c.code)
	}
	if c.session != nil && (c.code == websocket.CloseNormalClosure || c.code == websocket.CloseGoingAway) {
		delete(g.sessions, c.session.id)
	}
	g.mu.Unlock()
	g.server.signal.fire()
}
