package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"percorso/api/apitest"
	"percorso/internal/ledger"
)

func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*apitest.Rig)
		code int
		want string
	}{
		"all there":     {func(*apitest.Rig) {}, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"ok","entries":"ok","audit":"ok"}}`},
		"no Postgres":   {func(r *apitest.Rig) { r.Records.Fail = errors.New("away") }, 503, `{"status":"away","parts":{"postgres":"away","temporal":"ok","worker":"ok","mail":"ok","entries":"away","audit":"ok"}}`},
		"mails held":    {func(r *apitest.Rig) { r.Mails.Now.Held = 3 }, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"held","entries":"ok","audit":"ok"}}`},
		"deferred":      {func(r *apitest.Rig) { r.Records.Deferred = "22001" }, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"ok","entries":"deferred","audit":"ok"}}`},
		"no worker":     {func(r *apitest.Rig) { r.Temporal.Polled = r.Now.Add(-2 * time.Minute) }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"away","mail":"ok","entries":"ok","audit":"ok"}}`},
		"never any":     {func(r *apitest.Rig) { r.Temporal.Polled = time.Time{} }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"away","mail":"ok","entries":"ok","audit":"ok"}}`},
		"silent worker": {func(r *apitest.Rig) { r.Workers.Said = ledger.Workers{{ID: "w"}} }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"away","mail":"ok","entries":"ok","audit":"ok"}}`},
		"one of two":    {func(r *apitest.Rig) { r.Workers.Said = ledger.Workers{{ID: "w"}, {ID: "v", AtWork: true}} }, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"ok","entries":"ok","audit":"ok"}}`},
		"other version": {func(r *apitest.Rig) { r.Workers.Said = ledger.Workers{{}, {Build: "other", AtWork: true}} }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"stands_by","mail":"ok","entries":"ok","audit":"ok"}}`},
		"older workers": {func(r *apitest.Rig) { r.Workers.Said = ledger.Workers{{Build: "other", AtWork: true}} }, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"ok","entries":"ok","audit":"ok"}}`},
		"newer awaited": {func(r *apitest.Rig) { r.Workers.Now.Beyond = 2 }, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"older","mail":"ok","entries":"ok","audit":"ok"}}`},
		"not sealed":    {func(r *apitest.Rig) { r.Unsealed = true }, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"ok","entries":"ok","audit":"unsealed"}}`},
		"Temporal away": {func(r *apitest.Rig) { r.Temporal.Err = errors.New("away") }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"away","worker":"away","mail":"ok","entries":"ok","audit":"ok"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := apitest.NewRig(t)
			c.set(r)
			a := r.Do(http.DefaultClient, r.Request(http.MethodGet, "/status", ""))
			if a.StatusCode != c.code || strings.TrimSpace(a.Text) != c.want {
				t.Errorf("%d %s", a.StatusCode, a.Text)
			}
		})
	}
}

// TestReadyz: without Postgres, or on a schema that is not its own, the API serves
// nobody. Without Temporal or workers it takes what is asked, and says that they are away.
func TestReadyz(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*apitest.Rig)
		code int
		want string
	}{
		"all there":     {func(*apitest.Rig) {}, 200, `{"status":"ok","parts":{"postgres":"ok","schema":"ok","temporal":"ok","worker":"ok"}}`},
		"no Postgres":   {func(r *apitest.Rig) { r.Records.Fail = errors.New("away") }, 503, `{"status":"away","parts":{"postgres":"away","schema":"ok","temporal":"ok","worker":"ok"}}`},
		"other schema":  {func(r *apitest.Rig) { r.Schema = errors.New("behind") }, 503, `{"status":"away","parts":{"postgres":"ok","schema":"away","temporal":"ok","worker":"ok"}}`},
		"silent worker": {func(r *apitest.Rig) { r.Workers.Said = ledger.Workers{{ID: "w"}} }, 200, `{"status":"ok","parts":{"postgres":"ok","schema":"ok","temporal":"ok","worker":"away"}}`},
		"other version": {func(r *apitest.Rig) { r.Workers.Said = ledger.Workers{{}, {Build: "other", AtWork: true}} }, 200, `{"status":"ok","parts":{"postgres":"ok","schema":"ok","temporal":"ok","worker":"stands_by"}}`},
		"newer awaited": {func(r *apitest.Rig) { r.Workers.Now.Beyond = 2 }, 200, `{"status":"ok","parts":{"postgres":"ok","schema":"ok","temporal":"ok","worker":"older"}}`},
		"Temporal away": {func(r *apitest.Rig) { r.Temporal.Err = errors.New("away") }, 200, `{"status":"ok","parts":{"postgres":"ok","schema":"ok","temporal":"away","worker":"away"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := apitest.NewRig(t)
			c.set(r)
			a := r.Do(http.DefaultClient, r.Request(http.MethodGet, "/readyz", ""))
			if a.StatusCode != c.code || strings.TrimSpace(a.Text) != c.want {
				t.Errorf("%d %s", a.StatusCode, a.Text)
			}
			// Alive it is in any case: to start it again would mend nothing.
			if a := r.Do(http.DefaultClient, r.Request(http.MethodGet, "/livez", "")); a.StatusCode != 200 || strings.TrimSpace(a.Text) != `{"status":"ok"}` {
				t.Errorf("livez: %d %s", a.StatusCode, a.Text)
			}
		})
	}
}

// TestHeadersAlone: whoever asks for the headers gets those of the answer, at every kind of address.
func TestHeadersAlone(t *testing.T) {
	r := apitest.NewRig(t)
	for path, code := range map[string]int{
		"/status": http.StatusOK, "/openapi.json": http.StatusOK, "/api/v1/tasks": http.StatusUnauthorized, "/nowhere": http.StatusNotFound, "/logout": http.StatusMethodNotAllowed,
	} {
		a := r.Do(http.DefaultClient, r.Request(http.MethodHead, path, ""))
		whole := r.Do(http.DefaultClient, r.Request(http.MethodGet, path, ""))
		if a.StatusCode != code || whole.StatusCode != code || a.Text != "" || a.Header.Get("Content-Type") != whole.Header.Get("Content-Type") {
			t.Errorf("%s: %d %q %s, whole: %d %s", path, a.StatusCode, a.Text, a.Header.Get("Content-Type"), whole.StatusCode, whole.Header.Get("Content-Type"))
		}
	}
}
