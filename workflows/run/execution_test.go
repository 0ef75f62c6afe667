package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
}

func (s *scripted) Load(context.Context, ledger.Start) (ledger.StepResult, error) {
	return ledger.StepResult{
		Verdict: ledger.Recorded, Revision: s.revision, State: &s.state, NextDue: s.nextDue, Policy: &care.Policy{}, Ended: s.ended,
	}, nil
}

func (s *scripted) Record(_ context.Context, step ledger.Step) (ledger.StepResult, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
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
	return ledger.StepResult{Verdict: ledger.Recorded, Revision: s.revision, Result: ledger.Result{Revision: s.revision}}, nil
}

const testRun, testCase = "service/0001", "case/0001"

// twoTasks is a path of two tasks, one after the other.
func twoTasks(r *Run) (string, error) {
	if _, err := r.Opening(); err != nil {
		return "", err
	}
	for _, step := range []string{"first", "second"} {
		if _, err := r.Perform(step, ledger.TaskChange{Kind: care.TaskKind(step)}); err != nil {
			return "", err
		}
	}
	return "done", nil
}

// opened is the store after the first step of twoTasks.
func opened() *scripted {
	return &scripted{revision: 1, state: care.RunState{
		Answers: []care.StepAnswer{{Step: "opening", Answer: care.Answer{Operation: care.OpOpen}}},
		Open:    []care.OpenStep{{Step: "first", Kind: care.OpenTask, ID: taskAt("first")}},
	}}
}

// firstDone is the store after the second step of twoTasks.
func firstDone() *scripted {
	s := opened()
	s.revision = 2
	s.state.Answers = append(s.state.Answers, care.StepAnswer{Step: "first", Answer: care.Answer{Operation: care.OpComplete}})
	s.state.Open = []care.OpenStep{{Step: "second", Kind: care.OpenTask, ID: taskAt("second")}}
	return s
}

func taskAt(step string) string { return ledger.DerivedID(testRun, step) }

func completes(step string) ledger.Entry {
	return ledger.Entry{ID: "command " + step, Target: taskAt(step), Answer: care.Answer{Operation: care.OpComplete, Outcome: "done"}}
}

var opens = ledger.Entry{ID: "command open", Answer: care.Answer{Operation: care.OpOpen}}

// trial is a run in a test environment.
type trial struct {
	*testing.T
	env     *testsuite.TestWorkflowEnvironment
	store   *scripted
	run     *Run
	start   time.Time
	results []ledger.Result
}

// newTrial lets a path run on a store, for at most a year of skipped time.
func newTrial(t *testing.T, store *scripted) *trial {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	tr := &trial{T: t, env: suite.NewTestWorkflowEnvironment(), store: store, start: time.Date(2027, 1, 11, 8, 30, 0, 0, time.UTC)}
	tr.env.SetStartTime(tr.start)
	tr.env.RegisterActivity(&activities.HumanTasks{Steps: store})
	tr.env.RegisterDelayedCallback(tr.env.CancelWorkflow, 365*24*time.Hour)
	return tr
}

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
	p.Path = func(r *Run) (string, error) {
		tr.run = r
		return path(r)
	}
	tr.env.ExecuteWorkflow(func(ctx workflow.Context, start ledger.Start) error {
		return Execute(ctx, start, p)
	}, ledger.Start{Run: testRun, Case: testCase, Epoch: 1})
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
func (tr *trial) rests(step string) {
	tr.Helper()
	require.Equal(tr, []care.OpenStep{{Step: step, Kind: care.OpenTask, ID: taskAt(step)}}, tr.run.state.Open)
}

// outcome is told what becomes of an update.
type outcome struct{ tell func(ledger.Result, error) }

func (outcome) Accept()            {}
func (o outcome) Reject(err error) { o.tell(ledger.Result{}, err) }
func (o outcome) Complete(res any, err error) {
	result, _ := res.(ledger.Result)
	o.tell(result, err)
}

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

func TestRunRecordsOneStepAnEntry(t *testing.T) {
	tr := newTrial(t, &scripted{}).bring(time.Hour, opens).bring(2*time.Hour, completes("first")).bring(3*time.Hour, completes("second"))
	tr.walks(twoTasks).ends()
	require.Equal(t, []ledger.Result{{Revision: 1}, {Revision: 2}, {Revision: 3}}, tr.results)
	require.Equal(t, []ledger.Effects{
		{Tasks: []ledger.TaskChange{{ID: taskAt("first"), State: care.TaskReady, Kind: "first"}}},
		{Tasks: []ledger.TaskChange{
			{ID: taskAt("first"), State: care.TaskCompleted, Outcome: "done"}, {ID: taskAt("second"), State: care.TaskReady, Kind: "second"},
		}},
		{
			Tasks: []ledger.TaskChange{{ID: taskAt("second"), State: care.TaskCompleted, Outcome: "done"}},
			Tell:  []ledger.Message{{Run: testCase, Answer: care.Answer{Operation: care.OpReport, Run: testRun, Outcome: "done"}}}, Ending: "done",
		},
	}, tr.store.effects())
	require.Equal(t, tr.start.Add(2*time.Hour), tr.store.steps[1].At)
	require.Empty(t, tr.store.state.Open)
}

