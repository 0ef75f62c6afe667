package together_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/testclock"
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
