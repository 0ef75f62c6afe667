package agenda

import (
	"time"

	"percorso/internal/care"
)

// Held is a session of one day, with how many of its places are taken. A place of somebody
// whom the reader must not know of is none of either.
type Held struct {
	From, Until   time.Time
	Places, Taken int
	Kept          int // of those that are taken, for who has a form open
	Mode          string
}

// Day is what a service does on a day.
type Day struct {
	At       time.Time // its midnight
	Open     bool      // the offices of the zone are
	Off      *Off      // nil: the day is not called off
	Sessions []Held
}

// Monday is the midnight that the week of a time begins with, where its clocks are.
func Monday(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day-(int(t.Weekday())+6)%7, 0, 0, 0, 0, t.Location())
}

// Week are the seven days from a Monday on, beside what is taken in them.
func (a Agenda) Week(monday time.Time, taken []Taken) []Day { return a.days(monday, 7, taken) }

// First is the midnight that the month of a time begins with, where its clocks are.
func First(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}

// Month are the days of the month of a time, beside what is taken in them.
func (a Agenda) Month(t time.Time, taken []Taken) []Day {
	first := First(t.In(a.calendar.Location()))
	return a.days(first, first.AddDate(0, 1, -1).Day(), taken)
}

// Sum says how many places all sessions of a day have, and how many of them are taken. What
// runs over the end of one frees no place of another.
func (d Day) Sum() (places, taken int) {
	for _, h := range d.Sessions {
		places, taken = places+h.Places, taken+min(h.Taken, h.Places)
	}
	return places, taken
}

// days are so many days from one on, beside what is taken in them.
func (a Agenda) days(from time.Time, n int, taken []Taken) (days []Day) {
	year, month, first := from.In(a.calendar.Location()).Date()
	for i := range n {
		at := time.Date(year, month, first+i, 0, 0, 0, 0, a.calendar.Location())
		day := Day{At: at, Open: a.open(at)}
		if off, is := a.calledOff(at); is && day.Open {
			day.Off = &off
		}
		for _, s := range a.sessions {
			if day.Open && day.Off == nil && held(s, at) {
				day.Sessions = append(day.Sessions, hold(s, at, taken))
			}
		}
		days = append(days, day)
	}
	return days
}

// hold is a session as it is held on a day.
func hold(s care.Session, day time.Time, taken []Taken) Held {
	h := Held{From: clock(day, s.From), Until: clock(day, s.To), Mode: s.Mode}
	h.Places = int(h.Until.Sub(h.From)/(time.Duration(s.Seconds)*time.Second)) * s.Places
	for _, t := range taken {
		switch within := t.Overlaps(Taken{At: h.From, Until: h.Until}); {
		case within && t.Unseen:
			h.Places = max(0, h.Places-1)
		case within:
			h.Taken++
			if t.Kept {
				h.Kept++
			}
		}
	}
	return h
}
