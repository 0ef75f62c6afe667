package agenda

import (
	"slices"

	"percorso/internal/care"
)

// Why somebody is given a place where there is none.
var BeyondWhys = []string{"urgent", "deadline", "is_here", "agreed", "other"}

// What such a place is.
const (
	Extra      = "extra"        // beside those that the session has
	OutOfHours = "out_of_hours" // at an hour at which the service receives nobody
)

// NotYours is that somebody gives a place beyond those that there are who may not.
const NotYours = "not_yours_to_exceed"

// Beyond says as what a place is given of which a rule says that there is none; empty: nobody
// gives it. On a day on which the offices are closed nobody is summoned, nor in the night, and
// nobody is expected in two places at once.
func Beyond(rule string) string {
	switch rule {
	case NoPlace:
		return Extra
	case OutsideSessions, CalledOff:
		return OutOfHours
	}
	return ""
}

// CheckBeyond says what is wrong with why a place is given beyond those that there are: what
// is none of the reasons stands in the note.
func CheckBeyond(why, note string) (f care.Faults) {
	f.Add(why == "" || slices.Contains(BeyondWhys, why), "beyond", care.RuleUnknownCode)
	f.Add(why != "other" || care.Said(note), "note", care.RuleRequired)
	return f
}

// Decides says whether somebody decides when a service receives beside its sessions: its
// zone's supervisor, and who has its role in its agency.
func Decides(who care.Staff, p care.Policy, service string) bool {
	s, known := p.Service(service)
	return known && who.Zone == p.Zone && (who.Role == care.Supervisor || who.Role == s.Role && who.Agency == s.Agency)
}

// Given is a place beyond those that there are, of an appointment that stands.
type Given struct {
	ID  string `db:"id"`
	As  string `db:"beyond"`
	Why string `db:"beyond_why"`
}
