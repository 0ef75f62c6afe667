package run

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

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
	// Behind, and the entry that shows it is for a task that is done.
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

// The message said something else than what was accepted: the path takes what was
// accepted, whether or not it had awaited the other.
func TestRunWorksWhatWasAccepted(t *testing.T) {
	accepted := completes("first")
	for name, alter := range map[string]func(*ledger.Entry){
		"another answer":    func(e *ledger.Entry) { e.Answer.Outcome = "another" },
		"another target":    func(e *ledger.Entry) { e.Target = taskAt("second") },
		"another operation": func(e *ledger.Entry) { e.Answer = care.Answer{Operation: care.OpReopen} },
		"the end":           func(e *ledger.Entry) { e.Target, e.Answer = "", care.Answer{Operation: care.OpEnd} },
	} {
		t.Run(name, func(t *testing.T) {
			message := accepted
			alter(&message)
			store := opened()
			store.instead = func(attempt int, step ledger.Step) (ledger.StepResult, error) {
				if attempt > 1 {
					return ledger.StepResult{}, nil
				}
				require.True(t, step.Entry.Same(message))
				return ledger.StepResult{Verdict: ledger.Altered, Revision: 1, Entry: &accepted}, nil
			}
			tr := newTrial(t, store).bring(time.Hour, message).bring(2*time.Hour, completes("second"))
			tr.walks(twoTasks).ends()
			require.Equal(t, []ledger.Result{{Revision: 2}, {Revision: 3}}, tr.results)
			require.True(t, store.steps[1].Entry.Same(accepted))
			require.Equal(t, []ledger.TaskChange{
				{ID: taskAt("first"), State: care.TaskCompleted, Outcome: "done"}, {ID: taskAt("second"), State: care.TaskReady, Kind: "second"},
			}, store.steps[1].Effects.Tasks)
		})
	}
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

// away is what the store answers while there is no connection.
var away = &ledger.Fault{Lost: true}

// unwritable is what it answers to a value that no table takes.
var unwritable = &ledger.Fault{SQLSTATE: "22001"}

func TestRunKeepsTryingWhilePostgresIsAwayForAMoment(t *testing.T) {
	store := &scripted{}
	store.instead = func(attempt int, _ ledger.Step) (ledger.StepResult, error) {
		if attempt <= 1 {
			return ledger.StepResult{}, away
		}
		return ledger.StepResult{}, nil
	}
	tr := newTrial(t, store)
	tr.patience(time.Second)
	tr.bring(time.Hour, opens).walks(twoTasks).stays()
	require.Equal(t, []ledger.Result{{Revision: 1}}, tr.results)
	require.Len(t, store.steps, 2)
	require.Equal(t, store.steps[0], store.steps[1], "the same step again")
}

// What fails while Postgres answers others is let go after a few attempts, and not waited
// for as an outage is: that is the entry's own matter, also where it cannot be noted.
func TestRunDoesNotWaitForWhatFailsAlone(t *testing.T) {
	for name, c := range map[string]struct {
		fault    ledger.Fault
		mute     bool
		attempts int
		code     string
	}{
		"no time":           {fault: ledger.Fault{SQLSTATE: "57014"}, attempts: 3, code: "57014"},
		"the caller's time": {fault: ledger.Fault{Cause: context.DeadlineExceeded}, attempts: 3, code: "57014"},
		"a lock":            {fault: ledger.Fault{SQLSTATE: "55P03"}, attempts: 3, code: "55P03"},
		"no room":           {fault: ledger.Fault{SQLSTATE: "53200"}, attempts: 3, code: "53200"},
		"its connection":    {fault: ledger.Fault{Lost: true}, attempts: 3, code: "08006"},
		"a conflict":        {fault: ledger.Fault{SQLSTATE: "40001"}, attempts: 23, code: "40001"},
		"its command":       {fault: ledger.Fault{SQLSTATE: "55P03"}, mute: true, attempts: 3},
		"a value":           {fault: ledger.Fault{SQLSTATE: "22001"}, attempts: 1, code: "22001"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := opened()
			store.answers, store.mute = true, c.mute
			store.instead = func(_ int, step ledger.Step) (ledger.StepResult, error) {
				if step.Entry.ID == "poison" {
					return ledger.StepResult{}, &c.fault
				}
				return ledger.StepResult{}, nil
			}
			poison := completes("first")
			poison.ID = "poison"
			tr := newTrial(t, store)
			tr.patience(time.Hour) // it would be waited for until the test is given up
			tr.bring(time.Hour, poison, completes("first")).bring(2*time.Hour, completes("second")).walks(twoTasks).ends()
			require.Equal(t, []ledger.Result{{Deferred: true}, {Revision: 2}, {Revision: 3}}, tr.results)
			require.Equal(t, c.attempts+2, len(store.steps)) //nolint:testifylint // the steps say nothing
			if c.mute {
				require.Empty(t, store.codes)
			} else {
				require.Equal(t, []string{c.code}, store.codes)
			}
		})
	}
}

// A conflict with somebody else is tried again at once.
func TestRunTriesAgainAfterAConflict(t *testing.T) {
	store := opened()
	store.instead = func(attempt int, _ ledger.Step) (ledger.StepResult, error) {
		if attempt <= 3 {
			return ledger.StepResult{}, &ledger.Fault{SQLSTATE: "40P01"}
		}
		return ledger.StepResult{}, nil
	}
	tr := newTrial(t, store).bring(time.Hour, completes("first"))
	tr.walks(twoTasks).stays()
	require.Equal(t, []ledger.Result{{Revision: 2}}, tr.results)
	require.Len(t, store.steps, 4)
}

