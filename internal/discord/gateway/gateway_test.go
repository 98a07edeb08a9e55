package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestGatewayIdentify(t *testing.T) {
	t.Parallel()
	s := newWireServer(t)
	b := startGateway(t, s, nil)
	p := s.accept(t)
	if p.uri != "/?encoding=json&v=10" {
		t.Errorf("dialled %s", p.uri)
	}
	f := p.hello(t, slowly)
	for _, want := range []string{`"token":"` + testToken + `"`, `"intents":512`, `"browser":"faqbot"`} {
		if f.Op != opIdentify || !strings.Contains(string(f.Data), want) {
			t.Errorf("op %d %s lacks %s", f.Op, f.Data, want)
		}
	}
	p.write(s.ready())
	p.write(event("TYPING_START", "2", `{"id":"1"}`))
	p.write(event("INTERACTION_CREATE", "3", `{"id":"1","x":"PAYLOAD"}`))
	if e := b.next(t); e.Type != "INTERACTION_CREATE" || e.Seq != 3 || string(e.Data) != `{"id":"1","x":"PAYLOAD"}` {
		t.Errorf("event %+v", e)
	}
	st := b.Stats()
	if !st.Ready || st.Identifies != 1 || st.Today != 1 || st.Connects != 1 || time.Since(st.LastRead) > time.Minute {
		t.Errorf("stats %+v", st)
	}
	b.cancel()
	if code := p.gone(t); code != websocket.CloseNormalClosure {
		t.Errorf("goodbye with %d", code)
	}
}

// TestGatewayResumes: the same session goes on, at its own address, and nothing comes twice.
func TestGatewayResumes(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(*peer){
		"op 7":              func(p *peer) { p.write(`{"op":7,"d":null}`) },
		"op 9 resumable":    func(p *peer) { p.write(`{"op":9,"d":true}`) },
		"dropped TCP":       (*peer).dropTCP,
		"close 1000":        func(p *peer) { p.close(1000) },
		"close 1001":        func(p *peer) { p.close(1001) },
		"close 4000":        func(p *peer) { p.close(4000) },
		"close 4008":        func(p *peer) { p.close(4008) },
		"close without why": func(p *peer) { _ = p.conn.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newWireServer(t)
			b := startGateway(t, s, nil)
			p := s.established(t)
			p.write(event("MESSAGE_CREATE", "5", `{"id":"1"}`))
			b.next(t)
			breaks(p)
			if code := p.gone(t); code == 1000 || code == 1001 {
				t.Errorf("hung up with %d, which ends the session", code)
			}
			p = s.accept(t)
			if p.uri != "/resume?encoding=json&v=10" {
				t.Errorf("dialled %s", p.uri)
			}
			wantResume(t, p.hello(t, slowly), 5)
			p.write(event("MESSAGE_CREATE", "5", `{"id":"1"}`)) // a replay of what had come
			p.write(event("MESSAGE_CREATE", "6", `{"id":"2"}`))
			p.write(event("RESUMED", "6", `{}`))
			if e := b.next(t); e.Seq != 6 {
				t.Errorf("event %+v", e)
			}
			b.await(t, func(st Stats) bool {
				return st.Ready && st.Resumes == 1 && st.Identifies == 1 && st.Duplicates == 1
			})
		})
	}
}

