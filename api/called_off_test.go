package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/testclock"
)

// TestDaysAreCalledOffOverTheAPI: a proposal says who is expected, the days are called off, each
// is told, and the days to come are taken back; by those alone who decide when the service
// receives.
func TestDaysAreCalledOffOverTheAPI(t *testing.T) {
	t.Parallel()
	w := gather(t)
	called := func(account string) *caller {
		return &caller{Staff: w.Accounts[account], agency: keeps, token: w.rig.Token(w.Accounts[account])}
	}
	supervisor, desk := called("supervisor.prato"), called("desk_operator.prato")
	run, _ := w.Begin(ledger.Person{}, ledger.Effects{})
	appointment, at := uuid.NewString(), w.Now.AddDate(0, 0, 10)
	w.Branch(run, postgrestest.NewRun(care.RunService), care.Answer{Service: "spac"}, ledger.Effects{Appointments: []ledger.AppointmentChange{
		{ID: appointment, State: care.AppointmentBooked, Service: "spac", At: at}}})
	day := at.In(testclock.Rome).Format(time.DateOnly)
	const days = rest.Prefix + "/called-off-days"
	body := fmt.Sprintf(`{"service":"spac","first":%q,"last":%q,"reason":"premises"}`, day, day)
	asks := func(who *caller, method, path, body string, status int, into any) {
		t.Helper()
		got := w.asks(who, method, path, body)
		require.Equal(t, status, got.status, got.text)
		if into != nil {
			require.NoError(t, json.Unmarshal([]byte(got.text), into))
		}
	}
	var proposed struct{ Items []struct{ ID string } }
	asks(supervisor, http.MethodGet, rest.Prefix+"/called-off-proposal?service=spac&first="+day+"&last="+day, "", http.StatusOK, &proposed)
	require.Equal(t, appointment, proposed.Items[0].ID)
	require.Equal(t, "403 forbidden", w.asks(desk, http.MethodGet, rest.Prefix+"/called-off-proposal?service=spac&first="+day+"&last="+day, "").said())
	require.Equal(t, "403 forbidden", w.asks(desk, http.MethodPost, days, body).said())
	require.Equal(t, "422 unknown_service", w.asks(supervisor, http.MethodPost, days, fmt.Sprintf(`{"service":"nessuno","first":%q,"last":%q,"reason":"premises"}`, day, day)).said())

	var off struct {
		ID     string
		ToTell int `json:"to_tell"`
		People []struct {
			Appointment struct{ ID string }
			Outcome     string
		}
	}
	asks(supervisor, http.MethodPost, days, body, http.StatusCreated, &off)
	require.Len(t, off.People, 1)
	require.Equal(t, []any{appointment, 1}, []any{off.People[0].Appointment.ID, off.ToTell})
	require.Equal(t, "422 called_off_already", w.asks(supervisor, http.MethodPost, days, body).said())
	require.Equal(t, 1, w.Count(`command WHERE operation = 'cancel_appointment' AND target = $1`, appointment))

	asks(desk, http.MethodPut, days+"/"+off.ID+"/people/"+appointment, `{"outcome":"reached"}`, http.StatusNoContent, nil)
	asks(desk, http.MethodPut, days+"/"+off.ID+"/people/"+uuid.NewString(), `{"outcome":"reached"}`, http.StatusNotFound, nil)
	asks(desk, http.MethodGet, days+"/"+off.ID, "", http.StatusOK, &off)
	require.Equal(t, []any{"reached", 0}, []any{off.People[0].Outcome, off.ToTell})
	require.Equal(t, "403 forbidden", w.asks(desk, http.MethodDelete, days+"/"+off.ID, "").said())
	asks(supervisor, http.MethodDelete, days+"/"+off.ID, "", http.StatusNoContent, nil)
	var list struct {
		Items []struct {
			ID   string
			Back string `json:"back_from"`
		}
	}
	asks(desk, http.MethodGet, days, "", http.StatusOK, &list)
	require.Equal(t, []string{off.ID, day}, []string{list.Items[0].ID, list.Items[0].Back})
}
