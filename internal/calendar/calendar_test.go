package calendar

import (
	"testing"
	"time"

	"percorso/internal/care"
	"percorso/internal/testclock"
)

var rome = func() *time.Location {
	loc, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		panic(err)
	}
	return loc
}()

func policy(zone, day string) care.Policy {
	return care.Policy{Zone: zone, DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: day, Name: "Patrono"}}
}

func calendarOf(t *testing.T, p care.Policy) care.Calendar {
	t.Helper()
	c, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.ParseInLocation("2006-01-02 15:04", text, rome)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestIsWorkingDay(t *testing.T) {
	closed := policy("prova", "12-26")
	closed.Closures = []care.OfficeClosure{{From: "2026-08-13", To: "2026-08-14", Name: "Chiusura estiva"}}
	prato, pistoia, lucca := policy("prato", "12-26"), policy("pistoia", "07-25"), policy("lucca", "07-12")
	for _, test := range []struct {
		name   string
		policy care.Policy
		day    string
		want   bool
	}{
		{"an ordinary Monday", prato, "2026-11-23", true},
		{"a Saturday", prato, "2026-11-21", false},
		{"a Sunday", prato, "2026-11-22", false},
		{"New Year", prato, "2026-01-01", false},
		{"Epiphany", prato, "2026-01-06", false},
		{"Easter Monday 2026", prato, "2026-04-06", false},
		{"Easter Monday 2027", prato, "2027-03-29", false},
		{"the Tuesday after it", prato, "2027-03-30", true},
		{"25 April 2025, a Friday", prato, "2025-04-25", false},
		{"1 May 2026, a Friday", prato, "2026-05-01", false},
		{"2 June 2026, a Tuesday", prato, "2026-06-02", false},
		{"4 October 2024, a Friday before the law", prato, "2024-10-04", true},
		{"4 October 2026, a Sunday", prato, "2026-10-04", false},
		{"the Monday after it is no holiday", prato, "2026-10-05", true},
		{"4 October 2027, a Monday", prato, "2027-10-04", false},
		{"8 December 2026, a Tuesday", prato, "2026-12-08", false},
		{"Prato's Santo Stefano 2025, a Friday", prato, "2025-12-26", false},
		{"San Jacopo 2025, a Friday, in Pistoia", pistoia, "2025-07-25", false},
		{"San Jacopo in Prato", prato, "2025-07-25", true},
		{"Santo Stefano in Pistoia", pistoia, "2025-12-26", false},
		{"San Paolino 2027, a Monday, in Lucca", lucca, "2027-07-12", false},
		{"San Paolino in Pistoia", pistoia, "2027-07-12", true},
		{"first day of a closure", closed, "2026-08-13", false},
		{"last day of a closure", closed, "2026-08-14", false},
		{"the day before a closure", closed, "2026-08-12", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			cal := calendarOf(t, test.policy)
			for _, hour := range []string{" 00:00", " 09:30", " 23:59"} {
				if got := cal.IsWorkingDay(at(t, test.day+hour).UTC()); got != test.want {
					t.Errorf("%s%s: %v, want %v", test.day, hour, got, test.want)
				}
			}
		})
	}
}

