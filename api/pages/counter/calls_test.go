package counter_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/consult"
	"percorso/internal/italian"
)

// The desk calls for a consult from Oggi; whoever is rung answers there, and a supervisor is
// shown a call once nobody has answered it.
func TestAConsultIsCalledFor(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 30, 0, 0, italian.Rome)
	b := apitest.NewPagesAt(t, now)
	call := consult.Call{Task: apitest.SomeID, CaseID: apitest.AnotherID, Number: "PO-2026-00012"}
	b.Consults.List = []consult.Call{call}
	b.Records.People[apitest.SomeDesk.Subject] = apitest.SomeDesk
	b.LogIn(apitest.SomeDesk.Subject)
	form, there := apitest.ReadPage(t, b.Visit("/")).Main(t).First("form", "action", "/compiti/"+apitest.SomeID+"/chiama")
	require.True(t, there)
	a := b.Submit("/compiti/"+apitest.SomeID+"/chiama", apitest.FilledIn(form))
	require.Equal(t, []any{http.StatusSeeOther, "/"}, []any{a.StatusCode, a.Header.Get("Location")})
	require.Equal(t, []string{apitest.SomeID}, b.Consults.Rung)

	ring := consult.Ring{ID: apitest.AnotherID, Task: apitest.SomeID, Staff: apitest.SomeWorker.ID, Name: "Operatrice Prova 0001", At: now, Until: now.Add(10 * time.Minute)}
	call.Rings = []consult.Ring{ring}
	b.Consults.List = []consult.Call{call}
	require.Contains(t, apitest.ReadPage(t, b.Visit("/")).Main(t).Words(), "Chiamata a Operatrice Prova 0001, dalle 10.30")
	b.LogIn(apitest.SomeSupervisor.Subject)
	require.NotContains(t, apitest.ReadPage(t, b.Visit("/")).Main(t).Words(), "Consulti allo sportello")

	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit("/")).Main(t)
	require.Contains(t, page.Words(), "Ti chiamano allo sportello, dalle 10.30")
	require.Contains(t, page.Words(), "Arrivo : Consulto allo sportello, PO-2026-00012")
	form, _ = page.First("form", "action", "/consulti/"+apitest.AnotherID)
	require.Equal(t, http.StatusSeeOther, b.Submit("/consulti/"+apitest.AnotherID, apitest.FilledIn(form)).StatusCode)
	require.Equal(t, consult.Coming, b.Consults.Answered[apitest.AnotherID])

	b.At(now.Add(11 * time.Minute))
	b.LogIn(apitest.SomeSupervisor.Subject)
	require.Contains(t, apitest.ReadPage(t, b.Visit("/")).Main(t).Words(), "Non viene nessuno")
}
