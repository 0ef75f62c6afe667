package ledger

import "time"

// Draft is what somebody has typed into a form and not sent yet. It is its author's
// alone, and what was typed is sealed before it comes to the database.
type Draft struct {
	ID     string    `db:"id"`
	Path   string    `db:"path"`    // where the form is sent; one draft each
	Page   string    `db:"page"`    // where the form was opened; empty: not known
	Sealed []byte    `db:"sealed"`  // empty in a list
	KeptAt time.Time `db:"kept_at"` // when it was last written
}
