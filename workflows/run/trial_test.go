package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"percorso/activities"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// These tests put a run against a store that answers as each of them says. What
// the processes do on the real one is tested in package workflows.

// scripted keeps one run as the real store would, except where a test answers
// in its place; it notes every step that it was asked to write.
type scripted struct {
	mutex    sync.Mutex
	state    care.RunState
	revision int
	nextDue  *time.Time
	ended    bool
	instead  func(attempt int, step ledger.Step) (ledger.StepResult, error) // of a step; an empty verdict leaves it to the store
	steps    []ledger.Step
	codes    []string // of what was deferred
	answers  bool     // others, while what a test answers fails
	mute     bool     // it answers, and nothing can be noted
	loading  func() error
	loads    []ledger.Start
	able     bool // a worker that knows the run's course is said to be at work
}

func (s *scripted) Load(_ context.Context, start ledger.Start) (ledger.StepResult, error) {
	if s.loading != nil {
		if err := s.loading(); err != nil {
			return ledger.StepResult{}, err
		}
	}
	s.loads = append(s.loads, start)
	if s.state.CourseNumber() > start.Knows {
		return ledger.StepResult{Verdict: ledger.Newer, NextDue: s.nextDue, Able: s.able}, nil
	}
	return ledger.StepResult{
		Verdict: ledger.Recorded, Revision: s.revision, State: &s.state, NextDue: s.nextDue, Policy: &care.Policy{}, Ended: s.ended, Course: start.Knows,
	}, nil
}

// Defer says where the run stands, as the real one does.
func (s *scripted) Defer(_ context.Context, _ ledger.Step, code string) (ledger.StepResult, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.codes = append(s.codes, code)
	return ledger.StepResult{Verdict: ledger.Deferred, Revision: s.revision}, nil
}

func (s *scripted) Postpone(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error) {
	if !s.answers || s.mute {
		return ledger.StepResult{}, errors.New("it cannot be noted")
	}
	return s.Defer(ctx, step, code)
}

func (s *scripted) DeferRun(_ context.Context, _ ledger.Start, code string, _ bool) error {
	if !s.answers || s.mute {
		return errors.New("it cannot be noted")
	}
	s.codes = append(s.codes, code)
	return nil
}

func (s *scripted) Answers(context.Context) error {
	if !s.answers {
		return errors.New("it is away")
	}
	return nil
}

func (s *scripted) Record(_ context.Context, step ledger.Step) (ledger.StepResult, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	step.State = step.State.Clone() // the run goes on with its own
	s.steps = append(s.steps, step)
	if s.instead != nil {
		if res, err := s.instead(len(s.steps), step); err != nil || res.Verdict != "" {
			return res, err
		}
	}
	if !step.Taken {
		return ledger.StepResult{Verdict: ledger.Refused, Revision: s.revision, Result: ledger.Result{Refusal: care.RefusedNotAwaited}}, nil
	}
	if step.Revision != s.revision {
		return ledger.StepResult{}, fmt.Errorf("a step at revision %d, the store is at %d", step.Revision, s.revision)
	}
	s.state, s.revision = step.State, s.revision+1
	return ledger.StepResult{Verdict: ledger.Recorded, Revision: s.revision, Result: ledger.Result{Revision: s.revision}, Course: s.state.Course}, nil
}

// effects are those of every step that it was asked to write.
func (s *scripted) effects() (all []ledger.Effects) {
	for _, step := range s.steps {
		all = append(all, step.Effects)
	}
	return all
}

const testRun, testCase = "service/0001", "case/0001"

// twoTasks is a path of two tasks, one after the other.
func twoTasks(r *Run) (care.Code, error) {
	if _, err := r.Opening(); err != nil {
		return "", err
	}
	for _, point := range []string{"first", "second"} {
		if _, err := r.Perform(point, ledger.TaskChange{Kind: care.TaskKind(point)}); err != nil {
			return "", err
		}
	}
	return "done", nil
}

// opened is the store after the first step of twoTasks.
func opened() *scripted {
	return &scripted{revision: 1, state: care.RunState{
		Answers: []care.PointAnswer{{Point: "opening", Answer: care.Answer{Operation: care.OpOpen}}},
		Open:    []care.OpenPoint{{Point: "first", Kind: care.OpenTask, ID: taskAt("first")}},
	}}
}

