package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/ledger"
	"percorso/internal/names"
)

// Whoever opens a file for somebody who may have one is told of it, and opens it all the
// same by saying that it is somebody else.
func TestAFileIsNotOpenedTwiceWithoutAWord(t *testing.T) {
	r := apitest.NewRig(t)
	closed := apitest.SomeCase
	closed.Person, closed.Number, closed.Outcome = "Persona Prova", "PROVA-2026-00009", "moved_away"
	at := closed.Opened.AddDate(0, 1, 0)
	closed.Closed = &at
	closed.Like = &names.Likeness{Names: names.LikeNames, Born: names.SwappedBirth}
	closed.Known = &ledger.Person{BirthDate: time.Date(1990, 5, 12, 0, 0, 0, 0, time.UTC)}
	r.Records.Same = []ledger.CaseFile{closed}

	refused := r.Post(apitest.SomeWorker, "/case-files", apitest.Opening, "k1").Problem(t, "same_person")
	require.Equal(t, http.StatusConflict, refused.Status)
	require.Len(t, refused.Candidates, 1)
	c := refused.Candidates[0]
	require.Equal(t, []any{closed.ID, "PROVA-2026-00009", "Persona Prova", 1990, "nomi simili, giorno e mese di nascita scambiati", true, "/api/v1/case-files/" + closed.ID},
		[]any{c.ID, c.Number, c.Person, c.BirthYear, c.Why, c.Reopenable, c.Location})
	require.NotEmpty(t, refused.Detail, "in words")
	require.Empty(t, r.Records.Commands, "nothing was opened")

	italian := strings.Replace(apitest.Opening, `"MA"`, `"IT"`, 1)
	r.Post(apitest.SomeWorker, "/case-files", italian, "k2").Problem(t, "invalid") // what is wrong is told first
	r.Post(apitest.SomeCPI, "/case-files", apitest.Opening, "k3").Problem(t, "forbidden")

	another := strings.Replace(apitest.Opening, `"notice_given":true`, `"notice_given":true,"another_person":true`, 1)
	opened := r.Post(apitest.SomeWorker, "/case-files", another, "k4")
	require.Less(t, opened.StatusCode, 300, opened.Text)
	again := r.Post(apitest.SomeWorker, "/case-files", another, "k4")
	require.Less(t, again.StatusCode, 300, "a repetition is answered as the first time")

	r.Records.Same = nil
	first := r.Post(apitest.SomeWorker, "/case-files", apitest.Opening, "k5")
	require.Less(t, first.StatusCode, 300)
	r.Records.Same = []ledger.CaseFile{closed} // which may be what it has opened
	require.Less(t, r.Post(apitest.SomeWorker, "/case-files", apitest.Opening, "k5").StatusCode, 300)
}

// TestWhoOpensAtTheSameInstantIsTold: where a colleague opened a file of the person since it
// was looked for, the answer is as where it had been found.
func TestWhoOpensAtTheSameInstantIsTold(t *testing.T) {
	r := apitest.NewRig(t)
	alone := false
	r.Records.OnAccept = func(c ledger.NewCommand) error {
		if alone = c.Alone; !alone {
			return nil
		}
		r.Records.Same = []ledger.CaseFile{{ID: apitest.AnotherID, Number: "PO-2026-00012", Person: "Persona Prova 0001"}}
		return &ledger.OpenedMeanwhile{Case: apitest.AnotherID}
	}
	refused := r.Post(apitest.SomeWorker, "/case-files", apitest.Opening, "k1").Problem(t, "same_person")
	require.True(t, alone)
	require.Equal(t, http.StatusConflict, refused.Status)
	require.Len(t, refused.Candidates, 1)
	require.Equal(t, apitest.AnotherID, refused.Candidates[0].ID)
	another := strings.Replace(apitest.Opening, `"notice_given":true`, `"notice_given":true,"another_person":true`, 1)
	require.Less(t, r.Post(apitest.SomeWorker, "/case-files", another, "k2").StatusCode, 300)
	require.False(t, alone, "who says that it is somebody else is asked nothing")
}
