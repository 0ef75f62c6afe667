// Package kept is what was typed into a form and is not done yet: a draft that its author
// has not sent, and a form that was sent after its session had ended.
//
// Example: a social worker writes half of an assessment and is called away. The next day
// it is there under «Le tue bozze», for her alone.
package kept

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

// Form is one that was sent after its session had ended. Its content is sealed by who
// keeps it.
type Form struct {
	ID      string `db:"id"`
	Subject string `db:"subject"` // the account whose session it was
	Browser []byte `db:"browser"` // digest of what the browser's cookie holds
	Sealed  []byte `db:"sealed"`
}