func TestAfter(t *testing.T) {
	days := func(n int) care.Duration { return care.Duration{N: n, Unit: care.WorkingDays} }
	for _, test := range []struct {
		name string
		from string
		d    care.Duration
		want string
	}{
		{"from a Monday morning", "2026-11-23 09:30", days(2), "2026-11-25 18:00"},
		{"over a weekend", "2026-11-26 09:30", days(2), "2026-11-30 18:00"},
		{"from a Friday evening", "2026-11-27 21:00", days(1), "2026-11-30 18:00"},
		{"from a Saturday", "2026-11-28 10:00", days(1), "2026-11-30 18:00"},
		{"from a holiday", "2026-12-08 10:00", days(1), "2026-12-09 18:00"},
		{"over Christmas and Prato's saint", "2026-12-23 10:00", days(2), "2026-12-28 18:00"},
		{"over Easter", "2026-04-02 10:00", days(2), "2026-04-07 18:00"},
		{"over 4 October 2027", "2027-10-01 10:00", days(1), "2027-10-05 18:00"},
		{"over the clocks' change in March", "2026-03-27 10:00", days(1), "2026-03-30 18:00"},
		{"over the clocks' change in October", "2026-10-23 10:00", days(1), "2026-10-26 18:00"},
		{"none, during the day", "2026-11-23 09:30", days(0), "2026-11-23 18:00"},
		{"none, after the day's end", "2026-11-23 18:01", days(0), "2026-11-24 18:00"},
		{"none, on a Sunday", "2026-11-22 09:30", days(0), "2026-11-23 18:00"},
		{"calendar days", "2026-12-24 09:30", care.Duration{N: 3, Unit: care.CalendarDays}, "2026-12-27 09:30"},
		{"calendar days keep the local time in March", "2026-03-28 09:30", care.Duration{N: 1, Unit: care.CalendarDays}, "2026-03-29 09:30"},
		{"calendar days keep the local time in October", "2026-10-24 09:30", care.Duration{N: 1, Unit: care.CalendarDays}, "2026-10-25 09:30"},
		{"hours are exact in March", "2026-03-28 09:30", care.Duration{N: 24, Unit: care.Hours}, "2026-03-29 10:30"},
		{"hours are exact in October", "2026-10-24 09:30", care.Duration{N: 24, Unit: care.Hours}, "2026-10-25 08:30"},
		{"seconds", "2026-11-22 09:30", care.Duration{N: 120, Unit: care.Seconds}, "2026-11-22 09:32"},
		{"nothing", "2026-11-22 09:30", care.Duration{}, "2026-11-22 09:30"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cal := calendarOf(t, policy("prato", "12-26"))
			for _, from := range []time.Time{at(t, test.from), at(t, test.from).UTC()} {
				if got, want := cal.After(from, test.d), at(t, test.want); !got.Equal(want) {
					t.Errorf("%s and %s: %s, want %s", test.from, test.d, got, want)
				}
			}
		})
	}
}

// TestAfterEveryMoment: working days end with the offices' day, calendar days
// keep the hour on the wall, hours and seconds are counted.
func TestAfterEveryMoment(t *testing.T) {
	cal := calendarOf(t, policy("prato", "12-26"))
	testclock.Each(t, func(t *testing.T, now time.Time) {
		for _, n := range []int{1, 2, 5, 30} {
			for _, from := range []time.Time{now, now.UTC()} {
				term := cal.After(from, care.Duration{N: n, Unit: care.WorkingDays}).In(rome)
				if term.Format("15:04") != "18:00" || !cal.IsWorkingDay(term) || cal.WorkingDaysBetween(now, term) != n {
					t.Errorf("%d working days: %s", n, term)
				}
				day := cal.After(from, care.Duration{N: n, Unit: care.CalendarDays}).In(rome)
				if day.Format("15:04") != now.Format("15:04") || day.Format(time.DateOnly) != now.AddDate(0, 0, n).Format(time.DateOnly) {
					t.Errorf("%d calendar days: %s", n, day)
				}
				if hours := cal.After(from, care.Duration{N: n, Unit: care.Hours}); hours.Sub(now) != time.Duration(n)*time.Hour {
					t.Errorf("%d hours: %s", n, hours)
				}
			}
		}
	})
}

func TestWorkingDaysBetween(t *testing.T) {
	cal := calendarOf(t, policy("prato", "12-26"))
	for _, test := range []struct {
		from, to string
		want     int
	}{
		{"2026-11-23 09:30", "2026-11-23 23:00", 0},
		{"2026-11-23 23:00", "2026-11-24 00:01", 1},
		{"2026-11-27 09:30", "2026-11-30 08:00", 1},
		{"2026-11-28 09:30", "2026-11-29 08:00", 0},
		{"2026-12-23 09:30", "2026-12-28 10:00", 2},
		{"2026-12-07 09:30", "2026-12-09 10:00", 1},
		{"2026-11-24 09:30", "2026-11-23 09:30", 0},
	} {
		if got := cal.WorkingDaysBetween(at(t, test.from), at(t, test.to)); got != test.want {
			t.Errorf("%s to %s: %d, want %d", test.from, test.to, got, test.want)
		}
	}
}

