package rest

import (
	"context"
	"net/http"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/written"
)

// Written reads the records of a case, and opens one for a day to somebody outside of its circle.
type Written interface {
	WrittenIn(ctx context.Context, s care.Staff, caseID string, kind written.Kind, p ledger.Paging) (ledger.Page[ledger.Record], error)
	OpenRecord(ctx context.Context, s care.Staff, key, id, reason string) error
}

func registerWritten(a *API) {
	register(a, query("/case-files/{id}/records", "list-case-records", tagCases, "What was written in a case",
		"The newest first. Outside of a record's circle one sees by whom and when it was written. The read is recorded."),
		func(ctx context.Context, who care.Staff, in *struct {
			IDInput
			PagingInput
			Kind written.Kind `query:"kind" enum:"needs,assessment,practice,appointment,plan,equipe,referral,pact,measure,meeting,permit,consent,course,work" doc:"Left out: all"`
		}) (*listOutput[ledger.Record], error) {
			page, err := a.records.WrittenIn(ctx, who, in.ID, in.Kind, in.paging())
			return listed(page, err, func(r ledger.Record) ledger.Record { return r })
		})
	open := command("/records/{id}/openings", "open-record", tagCases, "Open a record all the same",
		"To somebody outside of its circle, for a day. Its author is told who did so and why; the reading is recorded.")
	open.DefaultStatus, open.Responses = http.StatusNoContent, nil
	register(a, open, func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		KeyInput
		Body written.OpeningReason
	}) (*struct{}, error) {
		if faults := written.CheckReason(in.Body.Reason); len(faults) > 0 {
			return nil, care.Refuse(faults...)
		}
		return nil, a.records.OpenRecord(ctx, who, in.Key, in.ID, in.Body.Reason)
	})
}
