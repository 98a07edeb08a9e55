package manners

import (
	"sync"
	"time"
)

// Recent remembers the last ids that it was given. It is safe for concurrent use.
type Recent struct {
	mu    sync.Mutex
	known map[string]struct{}
	ring  []string
	next  int
}

// NewRecent returns one that remembers so many.
func NewRecent(size int) *Recent {
	return &Recent{known: make(map[string]struct{}, size), ring: make([]string, size)}
}

// Add remembers an id and reports whether it is new.
func (r *Recent) Add(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[id]; ok {
		return false
	}
	delete(r.known, r.ring[r.next])
	r.ring[r.next] = id
	r.known[id] = struct{}{}
	r.next = (r.next + 1) % len(r.ring)
	return true
}

// Has reports whether an id is remembered.
func (r *Recent) Has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.known[id]
	return ok
}

// maxQuiet bounds the channels that Quiet remembers.
const maxQuiet = 1000

// Quiet remembers channels until a time of each. It is safe for concurrent use.
type Quiet struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// NewQuiet returns one that remembers nothing.
func NewQuiet() *Quiet { return &Quiet{until: make(map[string]time.Time)} }

// Add remembers a channel until a time.
func (q *Quiet) Add(channel string, until time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.until) >= maxQuiet {
		clear(q.until) // forgetting costs a refused call each
	}
	q.until[channel] = until
}

// Is reports whether a channel is remembered now.
func (q *Quiet) Is(channel string, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	until, ok := q.until[channel]
	if ok && !now.Before(until) {
		delete(q.until, channel)
		return false
	}
	return ok
}
