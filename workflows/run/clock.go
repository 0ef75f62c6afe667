package run

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/ledger"
)

// keepTime is the main coroutine of every run: one timer, for the earliest of
// all its due times, until the run has ended or should continue as new.
//
// A due time that moves later leaves the timer as it is: it fires, the store
// finds nothing due and says when to come again. That costs fewer events than
// setting the timer anew at each step.
func (x *execution) keepTime(ctx workflow.Context) error {
	for {
		armed := x.outage.alarm(x.due)
		disturbed := func() bool {
			return x.leaving || x.newer || x.mayContinueAsNew(ctx) || !x.outage.alarm(x.due).IsZero() && (armed.IsZero() || x.outage.alarm(x.due).Before(armed))
		}
		fired := false
		if armed.IsZero() {
			if err := workflow.Await(ctx, disturbed); err != nil {
				return err
			}
		} else {
			ok, err := workflow.AwaitWithTimeout(ctx, armed.Sub(workflow.Now(ctx)), disturbed)
			if err != nil {
				return err
			}
			fired = !ok
		}
		switch {
		case x.leaving, x.newer:
			return nil
		case x.mayContinueAsNew(ctx):
			return x.mutex.Lock(ctx) // whoever brings an entry now brings it to the next execution
		case fired:
			now := workflow.Now(ctx)
			res, err := x.work(ctx, ledger.ClockEntry(x.run.ID, now))
			if err != nil {
				return err
			}
			if worked := res.Revision > 0; !worked && !res.Deferred && !x.due.IsZero() && !x.due.After(now) {
				// Something is due that no step works: a fault, which the case shows.
				// Asking again at once would keep the worker busy with nothing else.
				if err := workflow.Sleep(ctx, time.Minute); err != nil {
					return err
				}
			}
		}
	}
}

func (x *execution) mayContinueAsNew(ctx workflow.Context) bool {
	return x.busy == 0 && (x.worked >= entriesPerExecution || workflow.GetInfo(ctx).GetContinueAsNewSuggested())
}

// armFor sets when the run's earliest clock is due.
func (x *execution) armFor(due *time.Time) {
	x.due = time.Time{}
	if due != nil {
		x.due = *due
	}
}
