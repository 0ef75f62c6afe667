package run

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// tasksOf is a process whose path is tasks one after the other, of which some come
// with its second course, and some are gone with it.
func tasksOf(course int, points ...string) Process {
	return Process{Course: course, Path: func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		for _, point := range points {
			point, gone := strings.CutPrefix(point, "-")
			point, added := strings.CutPrefix(point, "+")
			if added && r.Course() < 2 || gone && r.Course() >= 2 {
				continue
			}
			if _, err := r.Perform(point, ledger.TaskChange{Kind: care.TaskKind(point)}); err != nil {
				return "", err
			}
		}
		return "done", nil
	}}
}

// Wherever a new course has a step more: a run keeps the one under which it opened,
// and a new run takes the new one.
func TestRunKeepsItsCourse(t *testing.T) {
	for name, points := range map[string][]string{
		"in front":      {"+more", "first", "second"},
		"in the middle": {"first", "+more", "second"},
		"at the end":    {"first", "second", "+more"},
	} {
		t.Run(name, func(t *testing.T) {
			for at, store := range map[string]*scripted{"at the first": opened(), "at the second": firstDone()} {
				tr := newTrial(t, store)
				if at == "at the first" {
					tr.bring(time.Hour, completes("first"))
				}
				tr.bring(2*time.Hour, completes("other")).bring(3*time.Hour, completes("second"))
				tr.executes(tasksOf(2, points...)).ends()
				for _, e := range store.effects() {
					for _, task := range e.Tasks {
						require.NotEqual(t, care.TaskKind("more"), task.Kind, at)
					}
				}
				require.Equal(t, 1, store.state.CourseNumber())
			}
			young := newTrial(t, &scripted{}).bring(time.Minute, opens)
			for i, point := range points {
				young.bring(time.Duration(i+1)*time.Hour, completes(strings.TrimPrefix(point, "+")))
			}
			young.executes(tasksOf(2, points...)).ends()
			require.Equal(t, []bool{true, true, true, true}, young.taken())
			require.Equal(t, 2, young.store.state.CourseNumber())
		})
	}
}

func newCourse(n int) ledger.Entry {
	return ledger.Entry{ID: "command new course", Answer: care.Answer{Operation: care.OpNewCourse, Course: n}}
}

// A run is brought to a newer course in one step: what that does not await ends, what
// it awaits begins, and what was opened beside the path stays.
func TestRunIsBroughtToANewCourse(t *testing.T) {
	beside := care.OpenPoint{Point: "beside", Kind: care.OpenTask, ID: taskAt("beside")}
	again := func(point string) string { return ledger.DerivedID(testRun, "course/2/"+point) }
	opened := func(kind, id string) ledger.TaskChange {
		return ledger.TaskChange{ID: id, State: care.TaskReady, Kind: care.TaskKind(kind)}
	}
	obsolete := func(point string) ledger.TaskChange {
		return ledger.TaskChange{ID: taskAt(point), State: care.TaskObsolete}
	}
	for name, c := range map[string]struct {
		points []string
		does   []ledger.TaskChange // with the step
		then   []string            // ids of the tasks that are completed until the run has ended
	}{
		"it stands before the step":    {[]string{"first", "second", "+more"}, nil, []string{taskAt("second"), taskAt("more")}},
		"it stands at it":              {[]string{"first", "+more", "second"}, []ledger.TaskChange{opened("more", taskAt("more")), obsolete("second")}, []string{taskAt("more"), again("second")}},
		"it stands behind it":          {[]string{"+more", "first", "second"}, []ledger.TaskChange{opened("more", taskAt("more")), obsolete("second")}, []string{taskAt("more"), again("first"), again("second")}},
		"its step is gone":             {[]string{"first", "-second", "third"}, []ledger.TaskChange{opened("third", taskAt("third")), obsolete("second")}, []string{taskAt("third")}},
		"its step is another's":        {[]string{"first", "-second", "+more"}, []ledger.TaskChange{opened("more", taskAt("more")), obsolete("second")}, []string{taskAt("more")}},
		"what is behind it is gone":    {[]string{"-first", "second", "third"}, nil, []string{taskAt("second"), taskAt("third")}},
		"nothing is left, and it ends": {[]string{"first", "-second"}, []ledger.TaskChange{obsolete("second")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			store := firstDone()
			store.state.Open = append(store.state.Open, beside)
			tr := newTrial(t, store).bring(time.Hour, newCourse(2))
			for i, id := range c.then {
				e := completes(id)
				e.Target = id
				tr.bring(time.Duration(i+2)*time.Hour, e)
			}
			tr.executes(tasksOf(2, c.points...)).ends()
			require.Equal(t, c.does, store.steps[0].Effects.Tasks)
			require.Equal(t, 2, store.steps[0].State.Course)
			require.Contains(t, store.steps[0].State.Open, beside)
			require.Len(t, store.steps, 1+len(c.then))
			for _, step := range store.steps {
				require.True(t, step.Taken)
			}
			last := store.steps[len(store.steps)-1].Effects
			require.EqualValues(t, "done", last.Ending)
			require.Len(t, last.Tell, 1, "its case is told once")

			// Whoever walks what was recorded stands there.
			for i, step := range store.steps[:len(store.steps)-1] {
				walked := newTrial(t, &scripted{revision: 3 + i, state: step.State})
				walked.executes(tasksOf(2, c.points...)).stays()
				require.Equal(t, step.State, walked.run.State())
			}
		})
	}
}

