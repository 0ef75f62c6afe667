package promise_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/promise"
	"percorso/internal/testclock"
)

func day(t time.Time) time.Time { return care.DayOf(t) }

// TestWhenAPromiseIsDue: never on a closed day, and late once its hour is over, or its day.
func TestWhenAPromiseIsDue(t *testing.T) {
	cal, err := calendar.New(care.Policy{DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26"}})
	require.NoError(t, err)
	monday := testclock.Monday.In(cal.Location())
	at := func(days, hour, minute int) time.Time {
		return time.Date(monday.Year(), monday.Month(), monday.Day()+days, hour, minute, 0, 0, cal.Location())
	}
	nine := 9*60 + 30
	for name, c := range map[string]struct {
		when   promise.When
		due    time.Time
		rolled bool
	}{
		"a day":                  {promise.When{Day: day(at(1, 0, 0))}, at(1, 0, 0), false},
		"an hour":                {promise.When{Day: day(at(1, 0, 0)), Minute: &nine}, at(1, 9, 30), false},
		"a Sunday":               {promise.When{Day: day(at(6, 0, 0))}, at(7, 0, 0), true},
		"a Sunday, with an hour": {promise.When{Day: day(at(6, 0, 0)), Minute: &nine}, at(7, 9, 30), true},
	} {
		t.Run(name, func(t *testing.T) {
			require.True(t, c.due.Equal(c.when.Due(cal)), c.when.Due(cal))
			require.Equal(t, c.rolled, c.when.Rolled(cal))
			require.False(t, c.when.Late(cal, c.due))
			require.Equal(t, c.when.Minute != nil, c.when.Late(cal, c.due.Add(time.Minute)))
			require.True(t, c.when.Late(cal, c.due.AddDate(0, 0, 1)))
		})
	}
	require.Equal(t, "9.30", promise.When{Minute: &nine}.Hour())
}

// TestWhatAPromiseMayHold at any moment of the year.
func TestWhatAPromiseMayHold(t *testing.T) {
	testclock.Each(t, func(t *testing.T, now time.Time) {
		now = now.In(testclock.Rome)
		before, after, wrong := now.Hour()*60+now.Minute()-1, now.Hour()*60+now.Minute()+1, 24*60
		for name, c := range map[string]struct {
			when        promise.When
			field, rule string
		}{
			"none":         {promise.When{}, "on", care.RuleRequired},
			"today":        {promise.When{Day: day(now)}, "", ""},
			"yesterday":    {promise.When{Day: day(now).AddDate(0, 0, -1)}, "on", care.RuleInThePast},
			"far":          {promise.When{Day: day(now).AddDate(0, 0, 367)}, "on", care.RuleTooFar},
			"an hour over": {promise.When{Day: day(now), Minute: &before}, "hour", care.RuleInThePast},
			"later today":  {promise.When{Day: day(now), Minute: &after}, "", ""},
			"tomorrow":     {promise.When{Day: day(now).AddDate(0, 0, 1), Minute: &before}, "", ""},
			"no hour":      {promise.When{Day: day(now).AddDate(0, 0, 1), Minute: &wrong}, "hour", care.RuleRequired},
		} {
			if c.when.Minute != nil && (*c.when.Minute < 0 || c.rule == "" && *c.when.Minute >= 24*60) {
				continue // at midnight
			}
			var faults []care.Fault
			if c.rule != "" {
				faults = []care.Fault{{Field: c.field, Rule: c.rule}}
			}
			require.Equal(t, faults, c.when.Check(now), name)
		}
	})
	require.Equal(t, []care.Fault{{Field: "note", Rule: care.RuleRequired}}, promise.Text(""))
	require.Equal(t, []care.Fault{{Field: "note", Rule: care.RuleTooLong}}, promise.Text(strings.Repeat("a", 301)))
	require.Empty(t, promise.Text("Prova: richiamare"))
}
