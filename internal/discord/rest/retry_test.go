package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"faqbot/internal/discord/discordtest/lab"
)

const page429 = "<!DOCTYPE html><title>Access denied | error code: 1015</title>"

func limited(seconds, scope string) func(http.ResponseWriter) {
	return says(http.StatusTooManyRequests, `{"message":"You are being rate limited.","retry_after":`+seconds+`,"global":false}`,
		"Retry-After", "1", "X-RateLimit-Scope", scope)
}

func TestRateLimited(t *testing.T) {
	t.Parallel()
	ok := says(http.StatusOK, `{"id":"1"}`)
	t.Run("waits and tries again", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, limited("0.3", "user"), ok)
		if err := f.do(t.Context(), create()); err != nil {
			t.Fatal(err)
		}
		if got := f.clock.Slept(); len(got) != 1 || got[0] != 300*time.Millisecond {
			t.Errorf("slept %v", got)
		}
	})
	t.Run("gives up after three tries", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, limited("1.5", "user"))
		err := f.do(t.Context(), me())
		if e := wantStatus(t, err, 429); e.RetryAfter != 1500*time.Millisecond {
			t.Errorf("retry after %v", e.RetryAfter)
		}
		wantRequests(t, f, 3)
	})
	t.Run("never waits past the context", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, limited("3", "user"))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		wantStatus(t, f.do(ctx, respond("t")), 429)
		wantRequests(t, f, 1)
		if got := f.clock.Slept(); len(got) != 0 {
			t.Errorf("slept %v", got)
		}
	})
	t.Run("never waits for hours", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, limited("3600", "user"), ok)
		err := f.do(t.Context(), me())
		wantStatus(t, err, 429)
		err = f.do(t.Context(), me()) // held back without asking Discord
		wantStatus(t, err, 429)
		wantRequests(t, f, 1)
		if err := f.do(t.Context(), application()); err != nil {
			t.Errorf("another Route: %v", err)
		}
	})
}

// TestEverythingStops: after the proxy's page nothing at all goes out before the time is over; after a global 429 only what answers an
// interaction.
func TestEverythingStops(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter)
		wait   time.Duration
		// during is how many requests an interaction's answer makes before the time is over.
		during int
	}{
		"global":      {says(429, `{"retry_after":20,"global":true}`, "X-RateLimit-Global", "true"), 20 * time.Second, 1},
		"proxy":       {says(429, page429, "Retry-After", "25", "Content-Type", "text/html"), 25 * time.Second, 0},
		"proxy, mute": {says(429, page429), time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, test.answer, says(http.StatusOK, `{"id":"1"}`))
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if err := f.do(ctx, me()); wantStatus(t, err, 429).RetryAfter != test.wait {
				t.Errorf("%v", err)
			}
			if err := f.do(ctx, respond("t")); test.during == 0 {
				wantStatus(t, err, 429)
			} else if err != nil {
				t.Errorf("an interaction was held back: %v", err)
			}
			wantStatus(t, f.do(ctx, remove("1", "2")), 429)
			wantRequests(t, f, 1+test.during)
			_ = f.clock.Sleep(ctx, test.wait)
			if err := f.do(t.Context(), respond("t")); err != nil {
				t.Errorf("after the wait: %v", err)
			}
			wantRequests(t, f, 2+test.during)
		})
	}
}

func TestTriesAgain(t *testing.T) {
	t.Parallel()
	ok := says(http.StatusOK, `{"id":"1"}`)
	acknowledged := refuses(400, CodeAlreadyAcknowledged)
	type answers []func(http.ResponseWriter)
	for _, test := range []struct {
		name     string
		call     Call
		answers  answers
		requests int
		good     bool
	}{
		{"502", me(), answers{says(502, "<html>"), ok}, 2, true},
		{"500, then 503", create(), answers{says(500, ""), says(503, ""), ok}, 3, true},
		{"three times 503", me(), answers{says(503, "")}, 3, false},
		{"broken connection", me(), answers{hangsUp, ok}, 2, true},
		{"broken connection, then 500", create(), answers{hangsUp, says(500, ""), ok}, 3, true},
		{"response arrived on the first try", respond("t"), answers{hangsUp, acknowledged}, 2, true},
		{"response arrived before a 500", respond("t"), answers{says(500, ""), acknowledged}, 2, true},
		{"response of another replica", respond("t"), answers{acknowledged}, 1, false},
		{"a 429 did not arrive", respond("t"), answers{limited("0.1", "user"), acknowledged}, 2, false},
		{"no response to an interaction", create(), answers{hangsUp, acknowledged}, 2, false},
		{"400 stays", me(), answers{says(400, "")}, 1, false},
		{"redirects are not followed", me(), answers{says(302, "", "Location", "/elsewhere")}, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, test.answers...)
			if err := f.do(t.Context(), test.call); (err == nil) != test.good {
				t.Errorf("error %v", err)
			}
			wantRequests(t, f, test.requests)
			for _, r := range f.seen() {
				if r.body != f.seen()[0].body {
					t.Errorf("another body on a retry: %s", r.body)
				}
			}
		})
	}
}

