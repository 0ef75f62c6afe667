// Package activities is what the processes do to the world. Their structs hold
// dependencies as interfaces that are declared here.
package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"percorso/internal/ledger"
	"percorso/internal/trace"
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
	// code that says why. Its entry stays accepted, and is brought again after a pause.
	// Verdict known: it was worked or refused meanwhile.
	Defer(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error)
	// Postpone is Defer for what may pass: the entry counts as deferred once a few
	// tries came to nothing.
	Postpone(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error)
	// DeferRun notes beside all that was accepted for a run that it does not load, as
	// Defer does, or where that passes, as Postpone.
	DeferRun(ctx context.Context, start ledger.Start, code string, passes bool) error
	// Answers says whether the store answers at all. An error: it does not.
	Answers(ctx context.Context) error
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
	res, err := a.Patience.waits(ctx, start.Tries,
		func(ctx context.Context) (ledger.StepResult, error) { return a.Steps.Load(ctx, start) },
		func(ctx context.Context, limit time.Duration, why error) (ledger.StepResult, error) {
			return a.doesNotLoad(ctx, limit, start, why)
		})
	if res.Verdict == ledger.Away {
		activity.GetLogger(ctx).Warn("Postgres is away", "run", start.Run)
	}
	return res, err
}

// doesNotLoad notes that a run does not load although Postgres answers, where that can
// be noted.
func (a *HumanTasks) doesNotLoad(ctx context.Context, limit time.Duration, start ledger.Start, why error) (ledger.StepResult, error) {
	code := codeOf(why)
	res, err := once(ctx, limit, func(ctx context.Context) (ledger.StepResult, error) {
		return ledger.StepResult{Verdict: ledger.Deferred}, a.Steps.DeferRun(ctx, start, code, passing(why))
	})
	if err != nil {
		if err := a.answers(ctx, limit); err != nil {
			return ledger.StepResult{}, err
		}
	}
	activity.GetLogger(ctx).Error("a run does not load", "run", start.Run, "code", code, "error", why)
	return res, nil
}

// Record writes one step of a run. Verdict away or deferred: the entry stays
// accepted and comes again, a run's own clock after the pause.
func (a *HumanTasks) Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error) {
	res, err := a.Patience.waits(ctx, step.Tries,
		func(ctx context.Context) (ledger.StepResult, error) { return a.Steps.Record(ctx, step) },
		func(ctx context.Context, limit time.Duration, why error) (ledger.StepResult, error) {
			return a.letsGo(ctx, limit, step, why)
		})
	if res.Verdict == ledger.Away {
		activity.GetLogger(ctx).Warn("Postgres is away", "run", step.Run, "entry", step.Entry.ID)
	}
	return res, err
}

// errWorked says that an entry was worked or refused, although an attempt failed.
var errWorked = errors.New("it was worked meanwhile")

// letsGo lets an entry go whose step cannot be written although Postgres answers, and
// notes why. Where not even that can be noted, it still holds up nobody.
func (a *HumanTasks) letsGo(ctx context.Context, limit time.Duration, step ledger.Step, why error) (ledger.StepResult, error) {
	note := a.Steps.Defer
	if passing(why) {
		note = a.Steps.Postpone
	}
	code := codeOf(why)
	res, err := once(ctx, limit, func(ctx context.Context) (ledger.StepResult, error) { return note(ctx, step, code) })
	switch {
	case err != nil:
		if err := a.answers(ctx, limit); err != nil {
			return ledger.StepResult{}, err
		}
		res = ledger.StepResult{Verdict: ledger.Deferred}
	case res.Verdict == ledger.Known:
		return ledger.StepResult{}, errWorked
	case res.Verdict != ledger.Deferred:
		return res, nil
	}
	activity.GetLogger(ctx).Error("a step cannot be written", "trace", trace.ID(trace.With(ctx, res.Trace)), "run", step.Run,
		"entry", step.Entry.ID, "operation", step.Entry.Answer.Operation, "code", code, "error", why)
	return res, nil
}

func (a *HumanTasks) answers(ctx context.Context, limit time.Duration) error {
	_, err := once(ctx, limit, func(ctx context.Context) (ledger.StepResult, error) { return ledger.StepResult{}, a.Steps.Answers(ctx) })
	return err
}

// codeOf says in a word why something cannot be written or read.
func codeOf(err error) string {
	var fault *ledger.Fault
	if errors.As(err, &fault) {
		return fault.Code()
	}
	return ledger.CodeUnreadable
}
