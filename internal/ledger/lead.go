package ledger

import (
	"time"

	"percorso/internal/care"
)

// Lead is who follows a case for an agency before their colleagues, or did.
type Lead struct {
	Agency string     `db:"agency" json:"agency"`
	ID     string     `db:"id" json:"staff_id"`
	Name   string     `db:"name" json:"name"`
	Role   care.Role  `db:"role" json:"role"`
	Since  time.Time  `db:"since" json:"since"`
	ByName string     `db:"by_name" json:"by_name,omitempty" doc:"Who named them; not there: they took the first task"`
	Why    string     `db:"why" json:"why,omitempty" doc:"Why they were named"`
	Until  *time.Time `db:"until" json:"until,omitempty" doc:"Not there: they follow it now"`
	Ended  string     `db:"ended" json:"ended,omitempty" enum:"replaced,left,over" doc:"Another was named, they work there no more, or their agency's part is over"`
}
