// Package agenda says when people are received: at the desk in its hours, and by a
// service in its sessions, where a place in them is free.
//
// Say that the Punto PAS receives on Mondays from 9 to 11, two people side by side, for
// half an hour each. That is one session of four slots, and eight places. Whoever asks
// for a Monday at 9:30 gets the second slot while fewer than two have it.
package agenda

import (
	"iter"
	"slices"
	"strings"
	"time"

	"percorso/internal/care"
)

// Why somebody cannot be received at a time.
const (
	NoPlace         = "no_place"         // the slot is full
	OutsideSessions = "outside_sessions" // none begins then
	OutsideHours    = "outside_hours"    // of the day, where the service has no sessions
	OtherService    = "place_of_another_service"
	HourMissing     = "hour_missing"   // of the day alone no place can be given
	PlaceUnchosen   = "place_unchosen" // neither one of the places that are offered, nor none of them
	CalledOff       = "called_off"     // the service receives nobody on that day, as it has said

	SentElsewhere = "sent_elsewhere" // the plan does not send the person there

	PlaceFree = "place_is_free" // nobody waits for one where there is one
)

// Offers says whether a rule is broken by who can be told of another place.
func Offers(rule string) bool {
	return slices.Contains([]string{NoPlace, OutsideSessions, Elsewhere, CalledOff, PlaceFree, care.RuleClosedDay}, rule)
}

// How one is received in a session.
const (
	InPerson = "in_person"
	ByPhone  = "phone"
)

// Modes lists them.
var Modes = []string{InPerson, ByPhone}

// A service without sessions receives between these hours of a day.
const opens, closes = "07:00", "20:00"

const (
	// Ahead is how many days ahead a free place is looked for.
	Ahead = 92
	// AtOnce is within what time the staff of a service receive somebody who is there,
	// whatever the agenda says.
	AtOnce = time.Hour
	// Usual is how long an appointment lasts of which no session says it.
	Usual = 30 * time.Minute
)

// OfServices are the tasks in which a service itself gives a time.
var OfServices = []care.TaskKind{care.ConfirmAppointment, care.Interview, care.PlacementAppointment, care.ServicePact}

// Slot is one appointment's time in a session.
type Slot struct {
	At, Until time.Time
	Places    int
	Mode      string
	given     int  // of its places to the PUA; 0: it is not shared out
	back      bool // what is given has come back by now
}

// Taken is the time of an appointment that somebody has.
type Taken struct {
	At     time.Time `db:"at"`
	Until  time.Time `db:"until"`
	Unseen bool      `db:"unseen"` // of somebody whom who asks must not know of
	PUA    bool      `db:"pua"`    // asked for by the PUA
	Kept   bool      `db:"kept"`   // for a while, for somebody who has a form open
}

// Overlaps says whether two times have some time in common.
func (t Taken) Overlaps(other Taken) bool {
	return t.At.Before(other.Until) && other.At.Before(t.Until)
}

// Agenda is when one service of a zone receives people.
type Agenda struct {
	sessions []care.Session
	calendar care.Calendar
	now      time.Time
	off      []Off
	asks     asker
}

// Sessions are those of a service. One of the agency with which the desk shares an agenda
// has its slots for sessions, of one appointment and one place each, unless it has its own.
func Sessions(p care.Policy, service string) (sessions []care.Session) {
	s, known := p.Service(service)
	if len(s.Sessions) > 0 || p.SharedAgenda.With == "" || p.SharedAgenda.With != service && (!known || p.SharedAgenda.With != s.Agency) {
		return s.Sessions
	}
	for _, b := range p.SharedAgenda.Slots {
		sessions = append(sessions, care.Session{
			Days: []care.Weekday{b.Weekday}, From: b.From, To: b.To, Seconds: int((Clock(b.To) - Clock(b.From)).Seconds()), Places: 1, Mode: InPerson,
		})
	}
	return sessions
}

// Of is the agenda of a service. An agency that people meet outside of one, as the
// employment centre in a placement, has the sessions of the service of its name.
func Of(p care.Policy, service string, calendar care.Calendar, now time.Time) Agenda {
	sessions := slices.Clone(Sessions(p, service))
	slices.SortStableFunc(sessions, func(a, b care.Session) int { return strings.Compare(a.From, b.From) })
	return Agenda{sessions: sessions, calendar: calendar, now: now.In(calendar.Location()), asks: theService}
}

// HasSessions says whether the service receives in sessions, and not at any hour.
func (a Agenda) HasSessions() bool { return len(a.sessions) > 0 }

