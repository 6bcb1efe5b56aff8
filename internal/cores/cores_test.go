package cores

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestEachDoesAllOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		done := make([]int, n)
		Each(n, func(i int) { done[i]++ })
		for i, times := range done {
			if times != 1 {
				t.Fatalf("job %d of %d was done %d times", i, n, times)
			}
		}
	}
}

// Jobs that wait for one another end only when as many are done at a time as there are processors.
func TestAsManyAtATime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	var begun, at atomic.Int64
	var count sync.Mutex
	most := int64(0)
	Each(9, func(int) {
		count.Lock()
		most = max(most, at.Add(1))
		count.Unlock()
		begun.Add(1)
		for stop := time.Now().Add(time.Minute); begun.Load() < 3 && time.Now().Before(stop); {
			time.Sleep(time.Millisecond)
		}
		at.Add(-1)
	})
	if begun.Load() != 9 || most != 3 {
		t.Errorf("%d begun, %d at a time; want 9 and 3", begun.Load(), most)
	}
}

func TestWithKeepsMemoryApart(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var counts []*int // no lock: workers are made one after the other
	With(1000, func() func(int) {
		n := new(int)
		counts = append(counts, n)
		return func(int) { *n++ }
	})
	sum := 0
	for _, n := range counts {
		sum += *n
	}
	if len(counts) != 4 || sum != 1000 {
		t.Errorf("%d workers did %d jobs; want 4 and 1000", len(counts), sum)
	}
}

func TestTryTellsTheFirstInOrder(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	var done atomic.Int64
	err := Try(100, func(i int) error {
		done.Add(1)
		switch i {
		case 40:
			time.Sleep(20 * time.Millisecond)
			return first
		case 41:
			return second
		}
		return nil
	})
	if err != first || done.Load() != 100 {
		t.Errorf("%v after %d jobs; want the first error, and all done", err, done.Load())
	}
	if err := Try(0, nil); err != nil {
		t.Error(err)
	}
}

func TestInOrder(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	at := 0
	for i, square := range InOrder(200, func(i int) int {
		if i%7 == 0 {
			time.Sleep(time.Millisecond)
		}
		return i * i
	}) {
		if i != at || square != i*i {
			t.Fatalf("%d, %d came as number %d", i, square, at)
		}
		at++
	}
	if at != 200 {
		t.Errorf("%d came", at)
	}
}

// Who stops listening has no job running any more.
func TestInOrderLeftEarly(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var running, done atomic.Int64
	for i := range InOrder(1000, func(int) int {
		running.Add(1)
		time.Sleep(time.Millisecond)
		running.Add(-1)
		return int(done.Add(1))
	}) {
		if i == 3 {
			break
		}
	}
	if running.Load() != 0 || done.Load() < 4 || done.Load() == 1000 {
		t.Errorf("%d running, %d done", running.Load(), done.Load())
	}
}