// A run that is past a new step is not sent back where the path says so.
func TestRunIsNotSentBack(t *testing.T) {
	p := Process{Course: 2, Path: func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		for _, point := range []string{"first", "more", "second"} {
			if point == "more" && (r.Course() < 2 || r.Bypassed("more", "second")) {
				continue
			}
			if _, err := r.Perform(point, ledger.TaskChange{Kind: care.TaskKind(point)}); err != nil {
				return "", err
			}
		}
		return "done", nil
	}}
	past := newTrial(t, firstDone()).bring(time.Hour, newCourse(2)).bring(2*time.Hour, completes("second"))
	past.executes(p).ends()
	require.Empty(t, past.store.steps[0].Effects.Tasks)
	young := newTrial(t, opened()).bring(time.Hour, newCourse(2)).bring(2*time.Hour, completes("first")).bring(3*time.Hour, completes("more")).bring(4*time.Hour, completes("second"))
	young.executes(p).ends()
	require.Equal(t, []bool{true, true, true, true}, young.taken())
}

// A branch that the new course does not have is told to end, and has its say.
func TestNewCourseEndsBranches(t *testing.T) {
	begins := Process{Course: 2, Path: func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		kind := care.RunReferral
		if r.Course() >= 2 {
			kind = care.RunEquipe
		}
		branch := r.Begin("branch "+string(kind), kind, care.Answer{Agency: "cpi"})
		report, err := r.Await("report", func(e ledger.Entry) bool { return isReport(e) && e.Answer.Run == branch })
		if err != nil {
			return "", err
		}
		r.Forget(branch)
		return report.Outcome, nil
	}, Beside: func(r *Run, e ledger.Entry) Handling {
		if isReport(e) && !r.Awaits(e) {
			r.Forget(e.Answer.Run)
			return Done
		}
		return ForPath
	}}
	old, young := ledger.RunID(care.RunReferral, taskAt("branch referral")), ledger.RunID(care.RunEquipe, taskAt("branch equipe"))
	store := opened()
	store.state.Open = []care.OpenPoint{{Point: "branch referral", Kind: care.OpenRun, ID: old}}
	reports := func(run string) ledger.Entry {
		return ledger.Entry{ID: "report of " + run, Answer: care.Answer{Operation: care.OpReport, Run: run, Outcome: "over"}}
	}
	tr := newTrial(t, store).bring(time.Hour, newCourse(2)).bring(2*time.Hour, reports(old)).bring(3*time.Hour, reports(young))
	tr.executes(begins).ends()
	require.Equal(t, []ledger.Message{
		{Run: young, Answer: care.Answer{Operation: care.OpOpen, Case: testCase, Agency: "cpi"}}, {Run: old, Answer: care.Answer{Operation: care.OpEnd}},
	}, store.steps[0].Effects.Tell)
	require.Len(t, store.steps[0].State.Open, 2, "the old one has yet to report")
	require.Len(t, store.steps[1].State.Open, 1)
	require.EqualValues(t, "over", store.steps[2].Effects.Ending)
}

// Nobody brings a run to the course that it has, to an older one, or to one that its
// worker does not know.
func TestRunIsBroughtForwardsAlone(t *testing.T) {
	store := firstDone()
	store.state.Course = 2
	tr := newTrial(t, store)
	for i, n := range []int{0, 1, 2, 4} {
		e := newCourse(n)
		e.ID += string(rune('a' + i))
		tr.bring(time.Duration(i+1)*time.Hour, e)
	}
	tr.executes(tasksOf(3, "first", "second")).stays()
	require.Equal(t, []bool{false, false, false, false}, tr.taken())
	tr.rests("second")
}

// nextStart is what an execution begins the next one with.
func (tr *trial) nextStart() (start ledger.Start) {
	tr.Helper()
	var again *workflow.ContinueAsNewError
	require.ErrorAs(tr, tr.env.GetWorkflowError(), &again)
	require.NoError(tr, converter.GetDefaultDataConverter().FromPayloads(again.Input, &start))
	return start
}

