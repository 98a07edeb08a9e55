package rest

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// globalPerSecond is below Discord's 50 requests a second, which interactions do not count against.
	globalPerSecond = 45
	// maxInvalid is half of the 401, 403 and 429 answers in invalidWindow for which Discord blocks an IP address.
	maxInvalid    = 5000
	invalidWindow = 10 * time.Minute
	// maxBuckets bounds the memory for buckets: there is one for each channel.
	maxBuckets = 1000
)

// limits decides when a call may go out. It knows Discord's buckets from the headers of answers, the global limit, and how
// many calls were refused lately.
type limits struct {
	log   *slog.Logger
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
	dead  chan struct{} // closed by the first 401

	mu      sync.Mutex
	global  *rate.Limiter
	blocked time.Time          // no call with our token before then
	banned  time.Time          // no call at all before then: the proxy in front of Discord refuses our address
	names   map[string]string  // method and route -> Discord's name of the bucket
	buckets map[string]*bucket // name and main resource -> state
	invalid [invalidMinutes]minuteCount
	tripped bool
}

// bucket is Discord's count of the calls left until a time.
type bucket struct {
	limit, remaining int
	resets           time.Time
	window           time.Duration // the longest Reset-After seen
}

// invalidMinutes covers invalidWindow and the minute that has just begun.
const invalidMinutes = int(invalidWindow/time.Minute) + 1

type minuteCount struct {
	minute int64
	n      int
}

func newLimits(log *slog.Logger, now func() time.Time, sleep func(context.Context, time.Duration) error) *limits {
	return &limits{
		log: log, now: now, sleep: sleep, dead: make(chan struct{}),
		global: rate.NewLimiter(globalPerSecond, globalPerSecond),
		names:  map[string]string{}, buckets: map[string]*bucket{},
	}
}

// admit waits until a call may go out, or fails at once if that would outlast the context.
func (l *limits) admit(ctx context.Context, c Call) error {
	for {
		wait, err := l.take(c)
		if err != nil || wait <= 0 {
			return err
		}
		if holdsTooLong(ctx, l.now(), wait) {
			return &Error{Status: http.StatusTooManyRequests, Message: "held back by a known rate limit", Route: c.String(), RetryAfter: wait}
		}
		if err := l.sleep(ctx, wait); err != nil {
			return fmt.Errorf("%s: waiting for a rate limit: %w", c, err)
		}
	}
}

// take counts a call that may go out now, or says how long it has to wait.
func (l *limits) take(c Call) (time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	// Calls for interactions carry no token of ours, and Discord exempts them from its global limit: an urgent card still goes out
	// when all else has to wait.
	wait := l.banned.Sub(now)
	if !c.Callback {
		select {
		case <-l.dead:
			return 0, fmt.Errorf("%s: %w", c, ErrUnauthorized)
		default:
		}
		wait = max(wait, l.blocked.Sub(now))
	}
	if l.countInvalid(now) >= maxInvalid {
		return 0, fmt.Errorf("%s: %w", c, errTooManyInvalid)
	}
	l.tripped = false
	if wait > 0 {
		return wait, nil
	}
	b := l.buckets[l.bucketKey(c)]
	if b != nil && !now.Before(b.resets) {
		// A new window: without a new end, everyone who waited for this moment would go out at once.
		b.remaining, b.resets = b.limit, now.Add(b.window)
	}
	if b != nil && b.remaining <= 0 {
		return b.resets.Sub(now), nil
	}
	if !c.Callback && !l.global.AllowN(now, 1) {
		missing := 1 - l.global.TokensAt(now)
		return max(time.Millisecond, time.Duration(missing/globalPerSecond*float64(time.Second))), nil
	}
	if b != nil {
		b.remaining--
	}
	return 0, nil
}

// bucketKey is the key of a call's bucket: Discord's name where one is known, and the resource that limits are kept apart by. First
// responses have none.
func (l *limits) bucketKey(c Call) string {
	if c.Callback {
		return ""
	}
	name, ok := l.names[c.String()]
	if !ok {
		name = c.String()
	}
	return name + " " + strings.Join(c.Args[:min(1, len(c.Args))], "")
}

