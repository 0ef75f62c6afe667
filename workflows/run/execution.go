package run

import (
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"percorso/activities"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// An execution is what Temporal runs under a run's id. It turns what the path does
// into steps, each one transaction in Postgres.
//
// Two coroutines share the run: its walk, which blocks in rest alone, and whoever
// brings an entry (an update, a signal, the timer), one at a time under the mutex.
// Say somebody completes a task. The entry is offered to the path, which awaits
// it, ends the task, opens the next one and rests again. What it did meanwhile
// lies in the run's effects, and is now recorded with the entry, as one step, by
// one local activity.
//
// Postgres decides. It may refuse the entry, for instance because somebody else
// holds the task; or it may be ahead of the run, because a worker died between
// the commit of a step and the end of its workflow task. The execution then takes
// Postgres's state and walks the path from its start, with the answers in that
// state, to where the state stands. The same walk serves a new version of the
// worker, a continue-as-new, a reopening and a rebuild.
type execution struct {
	run     *Run
	process *Process
	ctx     workflow.Context // of the main coroutine; the path's is derived from it
	mutex   workflow.Mutex   // no two entries interleave
	epoch   int              // Postgres takes no step of an older one
	reopens bool             // the run has ended and may be reopened
	loaded  bool
	loads   int       // tries to load that came to nothing
	knocked bool      // an entry came since the last of them
	leaving bool      // ended or fenced: nothing more will be worked
	due     time.Time // the earliest clock of the run; zero: none
	worked  int       // entries worked in this execution
	busy    int       // entries being worked, or waiting for it

	outage outage

	start ledger.Start // of this execution
	opens int          // the course under which the run opens, if it has not yet
	newer bool         // the run follows a course that this worker does not know: it is left to another
	putBy putBy        // what the next execution is to work
	tired bool         // it waited to be woken
}

// entriesPerExecution bounds an execution's history: a run holds at most 2,000
// updates, and a continued one replays faster.
const entriesPerExecution = 500

// Execute is the whole body of every workflow function: it carries a process
// until its run ends, or goes on as a new execution.
func Execute(ctx workflow.Context, start ledger.Start, p *Process) error {
	x := &execution{
		run:     &Run{Standing: Standing{ID: start.Run, Case: start.Case}, walk: &walk{}, ctx: ctx},
		process: p, ctx: ctx, mutex: workflow.NewMutex(ctx), epoch: start.Epoch, reopens: start.Reopen, start: start,
	}
	if err := x.listen(); err != nil {
		return err
	}
	if err := x.load(ctx); err != nil {
		return err
	}
	if x.loaded {
		if err := x.keepTime(ctx); err != nil {
			return err
		}
	}
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) && (!x.newer || x.busy == 0) }); err != nil {
		return err
	}
	if x.leaving {
		return nil
	}
	next := ledger.Start{Run: x.run.ID, Case: x.run.Case, Epoch: x.epoch, Reopen: x.reopens && !x.loaded}
	if x.newer { // what this worker cannot work is left to another
		next.Waiting = x.putBy.entries
		if !x.loaded && !x.tired {
			next.Tries = x.start.Tries + 1
		}
	}
	return workflow.NewContinueAsNewError(ctx, workflow.GetInfo(ctx).WorkflowType.Name, next)
}

// listen registers what brings entries, before anything blocks.
func (x *execution) listen() error {
	workflow.Go(x.ctx, func(ctx workflow.Context) {
		wakes := workflow.GetSignalChannel(ctx, contract.Wake)
		for {
			var e ledger.Entry
			if more := wakes.Receive(ctx, &e); !more {
				return
			}
			// An entry that fails for good stays unworked in the inbox, where the watch sees it.
			_, _ = x.work(ctx, e)
		}
	})
	return workflow.SetUpdateHandlerWithOptions(x.ctx, contract.Work, x.work, workflow.UpdateHandlerOptions{
		Validator: validateWork,
	})
}

// validateWork refuses what has no shape. Whether the path awaits the entry is
// asked under lock, since Postgres may be ahead of this run.
func validateWork(_ workflow.Context, e ledger.Entry) error {
	if e.ID == "" || e.Answer.Operation == "" {
		return temporal.NewApplicationError("entry without id or operation", "malformed_entry")
	}
	return nil
}

