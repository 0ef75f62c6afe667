package testclock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/testclock"
)

// TestMomentsAreWhatTheirNamesSay: a mistyped date would leave a day out of all tests.
func TestMomentsAreWhatTheirNamesSay(t *testing.T) {
	is := map[string]func(now time.Time) bool{
		"a Monday":                     func(now time.Time) bool { return now.Weekday() == time.Monday },
		"a Sunday":                     func(now time.Time) bool { return now.Weekday() == time.Sunday },
		"29 February":                  func(now time.Time) bool { return now.Month() == time.February && now.Day() == 29 },
		"before the clocks go forward": func(now time.Time) bool { return !now.IsDST() && now.Add(2*time.Hour).IsDST() },
		"before the clocks go back":    func(now time.Time) bool { return now.IsDST() && !now.Add(time.Hour).IsDST() },
		"the end of 31 December":       func(now time.Time) bool { return now.Add(time.Hour).Year() == now.Year()+1 },
	}
	require.Len(t, testclock.Moments, len(is))
	for _, m := range testclock.Moments {
		require.True(t, is[m.Name](m.At), "%s: %s", m.Name, m.At)
		require.Equal(t, testclock.Rome, m.At.Location())
	}
}