// judge learns from an answer, and turns any but a success into an error.
func (l *limits) judge(ctx context.Context, c Call, got reply) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.learn(c, got.header, now)
	if got.status >= 200 && got.status < 300 {
		return nil
	}
	e := newError(c, got)
	shared := got.header.Get("X-RateLimit-Scope") == "shared"
	switch {
	case got.status == http.StatusTooManyRequests:
		l.limited(ctx, c, got, e, now)
	case got.status >= http.StatusInternalServerError:
		if seconds, err := strconv.ParseFloat(got.header.Get("Retry-After"), 64); err == nil && seconds > 0 && seconds < maxHold.Seconds() {
			e.RetryAfter = time.Duration(seconds * float64(time.Second))
		}
	}
	if got.status == http.StatusUnauthorized || got.status == http.StatusForbidden || got.status == http.StatusTooManyRequests && !shared {
		l.addInvalid(ctx, now)
	}
	// A 401 of an interaction's token speaks of that token, not of ours.
	if got.status == http.StatusUnauthorized && !c.Callback {
		select {
		case <-l.dead:
		default:
			close(l.dead)
			l.log.ErrorContext(ctx, "discord refuses the token, nothing is sent any more", "route", c.String())
		}
		return fmt.Errorf("%w: %w", ErrUnauthorized, e)
	}
	return e
}

// limited keeps what a 429 says.
func (l *limits) limited(ctx context.Context, c Call, got reply, e *Error, now time.Time) {
	after, fromDiscord := retryAfter(got)
	e.RetryAfter = after
	global := got.header.Get("X-RateLimit-Global") == "true" || got.header.Get("X-RateLimit-Scope") == "global"
	until := now.Add(after)
	if global || !fromDiscord {
		block := &l.blocked
		if !fromDiscord {
			block = &l.banned
		}
		if until.After(*block) {
			*block = until
		}
		l.log.ErrorContext(ctx, "discord limits all calls", "route", c.String(), "global", global, "by_proxy", !fromDiscord, "wait_ms", after.Milliseconds())
		return
	}
	key := l.bucketKey(c)
	if key == "" {
		return
	}
	b := l.buckets[key]
	if b == nil {
		b = &bucket{limit: 1}
		l.keep(key, b, now)
	}
	b.remaining = 0
	if until.After(b.resets) {
		b.resets = until
	}
}

// learn reads the headers of a bucket.
func (l *limits) learn(c Call, h http.Header, now time.Time) {
	name := h.Get("X-RateLimit-Bucket")
	remaining, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	after, err2 := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	if name == "" || c.Callback || err != nil || err2 != nil || math.IsNaN(after) || after < 0 || after > 86_400 {
		return
	}
	limit, _ := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	l.names[c.String()] = name
	key := l.bucketKey(c)
	window := time.Duration(after * float64(time.Second))
	resets := now.Add(window)
	b := l.buckets[key]
	if b == nil {
		l.keep(key, &bucket{limit: max(1, limit), remaining: remaining, resets: resets, window: window}, now)
		return
	}
	const sameWindow = 500 * time.Millisecond
	if now.Before(b.resets) && resets.Sub(b.resets).Abs() < sameWindow {
		remaining = min(remaining, b.remaining) // calls in flight are counted here, but not in this answer
	}
	b.limit, b.remaining, b.resets, b.window = max(1, limit), remaining, resets, max(window, b.window)
}

// keep stores a bucket and forgets those whose window has passed.
func (l *limits) keep(key string, b *bucket, now time.Time) {
	if len(l.buckets) >= maxBuckets {
		for k, old := range l.buckets {
			if !now.Before(old.resets) {
				delete(l.buckets, k)
			}
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets) // forgetting costs a 429 at worst
	}
	l.buckets[key] = b
}

func (l *limits) addInvalid(ctx context.Context, now time.Time) {
	minute := now.Unix() / 60
	slot := &l.invalid[minute%int64(invalidMinutes)]
	if slot.minute != minute {
		*slot = minuteCount{minute: minute}
	}
	slot.n++
	if !l.tripped && l.countInvalid(now) >= maxInvalid {
		l.tripped = true
		l.log.ErrorContext(ctx, "too many calls refused, holding all calls back", "window_minutes", int(invalidWindow/time.Minute))
	}
}

func (l *limits) countInvalid(now time.Time) int {
	total, minute := 0, now.Unix()/60
	for _, slot := range l.invalid {
		if minute-slot.minute < int64(invalidMinutes) {
			total += slot.n
		}
	}
	return total
}