func (s *scripted) effects() (all []ledger.Effects) {
	for _, step := range s.steps {
		all = append(all, step.Effects)
	}
	return all
}

func TestRunTakesUpPostgresStateWhenItIsBehind(t *testing.T) {
	// The first task was completed, but the workflow task that did it was lost.
	store := opened()
	store.instead = func(attempt int, _ ledger.Step) (ledger.StepResult, error) {
		if attempt > 1 {
			return ledger.StepResult{}, nil
		}
		ahead := firstDone()
		store.state, store.revision = ahead.state, ahead.revision
		return ledger.StepResult{Verdict: ledger.Behind, Revision: ahead.revision, State: &ahead.state}, nil
	}
	tr := newTrial(t, store).bring(time.Hour, completes("second"))
	tr.walks(twoTasks).ends()
	require.Equal(t, []ledger.Result{{Revision: 3}}, tr.results)
	require.Len(t, store.steps, 2)
	require.False(t, store.steps[0].Taken, "the run did not know of the second task yet")
	require.True(t, store.steps[1].Taken)
	require.Equal(t, 2, store.steps[1].Revision)
	require.Equal(t, []ledger.TaskChange{{ID: taskAt("second"), State: care.TaskCompleted, Outcome: "done"}}, store.steps[1].Effects.Tasks,
		"what the lost task had done is not done again")
}

func TestRunRefusesWhatPostgresSaysIsPast(t *testing.T) {
	// Behind, and the entry that shows it is for a step that is over.
	store := opened()
	store.instead = func(attempt int, _ ledger.Step) (ledger.StepResult, error) {
		if attempt > 1 {
			return ledger.StepResult{}, nil
		}
		ahead := firstDone()
		store.state, store.revision = ahead.state, ahead.revision
		return ledger.StepResult{Verdict: ledger.Behind, Revision: ahead.revision, State: &ahead.state}, nil
	}
	late := completes("first")
	late.ID = "another command"
	tr := newTrial(t, store).bring(time.Hour, late)
	tr.walks(twoTasks).stays()
	require.Equal(t, []ledger.Result{{Refusal: care.RefusedNotAwaited}}, tr.results)
	tr.rests("second")
	require.Equal(t, 2, tr.run.revision)
}

func TestRunGivesTheStoredAnswerOfAKnownEntry(t *testing.T) {
	store := opened()
	store.instead = func(attempt int, _ ledger.Step) (ledger.StepResult, error) {
		if attempt > 1 {
			return ledger.StepResult{}, nil
		}
		ahead := firstDone()
		store.state, store.revision = ahead.state, ahead.revision
		return ledger.StepResult{Verdict: ledger.Known, Revision: 2, State: &ahead.state, Result: ledger.Result{Revision: 2}}, nil
	}
	tr := newTrial(t, store).bring(time.Hour, completes("first")).bring(2*time.Hour, completes("second"))
	tr.walks(twoTasks).ends()
	require.Equal(t, []ledger.Result{{Revision: 2}, {Revision: 3}}, tr.results)
	require.Equal(t, 2, store.steps[1].Revision)
}

func TestRunStandsWhereItStoodAfterARefusal(t *testing.T) {
	store := opened()
	store.instead = func(attempt int, _ ledger.Step) (ledger.StepResult, error) {
		if attempt > 1 {
			return ledger.StepResult{}, nil
		}
		return ledger.StepResult{Verdict: ledger.Refused, Revision: 1, Result: ledger.Result{Refusal: care.RefusedTaken}}, nil
	}
	again := completes("first")
	again.ID = "by its holder"
	tr := newTrial(t, store).bring(time.Hour, completes("first")).bring(2*time.Hour, again).bring(3*time.Hour, completes("second"))
	tr.walks(twoTasks).ends()
	require.Equal(t, []ledger.Result{{Refusal: care.RefusedTaken}, {Revision: 2}, {Revision: 3}}, tr.results)
	require.Equal(t, store.steps[0].Effects, store.steps[1].Effects)
	require.Equal(t, store.steps[0].Revision, store.steps[1].Revision)
}

