// Package testclock has the moments at which the tests with a given clock run:
// those at which code that counts days or hours is wrong most easily. Only tests
// import it.
package testclock

import (
	"testing"
	"time"
	_ "time/tzdata" // the machine may have no time zones of its own
)

// Rome is where the offices are.
var Rome = func() *time.Location {
	place, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic(err) // the data are in the binary
	}
	return place
}()

// Monday is an ordinary working morning, for a test that needs but one moment.
var Monday = time.Date(2026, time.November, 23, 10, 30, 0, 0, Rome)

// Moment is a moment with what is odd about it.
type Moment struct {
	Name string
	At   time.Time
}

// Moments are the ordinary Monday and those that are none. A day later each of
// them is another day in Rome, but not always 24 hours; and some are another day
// in UTC or in the zone of the machine.
var Moments = []Moment{
	{"a Monday", Monday},
	{"a Sunday", time.Date(2027, time.January, 10, 12, 0, 0, 0, Rome)},
	{"29 February", time.Date(2028, time.February, 29, 10, 30, 0, 0, Rome)},
	{"before the clocks go forward", time.Date(2027, time.March, 28, 0, 30, 0, 0, Rome)},
	{"before the clocks go back", time.Date(2027, time.October, 31, 0, 30, 0, 0, time.UTC).In(Rome)}, // 2:30, which comes twice
	{"the end of 31 December", time.Date(2027, time.December, 31, 23, 45, 0, 0, Rome)},
}

// Each runs a test at each of the moments.
func Each(t *testing.T, test func(t *testing.T, now time.Time)) {
	t.Helper()
	for _, m := range Moments {
		t.Run(m.Name, func(t *testing.T) { test(t, m.At) })
	}
}
