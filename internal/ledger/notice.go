package ledger

import (
	"encoding/json"
	"time"

	"percorso/internal/care"
	"percorso/internal/undoing"
)

// Notice tells its author that a command which had been accepted was refused
// later, with what was typed; or that somebody opened what they had written for a
// narrower circle.
type Notice struct {
	ID         string           `db:"id"` // of the command
	At         time.Time        `db:"at"` // when it was refused
	Asked      time.Time        `db:"created_at"`
	Operation  care.Operation   `db:"operation"`
	Refusal    *care.Refusal    `db:"refusal"`
	Form       json.RawMessage  `db:"data"`        // as it was sent; nil: none
	CaseID     string           `db:"case_id"`     // empty where the author does not see the case any more
	CaseNumber string           `db:"case_number"` //
	TaskID     string           `db:"task_id"`     // of the task that it was about, where the author sees it
	Task       care.TaskKind    `db:"task"`
	TaskOpen   bool             `db:"task_open"`
	ReferralID string           `db:"referral_id"` // of the referral that it was about, where the author sees it
	Opened     *RecordOpening   `db:"-"`           // nil: it tells of something else
	Mistake    *undoing.Awaited `db:"-"`           // nil: it tells of something else; both nil: of a refusal
}

// RecordOpening tells the author of a record that somebody outside of its circle opened it.
type RecordOpening struct {
	RecordID string    `db:"record_id" json:"record_id"`
	Form     string    `db:"form" json:"form" doc:"Code of the task or operation that the record was written with"`
	Written  time.Time `db:"written" json:"written_at"`
	ByName   string    `db:"by_name" json:"by_name"`
	ByRole   care.Role `db:"by_role" json:"by_role"`
	ByAgency string    `db:"by_agency" json:"by_agency"`
	Reason   string    `db:"reason" json:"reason"`
}
