package calledoff_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/testclock"
)

// records remember what was asked of them.
type records struct {
	*apitest.PageRecords
	form  calledoff.Form
	tried []string
	fails error
}

func (r *records) CallOff(_ context.Context, _ care.Staff, _ string, form calledoff.Form) (string, error) {
	r.form = form
	if faults := form.Check(testclock.Monday); len(faults) > 0 {
		return "", care.Refuse(faults...)
	}
	return apitest.SomeID, r.fails
}

func (r *records) Tried(_ context.Context, _ care.Staff, id, appointment, try, seen string) error {
	r.tried = []string{id, appointment, try, seen}
	return r.fails
}

func (r *records) TakeBack(context.Context, care.Staff, string) error { return r.fails }

// TestADayIsCalledOffByProposal: first whom it concerns and how each may be reached, then the
// act; what was typed wrongly loses nothing.
func TestADayIsCalledOffByProposal(t *testing.T) {
	b := apitest.NewPages(t)
	r := &records{PageRecords: b.Pages}
	b.Serve(r)
	b.At(testclock.Monday)
	b.LogIn(apitest.SomeSupervisor.Subject)
	require.Contains(t, b.Open(t, "/appuntamenti").Text, `href="/giornate-annullate"`)
	list := b.Open(t, "/giornate-annullate")
	require.Contains(t, list.Words(), "Da avvisare: 2 persone. Avvisate: 1 persona.")
	require.Contains(t, list.Words(), "Sede non utilizzabile")
	wrong := b.Visit("/giornate-annullate/proposta?servizio=pas&dal=2026-12-03")
	require.Equal(t, http.StatusUnprocessableEntity, wrong.StatusCode)
	require.Contains(t, apitest.ReadPage(t, wrong).Words(), "Ultimo giorno: ")

	const days = "servizio=pas&dal=2026-12-03&al=2026-12-04"
	page := b.Open(t, "/giornate-annullate/proposta?"+days).Words()
	for _, want := range []string{"Da giovedì 3 dicembre 2026 a venerdì 4 dicembre 2026", "Senza più posto", "Da chiamare", "Lingue: urdu", "000 0000001", "Padre di prova", "Annulla le giornate"} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, "000 0000002", "a number that must not be called")
	sent := url.Values{"key": {"chiave"}, "servizio": {"pas"}, "dal": {"2026-12-03"}, "al": {"2026-12-04"}, "note": {"Allagamento (prova)."}}
	answer := b.Submit("/giornate-annullate", sent)
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	require.Contains(t, answer.Text, "Allagamento (prova).")
	sent.Set("reason", "premises")
	r.fails = care.Refuse(care.Fault{Field: "first", Rule: calledoff.Fixing})
	require.Contains(t, b.Submit("/giornate-annullate", sent).Text, "riprova fra qualche secondo")
	r.fails = nil
	answer = b.Submit("/giornate-annullate", sent)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.Text)
	require.Equal(t, "/giornate-annullate/"+apitest.SomeID, answer.Header.Get("Location"))
	require.Equal(t, []string{"pas", "2026-12-03", "2026-12-04", "premises"}, []string{r.form.Service, r.form.First.Time().Format("2006-01-02"), r.form.Last.Time().Format("2006-01-02"), r.form.Reason})
}

// TestWhoWasExpectedIsTold: each is ticked as reached or not, and the days to come are taken back.
func TestWhoWasExpectedIsTold(t *testing.T) {
	b := apitest.NewPages(t)
	r := &records{PageRecords: b.Pages}
	b.Serve(r)
	b.At(testclock.Monday)
	b.LogIn(apitest.SomeSupervisor.Subject)
	const day = "/giornate-annullate/" + apitest.SomeID
	page := b.Open(t, day).Words()
	for _, want := range []string{"Persone da avvisare", "Avvisata da " + apitest.SomeWorker.Name, "Non raggiunta", "Riapri i prossimi giorni", "Annullato", "non tornano"} {
		require.Contains(t, page, want)
	}
	require.Contains(t, b.Open(t, day).Text, `name="seen" value="never"`)
	answer := b.Submit(day+"/avvisate/"+apitest.AnotherID, url.Values{"esito": {"not_reached"}, "seen": {"never"}})
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.Text)
	require.Equal(t, []string{apitest.SomeID, apitest.AnotherID, calledoff.NotReached, "never"}, r.tried)
	r.fails = care.RefuseChanged(calledoff.Meanwhile)
	b.Submit(day+"/avvisate/"+apitest.AnotherID, url.Values{"esito": {"not_reached"}, "seen": {"never"}})
	require.Contains(t, b.Open(t, day).Words(), "Nel frattempo qualcun altro ha segnato com’è andata")
	r.fails = nil
	require.Equal(t, http.StatusUnprocessableEntity, b.Submit(day+"/avvisate/"+apitest.AnotherID, url.Values{"esito": {"forse"}}).StatusCode)
	require.Equal(t, http.StatusSeeOther, b.Submit(day+"/riapri", nil).StatusCode)
	r.fails = care.Refuse(care.Fault{Rule: calledoff.Over})
	b.Submit(day+"/riapri", nil)
	require.Contains(t, b.Open(t, day).Words(), "Non c’è più nessun giorno da riaprire.")

	b.LogIn(apitest.SomeCPI.Subject)
	require.NotContains(t, b.Open(t, day).Words(), "Riapri")
	services := b.Open(t, "/giornate-annullate").Words()
	require.Contains(t, services, "Scegli il servizio Centro per l'Impiego Primo giorno", "those of one's own agency alone")
}
