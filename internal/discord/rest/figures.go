package rest

import (
	"net/http"
	"sync"
	"time"
)

// Stats are figures for metrics, since the client was made.
type Stats struct {
	Tries   int // requests that went out
	Limited int // of these, answered 429
	Refused int // answered by any other 4xx
	Failed  int // answered by a 5xx, or not at all
}

// Stats returns the figures of now. It may be called at any time from any goroutine.
func (c *Client) Stats() Stats {
	c.figures.mu.Lock()
	defer c.figures.mu.Unlock()
	return c.figures.stats
}

// ClockAhead is how far this machine's clock is ahead of Discord's, behind it where it is negative, to a second or so; as of the latest
// answer. ok is false where no answer has told the time.
func (c *Client) ClockAhead() (ahead time.Duration, ok bool) {
	c.figures.mu.Lock()
	defer c.figures.mu.Unlock()
	return c.figures.ahead, c.figures.dated
}

// figures are what tries have told. The zero value is ready.
type figures struct {
	mu    sync.Mutex
	stats Stats
	ahead time.Duration
	dated bool
}

// note counts a try that was sent and answered at two instants of our clock.
func (f *figures) note(got reply, err error, sent, answered time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.Tries++
	switch {
	case err != nil || got.status >= http.StatusInternalServerError:
		f.stats.Failed++
	case got.status == http.StatusTooManyRequests:
		f.stats.Limited++
	case got.status >= http.StatusBadRequest:
		f.stats.Refused++
	}
	if date, err := http.ParseTime(got.header.Get("Date")); err == nil {
		const lost = 500 * time.Millisecond // the header counts whole seconds, down
		f.ahead, f.dated = sent.Add(answered.Sub(sent)/2).Sub(date.Add(lost)), true
	}
}
