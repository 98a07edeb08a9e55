package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"runtime"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Opcodes of the gateway.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatACK   = 11
)

const (
	// closeResume is the close code that we send where the session is to go on: 1000 and 1001 would end it.
	closeResume = 4000
	// closeTimeout is what a goodbye may take.
	closeTimeout = time.Second

	closeInvalidSeq      = 4007
	closeSessionTimedOut = 4009

	// A heartbeat that Discord asks for goes out once in askedPace, a few in a row sooner: a flood of requests must not make us send
	// one, as Discord closes at 120 frames a minute.
	askedPace  = time.Second
	askedBurst = 5

	shortestInterval = 10 * time.Millisecond
	longestInterval  = 10 * time.Minute
)

// ending says how a connection ended and what comes next.
type ending struct {
	reason string        // constant
	code   int           // Discord's close code, if any
	wait   time.Duration // at least, before the next connection
	forget bool          // the session is over; otherwise it is resumed if there is one
	reset  bool          // the other side is silent: drop TCP, so that nothing waits for it
	stable bool          // the session lived for stableAfter
	fatal  error         // Run ends
}

// frame is one message of the gateway.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int64          `json:"s"`
	Type string          `json:"t"`
}

var errNotJSON = errors.New("a frame is not JSON")

// link is one connection. The goroutine of serve alone holds its state and writes; a second one only reads.
type link struct {
	g      *Gateway
	conn   *websocket.Conn
	secure bool          // dialled as wss
	frames chan frame    // closed by the reader at its end
	broken error         // why the reader ended; to be read once frames is closed
	quit   chan struct{} // closed when nobody takes frames any more

	beat       *time.Timer
	interval   time.Duration // of heartbeats; 0 before Hello
	unanswered time.Time     // when the oldest heartbeat without an ACK was sent; zero if there is none
	asked      time.Time     // when the asked heartbeats that were sent would be over at askedPace
	readySince time.Time     // zero before READY or RESUMED
}

func newLink(g *Gateway, conn *websocket.Conn, secure bool) *link {
	conn.SetReadLimit(g.config.maxFrame)
	conn.SetCloseHandler(func(int, string) error { return nil }) // the default answers 1001 by 1001, which could end the session
	beat := time.NewTimer(time.Hour)
	beat.Stop()
	return &link{g: g, conn: conn, secure: secure, frames: make(chan frame), quit: make(chan struct{}), beat: beat}
}

// serve stays until the connection ends, for whatever reason, and closes it.
func (l *link) serve(ctx context.Context) ending {
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.read()
	}()
	end := l.loop(ctx)
	l.hangUp(ctx, end)
	close(l.quit)
	<-done
	l.beat.Stop()
	end.stable = !l.readySince.IsZero() && l.g.config.now().Sub(l.readySince) >= stableAfter
	return end
}

// read hands frames on until the connection breaks. Each read has a deadline: a half-open socket never says that it is dead.
func (l *link) read() {
	defer close(l.frames)
	patience := l.g.config.ready
	for {
		_ = l.conn.SetReadDeadline(time.Now().Add(patience))
		kind, data, err := l.conn.ReadMessage()
		if err != nil {
			l.broken = err
			return
		}
		var f frame
		if kind != websocket.TextMessage || json.Unmarshal(data, &f) != nil {
			l.broken = errNotJSON
			return
		}
		now := l.g.config.now()
		l.g.update(func(s *Stats) { s.LastRead = now })
		if f.Op == opHello {
			patience = 2*helloInterval(f) + writeTimeout
		}
		select {
		case l.frames <- f:
		case <-l.quit:
			return
		}
	}
}

// helloInterval is the pace of heartbeats that a Hello asks for, or 0 for one that makes no sense.
func helloInterval(f frame) time.Duration {
	var hello struct {
		Millis int64 `json:"heartbeat_interval"`
	}
	if json.Unmarshal(f.Data, &hello) != nil || hello.Millis <= 0 || hello.Millis > longestInterval.Milliseconds() {
		return 0
	}
	return max(shortestInterval, time.Duration(hello.Millis)*time.Millisecond)
}

// loop runs the protocol until there is a reason to end the connection.
func (l *link) loop(ctx context.Context) ending {
	late := time.NewTimer(l.g.config.ready)
	defer late.Stop()
	for {
		var end *ending
		select {
		case <-ctx.Done():
			return ending{reason: "stopped"}
		case <-late.C:
			if l.readySince.IsZero() {
				end = &ending{reason: "not ready in time", reset: true}
			}
		case <-l.beat.C:
			end = l.heartbeat()
		case f, ok := <-l.frames:
			if !ok {
				return l.lost()
			}
			end = l.handle(ctx, f)
		}
		if end != nil {
			return *end
		}
	}
}

// lost says what the reader's end means.
func (l *link) lost() ending {
	var closed *websocket.CloseError
	switch {
	case errors.As(l.broken, &closed) && isFatalClose(closed.Code):
		return ending{reason: "closed for good", code: closed.Code, fatal: &FatalClose{Code: closed.Code}}
	case errors.As(l.broken, &closed):
		return ending{
			reason: "closed by discord", code: closed.Code,
			forget: closed.Code == closeInvalidSeq || closed.Code == closeSessionTimedOut,
		}
	case errors.Is(l.broken, websocket.ErrReadLimit), errors.Is(l.broken, errNotJSON):
		// Resuming would bring the same frame again.
		return ending{reason: "frame not readable", forget: true}
	}
	return ending{reason: "connection lost", reset: true}
}

