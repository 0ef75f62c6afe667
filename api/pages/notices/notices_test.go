package notices_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/care"
)

// Whoever was refused later is told on each page until they have read it, with what
// they had written in words and where to go on.
func TestANoticeIsShownUntilItIsRead(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	const line = "1 avviso da leggere"
	require.NotContains(t, b.Open(t, "/compiti").Words(), line)

	b.Records.Refused = &care.Refusal{Code: care.RefusedNotHeld}
	for _, path := range []string{"/compiti", "/fascicoli", "/segnalazioni"} {
		require.Contains(t, b.Open(t, path).Words(), line)
	}
	page := b.Open(t, "/avvisi")
	require.NotContains(t, page.Words(), line, "it says so itself")
	for _, want := range []string{
		"Primo ascolto", "L’attività non è affidata a te", "Nota di prova", "Lavoro, Scuola", "2 marzo 2026, ore 10.30", "Vai all’attività", "Fascicolo PO-2026-00012",
	} {
		require.Contains(t, page.Words(), want)
	}
	read := b.Send(t, "/avvisi/"+apitest.SomeID+"/letto", url.Values{"key": {"a"}})
	require.Equal(t, http.StatusSeeOther, read.StatusCode)
	require.Equal(t, []string{apitest.SomeID}, b.Records.Dismissed)
	require.False(t, strings.Contains(b.Open(t, "/compiti").Words(), line))
	require.Equal(t, http.StatusNotFound, b.Send(t, "/avvisi/"+apitest.AnotherID+"/letto", url.Values{"key": {"b"}}).StatusCode)
}

// While an answer is on its way nothing else is offered, and the pages say so.
func TestNothingIsOfferedWhileAnAnswerIsOnItsWay(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Pages.OneTask.HolderID = apitest.SomeWorker.ID
	require.Contains(t, b.Open(t, "/compiti/"+apitest.SomeID).Words(), "Rimetti tra le libere")
	b.Pages.OneTask.Answered = true
	page := b.Open(t, "/compiti/"+apitest.SomeID)
	require.Contains(t, page.Words(), "Una risposta è già in arrivo")
	require.NotContains(t, page.Words(), "Rimetti tra le libere")
	require.Contains(t, b.Open(t, "/compiti").Words(), "Risposta in arrivo")
	require.NotContains(t, b.Open(t, "/compiti").Words(), "Continua")

	b.LogIn(apitest.SomeSupervisor.Subject)
	for _, act := range []string{"/riassegna", "/proroga"} {
		require.Equal(t, http.StatusSeeOther, b.Open(t, "/casi-bloccati/"+apitest.SomeID+act).StatusCode)
		require.Contains(t, b.Open(t, "/casi-bloccati").Words(), "Una risposta è già in arrivo")
	}
}
