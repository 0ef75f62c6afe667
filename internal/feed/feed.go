// Package feed says what the calendar of a member of staff gives to a calendar program.
//
// Say that Maria Prova follows two people and has the task of one more. Her calendar has what
// these three are expected for, each as «Appuntamento» with its place and a link that opens
// Percorso: a telephone shows its calendar to whoever looks at it.
package feed

import "time"

// Life is how long an address is good for.
const Life = 365 * 24 * time.Hour

// Feed is the address of somebody's calendar.
type Feed struct {
	ID     string     `db:"id"`
	MadeAt time.Time  `db:"made_at"`
	ReadAt *time.Time `db:"read_at"` // when a program last read it; nil: never
}

// Ends is until when the address is good.
func (f Feed) Ends() time.Time { return f.MadeAt.Add(Life) }

// Event is an appointment in it.
type Event struct {
	ID      string    `db:"id"`
	CaseID  string    `db:"case_id"`
	Service string    `db:"service"`
	At      time.Time `db:"at"`
	AtHome  bool      `db:"at_home"` // of the person: where that is stands in no calendar
	Meeting string    `db:"meeting"` // bare id of the équipe that meets; empty: it is an appointment
	How     string    `db:"how"`     // of a meeting
	Place   string    `db:"place"`   // of a meeting
}

// Span is from when to when appointments are given: a program keeps what it was given before,
// and asks again each hour or so.
func Span(now time.Time) (from, to time.Time) { return now.AddDate(0, 0, -14), now.AddDate(0, 6, 0) }