// TestAfterAgreesWithBetween: the term of n working days lies n working days ahead.
func TestAfterAgreesWithBetween(t *testing.T) {
	cal := calendarOf(t, policy("lucca", "07-12"))
	for from := at(t, "2026-01-01 10:00"); from.Year() == 2026; from = from.AddDate(0, 0, 1) {
		for _, n := range []int{1, 3, 30} {
			term := cal.After(from, care.Duration{N: n, Unit: care.WorkingDays})
			if got := cal.WorkingDaysBetween(from, term); got != n || !cal.IsWorkingDay(term) {
				t.Fatalf("%s and %d working days: %s, which is %d ahead", from, n, term, got)
			}
		}
	}
}

func TestNewRefusesWhatZoneWould(t *testing.T) {
	for name, spoil := range map[string]func(*care.Policy){
		"patron":          func(p *care.Policy) { p.PatronSaint.Day = "26/12" },
		"end of day":      func(p *care.Policy) { p.DayEnds = "six" },
		"closure's date":  func(p *care.Policy) { p.Closures = []care.OfficeClosure{{From: "soon", To: "later"}} },
		"closure's order": func(p *care.Policy) { p.Closures = []care.OfficeClosure{{From: "2026-08-14", To: "2026-08-13"}} },
		"endless closure": func(p *care.Policy) { p.Closures = []care.OfficeClosure{{From: "2026-08-14", To: "9999-08-13"}} },
	} {
		p := policy("prova", "12-26")
		spoil(&p)
		if _, err := New(p); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestAPatronOfALeapDay closes its own day, and no other day of the years without it.
func TestAPatronOfALeapDay(t *testing.T) {
	c := calendarOf(t, policy("prova", "02-29"))
	for day, open := range map[string]bool{"2028-02-29": false, "2028-02-28": true, "2028-03-01": true, "2027-03-01": true, "2029-02-28": true, "2029-03-01": true} {
		if c.IsWorkingDay(at(t, day+" 10:00")) != open {
			t.Errorf("%s: open %v", day, !open)
		}
	}
	if got := c.NextOpen(at(t, "2027-02-28 10:00")); !got.Equal(at(t, "2027-03-01 10:00")) {
		t.Errorf("next: %s", got)
	}
}

func TestOpenDays(t *testing.T) {
	closed := policy("prato", "12-26")
	closed.Closures = []care.OfficeClosure{{From: "2026-08-13", To: "2026-08-14", Name: "Chiusura estiva"}}
	c := calendarOf(t, closed)
	for _, test := range []struct{ name, from, next, last string }{
		{"an open day stays", "2026-11-23 10:15", "2026-11-23 10:15", "2026-11-23 10:15"},
		{"also late on it", "2026-11-23 23:59", "2026-11-23 23:59", "2026-11-23 23:59"},
		{"a Sunday", "2026-11-22 00:00", "2026-11-23 00:00", "2026-11-20 00:00"},
		{"Christmas and the patron, before a Sunday", "2026-12-25 10:00", "2026-12-28 10:00", "2026-12-24 10:00"},
		{"over a closure", "2026-08-14 09:00", "2026-08-17 09:00", "2026-08-12 09:00"},
		{"over a change of the clocks", "2026-10-25 09:00", "2026-10-26 09:00", "2026-10-23 09:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			from := at(t, test.from)
			if got := c.NextOpen(from); !got.Equal(at(t, test.next)) {
				t.Errorf("next: %s", got)
			}
			if got := c.LastOpen(from.UTC()); !got.Equal(at(t, test.last)) {
				t.Errorf("last: %s", got)
			}
		})
	}
}
