package discordtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// writeTimeout bounds how long a client that does not read can hold us up.
	writeTimeout = 2 * time.Second
	// closeTimeout is how long we wait for the client's half of a closing handshake.
	closeTimeout = time.Second
	// maxSent is Discord's cap on a frame from the client.
	maxSent = 4096
	// knownIntents has the bit of every documented intent.
	knownIntents = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
)

// session is what a client resumes. It outlives its connection.
type session struct {
	id      string
	intents int64
	shard   [2]int
	kept    int // Options.Kept

	mu     sync.Mutex // also orders the frames by their sequence numbers
	seq    int64
	replay []json.RawMessage // the latest dispatches as they were sent; the last one has the number seq
	conn   *conn             // nil while the client is away
}

// covers tells whether the session's shard is the one for an event.
func (s *session) covers(event string, o Object) bool {
	guild, _ := o["guild_id"].(string)
	if event == "GUILD_CREATE" || event == "GUILD_UPDATE" || event == "GUILD_DELETE" {
		guild, _ = o["id"].(string)
	}
	if guild == "" {
		return s.shard[0] == 0
	}
	id, _ := strconv.ParseUint(guild, 10, 64)
	return int((id>>22)%uint64(max(1, s.shard[1]))) == s.shard[0]
}

// dispatch numbers, keeps and sends an event. Only an event that cannot be encoded is an error: a broken connection is not, for
// the client will resume.
func (s *session) dispatch(event string, d any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.number(event, d)
}

// number is dispatch for those who hold the lock.
func (s *session) number(event string, d any) error {
	frame, err := json.Marshal(Object{"op": opDispatch, "t": event, "s": s.seq + 1, "d": d})
	if err != nil {
		return fmt.Errorf("event %s: %w", event, err)
	}
	s.seq++
	if len(s.replay) >= s.kept {
		s.replay = s.replay[1:]
	}
	s.replay = append(s.replay, frame)
	if s.conn != nil {
		_ = s.conn.write(frame)
	}
	return nil
}

// begin makes the session known and greets its client. The lock is held from before it is known, so that nothing overtakes READY.
func (s *session) begin(g *Gateway) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.mu.Lock()
	g.sessions[s.id] = s
	g.mu.Unlock()
	_ = s.number("READY", g.server.ready(s))
	if home := g.server.GuildCreate(g.server.GuildID); s.intents&intentGuilds != 0 && s.covers("GUILD_CREATE", home) {
		_ = s.number("GUILD_CREATE", home)
	}
}

func (s *session) repeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil && len(s.replay) > 0 {
		_ = s.conn.write(s.replay[len(s.replay)-1])
	}
}

// attach gives the session a new connection and sends what was missed after seq; false when that is not kept, or was never sent.
func (s *session) attach(c *conn, seq int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	missed := s.seq - seq
	if seq < 0 || missed < 0 || missed > int64(len(s.replay)) {
		return false
	}
	if s.conn != nil && s.conn != c {
		s.conn.reset() // the client has come back before we noticed that it left
	}
	s.conn = c
	for _, frame := range s.replay[int64(len(s.replay))-missed:] {
		_ = c.write(frame)
	}
	return true
}

func (s *session) detach(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == c {
		s.conn = nil
	}
}

// conn is one websocket connection.
type conn struct {
	ws      *websocket.Conn
	gateway *Gateway
	dial    Dial
	ours    atomic.Bool // we began to close it
	halted  atomic.Bool // Gateway.Halt
	writing sync.Mutex

	// Only the goroutine that reads touches these.
	session *session
	code    int // how the client closed
}

func (c *conn) send(op int, d any) error {
	frame, err := json.Marshal(Object{"op": op, "d": d, "s": nil, "t": nil})
	if err != nil {
		return fmt.Errorf("op %d: %w", op, err)
	}
	return c.write(frame)
}

func (c *conn) write(frame []byte) error {
	if c.halted.Load() {
		return nil // a half-open socket takes what is written, too
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := c.ws.WriteMessage(websocket.TextMessage, frame); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// closeWith begins the closing handshake; the reader ends it.
func (c *conn) closeWith(code int) {
	c.ours.Store(true)
	deadline := time.Now().Add(closeTimeout)
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "discordtest"), deadline)
	_ = c.ws.SetReadDeadline(deadline)
}

// reset ends the connection with a TCP reset.
func (c *conn) reset() {
	c.ours.Store(true)
	if tcp, ok := c.ws.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.ws.Close()
}

