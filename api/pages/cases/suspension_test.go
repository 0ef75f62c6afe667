package cases_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// A suspension asks what becomes of each appointment that falls into it. What is cancelled is
// cancelled first, what stays is named, and sent again it is the same.
func TestASuspensionAsksWhatBecomesOfAppointments(t *testing.T) {
	b := apitest.NewPagesAt(t, testclock.Monday)
	b.LogIn(apitest.SomeWorker.Subject)
	const address = apitest.CasePath + "/sospendi"
	shown := apitest.ReadPage(t, b.Visit(address)).Main(t).Words()
	for _, words := range []string{"UOC Immigrazione", "Resta in agenda", "Si sposta", "Si annulla: qualcuno avvisa la persona"} {
		require.Contains(t, shown, words)
	}
	var got []ledger.NewCommand
	b.Records.OnAccept = func(c ledger.NewCommand) error { got = append(got, c); return nil }
	form := url.Values{"until": {b.Pages.Day(7)}, "reason": {"abroad"}, "note": {"Nota digitata"}, "what-" + apitest.SomeID: {"keep"}}
	unsaid := b.Submit(address, withKey(form, "a"))
	require.Equal(t, http.StatusUnprocessableEntity, unsaid.StatusCode)
	page := apitest.ReadPage(t, unsaid)
	apitest.CheckProblems(t, page)
	require.Contains(t, page.Main(t).Words(), "Nota digitata")
	require.Empty(t, got, "nothing is done before all is said")

	form.Set("what-"+apitest.AnotherID, "move")
	require.Equal(t, http.StatusUnprocessableEntity, b.Submit(address, withKey(form, "b")).StatusCode, "to no time")
	require.Empty(t, got)

	form.Set("what-"+apitest.AnotherID, "cancel")
	require.Equal(t, http.StatusSeeOther, b.Submit(address, withKey(form, "c")).StatusCode)
	require.Len(t, got, 2)
	require.Equal(t, care.OpCancelMeeting, got[0].Operation)
	require.Equal(t, apitest.AnotherID, got[0].Target)
	suspended, err := catalogue.Suspend.Decode(got[1].Data)
	require.NoError(t, err)
	require.Equal(t, []string{apitest.SomeID}, suspended.Kept)
	require.True(t, suspended.Tell)
	require.EqualValues(t, care.Cancelled, got[1].Answer.Outcome)
}
