// Package activities is what the processes do to the world. Their structs hold
// dependencies as interfaces that are declared here.
package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"percorso/internal/ledger"
)

// Steps keeps the runs and writes their steps. Package postgres implements it.
type Steps interface {
	// Load gives a run's state, its policy and its next due time.
	Load(ctx context.Context, start ledger.Start) (ledger.StepResult, error)
	// Record writes a step in one transaction, or says why not. A refusal is a
	// result; an error means that nothing was written, or that nobody knows: it
	// is safe to record the same step again.
	Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error)
}

// HumanTasks are the local activities of every process: they open, close and
// move what people work on.
type HumanTasks struct {
	Steps Steps
}

// Load takes a run's state from the store.
func (a *HumanTasks) Load(ctx context.Context, start ledger.Start) (ledger.StepResult, error) {
	return a.Steps.Load(ctx, start)
}

// Record writes one step of a run.
func (a *HumanTasks) Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error) {
	res, err := a.Steps.Record(ctx, step)
	if err != nil {
		activity.GetLogger(ctx).Warn("recording a step", "run", step.Run, "operation", step.Entry.Answer.Operation, "error", err)
	}
	return res, err
}
