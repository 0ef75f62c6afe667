package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// opensWith answers the first step as the store does where the wait at a point falls due.
func (s *scripted) opensWith(point string, due time.Time) {
	s.instead = func(attempt int, step ledger.Step) (ledger.StepResult, error) {
		if attempt > 1 {
			return ledger.StepResult{}, nil
		}
		wait := care.OpenPoint{Point: point, Kind: care.OpenWait, Due: &due}
		s.state, s.revision = step.State.Clone(), 1
		for i, o := range s.state.Open {
			if o.Point == point {
				s.state.Open[i] = wait
			}
		}
		return ledger.StepResult{Verdict: ledger.Recorded, Revision: 1, Waits: []care.OpenPoint{wait}, NextDue: &due, Result: ledger.Result{Revision: 1}}, nil
	}
}

func TestRoundGoesOnWithoutWhoIsSilent(t *testing.T) {
	var heard []string
	asksThree := func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		round := r.Round("round", "patience")
		for _, who := range []string{"first", "second", "third"} {
			round.Ask(who, ledger.TaskChange{Kind: care.TaskKind(who)})
		}
		for round.Waiting() {
			task, _, err := round.Hear(nil)
			if err != nil {
				return "", err
			}
			heard = append(heard, task)
			if task == "" {
				break
			}
		}
		round.End()
		return "done", nil
	}
	store := &scripted{}
	tr := newTrial(t, store)
	store.opensWith("round/patience/1", tr.start.Add(48*time.Hour))
	tr.bring(time.Hour, opens).bring(2*time.Hour, completes("second"))
	tr.walks(asksThree).ends()
	require.Equal(t, []string{"second", ""}, heard, "the one that answered, then the deadline")
	require.Equal(t, tr.start.Add(48*time.Hour), store.steps[2].At)
	require.Equal(t, []ledger.Wait{{Point: "round/patience/1", Deadline: "patience"}}, store.steps[0].Effects.Waits)
	require.Equal(t, []ledger.TaskChange{
		{ID: taskAt("first"), State: care.TaskObsolete}, {ID: taskAt("third"), State: care.TaskObsolete},
	}, store.steps[2].Effects.Tasks)
	require.Empty(t, store.state.Open)
}

func TestRunWaitsForADeadlineUnlessSomethingComesSooner(t *testing.T) {
	var sooner []bool
	quiet := func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		met, err := r.UntilUnless("quiet", "rhythm", func(e ledger.Entry) bool { return e.Answer.Operation == care.OpMeet })
		if err != nil {
			return "", err
		}
		sooner = append(sooner, met)
		return "done", nil
	}
	for _, meets := range []bool{false, true} {
		store := &scripted{}
		tr := newTrial(t, store)
		store.opensWith("quiet", tr.start.Add(48*time.Hour))
		tr.bring(time.Hour, opens)
		if meets {
			tr.bring(2*time.Hour, said(care.OpMeet))
		}
		tr.walks(quiet).ends()
		require.Empty(t, store.state.Open)
	}
	require.Equal(t, []bool{false, true}, sooner)
}
