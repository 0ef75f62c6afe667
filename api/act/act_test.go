package act_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"percorso/api/apitest"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/eligibility"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

const heard = `{"outcome":"heard","needs":["labour"]}`

func TestCommandIsWorkedOnceHoweverOftenItIsSent(t *testing.T) {
	r := apitest.NewRig(t)
	first := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k1")
	if first.StatusCode != http.StatusOK || first.JSON["state"] != "worked" || first.JSON["target"] != apitest.SomeID {
		t.Fatalf("%d %s", first.StatusCode, first.Text)
	}
	u := r.Temporal.Updates[0]
	entry := u.Args[0].(ledger.Entry)
	if u.UpdateID != first.JSON["id"] || u.UpdateName != contract.Work || u.WorkflowID != r.Records.OneTask.Run ||
		entry.Target != apitest.SomeID || entry.Answer.Operation != care.OpComplete || entry.Answer.Outcome != "heard" {
		t.Errorf("update: %+v", u)
	}
	second := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k1")
	if second.StatusCode != first.StatusCode || second.Text != first.Text {
		t.Errorf("repeated: %d %s, first %s", second.StatusCode, second.Text, first.Text)
	}
	r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", `{"outcome":"heard","needs":["labour"],"note":"altro"}`, "k1").Problem(t, problem.KeyReused)
}

func TestRepetitionIsAnsweredWhenTheFormWouldBeRefusedByNow(t *testing.T) {
	r := apitest.NewRig(t)
	first := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k1")
	r.Records.OneTask.Kind = care.Closure // the same form is invalid for it
	if again := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k1"); again.Text == "" || again.StatusCode != first.StatusCode {
		t.Errorf("repeated: %d %s", again.StatusCode, again.Text)
	}
	r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k2").Problem(t, problem.Invalid)
}

func TestDurableCommandIsNeverAnError(t *testing.T) {
	for name, set := range map[string]func(*apitest.Rig){
		"Temporal away":        func(r *apitest.Rig) { r.Temporal.Err = serviceerror.NewUnavailable("away") },
		"late":                 func(r *apitest.Rig) { r.Temporal.Err = context.DeadlineExceeded },
		"the run is not there": func(r *apitest.Rig) { r.Temporal.Err = serviceerror.NewNotFound("no run") },
		"and Postgres is away": func(r *apitest.Rig) {
			r.Temporal.Err = errors.New("away")
			r.Records.Fail = nil
			r.Records.OnCommand = nil
		},
		"an older run answered": func(r *apitest.Rig) { r.Temporal.Result = ledger.Result{} },
	} {
		t.Run(name, func(t *testing.T) {
			r := apitest.NewRig(t)
			set(r)
			a := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k1")
			id, _ := a.JSON["id"].(string)
			if a.StatusCode != http.StatusAccepted || a.JSON["state"] != "accepted" || a.Header.Get("Location") != rest.Prefix+"/commands/"+id {
				t.Fatalf("%d %s %s", a.StatusCode, a.Header.Get("Location"), a.Text)
			}
			if c := r.As(apitest.SomeWorker, http.MethodGet, a.Header.Get("Location"), ""); c.StatusCode != http.StatusOK || c.JSON["id"] != id {
				t.Errorf("command: %d %s", c.StatusCode, c.Text)
			}
		})
	}
}

func TestRowDecidesAfterAClientError(t *testing.T) {
	r := apitest.NewRig(t)
	r.Temporal.Err = context.DeadlineExceeded
	r.Records.OnCommand = func(c ledger.Command) ledger.Command { c.State = ledger.CommandWorked; return c }
	if a := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k1"); a.StatusCode != http.StatusOK || a.JSON["state"] != "worked" {
		t.Errorf("%d %s", a.StatusCode, a.Text)
	}
}

func TestRefusals(t *testing.T) {
	for code, status := range map[string]int{
		care.RefusedTaken: 409, care.RefusedNotAwaited: 409, care.RefusedEnded: 409, care.RefusedNotHeld: 409,
		care.RefusedForbidden: 403, care.RefusedInvalid: 422,
	} {
		t.Run(code, func(t *testing.T) {
			r := apitest.NewRig(t)
			r.Temporal.Result = ledger.Result{Refusal: code}
			r.Records.OnCommand = func(c ledger.Command) ledger.Command {
				c.State, c.Refusal = ledger.CommandRefused, &care.Refusal{Code: code, Role: care.SocialWorker}
				return c
			}
			p := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/complete", heard, "k1").Problem(t, code)
			if p.Status != status || p.Role != care.SocialWorker || !strings.Contains(p.Detail, "social_worker") {
				t.Errorf("%+v", p)
			}
			for _, c := range r.Records.Commands {
				a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/commands/"+c.ID, "")
				if refusal, _ := a.JSON["refusal"].(map[string]any); a.JSON["state"] != "refused" || refusal["code"] != code {
					t.Errorf("command: %s", a.Text)
				}
			}
		})
	}
}

func TestLostRaceIsToldTheHoldersRole(t *testing.T) {
	r := apitest.NewRig(t)
	r.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) {
		return &care.Refusal{Code: care.RefusedTaken, Role: care.LabourPolicyExpert}, nil
	}
	p := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/claim", "", "k1").Problem(t, care.RefusedTaken)
	if p.Role != care.LabourPolicyExpert {
		t.Errorf("%+v", p)
	}
	if len(r.Temporal.Updates) > 0 {
		t.Error("a claim woke a process")
	}
}

