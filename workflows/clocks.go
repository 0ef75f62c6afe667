package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// keepTime is the main coroutine of every run: one timer, for the earliest of
// all its due times, until the run has ended or should continue as new.
//
// A due time that moves later leaves the timer as it is: it fires, the store
// finds nothing due and says when to come again. That costs fewer events than
// setting the timer anew at each step.
func (r *run) keepTime(ctx workflow.Context) error {
	for {
		armed := r.due
		disturbed := func() bool {
			return r.leaving || r.mayContinueAsNew(ctx) || !r.due.IsZero() && (armed.IsZero() || r.due.Before(armed))
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
		case r.leaving:
			return nil
		case r.mayContinueAsNew(ctx):
			return r.mutex.Lock(ctx) // whoever brings an entry now brings it to the next execution
		case fired:
			now := workflow.Now(ctx)
			res, err := r.work(ctx, ledger.Entry{
				ID:     ledger.DerivedID(r.id, "clock "+now.Format(time.RFC3339Nano)),
				Answer: care.Answer{Operation: care.OpClock, At: &now},
			})
			if err != nil {
				return err
			}
			if worked := res.Revision > 0; !worked && !r.due.IsZero() && !r.due.After(now) {
				// Something is due that no step works: a fault, which the case shows.
				// Asking again at once would keep the worker busy with nothing else.
				if err := workflow.Sleep(ctx, time.Minute); err != nil {
					return err
				}
			}
		}
	}
}

func (r *run) mayContinueAsNew(ctx workflow.Context) bool {
	return r.busy == 0 && (r.worked >= updatesPerExecution || workflow.GetInfo(ctx).GetContinueAsNewSuggested())
}

// armFor sets when the run's earliest clock is due.
func (r *run) armFor(due *time.Time) {
	r.due = time.Time{}
	if due != nil {
		r.due = *due
	}
}

// untilUnless rests until a deadline of the zone, counted from now, has come, or
// another entry comes sooner.
func (r *run) untilUnless(step, deadline string, sooner func(ledger.Entry) bool) (cameSooner bool, err error) {
	if _, done := r.state.Answer(step); !done {
		r.startWait(step, deadline)
	}
	answer, err := r.await(step, func(e ledger.Entry) bool { return r.fellDue(step, e) || sooner(e) })
	if err != nil {
		return false, err
	}
	r.close(step)
	return answer.Operation != care.OpClock, nil
}

// startWait begins a wait for a deadline of the zone, counted from now.
func (r *run) startWait(step, deadline string) {
	if r.open(care.OpenStep{Step: step, Kind: care.OpenWait}) {
		r.effects.Waits = append(r.effects.Waits, ledger.Wait{Step: step, Deadline: deadline})
	}
}
