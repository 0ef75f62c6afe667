package workflows_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"percorso/activities"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/steps"
	"percorso/worker"
	"percorso/workflows"
	"percorso/workflows/contract"
)

// play is the carrier in skipped time: a workflow of the test that reads as a
// script, with the runs of one case as its children, so that all share one
// clock. Steps are written into the real Postgres; the play does what the relay
// does, since the test environment has no server that could take its calls.
type play struct {
	*testing.T
	ctx    workflow.Context
	env    *testsuite.TestWorkflowEnvironment
	steps  *watchedSteps
	outbox *outbox.Outbox
	cases  map[string]bool // the runs of the cases that are played
	runs   map[string]workflow.ChildWorkflowFuture
	stops  map[string]workflow.CancelFunc // stop the executions of the runs
	knows  int                            // the newest course that the worker knows, where that changes
}

// started is a Monday with a whole week of working days after it.
var started = time.Date(2027, 1, 11, 8, 30, 0, 0, time.UTC)

// inSkippedTime plays a script about a case of Prato.
func inSkippedTime(t *testing.T, script func(w *casework)) {
	t.Helper()
	playFrom(t, started, script)
}

// inZone plays a script about a case of another zone.
func inZone(t *testing.T, zone string, script func(w *casework)) {
	t.Helper()
	playFrom(t, started, func(w *casework) {
		w.zone = zone
		script(w)
	})
}

// playFrom plays a script in a new Temporal, and says when it ended.
func playFrom(t *testing.T, start time.Time, script func(w *casework)) (end time.Time) {
	t.Helper()
	return playKnowing(t, start, 0, script)
}

// playKnowing is playFrom with a worker that knows courses up to one, and may be taken
// for another; 0: it is today's worker.
func playKnowing(t *testing.T, start time.Time, course int, script func(w *casework)) (end time.Time) {
	t.Helper()
	o := enterOffice(t)
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(silent{})
	p := &play{T: t, cases: map[string]bool{}, runs: map[string]workflow.ChildWorkflowFuture{}, stops: map[string]workflow.CancelFunc{}, knows: course, env: suite.NewTestWorkflowEnvironment(),
		steps: &watchedSteps{Steps: o.steps, worked: map[string]bool{}}, outbox: o.outbox}
	// The script reads and writes the records itself, which a real workflow never may.
	p.env.SetWorkerOptions(sdk.Options{DeadlockDetectionTimeout: time.Minute})
	p.env.SetTestTimeout(time.Minute)
	p.env.SetStartTime(start)
	if course == 0 {
		worker.Register(p.env)
	} else {
		for name, process := range workflows.Knowing(func() int { return p.knows }) {
			p.env.RegisterWorkflowWithOptions(process, workflow.RegisterOptions{Name: name})
		}
	}
	p.env.RegisterActivity(&activities.HumanTasks{Steps: p.steps})
	p.env.ExecuteWorkflow(func(ctx workflow.Context) error {
		p.ctx = ctx
		before := o.records.Clock
		o.records.Clock, o.health.Clock = p.now, p.now
		defer func() { o.records.Clock, o.health.Clock = before, before }()
		script(&casework{carrier: p, office: o, zone: "prato"})
		end = workflow.Now(ctx)
		return nil
	})
	if err := p.env.GetWorkflowError(); err != nil && !t.Failed() {
		t.Fatal(err)
	}
	return end
}

// FailNow ends the script: it runs in a coroutine of the environment, which
// would wait for it for ever.
func (p *play) FailNow() {
	p.Fail()
	panic(errors.New("the script failed"))
}

func (p *play) now() time.Time { return workflow.Now(p.ctx) }

// pass lets time pass, and delivers what falls due on the way. A day on which no step
// was written has nothing to deliver, but for what people did before the first.
func (p *play) pass(d time.Duration) {
	p.Helper()
	const beat = 24 * time.Hour
	for before := -1; d > 0; d -= beat {
		require.NoError(p, workflow.Sleep(p.ctx, min(d, beat)))
		if written := p.steps.written(); written != before || d <= beat {
			before = written
			p.relay()
		}
	}
}

func (p *play) rest() {
	p.Helper()
	p.pass(6 * time.Hour)
}

func (p *play) bring(cmd ledger.Command) {
	p.Helper()
	switch cmd.Operation {
	case care.OpOpen:
		p.cases[cmd.Run] = true
		p.start(ledger.Start{Run: cmd.Run, Case: cmd.Run, Epoch: 1})
	case care.OpReopen:
		p.start(ledger.Start{Run: cmd.Run, Case: cmd.Run, Reopen: true})
	}
	p.update(cmd.Run, ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer})
	p.relay()
}

// update brings an entry to its run and waits for the result.
func (p *play) update(run string, e ledger.Entry) (res ledger.Result) {
	p.Helper()
	u := &update{}
	require.NoError(p, p.env.UpdateWorkflowByID(run, contract.Work, e.ID, u, e))
	p.settle("the update "+string(e.Answer.Operation), func() bool { return u.done })
	require.NoError(p, u.err)
	res, _ = u.result.(ledger.Result)
	return res
}

// rebuild starts the open runs of a case anew, as percorso rebuild does after
// the loss of a Temporal.
func (p *play) rebuild(w *casework, epoch int) {
	p.Helper()
	p.cases[w.run()] = true
	p.start(ledger.Start{Run: w.run(), Case: w.run(), Epoch: epoch})
	for _, b := range w.file().Branches {
		if b.Ended == nil {
			p.start(ledger.Start{Run: b.Run, Case: w.run(), Epoch: epoch})
		}
	}
}

