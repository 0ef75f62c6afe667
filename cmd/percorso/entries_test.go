package main

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// TestAnOperatorMendsDeferredEntries: what cannot be written is listed with its cause
// and without what was typed; it is tried again, or refused with a notice to its
// author, and the case's timeline says so.
func TestAnOperatorMendsDeferredEntries(t *testing.T) {
	i := newInstallation(t)
	t.Setenv("PERCORSO_DATABASE_URL", i.Pool(standalone.Ops).Config().ConnString())
	code, out, said := i.types("entries")
	require.Equal(t, codeDone, code, said)
	require.Equal(t, "every accepted entry can be written\n", out)

	run, _ := i.Begin(ledger.Person{}, ledger.Effects{})
	open := postgrestest.Opens(run, "first_listening", ledger.TaskChange{Kind: care.FirstListening})
	i.Does(run, i.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{open}}, nil)
	e := i.Completion("desk_operator.prato", run, open.ID, care.Completion{Outcome: care.Heard, Note: "Nota di prova"})
	_, err := i.Steps.Defer(t.Context(), ledger.Step{Run: run, Case: run, Epoch: 1, Entry: e}, "22001")
	require.NoError(t, err)
	again := i.Ask("desk_operator.prato", run, catalogue.Close.Command("", run, catalogue.EarlyClosure{Outcome: care.OutcomeWithdrew, Note: "Prova"}))
	require.NotEmpty(t, again.ID)

	code, out, said = i.types("entries")
	require.Equal(t, codeDone, code, said)
	require.Regexp(t, `(?m)^`+e.ID+` +PRATO-\S+ +`+run+` +prato +complete +\S+ +22001 +1 +\S+ +1$`, out)
	require.NotContains(t, out, "Nota di prova")
	require.NotContains(t, out, i.Accounts["desk_operator.prato"].ID)

	code, out, said = i.types("entries --retry " + e.ID)
	require.Equal(t, codeDone, code, said)
	require.Contains(t, out, e.ID+" is tried again now")
	require.Equal(t, 1, i.Count(`command WHERE id = $1 AND state = 'accepted' AND wake_at <= clock_timestamp()`, e.ID))
	code, out, said = i.types("entries --refuse " + e.ID)
	require.Equal(t, codeDone, code, said)
	require.Contains(t, out, e.ID+" is refused: its author has a notice")
	require.Contains(t, i.Moments(run), "entry_mended")
	require.Equal(t, 2, i.Count(`timeline WHERE code = 'entry_mended' AND by_staff IS NULL`))
	notices, err := i.Records.Notices(t.Context(), i.Accounts["desk_operator.prato"])
	require.NoError(t, err)
	require.Len(t, notices, 1)
	require.Contains(t, string(notices[0].Form), "Nota di prova")
	// What waited behind it is due.
	require.Equal(t, 1, i.Count(`command WHERE id = $1 AND state = 'accepted' AND wake_at <= clock_timestamp()`, again.ID))

	for _, typed := range []string{"entries --refuse " + e.ID, "entries --retry " + again.ID, "entries --retry " + uuid.NewString()} {
		code, _, said := i.types(typed)
		require.Equal(t, codeFailed, code, typed)
		require.Contains(t, said, "it may have been worked, or refused, meanwhile")
	}
	for _, typed := range []string{"entries 1", "entries --retry 1", "entries --refuse=", "entries --retry " + e.ID + " --refuse " + e.ID} {
		code, _, _ := i.types(typed)
		require.Equal(t, codeUsage, code, typed)
	}
}
