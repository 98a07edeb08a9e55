package discord

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"faqbot/internal/discord/api"
)

// recent remembers the last ids that it was given. It is safe for concurrent use.
type recent struct {
	mu    sync.Mutex
	known map[string]struct{}
	ring  []string
	next  int
}

func newRecent(size int) *recent {
	return &recent{known: make(map[string]struct{}, size), ring: make([]string, size)}
}

// add remembers an id and reports whether it is new.
func (r *recent) add(id string) bool {
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

// has reports whether an id is remembered.
func (r *recent) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.known[id]
	return ok
}

// maxQuiet bounds the channels that quiet remembers.
const maxQuiet = 1000

// quiet remembers channels until a time of each. It is safe for concurrent use.
type quiet struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newQuiet() *quiet { return &quiet{until: make(map[string]time.Time)} }

func (q *quiet) add(channel string, until time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.until) >= maxQuiet {
		clear(q.until) // forgetting costs a refused call each
	}
	q.until[channel] = until
}

func (q *quiet) is(channel string, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	until, ok := q.until[channel]
	if ok && !now.Before(until) {
		delete(q.until, channel)
		return false
	}
	return ok
}

// tag names the owner of a public message so that only this bot can tell who it is: everyone can read a button's id, and a card is
// shared without a name. salt is an id that no other tag has, so that two tags of one member look unrelated. Tags survive a restart.
func (a *adapter) tag(salt, user string) string {
	const digits = 16
	sum := hmac.New(sha256.New, a.key[:])
	sum.Write([]byte(salt + "\n" + user))
	return salt + "." + hex.EncodeToString(sum.Sum(nil))[:digits]
}

// owns reports whether a tag was made for the user.
func (a *adapter) owns(tag, user string) bool {
	salt, _, ok := strings.Cut(tag, ".")
	return ok && user != "" && hmac.Equal([]byte(a.tag(salt, user)), []byte(tag))
}

// nonceOf makes one nonce of ids: the same ones give the same nonce, so that Discord takes two presses of a button for one.
func nonceOf(ids ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(ids, "\n")))
	return hex.EncodeToString(sum[:])[:api.MaxNonceRunes]
}

// panicPlace says where the panic happened that is being recovered: function and line.
func panicPlace() string {
	const deepest = 64
	pcs := make([]uintptr, deepest)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	panicked := false
	for {
		f, more := frames.Next()
		if panicked && !strings.HasPrefix(f.Function, "runtime.") {
			return f.Function + ":" + strconv.Itoa(f.Line)
		}
		panicked = panicked || f.Function == "runtime.gopanic"
		if !more {
			return "unknown"
		}
	}
}
