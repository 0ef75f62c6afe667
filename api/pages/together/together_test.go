package together_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
	"percorso/internal/together"
	"percorso/internal/written"
)

const here = "/appuntamenti/" + apitest.SomeID + "/presenti"

// form is the one form of a page, as a browser would send it.
func form(t *testing.T, b *apitest.PagesRig, address, action string) url.Values {
	t.Helper()
	found, ok := apitest.ReadPage(t, b.Visit(address)).First("form", "action", action)
	require.True(t, ok, address)
	return apitest.FilledIn(found)
}

// TestWhoTakesPartIsAddedAndTakenOut: the list and the case say who takes part, and whose part
// has nobody; what is wrong with a form is said with what was typed.
func TestWhoTakesPartIsAddedAndTakenOut(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	for _, address := range []string{"/appuntamenti", "/fascicoli/" + apitest.AnotherID + "/appuntamenti"} {
		page := b.Open(t, address)
		require.Contains(t, page.Words(), "Anche con "+apitest.SomeCPI.Name, address)
		require.Contains(t, page.Words(), "Parte scoperta: "+apitest.SomeCPI.Name+", quel giorno è assente", address)
		require.Contains(t, page.Text, here+`"`, address)
	}
	b.At(time.Date(2026, 11, 23, 8, 0, 0, 0, testclock.Rome)) // before the hour of the appointment
	b.LogIn(apitest.SomeWorker.Subject)
	require.Contains(t, b.Open(t, here).Words(), "Aggiungi qualcuno")

	sent := form(t, b, here+"/aggiungi", here+"/aggiungi")
	refused := b.Submit(here+"/aggiungi", sent)
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	apitest.CheckProblems(t, apitest.ReadPage(t, refused))
	sent.Set("staff", apitest.SomeWorker.ID)
	require.Equal(t, http.StatusSeeOther, b.Send(t, here+"/aggiungi", sent).StatusCode)
	require.Contains(t, b.Open(t, here).Words(), "Persona Aggiunta")

	out := form(t, b, here+"/togli?chi="+apitest.SomeID, here+"/togli")
	require.Equal(t, apitest.SomeID, out.Get("chi"))
	refused = b.Submit(here+"/togli", out)
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	apitest.CheckProblems(t, apitest.ReadPage(t, refused))
	out.Set("why", "not_needed")
	require.Equal(t, http.StatusSeeOther, b.Send(t, here+"/togli", out).StatusCode)
	require.Contains(t, b.Open(t, here).Words(), "non serve più")
	require.Equal(t, http.StatusNotFound, b.Visit("/appuntamenti/"+apitest.AcceptedID+"/presenti").StatusCode)
}

// TestWhoTakesPartAloneTakesThemselvesOutAlone: they are shown nothing that would be refused.
func TestWhoTakesPartAloneTakesThemselvesOutAlone(t *testing.T) {
	b := apitest.NewPages(t)
	b.At(time.Date(2026, 11, 23, 8, 0, 0, 0, testclock.Rome))
	b.Together.List = append(b.Together.List, b.Together.List[0])
	b.Together.List[1].ID, b.Together.List[1].Staff, b.Together.List[1].Name = apitest.AnotherID, apitest.SomeWorker.ID, "Persona Altrui"
	b.LogIn(apitest.SomeCPI.Subject)
	page := b.Open(t, here)
	require.NotContains(t, page.Words(), "Aggiungi qualcuno")
	require.Contains(t, page.Text, here+"/togli?chi="+apitest.SomeID)
	require.NotContains(t, page.Text, here+"/togli?chi="+apitest.AnotherID)
	require.NotContains(t, b.Open(t, here+"/togli").Text, apitest.AnotherID)
	require.Contains(t, b.Open(t, here+"/aggiungi").Words(), "puoi togliere solo te")
}

// TestAnAgencySaysWhatBecameOfItsPart, once the hour has been.
func TestAnAgencySaysWhatBecameOfItsPart(t *testing.T) {
	b := apitest.NewPages(t)
	b.At(time.Date(2026, 11, 23, 15, 0, 0, 0, testclock.Rome))
	b.LogIn(apitest.SomeCPI.Subject)
	require.Contains(t, b.Open(t, here).Words(), "Registra la parte del tuo ente")
	sent := form(t, b, here+"/esito", here+"/esito")
	sent.Set("note", "Nota di prova")
	refused := b.Submit(here+"/esito", sent)
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	apitest.CheckProblems(t, apitest.ReadPage(t, refused))
	require.Contains(t, refused.Text, "Nota di prova")
	sent.Set("held", "no")
	require.Equal(t, http.StatusSeeOther, b.Send(t, here+"/esito", sent).StatusCode)
	require.Equal(t, []any{false, written.Agency}, []any{b.Together.Said[0].Held, b.Together.Said[0].Circle})
	page := b.Open(t, here).Words()
	require.Contains(t, page, "La sua parte non si è svolta")
	require.NotContains(t, page, "Registra la parte del tuo ente")
}

// others has a file of another person besides, with what she is expected for.
type others struct {
	*apitest.PageRecords
	ahead []ledger.Appointment
}

func (o others) CaseFiles(context.Context, care.Staff, ledger.CaseFilter, ledger.Paging) (ledger.Page[ledger.CaseFile], error) {
	theirs := ledger.CaseFile{ID: apitest.AcceptedID, Number: "PO-2026-00099", Person: "Marito Prova"}
	return ledger.Page[ledger.CaseFile]{Items: append(o.SomeFiles(), theirs)}, nil
}

