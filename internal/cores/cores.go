// Package cores does independent jobs, as many at a time as there are processors. Jobs are numbered; what they make is theirs alone to write, so that nothing depends on how many processors there are or who
// was first.
package cores

import (
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
)

// Each does n jobs and waits for all of them.
func Each(n int, do func(i int)) { With(n, func() func(int) { return do }) }

// With is Each with a worker made for each processor, which may keep memory of its own. The workers are made one after the other.
func With(n int, worker func() func(i int)) {
	var next atomic.Int64
	work := func(do func(int)) {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			do(i)
		}
	}
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		do := worker()
		wait.Go(func() { work(do) })
	}
	wait.Wait()
}

// Try is Each with jobs that may fail. All are done; the error is that of the first of them in order that has one.
func Try(n int, do func(i int) error) error {
	failed := make([]error, n)
	Each(n, func(i int) { failed[i] = do(i) })
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// InOrder gives what n jobs make in their order, each as soon as it and those before it are done. Whoever stops listening waits for the jobs that have begun; the others are not done.
func InOrder[R any](n int, do func(i int) R) iter.Seq2[int, R] {
	return func(yield func(int, R) bool) {
		made := make([]chan R, n)
		for i := range made {
			made[i] = make(chan R, 1)
		}
		var next atomic.Int64
		var wait sync.WaitGroup
		for range min(runtime.GOMAXPROCS(0), n) {
			wait.Go(func() {
				for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
					made[i] <- do(i)
				}
			})
		}
		defer wait.Wait()
		defer next.Store(int64(n))
		for i, one := range made {
			if !yield(i, <-one) {
				return
			}
		}
	}
}
