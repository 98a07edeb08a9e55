package discordtest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"faqbot/internal/discord/discordtest"
)

const nobody = `"allowed_mentions":{"parse":[]}`

func start(t *testing.T, o discordtest.Options) (*discordtest.Server, context.Context) {
	t.Helper()
	s := discordtest.New(o)
	t.Cleanup(s.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	return s, ctx
}

// clean fails a test whose bot did something wrong.
func clean(t *testing.T, s *discordtest.Server) {
	t.Helper()
	for _, p := range s.Problems() {
		t.Errorf("problem: %v", p)
	}
}

func request(t *testing.T, s *discordtest.Server, method, path, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/api/v10"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "DiscordBot (https://example.org, 1)")
	req.Header.Set("Authorization", "Bot "+s.Token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

// send makes a request, and gives the status and the body as JSON if it is.
func send(t *testing.T, req *http.Request) (int, map[string]any) {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var o map[string]any
	if len(body) > 0 && body[0] == '{' {
		if err := json.Unmarshal(body, &o); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
	}
	return res.StatusCode, o
}

// call sends and wants a status, and an error code of Discord's unless code is -1.
func call(t *testing.T, s *discordtest.Server, method, path, body string, status, code int) map[string]any {
	t.Helper()
	got, o := send(t, request(t, s, method, path, body))
	if got != status || code >= 0 && o["code"] != float64(code) {
		t.Fatalf("%s %s = %d %v, want %d with code %d", method, path, got, o, status, code)
	}
	return o
}

// client is a bot's side of the gateway.
type client struct {
	*testing.T
	s  *discordtest.Server
	ws *websocket.Conn
}

type frame struct {
	Op int             `json:"op"`
	T  string          `json:"t"`
	S  int64           `json:"s"`
	D  json.RawMessage `json:"d"`
}

func dial(t *testing.T, s *discordtest.Server, path string) *client {
	t.Helper()
	ws, res, err := websocket.DefaultDialer.DialContext(t.Context(), s.GatewayURL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	return &client{t, s, ws}
}

func (c *client) send(op int, d any) {
	c.Helper()
	if err := c.ws.WriteJSON(map[string]any{"op": op, "d": d}); err != nil {
		c.Fatal(err)
	}
}

// read gives the next frame, which must have an opcode.
func (c *client) read(op int) frame {
	c.Helper()
	_ = c.ws.SetReadDeadline(time.Now().Add(3 * time.Second))
	var f frame
	if err := c.ws.ReadJSON(&f); err != nil {
		c.Fatal(err)
	}
	if f.Op != op {
		c.Fatalf("op %d (%s %s), want %d", f.Op, f.T, f.D, op)
	}
	return f
}

// event gives the next frame, which must be an event; into gets its data.
func (c *client) event(name string, into any) frame {
	c.Helper()
	f := c.read(0)
	if f.T != name {
		c.Fatalf("event %s, want %s", f.T, name)
	}
	if into != nil {
		if err := json.Unmarshal(f.D, into); err != nil {
			c.Fatal(err)
		}
	}
	return f
}

// closed reads until the end of the connection, which must come with a close code; 0 stands for none.
func (c *client) closed(code int) {
	c.Helper()
	_ = c.ws.SetReadDeadline(time.Now().Add(3 * time.Second))
	_, _, err := c.ws.ReadMessage()
	if ce, ok := err.(*websocket.CloseError); ok != (code != 0) || ok && ce.Code != code { //nolint:errorlint // never wrapped
		c.Fatalf("got %v, want close code %d", err, code)
	}
}

func (c *client) identify(token string, intents int64) {
	c.Helper()
	c.send(2, map[string]any{"token": token, "intents": intents, "properties": map[string]string{"os": "linux"}})
}

const query = "/?v=10&encoding=json"

type readyEvent struct {
	SessionID string `json:"session_id"`
	ResumeURL string `json:"resume_gateway_url"`
	User      struct{ ID string }
	App       struct{ ID string } `json:"application"`
}

// connect goes as far as READY.
func connect(t *testing.T, s *discordtest.Server, intents int64) (*client, readyEvent) {
	t.Helper()
	c := dial(t, s, query)
	c.read(10)
	c.identify(s.Token, intents)
	var r readyEvent
	c.event("READY", &r)
	return c, r
}
