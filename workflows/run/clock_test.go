package run

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

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
