package absence

import (
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

// What the audit says of absences, with the id of whose they are.
const (
	LineEntered = "absence_entered"
	LineChanged = "absence_changed"
	LineEnded   = "absence_ended"
)
