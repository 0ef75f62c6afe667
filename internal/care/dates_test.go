package care

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Each meaning has a floor and a horizon, asked at its very ends.
func TestDatesHaveAFloorAndAHorizon(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	require.NoError(t, err)
	now := time.Date(2026, 11, 30, 0, 30, 0, 0, rome) // still the 29th in UTC
	at := func(years, months, days int, more time.Duration) time.Time {
		return now.AddDate(years, months, days).Add(more)
	}
	day := func(text string) time.Time {
		t.Helper()
		d, err := time.Parse(time.DateOnly, text)
		require.NoError(t, err)
		return d
	}
	for meaning, c := range map[Meaning]struct {
		good      []time.Time
		bad       []time.Time
		early     string
		tooLate   []time.Time
		lateFault string
	}{
		BirthDay: {
			[]time.Time{day("2026-11-30"), day("1896-11-30"), day("2008-02-29")},
			[]time.Time{day("1896-11-29"), day("1066-10-14"), day("0001-01-02")}, RuleImplausible,
			[]time.Time{day("2026-12-01"), day("9999-12-31")}, RuleInTheFuture,
		},
		PermitLastDay: {
			[]time.Time{day("2026-11-29"), day("2026-11-30"), day("2056-11-30")},
			[]time.Time{day("1996-11-29")}, RuleImplausible, []time.Time{day("2056-12-01"), day("9999-12-31")}, RuleImplausible,
		},
		NewPermitLastDay: {
			[]time.Time{day("2026-11-30"), now, time.Date(2026, 11, 29, 23, 30, 0, 0, time.UTC)},
			[]time.Time{day("2026-11-29"), time.Date(2026, 11, 29, 22, 30, 0, 0, time.UTC)}, RuleInThePast, []time.Time{day("2056-12-01")}, RuleImplausible,
		},
		ReceiptDay: {
			[]time.Time{day("2026-11-30"), day("2023-11-30")}, []time.Time{day("2023-11-29")}, RuleImplausible, []time.Time{day("2026-12-01")}, RuleInTheFuture,
		},
		AppointmentTime: {
			[]time.Time{at(0, 0, 0, time.Second), at(2, 0, 0, 0)}, []time.Time{now, at(0, 0, -1, 0)}, RuleInThePast, []time.Time{at(2, 0, 0, time.Second)}, RuleTooFar,
		},
		MeetingTime: {
			[]time.Time{now, at(0, 0, -30, time.Second)}, []time.Time{at(0, 0, -30, 0), at(-1, 0, 0, 0)}, RuleTooLongAgo, []time.Time{at(0, 0, 0, time.Second)}, RuleInTheFuture,
		},
		MinutesTime: {
			[]time.Time{now, at(-1, 0, 1, 0)}, []time.Time{at(-1, 0, 0, 0)}, RuleImplausible, []time.Time{at(0, 0, 0, time.Second)}, RuleInTheFuture,
		},
		ActionTerm: {
			[]time.Time{at(0, 0, 1, 0), at(5, 0, 0, 0)}, []time.Time{now}, RuleInThePast, []time.Time{at(5, 0, 1, 0)}, RuleImplausible,
		},
		KeptActionTerm: {
			[]time.Time{at(-9, 0, 0, 0), at(5, 0, 0, 0)}, []time.Time{at(-10, 0, 0, 0)}, RuleImplausible, []time.Time{at(5, 0, 1, 0)}, RuleImplausible,
		},
		MeasureEnd: {
			[]time.Time{at(0, 0, 1, 0), at(5, 0, 0, 0)}, []time.Time{now}, RuleInThePast, []time.Time{at(5, 0, 1, 0)}, RuleImplausible,
		},
		ServiceDay: {
			[]time.Time{day("2026-11-30"), day("2025-11-30"), day("2031-11-30")}, []time.Time{day("2025-11-29")}, RuleImplausible, []time.Time{day("2031-12-01")}, RuleImplausible,
		},
		SuspensionEnd: {
			[]time.Time{at(0, 0, 1, 0), at(2, 0, 0, 0)}, []time.Time{now}, RuleInThePast, []time.Time{at(2, 0, 1, 0)}, RuleTooFar,
		},
		ExtendedTerm: {
			[]time.Time{at(0, 0, 1, 0), at(2, 0, 0, 0)}, []time.Time{now}, RuleInThePast, []time.Time{at(2, 0, 1, 0)}, RuleTooFar,
		},
		ListBound: {
			[]time.Time{at(-99, 0, 0, 0), now, at(99, 0, 0, 0)}, []time.Time{at(-101, 0, 0, 0)}, RuleImplausible, []time.Time{at(101, 0, 0, 0)}, RuleImplausible,
		},
	} {
		for _, d := range c.good {
			require.Empty(t, meaning.Broken(d, now), "%s: %s", meaning, d)
			require.Empty(t, meaning.BrokenByNow(d, now), "%s: %s", meaning, d)
		}
		for _, d := range c.bad {
			require.Equal(t, c.early, meaning.Broken(d, now), "%s: %s", meaning, d)
		}
		for _, d := range c.tooLate {
			require.Equal(t, c.lateFault, meaning.Broken(d, now), "%s: %s", meaning, d)
		}
		// The last second that a form can send is the year 10000 in UTC.
		last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -(23*60+59)*60))
		require.NotEmpty(t, meaning.Broken(last, now), meaning)
		require.NotEmpty(t, meaning.BrokenByNow(last, now), meaning)
	}
	require.Len(t, meanings, 14, "every meaning is asked above")
}

