package agenda_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/testclock"
)

var mornings = care.Session{Days: []care.Weekday{"mon", "thu"}, From: "09:00", To: "11:00", Seconds: 1800, Places: 2, Mode: agenda.InPerson}

// of is the agenda of a service with some sessions, in a zone that is closed from 24 to 31
// December 2026.
func of(t *testing.T, now time.Time, sessions ...care.Session) agenda.Agenda {
	t.Helper()
	policy := care.Policy{
		Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "02-29"}, Services: []care.Service{{Code: "pas", Sessions: sessions}},
		Closures: []care.OfficeClosure{{From: "2026-12-24", To: "2026-12-31"}},
	}
	cal, err := calendar.New(policy)
	require.NoError(t, err)
	return agenda.Of(policy, "pas", cal, now)
}

func on(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, testclock.Rome)
	require.NoError(t, err)
	return at
}

// hours are the slots of a day as people say them.
func hours(a agenda.Agenda, day time.Time) (list []string) {
	for s := range a.Slots(day, day.AddDate(0, 0, -2)) {
		list = append(list, s.At.Format("15:04"))
	}
	return list
}

func TestSlotsOfADay(t *testing.T) {
	always := care.Session{Days: care.Weekdays, From: "00:00", To: "24:00", Seconds: 3600, Places: 1}
	night := care.Session{Days: care.Weekdays, From: "01:00", To: "04:00", Seconds: 3600, Places: 1}
	term := mornings
	term.Since, term.Until = "2026-11-26", "2026-11-30"
	afternoon := care.Session{Days: []care.Weekday{"mon"}, From: "15:00", To: "16:00", Seconds: 3600, Places: 1}
	four := []string{"09:00", "09:30", "10:00", "10:30"}
	for name, test := range map[string]struct {
		now, day string
		sessions []care.Session
		want     []string
	}{
		"a day of the session":            {"2026-11-23 10:30", "2026-11-26 12:00", []care.Session{mornings}, four},
		"another weekday":                 {"2026-11-23 10:30", "2026-11-27 12:00", []care.Session{mornings}, nil},
		"two sessions, in their order":    {"2026-11-23 10:30", "2026-11-30 12:00", []care.Session{afternoon, mornings}, append(append([]string{}, four...), "15:00")},
		"before its first day":            {"2026-11-16 10:30", "2026-11-23 12:00", []care.Session{term}, nil},
		"on its first day":                {"2026-11-16 10:30", "2026-11-26 12:00", []care.Session{term}, four},
		"on its last day":                 {"2026-11-16 10:30", "2026-11-30 12:00", []care.Session{term}, four},
		"after its last day":              {"2026-11-16 10:30", "2026-12-03 12:00", []care.Session{term}, nil},
		"a holiday":                       {"2026-11-23 10:30", "2026-12-08 12:00", []care.Session{always}, nil},
		"a closure":                       {"2026-11-23 10:30", "2026-12-24 12:00", []care.Session{mornings}, nil},
		"a closed day that is today":      {"2026-12-24 08:00", "2026-12-24 12:00", []care.Session{mornings}, four},
		"29 February, the patron's":       {"2028-02-20 08:00", "2028-02-29 12:00", []care.Session{always}, nil},
		"the day after 29 February":       {"2028-02-20 08:00", "2028-03-02 12:00", []care.Session{mornings}, four},
		"the night that loses an hour":    {"2027-03-28 00:30", "2027-03-28 12:00", []care.Session{night}, []string{"01:00", "03:00"}},
		"the night that has an hour more": {"2027-10-31 00:30", "2027-10-31 12:00", []care.Session{night}, []string{"01:00", "02:00", "02:00", "03:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, hours(of(t, on(t, test.now), test.sessions...), on(t, test.day)))
		})
	}
	require.Len(t, hours(of(t, on(t, "2027-03-28 00:30"), always), on(t, "2027-03-28 12:00")), 23)
	require.Len(t, hours(of(t, on(t, "2027-10-31 00:30"), always), on(t, "2027-10-31 12:00")), 25)
}

