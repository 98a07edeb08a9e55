package gateway

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"faqbot/internal/discord/discordtest/lab"
)

// patience bounds every wait of these tests; none of them takes long when all is well.
const patience = 20 * time.Second

const testToken = "MTIz.secret.bot-token"

// wireServer is a gateway of which each test plays Discord's part by hand: it takes connections one by one and writes frames.
type wireServer struct {
	url   string
	roots *x509.CertPool // that know its certificate, with TLS
	dial  func(context.Context, string, string) (net.Conn, error)
	peers chan *peer
}

func newWireServer(t *testing.T) *wireServer { return serveWire(t, httptest.NewServer) }

func serveWire(t *testing.T, start func(http.Handler) *httptest.Server) *wireServer {
	t.Helper()
	s := &wireServer{peers: make(chan *peer, 1000)}
	server := start(s)
	t.Cleanup(server.Close)
	s.roots = x509.NewCertPool()
	if server.Certificate() != nil {
		s.roots.AddCert(server.Certificate())
	}
	s.url = "ws" + strings.TrimPrefix(server.URL, "http")
	return s
}

// newPipeServer is a server without a network, as synctest.Test wants it: there time passes only while everyone waits for it, so that
// no answer is late on a slow machine. A write waits for its reader: a test must not write while the Gateway does.
func newPipeServer(t *testing.T) *wireServer {
	t.Helper()
	l := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	s := &wireServer{url: "ws://gateway.test", dial: l.dial, peers: make(chan *peer, 1000)}
	server := &http.Server{Handler: s}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

// pipeListener takes connections of its own dial alone.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- newQueuedConn(theirs, l.closed):
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// queuedConn never lets a writer wait for the reader, as the buffers of a real socket do: a peer that writes under its lock would
// otherwise hold up its own reading.
type queuedConn struct {
	net.Conn

	out chan []byte
}

func newQueuedConn(c net.Conn, closed <-chan struct{}) *queuedConn {
	q := &queuedConn{Conn: c, out: make(chan []byte, 1000)}
	go func() {
		for {
			select {
			case b := <-q.out:
				if _, err := c.Write(b); err != nil {
					return
				}
			case <-closed:
				return
			}
		}
	}()
	return q
}

func (q *queuedConn) Write(b []byte) (int, error) {
	q.out <- append([]byte(nil), b...)
	return len(b), nil
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// ServeHTTP takes a connection and reads it until it ends.
func (s *wireServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	p := &peer{conn: conn, uri: r.RequestURI, frames: make(chan frame, 1000), closed: make(chan struct{})}
	s.peers <- p
	p.read()
}

func (s *wireServer) accept(t *testing.T) *peer {
	t.Helper()
	select {
	case p := <-s.peers:
		return p
	case <-time.After(patience):
		t.Fatal("no connection")
		return nil
	}
}

// peer is the server's side of one connection.
type peer struct {
	conn   *websocket.Conn
	uri    string
	frames chan frame // other than heartbeats
	closed chan struct{}
	err    error // why it closed

	mu    sync.Mutex
	mute  bool // no ACKs
	beats []string
}

func (p *peer) read() {
	defer close(p.closed)
	for {
		var f frame
		if p.err = p.conn.ReadJSON(&f); p.err != nil {
			_ = p.conn.Close()
			return
		}
		if f.Op != opHeartbeat {
			p.frames <- f
			continue
		}
		p.mu.Lock()
		p.beats = append(p.beats, string(f.Data))
		if !p.mute {
			_ = p.conn.WriteMessage(websocket.TextMessage, []byte(`{"op":11}`))
		}
		p.mu.Unlock()
	}
}

// silence ends the ACKs.
func (p *peer) silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mute = true
}

func (p *peer) heartbeats() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.beats...)
}

func (p *peer) write(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.conn.WriteMessage(websocket.TextMessage, []byte(text))
}

// hello says hello and returns the client's Identify or Resume.
func (p *peer) hello(t *testing.T, interval string) frame {
	t.Helper()
	p.write(`{"op":10,"d":{"heartbeat_interval":` + interval + `}}`)
	select {
	case f := <-p.frames:
		return f
	case <-p.closed:
		t.Fatalf("closed instead of identifying: %v", p.err)
	case <-time.After(patience):
		t.Fatal("neither Identify nor Resume")
	}
	return frame{}
}