// read handles frames until the connection ends.
func (c *conn) read() {
	c.ws.SetReadLimit(1 << 20)
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			if !c.ours.Load() {
				c.code = websocket.CloseAbnormalClosure
				if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) {
					c.code = closed.Code
				}
			}
			return
		}
		if c.ours.Load() || c.halted.Load() {
			continue // closing: only the client's close frame matters now; halted: nothing does
		}
		if code := c.receive(frame); code != 0 {
			c.closeWith(code)
		}
	}
}

// receive handles a frame and gives the code to close with, or 0.
func (c *conn) receive(frame []byte) int {
	var p struct {
		Op *int            `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	if len(frame) > maxSent || json.Unmarshal(frame, &p) != nil || p.Op == nil {
		return 4002
	}
	g := c.gateway
	switch *p.Op {
	case opHeartbeat:
		g.mu.Lock()
		mute := g.mute
		g.mu.Unlock()
		g.update(func(st *Stats) { st.Heartbeats++ })
		if !mute {
			_ = c.send(opAck, nil)
		}
		return 0
	case opIdentify:
		return c.identify(p.D)
	case opResume:
		return c.resume(p.D)
	case 3, 4, 8, 31: // presence, voice, members, soundboard: heard and ignored
		if c.session == nil {
			return 4003
		}
		return 0
	default:
		return 4001
	}
}

// diverted answers Identify and Resume on a connection that is to go wrong.
func (c *conn) diverted() bool {
	switch c.dial {
	case DialOp9:
		c.gateway.forgetSessions()
		_ = c.send(opInvalidSession, false)
	case DialReconnect:
		_ = c.send(opReconnect, nil)
	case DialNoReady:
	case DialWell, DialRefused, DialSilent:
		return false
	}
	return true
}

func (c *conn) identify(d json.RawMessage) int {
	var id struct {
		Token      string          `json:"token"`
		Intents    *int64          `json:"intents"`
		Properties json.RawMessage `json:"properties"`
		Shard      *[2]int         `json:"shard"`
	}
	if json.Unmarshal(d, &id) != nil || id.Properties == nil {
		return 4002
	}
	g, shard, intents := c.gateway, [2]int{0, 1}, int64(-1)
	if id.Shard != nil {
		shard = *id.Shard
	}
	if id.Intents != nil {
		intents = *id.Intents
	}
	g.update(func(st *Stats) {
		st.Identifies = append(st.Identifies, Identify{Time: time.Now(), Intents: intents, Shard: shard, Data: d})
	})
	switch {
	case c.session != nil:
		return 4005
	case strings.TrimPrefix(id.Token, "Bot ") != g.server.Token:
		return 4004
	case shard[0] < 0 || shard[0] >= shard[1]:
		return 4010
	case intents < 0 || intents&^knownIntents != 0:
		return 4013
	case intents&g.server.opts.DeniedIntents != 0:
		return 4014
	case c.diverted():
		return 0
	}
	c.session = &session{id: g.server.NewID() + "-session", intents: intents, shard: shard, kept: g.server.opts.Kept, conn: c}
	c.session.begin(g)
	c.live(func(st *Stats) { st.Ready++ })
	return 0
}

func (c *conn) resume(d json.RawMessage) int {
	var r struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int64  `json:"seq"`
	}
	if json.Unmarshal(d, &r) != nil {
		return 4002
	}
	g := c.gateway
	g.mu.Lock()
	s := g.sessions[r.SessionID]
	g.mu.Unlock()
	tokenOK := strings.TrimPrefix(r.Token, "Bot ") == g.server.Token
	accepted := tokenOK && s != nil && c.session == nil && c.dial == DialWell && s.attach(c, r.Seq)
	g.update(func(st *Stats) {
		st.Resumes = append(st.Resumes, Resume{Time: time.Now(), SessionID: r.SessionID, Seq: r.Seq, Accepted: accepted})
	})
	switch {
	case accepted:
		c.session = s
		_ = s.dispatch("RESUMED", Object{"_trace": []string{"discordtest"}})
		c.live(func(st *Stats) { st.Resumed++ })
	case !tokenOK:
		return 4004
	case c.session != nil:
		return 4005
	case c.diverted():
	default:
		_ = c.send(opInvalidSession, false)
	}
	return 0
}

// live marks the connection as ready for events.
func (c *conn) live(count func(*Stats)) {
	g := c.gateway
	g.update(func(st *Stats) {
		g.conns[c] = true
		count(st)
	})
}
