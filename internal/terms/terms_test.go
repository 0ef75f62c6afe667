package terms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/terms"
)

// An ordinary week: Monday 5 October 2026 to Friday 9 October.
var (
	rome, _ = time.LoadLocation("Europe/Rome")
	monday  = time.Date(2026, 10, 5, 9, 0, 0, 0, rome)
)

func days(n int) care.Duration { return care.Duration{N: n, Unit: care.WorkingDays} }

func rule(t *testing.T) terms.Rule {
	t.Helper()
	cal, err := calendar.New(care.Policy{Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Patrono"}})
	require.NoError(t, err)
	return terms.Rule{
		TaskRule: care.TaskRule{Claim: care.Clock{Remind: days(1), Escalate: days(2)}, Complete: care.Clock{Remind: days(3), Escalate: days(5)}}, Calendar: cal,
	}
}

// evening is the end of the n-th day after Monday.
func evening(n int) time.Time { return time.Date(2026, 10, 5+n, 18, 0, 0, 0, rome) }

func TestClocksAreNotSetAnewByThoseWhomTheyWatch(t *testing.T) {
	type act func(r terms.Rule, c terms.Clock, now time.Time) terms.Clock
	claim, release := act(terms.Rule.Claimed), act(terms.Rule.Released)
	extend := func(n int) act {
		return func(r terms.Rule, c terms.Clock, now time.Time) terms.Clock { return r.Extended(c, evening(n), now) }
	}
	escalate := func(_ terms.Rule, c terms.Clock, _ time.Time) terms.Clock {
		c.Reminded, c.Escalated = true, true
		return c
	}
	standStill := func(back int) act {
		return func(r terms.Rule, c terms.Clock, now time.Time) terms.Clock {
			return r.Resumed(c, now, now.AddDate(0, 0, back))
		}
	}
	type step struct {
		day int // after Monday
		act act
	}
	for _, c := range []struct {
		name  string
		steps []step
		due   time.Time
		late  bool // on the last step's day
	}{
		{"opened", nil, evening(2), false},
		{"claimed", []step{{1, claim}}, evening(8), false},
		{"claimed and given back", []step{{1, claim}, {1, release}}, evening(2), false},
		{"claimed, given back and claimed again later", []step{{1, claim}, {2, release}, {2, claim}}, evening(8), false},
		{"given back after its first term", []step{{1, claim}, {3, release}}, evening(2), true},
		{"late, claimed", []step{{4, claim}}, evening(2), true},
		{"late, claimed and given back", []step{{4, escalate}, {4, claim}, {7, release}}, evening(2), true},
		{"extended", []step{{1, extend(20)}}, evening(20), false},
		{"extended and claimed", []step{{1, extend(20)}, {2, claim}}, evening(20), false},
		{"extended, claimed and given back", []step{{1, extend(20)}, {2, claim}, {3, release}}, evening(20), false},
		{"extended to sooner", []step{{1, claim}, {1, extend(3)}, {2, release}, {2, claim}}, evening(3), false},
		{"extended twice", []step{{1, extend(20)}, {2, extend(10)}, {3, claim}}, evening(10), false},
		{"late and extended", []step{{4, escalate}, {4, extend(20)}, {5, claim}}, evening(20), false},
		{"late after an extension", []step{{1, extend(3)}, {7, claim}, {7, release}}, evening(3), true},
		{"suspended for a week", []step{{1, standStill(7)}}, evening(9), false},
		{"claimed and suspended for a week", []step{{1, claim}, {2, standStill(7)}}, evening(15), false},
		{"extended and suspended for a week", []step{{1, extend(20)}, {2, standStill(7)}}, evening(20), false},
		{"late and suspended for a week", []step{{4, escalate}, {4, standStill(7)}, {11, claim}}, evening(9), true},
		{"suspended for a week, claimed and given back", []step{{1, standStill(7)}, {8, claim}, {8, release}}, evening(9), false},
		{"suspended on its last day", []step{{2, standStill(7)}}, evening(9), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rule(t)
			clock, now := r.Opened(monday), monday
			for _, s := range c.steps {
				now = monday.AddDate(0, 0, s.day)
				clock = s.act(r, clock, now)
			}
			require.Equal(t, c.due.String(), clock.Escalate.In(rome).String())
			require.Equal(t, c.late, clock.Late(now))
		})
	}
}

func TestAClockThatIsForADateRunsFromIt(t *testing.T) {
	r := rule(t)
	c := r.Opened(monday.AddDate(0, 0, 7))
	require.Equal(t, evening(9), *c.Escalate)
	c = r.Claimed(c, monday)
	require.Equal(t, evening(14), *c.Escalate, "five days from the date, not from the claim")
	c = r.Released(c, monday)
	require.Equal(t, evening(9), *c.Escalate)
	require.Equal(t, c, r.Resumed(c, monday, monday.AddDate(0, 0, 3)), "nothing of it had run")
	require.Equal(t, evening(11), *r.Resumed(c, monday, monday.AddDate(0, 0, 9)).Escalate, "all of it is left")
}

func TestATermInSecondsStandsStillToo(t *testing.T) {
	due := monday.Add(time.Minute)
	resumed := terms.Resumed(rule(t).Calendar, care.Seconds, &due, monday.Add(20*time.Second), monday.Add(time.Hour))
	require.Equal(t, monday.Add(time.Hour+40*time.Second), *resumed)
	require.Nil(t, terms.Resumed(rule(t).Calendar, care.Seconds, nil, monday, monday.Add(time.Hour)))
}

func TestTheLatestMeetingCounts(t *testing.T) {
	on := func(day int) time.Time { return monday.AddDate(0, 0, day) }
	for _, c := range []struct {
		name                   string
		set, due, latest, next int // days after Monday
		since, until           int
	}{
		{"a meeting after what was waited for began", 0, 30, 5, 35, 5, 35},
		{"one of the day on which that began", 0, 30, 0, 30, 0, 30},
		{"one of before", 0, 30, -29, 1, 0, 30},
		{"one of before what was held since", 5, 35, 5, 35, 5, 35},
	} {
		t.Run(c.name, func(t *testing.T) {
			since, until := terms.Met(on(c.set), on(c.due), on(c.latest), on(c.next))
			require.Equal(t, []time.Time{on(c.since), on(c.until)}, []time.Time{since, until})
		})
	}
}

func TestTermsThatPeopleActOnFallOnOpenDays(t *testing.T) {
	cal := rule(t).Calendar
	for _, c := range []struct {
		name, from string
		d          care.Duration
		falls      string
	}{
		{"a review 30 days on that would fall on a Sunday", "2026-10-09 10:00", care.Duration{N: 30, Unit: care.CalendarDays}, "2026-11-09 10:00"},
		{"one that would fall on Christmas", "2026-11-25 10:00", care.Duration{N: 30, Unit: care.CalendarDays}, "2026-12-28 10:00"},
		{"one on an open day", "2026-10-05 10:00", care.Duration{N: 30, Unit: care.CalendarDays}, "2026-11-04 10:00"},
		{"hours over a weekend", "2026-10-09 10:00", care.Duration{N: 48, Unit: care.Hours}, "2026-10-12 10:00"},
		{"working days", "2026-10-09 10:00", days(1), "2026-10-12 18:00"},
		{"seconds, on a Sunday", "2026-10-11 10:00", care.Duration{N: 60, Unit: care.Seconds}, "2026-10-11 10:01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, err := time.ParseInLocation("2006-01-02 15:04", c.from, rome)
			require.NoError(t, err)
			require.Equal(t, c.falls, terms.Falls(cal, from, c.d).In(rome).Format("2006-01-02 15:04"))
		})
	}
	r := rule(t)
	r.Claim = care.Clock{Remind: care.Duration{N: 5, Unit: care.CalendarDays}, Escalate: care.Duration{N: 6, Unit: care.CalendarDays}}
	c := r.Opened(monday)
	require.Equal(t, monday.AddDate(0, 0, 7), *c.Remind, "the Monday after the Saturday")
	require.Equal(t, monday.AddDate(0, 0, 7), *c.Escalate, "and after the Sunday")
	c = r.Extended(c, monday.AddDate(0, 0, 10), monday)
	require.Equal(t, monday.AddDate(0, 0, 10), *c.Set, "what somebody set is as they set it")
}