// handle acts on one frame; it returns how the connection is to end, or nil.
func (l *link) handle(ctx context.Context, f frame) *ending {
	switch f.Op {
	case opDispatch:
		return l.dispatch(ctx, f)
	case opHeartbeat:
		if l.interval > 0 && l.mayAnswer() {
			return l.heartbeat()
		}
	case opReconnect:
		return &ending{reason: "discord asks to reconnect"}
	case opInvalidSession:
		var resumable bool
		_ = json.Unmarshal(f.Data, &resumable) // anything unclear means a new session
		// Discord asks for a random wait of 1 to 5 s, so that all bots do not come back at once.
		wait := time.Second + time.Duration(l.g.config.jitter()*float64(4*time.Second))
		return &ending{reason: "session invalid", wait: wait, forget: !resumable}
	case opHello:
		return l.hello(f)
	case opHeartbeatACK:
		l.unanswered = time.Time{}
	}
	return nil
}

// hello starts the heartbeat and resumes the session, or asks for a new one.
func (l *link) hello(f frame) *ending {
	if l.interval > 0 {
		return nil
	}
	if l.interval = helloInterval(f); l.interval == 0 {
		return &ending{reason: "hello not readable", reset: true}
	}
	// The first beat comes at a random time, so that all bots do not beat at once after an outage.
	l.beat.Reset(time.Duration(l.g.config.jitter() * float64(l.interval)))
	token := l.g.config.Token
	if s := l.g.session; s.id != "" {
		l.g.update(func(s *Stats) { s.Resumes++ })
		return l.send(opResume, map[string]any{"token": token, "session_id": s.id, "seq": s.seq})
	}
	l.g.identified()
	return l.send(opIdentify, map[string]any{
		"token": token, "intents": l.g.config.Intents,
		"properties": map[string]string{"os": runtime.GOOS, "browser": "faqbot", "device": "faqbot"},
	})
}

// mayAnswer counts a heartbeat that Discord asks for, or reports false for one too many.
func (l *link) mayAnswer() bool {
	now := l.g.config.now()
	if l.asked.Before(now) {
		l.asked = now
	}
	if l.asked.Sub(now) > (askedBurst-1)*askedPace {
		return false
	}
	l.asked = l.asked.Add(askedPace)
	return true
}

// heartbeat sends one, unless the one before has had no ACK for a whole interval: then the connection is dead.
func (l *link) heartbeat() *ending {
	now := l.g.config.now()
	switch {
	case l.unanswered.IsZero():
		l.unanswered = now
	case now.Sub(l.unanswered) >= l.interval:
		return &ending{reason: "heartbeat without answer", reset: true}
	}
	l.beat.Reset(l.interval)
	if l.g.session.seq == 0 {
		return l.send(opHeartbeat, nil)
	}
	return l.send(opHeartbeat, l.g.session.seq)
}

func (l *link) send(op int, d any) *ending {
	_ = l.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if l.conn.WriteJSON(map[string]any{"op": op, "d": d}) != nil {
		return &ending{reason: "write failed", reset: true}
	}
	return nil
}

// dispatch takes an event.
func (l *link) dispatch(ctx context.Context, f frame) *ending {
	g := l.g
	if f.Type == "READY" {
		return l.ready(ctx, f)
	}
	if f.Seq != nil && *f.Seq > 0 {
		if *f.Seq <= g.session.seq && f.Type != "RESUMED" {
			g.queue.duplicate()
			return nil
		}
		g.session.seq = max(*f.Seq, g.session.seq)
	}
	switch {
	case f.Type == "RESUMED":
		l.established(ctx)
	case handedOn(f.Type):
		seq := g.session.seq
		g.queue.add(ctx, Event{Type: f.Type, Data: f.Data, Seq: seq})
	}
	return nil
}

// ready keeps what a resume will need.
func (l *link) ready(ctx context.Context, f frame) *ending {
	var ready struct {
		SessionID string `json:"session_id"`
		ResumeURL string `json:"resume_gateway_url"`
	}
	if json.Unmarshal(f.Data, &ready) != nil || ready.SessionID == "" {
		return &ending{reason: "ready not readable", forget: true}
	}
	s := session{id: ready.SessionID}
	// The token travels to this address: never over a weaker connection than the one that named it.
	if address, err := gatewayAddress(ready.ResumeURL); err == nil && (!l.secure || strings.HasPrefix(address, "wss:")) {
		s.url = address
	}
	if f.Seq != nil {
		s.seq = *f.Seq
	}
	l.g.session = s
	l.established(ctx)
	return nil
}

func (l *link) established(ctx context.Context) {
	l.readySince = l.g.config.now()
	l.g.session.attempts, l.g.session.dialFailures = 0, 0
	l.g.update(func(s *Stats) { s.Ready = true })
	l.g.config.Log.InfoContext(ctx, "gateway session established")
}

// hangUp closes the connection in the way that the ending asks for.
func (l *link) hangUp(ctx context.Context, end ending) {
	switch {
	case ctx.Err() != nil:
		l.farewell(websocket.CloseNormalClosure)
		timeout := time.NewTimer(closeTimeout)
		defer timeout.Stop()
		for open := true; open; {
			select {
			case _, open = <-l.frames: // until Discord has closed too
			case <-timeout.C:
				open = false
			}
		}
	case end.reset:
		// A close frame would only wait in the send buffer of a dead connection. Below TLS, because its Close would write, too.
		raw := l.conn.NetConn()
		for {
			outer, ok := raw.(interface{ NetConn() net.Conn })
			if !ok {
				break
			}
			raw = outer.NetConn()
		}
		if tcp, ok := raw.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = raw.Close()
		return
	default:
		l.farewell(closeResume)
	}
	_ = l.conn.Close()
}

func (l *link) farewell(code int) {
	_ = l.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(closeTimeout))
}
