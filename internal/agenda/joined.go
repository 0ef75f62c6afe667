package agenda

import (
	"time"

	"percorso/internal/care"
)

// Why somebody is not expected at the place of another person's appointment.
const (
	JoinsNone  = "joins_no_appointment" // none stands that is the caller's to share
	JoinsOther = "joins_other_hour"     // it is of another service, or has another hour by now
	JoinsHome  = "joins_at_home"        // it is a visit at home, or theirs is
)

// Shared is the place of an appointment at which another person is to be expected as well: it
// is counted once.
//
// Example: a woman is expected on Thursday at ten. Her husband, who has a file of his own, is
// booked beside her; each has an appointment, and one place of the session is taken. Hers is
// cancelled: he keeps it.
type Shared struct {
	Place   string    `db:"place"` // by which those that are one are known
	Service string    `db:"service"`
	At      time.Time `db:"at"`
	Until   time.Time `db:"until"`
	Home    bool      `db:"home"`
}

// Broken says by which rule somebody is not expected there; empty: they are. No place: nil.
func (s *Shared) Broken(asked care.Booking) string {
	switch {
	case s == nil:
		return JoinsNone
	case s.Service != string(asked.Service) || !s.At.Equal(asked.At):
		return JoinsOther
	case s.Home:
		return JoinsHome
	}
	return ""
}

// OnTheDay is a rule that is broken, where it is of the day. By it nobody follows another person
// to her place: on a closed day nobody is summoned, and on a day that is called off each person
// has a place beyond of her own, which somebody who decides gives her with a reason.
func OnTheDay(rule string) string {
	if rule == CalledOff || rule == care.RuleClosedDay {
		return rule
	}
	return ""
}

// CheckJoins says what is wrong with beside which appointment a place is asked for: one that is
// there is no place beyond those that there are.
func CheckJoins(joins, beyond string) (f care.Faults) {
	f.Add(joins == "" || care.IsID(joins), "joins", JoinsNone)
	f.Add(joins == "" || beyond == "", "beyond", care.RuleNotAllowed)
	return f
}