func TestRunLeavesWhenANewerEpochOwnsIt(t *testing.T) {
	store := opened()
	store.instead = func(int, ledger.Step) (ledger.StepResult, error) {
		return ledger.StepResult{Verdict: ledger.Fenced}, nil
	}
	newTrial(t, store).bring(time.Hour, completes("first")).walks(twoTasks).ends()
	require.Len(t, store.steps, 1)
	require.Equal(t, 1, store.revision)
}

func TestRunThatHasEndedDoesNothing(t *testing.T) {
	tr := newTrial(t, &scripted{ended: true})
	tr.walks(twoTasks).ends()
	require.Nil(t, tr.run, "the path was walked")
	require.Empty(t, tr.store.steps)
}

func TestRunKeepsOneTimerForItsClocks(t *testing.T) {
	store := opened()
	in := func(hours int) *time.Time {
		at := time.Date(2027, 1, 11, 8, 30, 0, 0, time.UTC).Add(time.Duration(hours) * time.Hour)
		return &at
	}
	store.nextDue = in(1)
	var fired []time.Time
	store.instead = func(_ int, step ledger.Step) (ledger.StepResult, error) {
		if step.Entry.Answer.Operation != care.OpClock {
			res := ledger.StepResult{Verdict: ledger.Recorded, Revision: step.Revision + 1, NextDue: in(6)} // earlier than the clock knew
			store.state, store.revision = step.State, res.Revision
			return res, nil
		}
		fired = append(fired, step.At)
		require.Equal(t, step.At, *step.Entry.Answer.At)
		require.True(t, step.Taken)
		require.True(t, step.Effects.Empty())
		switch len(fired) {
		case 1: // nothing was due: it comes again much later
			return ledger.StepResult{Verdict: ledger.Idle, Revision: step.Revision, NextDue: in(100)}, nil
		default:
			store.revision++
			return ledger.StepResult{Verdict: ledger.Recorded, Revision: store.revision}, nil
		}
	}
	tr := newTrial(t, store).bring(5*time.Hour, completes("first"))
	tr.walks(twoTasks).stays()
	require.Equal(t, []time.Time{*in(1), *in(6)}, fired)
	tr.rests("second")
}

func TestRunWorksOneEntryAtATime(t *testing.T) {
	store := opened()
	store.instead = func(int, ledger.Step) (ledger.StepResult, error) {
		time.Sleep(20 * time.Millisecond) // the others are there by then
		return ledger.StepResult{}, nil
	}
	var same []ledger.Entry
	for i := range 5 { // of five who complete the task at the same moment, one does
		e := completes("first")
		e.ID = fmt.Sprint("by colleague ", i)
		same = append(same, e)
	}
	tr := newTrial(t, store).bring(time.Hour, same...)
	tr.walks(twoTasks).stays()
	require.Len(t, store.steps, len(same))
	for i, step := range store.steps {
		require.Equal(t, i == 0, step.Taken)
		require.Equal(t, min(i, 1)+1, step.Revision)
	}
	tr.rests("second")
}

func TestRunKeepsTryingWhilePostgresIsAway(t *testing.T) {
	store := &scripted{instead: func(attempt int, _ ledger.Step) (ledger.StepResult, error) {
		if attempt <= 20 {
			return ledger.StepResult{}, errors.New("connection refused")
		}
		return ledger.StepResult{}, nil
	}}
	tr := newTrial(t, store).bring(time.Hour, opens)
	tr.walks(twoTasks).stays()
	require.Equal(t, []ledger.Result{{Revision: 1}}, tr.results)
	require.Len(t, store.steps, 21)
	for _, step := range store.steps {
		require.Equal(t, store.steps[0], step, "the same step each time")
	}
}

func TestRunContinuesAsNewBeforeItsHistoryIsTooLong(t *testing.T) {
	store := opened()
	tr := newTrial(t, store)
	for i := range entriesPerExecution {
		e := completes("first")
		e.ID, e.Target = fmt.Sprint("of another task ", i), "another task"
		tr.bring(time.Duration(i+1)*time.Minute, e)
	}
	tr.walks(twoTasks)
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, tr.env.GetWorkflowError(), &again)
	require.Len(t, store.steps, entriesPerExecution)
	require.Equal(t, entriesPerExecution, len(tr.results), "nobody goes without an answer")

	// The next execution goes on from the store.
	next := newTrial(t, store).bring(time.Hour, completes("first")).bring(2*time.Hour, completes("second"))
	next.walks(twoTasks).ends()
	require.Equal(t, []ledger.Result{{Revision: 2}, {Revision: 3}}, next.results)
}

