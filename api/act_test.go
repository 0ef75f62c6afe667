package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

const heard = `{"outcome":"heard","needs":["labour"]}`

func TestCommandIsWorkedOnceHoweverOftenItIsSent(t *testing.T) {
	r := newRig(t)
	first := r.post(someWorker, "/tasks/"+someID+"/complete", heard, "k1")
	if first.StatusCode != http.StatusOK || first.body["state"] != "worked" || first.body["target"] != someID {
		t.Fatalf("%d %s", first.StatusCode, first.text)
	}
	u := r.temporal.updates[0]
	entry := u.Args[0].(ledger.Entry)
	if u.UpdateID != first.body["id"] || u.UpdateName != contract.Work || u.WorkflowID != r.records.task.Run ||
		entry.Target != someID || entry.Answer.Operation != care.OpComplete || entry.Answer.Outcome != "heard" {
		t.Errorf("update: %+v", u)
	}
	second := r.post(someWorker, "/tasks/"+someID+"/complete", heard, "k1")
	if second.StatusCode != first.StatusCode || second.text != first.text {
		t.Errorf("repeated: %d %s, first %s", second.StatusCode, second.text, first.text)
	}
	r.post(someWorker, "/tasks/"+someID+"/complete", `{"outcome":"heard","needs":["labour"],"note":"altro"}`, "k1").problem(t, problem.KeyReused)
}

func TestRepetitionIsAnsweredWhenTheFormWouldBeRefusedByNow(t *testing.T) {
	r := newRig(t)
	first := r.post(someWorker, "/tasks/"+someID+"/complete", heard, "k1")
	r.records.task.Kind = care.Closure // the same form is invalid for it
	if again := r.post(someWorker, "/tasks/"+someID+"/complete", heard, "k1"); again.text == "" || again.StatusCode != first.StatusCode {
		t.Errorf("repeated: %d %s", again.StatusCode, again.text)
	}
	r.post(someWorker, "/tasks/"+someID+"/complete", heard, "k2").problem(t, problem.Invalid)
}

func TestDurableCommandIsNeverAnError(t *testing.T) {
	for name, set := range map[string]func(*rig){
		"Temporal away":         func(r *rig) { r.temporal.err = serviceerror.NewUnavailable("away") },
		"late":                  func(r *rig) { r.temporal.err = context.DeadlineExceeded },
		"the run is not there":  func(r *rig) { r.temporal.err = serviceerror.NewNotFound("no run") },
		"and Postgres is away":  func(r *rig) { r.temporal.err = errors.New("away"); r.records.fail = nil; r.records.worked = nil },
		"an older run answered": func(r *rig) { r.temporal.result = ledger.Result{} },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			set(r)
			a := r.post(someWorker, "/tasks/"+someID+"/complete", heard, "k1")
			id, _ := a.body["id"].(string)
			if a.StatusCode != http.StatusAccepted || a.body["state"] != "accepted" || a.Header.Get("Location") != rest.Prefix+"/commands/"+id {
				t.Fatalf("%d %s %s", a.StatusCode, a.Header.Get("Location"), a.text)
			}
			if c := r.as(someWorker, http.MethodGet, a.Header.Get("Location"), ""); c.StatusCode != http.StatusOK || c.body["id"] != id {
				t.Errorf("command: %d %s", c.StatusCode, c.text)
			}
		})
	}
}

func TestRowDecidesAfterAClientError(t *testing.T) {
	r := newRig(t)
	r.temporal.err = context.DeadlineExceeded
	r.records.worked = func(c ledger.Command) ledger.Command { c.State = ledger.CommandWorked; return c }
	if a := r.post(someWorker, "/tasks/"+someID+"/complete", heard, "k1"); a.StatusCode != http.StatusOK || a.body["state"] != "worked" {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
}

func TestRefusals(t *testing.T) {
	for code, status := range map[string]int{
		care.RefusedTaken: 409, care.RefusedNotAwaited: 409, care.RefusedEnded: 409, care.RefusedNotHeld: 409,
		care.RefusedForbidden: 403, care.RefusedInvalid: 422,
	} {
		t.Run(code, func(t *testing.T) {
			r := newRig(t)
			r.temporal.result = ledger.Result{Refusal: code}
			r.records.worked = func(c ledger.Command) ledger.Command {
				c.State, c.Refusal = ledger.CommandRefused, &care.Refusal{Code: code, Role: care.SocialWorker}
				return c
			}
			p := r.post(someWorker, "/tasks/"+someID+"/complete", heard, "k1").problem(t, code)
			if p.Status != status || p.Role != care.SocialWorker || !strings.Contains(p.Detail, "social_worker") {
				t.Errorf("%+v", p)
			}
			for _, c := range r.records.commands {
				a := r.as(someWorker, http.MethodGet, rest.Prefix+"/commands/"+c.ID, "")
				if refusal, _ := a.body["refusal"].(map[string]any); a.body["state"] != "refused" || refusal["code"] != code {
					t.Errorf("command: %s", a.text)
				}
			}
		})
	}
}

func TestLostRaceIsToldTheHoldersRole(t *testing.T) {
	r := newRig(t)
	r.records.assign = func(ledger.NewCommand) (*care.Refusal, error) {
		return &care.Refusal{Code: care.RefusedTaken, Role: care.LabourPolicyExpert}, nil
	}
	p := r.post(someWorker, "/tasks/"+someID+"/claim", "", "k1").problem(t, care.RefusedTaken)
	if p.Role != care.LabourPolicyExpert {
		t.Errorf("%+v", p)
	}
	if len(r.temporal.updates) > 0 {
		t.Error("a claim woke a process")
	}
}

func TestSupervisorsOperationsAreTheirs(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/tasks/" + someID + "/remind", "/tasks/" + someID + "/reassign", "/tasks/" + someID + "/extend"} {
		r.post(someWorker, path, `{}`, "k1").problem(t, care.RefusedForbidden)
	}
	r.post(someWorker, "/case-files/"+anotherID+"/policy-renewal", "", "k1").problem(t, care.RefusedForbidden)
	if a := r.post(someSupervisor, "/tasks/"+someID+"/remind", `{}`, "k1"); a.StatusCode != http.StatusOK {
		t.Errorf("remind: %d %s", a.StatusCode, a.text)
	}
	if a := r.post(someSupervisor, "/case-files/"+anotherID+"/policy-renewal", "", "k2"); a.StatusCode != http.StatusOK {
		t.Errorf("renewal: %d %s", a.StatusCode, a.text)
	}
	if u := r.temporal.updates[0]; u.WorkflowID != "case/"+anotherID {
		t.Errorf("renewal went to %s", u.WorkflowID)
	}
}

