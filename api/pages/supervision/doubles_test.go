package supervision_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
)

// Files that may be of one person stand side by side with why, and with what may be done.
func TestLikelyDoublesStandSideBySide(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	require.Contains(t, b.Open(t, "/fascicoli").Words(), "Possibili doppioni")
	page := apitest.ReadPage(t, b.Visit("/doppioni")).Main(t)
	for _, words := range []string{"Nomi simili, stessa data di nascita", "Mohammed El Provassi", "Muhammad Elprovassi", "PROVA-2026-00002", "12 maggio 1990", "Uno dei due è chiuso", "1990, il giorno non si sa"} {
		require.Contains(t, page.Words(), words)
	}
	merge, ok := page.First("a", "href", "/fascicoli/"+apitest.SomeID+"/unisci")
	require.True(t, ok, "the newer one ends")
	require.Contains(t, merge.Words(), "PROVA-2026-00001 e PROVA-2026-00002")

	path := "/doppioni/" + apitest.AnotherID + "/diverse"
	answer := b.Submit(path, url.Values{"other": {apitest.SomeID}})
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.Equal(t, http.StatusNotFound, b.Submit(path, url.Values{"other": {apitest.AnotherID}}).StatusCode)
	b.LogIn(apitest.SomeCPI.Subject)
	require.Equal(t, http.StatusForbidden, b.Visit("/doppioni").StatusCode)
	require.Equal(t, http.StatusForbidden, b.Submit(path, url.Values{"other": {apitest.SomeID}}).StatusCode)
}
