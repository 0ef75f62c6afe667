package act_test

import (
	"net/http"
	"testing"

	"go.temporal.io/api/serviceerror"

	"percorso/api/apitest"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Whoever is told at once that something was refused has what they typed, and needs
// no notice; whoever was told that it is accepted keeps it.
func TestWhoIsToldAtOnceNeedsNoNotice(t *testing.T) {
	r := apitest.NewRig(t)
	r.Temporal.Result = ledger.Result{Refusal: care.RefusedNotHeld}
	r.Records.OnCommand = func(c ledger.Command) ledger.Command {
		c.State, c.Refusal = ledger.CommandRefused, &care.Refusal{Code: care.RefusedNotHeld}
		return c
	}
	r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k1").Problem(t, care.RefusedNotHeld)
	if len(r.Records.Dismissed) != 1 {
		t.Errorf("dismissed: %v", r.Records.Dismissed)
	}

	r.Temporal.Err, r.Records.OnCommand = serviceerror.NewUnavailable("away"), nil
	if late := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k2"); late.StatusCode != http.StatusAccepted || len(r.Records.Dismissed) != 1 {
		t.Errorf("%d, dismissed: %v", late.StatusCode, r.Records.Dismissed)
	}
}
