// Package lab is what tests of several packages put around the code that they test: a log that is read while it is written, and a clock
// that sleeps in no time. It does not import testing.
package lab

import (
	"bytes"
	"context"
	"fmt"
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
	for {
		so, more := l.read()
		if strings.Contains(so, text) {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("the log does not say %q (%w):\n%s", text, ctx.Err(), so)
		}
	}
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
