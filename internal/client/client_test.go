package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

const someTask = "0197f4e2-0000-7000-8000-000000000001"

// serve answers each request with the next of the given answers, and keeps what was asked.
func serve(t *testing.T, answers ...func(http.ResponseWriter)) (*Client, *[]*http.Request) {
	var asked []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(asked) == len(answers) {
			t.Errorf("one request too many: %s %s", r.Method, r.URL)
			return
		}
		asked = append(asked, r)
		answers[len(asked)-1](w)
	}))
	t.Cleanup(server.Close)
	return New(server.URL, "the token", 1), &asked
}

func says(status int, body any) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
}

func TestCommandThatIsOnlyAcceptedIsFollowed(t *testing.T) {
	c, asked := serve(t,
		says(http.StatusAccepted, Command{ID: "c1", State: ledger.CommandAccepted}),
		says(http.StatusOK, Command{ID: "c1", State: ledger.CommandAccepted}),
		says(http.StatusOK, Command{ID: "c1", State: ledger.CommandWorked}),
	)
	cmd, err := c.Do(t.Context(), catalogue.Complete.Command("my key", someTask, care.Completion{Outcome: care.Held}))
	require.NoError(t, err)
	require.Equal(t, ledger.CommandWorked, cmd.State)
	require.Equal(t, "/api/v1/tasks/"+someTask+"/complete", (*asked)[0].URL.Path)
	require.Equal(t, "my key", (*asked)[0].Header.Get("Idempotency-Key"))
	require.Equal(t, "Bearer the token", (*asked)[0].Header.Get("Authorization"))
	require.Equal(t, "/api/v1/commands/c1", (*asked)[2].URL.Path)
}

func TestRefusalThatComesLaterIsAnError(t *testing.T) {
	c, _ := serve(t,
		says(http.StatusAccepted, Command{ID: "c1", State: ledger.CommandAccepted}),
		says(http.StatusOK, Command{ID: "c1", State: ledger.CommandRefused, Refusal: &Problem{Status: 409, Code: care.RefusedNotAwaited}}),
	)
	_, err := c.Do(t.Context(), catalogue.Complete.Command("", someTask, care.Completion{Outcome: care.Held}))
	var problem *Problem
	require.ErrorAs(t, err, &problem)
	require.Equal(t, care.RefusedNotAwaited, problem.Code)
}

func TestProblemNamesFieldAndRule(t *testing.T) {
	c, _ := serve(t, says(http.StatusUnprocessableEntity, Problem{
		Status: 422, Code: care.RefusedInvalid, Errors: []FieldError{{Field: "outcome", Rule: care.RuleRequired}},
	}))
	_, err := c.Do(t.Context(), catalogue.Complete.Command("", someTask, care.Completion{}))
	require.EqualError(t, err, "422 invalid; outcome: required")
}

func TestAnswerOfSomebodyElseIsNoProblem(t *testing.T) {
	c, _ := serve(t, func(w http.ResponseWriter) { http.Error(w, "<html>", http.StatusBadGateway) })
	_, err := c.Tasks(t.Context(), TaskQuery{Mine: true})
	require.ErrorContains(t, err, "502")
}

func TestWaitEndsWithTheContext(t *testing.T) {
	accepted := says(http.StatusAccepted, Command{ID: "c1", State: ledger.CommandAccepted})
	c, _ := serve(t, accepted)
	ctx, cancel := context.WithTimeout(t.Context(), pollEvery/2)
	defer cancel()
	began := time.Now()
	_, err := c.Do(ctx, catalogue.Claim.Command("", someTask, catalogue.None{}))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(began), time.Second)
}
