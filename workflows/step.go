package workflows

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"percorso/activities"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// A run is one process of one case at work. Its path is ordinary code that
// opens something, awaits its answer and goes on; a run turns what the path
// does into steps, each one transaction in Postgres.
//
// Two coroutines share it: the path, which only ever blocks in await, and
// whoever brings an entry (an update, a signal, the clock), one at a time under
// the mutex. Bringing an entry lets the path go on until it comes to rest; then
// all that the path gathered is recorded with the entry in one local activity.
//
// Postgres decides. Where it refuses the entry or is ahead of the run, as after
// a crash between a commit and the end of a workflow task, the run takes
// Postgres's state and walks the path from its start, with the answers in that
// state, to where it stood. The same walk serves a new worker version, a
// continue-as-new, a reopening and a rebuild.
type run struct {
	// Carried: what Postgres keeps as well.
	state    care.RunState
	revision int
	epoch    int

	// Run-only.
	id       string
	caseID   string // of the case's own run
	path     path
	policy   care.Policy      // what the path decides by: that of the run's start, so that a walk takes the same turns
	ctx      workflow.Context // of the main coroutine; the path's is derived from it
	pathCtx  workflow.Context
	stopPath workflow.CancelFunc
	awaiting *await // what the path rests on; nil while it runs or once it is over
	over     bool   // the path returned
	effects  ledger.Effects
	mutex    workflow.Mutex // no two entries interleave
	loaded   bool
	due      time.Time   // the earliest clock of the run; zero: none
	leaving  bool        // ended or fenced: nothing more will be worked
	reopens  bool        // the run has ended and may be reopened
	ending   bool        // the path winds up: nothing new begins
	report   care.Answer // what the run's end says besides its outcome
	worked   int         // entries worked in this execution
	busy     int         // entries being worked, or waiting for it
}

// path is a process: it returns the coded outcome that the run ends with.
type path func(r *run) (string, error)

// await is the one place where a path rests.
type await struct {
	step    string
	accepts func(ledger.Entry) bool
	several bool // the answer must say which of several tasks it is about
	answer  *care.Answer
}

// errInterrupted unwinds the path when its run is told to end, or to walk anew.
var errInterrupted = errors.New("interrupted")

// updatesPerExecution bounds an execution's history: a run holds at most 2,000
// updates, and a continued one replays faster.
const updatesPerExecution = 500

// walk runs a process: it is the whole body of every workflow function.
func walk(ctx workflow.Context, start ledger.Start, p path) error {
	r := &run{id: start.Run, caseID: start.Case, epoch: start.Epoch, reopens: start.Reopen, path: p, ctx: ctx, mutex: workflow.NewMutex(ctx)}
	if err := r.listen(ctx); err != nil {
		return err
	}
	if err := r.load(ctx); err != nil {
		return err
	}
	if err := r.keepTime(ctx); err != nil {
		return err
	}
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	if r.leaving {
		return nil
	}
	return workflow.NewContinueAsNewError(ctx, workflow.GetInfo(ctx).WorkflowType.Name, ledger.Start{Run: r.id, Case: r.caseID, Epoch: r.epoch})
}

// listen registers what brings entries, before anything blocks.
func (r *run) listen(ctx workflow.Context) error {
	workflow.Go(ctx, func(ctx workflow.Context) {
		wakes := workflow.GetSignalChannel(ctx, contract.Wake)
		for {
			var e ledger.Entry
			if more := wakes.Receive(ctx, &e); !more {
				return
			}
			// An entry that fails for good stays unworked in the inbox, where the watch sees it.
			_, _ = r.work(ctx, e)
		}
	})
	return workflow.SetUpdateHandlerWithOptions(ctx, contract.Work, r.work, workflow.UpdateHandlerOptions{
		Validator: r.validateWork,
	})
}

// validateWork refuses what has no shape. Whether the path awaits the entry is
// asked under lock, since Postgres may be ahead of this run.
func (r *run) validateWork(_ workflow.Context, e ledger.Entry) error {
	if e.ID == "" || e.Answer.Operation == "" {
		return temporal.NewApplicationError("entry without id or operation", "malformed_entry")
	}
	return nil
}

// load takes the run's state from Postgres and walks the path to where it stood.
func (r *run) load(ctx workflow.Context) error {
	var tasks *activities.HumanTasks
	var res ledger.StepResult
	if err := workflow.ExecuteLocalActivity(writing(ctx), tasks.Load, ledger.Start{Run: r.id, Case: r.caseID, Epoch: r.epoch, Reopen: r.reopens}).Get(ctx, &res); err != nil {
		return err
	}
	if res.Epoch > r.epoch {
		r.epoch = res.Epoch // a reopened run goes on under the next one
	}
	if res.Policy != nil {
		r.policy = *res.Policy
	}
	r.leaving = res.Verdict == ledger.Fenced
	if err := r.adopt(ctx, res); err != nil {
		return err
	}
	r.loaded = true
	return nil
}

