package calledoff_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/testclock"
)

func TestDaysToCallOff(t *testing.T) {
	testclock.Each(t, func(t *testing.T, now time.Time) {
		now = now.In(testclock.Rome)
		day := func(days int) *care.Date { return care.DateOf(now.AddDate(0, 0, days)) }
		for name, c := range map[string]struct {
			first, last *care.Date
			field, rule string
		}{
			"today":               {day(0), day(0), "", ""},
			"a week":              {day(7), day(11), "", ""},
			"no first day":        {nil, day(1), "first", care.RuleRequired},
			"no last day":         {day(1), nil, "last", care.RuleRequired},
			"yesterday":           {day(-1), day(1), "first", care.RuleInThePast},
			"the other way round": {day(3), day(2), "last", care.RuleReversed},
			"a year at once":      {day(1), day(365), "last", care.RuleTooFar},
			"in two years":        {day(730), day(731), "first", care.RuleTooFar},
		} {
			faults := calledoff.Form{Service: "pas", First: c.first, Last: c.last, Reason: "strike"}.Check(now)
			if c.rule == "" {
				require.Empty(t, faults, name)
				continue
			}
			require.Equal(t, []care.Fault{{Field: c.field, Rule: c.rule}}, faults, name)
		}
	})
	form := calledoff.Form{First: care.DateOf(testclock.Monday), Last: care.DateOf(testclock.Monday.AddDate(0, 0, 2))}
	require.Contains(t, form.Check(testclock.Monday), care.Fault{Field: "reason", Rule: care.RuleRequired})
	form.Reason = "ill"
	require.Contains(t, form.Check(testclock.Monday), care.Fault{Field: "reason", Rule: care.RuleReason})
	require.Len(t, form.Each(), 3)
	form.First = care.DateOf(testclock.Monday.AddDate(-2000, 0, 0))
	require.Empty(t, form.Each(), "more than may be called off: none of them is gone through")
}

// TestDaysTakenBack: those of before stay called off, since people were told.
func TestDaysTakenBack(t *testing.T) {
	day := func(days int) time.Time { return care.DayOf(testclock.Monday).AddDate(0, 0, days) }
	for name, c := range map[string]struct {
		today, from int
		left        bool
	}{"before": {-3, 0, true}, "the day before": {-1, 0, true}, "on the first": {0, 1, true}, "within": {2, 3, true}, "on the last": {4, 5, false}, "after": {9, 10, false}} {
		from, left := calledoff.BackFrom(day(0), day(4), day(c.today))
		require.Equal(t, c.left, left, name)
		if left {
			require.Equal(t, day(c.from), from, name)
		}
	}
}