// load takes the run's state from Postgres and walks the path to where it stands. It
// tries until Postgres gives it, with growing pauses, which an entry cuts short:
// whoever could accept it found Postgres there. In a pause the run may go on as a new
// execution; it is not loaded then.
func (x *execution) load(ctx workflow.Context) error {
	var tasks *activities.HumanTasks
	for {
		var res ledger.StepResult
		start := ledger.Start{Run: x.run.ID, Case: x.run.Case, Epoch: x.epoch, Reopen: x.reopens, Tries: x.loads, Knows: x.process.known()}
		if err := workflow.ExecuteLocalActivity(writing(ctx), tasks.Load, start).Get(ctx, &res); err != nil {
			return err
		}
		if res.Verdict == ledger.Newer {
			return x.awaitAnother(ctx, res)
		}
		if !res.Later() {
			return x.begin(ctx, res)
		}
		x.loads++
		x.knocked = false
		if _, err := workflow.AwaitWithTimeout(ctx, res.Pause, func() bool { return x.knocked || x.mayContinueAsNew(ctx) }); err != nil {
			return err
		}
		if x.mayContinueAsNew(ctx) {
			return nil
		}
	}
}

// begin begins to work from what was loaded.
func (x *execution) begin(ctx workflow.Context, res ledger.StepResult) error {
	x.opens = max(res.Course, care.FirstCourse)
	if res.Epoch > x.epoch {
		x.epoch = res.Epoch // a reopened run goes on under the next one
	}
	if res.Policy != nil {
		x.run.Policy = *res.Policy
	}
	x.leaving = res.Verdict == ledger.Fenced
	if err := x.catchUp(ctx, res); err != nil {
		return err
	}
	x.loaded = true
	if len(x.start.Waiting) > 0 {
		workflow.Go(ctx, func(ctx workflow.Context) {
			for _, e := range x.start.Waiting {
				_, _ = x.work(ctx, e)
			}
		})
	}
	return nil
}

// awaitLoad waits until the run is loaded, or was tried to be once more in vain.
func (x *execution) awaitLoad(ctx workflow.Context) error {
	x.knocked = true
	before := x.loads
	return workflow.Await(ctx, func() bool { return x.loaded || x.newer || x.loads > before })
}

// work brings one entry to the path and records the step that it makes.
func (x *execution) work(ctx workflow.Context, e ledger.Entry) (ledger.Result, error) {
	x.busy++
	defer func() { x.busy-- }()
	if err := x.awaitLoad(ctx); err != nil {
		return ledger.Result{}, err
	}
	if !x.loaded {
		return x.putBy.put(x.run.ID, e), nil
	}
	// Without the lock a second entry could move the path while the first one's
	// step is being written, and its effects would be recorded under the wrong revision.
	if err := x.mutex.Lock(ctx); err != nil {
		return ledger.Result{}, err
	}
	defer x.mutex.Unlock()
	if x.newer {
		return x.putBy.put(x.run.ID, e), nil
	}
	x.worked++
	for {
		before := x.run.State()
		taken, err := x.offer(ctx, e)
		if err != nil {
			return ledger.Result{}, err
		}
		res, err := x.record(ctx, e, taken)
		if err != nil {
			return ledger.Result{}, err
		}
		if res.Verdict != ledger.Away {
			x.outage.answered(e, res)
		}
		switch res.Verdict {
		case ledger.Away, ledger.Deferred:
			return ledger.Result{Deferred: true}, x.letGo(ctx, e, before, res, taken)
		case ledger.Recorded:
			x.learn(res)
			if !taken && !x.blind() {
				// Recorded by a worker whose path awaited it: this one's has changed
				// without a version. Better a failing workflow task than another course.
				panic("the path does not await what was recorded at revision " + strconv.Itoa(res.Revision))
			}
			x.settle(res)
			return res.Result, nil
		case ledger.Newer:
			x.newer = true
			return x.putBy.put(x.run.ID, e), nil
		case ledger.Fenced:
			x.leaving = true
			return res.Result, nil
		case ledger.Behind:
			if err := x.catchUp(ctx, res); err != nil {
				return ledger.Result{}, err
			}
		case ledger.Altered:
			// Whoever wrote the message changed what was accepted: that is worked in its place.
			e = *res.Entry
			if err := x.standAgain(ctx, before, res, taken); err != nil {
				return ledger.Result{}, err
			}
		default: // refused, known or idle
			if err := x.standAgain(ctx, before, res, taken); err != nil {
				return ledger.Result{}, err
			}
			return res.Result, nil
		}
	}
}

