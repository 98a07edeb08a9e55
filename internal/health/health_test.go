package health_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"faqbot/internal/health"
)

// bench is a server with all around it.
type bench struct {
	*health.Server
	now   time.Time
	ping  error
	pings int
}

func newBench() *bench {
	b := &bench{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	b.Server = health.New(health.Config{
		Database: func(context.Context) error { b.pings++; return b.ping }, Now: func() time.Time { return b.now },
		Log: slog.New(slog.DiscardHandler),
	})
	return b
}

func (b *bench) get(t *testing.T, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		gateway *health.Gateway
		silence time.Duration
		ping    error
		status  int
		want    string
	}{
		{"before the first connection", nil, 0, nil, 503, `{"ready":false,"gateway":"connecting","database":"ok"}`},
		{"connecting", &health.Gateway{}, 3 * time.Second, nil, 503, `{"ready":false,"gateway":"connecting","last_read_seconds":3,"database":"ok"}`},
		{"connected", &health.Gateway{Ready: true}, 90 * time.Second, nil, 200, `{"ready":true,"gateway":"connected","last_read_seconds":90,"database":"ok"}`},
		{"silent", &health.Gateway{Ready: true}, 91 * time.Second, nil, 503, `{"ready":false,"gateway":"silent","last_read_seconds":91,"database":"ok"}`},
		{
			"without a database", &health.Gateway{Ready: true}, 0, errors.New("SECRET"), 200,
			`{"ready":true,"gateway":"connected","last_read_seconds":0,"database":"degraded"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench()
			b.ping = test.ping
			if test.gateway != nil {
				test.gateway.LastRead = b.now.Add(-test.silence)
				b.Watch(func() health.Gateway { return *test.gateway }, func() health.Calls { return health.Calls{} })
			}
			if status, body := b.get(t, "/readyz"); status != test.status || body != test.want {
				t.Errorf("got %d %s\nwant %d %s", status, body, test.status, test.want)
			}
			if status, body := b.get(t, "/healthz"); status != 200 || body != `{"alive":true}` {
				t.Error(status, body)
			}
		})
	}
}

// TestPingsSeldom: probes write nothing to the database between two pings, and a database that has come back is noticed.
func TestPingsSeldom(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.ping = errors.New("gone")
	for range 10 {
		b.now = b.now.Add(time.Second)
		b.get(t, "/readyz")
		b.get(t, "/metrics")
	}
	if b.pings != 1 {
		t.Errorf("%d pings in ten seconds", b.pings)
	}
	b.ping, b.now = nil, b.now.Add(15*time.Second)
	if _, body := b.get(t, "/readyz"); !strings.Contains(body, `"database":"ok"`) || b.pings != 2 {
		t.Error(body, b.pings)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.Watch(
		func() health.Gateway {
			return health.Gateway{Ready: true, LastRead: b.now, Connects: 4, Identifies: 2, Resumes: 3, Dropped: 5}
		},
		func() health.Calls { return health.Calls{Tries: 40, Limited: 6, Refused: 7, Failed: 8} },
	)
	b.Replied("urgent")
	b.Replied("urgent")
	b.Served("command", 20*time.Millisecond, true)
	b.Served("message", time.Minute, false)
	status, body := b.get(t, "/metrics")
	if status != 200 {
		t.Fatal(status, body)
	}
	for _, want := range []string{
		`faqbot_replies_total{kind="urgent"} 2`,
		`faqbot_event_seconds_bucket{event="command",outcome="answered",le="0.025"} 1`,
		`faqbot_event_seconds_count{event="message",outcome="failed"} 1`,
		"faqbot_gateway_up 1", "faqbot_gateway_last_read_timestamp_seconds 1.7954352e+09", "faqbot_gateway_reconnects_total 3",
		"faqbot_gateway_identifies_total 2", "faqbot_gateway_resumes_total 3", "faqbot_gateway_dropped_total 5",
		"faqbot_rest_requests_total 40", "faqbot_rest_limited_total 6", "faqbot_rest_refused_total 7", "faqbot_rest_failed_total 8",
		"faqbot_database_up 1",
	} {
		if !strings.Contains(body+"\n", "\n"+want+"\n") {
			t.Errorf("there is no %s in\n%s", want, body)
		}
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	b := newBench()
	at, stop, err := b.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := newBench().Listen(t.Context(), at.String()); err == nil || !strings.Contains(err.Error(), "serve health checks") {
		t.Errorf("an address that is taken gives %v", err)
	}
	get := func(method, path string) (int, error) {
		req, _ := http.NewRequestWithContext(t.Context(), method, "http://"+at.String()+path, nil)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, resp.Body.Close()
	}
	for _, test := range []struct {
		method, path string
		want         int
	}{{"GET", "/healthz", 200}, {"HEAD", "/healthz", 200}, {"GET", "/readyz", 503}, {"GET", "/metrics", 200}, {"POST", "/healthz", 405}, {"GET", "/", 404}} {
		if status, err := get(test.method, test.path); err != nil || status != test.want {
			t.Errorf("%s %s: %d, %v", test.method, test.path, status, err)
		}
	}
	stop()
	if _, err := get("GET", "/healthz"); err == nil {
		t.Error("it serves after its end")
	}
}
