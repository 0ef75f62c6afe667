package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"percorso/activities"
	"percorso/api/act"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/records"
	"percorso/internal/postgres/steps"
	"percorso/internal/runs"
	"percorso/internal/zone"
	"percorso/worker"
	"percorso/workflows/contract"
)

// player carries runs in skipped time, as Temporal and the worker do in real time: the
// processes are the product's own, and every step is written into the real Postgres. It
// knows no Temporal server: when it ends, each run that is still open is a lost one, which
// the watch starts again from what Postgres keeps.
type player struct {
	env     *testsuite.TestWorkflowEnvironment
	root    workflow.Context
	records *records.Records
	door    *act.Door
	steps   *countedSteps
	outbox  *outbox.Outbox
	turn    workflow.Mutex  // one acts at a time, so that what happens has one order
	until   time.Time       // where the play ends: now
	towns   map[string]town // by zone
	cases   []string        // that were opened
	failed  []error
	out     io.Writer       // is told how far the play is
	going   map[string]bool // lives that have not ended
	bounces map[string]bool // addresses that do not know their mails
	posted  time.Time       // mails before this have been sent, as far as anybody can tell
}

// longest is how long a play may take before it is given up.
const longest = 10 * time.Minute

// newPlayer makes a player on the logins of API and worker.
func newPlayer(api, work *pgxpool.Pool, out io.Writer) *player {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(silent{})
	p := &player{out: out,
		env: suite.NewTestWorkflowEnvironment(), bounces: map[string]bool{}, going: map[string]bool{}, towns: map[string]town{},
		records: records.New(api, calendar.New), outbox: outbox.New(work),
		steps: &countedSteps{Steps: steps.New(work, calendar.New), worked: map[string]bool{}},
	}
	p.records.Clock = p.now
	p.door = act.NewDoor(p.records, runs.New(byHand{}), zone.NewBook(p.records, calendar.New, p.now), p.now)
	// What people do reads and writes the records beside the runs, which no real workflow may.
	p.env.SetWorkerOptions(sdk.Options{DeadlockDetectionTimeout: longest})
	p.env.SetTestTimeout(longest)
	worker.Register(p.env)
	p.env.RegisterActivity(&activities.HumanTasks{Steps: p.steps})
	return p
}

// play plays from a moment to another one. In between people do what the given function has
// them do, each in a life of their own.
func (p *player) play(given context.Context, from, until time.Time, lives func()) (err error) {
	p.until = until
	p.env.SetStartTime(from)
	p.env.ExecuteWorkflow(func(ctx workflow.Context) error {
		p.root, p.turn = ctx, workflow.NewMutex(ctx)
		lives()
		return p.pass(ctx, given)
	})
	return p.env.GetWorkflowError()
}

// beat is how often is looked for what clocks have told other runs.
const beat = 4 * time.Hour

// pass lets time pass until the end, or until who gave the play gives it up, and delivers
// what falls due on the way.
func (p *player) pass(ctx workflow.Context, given context.Context) error {
	month := time.Month(0)
	for before := 0; p.now().Before(p.until); {
		if given.Err() != nil {
			return context.Cause(given)
		}
		if m := p.now().Month(); m != month {
			month = m
			_, _ = fmt.Fprintf(p.out, "%s %d: %d people\n", m, p.now().Year(), len(p.cases))
		}
		if err := workflow.Sleep(ctx, min(beat, p.until.Sub(p.now()))); err != nil {
			return err
		}
		if written := p.steps.count(); written != before {
			before = written
			p.inTurn(ctx, func() { p.relay(ctx); p.post() })
		}
	}
	return nil
}

// inTurn does something while nobody else does anything.
func (p *player) inTurn(ctx workflow.Context, do func()) {
	must(p.turn.Lock(ctx))
	defer p.turn.Unlock()
	do()
}

func (p *player) now() time.Time { return p.env.Now() }

// bring takes a command to its run, and what its step tells other runs to them.
func (p *player) bring(ctx workflow.Context, cmd ledger.Command) {
	p.begin(ctx, cmd.Operation, cmd.Run, cmd.Run)
	u := &update{}
	must(p.env.UpdateWorkflowByID(cmd.Run, contract.Work, cmd.ID, u, ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer}))
	p.settle(ctx, string(cmd.Operation), func() bool { return u.done })
	must(u.err)
	p.relay(ctx)
}

