package watch

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
)

// fakeHealth has some cases whose time has come.
type fakeHealth struct {
	mu    sync.Mutex
	taken bool
	leads int
	looks int
	due   int
	err   error // of the next Refresh
}

func (f *fakeHealth) TryLead(context.Context) (func(context.Context) error, func(), bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.taken {
		return nil, nil, false, nil
	}
	f.taken = true
	f.leads++
	holds := func(context.Context) error { return nil }
	return holds, func() { f.mu.Lock(); f.taken = false; f.mu.Unlock() }, true, nil
}

func (f *fakeHealth) Look(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looks++
	return nil
}

func (f *fakeHealth) Refresh(_ context.Context, most int) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.err; err != nil {
		f.err = nil
		return 0, err
	}
	done := min(f.due, most)
	f.due -= done
	return done, nil
}

// One process at a time takes all that is due before it rests, and another one goes
// on where it fails.
func TestOneProcessRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		health := &fakeHealth{due: 3*refreshBatch + 7}
		ctx, cancel := context.WithCancel(t.Context())
		for range 2 {
			go func() { _ = NewRefresher(health, zap.NewNop()).Run(ctx) }()
		}
		synctest.Wait()
		if health.due != 0 || health.leads != 1 || health.looks != 1 {
			t.Fatalf("%d are still due after the first look: %+v", health.due, health)
		}
		health.mu.Lock()
		health.err, health.due = errors.New("connection lost"), 5
		health.mu.Unlock()
		time.Sleep(3 * period)
		if health.leads != 2 || health.due != 0 {
			t.Errorf("after a lost connection: %+v", health)
		}
		cancel()
		synctest.Wait()
		if health.taken {
			t.Error("the lock is still held")
		}
	})
}
