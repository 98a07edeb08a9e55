package manners

import (
	"fmt"
	"testing"
	"time"
)

// TestQuiet: a channel is left alone until its time, and the memory is bounded.
func TestQuiet(t *testing.T) {
	t.Parallel()
	q, now := NewQuiet(), time.Unix(1000, 0)
	q.Add("a", now.Add(time.Minute))
	if !q.Is("a", now) || q.Is("b", now) || !q.Is("a", now.Add(59*time.Second)) || q.Is("a", now.Add(time.Minute)) || q.Is("a", now) {
		t.Error("quiet from add to its time")
	}
	for i := range 3 * maxQuiet {
		q.Add(fmt.Sprint(i), now.Add(time.Hour))
	}
	if len(q.until) > maxQuiet {
		t.Errorf("%d channels are remembered", len(q.until))
	}
}

// TestRecent: an id is new once, until many others came.
func TestRecent(t *testing.T) {
	t.Parallel()
	r := NewRecent(3)
	for i, want := range []bool{true, true, true, false, true, false, true} {
		if id := []string{"a", "b", "c", "a", "d", "b", "a"}[i]; r.Add(id) != want {
			t.Errorf("add %d (%s) = %t", i, id, !want)
		}
	}
	if len(r.known) != 3 {
		t.Errorf("%d ids are remembered", len(r.known))
	}
}
