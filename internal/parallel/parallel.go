// Package parallel spreads work over all processors. It knows nothing of the work.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls f for 0 to n-1 on all processors, and returns when all calls have. The order of the calls is open. A panic of f ends the
// calls that have not begun, and goes on in the caller, who can recover from it: in a goroutine of its own it would end the program.
func Each(n int, f func(i int)) {
	var next atomic.Int64
	var failed atomic.Pointer[any]
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					failed.CompareAndSwap(nil, &v)
					next.Store(int64(n))
				}
			}()
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				f(int(i))
			}
		})
	}
	workers.Wait()
	if v := failed.Load(); v != nil {
		panic(*v)
	}
}
