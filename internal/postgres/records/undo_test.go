package records_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/undoing"
)

// closedCase is a case that was closed as deceased.
func (p *play) closedCase() (run string) {
	p.T.Helper()
	run, _ = p.withTask()
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeDeceased, Ending: care.OutcomeDeceased}, nil)
	return run
}

func TestAClosureIsTakenBackByTwoPeople(t *testing.T) {
	p := newPlay(t)
	run := p.closedCase()
	id := ledger.BareID(run)
	says := func(account string) error {
		_, err := p.assigns(account, catalogue.Mistake.Command("", id, catalogue.ReasonForm{Note: "Prova"}).NewCommand)(uuid.NewString())
		return err
	}
	confirms := func(account string) error {
		_, err := p.assigns(account, catalogue.Undo.Command("", id, catalogue.ReasonForm{Note: "Prova"}).NewCommand)(uuid.NewString())
		return err
	}
	refused := func(err error, rule string) {
		t.Helper()
		var refusal *care.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, []care.Fault{{Field: "note", Rule: rule}}, refusal.Faults)
	}
	refused(confirms("supervisor.prato"), undoing.RuleSecondPerson)
	require.ErrorIs(t, says("social_worker.lucca"), ledger.ErrNotFound)
	require.ErrorIs(t, confirms("supervisor.lucca"), ledger.ErrNotFound)
	require.NoError(t, says("social_worker.prato"))
	require.Equal(t, 1, p.Count(`mail WHERE case_id = $1 AND template = 'mistake_said' AND link = '/fascicoli/' || case_id`, id))
	refused(says("social_worker.prato"), undoing.RuleSaidAlready)
	require.Zero(t, p.Count(`mail m JOIN staff s ON s.email = m.recipient WHERE m.case_id = $1 AND s.subject <> 'social_worker_2.prato'`, id), "its colleague is told, and nobody else")
	told := p.Count(`audit WHERE action = 'list_notices'`)
	waiting, err := p.Records.ToConfirm(t.Context(), p.Accounts["social_worker_2.prato"])
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	require.Equal(t, told+1, p.Count(`audit WHERE action = 'list_notices'`), "whoever reads of whom it is leaves a line")
	refused(confirms("social_worker.prato"), undoing.RuleSecondPerson)
	require.ErrorIs(t, confirms("desk_operator.prato"), ledger.ErrForbidden)

	file, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], id)
	require.NoError(t, err)
	require.Equal(t, "Prova", file.Undoing.Why)
	require.Equal(t, file.Closed.Add(undoing.Term), file.Undoing.Until)
	require.Equal(t, health.CauseMistake, file.Waiting.Cause, "it waits for somebody else, and not for nothing")

	now := p.Now
	p.Now = now.Add(31 * postgrestest.DayLong)
	refused(confirms("supervisor.prato"), undoing.RuleTooLate)
	file, err = p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], id)
	require.NoError(t, err)
	require.Nil(t, file.Undoing)
	p.Now = now

	// Of several who confirm it at once, one is told that it worked.
	var worked sync.Map
	wait := sync.WaitGroup{}
	for i := range 6 {
		wait.Go(func() {
			if confirms("supervisor.prato") == nil {
				worked.Store(i, true)
			}
		})
	}
	wait.Wait()
	count := 0
	worked.Range(func(any, any) bool { count++; return true })
	require.Equal(t, 1, count)
	require.Equal(t, 1, p.Count(`command WHERE run_id = $1 AND operation = 'reopen' AND state = 'accepted'`, run))
	refused(confirms("supervisor.prato"), undoing.RuleOpen)
	refused(says("supervisor.prato"), undoing.RuleOpen)

	// The step that works it needs a worker that knows the course.
	e := p.Hear(run, care.OpReopen)
	require.Equal(t, undoing.Undone, e.Answer.Outcome)
	require.Equal(t, care.StageSecondLevel, e.Answer.Stage)
	require.Equal(t, undoing.Course, e.Answer.Course)
}