// gone waits for the client to hang up and returns its close code: 1006 for a dropped connection.
func (p *peer) gone(t *testing.T) int {
	t.Helper()
	select {
	case <-p.closed:
	case <-time.After(patience):
		t.Fatal("the connection stays open")
	}
	closed, ok := p.err.(*websocket.CloseError) //nolint:errorlint // comes straight from the library
	if !ok {
		return websocket.CloseAbnormalClosure
	}
	return closed.Code
}

func (p *peer) close(code int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
}

func (p *peer) dropTCP() {
	_ = p.conn.NetConn().(*net.TCPConn).SetLinger(0)
	_ = p.conn.NetConn().Close()
}

const (
	slowly = "60000" // ms between heartbeats where a test wants none
	ready  = `{"op":0,"t":"READY","s":1,"d":{"session_id":"SESSION","resume_gateway_url":"URL/resume","user":{"id":"1"}}}`
)

func (s *wireServer) ready() string { return strings.Replace(ready, "URL", s.url, 1) }

func event(kind, seq, data string) string {
	return `{"op":0,"t":"` + kind + `","s":` + seq + `,"d":` + data + `}`
}

// wireBot is a running Gateway.
type wireBot struct {
	*Gateway
	clock  *lab.Clock
	log    *lab.Log
	events chan Event
	cancel context.CancelFunc
	result chan error
}

func startGateway(t *testing.T, s *wireServer, change func(*Config)) *wireBot {
	t.Helper()
	b := &wireBot{clock: &lab.Clock{}, log: &lab.Log{}, events: make(chan Event, 1000), result: make(chan error, 1)}
	c := Config{
		Token: testToken, Intents: 1 << 9, Log: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Handle:  func(_ context.Context, e Event) { b.events <- e },
		Address: func(context.Context) (Bot, error) { return Bot{URL: s.url}, nil },
		Sleep:   b.clock.Sleep, now: b.clock.Now, jitter: func() float64 { return 0.5 },
	}
	if s.dial != nil {
		c.dialer = &websocket.Dialer{NetDialContext: s.dial}
	}
	if change != nil {
		change(&c)
	}
	b.Gateway = New(c)
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel = cancel
	go func() { b.result <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-b.result:
			if err != nil {
				t.Errorf("run: %v", err)
			}
		case <-time.After(patience):
			t.Error("run does not end")
		}
		if text := b.log.String(); strings.Contains(text, testToken) || strings.Contains(text, "PAYLOAD") {
			t.Errorf("a secret in the log: %s", text)
		}
	})
	return b
}

// fails waits for Run to end by itself.
func (b *wireBot) fails(t *testing.T) error {
	t.Helper()
	select {
	case err := <-b.result:
		b.result <- nil // for the cleanup
		return err
	case <-time.After(patience):
		t.Fatal("run does not end")
		return nil
	}
}

func (b *wireBot) next(t *testing.T) Event {
	t.Helper()
	select {
	case e := <-b.events:
		return e
	case <-time.After(patience):
		t.Fatal("no event")
		return Event{}
	}
}

func (b *wireBot) await(t *testing.T, ok func(Stats) bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(b.Stats()); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("stats %+v", b.Stats())
		}
	}
}

// established takes a connection up to READY.
func (s *wireServer) established(t *testing.T) *peer {
	t.Helper()
	p := s.accept(t)
	wantOp(t, p.hello(t, slowly), opIdentify)
	p.write(s.ready())
	return p
}

func wantOp(t *testing.T, f frame, op int) {
	t.Helper()
	if f.Op != op {
		t.Fatalf("op %d %s, want %d", f.Op, f.Data, op)
	}
}

// wantResume checks a Resume from the sequence number on.
func wantResume(t *testing.T, f frame, seq int64) {
	t.Helper()
	var d struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int64  `json:"seq"`
	}
	if err := json.Unmarshal(f.Data, &d); err != nil || f.Op != opResume || d.Token != testToken || d.Session != "SESSION" || d.Seq != seq {
		t.Fatalf("op %d %s, want a resume from %d", f.Op, f.Data, seq)
	}
}