func TestGatewayNewSession(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(*peer){
		"op 9":          func(p *peer) { p.write(`{"op":9,"d":false}`) },
		"op 9 nonsense": func(p *peer) { p.write(`{"op":9,"d":"PAYLOAD"}`) },
		"close 4007":    func(p *peer) { p.close(4007) },
		"close 4009":    func(p *peer) { p.close(4009) },
		"not JSON":      func(p *peer) { p.write(`PAYLOAD`) },
		"too large":     func(p *peer) { p.write(`{"op":0,"d":"` + strings.Repeat("x", 5000) + `"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newWireServer(t)
			b := startGateway(t, s, func(c *Config) { c.maxFrame = 4096 })
			start := b.clock.Now()
			p := s.established(t)
			breaks(p)
			if code := p.gone(t); code == 1000 || code == 1001 {
				t.Errorf("hung up with %d", code)
			}
			p = s.accept(t)
			if p.uri != "/?encoding=json&v=10" {
				t.Errorf("dialled %s", p.uri)
			}
			wantOp(t, p.hello(t, slowly), opIdentify)
			if apart := b.clock.Now().Sub(start); apart < identifySpacing {
				t.Errorf("%v between sessions", apart)
			}
		})
	}
}

// TestGatewayOp7AtOnce: discordgo deadlocks for ever when op 7 directly follows Identify.
func TestGatewayOp7AtOnce(t *testing.T) {
	t.Parallel()
	s := newWireServer(t)
	b := startGateway(t, s, nil)
	for range 3 {
		p := s.accept(t)
		wantOp(t, p.hello(t, slowly), opIdentify)
		p.write(`{"op":7,"d":null}`)
		p.gone(t)
	}
	p := s.established(t)
	p.write(event("MESSAGE_CREATE", "2", `{"id":"1"}`))
	b.next(t)
	p.write(`{"op":7,"d":null}`)
	for range 2 { // and directly after Resume
		p = s.accept(t)
		wantResume(t, p.hello(t, slowly), 2)
		p.write(`{"op":7,"d":null}`)
	}
	p = s.accept(t)
	wantResume(t, p.hello(t, slowly), 2)
	p.write(event("RESUMED", "3", `{}`))
	b.await(t, func(st Stats) bool { return st.Ready })
}

// TestGatewayOp9Storm: discordgo sent 110,645 Identifies in 2 s. Ours keeps its pace, raises the alarm, and slows down far enough
// to stay below 1000 a day.
func TestGatewayOp9Storm(t *testing.T) {
	t.Parallel()
	s := newWireServer(t)
	b := startGateway(t, s, nil)
	start := b.clock.Now()
	const storm = identifyAlarm + 30
	for range storm {
		p := s.accept(t)
		wantOp(t, p.hello(t, slowly), opIdentify)
		p.write(`{"op":9,"d":false}`)
	}
	b.await(t, func(st Stats) bool { return st.Identifies >= storm && st.Today >= storm })
	if took, least := b.clock.Now().Sub(start), (identifyAlarm-1)*identifySpacing+30*identifySlow; took < least {
		t.Errorf("%d sessions in %v, want at least %v", storm, took, least)
	}
	if !strings.Contains(b.log.String(), "gateway starts too many sessions") {
		t.Error("no alarm in the log")
	}
	if most := identifyAlarm + int(identifyDay/identifySlow); most >= 1000 {
		t.Errorf("%d sessions a day are possible", most)
	}
}

func TestGatewayFatalClose(t *testing.T) {
	t.Parallel()
	for code, advice := range map[int]string{
		4004: "token", 4010: "shard", 4011: "sharding", 4012: "update", 4013: "intents", 4014: "Message Content Intent",
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			s := newWireServer(t)
			b := startGateway(t, s, nil)
			p := s.accept(t)
			wantOp(t, p.hello(t, slowly), opIdentify)
			p.close(code)
			var fatal *FatalClose
			err := b.fails(t)
			if !errors.As(err, &fatal) || fatal.Code != code || !strings.Contains(err.Error(), advice) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestGatewayFatalAddress(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	b := startGateway(t, newWireServer(t), func(c *Config) {
		c.Fatal = func(err error) bool { return errors.Is(err, refused) }
		c.Address = func(context.Context) (Bot, error) { return Bot{}, fmt.Errorf("ask: %w", refused) }
	})
	if err := b.fails(t); !errors.Is(err, refused) {
		t.Errorf("error %v", err)
	}
}

// TestGatewayBudget: with few session starts left, it waits and asks again instead of starting one.
func TestGatewayBudget(t *testing.T) {
	t.Parallel()
	s := newWireServer(t)
	var asked atomic.Int32
	b := startGateway(t, s, func(c *Config) {
		c.Address = func(context.Context) (Bot, error) {
			g := Bot{URL: s.url}
			g.Limit.Total, g.Limit.Remaining, g.Limit.ResetAfter = 1000, 50, 3_600_000
			if asked.Add(1) > 3 {
				g.Limit.Remaining = 1000
			}
			return g, nil
		}
	})
	s.established(t)
	waited := time.Duration(0)
	for _, d := range b.clock.Slept() {
		waited += d
	}
	if waited < 30*time.Minute || asked.Load() != 4 {
		t.Errorf("waited %v, asked %d times", waited, asked.Load())
	}
}

// TestGatewayOutage: while nothing answers, tries get rare but do not stop, and the session survives.
func TestGatewayOutage(t *testing.T) {
	t.Parallel()
	s := newWireServer(t)
	var down atomic.Bool
	b := startGateway(t, s, func(c *Config) {
		c.Address = func(context.Context) (Bot, error) {
			if down.Load() {
				return Bot{URL: "ws://127.0.0.1:1"}, nil
			}
			return Bot{URL: s.url}, nil
		}
		n := 0
		sleep := c.Sleep
		c.Sleep = func(ctx context.Context, d time.Duration) error {
			if n++; n == 20 {
				down.Store(false)
			}
			return sleep(ctx, d)
		}
	})
	p := s.accept(t)
	wantOp(t, p.hello(t, slowly), opIdentify)
	p.write(strings.Replace(ready, "URL", "ws://127.0.0.1:1", 1))
	b.await(t, func(st Stats) bool { return st.Ready })
	down.Store(true)
	p.dropTCP()
	p = s.accept(t)
	wantResume(t, p.hello(t, slowly), 1)
	sleeps := b.clock.Slept()
	if last := sleeps[len(sleeps)-1]; last != backoffCap/2 { // half of the scale, as jitter is 0.5
		t.Errorf("waits %v", sleeps)
	}
}

// TestGatewayResumeGivenUp: a session that never comes back is replaced.
func TestGatewayResumeGivenUp(t *testing.T) {
	t.Parallel()
	s := newWireServer(t)
	startGateway(t, s, nil)
	s.established(t).dropTCP()
	for range maxResumes {
		p := s.accept(t)
		wantOp(t, p.hello(t, slowly), opResume)
		p.dropTCP()
	}
	wantOp(t, s.accept(t).hello(t, slowly), opIdentify)
}

func TestGatewayDowngrade(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		secure    bool
		url, want string
	}{
		{true, "ws://gateway.discord.gg", ""},
		{true, "wss://a.discord.gg", "wss://a.discord.gg/?encoding=json&v=10"},
		{false, "ws://127.0.0.1:1/resume", "ws://127.0.0.1:1/resume?encoding=json&v=10"},
		{true, "https://x", ""},
		{true, "", ""},
	} {
		g := New(Config{Log: slog.New(slog.DiscardHandler)})
		l := &link{g: g, secure: test.secure}
		if end := l.ready(t.Context(), frame{Data: []byte(`{"session_id":"s","resume_gateway_url":"` + test.url + `"}`)}); end != nil {
			t.Fatal(end.reason)
		}
		if g.session.url != test.want || g.session.id != "s" {
			t.Errorf("%q: session %+v", test.url, g.session)
		}
	}
}

// TestGatewayStops: the end of the context ends every kind of wait.
func TestGatewayStops(t *testing.T) {
	t.Parallel()
	t.Run("while silent", func(t *testing.T) {
		t.Parallel()
		s := newWireServer(t)
		b := startGateway(t, s, nil)
		s.accept(t)
		b.cancel()
		if err := b.fails(t); err != nil {
			t.Error(err)
		}
	})
	t.Run("while waiting", func(t *testing.T) {
		t.Parallel()
		b := startGateway(t, newWireServer(t), func(c *Config) {
			c.Sleep = nil // really waits
			c.Address = func(context.Context) (Bot, error) { return Bot{}, errors.New("down") }
		})
		b.cancel()
		if err := b.fails(t); err != nil {
			t.Error(err)
		}
	})
	t.Run("queued events are handled", func(t *testing.T) {
		t.Parallel()
		s := newWireServer(t)
		release := make(chan struct{})
		var handled atomic.Int32
		b := startGateway(t, s, func(c *Config) {
			c.Handle = func(ctx context.Context, _ Event) {
				<-release
				if ctx.Err() == nil {
					handled.Add(1)
				}
			}
		})
		p := s.established(t)
		for i := range 3 {
			p.write(event("INTERACTION_CREATE", fmt.Sprint(2+i), fmt.Sprintf(`{"id":"%d"}`, i)))
		}
		b.await(t, func(st Stats) bool { return st.Queued == 2 })
		b.cancel()
		p.gone(t)
		close(release)
		if err := b.fails(t); err != nil || handled.Load() != 3 {
			t.Errorf("%d handled, %v", handled.Load(), err)
		}
	})
}
