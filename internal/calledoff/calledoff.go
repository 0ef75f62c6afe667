// Package calledoff says who may call off days of a service, and with which words.
//
// Say that the immigration desk cannot receive on Thursday and Friday, since its rooms are
// flooded. Its expert, or the supervisor, calls the two days off. From then on they offer no
// place, whoever was expected is cancelled by the service, and all of them stand in a list
// of people to tell.
package calledoff

import (
	"slices"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/expected"
)

// Rules that the days may break, beside those of package care.
const (
	Already = "called_off_already" // on some of these days the service receives nobody as it is
	Fixing  = "being_fixed_then"   // somebody fixes an appointment there at this moment
	Over    = "called_off_over"    // the days are over, or taken back already

	// Meanwhile says that somebody else has said how it went to tell a person.
	Meanwhile = "told_meanwhile"
)

// Reasons are why days are called off. Why somebody of the staff is away is none of them.
var Reasons = []string{"staff", "premises", "strike", "training", "emergency", "other"}

// longest is how many days may be called off at once, and furthest how many lie between
// today and the first: what is typed beyond is a mistake.
const longest, furthest = 31, 366

// Form says which days of a service are called off, and why.
type Form struct {
	Service string
	First   *care.Date
	Last    *care.Date // included
	Reason  string
	Note    string
}

// Check says what is wrong with the form. now is in the zone's calendar.
func (f Form) Check(now time.Time) []care.Fault {
	faults := f.CheckDays(now)
	faults.Add(f.Reason != "", "reason", care.RuleRequired)
	faults.Add(f.Reason == "" || slices.Contains(Reasons, f.Reason), "reason", care.RuleReason)
	faults.Note("note", f.Note)
	return faults
}

// CheckDays says what is wrong with the days alone.
func (f Form) CheckDays(now time.Time) (faults care.Faults) {
	faults.Add(f.First != nil, "first", care.RuleRequired)
	faults.Add(f.Last != nil, "last", care.RuleRequired)
	if f.First == nil || f.Last == nil {
		return faults
	}
	first, last, today := *f.First.Time(), *f.Last.Time(), care.DayOf(now)
	switch {
	case first.Before(today):
		faults.Add(false, "first", care.RuleInThePast)
	case first.After(today.AddDate(0, 0, furthest)):
		faults.Add(false, "first", care.RuleTooFar)
	}
	switch {
	case last.Before(first):
		faults.Add(false, "last", care.RuleReversed)
	case !last.Before(first.AddDate(0, 0, longest)):
		faults.Add(false, "last", care.RuleTooFar)
	}
	return faults
}

// Each are the days of the form, at midnight UTC; none where it says too little, or more than may
// be called off.
func (f Form) Each() (days []time.Time) {
	if f.First == nil || f.Last == nil || !f.Last.Time().Before(f.First.Time().AddDate(0, 0, longest)) {
		return nil
	}
	for day := *f.First.Time(); !day.After(*f.Last.Time()); day = day.AddDate(0, 0, 1) {
		days = append(days, day)
	}
	return days
}

// BackFrom is the first of the days that are received on again when they are taken back:
// of those that have begun tomorrow, since people were told of today. False: none is left.
// Days are those of the zone, at midnight UTC.
func BackFrom(first, last, today time.Time) (time.Time, bool) {
	from := first
	if tomorrow := today.AddDate(0, 0, 1); from.Before(tomorrow) {
		from = tomorrow
	}
	return from, !from.After(last)
}

// Entry is days of a service that were called off.
type Entry struct {
	ID      string     `db:"id"`
	Service string     `db:"service"`
	First   time.Time  `db:"first_day"` // midnight UTC of the day
	Last    time.Time  `db:"last_day"`  // included
	Reason  string     `db:"reason"`
	Note    string     `db:"note"`
	ByName  string     `db:"by_name"`
	At      time.Time  `db:"made_at"`
	Back    *time.Time `db:"back_from"` // from this day on it receives again; nil: it does not
	BackBy  string     `db:"back_name"`
	ToTell  int        `db:"to_tell"` // people whom nobody has reached, of those whom the reader knows
	Told    int        `db:"told"`
}

// What somebody said of a call.
const (
	Reached    = "reached"
	NotReached = "not_reached"
)

// Tries lists them.
var Tries = []string{Reached, NotReached}

// Person is somebody who was expected, and whether they know that they are not.
type Person struct {
	expected.Visit
	Try    string     `db:"try"` // empty: nobody has tried
	ByName string     `db:"by_name"`
	Tried  *time.Time `db:"tried_at"`
}

// Seen is what was said last of telling them, as the form that says more carries it; never
// empty.
func (p Person) Seen() string {
	if p.Tried == nil {
		return "never"
	}
	return p.Try + " " + p.Tried.UTC().Format(time.RFC3339Nano)
}

// Unseen says whether something else than was seen stands there, which what is said now would
// take the place of. Empty: nobody says what they have seen.
func (p Person) Unseen(seen, said string) bool {
	return seen != "" && seen != p.Seen() && said != p.Try
}

// Off are the days on which a service still receives nobody, of those that were called off.
func Off(entries []Entry, service string) (off []agenda.Off) {
	for _, e := range entries {
		last := e.Last
		if e.Back != nil {
			last = e.Back.AddDate(0, 0, -1)
		}
		if e.Service == service {
			off = append(off, agenda.Off{ID: e.ID, First: e.First, Last: last, Reason: e.Reason})
		}
	}
	return off
}