func TestSupervisorsOperationsAreTheirs(t *testing.T) {
	r := apitest.NewRig(t)
	for _, path := range []string{"/tasks/" + apitest.SomeID + "/remind", "/tasks/" + apitest.SomeID + "/reassign", "/tasks/" + apitest.SomeID + "/extend"} {
		r.Post(apitest.SomeWorker, path, `{}`, "k1").Problem(t, care.RefusedForbidden)
	}
	r.Post(apitest.SomeWorker, "/case-files/"+apitest.AnotherID+"/policy-renewal", "", "k1").Problem(t, care.RefusedForbidden)
	_, err := r.Door().Do(t.Context(), apitest.SomeWorker, catalogue.RenewPolicy.Command(apitest.AnotherID, "k1", catalogue.None{}))
	require.Equal(t, &care.Refusal{Code: care.RefusedForbidden, Operation: care.OpRenewPolicy}, err, "so that it is said who may")
	if a := r.Post(apitest.SomeSupervisor, "/tasks/"+apitest.SomeID+"/remind", `{}`, "k1"); a.StatusCode != http.StatusOK {
		t.Errorf("remind: %d %s", a.StatusCode, a.Text)
	}
	if a := r.Post(apitest.SomeSupervisor, "/case-files/"+apitest.AnotherID+"/policy-renewal", "", "k2"); a.StatusCode != http.StatusOK {
		t.Errorf("renewal: %d %s", a.StatusCode, a.Text)
	}
	if u := r.Temporal.Updates[0]; u.WorkflowID != "case/"+apitest.AnotherID {
		t.Errorf("renewal went to %s", u.WorkflowID)
	}
}

func TestOpeningStartsItsRun(t *testing.T) {
	r := apitest.NewRig(t)
	a := r.Post(apitest.SomeWorker, "/case-files", apitest.Opening, "k1")
	id, _ := a.JSON["case_file_id"].(string)
	if a.StatusCode != http.StatusCreated || id == "" || a.Header.Get("Location") != rest.Prefix+"/case-files/"+id {
		t.Fatalf("%d %s %s", a.StatusCode, a.Header.Get("Location"), a.Text)
	}
	start := r.Temporal.Started[0]
	if start.ID != "case/"+id || start.TaskQueue != contract.TaskQueue ||
		start.WorkflowIDConflictPolicy != enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING ||
		start.WorkflowIDReusePolicy != enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE {
		t.Errorf("start: %+v", start)
	}
	p := r.Post(apitest.SomeWorker, "/case-files", strings.Replace(apitest.Opening, `"MA"`, `"IT"`, 1), "k2").Problem(t, problem.Invalid)
	if len(p.Errors) != 1 || p.Errors[0].Field != "person.citizenship" || p.Errors[0].Rule != eligibility.RuleLevel1Foreign || p.Errors[0].Message == "" {
		t.Errorf("gate: %+v", p.Errors)
	}
	r.Post(apitest.SomeCPI, "/case-files", apitest.Opening, "k1").Problem(t, care.RefusedForbidden)
}

func TestReferralMoves(t *testing.T) {
	r := apitest.NewRig(t)
	if a := r.Post(apitest.SomeCPI, "/referrals/"+apitest.SomeID+"/acknowledge", `{}`, "k1"); a.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", a.StatusCode, a.Text)
	}
	if u := r.Temporal.Updates[0]; u.WorkflowID != apitest.SomeReferral.Run {
		t.Errorf("went to %s", u.WorkflowID)
	}
	p := r.Post(apitest.SomeCPI, "/referrals/"+apitest.SomeID+"/reject", `{}`, "k2").Problem(t, problem.Invalid)
	if len(p.Errors) != 1 || p.Errors[0].Field != "reason" || p.Errors[0].Rule != care.RuleRequired {
		t.Errorf("%+v", p.Errors)
	}
	for who, want := range map[*care.Staff]int{&apitest.SomeCPI: 3, &apitest.SomeWorker: 1} {
		a := r.As(*who, http.MethodGet, rest.Prefix+"/referrals/"+apitest.SomeID, "")
		if moves, _ := a.JSON["allowed"].([]any); len(moves) != want {
			t.Errorf("%s may %v", who.Role, a.JSON["allowed"])
		}
	}
}

func TestMailSystemReportsBounces(t *testing.T) {
	r := apitest.NewRig(t)
	body := `{"run":"case/` + apitest.AnotherID + `","mail":"` + apitest.SomeID + `"}`
	r.Post(apitest.SomeWorker, "/mail-bounces", body, "k1").Problem(t, care.RefusedForbidden)
	for range 2 {
		if a := r.Post(apitest.SomeMailer, "/mail-bounces", body, "k1"); a.StatusCode != http.StatusAccepted {
			t.Fatalf("%d %s", a.StatusCode, a.Text)
		}
	}
	r.Post(apitest.SomeMailer, "/mail-bounces", strings.ReplaceAll(body, apitest.SomeID, apitest.AnotherID), "k2").Problem(t, problem.NotFound)
	if s := r.Temporal.Signals; len(s) != 0 {
		t.Errorf("nothing of a path hangs on it: %+v", s)
	}
	// It is listed with an agency, and reads nothing of what that agency reads.
	r.As(apitest.SomeMailer, http.MethodGet, rest.Prefix+"/case-files", "").Problem(t, care.RefusedForbidden)
	r.As(apitest.SomeMailer, http.MethodGet, rest.Prefix+"/me", "").Problem(t, care.RefusedForbidden)
}
