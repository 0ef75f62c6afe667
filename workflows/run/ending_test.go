package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

func TestRunEndsEarlyInOrder(t *testing.T) {
	busy := func(r *Run) (care.Code, error) {
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
	require.EqualValues(t, care.EndedEarly, effects.Ending)
	require.Empty(t, tr.store.state.Open)
}
