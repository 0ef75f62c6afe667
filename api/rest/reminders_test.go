package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/rest"
)

// Who is to be called is listed without the numbers that must not be, and how the call went is
// said by the appointment's id.
func TestWhoIsToBeCalled(t *testing.T) {
	b := apitest.NewRig(t)
	list := b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/reminders", "")
	require.Equal(t, http.StatusOK, list.StatusCode)
	require.Contains(t, list.Text, `"failed":"sms"`)
	require.Contains(t, list.Text, "000 0000001")
	require.NotContains(t, list.Text, "000 0000002")
	for id, want := range map[string]int{apitest.SomeID: http.StatusNoContent, apitest.AnotherID: http.StatusUnprocessableEntity, apitest.ClosedID: http.StatusNotFound} {
		require.Equal(t, want, b.Post(apitest.SomeWorker, "/reminders/"+id+"/calls", `{"answered":true}`, "prova").StatusCode, id)
	}
	require.Equal(t, http.StatusUnprocessableEntity, b.Post(apitest.SomeWorker, "/reminders/"+apitest.SomeID+"/calls", `{}`, "prova").StatusCode)
}