// relay brings what steps told other runs, until there is no more.
func (p *player) relay(ctx workflow.Context) {
	for {
		wakes, err := p.outbox.TakeWakes(context.Background(), 100, nil)
		must(err)
		for _, w := range wakes {
			if p.steps.has(w.ID) {
				continue
			}
			p.begin(ctx, w.Answer.Operation, w.Run, w.Answer.Case)
			if p.env.SignalWorkflowByID(w.Run, contract.Wake, ledger.Entry{ID: w.ID, Target: w.Target, Answer: w.Answer}) != nil {
				must(p.outbox.RefuseEnded(context.Background(), w.ID))
				continue
			}
			p.settle(ctx, string(w.Answer.Operation), func() bool { return p.steps.has(w.ID) })
		}
		if len(wakes) == 0 {
			return
		}
	}
}

// begin starts the run that an entry opens or reopens.
func (p *player) begin(ctx workflow.Context, o care.Operation, run, caseRun string) {
	start := ledger.Start{Run: run, Case: caseRun}
	switch o {
	case care.OpOpen:
		start.Epoch = 1
	case care.OpReopen:
		start.Reopen = true
	default:
		return
	}
	child := workflow.WithChildOptions(p.root, workflow.ChildWorkflowOptions{WorkflowID: run, TaskQueue: contract.TaskQueue})
	must(workflow.ExecuteChildWorkflow(child, contract.WorkflowType(ledger.KindOf(run)), start).GetChildWorkflowExecution().Get(ctx, nil))
}

// patience is how long, in real time, a step may take.
const patience = 30 * time.Second

// settle waits, a real moment, until something is done.
func (p *player) settle(ctx workflow.Context, what string, done func() bool) {
	for begun := time.Now(); !done(); {
		if time.Since(begun) > patience {
			panic(fmt.Errorf("%s was not worked within %s", what, patience))
		}
		must(workflow.Sleep(ctx, time.Millisecond))
	}
	// The run takes over the result of its step before the next timer fires.
	must(workflow.Sleep(ctx, time.Millisecond))
}

// post says of the mails of long ago that they were sent, or that their address does not
// know them; those of the last days are left to the real post.
func (p *player) post() {
	for p.now().Before(p.posted) {
		mails, err := p.outbox.TakeMails(context.Background(), 100)
		must(err)
		if len(mails) == 0 {
			return
		}
		for _, m := range mails {
			result := ledger.MailResult{Outcome: ledger.MailSent}
			if p.bounces[m.Recipient] {
				result = ledger.MailResult{Outcome: ledger.MailFailed, Code: 550}
			}
			_, err := p.outbox.MailTried(context.Background(), m.ID, result)
			must(err)
		}
	}
}

// countedSteps notes which entries were brought to the store.
type countedSteps struct {
	*steps.Steps
	mutex  sync.Mutex
	worked map[string]bool
	steps  int
}

// Record writes a step.
func (s *countedSteps) Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error) {
	res, err := s.Steps.Record(ctx, step)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.steps++
	if err == nil && res.Verdict != ledger.Behind {
		s.worked[step.Entry.ID] = true
	}
	return res, err
}

func (s *countedSteps) count() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.steps
}

func (s *countedSteps) has(entry string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.worked[entry]
}

// update is what becomes of an update.
type update struct {
	done bool
	err  error
}

func (u *update) Accept()                   {}
func (u *update) Reject(err error)          { u.done, u.err = true, err }
func (u *update) Complete(_ any, err error) { u.done, u.err = true, err }

// byHand is a Temporal that reaches no run: what is accepted is left for the player to bring.
type byHand struct{ client.Client }

var errByHand = errors.New("the player brings it")

func (byHand) UpdateWorkflow(context.Context, client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	return nil, errByHand
}

func (byHand) NewWithStartWorkflowOperation(client.StartWorkflowOptions, any, ...any) client.WithStartWorkflowOperation {
	return nil
}

func (byHand) UpdateWithStartWorkflow(context.Context, client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	return nil, errByHand
}

// silent drops the SDK's log.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}

// must ends a life in which something did not go as it was written; play gives the error.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