// A command may wait for its worker; what was right when it was sent stays so.
func TestDatesOfACommandThatWaited(t *testing.T) {
	sent := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	worked := sent.AddDate(0, 0, 40)
	for meaning, at := range map[Meaning]time.Time{
		AppointmentTime: sent.AddDate(0, 0, 1), MeetingTime: sent.AddDate(0, 0, -29), NewPermitLastDay: sent, SuspensionEnd: sent.AddDate(0, 0, 7),
	} {
		require.Empty(t, meaning.Broken(at, sent), meaning)
		require.NotEmpty(t, meaning.Broken(at, worked), meaning)
		require.Empty(t, meaning.BrokenByNow(at, worked), meaning)
	}
	require.Empty(t, MeetingTime.BrokenByNow(sent.Add(time.Minute), sent), "the clocks of two machines differ")
}

func TestADateIsADay(t *testing.T) {
	for text, day := range map[string]string{
		`"2027-06-30"`:                `"2027-06-30"`,
		`"2027-06-30T00:00:00Z"`:      `"2027-06-30"`, // as pages stored it before
		`"2027-06-29T22:00:00Z"`:      `"2027-06-30"`, // midnight of the offices
		`"2027-06-30T00:00:00+02:00"`: `"2027-06-30"`,
		`"2027-12-31T23:30:00Z"`:      `"2028-01-01"`,
		`"30/6/2027"`:                 "",
		`"2027-02-29"`:                "",
	} {
		var d Date
		err := json.Unmarshal([]byte(text), &d)
		if day == "" {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		again, err := json.Marshal(d)
		require.NoError(t, err)
		require.Equal(t, day, string(again), text)
		require.Equal(t, d, *DateOf(*d.Time()))
	}
	require.Nil(t, (*Date)(nil).Time())
}

// A permit is valid on its last day, whatever the hour, and not on the next one.
func TestTheLastDayOfAPermit(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	require.NoError(t, err)
	last := DateOf(time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)).Time()
	require.True(t, PermitValid(nil, time.Date(2999, 1, 1, 0, 0, 0, 0, rome)))
	require.True(t, PermitValid(last, time.Date(2027, 6, 30, 0, 0, 0, 0, rome)))
	require.True(t, PermitValid(last, time.Date(2027, 6, 30, 23, 59, 0, 0, rome)))
	require.False(t, PermitValid(last, time.Date(2027, 7, 1, 0, 0, 0, 0, rome)))
	for _, hour := range []int{0, 12, 23} { // the same rule when it is typed
		now := time.Date(2027, 6, 30, hour, 30, 0, 0, rome)
		require.Empty(t, NewPermitLastDay.Broken(*last, now))
		require.Equal(t, RuleInThePast, NewPermitLastDay.Broken(*last, now.AddDate(0, 0, 1)))
	}
}

// weekdays is a calendar whose offices are closed on Saturdays and Sundays.
type weekdays struct{ Calendar }

func (weekdays) IsWorkingDay(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

func TestNobodyIsSummonedOnAClosedDay(t *testing.T) {
	saturday := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		meaning Meaning
		after   time.Duration
		refused bool
	}{
		{"later on the same day, on which somebody is at work", AppointmentTime, time.Hour, false},
		{"tomorrow, a Sunday", AppointmentTime, 24 * time.Hour, true},
		{"on Monday", AppointmentTime, 48 * time.Hour, false},
		{"on the next Saturday", AppointmentTime, 7 * 24 * time.Hour, true},
		{"a term that is set by hand, which falls on the next open day", ExtendedTerm, 24 * time.Hour, false},
		{"a term for the same day", ExtendedTerm, time.Hour, false},
		{"the end of a measure is when it is", MeasureEnd, 24 * time.Hour, false},
		{"a meeting was held when it was", MeetingTime, -24 * time.Hour, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := saturday.Add(c.after)
			var f Faults
			f.OpenDays([]Dated{{"at", c.meaning, &at}, {"other", AppointmentTime, nil}}, weekdays{}, saturday)
			if c.refused {
				require.Equal(t, Faults{{Field: "at", Rule: RuleClosedDay}}, f)
			} else {
				require.Empty(t, f)
			}
		})
	}
}