// start starts a run.
func (p *play) start(s ledger.Start) {
	p.Helper()
	ctx := workflow.WithChildOptions(p.ctx, workflow.ChildWorkflowOptions{WorkflowID: s.Run, TaskQueue: contract.TaskQueue, WaitForCancellation: true})
	ctx, p.stops[s.Run] = workflow.WithCancel(ctx)
	child := workflow.ExecuteChildWorkflow(ctx, contract.WorkflowType(ledger.KindOf(s.Run)), s)
	require.NoError(p, child.GetChildWorkflowExecution().Get(p.ctx, nil))
	p.runs[s.Run] = child
}

// changes has the open runs of a case gone on with by a worker of another course.
func (p *play) changes(w *casework, course int) {
	p.Helper()
	p.knows = course
	for _, r := range w.openRuns() {
		p.stops[r.ID]()
		_ = p.runs[r.ID].Get(p.ctx, nil) // it was cancelled
		p.start(ledger.Start{Run: r.ID, Case: w.run(), Epoch: r.Epoch})
	}
	require.NoError(p, workflow.Sleep(p.ctx, time.Millisecond))
}

// openRun is an open run of a case.
type openRun struct {
	ID     string `db:"id"`
	Epoch  int    `db:"epoch"`
	Course int    `db:"course"`
}

// openRuns are those of the case.
func (w *casework) openRuns() (open []openRun) {
	w.Helper()
	require.NoError(w, w.asWorker(w.id, func(tx pgx.Tx) error {
		rows, _ := tx.Query(context.Background(), `SELECT id, epoch, course FROM run WHERE case_id = $1 AND ended_at IS NULL AND revision > 0 ORDER BY id`, w.id)
		var err error
		open, err = pgx.CollectRows(rows, pgx.RowToStructByName[openRun])
		return err
	}))
	return open
}

// relay delivers what the steps of this case told other runs, until there is no more.
func (p *play) relay() {
	p.Helper()
	for {
		wakes, err := p.outbox.TakeWakes(context.Background(), 100, nil)
		require.NoError(p, err)
		for _, w := range wakes {
			if handedOver := ledger.KindOf(w.Run) == care.RunCase && w.Answer.Operation == care.OpOpen; handedOver {
				p.cases[w.Run] = true
			}
			if !p.cases[w.Answer.Case] || p.steps.has(w.ID) {
				continue
			}
			switch w.Answer.Operation {
			case care.OpOpen:
				p.start(ledger.Start{Run: w.Run, Case: w.Answer.Case, Epoch: 1})
			case care.OpReopen:
				p.start(ledger.Start{Run: w.Run, Case: w.Answer.Case, Reopen: true})
			}
			if p.env.SignalWorkflowByID(w.Run, contract.Wake, ledger.Entry{ID: w.ID, Target: w.Target, Answer: w.Answer}) != nil {
				require.NoError(p, p.outbox.RefuseEnded(context.Background(), w.ID))
				continue
			}
			p.settle("the entry "+string(w.Answer.Operation), func() bool { return p.steps.has(w.ID) })
		}
		if len(wakes) == 0 { // those of other tests' cases come again only later
			return
		}
	}
}

// settle waits, a real moment, until something is done.
func (p *play) settle(what string, done func() bool) {
	p.Helper()
	waiting, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	for !done() {
		require.NoError(p, waiting.Err(), "%s was never worked", what)
		require.NoError(p, workflow.Sleep(p.ctx, time.Millisecond))
	}
	// The run takes over the result of its step before the next timer fires.
	require.NoError(p, workflow.Sleep(p.ctx, time.Millisecond))
}

// update is what becomes of an update.
type update struct {
	done   bool
	result any
	err    error
}

func (u *update) Accept()                     {}
func (u *update) Reject(err error)            { u.done, u.err = true, err }
func (u *update) Complete(res any, err error) { u.done, u.result, u.err = true, res, err }

// watchedSteps notes which entries were brought to the store.
type watchedSteps struct {
	*steps.Steps
	fault  func(ledger.Entry) (before, after error) // nil: none
	policy func(*care.Policy)                       // changes what runs decide by; nil: nothing
	newer  int                                      // how often the worker did not know a run's course
	mutex  sync.Mutex
	worked map[string]bool
	steps  int // that were brought to the store
}

func (s *watchedSteps) Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error) {
	var before, after error
	if s.fault != nil {
		before, after = s.fault(step.Entry)
	}
	if before != nil {
		return ledger.StepResult{}, before
	}
	s.mutex.Lock()
	s.steps++
	s.mutex.Unlock()
	res, err := s.Steps.Record(ctx, step)
	if after != nil {
		return ledger.StepResult{}, after
	}
	if err == nil && res.Verdict != ledger.Behind {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.worked[step.Entry.ID] = true
	}
	return res, err
}

func (s *watchedSteps) Load(ctx context.Context, start ledger.Start) (ledger.StepResult, error) {
	res, err := s.Steps.Load(ctx, start)
	if res.Verdict == ledger.Newer {
		s.mutex.Lock()
		s.newer++
		s.mutex.Unlock()
	}
	if s.policy != nil && res.Policy != nil {
		s.policy(res.Policy)
	}
	return res, err
}

// written is how many steps were brought to the store.
func (s *watchedSteps) written() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.steps
}

// left is how often the worker left a run whose course it does not know.
func (s *watchedSteps) left() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.newer
}

func (s *watchedSteps) has(entry string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.worked[entry]
}

// silent drops the SDK's log.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
