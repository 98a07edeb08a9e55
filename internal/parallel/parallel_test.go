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