func TestRunOpensWhatANewerVersionAdds(t *testing.T) {
	withExtra := func(r *Run) (string, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		r.OpenTask("extra", ledger.TaskChange{Kind: "extra"})
		for _, step := range []string{"first", "second"} {
			if _, err := r.Perform(step, ledger.TaskChange{Kind: care.TaskKind(step)}); err != nil {
				return "", err
			}
		}
		return "done", nil
	}
	// Even if the first step that could carry it is refused.
	store := opened()
	other := ledger.Entry{ID: "of another task", Target: "another task", Answer: care.Answer{Operation: care.OpComplete}}
	tr := newTrial(t, store).bring(time.Hour, other).bring(2*time.Hour, completes("first")).bring(3*time.Hour, completes("second"))
	tr.walks(withExtra).ends()
	opened := func(e ledger.Effects) bool {
		return slices.ContainsFunc(e.Tasks, func(c ledger.TaskChange) bool { return c.Kind == "extra" && c.State == care.TaskReady })
	}
	require.False(t, store.steps[0].Taken)
	require.True(t, opened(store.steps[1].Effects), "the extra task goes with the next step: %v", store.steps[1].Effects)
	require.False(t, opened(store.steps[2].Effects), "and with no other")
	require.Contains(t, store.steps[1].State.Open, care.OpenStep{Step: "extra", Kind: care.OpenTask, ID: taskAt("extra")})
}

func TestRunLeavesOutWhatANewerVersionPutsBeforeWhereItStands(t *testing.T) {
	inFront := func(r *Run) (string, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		for _, step := range []string{"first", "in front", "second"} {
			_, open := r.state.Opened("second")
			_, done := r.state.Answer("second")
			if step == "in front" && (open || done) {
				continue
			}
			if _, err := r.Perform(step, ledger.TaskChange{Kind: care.TaskKind(step)}); err != nil {
				return "", err
			}
		}
		return "done", nil
	}
	old := newTrial(t, firstDone()).bring(time.Hour, completes("second"))
	old.walks(inFront).ends()
	require.Len(t, old.store.steps, 1)

	young := newTrial(t, opened()).bring(time.Hour, completes("first")).bring(2*time.Hour, completes("in front")).bring(3*time.Hour, completes("second"))
	young.walks(inFront).ends()
	require.Len(t, young.store.steps, 3)
}

func TestRunWalksAnewWithoutDoingAnythingAgain(t *testing.T) {
	tr := newTrial(t, firstDone()).bring(time.Hour, completes("second"))
	tr.walks(twoTasks).ends()
	require.Len(t, tr.store.steps, 1)
	require.Equal(t, []ledger.TaskChange{{ID: taskAt("second"), State: care.TaskCompleted, Outcome: "done"}}, tr.store.steps[0].Effects.Tasks)
}

func TestRunEndsEarlyInOrder(t *testing.T) {
	busy := func(r *Run) (string, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		a := r.Appoint("appointment", care.Answer{Service: "prova"})
		r.OpenTask("aside", ledger.TaskChange{Kind: "aside"})
		answer, err := r.Perform("first", ledger.TaskChange{Kind: "first"})
		if err != nil {
			return "", err
		}
		a.End(care.AppointmentHeld)
		return answer.Outcome, nil
	}
	end := ledger.Entry{ID: "end", Answer: care.Answer{Operation: care.OpEnd}}
	twice := ledger.Entry{ID: "end again", Answer: care.Answer{Operation: care.OpEnd}}
	tr := newTrial(t, &scripted{}).bring(time.Hour, opens).bring(2*time.Hour, end, twice)
	tr.walks(busy).ends()
	effects := tr.store.steps[1].Effects
	require.Equal(t, []ledger.TaskChange{{ID: taskAt("first"), State: care.TaskObsolete}, {ID: taskAt("aside"), State: care.TaskObsolete}}, effects.Tasks)
	require.Equal(t, care.AppointmentCancelled, effects.Appointments[0].State)
	require.Equal(t, care.EndedEarly, effects.Ending)
	require.Empty(t, tr.store.state.Open)
}

func TestRunRefusesAnEntryWithoutShape(t *testing.T) {
	for _, e := range []ledger.Entry{{}, {ID: "without operation"}, {Answer: care.Answer{Operation: care.OpComplete}}} {
		tr := newTrial(t, opened())
		var refused error
		tr.env.RegisterDelayedCallback(func() {
			tr.env.UpdateWorkflow(contract.Work, "update", outcome{func(_ ledger.Result, err error) { refused = err }}, e)
		}, time.Hour)
		tr.walks(twoTasks).stays()
		require.ErrorContains(t, refused, "entry without id or operation")
		require.Empty(t, tr.store.steps)
	}
}
