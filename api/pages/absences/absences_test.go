package absences_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
)

func days(first, last [3]string) url.Values {
	return url.Values{
		"key": {"prova"}, "first-day": {first[0]}, "first-month": {first[1]}, "first-year": {first[2]},
		"last-day": {last[0]}, "last-month": {last[1]}, "last-year": {last[2]}, "substitute": {apitest.AnotherID},
	}
}

// Whoever is away says so themselves, changes it and ends it.
func TestSomebodyIsAway(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := b.Open(t, "/assenze").Words()
	for _, words := range []string{"La tua assenza", "Nessun sostituto per nome", "Termina oggi", "Segna l’assenza", "Il motivo non si scrive"} {
		require.Contains(t, page, words)
	}
	require.NotContains(t, page, "Chi è assente", "for nobody else")

	// What cannot be read is told with the rest, and nothing is lost.
	bad := b.Send(t, "/assenze", days([3]string{"31", "2", "2027"}, [3]string{"3", "", "2027"}))
	require.Equal(t, http.StatusUnprocessableEntity, bad.StatusCode)
	require.Contains(t, bad.Text, `value="31"`)
	require.Contains(t, bad.Text, `id="first-errore"`)
	require.Contains(t, bad.Text, `id="last-month-errore"`)
	over := b.Send(t, "/assenze", days([3]string{"3", "1", "2020"}, [3]string{"2", "1", "2020"}))
	require.Equal(t, http.StatusUnprocessableEntity, over.StatusCode)
	require.Contains(t, over.Text, `id="last-errore"`)

	year := b.Now.Format("2006")
	right := days([3]string{"30", "12", year}, [3]string{"31", "12", year})
	for path, says := range map[string]string{"/assenze": "L’assenza è segnata.", "/assenze/" + apitest.SomeID: "L’assenza è cambiata.", "/assenze/" + apitest.SomeID + "/termina": "L’assenza è tolta."} {
		done := b.Send(t, path, right)
		require.Equal(t, http.StatusSeeOther, done.StatusCode, path)
		require.Contains(t, b.Open(t, "/assenze").Words(), says)
	}
	change := b.Open(t, "/assenze/"+apitest.SomeID)
	require.Contains(t, change.Words(), "Cambia la tua assenza")
	require.Contains(t, change.Words(), "Com’è adesso: da ")
	today := b.Now.Format("2006-01-02")
	require.Contains(t, change.Text, `name="seen" value="`+today+` `)
	require.Equal(t, http.StatusNotFound, b.Open(t, "/assenze/"+apitest.AnotherID).StatusCode)
	require.Equal(t, http.StatusNotFound, b.Send(t, "/assenze/"+apitest.AnotherID, right).StatusCode)
	require.Equal(t, http.StatusSeeOther, b.Send(t, "/assenze/"+apitest.AnotherID+"/termina", url.Values{}).StatusCode, "it has ended already")

	// Who ends what has been changed since is shown how it is now.
	require.Contains(t, b.Open(t, "/assenze").Text, `name="seen" value="`+today+` `)
	changed := b.Send(t, "/assenze/"+apitest.SomeID+"/termina", url.Values{"seen": {today + " " + today}})
	require.Equal(t, http.StatusConflict, changed.StatusCode)
	require.Contains(t, changed.Words(), "Nel frattempo qualcun altro ha cambiato questa assenza")
	require.Contains(t, changed.Words(), "La tua assenza")

	b.LogIn(apitest.SomeSupervisor.Subject)
	page = b.Open(t, "/assenze").Words()
	require.Contains(t, page, "Chi è assente")
	require.Contains(t, page, "Le altre assenze della zona")
}