func (o others) CaseFile(ctx context.Context, who care.Staff, id string) (ledger.Case, error) {
	if id == apitest.AcceptedID {
		return ledger.Case{CaseFile: ledger.CaseFile{ID: id, Number: "PO-2026-00099"}, Appointments: o.ahead}, nil
	}
	return o.PageRecords.CaseFile(ctx, who, id)
}

// TestAnotherPersonIsAdded: by the number of her file; her own booking is asked of her case, at
// the place of the appointment, or what she has with the service already is moved there.
func TestAnotherPersonIsAdded(t *testing.T) {
	b := apitest.NewPages(t)
	records := &others{PageRecords: b.Pages}
	b.Serve(records)
	b.At(time.Date(2026, 11, 23, 8, 0, 0, 0, testclock.Rome))
	b.LogIn(apitest.SomeWorker.Subject)
	require.Contains(t, b.Open(t, here).Words(), "Aggiungi un’altra persona")
	require.Contains(t, b.Open(t, here+"/persona").Words(), "Per esempio PRATO-2026-00012.", "as the numbers of her zone are")
	sent := form(t, b, here+"/persona", here+"/persona")
	for number, words := range map[string]string{"": "Scrivi il numero", "PO-2026-99999": "nessuno ha questo numero", "PO-2026-00012": "È il fascicolo della persona di questo appuntamento"} {
		sent.Set("number", number)
		refused := b.Submit(here+"/persona", sent)
		require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
		apitest.CheckProblems(t, apitest.ReadPage(t, refused))
		require.Contains(t, apitest.ReadPage(t, refused).Words(), words)
	}
	var got ledger.NewCommand
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = c; return nil }
	sent.Set("number", "po-2026-00099")
	require.Equal(t, http.StatusSeeOther, b.Submit(here+"/persona", sent).StatusCode)
	booked := apitest.FormIn(t, catalogue.Book, got)
	require.Equal(t, []any{ledger.CaseRun(apitest.AcceptedID), apitest.SomeID, care.Code("uoc_immigrazione")}, []any{got.Run, booked.Joins, booked.Service})
	other := ledger.Appointment{ID: apitest.ClosedID, Run: "service/" + apitest.ClosedID, CaseID: apitest.AcceptedID, Service: "uoc_immigrazione", State: string(care.AppointmentBooked), At: b.Now.AddDate(0, 0, 3)}
	records.ahead = []ledger.Appointment{other}
	sent.Set("key", "altra-chiave")
	require.Equal(t, http.StatusSeeOther, b.Submit(here+"/persona", sent).StatusCode)
	moved := apitest.FormIn(t, catalogue.MoveAppointment, got)
	require.Equal(t, []any{other.ID, apitest.SomeID, true}, []any{got.Target, moved.Joins, moved.At.Equal(booked.At)})

	// Who is expected there at the same hour stays where she is.
	records.ahead[0].At = booked.At
	sent.Set("key", "terza-chiave")
	refused := b.Submit(here+"/persona", sent)
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	require.Contains(t, apitest.ReadPage(t, refused).Words(), "Ha già un appuntamento suo a quest’ora")

	b.Together.Also = []together.Beside{{Appointment: apitest.SomeID, Other: apitest.AcceptedID, Person: "Marito Prova", Number: "PO-2026-00002"}}
	require.Contains(t, b.Open(t, here).Words(), "Marito Prova")
	require.Contains(t, b.Open(t, "/appuntamenti").Words(), "Insieme a Marito Prova")
	b.LogIn(apitest.SomeCPI.Subject)
	require.NotContains(t, b.Open(t, here).Words(), "Aggiungi un’altra persona")
}

// The same through the API.
func TestWhoTakesPartThroughTheAPI(t *testing.T) {
	b := apitest.NewPages(t)
	b.At(time.Date(2026, 11, 23, 8, 0, 0, 0, testclock.Rome))
	b.Together.Also = []together.Beside{{Appointment: apitest.SomeID, Other: apitest.AcceptedID, Person: "Marito Prova", Number: "PO-2026-00002"}}
	one := rest.Prefix + "/appointments/" + apitest.SomeID
	for list, words := range map[string]string{"participants": `"uncovered":"away"`, "may-attend": apitest.SomeWorker.ID, "beside": "Marito Prova", "parts": `"items":[]`} {
		a := b.As(apitest.SomeWorker, http.MethodGet, one+"/"+list, "")
		require.Equal(t, http.StatusOK, a.StatusCode, list)
		require.Contains(t, a.Text, words, list)
	}
	require.Equal(t, http.StatusNoContent, b.Post(apitest.SomeWorker, "/appointments/"+apitest.SomeID+"/participants", `{"staff":"`+apitest.AnotherID+`"}`, "prova").StatusCode)
	require.Len(t, b.Together.List, 2)
	require.Equal(t, http.StatusUnprocessableEntity, b.As(apitest.SomeWorker, http.MethodDelete, one+"/participants/"+apitest.SomeID+"?why=ill", "").StatusCode)
	require.Equal(t, http.StatusNoContent, b.As(apitest.SomeWorker, http.MethodDelete, one+"/participants/"+apitest.SomeID+"?why=not_needed", "").StatusCode)
	require.Equal(t, "not_needed", b.Together.List[0].Why)
	require.Equal(t, http.StatusNoContent, b.As(apitest.SomeWorker, http.MethodPut, one+"/part", `{"held":false,"note":"Nota di prova","circle":"agency"}`).StatusCode)
	require.Equal(t, "Nota di prova", b.Together.Said[0].Note)
}
