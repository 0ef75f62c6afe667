package permits_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/permits"
)

func offices(t *testing.T) care.Calendar {
	t.Helper()
	cal, err := calendar.New(care.Policy{Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Patrono"}})
	require.NoError(t, err)
	return cal
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	require.NoError(t, err)
	return d
}

func TestEveryKindHasItsRuleWithItsSource(t *testing.T) {
	for _, kind := range care.Permits {
		if kind == care.PermitRequested {
			continue // has a receipt, and no last day
		}
		named := 0
		for _, r := range permits.Rules {
			for _, k := range r.Kinds {
				if k == kind {
					named++
				}
			}
		}
		require.Equal(t, 1, named, kind)
		require.NotEmpty(t, permits.Of(kind).Source)
		require.Equal(t, 90, permits.Of(kind).Notice, kind)
		require.Equal(t, 60, permits.Of(kind).After, kind)
	}
	require.Equal(t, 60, permits.Of("work").Term)
	require.Zero(t, permits.Of("long_term").Term)
	require.Equal(t, permits.Rules[0], permits.Of("unknown"))
}

func TestWhenAPermitIsLookedAfter(t *testing.T) {
	cal := offices(t)
	days := func(n int) care.Duration { return care.Duration{N: n, Unit: care.CalendarDays} }
	for _, c := range []struct {
		name, kind, last         string
		warning, reminder, alarm care.Duration // of the zone
		warned, reminded, late   string
		lastDay, lastAlarm       string
	}{
		{"with 90 days left comes the first notice", "work", "2027-06-30", days(60), days(30), days(10),
			"2027-04-01 00:00", "2027-04-16 18:00", "2027-04-30 18:00", "2027-06-30 00:00", "2027-08-29 00:00"},
		{"a zone that looks sooner", "family", "2027-06-30", days(120), days(100), days(90),
			"2027-03-02 00:00", "2027-03-22 18:00", "2027-04-01 18:00", "2027-06-30 00:00", "2027-08-29 00:00"},
		{"days that are no open ones lie before", "study", "2027-03-28", days(90), days(75), days(60), // a Sunday, which stays
			"2026-12-28 00:00", "2027-01-12 18:00", "2027-01-27 18:00", "2027-03-28 00:00", "2027-05-27 00:00"},
		{"a notice on Christmas comes on its eve", "work", "2027-03-25", days(90), days(75), days(60),
			"2026-12-24 00:00", "2027-01-08 18:00", "2027-01-22 18:00", "2027-03-25 00:00", "2027-05-24 00:00"},
		{"a permit without a term", "long_term", "2027-06-30", days(90), days(30), days(10),
			"2027-04-01 00:00", "2027-05-14 18:00", "2027-06-18 18:00", "2027-06-30 00:00", "2027-08-29 00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			last, rule := day(t, c.last), permits.Of(c.kind)
			is := func(want string, got time.Time) {
				t.Helper()
				require.Equal(t, want, got.In(cal.Location()).Format("2006-01-02 15:04"))
			}
			is(c.warned, permits.Before(cal, last, rule.Lead(care.DeadlinePermitWarning, c.warning), true))
			is(c.reminded, permits.Before(cal, last, rule.Lead(care.DeadlinePermitReminder, c.reminder), false))
			is(c.late, permits.Before(cal, last, rule.Lead(care.DeadlinePermitAlarm, c.alarm), false))
			look := rule.NextLook(cal, last, last.AddDate(0, 0, -50))
			is(c.lastDay, *look)
			look = rule.NextLook(cal, last, *look)
			is(c.lastAlarm, *look)
			require.Nil(t, rule.NextLook(cal, last, *look))
		})
	}
	last := day(t, "2027-06-30")
	require.Equal(t, last.Add(-6*time.Second), permits.Before(cal, last, permits.Of("work").Lead(care.DeadlinePermitWarning, care.Duration{N: 6, Unit: care.Seconds}), true))
}