// A worker that does not know the course of a run leaves the entry and the run.
func TestRunLeavesAWorkerThatDoesNotKnowItsCourse(t *testing.T) {
	store := opened()
	store.instead = func(int, ledger.Step) (ledger.StepResult, error) {
		return ledger.StepResult{Verdict: ledger.Newer, Revision: 2}, nil
	}
	tr := newTrial(t, store).bring(time.Hour, completes("first"), completes("second"))
	tr.walks(twoTasks)
	require.Equal(t, ledger.Start{Run: testRun, Case: testCase, Epoch: 1, Waiting: []ledger.Entry{completes("first"), completes("second")}}, tr.nextStart())
	require.Equal(t, []ledger.Result{{Deferred: true}, {Deferred: true}}, tr.results)
	require.Len(t, store.steps, 1)
}

// An execution that no worker could load rests until it is woken, or until one is said to be able.
func TestRunAwaitsAWorkerThatKnowsItsCourse(t *testing.T) {
	newer := func() *scripted {
		store := firstDone()
		store.state.Course = 2
		return store
	}
	waiting := []ledger.Entry{completes("second")}

	rests := newTrial(t, newer())
	rests.waiting = waiting
	rests.walks(twoTasks).stays()
	require.Len(t, rests.store.loads, 1, "it does not ask by itself")

	woken := newTrial(t, newer()).bring(time.Hour, completes("first"))
	woken.walks(twoTasks)
	require.Equal(t, ledger.Start{Run: testRun, Case: testCase, Epoch: 1, Waiting: []ledger.Entry{completes("first")}}, woken.nextStart())
	require.Equal(t, []ledger.Result{{Deferred: true}}, woken.results)
	require.Empty(t, woken.store.steps)

	again := newTrial(t, newer()).bring(time.Hour, waiting[0])
	again.waiting = waiting
	again.walks(twoTasks)
	require.Equal(t, ledger.Start{Run: testRun, Case: testCase, Epoch: 1, Waiting: waiting}, again.nextStart(), "it is offered anew each time that an entry is brought")

	able := newTrial(t, newer())
	able.store.able, able.waiting = true, waiting
	able.walks(twoTasks)
	require.Equal(t, 1, able.nextStart().Tries)
	require.Equal(t, waiting, able.nextStart().Waiting)
	require.Equal(t, able.start.Add(time.Second), able.env.Now().UTC())

	often := newTrial(t, newer())
	often.store.able, often.waiting, often.tries = true, waiting, mostTries
	often.walks(twoTasks).stays()

	due := newTrial(t, newer())
	past := due.start.Add(-time.Hour)
	due.store.nextDue = &past
	due.walks(twoTasks)
	require.Equal(t, due.start.Add(31*time.Second), due.env.Now().UTC(), "a clock that is due is tried again")
	require.Zero(t, due.nextStart().Tries)

	// And the next execution, on a worker that knows, works what waited.
	able = newTrial(t, newer())
	able.waiting = waiting
	able.executes(tasksOf(2, "first", "second")).ends()
	require.Equal(t, []bool{true}, able.taken())
}

// What a worker that knows the course recorded is replayed by one that does not: it
// takes the results as they are, until there is something new.
func TestRunIsReplayedWithoutItsPath(t *testing.T) {
	store := &scripted{}
	due := time.Date(2027, 1, 11, 12, 0, 0, 0, time.UTC)
	recorded := []ledger.StepResult{
		{Verdict: ledger.Recorded, Revision: 1, Course: 2, Result: ledger.Result{Revision: 1}},
		{Verdict: ledger.Refused, Revision: 1, Result: ledger.Result{Refusal: care.RefusedNotAwaited}},
		{Verdict: ledger.Behind, Revision: 4, State: &care.RunState{Course: 2, Open: []care.OpenPoint{{Point: "unknown", Kind: care.OpenTask}}}},
		{Verdict: ledger.Recorded, Revision: 5, Course: 2, Result: ledger.Result{Revision: 5}, NextDue: &due},
		{Verdict: ledger.Recorded, Revision: 6, Course: 2, Result: ledger.Result{Revision: 6}, Ended: true}, // the clock
	}
	store.instead = func(n int, _ ledger.Step) (ledger.StepResult, error) { return recorded[n-1], nil }
	tr := newTrial(t, store).bring(time.Hour, opens).bring(2*time.Hour, completes("any")).bring(3*time.Hour, completes("other"))
	tr.walks(twoTasks).ends()
	require.Equal(t, []ledger.Result{{Revision: 1}, {Refusal: care.RefusedNotAwaited}, {Revision: 5}}, tr.results)
	require.Len(t, store.steps, 5)
	require.Equal(t, care.OpClock, store.steps[4].Entry.Answer.Operation)
	for _, step := range store.steps[1:] {
		require.Equal(t, 2, step.Course)
		require.Equal(t, 1, step.Knows)
		require.False(t, step.Taken)
	}
}
