package records_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/needs"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/written"
)

// Whoever works on a case adds a need and closes one: the gates read what it has then, and
// the records say who found which, on what.
func TestNeedsOutsideOfAnAssessment(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id := ledger.BareID(run)
	adds := func(account, area string) error {
		_, err := p.assigns(account, catalogue.AddNeed.Command("", id, needs.Found{Area: area, Note: "Prova: trovato"}).NewCommand)(uuid.NewString())
		return err
	}
	ends := func(account, area string) error {
		_, err := p.assigns(account, catalogue.EndNeed.Command("", id, needs.Over{Area: area, Note: "Prova: finito"}).NewCommand)(uuid.NewString())
		return err
	}
	refused := func(err error, rule string) {
		t.Helper()
		var refusal *care.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, []care.Fault{{Field: "area", Rule: rule}}, refusal.Faults)
	}
	has := func() []string {
		file, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], id)
		require.NoError(t, err)
		return file.Needs
	}
	require.NoError(t, adds("intercultural_mediator.prato", "social_inclusion"))
	require.NoError(t, ends("social_worker.prato", "labour"))
	require.ElementsMatch(t, []string{"housing", "social_inclusion"}, has())
	refused(adds("social_worker.prato", "housing"), needs.There)
	refused(ends("social_worker.prato", "labour"), needs.NotThere)
	require.ErrorIs(t, adds("cpi_operator.prato", "labour"), ledger.ErrNotFound)
	require.ErrorIs(t, adds("social_worker.lucca", "labour"), ledger.ErrNotFound)

	page, err := p.Records.WrittenIn(t.Context(), p.Accounts["intercultural_mediator.prato"], id, written.Needs, ledger.Paging{})
	require.NoError(t, err)
	require.Contains(t, string(page.Items[1].Fields), "Prova: trovato")
	require.Equal(t, string(care.OpEndNeed), page.Items[0].Form)
	require.False(t, page.Items[0].Readable, "what a social worker notes is the social service's")

	// Of several who add the same one at once, one is told that it worked.
	worked := make(chan bool, 6)
	wait := sync.WaitGroup{}
	for range 6 {
		wait.Go(func() { worked <- adds("social_worker.prato", "labour") == nil })
	}
	wait.Wait()
	close(worked)
	count := 0
	for yes := range worked {
		if yes {
			count++
		}
	}
	require.Equal(t, 1, count)
	require.ElementsMatch(t, []string{"housing", "social_inclusion", "labour"}, has())

	// What the first listening is to say, it says; and a closed case has no needs any more to find.
	listening := postgrestest.Opens(run, "listening", ledger.TaskChange{Kind: care.FirstListening})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{listening}}, nil)
	refused(adds("social_worker.prato", "training"), needs.Listening)
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: listening.ID, State: care.TaskObsolete}}, Stage: care.StageClosed, Closure: care.OutcomePlaced, Ending: care.OutcomePlaced}, nil)
	var refusal *care.Refusal
	require.ErrorAs(t, adds("social_worker.prato", "training"), &refusal)
	require.Equal(t, care.RefusedEnded, refusal.Code)
}
