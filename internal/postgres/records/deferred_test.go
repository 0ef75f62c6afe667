package records_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
)

// What cannot be worked is the case's cause, with its code in the supervisor's list;
// he has it tried again or refuses it, and its author gets back what was typed.
func TestADeferredEntryIsSeenAndMended(t *testing.T) {
	p := newPlay(t)
	run, task := p.listened()
	lead, author := p.Accounts["supervisor.prato"], p.Accounts["desk_operator.prato"]
	e := p.Ask("desk_operator.prato", run, catalogue.Complete.Command("", task, care.Completion{Outcome: care.Heard, Note: "Nota di prova"}))
	_, err := p.Steps.Defer(t.Context(), ledger.Step{Run: run, Case: run, Epoch: 1, Entry: e}, "22001")
	require.NoError(t, err)

	file, err := p.Records.CaseFile(t.Context(), lead, ledger.BareID(run))
	require.NoError(t, err)
	require.Equal(t, []any{health.Broken, health.CauseDeferred}, []any{file.Waiting.Health, file.Waiting.Cause})
	stuck, err := p.Records.StuckCases(t.Context(), lead, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, stuck.Items, 1)
	count, err := p.Records.DeferredCount(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, count)
	list, err := p.Records.DeferredEntries(t.Context(), lead)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, []any{e.ID, "22001", care.OpComplete, author.Name, ledger.BareID(run)}, []any{list[0].ID, list[0].Code, list[0].Operation, list[0].Author, list[0].CaseID})
	elsewhere, err := p.Records.DeferredEntries(t.Context(), p.Accounts["supervisor.pistoia"])
	require.NoError(t, err)
	require.Empty(t, elsewhere)
	_, err = p.Records.DeferredEntries(t.Context(), author)
	require.ErrorIs(t, err, ledger.ErrForbidden)

	why := catalogue.ReasonForm{Note: "Prova"}
	require.ErrorIs(t, p.assignsAtOnce("supervisor.pistoia", catalogue.RefuseEntry.Command("", e.ID, why)), ledger.ErrNotFound)
	require.ErrorIs(t, p.assignsAtOnce("desk_operator.prato", catalogue.RefuseEntry.Command("", e.ID, why)), ledger.ErrForbidden)
	require.NoError(t, p.assignsAtOnce("supervisor.prato", catalogue.RetryEntry.Command("", e.ID, why)))
	require.Equal(t, 1, p.Count(`command WHERE id = $1 AND state = 'accepted' AND wake_at <= clock_timestamp()`, e.ID))
	require.NoError(t, p.assignsAtOnce("supervisor.prato", catalogue.RefuseEntry.Command("", e.ID, why)))
	require.ErrorIs(t, p.assignsAtOnce("supervisor.prato", catalogue.RefuseEntry.Command("", e.ID, why)), ledger.ErrNotFound, "it was")
	require.Equal(t, 2, p.Count(`timeline WHERE code = 'entry_mended'`))
	require.Equal(t, 2, p.Count(`record WHERE kind IN ('retry_entry', 'refuse_entry') AND data ->> 'note' = 'Prova'`))
	notices, err := p.Records.Notices(t.Context(), author)
	require.NoError(t, err)
	require.Len(t, notices, 1)
	require.Equal(t, care.RefusedByHand, notices[0].Refusal.Code)
	require.Contains(t, string(notices[0].Form), "Nota di prova")
	file, err = p.Records.CaseFile(t.Context(), lead, ledger.BareID(run))
	require.NoError(t, err)
	require.Equal(t, health.Planned, file.Waiting.Health)
}
