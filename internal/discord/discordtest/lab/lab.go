// Package lab is what tests of several packages put around the code that they test: a log that is read while it is written, and a clock
// that sleeps in no time. It does not import testing.
package lab

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Log collects the log lines of several goroutines. Its zero value is empty.
type Log struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{} // closed by the next write; nil while nobody waits for one
}

// Write adds to the log.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written != nil {
		close(l.written)
		l.written = nil
	}
	return l.b.Write(p) //nolint:wrapcheck // it never fails
}

// String returns all of the log so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Wait waits until the log holds a text. Its error holds the log.
func (l *Log) Wait(ctx context.Context, text string) error {
	return l.Until(ctx, text, func(so string) bool { return strings.Contains(so, text) })
}

// Until waits until the log is as it should be, which what says in words. Its error holds the log.
func (l *Log) Until(ctx context.Context, what string, enough func(string) bool) error {
	for {
		so, more := l.read()
		if enough(so) {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("the log does not say %q (%w):\n%s", what, ctx.Err(), so)
		}
	}
}

// Warned counts the messages of level warn and error, a line each, in alphabetical order: of two events at a time, either may be the first
// to be logged. Some can be left out, whose number depends on the time.
func (l *Log) Warned(but ...string) string {
	count := map[string]int{}
	for line := range strings.Lines(l.String()) {
		_, rest, _ := strings.Cut(line, "level=")
		level, msg, _ := strings.Cut(rest, " msg=")
		if quoted, ok := strings.CutPrefix(msg, `"`); ok {
			msg, _, _ = strings.Cut(quoted, `"`)
		}
		if msg = strings.TrimSpace(msg); (level == "WARN" || level == "ERROR") && !slices.Contains(but, msg) {
			count[level+" "+msg]++
		}
	}
	var out strings.Builder
	for _, line := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(&out, "%d %s\n", count[line], line)
	}
	return out.String()
}

// read returns all so far, and what tells of more.
func (l *Log) read() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written == nil {
		l.written = make(chan struct{})
	}
	return l.b.String(), l.written
}

// Clock runs with real time, plus all that was slept. Its zero value has not slept.
type Clock struct {
	mu    sync.Mutex
	slept []time.Duration
}

// Now is the time with all that was slept.
func (c *Clock) Now() time.Time {
	now := time.Now()
	for _, d := range c.Slept() {
		now = now.Add(d)
	}
	return now
}

// Sleep is over at once. The error is the context's.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.slept = append(c.slept, d)
	}
	return ctx.Err()
}

// Slept lists how long each sleep was.
func (c *Clock) Slept() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.slept)
}
