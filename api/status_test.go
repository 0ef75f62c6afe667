package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"percorso/api/apitest"
)

func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*apitest.Rig)
		code int
		want string
	}{
		"all there":     {func(*apitest.Rig) {}, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"ok"}}`},
		"no Postgres":   {func(r *apitest.Rig) { r.Records.Fail = errors.New("away") }, 503, `{"status":"away","parts":{"postgres":"away","temporal":"ok","worker":"ok","mail":"ok"}}`},
		"mails held":    {func(r *apitest.Rig) { r.Mails.Now.Held = 3 }, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"held"}}`},
		"no worker":     {func(r *apitest.Rig) { r.Temporal.Polled = r.Now.Add(-2 * time.Minute) }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"away","mail":"ok"}}`},
		"never any":     {func(r *apitest.Rig) { r.Temporal.Polled = time.Time{} }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"away","mail":"ok"}}`},
		"Temporal away": {func(r *apitest.Rig) { r.Temporal.Err = errors.New("away") }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"away","worker":"away","mail":"ok"}}`},
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
