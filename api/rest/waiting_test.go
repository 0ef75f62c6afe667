package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/rest"
	"percorso/internal/ledger"
	"percorso/internal/waitlist"
)

// Who waits for a place is put on a list, listed and taken off it; what came of a call is said by
// the offer's id, and the place that she wants is booked for her case.
func TestWhoWaits(t *testing.T) {
	b := apitest.NewRig(t)
	b.Waiting.Calls = apitest.SomeCalls(b.Now)
	b.Waiting.Calls[0].Service = "cpi" // of the rig
	put := b.Post(apitest.SomeWorker, "/case-files/"+apitest.SomeID+"/waiting", `{"service":"pas","language":"ur","by":"2026-12-01"}`, "prova")
	require.Equal(t, http.StatusCreated, put.StatusCode, put.Text)
	require.Equal(t, "2026-12-01", b.Waiting.Wishes[0].By.Format("2006-01-02"))
	require.Equal(t, http.StatusUnprocessableEntity, b.Post(apitest.SomeWorker, "/case-files/"+apitest.SomeID+"/waiting", `{"service":"pas","mode":"x"}`, "altra").StatusCode)
	list := b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/waiting?service=pas", "")
	require.Equal(t, http.StatusOK, list.StatusCode)
	require.Contains(t, list.Text, `"interpreter":"woman"`)
	calls := b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/waiting-calls", "")
	require.Contains(t, calls.Text, `"kept_until"`)
	require.Contains(t, calls.Text, "000 0000001")
	require.Equal(t, http.StatusNoContent, b.Post(apitest.SomeWorker, "/waiting-offers/"+apitest.SomeID+"/outcome", `{"outcome":"unreached"}`, "prova").StatusCode)
	require.Equal(t, http.StatusConflict, b.Post(apitest.SomeWorker, "/waiting-offers/"+apitest.AnotherID+"/outcome", `{"outcome":"unreached"}`, "prova").StatusCode)
	require.Equal(t, []waitlist.Outcome{waitlist.Unreached}, b.Waiting.Heard)
	booked := b.Post(apitest.SomeWorker, "/waiting-offers/"+apitest.SomeID+"/booking", `{}`, "prenota")
	require.Equal(t, http.StatusOK, booked.StatusCode, booked.Text)
	require.Contains(t, booked.Text, `"operation":"book"`)
	require.Contains(t, booked.Text, ledger.BareID(ledger.CaseRun(apitest.SomeID)))
	for _, does := range []string{"stay", "leave"} {
		require.Equal(t, http.StatusNoContent, b.Post(apitest.SomeWorker, "/waiting/"+apitest.SomeID+"/"+does, "", does).StatusCode, does)
	}
	require.Equal(t, []string{apitest.SomeID}, b.Waiting.Left)
}
