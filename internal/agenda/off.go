package agenda

import (
	"time"

	"percorso/internal/care"
)

// Off are days of a service that are called off, the last one included: nobody gets a place.
type Off struct {
	ID     string    `db:"id"`
	First  time.Time `db:"first_day"`
	Last   time.Time `db:"last_day"`
	Reason string    `db:"reason"`
}

// Without is the agenda where some days are called off.
func (a Agenda) Without(off []Off) Agenda {
	a.off = off
	return a
}

// calledOff says whether the day of a time is called off, and how.
func (a Agenda) calledOff(at time.Time) (Off, bool) {
	day := care.DayOf(at.In(a.calendar.Location()))
	for _, o := range a.off {
		if !day.Before(care.DayOf(o.First)) && !day.After(care.DayOf(o.Last)) {
			return o, true
		}
	}
	return Off{}, false
}
