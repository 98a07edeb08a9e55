package moderation

import (
	"context"
	"sync"
	"time"
)

const (
	// cacheFor is how long what was read holds: what another process saved takes effect here after that time at the latest.
	cacheFor = 30 * time.Second
	// retryAfter spares a database that fails, and the members who would wait for it.
	retryAfter = 5 * time.Second
	// maxCached bounds the servers that are remembered; forgetting them costs a read each.
	maxCached = 10_000
)

// cache remembers what was read for a server. It is safe for concurrent use.
type cache[T any] struct {
	now  func() time.Time
	load func(ctx context.Context, guild string) (T, error)

	mu   sync.Mutex
	kept map[string]kept[T]
}

// kept is what is remembered for one server.
type kept[T any] struct {
	value   T
	known   bool // whether value was ever read or put
	err     error
	until   time.Time
	loading bool
	version int // of what others made of it while it was being read
}

func newCache[T any](now func() time.Time, load func(context.Context, string) (T, error)) *cache[T] {
	return &cache[T]{now: now, load: load, kept: map[string]kept[T]{}}
}

// get returns what holds for a server: what is remembered and fresh, else what it reads, else what was last known. known is false where
// there is nothing of these, and err says why.
func (c *cache[T]) get(ctx context.Context, guild string) (value T, known bool, err error) {
	c.mu.Lock()
	k := c.kept[guild]
	if c.now().Before(k.until) || k.known && k.loading {
		c.mu.Unlock()
		return k.value, k.known, k.err
	}
	k.loading = true
	c.keep(guild, k)
	c.mu.Unlock()

	value, err = c.load(ctx, guild)

	c.mu.Lock()
	defer c.mu.Unlock()
	version := k.version
	k = c.kept[guild]
	k.loading = false
	switch {
	case k.version != version && k.known: // what was read may be older
	case k.version != version:
		return value, err == nil, err
	case err != nil:
		k.err, k.until = err, c.now().Add(retryAfter)
	default:
		k.value, k.known, k.err, k.until = value, true, nil, c.now().Add(cacheFor)
	}
	c.keep(guild, k)
	return k.value, k.known, k.err
}

// put makes a value hold at once.
func (c *cache[T]) put(guild string, value T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.kept[guild]
	c.keep(guild, kept[T]{value: value, known: true, until: c.now().Add(cacheFor), loading: k.loading, version: k.version + 1})
}

// expire makes the next get read anew.
func (c *cache[T]) expire(guild string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.kept[guild]
	k.until, k.loading, k.version = time.Time{}, false, k.version+1
	c.keep(guild, k)
}

func (c *cache[T]) keep(guild string, k kept[T]) {
	if _, ok := c.kept[guild]; !ok && len(c.kept) >= maxCached {
		clear(c.kept)
	}
	c.kept[guild] = k
}
