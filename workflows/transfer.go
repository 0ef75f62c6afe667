package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Transfer asks another zone to take a case over. Responsibility passes on its
// acceptance, and until then the case goes on where it is.
func Transfer(ctx workflow.Context, start ledger.Start) error { return walk(ctx, start, transfer) }

func transfer(r *run) (string, error) {
	opening, err := r.opening()
	if err != nil {
		return "", err
	}
	answer, err := r.perform("answer", ledger.TaskChange{Kind: care.TransferAnswer, Zone: opening.Zone})
	r.report.Zone, r.report.Stage = opening.Zone, answer.Stage
	return answer.Outcome, err
}