// TestUnauthorized: after a 401 of the token nothing goes out any more; that of an interaction's token is another matter.
func TestUnauthorized(t *testing.T) {
	t.Parallel()
	f := newFixture(t, refuses(401, 50027), says(401, `{"message":"401: Unauthorized","code":0}`))
	err := f.do(t.Context(), respond("t"))
	if wantStatus(t, err, 401); errors.Is(err, ErrUnauthorized) {
		t.Error("an expired interaction passes for a refused token")
	}
	err = f.do(t.Context(), me())
	if wantStatus(t, err, 401); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("error %v", err)
	}
	select {
	case <-f.Unauthorized():
	default:
		t.Error("unauthorized is not closed")
	}
	for range 3 {
		if err := f.do(t.Context(), remove("1", "2")); !errors.Is(err, ErrUnauthorized) {
			t.Errorf("error %v", err)
		}
	}
	wantRequests(t, f, 2)
}

func TestInvalidCalls(t *testing.T) {
	t.Parallel()
	clock := &lab.Clock{}
	l := newLimits(slog.New(slog.DiscardHandler), clock.Now, clock.Sleep)
	c := Call{Method: "GET", Route: "/x", Callback: true}
	shared := reply{status: 429, header: http.Header{"X-Ratelimit-Scope": {"shared"}}, body: []byte(`{"retry_after":0.001}`)}
	for range maxInvalid - 1 {
		_ = l.judge(t.Context(), c, reply{status: 403})
		_ = l.judge(t.Context(), c, reply{status: 404})
	}
	_ = l.judge(t.Context(), c, shared)
	_ = clock.Sleep(t.Context(), time.Second)
	if err := l.admit(t.Context(), c); err != nil {
		t.Errorf("one below: %v", err)
	}
	_ = clock.Sleep(t.Context(), 5*time.Minute)
	_ = l.judge(t.Context(), c, reply{status: 403})
	if err := l.admit(t.Context(), c); !errors.Is(err, errTooManyInvalid) {
		t.Errorf("error %v", err)
	}
	_ = clock.Sleep(t.Context(), 6*time.Minute)
	if err := l.admit(t.Context(), c); err != nil {
		t.Errorf("later: %v", err)
	}
}

