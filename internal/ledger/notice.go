package ledger

import (
	"encoding/json"
	"time"

	"percorso/internal/care"
)

// Notice tells its author that a command which had been accepted was refused
// later, with what was typed.
type Notice struct {
	ID         string          `db:"id"` // of the command
	At         time.Time       `db:"at"` // when it was refused
	Asked      time.Time       `db:"created_at"`
	Operation  care.Operation  `db:"operation"`
	Refusal    *care.Refusal   `db:"refusal"`
	Form       json.RawMessage `db:"data"`        // as it was sent; nil: none
	CaseID     string          `db:"case_id"`     // empty where the author does not see the case any more
	CaseNumber string          `db:"case_number"` //
	TaskID     string          `db:"task_id"`     // of the task that it was about, where the author sees it
	Task       care.TaskKind   `db:"task"`
	TaskOpen   bool            `db:"task_open"`
	ReferralID string          `db:"referral_id"` // of the referral that it was about, where the author sees it
}
