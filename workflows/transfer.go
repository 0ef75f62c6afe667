package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// Transfer asks another zone to take a case over. Responsibility passes on its
// acceptance, and until then the case goes on where it is.
func Transfer(ctx workflow.Context, start ledger.Start) error {
	return run.Execute(ctx, start, transferProcess)
}

var transferProcess = &run.Process{Course: 1, Path: transfer}

func transfer(r *run.Run) (care.Code, error) {
	opening, err := r.Opening()
	if err != nil {
		return "", err
	}
	answer, err := r.Perform("answer", ledger.TaskChange{Kind: care.TransferAnswer, Zone: opening.Zone})
	r.Report.Zone, r.Report.Stage = opening.Zone, answer.Stage
	return answer.Outcome, err
}
