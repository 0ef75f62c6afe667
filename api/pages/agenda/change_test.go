package agenda_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
	"percorso/internal/together"
)

// TestAnAppointmentIsMovedFromTheAgenda: the list leads to the form, which shows what it is
// about and asks who asks; what is refused keeps what was typed.
func TestAnAppointmentIsMovedFromTheAgenda(t *testing.T) {
	b := apitest.NewPages(t)
	b.Serve(agendaRecords{b.Pages, &ledger.AppointmentFilter{}})
	b.At(time.Date(2026, 11, 23, 8, 0, 0, 0, italian.Rome))
	b.LogIn(apitest.SomeWorker.Subject)
	const address = "/appuntamenti/" + apitest.SomeID
	_, led := apitest.ReadPage(t, b.Visit("/appuntamenti")).First("a", "href", address)
	require.True(t, led)
	page := apitest.ReadPage(t, b.Visit(address))
	require.Contains(t, page.Words(), "Lunedì 23 novembre 2026, ore 9.00")
	form, _ := page.First("form", "action", address)
	sent := apitest.FilledIn(form)
	sent.Set("note", "Nota digitata")
	refused := apitest.ReadPage(t, b.Submit(address, sent))
	apitest.CheckProblems(t, refused)
	require.Contains(t, refused.Words(), "Nota digitata")

	var got ledger.NewCommand
	answer := error(care.Refuse(care.Fault{Field: "number", Rule: agenda.UnknownPair}))
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = c; return answer }
	n := 0
	sends := func(more url.Values) (status int, text string) {
		for field, values := range more {
			sent[field] = values
		}
		n++
		sent.Set("key", "chiave-"+strconv.Itoa(n))
		a := b.Submit(address, sent)
		return a.StatusCode, a.Text
	}
	status, text := sends(url.Values{"what": {"move"}, "offer": {"uoc_immigrazione 2026-11-25T09:00:00+01:00"}, "by": {agenda.Another}, "why": {"other_cause"}, "beyond": {"urgent"},
		"number": {"PO-2026-00012"}, "birth_date-day": {"1"}, "birth_date-month": {"5"}, "birth_date-year": {"1990"}})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, text, "nemmeno che il fascicolo c’è")
	require.Equal(t, care.OpMoveMeeting, got.Operation, text)
	moving := apitest.FormIn(t, catalogue.MoveAppointment, got)
	require.Equal(t, []string{agenda.Another, "PO-2026-00012", "other_cause", "urgent"}, []string{moving.By, moving.Number, moving.Why, moving.Beyond})
	require.True(t, time.Date(2026, 11, 25, 9, 0, 0, 0, testclock.Rome).Equal(moving.At))
	require.True(t, time.Date(2026, 11, 23, 9, 0, 0, 0, italian.Rome).Equal(*moving.Was), "as who asks has seen it")
	answer = nil
	status, text = sends(url.Values{"what": {"cancel"}, "by": {agenda.TheService}})
	require.Equal(t, http.StatusSeeOther, status, text)
	cancelling := apitest.FormIn(t, catalogue.CancelAppointment, got)
	require.Equal(t, agenda.TheService, cancelling.By)
	require.Empty(t, cancelling.Number, "the service need not say it")

	// With others who are expected there: the service moves and cancels all of them whom the
	// form named, also where she herself has gone by then, and nobody who has joined since.
	b.Together.Also = []together.Beside{{Appointment: apitest.SomeID, Other: apitest.AcceptedID, Run: "service/" + apitest.AcceptedID, Person: "Marito Prova"}}
	form, _ = apitest.ReadPage(t, b.Visit(address)).First("form", "action", address)
	sent["beside"] = apitest.FilledIn(form)["beside"]
	require.Equal(t, apitest.AcceptedID, sent.Get("beside"))
	b.Together.Also[0].Other, b.Together.Also[0].Person = apitest.ClosedID, "Figlia Prova"
	var targets []string
	b.Records.OnAccept = func(c ledger.NewCommand) error {
		got, b.Together.Also, targets = c, nil, append(targets, c.Target)
		return nil
	}
	both := []string{apitest.SomeID, apitest.AcceptedID}
	status, text = sends(url.Values{"all": {"si"}, "by": {agenda.Another}})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, text, "Per tutte insieme lo chiede il servizio")
	require.Contains(t, text, "Figlia Prova", "the form shown anew names who is there by now")
	status, text = sends(url.Values{"by": {agenda.TheService}})
	require.Equal(t, http.StatusSeeOther, status, text)
	require.Equal(t, []any{both, care.OpCancelMeeting, "service/" + apitest.AcceptedID}, []any{targets, got.Operation, got.Run})
	targets = nil
	status, text = sends(url.Values{"what": {"move"}})
	require.Equal(t, http.StatusSeeOther, status, text)
	follows := apitest.FormIn(t, catalogue.MoveAppointment, got)
	require.Equal(t, []any{both, apitest.SomeID, ""}, []any{targets, follows.Joins, follows.Beyond})
	// Who is seen no more stays, and that is said.
	status, text = sends(url.Values{"beside": {apitest.ClosedID}})
	require.Equal(t, http.StatusSeeOther, status, text)
	require.Contains(t, apitest.ReadPage(t, b.Visit("/appuntamenti")).Words(), "Resta com’era per una persona che non vedi più")
	b.Together.Also = nil
	sent.Del("all")

	// Once its hour has come there is nothing to move.
	b.At(time.Date(2026, 11, 23, 9, 0, 0, 0, italian.Rome))
	b.LogIn(apitest.SomeWorker.Subject)
	require.Contains(t, apitest.ReadPage(t, b.Visit(address)).Words(), "L’ora di questo appuntamento è arrivata")
	list := apitest.ReadPage(t, b.Visit("/appuntamenti"))
	require.NotContains(t, list.Words(), "È venuta?", "while it is under way")
	require.NotContains(t, list.Words(), "Sposta o annulla l’appuntamento delle 09:00, fascicolo PO-2026-00012 Fascicolo PO-2026-00012 È")
	require.Equal(t, http.StatusNotFound, b.Visit("/appuntamenti/"+apitest.AnotherID).StatusCode)
	for at, words := range map[time.Time]string{
		time.Date(2026, 11, 23, 11, 0, 0, 0, italian.Rome): "È venuta? Da fare entro", time.Date(2026, 11, 25, 9, 0, 0, 0, italian.Rome): "È venuta? In ritardo di 1 giorno lavorativo (era per mar 24 nov)",
	} {
		b.At(at)
		b.LogIn(apitest.SomeWorker.Subject)
		require.Contains(t, apitest.ReadPage(t, b.Visit("/appuntamenti?dal=2026-11-23")).Words(), words)
	}
}
