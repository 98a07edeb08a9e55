package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLogIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log Log
		_, _ = fmt.Fprintln(&log, "one")
		if err := log.Wait(t.Context(), "one"); err != nil {
			t.Error(err)
		}
		go func() {
			time.Sleep(time.Minute)
			_, _ = fmt.Fprint(&log, "tw")
			time.Sleep(time.Minute)
			_, _ = fmt.Fprintln(&log, "o")
		}()
		start := time.Now()
		if err := log.Wait(t.Context(), "two"); err != nil || time.Since(start) != 2*time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := log.Wait(ctx, "three"); err == nil || !strings.HasSuffix(err.Error(), "one\ntwo\n") {
			t.Errorf("waiting in vain: %v", err)
		}
	})
}

func TestClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var clock Clock
		start := time.Now()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := clock.Sleep(t.Context(), time.Hour); err != nil {
			t.Error(err)
		}
		if err := clock.Sleep(ended, time.Minute); err == nil {
			t.Error("slept on after the end")
		}
		_ = clock.Sleep(t.Context(), 0)
		if !slices.Equal(clock.Slept(), []time.Duration{time.Hour, time.Minute}) || clock.Now().Sub(start) != time.Hour+time.Minute || time.Since(start) != 0 {
			t.Errorf("slept %v, now %v", clock.Slept(), clock.Now().Sub(start))
		}
	})
}

func TestWarned(t *testing.T) {
	t.Parallel()
	var log Log
	for _, line := range []string{`level=WARN msg="two words" id=1`, "level=ERROR msg=one", "level=INFO msg=none", `level=WARN msg="two words"`, "level=WARN msg=often"} {
		_, _ = fmt.Fprintln(&log, "time=0", line)
	}
	if got := log.Warned("often"); got != "1 ERROR one\n2 WARN two words\n" {
		t.Errorf("%q", got)
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	var c Coverage
	c.Note("a", true)
	c.Note("a", false)
	c.Note("b", true)
	got := c.Lacks([]string{"a", "b", "c"})
	if len(got) != 3 || !strings.HasPrefix(got[0], "b: ") || !strings.HasPrefix(got[1], "c: ") || !strings.HasSuffix(got[2], "refuses it") {
		t.Errorf("%q", got)
	}
}
