package feedback

import (
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"
	"time"

	"faqbot/internal/text"
)

const (
	// maxQuestions and keepFor bound the questions that could be given away: long enough to read a card and decide.
	maxQuestions = 500
	keepFor      = 15 * time.Minute
	// maxSeen is how many presses are remembered, 16 bytes each: some days of a busy server.
	maxSeen = 20000
)

// question is one that had no answer.
type question struct {
	card, user string
	words      text.Words
	nearest    string // the entry nearest to it
	at         time.Time
}

// questions remembers the last questions for a time, and then forgets them whether or not anybody asks. It is safe for concurrent use.
type questions struct {
	now func() time.Time

	mu     sync.Mutex
	list   []question // oldest first
	waking bool       // forget will run
}

func newQuestions(now func() time.Time) *questions { return &questions{now: now} }

func (q *questions) add(n question) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n.at = q.now()
	if len(q.list) >= maxQuestions {
		q.list = append([]question(nil), q.list[len(q.list)-maxQuestions+1:]...)
	}
	q.list = append(q.list, n)
	q.wake()
}

// wake makes sure that the oldest is forgotten in time. Nothing has to wait for the timer: it touches memory alone.
func (q *questions) wake() {
	if !q.waking && len(q.list) > 0 {
		q.waking = true
		time.AfterFunc(max(q.list[0].at.Add(keepFor).Sub(q.now()), time.Second), q.forget)
	}
}

// forget drops what is too old.
func (q *questions) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for n < len(q.list) && q.list[n].at.Add(keepFor).Compare(q.now()) <= 0 {
		n++
	}
	q.list = append([]question(nil), q.list[n:]...) // no slot of the old list keeps a word
	q.waking = false
	q.wake()
}

// drop forgets all questions of a member.
func (q *questions) drop(user string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = slices.DeleteFunc(q.list, func(one question) bool { return one.user == user }) // which leaves no word behind the end
}

// of returns a member's own question; the zero one for any other.
func (q *questions) of(card, user string) question {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, one := range q.list {
		if one.card == card && one.user == user && q.now().Before(one.at.Add(keepFor)) {
			return one
		}
	}
	return question{}
}

func (q *questions) nearest(card, user string) string { return q.of(card, user).nearest }

// seen remembers who did what as hashes that mean nothing outside of this process. It is safe for concurrent use.
type seen struct {
	key [32]byte

	mu    sync.Mutex
	known map[mark]struct{}
	ring  []mark
	next  int
}

type mark [16]byte

func newSeen() *seen {
	s := &seen{known: map[mark]struct{}{}}
	_, _ = rand.Read(s.key[:]) // never fails, says its documentation
	return s
}

func (s *seen) mark(parts []string) mark {
	sum := sha256.Sum256([]byte(string(s.key[:]) + strings.Join(parts, "\n")))
	return mark(sum[:len(mark{})])
}

// add reports whether it is new, and remembers it until many others came.
func (s *seen) add(parts ...string) bool {
	m := s.mark(parts)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.known[m]; ok {
		return false
	}
	if len(s.ring) < maxSeen {
		s.ring = append(s.ring, m)
	} else {
		delete(s.known, s.ring[s.next])
		s.ring[s.next] = m
		s.next = (s.next + 1) % maxSeen
	}
	s.known[m] = struct{}{}
	return true
}

// forget makes it new again.
func (s *seen) forget(parts ...string) {
	m := s.mark(parts)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, m)
}
