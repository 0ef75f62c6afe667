package steps_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// A step is written once, whoever brings it and however often, and only by the
// run that stands where Postgres does.
func TestAStepIsComparedAndSet(t *testing.T) {
	a := postgrestest.NewArchive(t)
	id, task := a.Open("prato")
	run := "case/" + id
	require.NoError(t, a.Claim("desk_operator.prato", task))
	form := care.Completion{Outcome: care.Heard, Needs: []string{"housing"}}
	cmd, err := a.Records.Accept(t.Context(), a.Accounts["desk_operator.prato"], catalogue.Complete.Command(uuid.NewString(), task, form).InRun(run).NewCommand)
	require.NoError(t, err)
	entry := ledger.Entry{ID: cmd.ID, Target: task, Answer: cmd.Answer}
	done := ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskCompleted, Outcome: care.Heard}}}

	behind := a.Record(run, 0, entry, done)
	require.Equal(t, ledger.Behind, behind.Verdict)
	require.Equal(t, 1, behind.Revision)
	require.NotNil(t, behind.State)

	require.Equal(t, ledger.Recorded, a.Record(run, 1, entry, done).Verdict)
	known := a.Record(run, 1, entry, done)
	require.Equal(t, ledger.Known, known.Verdict)
	require.Equal(t, 2, known.Revision)
	require.NotNil(t, known.State, "the run is behind by its own step, whose answer was lost")

	file, err := a.Records.CaseFile(t.Context(), a.Accounts["desk_operator.prato"], id)
	require.NoError(t, err)
	require.Equal(t, []string{"housing"}, file.Needs)
	require.Empty(t, file.Tasks)

	// A newer epoch takes the run over; the older one is fenced.
	taken, err := a.Steps.Load(t.Context(), ledger.Start{Run: run, Case: run, Epoch: 2})
	require.NoError(t, err)
	require.Equal(t, ledger.Recorded, taken.Verdict)
	require.Equal(t, ledger.Fenced, a.Record(run, 2, ledger.Entry{ID: uuid.NewString(), Answer: care.Answer{Operation: care.OpMailBounced}}, ledger.Effects{}).Verdict)
}

func TestUnderLockOnlyTheHolderCompletes(t *testing.T) {
	a := postgrestest.NewArchive(t)
	id, task := a.Open("prato")
	run := "case/" + id
	require.NoError(t, a.Claim("desk_operator.prato", task))
	form := care.Completion{Outcome: care.Heard, Needs: []string{"housing"}}
	cmd, err := a.Records.Accept(t.Context(), a.Accounts["desk_operator_2.prato"], catalogue.Complete.Command(uuid.NewString(), task, form).InRun(run).NewCommand)
	require.NoError(t, err)
	res := a.Record(run, 1, ledger.Entry{ID: cmd.ID, Target: task, Answer: cmd.Answer}, ledger.Effects{})
	require.Equal(t, ledger.Refused, res.Verdict)
	require.Equal(t, 1, res.Revision)
	stored, err := a.Records.Command(t.Context(), a.Accounts["desk_operator_2.prato"], cmd.ID)
	require.NoError(t, err)
	require.Equal(t, ledger.CommandRefused, stored.State)
	require.Equal(t, care.Refusal{Code: care.RefusedTaken, Role: care.DeskOperator}, *stored.Refusal)
	_, err = a.Records.Command(t.Context(), a.Accounts["desk_operator.prato"], cmd.ID)
	require.ErrorIs(t, err, ledger.ErrNotFound, "a command is its caller's own")
}
