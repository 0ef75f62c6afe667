package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/problem"
	"percorso/api/rest/deferred"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/undoing"
)

// Notices is what the API reads and writes of notices.
type Notices interface {
	// Notices lists what the caller is still to be told of, the newest first.
	Notices(ctx context.Context, s care.Staff) ([]ledger.Notice, error)
	// DismissNotice says that the caller knows. ledger.ErrNotFound: it is none of theirs.
	DismissNotice(ctx context.Context, s care.Staff, id string) error
	// DeferredEntries lists the entries of the supervisor's zone that cannot be worked.
	DeferredEntries(ctx context.Context, s care.Staff) ([]ledger.DeferredEntry, error)
}

type noticeJSON struct {
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

func registerNotices(a *API) {
	register(a, query("/deferred-entries", "list-deferred-entries", tagMachine, "Accepted entries that cannot be worked",
		"Of the supervisor's zone, the oldest first, a hundred at most. What was typed is its author's alone."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[deferred.DeferredJSON], error) {
			list, err := a.records.DeferredEntries(ctx, who)
			return whole(list, err, deferred.Of)
		})
	register(a, query("/notices", "list-notices", tagMachine, "What the caller is to be told of",
		"Of what they wrote: what was accepted and refused later, or opened by others, until they dismiss it. Mistakes that wait for them to confirm, until the term is over; those of their own that nobody has confirmed. The newest first."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[noticeJSON], error) {
			list, err := a.records.Notices(ctx, who)
			return whole(list, err, func(n ledger.Notice) noticeJSON {
				j := noticeJSON{
					ID: n.ID, At: n.At, AskedAt: n.Asked, Operation: n.Operation, Form: n.Form, CaseFileID: n.CaseID, CaseNumber: n.CaseNumber,
					TaskID: n.TaskID, TaskOpen: n.TaskOpen, ReferralID: n.ReferralID, Opened: n.Opened, Mistake: n.Mistake,
				}
				if n.Refusal != nil {
					j.Refusal = problem.Refusal(n.Refusal)
					a.problems.Word(ctx, j.Refusal)
				}
				return j
			})
		})
	register(a, huma.Operation{
		Method: http.MethodDelete, Path: "/notices/{id}", OperationID: "dismiss-notice", Tags: []string{tagMachine}, Summary: "Dismiss a notice",
		Description: "The caller knows. The command itself stays as it is.", DefaultStatus: http.StatusNoContent,
	},
		func(ctx context.Context, who care.Staff, in *IDInput) (*struct{}, error) {
			return nil, a.records.DismissNotice(ctx, who, in.ID)
		})
}
