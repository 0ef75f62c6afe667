package supervision_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
)

// The supervisor finds who read a case that is another zone's now, and nobody else does.
func TestWhoReadHandedOverCasesIsFound(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	require.Contains(t, b.Open(t, "/casi-bloccati").Words(), "Fascicoli passati ad altre zone")
	require.Contains(t, b.Open(t, "/fascicoli-passati").Words(), "Fascicolo PROVA-2026-00003")
	reads := b.Open(t, "/fascicoli/"+apitest.AnotherID+"/letture?da=passati")
	require.Equal(t, http.StatusOK, reads.StatusCode)
	require.Contains(t, reads.Words(), "Fascicoli passati ad altre zone")

	b.LogIn(apitest.SomeWorker.Subject)
	require.Equal(t, http.StatusForbidden, b.Open(t, "/fascicoli-passati").StatusCode)
}
