package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

func said(op care.Operation) ledger.Entry {
	return ledger.Entry{ID: "command " + string(op), Answer: care.Answer{Operation: op}}
}

// A process that hears more than its path awaits.
func TestRunOffersAnEntryBesideItsPathFirst(t *testing.T) {
	var heard []care.Operation
	hears := Process{Path: twoTasks, Beside: func(r *Run, e ledger.Entry) Handling {
		heard = append(heard, e.Answer.Operation)
		switch e.Answer.Operation {
		case care.OpPermit:
			r.OpenTask("aside", ledger.TaskChange{Kind: "aside"})
			return Done
		case care.OpRecall:
			return Refused
		}
		return ForPath
	}}
	tr := newTrial(t, opened()).bring(time.Hour, said(care.OpPermit)).bring(2*time.Hour, said(care.OpRecall)).
		bring(3*time.Hour, said(care.OpMeet)).bring(4*time.Hour, said(care.OpBook)).bring(5*time.Hour, completes("first"))
	tr.executes(hears).stays()
	require.Equal(t, []care.Operation{care.OpPermit, care.OpRecall, care.OpMeet, care.OpBook, care.OpComplete}, heard)
	require.Equal(t, []bool{true, false, true, false, true}, tr.taken(), "a meeting is taken although nothing awaits it, a booking is not")
	require.Equal(t, []ledger.TaskChange{{ID: taskAt("aside"), State: care.TaskReady, Kind: "aside"}}, tr.store.steps[0].Effects.Tasks)
	_, open := tr.store.state.Opened("aside")
	require.True(t, open, "and the walk that follows a refusal keeps it")
}

// Suspension and the mails that come back are every run's. No process is asked about them; of a
// suspension it hears, since it may have to tell somebody.
func TestRunHearsSomeEntriesWhateverItsProcess(t *testing.T) {
	deaf := Process{Path: twoTasks, Beside: func(_ *Run, e ledger.Entry) Handling {
		if e.Answer.Operation != care.OpSuspend {
			t.Error("the process was asked")
		}
		return Refused
	}}
	until := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	suspend := said(care.OpSuspend)
	suspend.Answer.Until = &until
	early := said(care.OpResume)
	early.ID = "too early"
	tr := newTrial(t, opened()).bring(time.Hour, early).bring(2*time.Hour, suspend).bring(3*time.Hour, said(care.OpResume)).
		bring(4*time.Hour, said(care.OpMailBounced)).bring(5*time.Hour, said(care.OpRenewPolicy))
	tr.executes(deaf).stays()
	require.Equal(t, []bool{false, true, true, true, true}, tr.taken())
	require.Equal(t, &until, tr.store.steps[1].State.Suspended)
	require.Nil(t, tr.store.steps[2].State.Suspended)
}

// A process that ends early in a way of its own learns why.
func TestRunEndsEarlyAsItsProcessSays(t *testing.T) {
	var why []care.Answer
	own := Process{
		Path: twoTasks,
		Beside: func(r *Run, e ledger.Entry) Handling {
			if e.Answer.Operation == care.OpClose {
				return r.Interrupt(e.Answer)
			}
			return ForPath
		},
		EndEarly: func(r *Run, reason care.Answer) (care.Code, error) {
			why = append(why, reason)
			return "closed", r.WindUp()
		},
	}
	store := opened()
	store.state.Open = append(store.state.Open, care.OpenPoint{Point: "branch", Kind: care.OpenRun, ID: "service/0002"})
	closes := said(care.OpClose)
	closes.Answer.Reason = "moved"
	report := said(care.OpReport)
	report.Answer.Run = "service/0002"
	tr := newTrial(t, store).bring(time.Hour, closes).bring(2*time.Hour, said(care.OpBook), report)
	tr.executes(own).ends()
	require.Equal(t, []bool{true, false, true}, tr.taken(), "nothing new begins while it winds up")
	require.Equal(t, []ledger.Message{{Run: "service/0002", Answer: care.Answer{Operation: care.OpEnd}}}, store.steps[0].Effects.Tell)
	require.Empty(t, store.steps[0].Effects.Ending, "it rests until its branch has reported")
	require.EqualValues(t, "closed", store.steps[2].Effects.Ending)
	require.Equal(t, []care.Answer{closes.Answer}, why)
}
