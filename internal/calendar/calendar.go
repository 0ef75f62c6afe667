// Package calendar counts working days as the offices of a zone do: Monday to
// Friday, without Italy's national holidays, the town's patron saint and the
// closures that the zone's file names.
package calendar

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // the machine may have no time zones of its own

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/it"

	"percorso/internal/care"
)

// sanFrancesco is a national holiday again from 2026 (L. 151/2025).
var sanFrancesco = &cal.Holiday{
	Name:      "San Francesco d'Assisi",
	Type:      cal.ObservancePublic,
	Month:     time.October,
	Day:       4,
	StartYear: 2026,
	Func:      cal.CalcDayOfMonth,
}

// location is where all zones are.
const location = "Europe/Rome"

// offices is the calendar of a zone's offices. It never changes, so that many
// goroutines may use it.
type offices struct {
	business *cal.BusinessCalendar
	closures []care.OfficeClosure
	place    *time.Location
	dayEnds  time.Duration // local time of day at which a working day's term falls
}

// longestClosure keeps a mistyped year from closing the offices for good.
const longestClosure = 366 * 24 * time.Hour

// New builds the calendar of a zone. An error means that the policy did not
// pass package zone's validation.
func New(p care.Policy) (care.Calendar, error) {
	place, err := time.LoadLocation(location)
	if err != nil {
		return nil, fmt.Errorf("time zone of the offices: %w", err)
	}
	// A leap year, so that 29 February may be a patron's day.
	patron, err := time.Parse("2006-01-02", "2024-"+p.PatronSaint.Day)
	if err != nil {
		return nil, fmt.Errorf("patron saint's day of zone %s: %w", p.Zone, err)
	}
	ends, err := time.Parse("15:04", p.DayEnds)
	if err != nil {
		return nil, fmt.Errorf("end of the working day of zone %s: %w", p.Zone, err)
	}
	for _, c := range p.Closures {
		from, errFrom := time.Parse(time.DateOnly, c.From)
		to, errTo := time.Parse(time.DateOnly, c.To)
		if errFrom != nil || errTo != nil || to.Before(from) || to.Sub(from) > longestClosure {
			return nil, fmt.Errorf("closure %q of zone %s: from %q to %q", c.Name, p.Zone, c.From, c.To)
		}
	}
	b := cal.NewBusinessCalendar() // its cache stays off: it is not safe for many goroutines
	b.AddHoliday(it.Holidays...)
	b.AddHoliday(sanFrancesco, &cal.Holiday{
		Name: p.PatronSaint.Name, Type: cal.ObservancePublic,
		Month: patron.Month(), Day: patron.Day(), Func: dayOfItsYear,
	})
	return &offices{
		business: b,
		closures: slices.Clone(p.Closures),
		place:    place,
		dayEnds:  time.Duration(ends.Hour())*time.Hour + time.Duration(ends.Minute())*time.Minute,
	}, nil
}

// dayOfItsYear is a day of a year that has it: a patron of 29 February closes no 1 March.
// What is a holiday is the saint's own day (CCNL Funzioni Locali of 21 May 2018, art. 28),
// and where a town keeps it on another one that is a closure of its file.
func dayOfItsYear(h *cal.Holiday, year int) time.Time {
	if day := cal.CalcDayOfMonth(h, year); day.Month() == h.Month {
		return day
	}
	return time.Time{}
}

func (o *offices) Location() *time.Location { return o.place }

func (o *offices) IsWorkingDay(t time.Time) bool {
	t = t.In(o.place)
	if !o.business.IsWorkday(t) {
		return false
	}
	day := t.Format(time.DateOnly)
	return !slices.ContainsFunc(o.closures, func(c care.OfficeClosure) bool { return c.From <= day && day <= c.To })
}

func (o *offices) After(from time.Time, d care.Duration) time.Time {
	switch d.Unit {
	case care.WorkingDays:
		return o.afterWorkingDays(from, d.N)
	case care.CalendarDays:
		return from.In(o.place).AddDate(0, 0, d.N)
	case care.Hours:
		return from.Add(time.Duration(d.N) * time.Hour)
	}
	return from.Add(time.Duration(d.N) * time.Second)
}

// afterWorkingDays ends, because every closure does.
func (o *offices) afterWorkingDays(from time.Time, n int) time.Time {
	day := noon(from.In(o.place))
	if n == 0 && o.IsWorkingDay(day) && !from.After(o.end(day)) {
		return o.end(day)
	}
	for left := max(1, n); left > 0; {
		day = day.AddDate(0, 0, 1)
		if o.IsWorkingDay(day) {
			left--
		}
	}
	return o.end(day)
}

func (o *offices) NextOpen(t time.Time) time.Time { return o.open(t, 1) }

func (o *offices) LastOpen(t time.Time) time.Time { return o.open(t, -1) }

// open goes from day to day until the offices work.
func (o *offices) open(t time.Time, step int) time.Time {
	away := 0
	for day := noon(t.In(o.place)); !o.IsWorkingDay(day); day = day.AddDate(0, 0, step) {
		away += step
	}
	if away == 0 {
		return t
	}
	return t.In(o.place).AddDate(0, 0, away)
}

// countedYears is how far working days are counted: no term is longer, and a time
// that no person means must not be counted to.
const countedYears = 50

func (o *offices) WorkingDaysBetween(from, to time.Time) int {
	if most := from.AddDate(countedYears, 0, 0); to.After(most) {
		to = most
	}
	day, last := noon(from.In(o.place)), noon(to.In(o.place))
	count := 0
	for day.Before(last) {
		day = day.AddDate(0, 0, 1)
		if o.IsWorkingDay(day) {
			count++
		}
	}
	return count
}

// end is when the office's working day of t's day ends.
func (o *offices) end(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, int(o.dayEnds.Hours()), int(o.dayEnds.Minutes())%60, 0, 0, o.place)
}

// noon steps from day to day: unlike midnight it is there on every day, also
// when the clocks change.
func noon(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 12, 0, 0, 0, t.Location())
}
