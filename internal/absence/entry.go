package absence

import (
	"strings"
	"time"

	"percorso/internal/care"
)

// Entry is that somebody of the staff is away, or will be.
type Entry struct {
	ID             string    `db:"id"`
	StaffID        string    `db:"staff_id"`
	Name           string    `db:"name"`
	Role           care.Role `db:"role"`
	Agency         string    `db:"agency"`
	First          time.Time `db:"first_day"` // midnight UTC of the day
	Last           time.Time `db:"last_day"`  // included
	SubstituteID   string    `db:"substitute_id"`
	SubstituteName string    `db:"substitute_name"` // empty: nobody by name
}

// Seen is how the absence stands, as the form that changes it carries it.
func (e Entry) Seen() string {
	return strings.TrimSpace(e.First.Format(time.DateOnly) + " " + e.Last.Format(time.DateOnly) + " " + e.SubstituteID)
}

// Meanwhile refuses a change of what has been changed since the form was made; nil: it has not.
func (f Days) Meanwhile(is Entry) *care.Refusal {
	if f.Seen == "" || f.Seen == is.Seen() {
		return nil
	}
	return &care.Refusal{Code: care.RefusedChanged, Faults: []care.Fault{{Rule: Meanwhile}}}
}

// What the audit says of absences, with the id of whose they are.
const (
	LineEntered = "absence_entered"
	LineChanged = "absence_changed"
	LineEnded   = "absence_ended"
)
