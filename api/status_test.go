package api

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*rig)
		code int
		want string
	}{
		"all there":     {func(*rig) {}, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"ok"}}`},
		"no Postgres":   {func(r *rig) { r.records.fail = errors.New("away") }, 503, `{"status":"away","parts":{"postgres":"away","temporal":"ok","worker":"ok","mail":"ok"}}`},
		"mails held":    {func(r *rig) { r.mails.state.Held = 3 }, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok","mail":"held"}}`},
		"no worker":     {func(r *rig) { r.temporal.polled = r.now.Add(-2 * time.Minute) }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"away","mail":"ok"}}`},
		"never any":     {func(r *rig) { r.temporal.polled = time.Time{} }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"away","mail":"ok"}}`},
		"Temporal away": {func(r *rig) { r.temporal.err = errors.New("away") }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"away","worker":"away","mail":"ok"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c.set(r)
			a := r.do(http.DefaultClient, r.request(http.MethodGet, "/status", ""))
			if a.StatusCode != c.code || strings.TrimSpace(a.text) != c.want {
				t.Errorf("%d %s", a.StatusCode, a.text)
			}
		})
	}
}
