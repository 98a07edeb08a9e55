package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// TestGatewayHalfOpen: a socket that accepts and then says nothing, before Hello or after Identify, does not hold the bot up.
func TestGatewayHalfOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newPipeServer(t)
		b := startGateway(t, s, func(c *Config) { c.ready = time.Second })
		silent := s.accept(t)
		silent.gone(t)
		noReady := s.accept(t)
		wantOp(t, noReady.hello(t, slowly), opIdentify)
		noReady.gone(t)
		s.established(t)
		b.await(t, func(st Stats) bool { return st.Ready && st.Identifies == 2 && st.Connects == 3 })
		time.Sleep(3 * time.Second) // a session that is ready outlives the deadline
		if !b.Stats().Ready {
			t.Error("dropped a good session")
		}
	})
}

func TestGatewayHeartbeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newPipeServer(t)
		startGateway(t, s, nil)
		p := s.accept(t)
		wantOp(t, p.hello(t, "1000"), opIdentify)
		p.write(s.ready())
		time.Sleep(5 * time.Second) // the first beat comes after half an interval
		if got := strings.Join(p.heartbeats(), " "); got != "1 1 1 1 1" {
			t.Errorf("heartbeats %s", got)
		}
		p.silence()
		muted := time.Now()
		if code := p.gone(t); code == 1000 || code == 1001 {
			t.Errorf("zombie left with %d", code)
		}
		if took := time.Since(muted); took != 1500*time.Millisecond { // one beat without an answer, and an interval
			t.Errorf("zombie left after %v", took)
		}
		wantResume(t, s.accept(t).hello(t, slowly), 1)
	})
}

// TestGatewayZombieTLS: the connection is dropped below TLS, which would try to say goodbye.
func TestGatewayZombieTLS(t *testing.T) {
	t.Parallel()
	s := serveWire(t, httptest.NewTLSServer)
	b := startGateway(t, s, func(c *Config) {
		c.dialer = &websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: s.roots}}
	})
	p := s.established(t)
	p.silence()
	const ask = `{"op":1,"d":null}`
	p.write(ask)
	b.await(t, func(st Stats) bool { return st.Ready && len(p.heartbeats()) == 1 })
	_ = b.clock.Sleep(t.Context(), time.Minute) // an interval
	p.write(ask)
	if code := p.gone(t); code != websocket.CloseAbnormalClosure {
		t.Errorf("zombie left with %d", code)
	}
	if !errors.Is(p.err, syscall.ECONNRESET) {
		t.Errorf("%v is not a reset", p.err)
	}
	wantResume(t, s.accept(t).hello(t, slowly), 1)
}

// TestGatewayAskedHeartbeat: Discord closes at 120 frames a minute.
func TestGatewayAskedHeartbeat(t *testing.T) {
	t.Parallel()
	const ask = `{"op":1,"d":null}`
	s := newWireServer(t)
	b := startGateway(t, s, nil)
	p := s.established(t)
	p.write(ask)
	b.await(t, func(Stats) bool { return len(p.heartbeats()) == 1 })
	for range 200 {
		p.write(ask)
	}
	p.write(event("MESSAGE_CREATE", "2", `{"id":"1"}`))
	b.next(t)
	if n := len(p.heartbeats()); n > 20 {
		t.Errorf("%d heartbeats in a flood", n)
	}
}

// TestGatewayAskedPace: a few in a row, and then one in askedPace.
func TestGatewayAskedPace(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	l := &link{g: New(Config{now: func() time.Time { return now }})}
	answered := func(asked int) (n int) {
		for range asked {
			if l.mayAnswer() {
				n++
			}
		}
		return n
	}
	if n := answered(200); n != askedBurst {
		t.Errorf("%d answers at once", n)
	}
	now = now.Add(askedPace)
	if n := answered(2); n != 1 {
		t.Errorf("%d answers after a pause", n)
	}
	now = now.Add(time.Hour)
	if n := answered(200); n != askedBurst {
		t.Errorf("%d answers after an hour", n)
	}
}

// TestGatewayHeartbeatBusy: a handler that hangs stops neither reading nor heartbeats; what does not fit is counted, and a flood
// of a server's messages does not push out an interaction.
func TestGatewayHeartbeatBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newPipeServer(t)
		release := make(chan struct{})
		handled := make(chan Event, 100)
		b := startGateway(t, s, func(c *Config) {
			c.queue = 4
			c.Handle = func(_ context.Context, e Event) {
				<-release
				handled <- e
			}
		})
		p := s.accept(t)
		wantOp(t, p.hello(t, "1000"), opIdentify)
		p.write(s.ready())
		seq := 1
		send := func(kind, data string) {
			seq++
			p.write(event(kind, fmt.Sprint(seq), data))
		}
		send("MESSAGE_CREATE", `{"id":"100","guild_id":"7","content":"PAYLOAD"}`)
		synctest.Wait() // the handler has it
		for i := range 10 {
			send("MESSAGE_CREATE", fmt.Sprintf(`{"id":"%d","guild_id":"7","content":"PAYLOAD"}`, 101+i))
		}
		send("INTERACTION_CREATE", `{"id":"200","guild_id":"7"}`)
		send("MESSAGE_CREATE", `{"id":"201","content":"PAYLOAD"}`)
		synctest.Wait()
		if st := b.Stats(); st.Dropped != 6 || st.Queued != 6 {
			t.Errorf("stats %+v", st)
		}
		time.Sleep(5 * time.Second)
		if n := len(p.heartbeats()); n != 5 {
			t.Errorf("%d heartbeats", n)
		}
		close(release)
		var order []string
		for range 7 {
			order = append(order, strings.SplitN(string((<-handled).Data), `"`, 5)[3])
		}
		if got := strings.Join(order, " "); got != "100 200 201 101 102 103 104" {
			t.Errorf("handled %s", got)
		}
		if text := b.log.String(); !strings.Contains(text, "id=110") || !strings.Contains(text, "guild_id=7") {
			t.Errorf("what was dropped is not in the log: %s", text)
		}
	})
}
