package parallel_test

import (
	"sync/atomic"
	"testing"

	"faqbot/internal/parallel"
)

func TestEach(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 7, 1000} {
		calls := make([]atomic.Int32, n)
		parallel.Each(n, func(i int) { calls[i].Add(1) })
		for i := range calls {
			if got := calls[i].Load(); got != 1 {
				t.Errorf("of %d calls, number %d was made %d times", n, i, got)
			}
		}
	}
}

// TestEachPanic: the caller can recover from a panic of any call, and all calls have ended by then.
func TestEachPanic(t *testing.T) {
	t.Parallel()
	var running atomic.Int32
	defer func() {
		if v := recover(); v != "broken" {
			t.Errorf("recovered %v", v)
		}
		if n := running.Load(); n != 0 {
			t.Errorf("%d calls still run", n)
		}
	}()
	parallel.Each(1000, func(i int) {
		running.Add(1)
		defer running.Add(-1)
		if i >= 7 {
			panic("broken")
		}
	})
	t.Error("the panic is lost")
}
