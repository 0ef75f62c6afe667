// Package promise says what a promise of one's own may hold, and when it is due.
//
// Say that Maria Prova promises a person to ring them on Sunday 6 December, about their permit.
// The offices are closed on Sundays: Percorso reminds her on the next day on which they are open,
// and says so. On Tuesday it is late. What she wrote is hers alone.
package promise

import (
	"fmt"
	"time"

	"percorso/internal/care"
)

// Most is how many one may have that are not done, and Longest how many signs each may have: it
// is no place for notes.
const Most, Longest = 100, 300

// Life is for how long one is kept after its day, and after it was done.
const Life = 30 * 24 * time.Hour

// furthest is how many days ahead one may be: what is typed beyond is a mistake.
const furthest = 366

// RuleMost says that somebody has as many as one may have.
const RuleMost = "too_many_promises"

// When is for which day somebody wants to be reminded, and for which hour of it.
type When struct {
	Day    time.Time `db:"on_day"` // midnight UTC, as all days; the zero time: none was given
	Minute *int      `db:"minute"` // of the day; nil: at any time of it
}

// Promise is one as it is kept.
type Promise struct {
	When
	ID     string     `db:"id"`
	CaseID string     `db:"case_id"` // empty: about no case
	Number string     `db:"number"`
	Person string     `db:"person"`
	Sealed []byte     `db:"sealed"` // what it says, for its author alone
	Done   *time.Time `db:"done_at"`
}

// Left is that there was one about a case, whose author has to do with it no more.
type Left struct {
	When
	ID     string `db:"id"`
	CaseID string `db:"case_id"`
	Number string `db:"number"`
	Person string `db:"person"`
	Author string `db:"author"`
}

// Due is from when on it is to be seen to: its day, or the next one on which the offices are open.
func (w When) Due(cal care.Calendar) time.Time {
	minute := 0
	if w.Minute != nil {
		minute = *w.Minute
	}
	return cal.NextOpen(time.Date(w.Day.Year(), w.Day.Month(), w.Day.Day(), 0, minute, 0, 0, cal.Location()))
}

// Rolled says whether its day is one on which the offices are closed.
func (w When) Rolled(cal care.Calendar) bool {
	return !care.DayOf(w.Due(cal)).Equal(care.DayOf(w.Day))
}

// Late says whether it should have been seen to: its hour is over, or its day where it has none.
func (w When) Late(cal care.Calendar, now time.Time) bool {
	due := w.Due(cal)
	if w.Minute != nil {
		return now.After(due)
	}
	return care.DayOf(now.In(cal.Location())).After(care.DayOf(due))
}

// Hour is its hour as one types it; empty: it has none.
func (w When) Hour() string {
	if w.Minute == nil {
		return ""
	}
	return fmt.Sprintf("%d.%02d", *w.Minute/60, *w.Minute%60)
}

// Check says what is wrong with when somebody wants to be reminded. now is in the zone's calendar.
func (w When) Check(now time.Time) []care.Fault {
	var f care.Faults
	today := care.DayOf(now)
	switch {
	case w.Day.IsZero():
		f.Add(false, "on", care.RuleRequired)
	case w.Day.Before(today):
		f.Add(false, "on", care.RuleInThePast)
	case w.Day.After(today.AddDate(0, 0, furthest)):
		f.Add(false, "on", care.RuleTooFar)
	case w.Minute != nil:
		f.Add(*w.Minute >= 0 && *w.Minute < 24*60, "hour", care.RuleRequired)
		f.Add(w.Day.After(today) || *w.Minute > now.Hour()*60+now.Minute(), "hour", care.RuleInThePast)
	}
	return f
}

// Text says what is wrong with what a promise says.
func Text(note string) []care.Fault {
	var f care.Faults
	f.Add(note != "", "note", care.RuleRequired)
	f.Text("note", note, Longest)
	return f
}