// TestInvalidCallsOnTheWire: of calls that are refused one after the other Discord sees maxInvalid, and then none until the first are ten
// minutes old.
func TestInvalidCallsOnTheWire(t *testing.T) {
	t.Parallel()
	f := newFixture(t, refuses(http.StatusForbidden, 50013))
	for range maxInvalid {
		wantStatus(t, f.do(t.Context(), respond("t")), http.StatusForbidden)
	}
	for range 3 {
		if err := f.do(t.Context(), me()); !errors.Is(err, errTooManyInvalid) {
			t.Errorf("error %v", err)
		}
	}
	wantRequests(t, f, maxInvalid)
	if n := strings.Count(f.log.String(), "too many calls refused"); n != 1 {
		t.Errorf("said %d times", n)
	}
	_ = f.clock.Sleep(t.Context(), invalidWindow+time.Minute)
	wantStatus(t, f.do(t.Context(), me()), http.StatusForbidden)
	wantRequests(t, f, maxInvalid+1)
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	last := says(http.StatusOK, `{"id":"1"}`, "X-RateLimit-Bucket", "b", "X-RateLimit-Limit", "2", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "4.5")
	f := newFixture(t, last)
	if err := f.do(t.Context(), remove("1", "2")); err != nil {
		t.Fatal(err)
	}
	if err := f.do(t.Context(), remove("8", "2")); err != nil { // another channel has a bucket of its own
		t.Fatal(err)
	}
	if got := f.clock.Slept(); len(got) != 0 {
		t.Errorf("slept %v", got)
	}
	if err := f.do(t.Context(), remove("1", "3")); err != nil {
		t.Fatal(err)
	}
	if got := f.clock.Slept(); len(got) != 1 || got[0] < time.Second || got[0] > 4500*time.Millisecond {
		t.Errorf("slept %v", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	wantStatus(t, f.do(ctx, remove("1", "4")), 429) // fails at once instead of waiting in vain
	wantRequests(t, f, 3)
}

func TestBucketMemory(t *testing.T) {
	t.Parallel()
	clock := &lab.Clock{}
	l := newLimits(slog.New(slog.DiscardHandler), clock.Now, clock.Sleep)
	h := http.Header{}
	for name, v := range map[string]string{"Bucket": "b", "Limit": "5", "Remaining": "4", "Reset-After": "1"} {
		h.Set("X-RateLimit-"+name, v)
	}
	for i := range 10 * maxBuckets {
		_ = l.judge(t.Context(), remove(fmt.Sprint(i), "1"), reply{status: 200, header: h})
	}
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d buckets", len(l.buckets))
	}
}

func TestGlobalPace(t *testing.T) {
	t.Parallel()
	clock := &lab.Clock{}
	l := newLimits(slog.New(slog.DiscardHandler), clock.Now, clock.Sleep)
	c := Call{Method: "GET", Route: "/x"}
	start := clock.Now()
	for range 10 * globalPerSecond {
		if err := l.admit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if took := clock.Now().Sub(start); took < 8*time.Second || took > 11*time.Second {
		t.Errorf("450 calls in %v", took)
	}
	slept := len(clock.Slept())
	for range 100 {
		if err := l.admit(t.Context(), respond("t")); err != nil {
			t.Fatal(err)
		}
	}
	if len(clock.Slept()) != slept {
		t.Error("responses to interactions waited for the global limit")
	}
}

// TestRedaction: whatever goes wrong, no token gets into an error or the log.
func TestRedaction(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, log string, err error) {
		t.Helper()
		if err == nil {
			t.Fatal("no error")
		}
		text := fmt.Sprintf("%v %+v %s", err, err, log)
		for e := err; e != nil; e = errors.Unwrap(e) {
			text += e.Error()
		}
		for _, secret := range []string{testToken, testInteraction, url.PathEscape(testInteraction), "secret"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q in %s", secret, text)
			}
		}
	}
	for name, answer := range map[string]func(http.ResponseWriter){
		"broken": hangsUp, "refused": refuses(400, 50035), "down": says(500, testToken), "limited": limited("0.1", "user"),
		"unauthorized": refuses(401, 0),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, answer)
			err := f.do(t.Context(), respond(testInteraction))
			check(t, f.log.String(), err)
			err = f.do(t.Context(), me())
			check(t, f.log.String(), err)
		})
	}
	t.Run("transport", func(t *testing.T) {
		t.Parallel()
		c, err := New(Config{
			Token: testToken, ProjectURL: "u", Version: "1", Log: slog.New(slog.DiscardHandler), sleep: (&lab.Clock{}).Sleep,
			transport: roundTripper(func(req *http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("cannot reach %s with %s: %w", req.URL, req.Header.Get("Authorization"), io.ErrUnexpectedEOF)
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []Call{respond(testInteraction), me()} {
			_, err := c.Do(t.Context(), call)
			check(t, "", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := f.do(ctx, respond(testInteraction))
		check(t, f.log.String(), err)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v does not wrap the context's error", err)
		}
	})
}

func TestError(t *testing.T) {
	t.Parallel()
	e := newError(Call{Method: "POST", Route: "/x"}, reply{status: 400, body: []byte(`{"code":50035,"message":"Invalid Form Body","errors":{"data":{
		"embeds":{"0":{"title":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"quotes what a member said"}]}}}}}}`)})
	want := `POST /x: 400 "Invalid Form Body" (code 50035) [data.embeds.0.title: BASE_TYPE_MAX_LENGTH]`
	if e.Error() != want {
		t.Errorf("%s\nwant %s", e, want)
	}
	if !IsCode(fmt.Errorf("wrapped: %w", e), 1, 50035) || IsCode(e, 1) || IsCode(nil, 1) {
		t.Error("IsCode")
	}
	for _, body := range []string{"", "null", "[]", `{"errors":[1,{"_errors":7}]}`, `{"errors":{"_errors":[null,{"code":{}}]}}`} {
		if e := newError(Call{}, reply{status: 500, body: []byte(body)}); e.Message != "Internal Server Error" {
			t.Errorf("%s: %v", body, e)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body, header string
		want         time.Duration
		fromDiscord  bool
	}{
		{`{"retry_after":0.25}`, "1", 250 * time.Millisecond, true},
		{`{}`, "7", 7 * time.Second, true},
		{`{}`, "", time.Second, true},
		{`{"retry_after":-1}`, "NaN", time.Second, true},
		{`{"retry_after":1e300}`, "", 24 * time.Hour, true},
		{page429, "30", 30 * time.Second, false},
		{"", "Inf", 24 * time.Hour, false},
		{"", "soon", time.Minute, false},
	} {
		got, fromDiscord := retryAfter(reply{header: http.Header{"Retry-After": {test.header}}, body: []byte(test.body)})
		if got != test.want || fromDiscord != test.fromDiscord {
			t.Errorf("%v: %v, %v", test, got, fromDiscord)
		}
	}
}

func TestSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if err := sleep(ctx, time.Second); err != nil || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if err := sleep(ctx, -1); err != nil {
			t.Error(err)
		}
		if err := sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestConcurrentCalls(t *testing.T) {
	t.Parallel()
	f := newFixture(t, says(http.StatusOK, `{"id":"1"}`, "X-RateLimit-Bucket", "b", "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "1", "X-RateLimit-Reset-After", "0.2"))
	results := make(chan error)
	for range 20 {
		go func() { results <- f.do(t.Context(), remove("1", "2")) }()
	}
	errs := make([]error, 0, 20)
	for range 20 {
		errs = append(errs, <-results)
	}
	if slices.ContainsFunc(errs, func(err error) bool { return err != nil }) {
		t.Error(errs)
	}
}