// firstDone is the store after the second step of twoTasks.
func firstDone() *scripted {
	s := opened()
	s.revision = 2
	s.state.Answers = append(s.state.Answers, care.PointAnswer{Point: "first", Answer: care.Answer{Operation: care.OpComplete}})
	s.state.Open = []care.OpenPoint{{Point: "second", Kind: care.OpenTask, ID: taskAt("second")}}
	return s
}

func taskAt(point string) string { return ledger.DerivedID(testRun, point) }

func completes(point string) ledger.Entry {
	return ledger.Entry{ID: "command " + point, Target: taskAt(point), Answer: care.Answer{Operation: care.OpComplete, Outcome: "done"}}
}

var opens = ledger.Entry{ID: "command open", Answer: care.Answer{Operation: care.OpOpen}}

// trial is a run in a test environment.
type trial struct {
	*testing.T
	env     *testsuite.TestWorkflowEnvironment
	store   *scripted
	tasks   *activities.HumanTasks
	run     *Run
	start   time.Time
	results []ledger.Result
	waiting []ledger.Entry // of an execution before
	tries   int
}

// newTrial lets a path run on a store, for at most a year of skipped time.
func newTrial(t *testing.T, store *scripted) *trial {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	tr := &trial{T: t, env: suite.NewTestWorkflowEnvironment(), store: store, start: time.Date(2027, 1, 11, 8, 30, 0, 0, time.UTC)}
	tr.env.SetStartTime(tr.start)
	tr.tasks = &activities.HumanTasks{Steps: store}
	tr.patience(time.Millisecond)
	tr.env.RegisterActivity(tr.tasks)
	tr.env.RegisterDelayedCallback(tr.env.CancelWorkflow, 365*24*time.Hour)
	return tr
}

// patience sets what counts as a second where Postgres is waited for.
func (tr *trial) patience(unit time.Duration) { tr.tasks.Patience.Unit = unit }

// bring brings entries after some time, all at the same moment.
func (tr *trial) bring(after time.Duration, entries ...ledger.Entry) *trial {
	tr.env.RegisterDelayedCallback(func() {
		for _, e := range entries {
			tr.env.UpdateWorkflow(contract.Work, e.ID, outcome{func(res ledger.Result, err error) {
				require.NoError(tr, err)
				tr.results = append(tr.results, res)
			}}, e)
		}
	}, after)
	return tr
}

// walks executes the run of a process that is a path alone.
func (tr *trial) walks(p Path) *trial { return tr.executes(Process{Path: p}) }

// executes executes the run of a process.
func (tr *trial) executes(p Process) *trial {
	path := p.Path
	p.Path = func(r *Run) (care.Code, error) {
		tr.run = r
		return path(r)
	}
	tr.env.ExecuteWorkflow(func(ctx workflow.Context, start ledger.Start) error {
		return Execute(ctx, start, &p)
	}, ledger.Start{Run: testRun, Case: testCase, Epoch: 1, Waiting: tr.waiting, Tries: tr.tries})
	return tr
}

// taken says of each step that the store was asked to write whether the run took its entry.
func (tr *trial) taken() (all []bool) {
	for _, step := range tr.store.steps {
		all = append(all, step.Taken)
	}
	return all
}

// ends asserts that the run ended by itself.
func (tr *trial) ends() { tr.Helper(); require.NoError(tr, tr.env.GetWorkflowError()) }

// stays asserts that the run was still there after the year.
func (tr *trial) stays() {
	tr.Helper()
	require.ErrorContains(tr, tr.env.GetWorkflowError(), "canceled")
}

// rests asserts which task alone the run had open at last.
func (tr *trial) rests(point string) {
	tr.Helper()
	require.Equal(tr, []care.OpenPoint{{Point: point, Kind: care.OpenTask, ID: taskAt(point)}}, tr.run.state.Open)
}

// outcome is told what becomes of an update.
type outcome struct{ tell func(ledger.Result, error) }

func (outcome) Accept()            {}
func (o outcome) Reject(err error) { o.tell(ledger.Result{}, err) }
func (o outcome) Complete(res any, err error) {
	result, _ := res.(ledger.Result)
	o.tell(result, err)
}
