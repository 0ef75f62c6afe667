package deferred

import (
	"encoding/json"
	"time"

	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/undoing"
)

// NoticeJSON is what somebody is to be told of.
type NoticeJSON struct {
	ID         string                `json:"id" doc:"Of the command that was refused, or of the opening"`
	At         time.Time             `json:"at" doc:"When it was refused, or opened"`
	AskedAt    time.Time             `json:"asked_at" doc:"When it was asked for, or written"`
	Operation  care.Operation        `json:"operation,omitempty"`
	Refusal    *problem.Problem      `json:"refusal,omitempty" doc:"Why"`
	Form       json.RawMessage       `json:"form,omitempty" doc:"What was sent"`
	CaseFileID string                `json:"case_file_id,omitempty"`
	CaseNumber string                `json:"case_number,omitempty"`
	TaskID     string                `json:"task_id,omitempty" doc:"Of the task that it was about"`
	TaskOpen   bool                  `json:"task_open" doc:"The task may still be done"`
	ReferralID string                `json:"referral_id,omitempty" doc:"Of the referral that it was about"`
	Opened     *ledger.RecordOpening `json:"opened,omitempty" doc:"Who opened what the caller had written for a narrower circle; not there in a notice of something else"`
	Mistake    *undoing.Awaited      `json:"mistake,omitempty" doc:"A closure or a merge that somebody says to be a mistake; not there in a notice of something else"`
}

// NoticeOf converts, with each refusal in words.
func NoticeOf(word func(*problem.Problem)) func(ledger.Notice) NoticeJSON {
	return func(n ledger.Notice) NoticeJSON {
		j := NoticeJSON{
			ID: n.ID, At: n.At, AskedAt: n.Asked, Operation: n.Operation, Form: n.Form, CaseFileID: n.CaseID, CaseNumber: n.CaseNumber,
			TaskID: n.TaskID, TaskOpen: n.TaskOpen, ReferralID: n.ReferralID, Opened: n.Opened, Mistake: n.Mistake,
		}
		if n.Refusal != nil {
			j.Refusal = problem.Refusal(n.Refusal)
			word(j.Refusal)
		}
		return j
	}
}
