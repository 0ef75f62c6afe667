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
)

// The supervisor sees what cannot be registered, with the code and what waits behind
// it, and has it tried again or refused, with a reason.
func TestWhatCannotBeRegisteredIsMended(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	require.Contains(t, b.Open(t, "/richieste-ferme").Words(), "Niente")
	b.Records.Deferred = "22001"
	page := b.Open(t, "/richieste-ferme")
	for _, want := range []string{"22001", apitest.SomeWorker.Name, "Fascicolo PROVA-2026-00001", "1 richiesta della stessa persona", "Riprova ora", "Rifiuta e avvisa"} {
		require.Contains(t, page.Words(), want)
	}
	var sent []ledger.NewCommand
	b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) { sent = append(sent, c); return nil, nil }
	for path, op := range map[string]catalogue.Operation[catalogue.ReasonForm]{"/riprova": catalogue.RetryEntry, "/rifiuta": catalogue.RefuseEntry} {
		done := b.Send(t, "/richieste-ferme/"+apitest.SomeID+path, url.Values{"key": {path[1:]}, "note": {"Testo di prova"}})
		require.Equal(t, http.StatusSeeOther, done.StatusCode)
		last := sent[len(sent)-1]
		require.Equal(t, catalogue.ReasonForm{Note: "Testo di prova"}, apitest.FormIn(t, op, last))
		require.Equal(t, apitest.SomeID, last.Target)
		require.Equal(t, http.StatusSeeOther, b.Send(t, "/richieste-ferme/"+apitest.SomeID+path, url.Values{"key": {"none"}}).StatusCode)
		require.Contains(t, b.Open(t, "/richieste-ferme").Words(), "Scrivi perché")
	}
	require.Len(t, sent, 2)

	b.LogIn(apitest.SomeWorker.Subject)
	require.Equal(t, http.StatusForbidden, b.Open(t, "/richieste-ferme").StatusCode)
	require.Equal(t, http.StatusForbidden, b.Send(t, "/richieste-ferme/"+apitest.SomeID+"/rifiuta", url.Values{"key": {"x"}, "note": {"Prova"}}).StatusCode)
}