func TestWhoCanBeReceived(t *testing.T) {
	a := of(t, testclock.Monday, mornings)
	half := func(text string) agenda.Taken {
		return agenda.Taken{At: on(t, text), Until: on(t, text).Add(30 * time.Minute)}
	}
	for name, test := range map[string]struct {
		at    string
		taken []agenda.Taken
		want  string
	}{
		"a free slot":                         {"2026-11-26 09:30", nil, ""},
		"one of two places":                   {"2026-11-26 09:30", []agenda.Taken{half("2026-11-26 09:30")}, ""},
		"both":                                {"2026-11-26 09:30", []agenda.Taken{half("2026-11-26 09:30"), half("2026-11-26 09:30")}, agenda.NoPlace},
		"those beside it take none of it":     {"2026-11-26 09:30", []agenda.Taken{half("2026-11-26 09:00"), half("2026-11-26 10:00")}, ""},
		"what falls across the slots does":    {"2026-11-26 09:30", []agenda.Taken{half("2026-11-26 09:15"), half("2026-11-26 09:45")}, agenda.NoPlace},
		"within a slot":                       {"2026-11-26 09:15", nil, agenda.OutsideSessions},
		"when the session ends":               {"2026-11-26 11:00", nil, agenda.OutsideSessions},
		"at night":                            {"2026-11-26 03:00", nil, agenda.OutsideSessions},
		"on another weekday":                  {"2026-11-25 09:30", nil, agenda.OutsideSessions},
		"on a day on which nobody is at work": {"2026-12-28 09:30", nil, care.RuleClosedDay},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, a.Broken(on(t, test.at), test.taken)) })
	}
	free := of(t, testclock.Monday)
	require.False(t, free.HasSessions())
	for text, want := range map[string]string{"03:00": agenda.OutsideHours, "06:59": agenda.OutsideHours, "07:00": "", "19:59": "", "20:00": agenda.OutsideHours} {
		require.Equal(t, want, free.Broken(on(t, "2026-11-26 "+text), nil), text)
	}
	require.Equal(t, care.RuleClosedDay, free.Broken(on(t, "2026-11-29 10:00"), nil), "on a Sunday")
	require.Equal(t, agenda.Taken{At: on(t, "2026-11-26 03:00"), Until: on(t, "2026-11-26 03:30")}, free.Lasts(on(t, "2026-11-26 03:00")))
}

func TestNextFreePlaces(t *testing.T) {
	full := func(text string) []agenda.Taken {
		taken := agenda.Taken{At: on(t, text), Until: on(t, text).Add(30 * time.Minute)}
		return []agenda.Taken{taken, taken}
	}
	next := func(now, from string, taken []agenda.Taken) (list []string) {
		for _, s := range of(t, on(t, now), mornings).Next(on(t, from), 3, taken) {
			list = append(list, s.At.Format("01-02 15:04"))
		}
		return list
	}
	require.Equal(t, []string{"11-26 09:00", "11-26 09:30", "11-26 10:00"}, next("2026-11-23 12:00", "2026-11-23 12:00", nil))
	require.Equal(t, []string{"11-23 10:00", "11-23 10:30", "11-26 09:00"}, next("2026-11-23 09:30", "2026-11-01 00:00", nil), "none that has begun")
	require.Equal(t, []string{"11-26 10:00", "11-26 10:30", "11-30 09:00"}, next("2026-11-23 12:00", "2026-11-23 12:00", append(full("2026-11-26 09:00"), full("2026-11-26 09:30")...)))
	require.Equal(t, []string{"12-03 09:00", "12-03 09:30", "12-03 10:00"}, next("2026-11-23 12:00", "2026-12-01 00:00", nil), "from a day on")
	require.Equal(t, []string{"01-04 09:00", "01-04 09:30", "01-04 10:00"}, next("2026-12-21 12:00", "2026-12-21 12:00", nil), "past a closure")
	require.Empty(t, of(t, testclock.Monday).Next(testclock.Monday, 3, nil), "at any hour")
	over := mornings
	over.Until = "2026-11-23"
	require.Empty(t, of(t, testclock.Monday.Add(time.Hour), over).Next(testclock.Monday, 3, nil))
}

// TestSlotsAreCountedWithoutBeingWalked: a session by the second has 86,400 slots a day.
func TestSlotsAreCountedWithoutBeingWalked(t *testing.T) {
	always := care.Session{Days: care.Weekdays, From: "00:00", To: "24:00", Seconds: 1, Places: 1000}
	testclock.Each(t, func(t *testing.T, now time.Time) {
		a := of(t, now, always)
		require.Empty(t, a.Broken(now.Add(2*time.Second), nil))
		require.Equal(t, agenda.OutsideSessions, a.Broken(now.Add(2500*time.Millisecond), nil))
		require.Len(t, a.Next(now, 3, nil), 3)
	})
}

// TestASharedAgendaIsOneOfSessions, for the agency that it is shared with and its services.
func TestASharedAgendaIsOneOfSessions(t *testing.T) {
	prato := delivered(t)["prato"]
	cal, err := calendar.New(prato)
	require.NoError(t, err)
	own := mornings
	prato.Services = append(prato.Services, care.Service{Code: "other", Agency: "cpi"}, care.Service{Code: "own", Agency: "cpi", Sessions: []care.Session{own}})
	for service, want := range map[string][]string{
		"cpi": {"09:00", "09:45", "10:30", "11:15"}, "other": {"09:00", "09:45", "10:30", "11:15"}, "own": nil, "pas": nil, "nothing": nil,
	} {
		require.Equal(t, want, hours(agenda.Of(prato, service, cal, testclock.Monday), on(t, "2026-11-25 12:00")), service)
	}
	require.Empty(t, agenda.Sessions(delivered(t)["pistoia"], "cpi"))
}
