package rest

import (
	"net/http"
	"testing"
	"time"
)

func TestStats(t *testing.T) {
	t.Parallel()
	f := newFixture(
		t, limited("0.1", "user"), says(http.StatusBadGateway, "<html>"), says(http.StatusOK, `{}`), // tries of one call
		says(http.StatusForbidden, `{"code":50013}`), hangUp,
	)
	if err := f.do(t.Context(), me()); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, f.do(t.Context(), me()), http.StatusForbidden)
	if f.do(t.Context(), me()) == nil {
		t.Error("no answer is no error")
	}
	if got, want := f.Stats(), (Stats{Tries: 7, Limited: 1, Refused: 1, Failed: 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// hangUp gives no answer.
func hangUp(http.ResponseWriter) { panic(http.ErrAbortHandler) }

func TestClockAhead(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if ahead, ok := f.ClockAhead(); ok {
		t.Errorf("before the first answer the clock is ahead by %v", ahead)
	}
	for _, want := range []time.Duration{0, time.Minute, -time.Hour} {
		f.mu.Lock()
		f.answers = append(f.answers[:0], says(http.StatusOK, `{}`, "Date", f.clock.Now().Add(-want).UTC().Format(http.TimeFormat)))
		f.mu.Unlock()
		if err := f.do(t.Context(), me()); err != nil {
			t.Fatal(err)
		}
		if ahead, ok := f.ClockAhead(); !ok || (ahead-want).Abs() > 2*time.Second {
			t.Errorf("ahead by %v (%v), want %v", ahead, ok, want)
		}
	}
	f.mu.Lock()
	f.answers = append(f.answers[:0], says(http.StatusOK, `{}`, "Date", "noon"))
	f.mu.Unlock()
	if err := f.do(t.Context(), me()); err != nil {
		t.Fatal(err)
	}
	if ahead, _ := f.ClockAhead(); ahead > -59*time.Minute {
		t.Errorf("a date that is none counts: %v", ahead)
	}
}
