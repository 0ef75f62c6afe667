package ledger

import (
	"time"

	"percorso/internal/care"
)

// DeferredEntry is an accepted entry that cannot be worked as it is, for whoever may
// have it tried again, or refuse it. What was typed is its author's alone.
type DeferredEntry struct {
	ID         string         `db:"id"` // of the command
	Run        string         `db:"run_id"`
	CaseID     string         `db:"case_id"`     // empty where the case has no file yet
	CaseNumber string         `db:"case_number"` //
	Operation  care.Operation `db:"operation"`
	Author     string         `db:"author"` // name; empty: a run, or a partner's link
	Since      time.Time      `db:"since"`
	Code       string         `db:"fault"` // why: the SQLSTATE, or a code of ours
	Tries      int            `db:"tries"`
	Next       time.Time      `db:"next_try"`
	Behind     int            `db:"behind"` // later entries of the same sender that wait for it
}