// work brings one entry to the path and records the step that it makes.
func (r *run) work(ctx workflow.Context, e ledger.Entry) (ledger.Result, error) {
	r.busy++
	defer func() { r.busy-- }()
	if err := workflow.Await(ctx, func() bool { return r.loaded }); err != nil {
		return ledger.Result{}, err
	}
	// Without the lock a second entry could move the path while the first one's
	// step is being written, and its effects would be recorded under the wrong revision.
	if err := r.mutex.Lock(ctx); err != nil {
		return ledger.Result{}, err
	}
	defer r.mutex.Unlock()
	r.worked++
	for {
		before := r.state.Clone()
		taken, err := r.offer(ctx, e)
		if err != nil {
			return ledger.Result{}, err
		}
		res, err := r.record(ctx, e, taken)
		if err != nil {
			return ledger.Result{}, err
		}
		switch res.Verdict {
		case ledger.Recorded:
			if !taken {
				// Recorded by a worker whose path awaited it: this one's has changed
				// without a version. Better a failing workflow task than another course.
				panic("the path does not await what was recorded at revision " + strconv.Itoa(res.Revision))
			}
			r.settle(res)
			return res.Result, nil
		case ledger.Fenced:
			r.leaving = true
			return res.Result, nil
		case ledger.Behind:
			if err := r.adopt(ctx, res); err != nil {
				return ledger.Result{}, err
			}
		default: // refused, known or idle: the step did not happen
			if res.State == nil {
				res.State, res.Revision = &before, r.revision
			}
			if taken || res.Revision != r.revision || res.Ended {
				if err := r.adopt(ctx, res); err != nil {
					return ledger.Result{}, err
				}
			}
			r.armFor(res.NextDue)
			return res.Result, nil
		}
	}
}

// record writes the step in one local activity. It tries for as long as
// Postgres is away: an accepted command must not fail for good.
func (r *run) record(ctx workflow.Context, e ledger.Entry, taken bool) (ledger.StepResult, error) {
	var tasks *activities.HumanTasks
	var res ledger.StepResult
	err := workflow.ExecuteLocalActivity(writing(ctx), tasks.Record, ledger.Step{
		Run: r.id, Case: r.caseID, Epoch: r.epoch, Revision: r.revision, Entry: e, Taken: taken,
		At: workflow.Now(ctx), State: r.state, Effects: r.effects,
	}).Get(ctx, &res)
	return res, err
}

// writing sets how steps are written. Without a schedule-to-close timeout the
// SDK would take the start-to-close timeout for it and give up after seconds.
func writing(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 10 * 365 * 24 * time.Hour,
		StartToCloseTimeout:    3 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 20 * time.Second,
		},
	})
}

// offer gives the entry to the path, if the path awaits it, and lets the path
// go on until it rests again.
func (r *run) offer(ctx workflow.Context, e ledger.Entry) (taken bool, err error) {
	if r.over {
		return r.reopen(ctx, e)
	}
	e, how := r.beside(ctx, e)
	switch how {
	case refused:
		return false, nil
	case done:
		return true, nil
	case interrupts:
		r.state.Interrupt = &e.Answer
		return true, r.startWalk(ctx)
	}
	if r.awaiting == nil || !r.awaiting.accepts(e) {
		return how == harmless, nil
	}
	return true, r.give(ctx, e)
}

// give gives the path what it awaits, and lets it go on until it rests again.
func (r *run) give(ctx workflow.Context, e ledger.Entry) error {
	if r.awaiting.several && e.Target != "" {
		e.Answer.Subject = e.Target
	}
	r.awaiting.answer = &e.Answer
	return workflow.Await(ctx, r.atRest)
}

func (r *run) atRest() bool { return r.over || r.awaiting != nil && r.awaiting.answer == nil }

// settle takes over what a recorded step computed.
func (r *run) settle(res ledger.StepResult) {
	r.revision, r.effects = res.Revision, ledger.Effects{}
	for _, w := range res.Waits {
		for i := range r.state.Open {
			if r.state.Open[i].Step == w.Step {
				r.state.Open[i].Due = w.Due
			}
		}
	}
	r.armFor(res.NextDue)
	r.leaving = r.over
}

// adopt takes Postgres's state and walks the path anew.
func (r *run) adopt(ctx workflow.Context, res ledger.StepResult) error {
	if res.State != nil {
		r.state = res.State.Clone()
	}
	r.revision = res.Revision
	r.armFor(res.NextDue)
	// A worker may have died between the run's last step and the end of its workflow task.
	r.leaving = r.leaving || res.Ended
	if r.leaving {
		return nil
	}
	return r.rewalk(ctx)
}

