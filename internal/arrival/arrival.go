// Package arrival says that the person of an appointment is here.
//
// Example: Amina is expected at 9.30 and comes at 9.12. The desk marks that she is here, and
// whoever receives her sees it. She waits for an hour and goes: nobody records that she did
// not come without saying why.
package arrival

import (
	"strconv"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
)

// Mark says that the person is here from now on, or takes that back.
type Mark struct {
	Back bool `json:"back,omitempty" doc:"Takes it back: the person is not here after all"`
}

// Why somebody cannot be marked as here.
const (
	OtherDay  = "not_of_today"    // the appointment is of another day
	Already   = "already_here"    // somebody has marked it
	NotMarked = "not_marked_here" // there is nothing to take back
	Came      = "was_here"        // whoever was here is no absence without a word of why
)

// RuleLate is how many minutes late somebody may be who still came.
const RuleLate = "minutes_late"

// mostLate is that number: a working day.
const mostLate = 480

// Expected is an appointment as somebody finds it who marks its person.
type Expected struct {
	State   care.AppointmentState `db:"state"`
	At      time.Time             `db:"at"`
	Arrived *time.Time            `db:"arrived_at"`
}

// Refuses says by which rule the person cannot be marked so; empty: they can. It is asked
// under lock; now is where the appointment is.
func (e Expected) Refuses(m Mark, now time.Time) string {
	switch {
	case e.State != care.AppointmentBooked && e.State != care.AppointmentConfirmed:
		return agenda.NotStanding
	case m.Back && e.Arrived == nil:
		return NotMarked
	case m.Back:
		return ""
	case e.Arrived != nil:
		return Already
	case !Today(e.At, now):
		return OtherDay
	}
	return ""
}

// Today says whether an appointment is of the day of now, where now is.
func Today(at, now time.Time) bool { return care.DayOf(at.In(now.Location())).Equal(care.DayOf(now)) }

// Late is how many minutes after its hour somebody came; 0: in time, or nobody knows.
func Late(at time.Time, arrived *time.Time) int {
	if arrived == nil {
		return 0
	}
	return min(mostLate, max(0, int(arrived.Sub(at)/time.Minute)))
}

// Minutes reads how late somebody came as it was typed; what cannot be read is refused by
// CheckLate.
func Minutes(typed string) int {
	if typed == "" {
		return 0
	}
	minutes, err := strconv.Atoi(typed)
	if err != nil {
		return -1
	}
	return minutes
}

// CheckLate says what is wrong with how late somebody is said to have come.
func CheckLate(minutes int) []care.Fault {
	var f care.Faults
	f.Add(minutes >= 0 && minutes <= mostLate, "late", RuleLate)
	return f
}

// Contradicts says whether an outcome makes an absence that counts of somebody who was here,
// without a word of why.
func (e Expected) Contradicts(outcome, reason care.Code, note string) bool {
	return e.Arrived != nil && outcome == care.NoShow && !agenda.Excused(reason) && !care.Said(note)
}