// Slots are the slots of a day, from a time on. On days on which the offices are closed
// there are none; today somebody is at work.
func (a Agenda) Slots(day, from time.Time) iter.Seq[Slot] {
	return func(yield func(Slot) bool) {
		day = day.In(a.calendar.Location())
		if _, off := a.calledOff(day); off || !a.open(day) {
			return
		}
		for _, s := range a.sessions {
			if !held(s, day) {
				continue
			}
			at, end, lasts := clock(day, s.From), clock(day, s.To), time.Duration(s.Seconds)*time.Second
			if late := from.Sub(at); late > 0 {
				at = at.Add((late + lasts - 1) / lasts * lasts)
			}
			for ; !at.Add(lasts).After(end); at = at.Add(lasts) {
				if !yield(Slot{at, at.Add(lasts), s.Places, s.Mode, s.PUA, a.backBy(s, at)}) {
					return
				}
			}
		}
	}
}

// held says whether a session is held on a day.
func held(s care.Session, day time.Time) bool {
	date := day.Format(time.DateOnly)
	return slices.Contains(s.Days, weekdayOf(day)) && s.Since <= date && (s.Until == "" || date <= s.Until)
}

// Clock is how far the clocks have come at a time such as "09:00". "24:00" is the
// midnight that ends a day.
func Clock(text string) time.Duration {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 24 * time.Hour
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// clock is a time of a day, as its clocks show it.
func clock(day time.Time, text string) time.Time {
	year, month, date := day.Date()
	return time.Date(year, month, date, 0, int(Clock(text).Minutes()), 0, 0, day.Location())
}

// Morning is the midnight that a time's day begins with.
func Morning(t time.Time) time.Time { return clock(t, "00:00") }

// Overlap says whether two sessions are ever held at the same time.
func Overlap(s, t care.Session) bool {
	together := (s.Until == "" || t.Since <= s.Until) && (t.Until == "" || s.Since <= t.Until)
	return together && s.From < t.To && t.From < s.To && slices.ContainsFunc(s.Days, func(d care.Weekday) bool { return slices.Contains(t.Days, d) })
}

// open says whether somebody is at work on a day where the zone is.
func (a Agenda) open(day time.Time) bool {
	return care.DayOf(day).Equal(care.DayOf(a.now)) || a.calendar.IsWorkingDay(day)
}

// At is the slot that begins at a time; false: none does.
func (a Agenda) At(at time.Time) (Slot, bool) {
	for s := range a.Slots(at, at) { // earliest first, since no two sessions are held at once
		if !s.At.Before(at) {
			return s, s.At.Equal(at)
		}
	}
	return Slot{}, false
}

// InHours says whether somebody is received at the hour of a time, as it is where the zone is:
// between the usual hours of a day, or in one of some sessions.
func InHours(there time.Time, sessions ...care.Session) bool {
	within := func(from, to string) bool { return !there.Before(clock(there, from)) && there.Before(clock(there, to)) }
	return within(opens, closes) || slices.ContainsFunc(sessions, func(s care.Session) bool { return held(s, there) && within(s.From, s.To) })
}

// Lasts is the time that an appointment takes.
func (a Agenda) Lasts(at time.Time) Taken {
	if s, ok := a.At(at); ok {
		return Taken{At: s.At, Until: s.Until}
	}
	return Taken{At: at, Until: at.Add(Usual)}
}

// Broken says by which rule nobody can be received at a time, beside those who are;
// empty: somebody can.
func (a Agenda) Broken(at time.Time, taken []Taken) string {
	if !a.open(at.In(a.calendar.Location())) {
		return care.RuleClosedDay
	}
	if _, off := a.calledOff(at); off {
		return CalledOff
	}
	if !a.HasSessions() && a.asks != theSending {
		if !InHours(at.In(a.calendar.Location())) {
			return OutsideHours
		}
		return ""
	}
	s, ok := a.At(at)
	switch {
	case !ok:
		return OutsideSessions
	case !s.free(taken, a.asks):
		return NoPlace
	}
	return ""
}

// Outside says whether nobody is received at a time, however many places are free.
func (a Agenda) Outside(at time.Time) bool {
	rule := a.Broken(at, nil)
	return rule != "" && rule != NoPlace
}

// Next are the first slots with a free place from a time on, which is never past.
func (a Agenda) Next(from time.Time, most int, taken []Taken) (free []Slot) {
	if !from.After(a.now) {
		from = a.now.Add(time.Nanosecond)
	}
	from = from.In(a.calendar.Location())
	year, month, first := from.Date()
	all := busyWith(taken)
	for ahead := range Ahead {
		for s := range a.Slots(time.Date(year, month, first+ahead, 12, 0, 0, 0, from.Location()), from) {
			if len(free) == most {
				return free
			}
			if s.free(all.around(s), a.asks) {
				free = append(free, s)
			}
		}
	}
	return free
}