// rewalk walks the path from its start with the answers of the state, until it
// rests. Whatever the walk did on the way was recorded when it first happened,
// so its effects are dropped; except that a newer version of the path may open
// something that the state does not have, which then goes with the next step.
func (r *run) rewalk(ctx workflow.Context) error {
	known := r.state.Clone()
	if err := r.startWalk(ctx); err != nil {
		return err
	}
	fresh := slices.ContainsFunc(r.state.Open, func(o care.OpenStep) bool {
		_, ok := known.Opened(o.Step)
		return !ok
	})
	if !fresh {
		r.effects = ledger.Effects{}
	}
	return nil
}

func (r *run) startWalk(ctx workflow.Context) error {
	if r.stopPath != nil && !r.over {
		r.stopPath()
		if err := workflow.Await(ctx, func() bool { return r.over }); err != nil {
			return err
		}
	}
	r.over, r.ending, r.awaiting, r.effects, r.report = false, false, nil, ledger.Effects{}, care.Answer{}
	// The path lives as long as the run, not as the handler that walks it anew.
	ctxOfPath, stop := workflow.WithCancel(r.ctx)
	r.stopPath = stop
	workflow.Go(ctxOfPath, func(ctx workflow.Context) {
		r.pathCtx = ctx // each coroutine blocks on its own
		r.follow()
		r.over, r.awaiting = true, nil
	})
	return workflow.Await(ctx, r.atRest)
}

// follow walks the path, or what ends it early, to its outcome.
func (r *run) follow() {
	walk := r.path
	switch i := r.state.Interrupt; {
	case i != nil && i.Operation == care.OpMerge:
		walk = mergeAway
	case i != nil:
		walk = endEarly
	}
	outcome, err := walk(r)
	switch {
	case errors.Is(err, errInterrupted):
	case err != nil:
		// A path returns no other error. A failing workflow task shows the case
		// as broken and is retried, so a mended worker goes on from here.
		panic(err)
	default:
		r.end(outcome)
	}
}

// await rests until an entry comes that the path accepts at this step. On a
// walk the steps that have their answer do not rest.
func (r *run) await(step string, accepts func(ledger.Entry) bool) (care.Answer, error) {
	return r.awaitOn(&await{step: step, accepts: accepts})
}

// awaitOneOf is await where several tasks are open: the answer's subject is the one it completes.
func (r *run) awaitOneOf(step string, accepts func(ledger.Entry) bool) (care.Answer, error) {
	return r.awaitOn(&await{step: step, accepts: accepts, several: true})
}

func (r *run) awaitOn(w *await) (care.Answer, error) {
	if answer, ok := r.state.Answer(w.step); ok {
		r.effects = ledger.Effects{} // recorded when the answer came
		return answer, nil
	}
	r.awaiting = w
	if err := workflow.Await(r.pathCtx, func() bool { return w.answer != nil }); err != nil {
		return care.Answer{}, errInterrupted
	}
	r.awaiting = nil
	r.state.Answers = append(r.state.Answers, care.StepAnswer{Step: w.step, Answer: *w.answer})
	return *w.answer, nil
}

// open keeps in mind what a step opens. It says false where the state has it already.
func (r *run) open(o care.OpenStep) (fresh bool) {
	if _, ok := r.state.Opened(o.Step); ok {
		return false
	}
	r.state.Open = append(r.state.Open, o)
	return true
}

// idOf gives the id of what a step opens: the run and the step alone decide it,
// and how often the run was reopened, since its path then begins anew.
func (r *run) idOf(name string) string {
	if r.state.Reopened > 0 {
		name = step("reopened", r.state.Reopened) + "/" + name
	}
	return ledger.DerivedID(r.id, name)
}

// close forgets what a step opened.
func (r *run) close(step string) {
	r.state.Open = slices.DeleteFunc(r.state.Open, func(o care.OpenStep) bool { return o.Step == step })
}

// enter brings the case to a stage.
func (r *run) enter(stage care.Stage) { r.effects.Stage = stage }

// tell writes an entry for another run's inbox.
func (r *run) tell(run string, a care.Answer) {
	r.effects.Tell = append(r.effects.Tell, ledger.Message{Run: run, Answer: a})
}

// opening awaits the entry that began the run, or began it anew.
func (r *run) opening() (care.Answer, error) {
	return r.await("opening", func(e ledger.Entry) bool {
		return e.Answer.Operation == care.OpOpen || e.Answer.Operation == care.OpReopen && r.state.Reopened > 0
	})
}

// end ends the run with its outcome; a branch reports to its case.
func (r *run) end(outcome string) {
	r.effects.Ending = outcome
	if r.id != r.caseID {
		report := r.report
		report.Operation, report.Run, report.Outcome = care.OpReport, r.id, outcome
		r.tell(r.caseID, report)
	}
}

// step names a step of the path that may be walked more than once.
func step(name string, turn int) string { return name + "/" + strconv.Itoa(turn) }
