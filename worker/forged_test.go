package worker_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// Somebody who reaches Temporal writes to the runs past the API: with no key of the
// installation nothing of it is read, and with one nothing else is worked than what
// was accepted.
func TestForgedMessages(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.WorkingDays}))
	defer s.work()()
	id := s.open()
	run := ledger.CaseRun(id)
	closes := care.Answer{Operation: care.OpClose, Reason: care.OutcomeWithdrew, Case: run}

	accepted := s.completing(id, care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"housing"}})
	require.NoError(t, s.temporal.SignalWorkflow(t.Context(), run, "", contract.Wake, ledger.Entry{ID: accepted.ID, Answer: closes}))
	require.NoError(t, s.temporal.SignalWorkflow(t.Context(), run, "", contract.Wake, ledger.ClockEntry(run, time.Now().AddDate(1, 0, 0))))
	require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, accepted.ID).State)
	s.task(id, care.Orientation) // which follows what was accepted

	plain, err := client.Dial(client.Options{HostPort: s.stack.Addresses().Temporal, Namespace: "percorso", Logger: silent{}})
	require.NoError(t, err)
	t.Cleanup(plain.Close)
	accepted = s.completing(id, care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: "uoc", At: time.Now().Add(time.Hour).Truncate(time.Second)}}})
	require.NoError(t, plain.SignalWorkflow(t.Context(), run, "", contract.Wake, ledger.Entry{ID: accepted.ID, Answer: closes}))
	update, err := plain.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		UpdateID: uuid.NewString(), WorkflowID: run, UpdateName: contract.Work, WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{ledger.Entry{ID: accepted.ID, Answer: closes}},
	})
	if err == nil {
		err = update.Get(t.Context(), nil)
	}
	require.Error(t, err, "its words are encrypted")
	require.Equal(t, ledger.CommandWorked, s.worked(s.roleOf(accepted), accepted.ID).State)

	require.Zero(t, s.moments(id)["case_closed"])
	s.once(id, "task_completed first_listening/heard")
}
