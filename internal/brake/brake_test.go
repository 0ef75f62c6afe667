package brake_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/brake"
	"percorso/internal/testclock"
)

// TestWhoTriesTooOftenWaits: so many times at once, then one more each time that it is
// due; what is not allowed counts for nothing, so that trying on makes nobody wait longer.
func TestWhoTriesTooOftenWaits(t *testing.T) {
	now := testclock.Monday
	b := brake.New(brake.Rate{Tries: 3, Per: time.Minute}, 10, func() time.Time { return now })
	for range 3 {
		require.Zero(t, b.Held("a"))
		require.Zero(t, b.Try("a"))
	}
	for range 5 {
		require.Equal(t, 20*time.Second, b.Try("a"))
	}
	now = now.Add(15 * time.Second)
	require.Equal(t, 5*time.Second, b.Held("a"))
	require.Equal(t, 5*time.Second, b.Try("a"))
	require.Zero(t, b.Try("b"), "another one waits")
	now = now.Add(5 * time.Second)
	require.Zero(t, b.Try("a"))
	require.Positive(t, b.Try("a"))
	now = now.Add(time.Hour)
	for range 3 {
		require.Zero(t, b.Try("a"))
	}
	require.Positive(t, b.Try("a"), "an hour of rest gives no more than there is at once")
}

// TestAllKeysAreAsked: one that is held holds back the try, and takes nothing from the
// others.
func TestAllKeysAreAsked(t *testing.T) {
	b := brake.New(brake.Rate{Tries: 2, Per: time.Minute}, 10, func() time.Time { return testclock.Monday })
	require.Zero(t, b.Try("source", "token"))
	require.Zero(t, b.Try("source"))
	require.Equal(t, 30*time.Second, b.Try("source", "token"))
	require.Zero(t, b.Try("token"), "what was held back counted")
	require.Positive(t, b.Held("token"))
}

// TestWithoutARateNobodyWaits, and nobody is remembered.
func TestWithoutARateNobodyWaits(t *testing.T) {
	b := brake.New(brake.Rate{}, 10, func() time.Time { return testclock.Monday })
	for range 1000 {
		require.Zero(t, b.Try("a"))
	}
	require.Zero(t, b.Len())
}

// TestFewAreRemembered: whoever has not tried for the longest gives way; asking whether
// somebody is held remembers nobody.
func TestFewAreRemembered(t *testing.T) {
	b := brake.New(brake.Rate{Tries: 1, Per: time.Minute}, 3, func() time.Time { return testclock.Monday })
	for _, key := range []string{"a", "b", "c"} {
		require.Zero(t, b.Try(key))
	}
	for i := range 100 {
		require.Zero(t, b.Held(fmt.Sprint("asked ", i)))
	}
	require.Positive(t, b.Held("a"))
	require.Zero(t, b.Try("d"))
	require.Zero(t, b.Held("a"), "the eldest is remembered")
	for _, key := range []string{"b", "c", "d"} {
		require.Positive(t, b.Held(key), key)
	}
	for i := range 1000 {
		b.Try(fmt.Sprint("another ", i))
	}
	require.Equal(t, 3, b.Len())
}

// TestSideBySide: of many at once as many pass as may.
func TestSideBySide(t *testing.T) {
	b := brake.New(brake.Rate{Tries: 7, Per: time.Minute}, 10, func() time.Time { return testclock.Monday })
	var passed atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if b.Try("a") == 0 {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 7, passed.Load())
}
