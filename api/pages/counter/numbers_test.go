package counter_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
)

// Somebody comes without an appointment: the desk gives a number and no name, Oggi counts who
// is here by language, the next one is called, and a file that is begun from a number has its
// language.
func TestSomebodyComesWithoutAnAppointment(t *testing.T) {
	b := apitest.NewPages(t)
	b.Records.People[apitest.SomeDesk.Subject] = apitest.SomeDesk
	b.LogIn(apitest.SomeDesk.Subject)
	const here = "/sportello/numeri"
	sends := func(address, words string) {
		t.Helper()
		form, there := apitest.ReadPage(t, b.Visit(here)).Main(t).First("form", "action", address)
		require.True(t, there, address)
		sent := apitest.FilledIn(form)
		if address == here {
			sent.Set("language", "ur")
			sent.Set("topic", b.Pages.ZonePolicy.Desk.Topics[0].Code)
		}
		a := b.Submit(address, sent)
		require.Equal(t, http.StatusSeeOther, a.StatusCode, a.Text)
		require.Contains(t, apitest.ReadPage(t, b.Visit(here)).Words(), words)
	}
	sends(here, "Numero S1: dillo alla persona")
	refused := apitest.ReadPage(t, b.Submit(here, url.Values{"key": {"senza"}, "language": {"ur"}}))
	apitest.CheckProblems(t, refused)
	sends(here, "Numero S2")
	require.Contains(t, apitest.ReadPage(t, b.Visit("/")).Main(t).Words(), "Chi è qui adesso Urdu 2 persone")
	sends(here+"/avanti", "Chiama il numero S1: parla urdu")

	page := apitest.ReadPage(t, b.Visit(here)).Main(t)
	var open string
	for _, a := range page.Every("a") {
		if strings.HasPrefix(a.Attribute("href"), "/sportello/fascicolo?numero=") {
			open = a.Attribute("href")
		}
	}
	require.NotEmpty(t, open)
	form, _ := apitest.ReadPage(t, b.Visit(open)).Main(t).First("form", "action", "/sportello/fascicolo")
	require.Equal(t, []string{"ur"}, apitest.FilledIn(form)["languages"])
	contact, _ := apitest.ReadPage(t, b.Visit(strings.Replace(open, "fascicolo", "accesso", 1))).Main(t).First("form", "action", "/sportello/accesso")
	require.Equal(t, "ur", apitest.FilledIn(contact).Get("language"))
	number := here + "/" + open[strings.LastIndexByte(open, '=')+1:]
	require.Equal(t, http.StatusSeeOther, b.Submit(number, url.Values{"stato": {"served"}}).StatusCode)
	require.NotContains(t, apitest.ReadPage(t, b.Visit(here)).Main(t).Words(), "Chiamati")
	require.Equal(t, http.StatusNotFound, b.Visit("/sportello/fascicolo?numero="+apitest.AnotherID).StatusCode)

	b.LogIn(apitest.SomeSupervisor.Subject)
	require.Contains(t, apitest.ReadPage(t, b.Visit("/")).Main(t).Words(), "Chi è qui adesso")
	require.Equal(t, http.StatusForbidden, b.Visit(here).StatusCode)
}
