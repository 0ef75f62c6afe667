package counter_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/arrival"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

const address = "/appuntamenti/" + apitest.SomeID + "/arrivo"

// The desk marks from Oggi and from the list of the day that somebody is here; whoever
// receives her sees since when, what she speaks and how late she came, which the form to say
// how it went begins with.
func TestWhoIsHereIsMarkedAndSeen(t *testing.T) {
	b := apitest.NewPagesAt(t, time.Date(2026, 11, 23, 10, 30, 0, 0, italian.Rome))
	b.LogIn(apitest.SomeWorker.Subject)
	var got ledger.NewCommand
	var refusal *care.Refusal
	b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) { got = c; return refusal, nil }
	for _, from := range []string{"/", "/appuntamenti"} {
		page := apitest.ReadPage(t, b.Visit(from))
		form, there := page.Main(t).First("form", "action", address)
		require.True(t, there, from)
		a := b.Submit(address, apitest.FilledIn(form))
		require.Equal(t, http.StatusSeeOther, a.StatusCode)
		require.Equal(t, from, a.Header.Get("Location"), "one stays where one was")
		require.Equal(t, []any{care.OpArrive, apitest.SomeID, arrival.Mark{}}, []any{got.Operation, got.Target, apitest.FormIn(t, catalogue.Arrive, got)})
		require.Contains(t, apitest.ReadPage(t, b.Visit(from)).Words(), "È segnato che la persona è qui")
	}

	came := time.Date(2026, 11, 23, 12, 12, 0, 0, italian.Rome)
	b.Pages.Arrived = &came
	const here = "È qui dalle 12.12, 12 minuti dopo l’ora, parla urdu"
	require.Contains(t, apitest.ReadPage(t, b.Visit("/")).Main(t).Words(), here)
	list := apitest.ReadPage(t, b.Visit("/appuntamenti"))
	require.Contains(t, list.Words(), here)
	back, _ := list.Main(t).First("form", "action", address)
	b.Submit(address, apitest.FilledIn(back))
	require.True(t, apitest.FormIn(t, catalogue.Arrive, got).Back)

	refusal = care.RefuseChanged(arrival.Already)
	again := apitest.FilledIn(back)
	again.Set("key", "chiave-2")
	a := b.Submit(address, again)
	require.Equal(t, http.StatusConflict, a.StatusCode)
	require.Contains(t, apitest.ReadPage(t, a).Words(), "Un collega ha già segnato che la persona è qui")

	b.Hold(care.Interview)
	task := apitest.ReadPage(t, b.Visit("/compiti/"+apitest.SomeID))
	require.Contains(t, task.Words(), "Arrivo "+here)
	late, _ := task.First("input", "id", "held-late")
	require.Equal(t, "12", late.Attribute("value"))
}
