package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"faqbot/internal/discord/discordtest/lab"
)

const (
	testToken       = "MTIz.secret.bot-token"
	testInteraction = "aW50ZXJhY3Rpb246secret+/="
)

// fixture is a client and the server that it talks to. The server answers the nth request by the nth answer, and the last one again
// when there are no more; with none, by 200 and an empty object.
type fixture struct {
	*Client
	clock *lab.Clock
	log   *lab.Log

	mu       sync.Mutex
	requests []testRequest
	answers  []func(http.ResponseWriter)
}

type testRequest struct {
	line   string // method and URI
	header http.Header
	body   string
}

func newFixture(t *testing.T, answers ...func(http.ResponseWriter)) *fixture {
	t.Helper()
	f := &fixture{clock: &lab.Clock{}, log: &lab.Log{}, answers: answers}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.mu.Lock()
		f.requests = append(f.requests, testRequest{r.Method + " " + r.RequestURI, r.Header.Clone(), string(body)})
		answer := says(http.StatusOK, `{}`)
		if len(f.answers) > 0 {
			answer = f.answers[0]
		}
		if len(f.answers) > 1 {
			f.answers = f.answers[1:]
		}
		f.mu.Unlock()
		answer(w)
	}))
	t.Cleanup(server.Close)
	c, err := New(Config{
		API: server.URL + "/", Token: testToken, ProjectURL: "https://example.org/bot", Version: "1.2",
		Log: slog.New(slog.NewTextHandler(f.log, nil)), Jitter: func() float64 { return 0.5 }, now: f.clock.Now, sleep: f.clock.Sleep,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.http.CloseIdleConnections)
	f.Client = c
	return f
}

// do makes a call whose answer does not matter.
func (f *fixture) do(ctx context.Context, c Call) error {
	_, err := f.Do(ctx, c)
	return err
}

func (f *fixture) seen() []testRequest {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]testRequest(nil), f.requests...)
}

func says(status int, body string, headers ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func hangsUp(http.ResponseWriter) { panic(http.ErrAbortHandler) }

func refuses(status, code int) func(http.ResponseWriter) {
	return says(status, fmt.Sprintf(`{"code":%d,"message":"no"}`, code))
}

func wantRequests(t *testing.T, f *fixture, n int) {
	t.Helper()
	if got := len(f.seen()); got != n {
		t.Fatalf("%d requests, want %d", got, n)
	}
}

func wantStatus(t *testing.T, err error, status int) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Status != status {
		t.Fatalf("error %v, want an Error with status %d", err, status)
	}
	return e
}

// Calls of each kind.
func me() Call { return Call{Method: http.MethodGet, Route: "/users/@me"} }

func application() Call { return Call{Method: http.MethodGet, Route: "/applications/@me"} }

func remove(channel, message string) Call {
	return Call{Method: http.MethodDelete, Route: "/channels/{channel}/messages/{message}", Args: []string{channel, message}}
}

func create() Call {
	return Call{
		Method: http.MethodPost, Route: "/channels/{channel}/messages", Args: []string{"1"}, Body: map[string]string{"content": "hi", "nonce": "n"},
	}
}

func respond(token string) Call {
	return Call{
		Method: http.MethodPost, Route: "/interactions/{interaction}/{token}/callback", Args: []string{"1", token},
		Body: map[string]int{"type": 6}, Timeout: 2 * time.Second, Callback: true,
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	good := Config{Token: "t", ProjectURL: "https://example.org", Version: "1"}
	if c, err := New(good); err != nil || c.config.API != "https://discord.com" {
		t.Errorf("default origin: %v", err)
	}
	for name, change := range map[string]func(*Config){
		"path": func(c *Config) { c.API = "https://discord.com/api" }, "scheme": func(c *Config) { c.API = "ftp://x" },
		"no host": func(c *Config) { c.API = "localhost" }, "user": func(c *Config) { c.API = "http://a:b@x" },
		"no token": func(c *Config) { c.Token = "" }, "prefix": func(c *Config) { c.Token = "Bot t" }, "token": func(c *Config) { c.Token = "a\nb" },
		"agent": func(c *Config) { c.Version = "1 )" }, "no url": func(c *Config) { c.ProjectURL = "" },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	query := me()
	query.Query = url.Values{"with": {"a b"}}
	for name, test := range map[string]struct {
		call             Call
		line, body, auth string
	}{
		"get":    {me(), "GET /api/v10/users/@me", "", "Bot " + testToken},
		"query":  {query, "GET /api/v10/users/@me?with=a+b", "", "Bot " + testToken},
		"body":   {create(), "POST /api/v10/channels/1/messages", `{"content":"hi","nonce":"n"}`, "Bot " + testToken},
		"escape": {remove("../users", "a?b"), "DELETE /api/v10/channels/..%2Fusers/messages/a%3Fb", "", "Bot " + testToken},
		"callback": {
			respond(testInteraction), "POST /api/v10/interactions/1/aW50ZXJhY3Rpb246secret+%2F=/callback", `{"type":6}`, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, says(http.StatusOK, `{"id":"7"}`))
			if body, err := f.Do(t.Context(), test.call); err != nil || string(body) != `{"id":"7"}` {
				t.Fatal(string(body), err)
			}
			got := f.seen()[0]
			if got.line != test.line || got.body != test.body {
				t.Errorf("sent\n%s\n%s\nwant\n%s\n%s", got.line, got.body, test.line, test.body)
			}
			if agent := got.header.Get("User-Agent"); agent != "DiscordBot (https://example.org/bot, 1.2)" {
				t.Errorf("user agent %q", agent)
			}
			if auth := got.header.Get("Authorization"); auth != test.auth {
				t.Errorf("authorization %q, want %q", auth, test.auth)
			}
			if kind := got.header.Get("Content-Type"); (kind == "application/json") != (test.body != "") {
				t.Errorf("content type %q", kind)
			}
		})
	}
}

func TestBadArguments(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, id := range []string{"", ".", ".."} {
		if err := f.do(t.Context(), remove(id, "1")); err == nil {
			t.Errorf("%q: no error", id)
		}
	}
	short := remove("1", "")
	short.Args = short.Args[:1]
	unfit := create()
	unfit.Body = func() {}
	for _, c := range []Call{short, unfit} {
		if err := f.do(t.Context(), c); err == nil {
			t.Errorf("%s: no error", c)
		}
	}
	wantRequests(t, f, 0)
}

// TestTimeouts: a try gets what its call says, or 10 s.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var left time.Duration
		c, err := New(Config{
			Token: "t", ProjectURL: "u", Version: "1", Log: slog.New(slog.DiscardHandler),
			transport: roundTripper(func(req *http.Request) (*http.Response, error) {
				deadline, _ := req.Context().Deadline()
				left = time.Until(deadline)
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{}`)), Request: req}, nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Do(t.Context(), me()); err != nil || left != 10*time.Second {
			t.Errorf("%v for a call, %v", left, err)
		}
		if _, err := c.Do(t.Context(), respond("t")); err != nil || left != 2*time.Second {
			t.Errorf("%v for a first response, %v", left, err)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
