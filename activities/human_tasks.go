// Package activities is what the processes do to the world. Their structs hold
// dependencies as interfaces that are declared here.
package activities

import (
	"context"
	"errors"

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
	// Defer notes in a transaction of its own that a step cannot be written, with a
	// code that says why, and says where the run stands. Its entry stays accepted,
	// and is brought again after a pause.
	Defer(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error)
	// Postpone has an entry brought again later, since Postgres has no time or room
	// for its step.
	Postpone(ctx context.Context, step ledger.Step) error
}

// HumanTasks are the local activities of every process: they open, close and
// move what people work on.
type HumanTasks struct {
	Steps    Steps
	Patience Patience
}

// Load takes a run's state from the store. Verdict away or deferred: it is to be
// tried again after the pause.
func (a *HumanTasks) Load(ctx context.Context, start ledger.Start) (ledger.StepResult, error) {
	res, err := a.Patience.waits(ctx, start.Tries, func(ctx context.Context) (ledger.StepResult, error) { return a.Steps.Load(ctx, start) })
	if err == nil || ctx.Err() != nil {
		return res, err
	}
	activity.GetLogger(ctx).Error("a run does not load", "run", start.Run, "code", codeOf(err), "error", err)
	return ledger.StepResult{Verdict: ledger.Deferred, Pause: a.Patience.rest(start.Tries)}, nil
}

// Record writes one step of a run. Verdict away or deferred: the entry stays
// accepted and comes again, a run's own clock after the pause.
func (a *HumanTasks) Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error) {
	res, err := a.Patience.waits(ctx, step.Tries, func(ctx context.Context) (ledger.StepResult, error) { return a.Steps.Record(ctx, step) })
	switch {
	case err == nil && res.Verdict == ledger.Away:
		activity.GetLogger(ctx).Warn("Postgres is away", "run", step.Run, "entry", step.Entry.ID)
		// Where it is there for the relay and has no time or room for the step, the
		// relay need not bring it every few seconds.
		_, _ = once(ctx, brief, func(ctx context.Context) (ledger.StepResult, error) { return res, a.Steps.Postpone(ctx, step) })
		return res, nil
	case err == nil || ctx.Err() != nil:
		return res, err
	}
	code := codeOf(err)
	activity.GetLogger(ctx).Error("a step cannot be written", "run", step.Run, "entry", step.Entry.ID, "operation", step.Entry.Answer.Operation, "code", code, "error", err)
	res, err = a.Patience.waits(ctx, step.Tries, func(ctx context.Context) (ledger.StepResult, error) { return a.Steps.Defer(ctx, step, code) })
	if err != nil && ctx.Err() == nil { // it cannot even be noted
		res, err = ledger.StepResult{Verdict: ledger.Deferred}, nil
	}
	if res.Later() {
		res.Pause = a.Patience.rest(step.Tries)
	}
	return res, err
}

// codeOf says in a word why something cannot be written or read.
func codeOf(err error) string {
	var fault *ledger.Fault
	if errors.As(err, &fault) {
		return fault.Code()
	}
	return ledger.CodeUnreadable
}
