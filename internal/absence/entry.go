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

// Seen is how the absence stands, as the forms that change or end it carry it.
func (e Entry) Seen() string {
	return strings.TrimSpace(e.First.Format(time.DateOnly) + " " + e.Last.Format(time.DateOnly) + " " + e.SubstituteID)
}

// Meanwhile refuses to change or end what has been changed since it was seen; nil: it has not.
// Empty: nobody says what they have seen.
func (e Entry) Meanwhile(seen string) *care.Refusal {
	if seen == "" || seen == e.Seen() {
		return nil
	}
	return care.RefuseChanged(Meanwhile)
}

// What the audit says of absences, with the id of whose they are.
const (
	LineEntered = "absence_entered"
	LineChanged = "absence_changed"
	LineEnded   = "absence_ended"
)
