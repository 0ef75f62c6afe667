package endtoend

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/health"
)

// look asks a probe; 0: nobody answers.
func look(t *testing.T, address string) (code int, parts map[string]any) {
	t.Helper()
	client := &http.Client{Timeout: 5 * time.Second}
	res, err := client.Get(address)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = res.Body.Close() }()
	var body struct {
		Parts map[string]any `json:"parts"`
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&body), address)
	return res.StatusCode, body.Parts
}

// The only worker is stopped in its tracks: within 30 s the status says so, and then
// the case whose entry nobody works. The API stays alive and ready. A second worker
// takes over, while the first is still stopped.
func TestAStoppedWorkerIsSeen(t *testing.T) {
	t.Parallel()
	s := open(t, "prato")
	a := s.stack.Addresses()
	is := func(want int, address string) {
		t.Helper()
		require.Eventually(t, func() bool { code, _ := look(t, address); return code == want }, 30*time.Second, 100*time.Millisecond, address)
	}
	for _, address := range []string{a.Pages + "/livez", a.Pages + "/readyz", a.Pages + "/status", a.Worker + "/livez", a.Worker + "/readyz"} {
		is(http.StatusOK, address)
	}
	id := s.openCase()
	task, role := s.task(id, care.FirstListening)

	stopped := time.Now()
	require.NoError(t, s.stack.Pause(standalone.Worker))
	code, _ := look(t, a.Worker+"/livez")
	require.Zero(t, code, "the fault did not fire")
	s.insistAccepted(role, task)
	is(http.StatusServiceUnavailable, a.Pages+"/status")
	t.Logf("seen after %s", time.Since(stopped))
	_, parts := look(t, a.Pages+"/status")
	require.Equal(t, map[string]any{"postgres": "ok", "temporal": "ok", "worker": "away", "mail": "ok", "entries": "ok", "audit": "ok"}, parts)
	is(http.StatusOK, a.Pages+"/livez")
	is(http.StatusOK, a.Pages+"/readyz")
	require.Eventually(t, func() bool {
		c, err := s.try(care.Supervisor, http.MethodGet, "/case-files/"+id, "", nil)
		require.NoError(t, err)
		waiting := c.body["waiting"].(map[string]any)
		return waiting["health"] == string(health.Broken) && waiting["cause"] == "no_worker"
	}, health.Grace+30*time.Second, 100*time.Millisecond)
	t.Logf("seen in its case after %s", time.Since(stopped))

	other := s.stack.Command(t.Context(), standalone.Worker, "worker")
	require.NoError(t, other.Start())
	is(http.StatusOK, a.Pages+"/status")
	s.task(id, care.Orientation)
	require.NoError(t, other.Process.Kill())
	_ = other.Wait()
	is(http.StatusServiceUnavailable, a.Pages+"/status")
	require.NoError(t, s.stack.Resume(standalone.Worker))
	is(http.StatusOK, a.Pages+"/status")
	is(http.StatusOK, a.Worker+"/livez")
}
