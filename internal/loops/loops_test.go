package loops

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// resting is a loop that moves now and then until its context ends.
func resting(name string, pause time.Duration) Loop {
	return Loop{Name: name, Run: func(ctx context.Context) error {
		for ctx.Err() == nil {
			Moves(ctx)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
		return nil
	}}
}

// A loop that is stuck is named, and only it; one that has ended is not missed.
func TestStandingStillIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Set
		ctx, end := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx, resting("post", time.Second), resting("relay", 3*Patience)) }()
		time.Sleep(Patience)
		require.Empty(t, s.Still())
		time.Sleep(time.Second)
		require.Equal(t, []string{"relay"}, s.Still())
		end()
		require.NoError(t, <-done)
		time.Sleep(2 * Patience)
		require.Empty(t, s.Still())
	})
}

// Whatever way a loop ends, all end, and the error says which it was and how.
func TestOneThatEndsEndsAll(t *testing.T) {
	failed, all := errors.New("failed"), []string{"relay"}
	for name, c := range map[string]struct {
		run   func(context.Context) error
		check func(*testing.T, error)
	}{
		"by itself": {func(context.Context) error { return nil }, func(t *testing.T, err error) { require.ErrorIs(t, err, ErrEnded) }},
		"failing":   {func(context.Context) error { return failed }, func(t *testing.T, err error) { require.ErrorIs(t, err, failed) }},
		"in panic": {func(context.Context) error { panic("Zqxmarker") }, func(t *testing.T, err error) {
			var panicked *Panicked
			require.ErrorAs(t, err, &panicked)
			require.NotContains(t, err.Error(), "Zqxmarker")
			require.NotContains(t, string(panicked.Stack), "Zqxmarker")
			require.Contains(t, string(panicked.Stack), "loops_test.go")
		}},
		"in the panic of what it does": {func(ctx context.Context) error {
			return Together(ctx, func(context.Context) error { var none []int; _ = none[len(all)]; return nil }, resting("", time.Hour).Run)
		}, func(t *testing.T, err error) { require.ErrorContains(t, err, "panic of runtime.") }},
	} {
		t.Run(name, func(t *testing.T) {
			var s Set
			err := s.Run(t.Context(), resting("post", time.Hour), Loop{Name: "relay", Run: c.run})
			require.ErrorContains(t, err, "relay: ")
			c.check(t, err)
			require.Empty(t, s.Still())
		})
	}
}