// letGo leaves an entry for later: it stays accepted, and whoever brings it comes
// again. The run's own clock rests, and comes again by itself. The path goes back to
// where Postgres says that it stands, so that nothing of the step is left for the next
// one; should the step have been committed all the same, the next one finds that out.
func (x *execution) letGo(ctx workflow.Context, e ledger.Entry, before care.RunState, res ledger.StepResult, taken bool) error {
	x.outage.failed(e, res, workflow.Now(ctx))
	res.NextDue = nil
	if due := x.due; !due.IsZero() {
		res.NextDue = &due
	}
	return x.standAgain(ctx, before, res, taken)
}

// standAgain brings the path back after a step that did not happen: to where
// Postgres says that it stands, or where that says nothing, to where it stood before.
func (x *execution) standAgain(ctx workflow.Context, before care.RunState, res ledger.StepResult, taken bool) error {
	if res.State == nil {
		res.State, res.Revision = &before, x.run.revision
	}
	if taken || res.Revision != x.run.revision || res.Ended {
		if err := x.catchUp(ctx, res); err != nil {
			return err
		}
	}
	x.armFor(res.NextDue)
	return nil
}

// offer has an entry worked beside the path, or gives it to the path if that
// awaits it, and lets the path go on until it rests again.
func (x *execution) offer(ctx workflow.Context, e ledger.Entry) (taken bool, err error) {
	if x.blind() {
		return false, nil
	}
	if x.run.walk.over {
		if !x.run.ofCase() || e.Answer.Operation != care.OpReopen {
			return false, nil
		}
		x.run.reopen(x.opens)
		if err := x.startWalk(ctx); err != nil {
			return false, err
		}
	}
	if e.Answer.Operation == care.OpNewCourse {
		return x.bring(ctx, e.Answer.Course)
	}
	switch x.beside(e) {
	case Refused:
		return false, nil
	case Done:
		return true, nil
	case Interrupts:
		return true, x.startWalk(ctx)
	}
	if !x.run.Awaits(e) {
		return takenAnyway(e.Answer.Operation), nil
	}
	x.run.walk.give(e)
	return true, workflow.Await(ctx, x.run.walk.atRest)
}

// record writes the step in one local activity. That tries for a while where Postgres
// is away, and then lets go: an accepted command must not fail for good, and must not
// hold up everything else.
func (x *execution) record(ctx workflow.Context, e ledger.Entry, taken bool) (ledger.StepResult, error) {
	var tasks *activities.HumanTasks
	var res ledger.StepResult
	err := workflow.ExecuteLocalActivity(writing(ctx), tasks.Record, ledger.Step{
		Run: x.run.ID, Case: x.run.Case, Epoch: x.epoch, Revision: x.run.revision, Entry: e, Taken: taken,
		At: workflow.Now(ctx), State: x.run.state, Effects: x.run.effects, Tries: x.outage.tries(e),
		Course: x.course(), Knows: x.process.known(),
	}).Get(ctx, &res)
	return res, err
}

// writing sets how steps are written: the activity itself says when to let go, and
// never fails but with its worker. Without a schedule-to-close timeout the SDK would
// take the start-to-close timeout for it and give up.
func writing(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 10 * 365 * 24 * time.Hour,
		StartToCloseTimeout:    3 * time.Minute,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 20 * time.Second,
		},
	})
}

// settle takes over what Postgres computed with a step: revision and due times.
func (x *execution) settle(res ledger.StepResult) {
	x.run.settle(res)
	x.armFor(res.NextDue)
	x.leaving = x.run.walk.over || res.Ended
}

// catchUp takes Postgres's state and walks the path to where it stands.
func (x *execution) catchUp(ctx workflow.Context, res ledger.StepResult) error {
	x.run.restore(res)
	x.armFor(res.NextDue)
	// A worker may have died between the run's last step and the end of its workflow task.
	x.leaving = x.leaving || res.Ended
	if x.leaving || x.blind() {
		return nil
	}
	return x.rewalk(ctx)
}