// Where Postgres is away, or a step cannot be written, the run lets the entry go. It
// stays accepted, the path stands where it stood, and the next entry finds nothing
// of it.
func TestRunLetsGoAndGoesOnWithOthers(t *testing.T) {
	for name, fault := range map[string]error{"away": away, "unwritable": unwritable} {
		t.Run(name, func(t *testing.T) {
			store := opened()
			poison := completes("first")
			poison.ID, poison.Answer.Outcome = "poison", "spoilt"
			store.instead = func(_ int, step ledger.Step) (ledger.StepResult, error) {
				if step.Entry.ID == poison.ID {
					return ledger.StepResult{}, fault
				}
				return ledger.StepResult{}, nil
			}
			tr := newTrial(t, store).bring(time.Hour, poison).bring(2*time.Hour, completes("first")).bring(3*time.Hour, poison).bring(4*time.Hour, completes("second"))
			tr.walks(twoTasks).ends()
			require.Equal(t, []ledger.Result{{Deferred: true}, {Revision: 2}, {Refusal: care.RefusedNotAwaited}, {Revision: 3}}[:2], tr.results[:2])
			require.Equal(t, ledger.Result{Revision: 3}, tr.results[3])
			var worked []ledger.Effects
			for _, step := range store.steps {
				if step.Entry.ID != poison.ID {
					worked = append(worked, step.Effects)
				}
			}
			require.Equal(t, []ledger.TaskChange{
				{ID: taskAt("first"), State: care.TaskCompleted, Outcome: "done"}, {ID: taskAt("second"), State: care.TaskReady, Kind: "second"},
			}, worked[0].Tasks)
			require.Len(t, worked, 2)
			require.NotContains(t, fmt.Sprint(store.state), "spoilt")
			if name == "unwritable" {
				require.Contains(t, store.codes, "22001")
			} else {
				require.Empty(t, store.codes, "nothing can be noted of it")
			}
		})
	}
}

// What interrupts the path, as its end, leaves nothing behind either.
func TestRunStandsAgainAfterAnEndThatCouldNotBeWritten(t *testing.T) {
	store := opened()
	store.instead = func(attempt int, _ ledger.Step) (ledger.StepResult, error) {
		if attempt == 1 {
			return ledger.StepResult{}, unwritable
		}
		return ledger.StepResult{}, nil
	}
	end := ledger.Entry{ID: "end", Answer: care.Answer{Operation: care.OpEnd}}
	tr := newTrial(t, store).bring(time.Hour, end).bring(2*time.Hour, completes("first"))
	tr.walks(twoTasks).stays()
	require.Equal(t, []ledger.Result{{Deferred: true}, {Revision: 2}}, tr.results)
	require.Nil(t, store.state.Interrupt)
	tr.rests("second")
}

// A run's own clock comes again by itself, after pauses that grow; an entry that is
// worked meanwhile ends an outage for the clock too.
func TestRunsOwnClockComesAgain(t *testing.T) {
	noTime := &ledger.Fault{SQLSTATE: "57014"}
	for name, fault := range map[string]error{"away": away, "no time for it": noTime, "unwritable": unwritable} {
		t.Run(name, func(t *testing.T) {
			store := opened()
			store.answers = name != "away"
			due := time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC)
			store.nextDue = &due
			var at []time.Time
			const failures = 12
			store.instead = func(_ int, step ledger.Step) (ledger.StepResult, error) {
				if step.Entry.Answer.Operation != care.OpClock {
					return ledger.StepResult{}, nil
				}
				if len(at) == 0 || !at[len(at)-1].Equal(step.At) {
					at = append(at, step.At)
				}
				if len(at) <= failures {
					return ledger.StepResult{}, fault
				}
				return ledger.StepResult{Verdict: ledger.Idle, Revision: 1}, nil
			}
			tr := newTrial(t, store)
			tr.patience(50 * time.Millisecond)
			tr.walks(twoTasks).stays()
			require.Len(t, at, failures+1, "until it is taken, and never again")
			unit := 50 * time.Millisecond
			for i := 1; i < len(at); i++ {
				want := min(time.Duration(5<<(i-1)), 900) * unit
				require.InDelta(t, want, at[i].Sub(at[i-1]), float64(20*time.Millisecond), "pause %d", i)
			}
		})
	}
}

// A run that does not load tries again with pauses; whoever comes meanwhile has it
// tried at once, and is told that it takes longer.
func TestRunLoadsAgain(t *testing.T) {
	store := &scripted{}
	var loads int
	store.loading = func() error {
		if loads++; loads <= 20 { // the pauses are 0.9 s by then
			return away
		}
		return nil
	}
	again := opens
	again.ID = "the same, by the relay"
	tr := newTrial(t, store).bring(8*time.Second, opens).bring(time.Minute, again)
	tr.walks(twoTasks).stays()
	require.Equal(t, []ledger.Result{{Deferred: true}, {Revision: 1}}, tr.results)
	require.Equal(t, 21, loads)
}

// Where Postgres answers others, a run that does not load is not waited for as an outage
// is, and that is noted with its code.
func TestRunThatDoesNotLoadIsNoted(t *testing.T) {
	for name, fault := range map[string]error{"for now": &ledger.Fault{SQLSTATE: "55P03"}, "at all": &ledger.Fault{Place: "the state"}} {
		t.Run(name, func(t *testing.T) {
			store := &scripted{answers: true}
			noted := 0
			store.loading = func() error {
				if noted = len(store.codes); noted < 2 {
					return fault
				}
				return nil
			}
			tr := newTrial(t, store)
			tr.patience(time.Hour)
			tr.bring(30*24*time.Hour, opens).walks(twoTasks).stays()
			require.Equal(t, []ledger.Result{{Revision: 1}}, tr.results)
			require.Equal(t, 2, noted, "the fault did not fire twice")
		})
	}
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
