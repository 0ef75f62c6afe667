package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/rest"
	"percorso/internal/agenda"
	"percorso/internal/mediation"
)

// A mediator is asked for, another provider after the first; what it proposes is accepted, and on
// the day the minutes are noted. What cannot be done as it stands is refused.
func TestMediatorsAreAskedForOverTheAPI(t *testing.T) {
	b := apitest.NewRig(t)
	one := func(status int, path, body string) (got struct {
		State   mediation.State
		Allowed []mediation.Act
		Asked   []struct{ Provider string }
		Minutes int
	}) {
		t.Helper()
		a := b.Post(apitest.SomeWorker, path, body, fmt.Sprint("prova-", len(path), "-", len(body)))
		require.Equal(t, status, a.StatusCode, a.Text)
		if status < http.StatusBadRequest {
			require.NoError(t, json.Unmarshal([]byte(a.Text), &got))
		}
		return got
	}
	of := "/mediations/" + apitest.SomeID
	at := b.Now.AddDate(0, 0, 3).Truncate(time.Second)
	asks := `{"language":"bn","minutes":45,"mode":"in_person","place":"Ufficio di prova","lot":"asia","at":"` + at.Format(time.RFC3339) + `"}`
	require.Equal(t, mediation.Requested, one(http.StatusCreated, "/mediations", asks).State)
	require.Equal(t, mediation.Form{Language: "bn", Minutes: 45, Mode: agenda.InPerson, Place: "Ufficio di prova", Lot: "asia", At: b.Requests.Form.At}, b.Requests.Form)
	require.True(t, at.Equal(b.Requests.Form.At))
	refused := b.Post(apitest.SomeWorker, "/mediations", `{"language":"bn","minutes":2,"mode":"in_person","lot":"no"}`, "senza")
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	for _, rule := range []string{`"at"`, `"place"`, "minutes_of_a_talk", "lot_does_not_serve"} {
		require.Contains(t, refused.Text, rule)
	}

	require.Equal(t, "telefono", func() string {
		one(http.StatusOK, of+"/next", `{"lot":"telefono","seen":"x"}`)
		return b.Requests.One.Lot
	}())
	proposed := b.Now.AddDate(0, 0, 4).Truncate(time.Second)
	b.Requests.One.State, b.Requests.One.ProposedAt = mediation.Proposed, &proposed
	one(http.StatusConflict, of+"/accept", `{"proposed_at":"`+at.Format(time.RFC3339)+`"}`)
	accepted := one(http.StatusOK, of+"/accept", `{"proposed_at":"`+proposed.Format(time.RFC3339)+`"}`)
	require.Equal(t, mediation.Confirmed, accepted.State)
	require.Equal(t, []mediation.Act{mediation.Call}, accepted.Allowed)
	require.Len(t, accepted.Asked, 1)
	one(http.StatusConflict, of+"/done", `{"minutes":40}`)
	b.Requests.One.At = b.Now.Add(-time.Hour)
	require.Equal(t, 40, one(http.StatusOK, of+"/done", `{ "minutes":40}`).Minutes)
	one(http.StatusConflict, of+"/cancel", `{"by":"us"}`)
	require.Equal(t, mediation.Done, one(http.StatusCreated, "/mediator-calls", `{"language":"bn","minutes":15,"lot":"telefono"}`).State)
	require.Equal(t, 15, b.Requests.Form.Minutes)

	over := b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/mediations?over=true", "")
	require.Contains(t, over.Text, `"state":"done"`)
	lots := b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/mediation-lots", "")
	require.Contains(t, lots.Text, `"used":480`)
	require.Contains(t, lots.Text, `"low":true`)
	require.Equal(t, http.StatusNotFound, b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/mediations/"+apitest.AnotherID, "").StatusCode)
}
