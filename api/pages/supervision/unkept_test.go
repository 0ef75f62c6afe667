package supervision_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/protection"
)

// The supervisor is told the number of a file that nobody keeps any more, and names
// somebody; of the person they are told nothing.
func TestWhoKeepsAFileIsNamedWithoutReadingIt(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	require.Contains(t, b.Open(t, "/casi-bloccati").Words(), "Percorsi protetti senza custodi: 1")
	page := b.Open(t, "/protetti-senza-custodi")
	require.Contains(t, page.Words(), "PROVA-2026-00017")
	require.NotContains(t, page.Text, "Persona")
	require.Contains(t, page.Words(), apitest.SomeWorker.Name)
	require.NotContains(t, page.Text, `value="`+apitest.SomeSupervisor.ID+`"`, "who names does not read")
	require.NotContains(t, page.Words(), apitest.SomeCPI.Name, "who keeps no file of the agency that has it")
	require.NotContains(t, page.Text, "/fascicoli/"+apitest.AnotherID)
	var sent ledger.NewCommand
	b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) { sent = c; return nil, nil }
	require.Equal(t, http.StatusSeeOther, b.Send(t, "/protetti-senza-custodi/"+apitest.AnotherID, url.Values{"key": {"k"}, "keeper": {apitest.SomeID}}).StatusCode)
	require.Equal(t, protection.NewKeeper{Keeper: apitest.SomeID}, apitest.FormIn(t, catalogue.NameKeeper, sent))
	require.Equal(t, ledger.CaseRun(apitest.AnotherID), sent.Run)
	require.Equal(t, http.StatusSeeOther, b.Send(t, "/protetti-senza-custodi/"+apitest.AnotherID, url.Values{"key": {"none"}}).StatusCode)
	require.Contains(t, b.Open(t, "/protetti-senza-custodi").Words(), "Scegli chi custodisce.")

	b.LogIn(apitest.SomeWorker.Subject)
	require.Equal(t, http.StatusForbidden, b.Open(t, "/protetti-senza-custodi").StatusCode)
}
