package feedback

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"faqbot/internal/text"
)

// TestQuestions: a question is its member's own, and there are not too many.
func TestQuestions(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	q := newQuestions(func() time.Time { return now })
	for i := range maxQuestions + 10 {
		q.add(question{card: strconv.Itoa(i), user: "me", nearest: "a", words: text.New("hi")})
	}
	if len(q.list) != maxQuestions {
		t.Errorf("%d are kept", len(q.list))
	}
	if q.nearest("9", "me") != "" || q.nearest("10", "me") != "a" || q.nearest("10", "you") != "" {
		t.Error("the last ones are kept, each for its member")
	}
	now = now.Add(keepFor)
	if q.of("10", "me") != (question{}) {
		t.Error("it is too old")
	}
}

// TestDropped: a member's own questions go at once, and leave nothing in memory; those of others stay.
func TestDropped(t *testing.T) {
	t.Parallel()
	f := New(Config{})
	for i, user := range []string{"me", "you", "me"} {
		f.questions.add(question{card: strconv.Itoa(i), user: user, words: text.New("hi")})
	}
	f.Forget("me")
	f.Forget("nobody")
	if f.questions.of("0", "me") != (question{}) || f.questions.of("2", "me") != (question{}) || f.questions.of("1", "you") == (question{}) {
		t.Error("the wrong ones are dropped")
	}
	for _, slot := range f.questions.list[:cap(f.questions.list)] {
		if slot.user == "me" {
			t.Error("a slot keeps what was dropped")
		}
	}
}

// TestForgotten: words go from memory in time, whether or not anybody asks for them.
func TestForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQuestions(time.Now)
		q.add(question{card: "1"})
		time.Sleep(time.Minute)
		q.add(question{card: "2"})
		left := func(want int) {
			t.Helper()
			synctest.Wait()
			q.mu.Lock()
			defer q.mu.Unlock()
			if len(q.list) != want {
				t.Errorf("%d are kept, want %d", len(q.list), want)
			}
		}
		time.Sleep(keepFor - time.Minute)
		left(1)
		time.Sleep(time.Minute)
		left(0)
		q.add(question{card: "3"})
		time.Sleep(keepFor)
		left(0)
	})
}

// TestSeen: something is new once, until it is forgotten or many others came.
func TestSeen(t *testing.T) {
	t.Parallel()
	s := newSeen()
	if !s.add("a", "b") || s.add("a", "b") || !s.add("ab", "") || !newSeen().add("a", "b") {
		t.Error("new once")
	}
	s.forget("a", "b")
	if !s.add("a", "b") {
		t.Error("forgotten")
	}
	for i := range maxSeen + 2 {
		s.add(strconv.Itoa(i))
	}
	if len(s.known) > maxSeen || len(s.ring) != maxSeen || !s.add("a", "b") {
		t.Errorf("%d are known", len(s.known))
	}
}
