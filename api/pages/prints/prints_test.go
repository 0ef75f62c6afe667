package prints_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/expected"
)

// paper is what a sheet shows to somebody.
func paper(t *testing.T, b *apitest.PagesRig, address string) string {
	return apitest.Words(b.Open(t, address).All("article")[0])
}

// TestTheSummaryOnPaper has what the case's pages show its reader; of what others wrote for
// their own circle author and day alone.
func TestTheSummaryOnPaper(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	require.Contains(t, b.Open(t, apitest.CasePath).Words(), "Stampa")
	shown := paper(t, b, apitest.CasePath+"/stampa")
	for _, want := range []string{"Riassunto del percorso", "Persona Prova 0001", apitest.SomeWorker.Name, "Lavoro", "Nota di prova", "Scritto da assistente sociale", "Da ripetere con un mediatore"} {
		require.Contains(t, shown, want)
	}
	require.NotRegexp(t, `\b(lun|mar|mer|gio|ven|sab|dom) \d`, shown, "days are written out")
	require.NotContains(t, shown, "Apri lo stesso")
	require.Equal(t, http.StatusNotFound, b.Visit("/fascicoli/non-esiste/stampa").StatusCode)
}

// TestThePlanToBeSigned has goals, actions by whom and when, and who signs.
func TestThePlanToBeSigned(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	require.Contains(t, b.Open(t, apitest.CasePath+"/progetto").Words(), "Stampa per le firme")
	shown := paper(t, b, apitest.CasePath+"/progetto/stampa")
	for _, want := range []string{"Obiettivo 1", "entro ", "I miei impegni", "Firme", "Persona Prova 0001", "Data e firma"} {
		require.Contains(t, shown, want)
	}
}

// TestAReferralAsItWasSent says what crossed, to whom, by when, and whom to call.
func TestAReferralAsItWasSent(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeCPI.Subject)
	shown := paper(t, b, "/segnalazioni/"+apitest.SomeID+"/stampa")
	for _, want := range []string{"Dati della persona comunicati", "Chi chiamare", "Risposta entro", "000 0000001", "ore "} {
		require.Contains(t, shown, want)
	}
}

// TestTheListOfADay says before any number who must not be told, and has none that must not
// be called; on the sheet for the door nobody is named, and everybody has the number of
// their own sheet.
func TestTheListOfADay(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	require.Contains(t, b.Open(t, "/appuntamenti").Words(), "Stampa")
	at := "/appuntamenti/stampa?giorno=" + b.Pages.Day(0)
	shown := paper(t, b, at)
	for _, want := range []string{"Persona Prova 0001", "urdu", "Padre di prova", "000 0000001", "tribunale per i minorenni"} {
		require.Contains(t, shown, want)
	}
	require.NotContains(t, shown, "000 0000002")
	door := paper(t, b, at+"&porta=1")
	require.Contains(t, door, "12.00")
	number := expected.Number(apitest.SomeID)
	require.Contains(t, door, number)
	require.Contains(t, shown, number)
	require.Contains(t, paper(t, b, "/fascicoli/"+apitest.AnotherID+"/appuntamenti/"+apitest.SomeID+"/foglio"), number)
	for _, named := range []string{"Persona Prova", "PO-2026", "urdu", "000 0000001", "Padre"} {
		require.NotContains(t, door, named)
	}
	require.Contains(t, paper(t, b, "/appuntamenti/stampa?giorno=2026-01-04"), "Nessun appuntamento")
	for _, wrong := range []string{"giorno=ieri", "servizio=nessuno", "giorno=0001-01-01"} {
		require.Equal(t, http.StatusUnprocessableEntity, b.Visit("/appuntamenti/stampa?"+wrong).StatusCode, wrong)
	}
}
