package agenda

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// Opening is a stretch of free access at the desk; To is excluded.
type Opening struct{ From, To time.Time }

// horizon is how far ahead an opening is looked for: longer than any closure.
const horizon = 2 * 366

// NextOpening gives the opening that t lies in, else the next one. The desk is
// closed on days on which the zone's offices do not work. False: the desk has
// no hours of free access.
func NextOpening(p care.Policy, cal care.Calendar, t time.Time) (Opening, bool) {
	return search(cal, t, func(day time.Time) (Opening, bool) {
		for _, band := range p.Desk.Hours { // in the order of the week
			if band.Weekday != weekdayOf(day) {
				continue
			}
			if o := (Opening{clock(day, band.From), clock(day, band.To)}); t.Before(o.To) {
				return o, true
			}
		}
		return Opening{}, false
	})
}

// NextByAppointment gives the next day, t's own included, on which the desk
// receives by appointment alone, at its midnight. False: it has no such days.
func NextByAppointment(p care.Policy, cal care.Calendar, t time.Time) (time.Time, bool) {
	o, ok := search(cal, t, func(day time.Time) (Opening, bool) {
		return Opening{From: clock(day, "00:00")}, slices.Contains(p.Desk.ByAppointment, weekdayOf(day))
	})
	return o.From, ok
}

// search looks for the first working day from t's on that has what is wanted.
func search(cal care.Calendar, t time.Time, has func(day time.Time) (Opening, bool)) (Opening, bool) {
	year, month, first := t.In(cal.Location()).Date()
	for ahead := range horizon {
		day := time.Date(year, month, first+ahead, 12, 0, 0, 0, cal.Location())
		if !cal.IsWorkingDay(day) {
			continue
		}
		if o, ok := has(day); ok {
			return o, true
		}
	}
	return Opening{}, false
}

func weekdayOf(t time.Time) care.Weekday {
	return care.Weekdays[(int(t.Weekday())+6)%7] // care's week begins on Monday
}