const opening = `{"person":{"given_name":"Persona","family_name":"Prova 0001","birth_date":"1990-05-01","citizenship":"MA","languages":["ar"]},
	"needs":["labour"],"channel":"in_person","topic":"labour","notice_given":true,"notice_version":"1"}`

func TestOpeningStartsItsRun(t *testing.T) {
	r := newRig(t)
	a := r.post(someWorker, "/case-files", opening, "k1")
	id, _ := a.body["case_file_id"].(string)
	if a.StatusCode != http.StatusCreated || id == "" || a.Header.Get("Location") != rest.Prefix+"/case-files/"+id {
		t.Fatalf("%d %s %s", a.StatusCode, a.Header.Get("Location"), a.text)
	}
	start := r.temporal.started[0]
	if start.ID != "case/"+id || start.TaskQueue != contract.TaskQueue ||
		start.WorkflowIDConflictPolicy != enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING ||
		start.WorkflowIDReusePolicy != enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE {
		t.Errorf("start: %+v", start)
	}
	p := r.post(someWorker, "/case-files", strings.Replace(opening, `"MA"`, `"IT"`, 1), "k2").problem(t, problem.Invalid)
	if len(p.Errors) != 1 || p.Errors[0].Field != "person.citizenship" || p.Errors[0].Rule != care.RuleLevel1Foreign || p.Errors[0].Message == "" {
		t.Errorf("gate: %+v", p.Errors)
	}
	r.post(someCPI, "/case-files", opening, "k1").problem(t, care.RefusedForbidden)
}

func TestReferralMoves(t *testing.T) {
	r := newRig(t)
	if a := r.post(someCPI, "/referrals/"+someID+"/acknowledge", `{}`, "k1"); a.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", a.StatusCode, a.text)
	}
	if u := r.temporal.updates[0]; u.WorkflowID != someReferral.Run {
		t.Errorf("went to %s", u.WorkflowID)
	}
	p := r.post(someCPI, "/referrals/"+someID+"/reject", `{}`, "k2").problem(t, problem.Invalid)
	if len(p.Errors) != 1 || p.Errors[0].Field != "reason" || p.Errors[0].Rule != care.RuleRequired {
		t.Errorf("%+v", p.Errors)
	}
	for who, want := range map[*care.Staff]int{&someCPI: 3, &someWorker: 1} {
		a := r.as(*who, http.MethodGet, rest.Prefix+"/referrals/"+someID, "")
		if moves, _ := a.body["allowed"].([]any); len(moves) != want {
			t.Errorf("%s may %v", who.Role, a.body["allowed"])
		}
	}
}

func TestMailSystemReportsBounces(t *testing.T) {
	r := newRig(t)
	body := `{"run":"case/` + anotherID + `","mail":"` + someID + `"}`
	r.post(someWorker, "/mail-bounces", body, "k1").problem(t, care.RefusedForbidden)
	for range 2 {
		if a := r.post(someMailer, "/mail-bounces", body, "k1"); a.StatusCode != http.StatusAccepted {
			t.Fatalf("%d %s", a.StatusCode, a.text)
		}
	}
	r.post(someMailer, "/mail-bounces", strings.ReplaceAll(body, someID, anotherID), "k2").problem(t, problem.NotFound)
	if s := r.temporal.signals; len(s) != 0 {
		t.Errorf("nothing of a path hangs on it: %+v", s)
	}
}