// TestHowAnAppointmentWentIsLateTheDayAfter: from the end of the next working day, whoever has
// claimed it; a shorter time of the zone stays.
func TestHowAnAppointmentWentIsLateTheDayAfter(t *testing.T) {
	friday := monday.AddDate(0, 0, 4)
	for name, test := range map[string]struct {
		kind     care.TaskKind
		claim    care.Duration
		due      time.Time
		reminded time.Time
	}{
		"an interview":              {care.Interview, days(4), evening(7), evening(4)},
		"a pact":                    {care.ServicePact, days(4), evening(7), evening(4)},
		"another task":              {care.Assessment, days(4), evening(10), evening(7)},
		"a zone that wants it soon": {care.Interview, days(0), evening(4), evening(7)},
	} {
		t.Run(name, func(t *testing.T) {
			r := rule(t)
			r.Kind, r.Claim.Escalate = test.kind, test.claim
			opened := r.Opened(friday)
			require.Equal(t, []time.Time{test.reminded, test.due}, []time.Time{*opened.Remind, *opened.Escalate})
			if test.due.Equal(evening(7)) {
				require.Equal(t, test.due, *r.Claimed(opened, friday.Add(time.Hour)).Escalate)
			}
		})
	}
}

// TestWhatNobodyConfirmedIsLateTheDayAfter: the term to confirm an appointment ends at the
// latest a working day after its hour, whoever has claimed it, and stays where that is far.
func TestWhatNobodyConfirmedIsLateTheDayAfter(t *testing.T) {
	r := rule(t)
	r.Kind, r.Claim.Escalate, r.Complete.Escalate = care.ConfirmAppointment, days(4), days(6)
	soon, far := monday.Add(time.Minute), monday.AddDate(0, 0, 30)
	opened := r.Confirms(terms.Clock{From: monday}, &soon)
	require.Equal(t, []time.Time{evening(0), evening(1)}, []time.Time{*opened.Remind, *opened.Escalate})
	require.Equal(t, evening(1), *r.Claimed(opened, monday.Add(time.Hour)).Escalate)
	require.Equal(t, evening(4), *r.Confirms(terms.Clock{From: monday}, &far).Escalate)
	require.Equal(t, evening(4), *r.Confirms(terms.Clock{From: monday}, nil).Escalate)
}
