package promises_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/promise"
)

func form(key, note, day, month, hour string) url.Values {
	return url.Values{"key": {key}, "note": {note}, "on-day": {day}, "on-month": {month}, "on-year": {"2026"}, "hour": {hour}}
}

// TestSomebodyRemindsThemselves of what they have promised: written on the page of the case, found
// there and in «Oggi», moved, done and taken back, and nobody else's. The day is a Monday, 23 November.
func TestSomebodyRemindsThemselves(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	of := "/fascicoli/" + apitest.AnotherID
	_, leads := apitest.ReadPage(t, b.Visit(of)).First("a", "href", of+"/promemoria")
	require.True(t, leads, "in one act from the page of the case")

	// What is wrong is told with the rest, and nothing is lost.
	bad := b.Send(t, of+"/promemoria", form("prova", "Prova: richiamare", "31", "2", "mattina"))
	require.Equal(t, http.StatusUnprocessableEntity, bad.StatusCode)
	for _, kept := range []string{"Prova: richiamare", `value="31"`, `value="mattina"`, `id="on-errore"`, `id="hour-errore"`} {
		require.Contains(t, bad.Text, kept)
	}
	over := b.Send(t, of+"/promemoria", form("prova", "", "22", "11", ""))
	require.Contains(t, over.Text, `id="on-errore"`)
	require.Contains(t, over.Text, `id="note-errore"`)

	// A Sunday is no day on which anything is due.
	done := b.Send(t, of+"/promemoria", form("prova", "Prova: richiamare", "29", "11", "9.30"))
	require.Equal(t, http.StatusSeeOther, done.StatusCode)
	require.Equal(t, of, done.Header.Get("Location"))
	shown := b.Open(t, of).Words()
	require.Contains(t, shown, "Te lo ricorda lun 30 nov, ore 9.30 (dom 29 nov gli uffici sono chiusi).")
	require.Contains(t, shown, "Quello che hai promesso Prova: richiamare lun 30 nov, ore 9.30")
	require.NotContains(t, b.Open(t, "/").Words(), "Prova: richiamare", "it is not for this week")

	move := regexp.MustCompile(`/promemoria/[0-9a-f-]+/sposta`).FindString(b.Visit(of).Text)
	require.Equal(t, http.StatusUnprocessableEntity, b.Send(t, move, form("", "", "1", "11", "")).StatusCode)
	require.Equal(t, http.StatusSeeOther, b.Send(t, move, form("", "", "23", "11", "")).StatusCode)
	b.At(b.Now.AddDate(0, 0, 1))
	b.LogIn(apitest.SomeWorker.Subject)
	require.Equal(t, http.StatusSeeOther, b.Send(t, "/promemoria", form("altra", "Prova: scrivere al servizio", "24", "11", "")).StatusCode)
	today := b.Open(t, "/").Words()
	require.Contains(t, today, "Quello che ho promesso Prova: richiamare In ritardo lun 23 nov Persona Prova 0001 PO-2026-00012 Fatto")
	require.Less(t, strings.Index(today, "Prova: richiamare"), strings.Index(today, "Prova: scrivere"), "what is late comes first")

	b.LogIn(apitest.SomeSupervisor.Subject)
	require.NotContains(t, b.Open(t, "/").Words()+b.Open(t, "/promemoria").Words()+b.Open(t, of).Words(), "Prova: richiamare")
	require.Equal(t, http.StatusNotFound, b.Open(t, move).StatusCode)
	b.LogIn(apitest.SomeWorker.Subject)

	end := strings.TrimSuffix(move, "sposta")
	ticked := b.Send(t, end+"fatto", url.Values{"da": {"oggi"}})
	require.Equal(t, "/", ticked.Header.Get("Location"))
	require.NotContains(t, b.Open(t, "/").Words(), "Prova: richiamare")
	require.Contains(t, b.Open(t, "/promemoria").Words(), "Fatti negli ultimi 30 giorni Prova: richiamare")
	require.Equal(t, http.StatusSeeOther, b.Send(t, end+"rimetti", nil).StatusCode)
	require.Equal(t, of, b.Send(t, end+"fatto", url.Values{"da": {"fascicolo"}}).Header.Get("Location"))
	require.Equal(t, http.StatusSeeOther, b.Send(t, end+"elimina", nil).StatusCode)
	require.Equal(t, http.StatusSeeOther, b.Send(t, end+"elimina", nil).StatusCode, "it is gone already")
	require.NotContains(t, b.Open(t, "/promemoria").Words(), "Prova: richiamare")
}

// TestWhoFollowsIsToldOfAPromiseOfAnother, without what it says, until they have read so.
func TestWhoFollowsIsToldOfAPromiseOfAnother(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	b.Promises.Left = []promise.Left{{ID: apitest.SomeID, CaseID: apitest.AnotherID, Person: "Persona Prova 0001", Author: "Collega Prova", When: promise.When{Day: b.Now.AddDate(0, 0, 1)}}}
	for _, page := range []string{"/", "/promemoria"} {
		require.Contains(t, b.Open(t, page).Words(), "Persona Prova 0001 Collega Prova non segue più la persona e aveva un promemoria per mar 24 nov.", page)
	}
	require.Equal(t, http.StatusSeeOther, b.Send(t, "/promemoria/"+apitest.SomeID+"/visto", nil).StatusCode)
	require.NotContains(t, b.Open(t, "/").Words(), "Collega Prova non segue")
}
