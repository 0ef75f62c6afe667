package rest_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/protection"
)

func TestNoticesAreReadAndDismissed(t *testing.T) {
	b := apitest.NewRig(t)
	b.Records.Refused = &care.Refusal{Code: care.RefusedNotHeld}
	list := b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/notices", "")
	require.Equal(t, http.StatusOK, list.StatusCode)
	var read struct {
		Items []struct {
			ID      string
			Form    care.Completion
			Refusal struct{ Code, Detail string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(list.Text), &read))
	require.Len(t, read.Items, 1)
	require.Equal(t, care.RefusedNotHeld, read.Items[0].Refusal.Code)
	require.NotEmpty(t, read.Items[0].Refusal.Detail)
	require.Equal(t, "Nota di prova", read.Items[0].Form.Note)

	require.Equal(t, http.StatusNotFound, b.As(apitest.SomeWorker, http.MethodDelete, rest.Prefix+"/notices/"+apitest.AnotherID, "").StatusCode)
	require.Equal(t, http.StatusNoContent, b.As(apitest.SomeWorker, http.MethodDelete, rest.Prefix+"/notices/"+apitest.SomeID, "").StatusCode)
	require.Equal(t, http.StatusOK, b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/notices", "").StatusCode)
}

// What is refused of a protected person has its rule, at its field.
func TestWhatIsRefusedOfAProtectedPersonHasItsRule(t *testing.T) {
	b := apitest.NewRig(t)
	for path, c := range map[string]struct{ form, field, rule string }{
		"/case-files/" + apitest.AnotherID + "/cpi-referral": {`{}`, "note", protection.NoKeeper},
		"/case-files/" + apitest.AnotherID + "/merge":        {`{"into":"` + apitest.SomeID + `","note":"Prova"}`, "into", protection.Protected},
		"/tasks/" + apitest.SomeID + "/reassign":             {`{"to":"` + apitest.SomeID + `"}`, "to", protection.KeepersOnly},
	} {
		refusal := care.Refuse(care.Fault{Field: c.field, Rule: c.rule})
		b.Records.OnAccept = func(ledger.NewCommand) error { return refusal }
		b.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) { return refusal, nil }
		a := b.Post(apitest.SomeSupervisor, path, c.form, "k-"+c.rule)
		require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode, "%s %s", path, a.Text)
		require.Contains(t, a.Text, `"field":"`+c.field+`","rule":"`+c.rule+`"`)
	}
}

// An answer on its way is said by the task, and refused with its own code.
func TestAnAnswerOnItsWayIsAConflict(t *testing.T) {
	b := apitest.NewRig(t)
	b.Records.OneTask.Answered = true
	task := b.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/tasks/"+apitest.SomeID, "")
	require.Contains(t, task.Text, `"answered":true`)
	b.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) { return &care.Refusal{Code: care.RefusedInFlight}, nil }
	claim := b.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/claim", "", "k")
	require.Equal(t, http.StatusConflict, claim.StatusCode)
	require.Contains(t, claim.Text, care.RefusedInFlight)
}
