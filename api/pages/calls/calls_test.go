package calls_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/waitlist"
)

// Who is to be called stands with what may be done with a number before it, and whoever calls
// says how it went.
func TestWhoIsToBeCalled(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, "/da-chiamare").Words()
	for _, words := range []string{"Da chiamare per ricordare l’appuntamento (1)", apitest.SomeCase.Person, "SMS non arrivato", "Non ha risposto 2 volte, l’ultima", "urdu", "della persona", "000 0000001", "Non risponde", "non dire di che servizio si tratta"} {
		require.Contains(t, page, words)
	}
	require.NotContains(t, page, "000 0000002", "a number that must not be called")

	for outcome, says := range map[string]string{"chiamata": "la persona è stata chiamata", "non-risponde": "resta in elenco"} {
		require.Equal(t, http.StatusSeeOther, b.Send(t, "/da-chiamare/"+apitest.SomeID, url.Values{"esito": {outcome}}).StatusCode, outcome)
		require.Contains(t, b.Open(t, "/da-chiamare").Words(), says)
	}
	gone := b.Send(t, "/da-chiamare/"+apitest.AnotherID, url.Values{"esito": {"chiamata"}})
	require.Equal(t, http.StatusUnprocessableEntity, gone.StatusCode)
	require.Contains(t, gone.Words(), "non è più da chiamare")
	require.Equal(t, http.StatusUnprocessableEntity, b.Send(t, "/da-chiamare/"+apitest.SomeID, url.Values{}).StatusCode, "nothing is said")
	require.Equal(t, http.StatusNotFound, b.Send(t, "/da-chiamare/"+apitest.ClosedID, url.Values{"esito": {"chiamata"}}).StatusCode)
}

// Whoever waits for a place stands with until when it is kept, and the call books it, keeps the
// turn or ends it.
func TestWhoIsToldOfAPlace(t *testing.T) {
	b := apitest.NewPages(t)
	b.Waiting.Calls = apitest.SomeCalls(b.Now)
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, "/da-chiamare").Words()
	for _, words := range []string{"Posti liberati (2)", "Si è liberato un posto: gio 26 novembre", "Tenuto fino a martedì 24 novembre 2026", "Interprete di urdu (solo una donna), di mattina", "000 0000001", "Lo vuole: prenota", "è passato il giorno entro cui serviva"} {
		require.Contains(t, page, words)
	}
	const place = "/posti-liberati/" + apitest.SomeID
	booked := b.Send(t, place, url.Values{"esito": {"prenota"}, "key": {"chiave"}})
	require.Equal(t, http.StatusSeeOther, booked.StatusCode)
	require.Contains(t, b.Open(t, "/da-chiamare").Words(), "Prenotato")
	for _, outcome := range waitlist.Outcomes {
		require.Equal(t, http.StatusSeeOther, b.Send(t, place, url.Values{"esito": {string(outcome)}}).StatusCode, outcome)
		require.Contains(t, b.Open(t, "/da-chiamare").Words(), "Segnato", outcome)
	}
	require.Equal(t, waitlist.Outcomes, b.Waiting.Heard)
	gone := b.Send(t, "/posti-liberati/"+apitest.AnotherID, url.Values{"esito": {"unreached"}})
	require.Equal(t, http.StatusConflict, gone.StatusCode)
	require.Contains(t, gone.Words(), "non è più da proporre")
	b.Waiting.Calls[0].Stage = care.StageFirstLevel
	page = b.Open(t, "/da-chiamare").Words()
	require.Contains(t, page, "concludendo l’orientamento")
	require.NotContains(t, page, "Lo vuole: prenota")
}
