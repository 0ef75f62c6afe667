package together

import "time"

// Vacancy is something to come that was planned for somebody who is away on that day: an absence
// was entered since. Whoever planned it finds somebody else.
//
// Example: Carla Esempio is to go on a visit on Thursday. On Tuesday she is entered as away for
// the week: who planned the visit reads «Carla Esempio è assente: chi va al suo posto?».
type Vacancy struct {
	Appointment string    `db:"appointment"`
	At          time.Time `db:"at"`
	Name        string    `db:"name"`
	As          As        `db:"as_what"`
}

// As is what somebody was to do.
type As string

// What somebody was to do who is away.
const (
	Goes      As = "goes"       // on a visit at home
	Knows     As = "knows"      // about it
	TakesPart As = "takes_part" // in an appointment
)

// What those who take part are told by mail, without a word of whom it is about.
const (
	MailAdded     = "participant_added"
	MailOut       = "participant_out"
	MailMoved     = "participant_moved"
	MailCancelled = "participant_cancelled"
)
