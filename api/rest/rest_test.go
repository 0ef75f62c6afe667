package rest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/apitest"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/health"
	"percorso/internal/ledger"
)

func TestCasesAreCountedByHealth(t *testing.T) {
	a := apitest.NewRig(t).As(apitest.SomeSupervisor, http.MethodGet, rest.Prefix+"/case-counts", "")
	want := map[string]any{"broken": 1.0, "orphaned": 2.0, "late": 3.0, "planned": 4.0, "unknown": 5.0}
	if a.StatusCode != http.StatusOK || !reflect.DeepEqual(a.JSON, want) {
		t.Errorf("%d %s", a.StatusCode, a.Text)
	}
}

func TestListsPage(t *testing.T) {
	r := apitest.NewRig(t)
	for _, path := range []string{"/contacts", "/tasks", "/case-files", "/case-files/" + apitest.AnotherID + "/timeline",
		"/case-files/" + apitest.AnotherID + "/reads", "/referrals", "/appointments", "/stuck-cases"} {
		t.Run(path, func(t *testing.T) {
			a := r.As(apitest.SomeSupervisor, http.MethodGet, rest.Prefix+path+"?limit=7&cursor=abc", "")
			if _, ok := a.JSON["items"].([]any); a.StatusCode != http.StatusOK || !ok {
				t.Fatalf("%d %s", a.StatusCode, a.Text)
			}
			if got := r.Records.Paging[len(r.Records.Paging)-1]; got != (ledger.Paging{Limit: 7, Cursor: "abc"}) {
				t.Errorf("asked for %+v", got)
			}
			for _, wrong := range []string{"limit=0", "limit=101", "limit=x", "unknown=1"} {
				p := r.As(apitest.SomeSupervisor, http.MethodGet, rest.Prefix+path+"?"+wrong, "").Problem(t, problem.Invalid)
				if len(p.Errors) != 1 || p.Errors[0].Rule == "" || !strings.HasPrefix(p.Errors[0].Field, "query.") {
					t.Errorf("%s: %+v", wrong, p.Errors)
				}
			}
		})
	}
	if a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/contacts", ""); a.JSON["next"] != "next-page" {
		t.Errorf("next: %s", a.Text)
	}
}

func TestFilters(t *testing.T) {
	r := apitest.NewRig(t)
	open := true
	for query, want := range map[string]any{
		"/tasks?mine=true&overdue=true":                               ledger.TaskFilter{Mine: true, Overdue: true},
		"/tasks?team=true&state=ready&case_file_id=" + apitest.SomeID: ledger.TaskFilter{Team: true, State: care.TaskReady, CaseID: apitest.SomeID},
		"/referrals?incoming=true&open=true&state=on_hold":            ledger.ReferralFilter{Incoming: true, Open: true, State: care.ReferralOnHold},
		"/referrals?sent=true&order=due":                              ledger.ReferralFilter{Sent: true, ByDue: true},
		"/case-files?health=late&number=PROVA-2026-00001":             ledger.CaseFilter{Open: &open, Health: health.Late, Search: "PROVA-2026-00001"},
		"/appointments?service=cpi":                                   ledger.AppointmentFilter{Service: "cpi"},
	} {
		if a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+query, ""); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", query, a.StatusCode, a.Text)
			continue
		}
		got, _ := json.Marshal(r.Records.Filters[len(r.Records.Filters)-1])
		expected, _ := json.Marshal(want)
		if string(got) != string(expected) {
			t.Errorf("%s asked for %s", query, got)
		}
	}
}

func TestCasesExplainThemselves(t *testing.T) {
	r := apitest.NewRig(t)
	for _, path := range []string{"/case-files", "/stuck-cases"} {
		a := r.As(apitest.SomeSupervisor, http.MethodGet, rest.Prefix+path, "")
		item, _ := a.JSON["items"].([]any)[0].(map[string]any)
		if waiting, _ := item["waiting"].(map[string]any); waiting["for"] != "task" || item["sentence"] != "aspetta task" {
			t.Errorf("%s: %s", path, a.Text)
		}
	}
	a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/case-files/"+apitest.AnotherID, "")
	person, _ := a.JSON["person_data"].(map[string]any)
	if a.JSON["sentence"] != "aspetta task" || person["birth_date"] != "1990-05-01" {
		t.Errorf("case: %s", a.Text)
	}
	if a := r.As(apitest.SomeWorker, http.MethodPost, rest.Prefix+"/case-file-searches", `{"search":"Prova"}`); a.StatusCode != http.StatusOK {
		t.Errorf("search: %d %s", a.StatusCode, a.Text)
	}
}

func TestTaskHasItsForm(t *testing.T) {
	r := apitest.NewRig(t)
	a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/tasks/"+apitest.SomeID, "")
	form, _ := a.JSON["form"].(map[string]any)
	if a.JSON["mine"] != true || form["kind"] != "first_listening" {
		t.Errorf("%s", a.Text)
	}
	r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/tasks/"+apitest.AnotherID, "").Problem(t, problem.NotFound)
}

func TestZones(t *testing.T) {
	r := apitest.NewRig(t)
	if a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/zones", ""); a.StatusCode != http.StatusOK || !strings.Contains(a.Text, `"code":"prova"`) {
		t.Errorf("%d %s", a.StatusCode, a.Text)
	}
	a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/zones/prova", "")
	if next, _ := a.JSON["next_opening"].(map[string]any); a.JSON["zone"] != "prova" || next["from"] == nil {
		t.Errorf("%d %s", a.StatusCode, a.Text)
	}
	r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/zones/altrove", "").Problem(t, problem.NotFound)
}

func TestEligibilityIsAskedWithoutStoring(t *testing.T) {
	r := apitest.NewRig(t)
	check := func(body string) map[string]map[string]any {
		a := r.As(apitest.SomeWorker, http.MethodPost, rest.Prefix+"/eligibility-checks", body)
		if a.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", a.StatusCode, a.Text)
		}
		gates := map[string]map[string]any{}
		for _, g := range a.JSON["gates"].([]any) {
			gates[g.(map[string]any)["gate"].(string)] = g.(map[string]any)
		}
		return gates
	}
	open := check(`{"birth_date":"1990-05-01","citizenship":"MA","permit":"work","needs":["labour"]}`)
	for gate, g := range open {
		if g["allowed"] != true {
			t.Errorf("%s: %v", gate, g)
		}
	}
	shut := check(`{"citizenship":"IT"}`)
	if shut["information"]["allowed"] != true || shut["level_1"]["allowed"] != false {
		t.Errorf("%v", shut)
	}
	refusal := shut["level_1"]["refusals"].([]any)[0].(map[string]any)
	if refusal["rule"] != eligibility.RuleLevel1Foreign || refusal["message"] == "" {
		t.Errorf("%v", refusal)
	}
	a := r.As(apitest.SomeWorker, http.MethodPost, rest.Prefix+"/eligibility-checks", `{"birth_date":"2018-05-05","citizenship":"CN","permit":"not_shown"}`)
	for _, g := range a.JSON["matters"].([]any) {
		g := g.(map[string]any)
		if open := g["matter"] == "school_inclusion"; g["allowed"] != open || (g["refusals"] == nil) != open {
			t.Errorf("%v", g)
		}
	}
	if len(r.Records.Commands) > 0 || len(r.Temporal.Updates) > 0 {
		t.Error("something was stored")
	}
}

func TestPostNeedsAKey(t *testing.T) {
	r := apitest.NewRig(t)
	for path, item := range r.Description().Paths {
		if item.Post == nil || strings.HasSuffix(path, "/eligibility-checks") || strings.HasSuffix(path, "-searches") {
			continue
		}
		p := r.As(apitest.SomeWorker, http.MethodPost, addressed(path, apitest.SomeID, "prova"), `{}`).Problem(t, problem.KeyMissing)
		if len(p.Errors) != 1 || p.Errors[0] != (problem.FieldError{Field: "header." + rest.KeyHeader, Rule: "required", Message: "regola required"}) {
			t.Errorf("%s: %+v", path, p.Errors)
		}
	}
}

func TestErrorsOfTheStore(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"not found": {ledger.ErrNotFound, problem.NotFound},
		"forbidden": {ledger.ErrForbidden, care.RefusedForbidden},
		"no server": {&ledger.Fault{SQLSTATE: "57P01"}, problem.Unavailable},
		"no way":    {&ledger.Fault{Lost: true}, problem.Unavailable},
		"deadlock":  {&ledger.Fault{SQLSTATE: "40P01"}, problem.Unavailable},
		"zero byte": {&ledger.Fault{SQLSTATE: "22021"}, problem.Invalid},
		"a rule":    {&ledger.Fault{SQLSTATE: "23505"}, problem.Internal},
		"a defect":  {errors.New("something else"), problem.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			r := apitest.NewRig(t)
			r.Records.Fail = c.err
			a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/contacts/"+apitest.SomeID, "")
			a.Problem(t, c.code)
			if (a.Header.Get("Retry-After") != "") != (c.code == problem.Unavailable) {
				t.Errorf("Retry-After: %q", a.Header.Get("Retry-After"))
			}
			var fault *ledger.Fault
			if errors.As(c.err, &fault) && fault.SQLSTATE != "" && !strings.Contains(r.Log.String(), `"sqlstate":"`+fault.SQLSTATE+`"`) {
				t.Errorf("logged: %s", r.Log.String())
			}
		})
	}
}

// An answer that cannot be encoded is no success, whatever it was to be.
func TestAnswerThatCannotBeWritten(t *testing.T) {
	r := apitest.NewRig(t)
	made := r.Post(apitest.SomeWorker, "/tasks/"+apitest.SomeID+"/claim", "", "k")
	r.Records.OnCommand = func(c ledger.Command) ledger.Command {
		c.Result = json.RawMessage(`{"` + apitest.Marker)
		return c
	}
	a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/commands/"+made.JSON["id"].(string), "")
	a.Problem(t, problem.Internal)
	if log := r.Log.String(); !strings.Contains(log, "json.MarshalerError") || strings.Contains(log, apitest.Marker) {
		t.Errorf("logged: %s", log)
	}
}

// Times that an earlier version stored are told as the nearest that JSON can say,
// wherever in an answer they stand.
func TestTimesThatJSONCannotSay(t *testing.T) {
	r := apitest.NewRig(t)
	late, early := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)
	r.Records.Life = func(c *ledger.Case) {
		c.Opened, c.SuspendedUntil, c.Tasks[0].Due = late, &early, &late
		c.Meetings = []ledger.Meeting{{At: late}, {At: r.Now}}
	}
	a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/case-files/"+apitest.AnotherID, "")
	if a.StatusCode != http.StatusOK || a.JSON["opened_at"] != "9999-12-31T23:59:59Z" || strings.Count(a.Text, "9999-12-31T23:59:59Z") < 2 ||
		!strings.Contains(a.Text, "0000-01-01T00:00:00Z") || !strings.Contains(a.Text, r.Now.Format(time.RFC3339)) {
		t.Errorf("%d %s", a.StatusCode, a.Text)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	r := apitest.NewRig(t)
	r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/nothing", "").Problem(t, problem.NotFound)
	r.As(apitest.SomeWorker, http.MethodDelete, rest.Prefix+"/contacts", "").Problem(t, problem.Method)
	r.Post(apitest.SomeWorker, "/contacts", `{"note":"`+strings.Repeat("x", 1<<20)+`"}`, "k1").Problem(t, problem.TooLarge)
	p := r.Post(apitest.SomeWorker, "/contacts", `{"topic":`, "k1")
	if p.StatusCode != http.StatusBadRequest && p.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no JSON: %d %s", p.StatusCode, p.Text)
	}
	req := r.Request(http.MethodGet, "/nothing", "")
	req.Header.Set("Accept", "text/html")
	if a := r.Do(r.Browser, req); a.StatusCode != http.StatusNotFound || !strings.Contains(a.Header.Get("Content-Type"), "text/html") {
		t.Errorf("page: %d %s", a.StatusCode, a.Text)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	r := apitest.NewRig(t)
	for _, path := range []string{"/status", "/openapi.json", rest.Prefix + "/me", "/nothing"} {
		h := r.Do(r.Browser, r.Request(http.MethodGet, path, "")).Header
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") == "" || h.Get("Cache-Control") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestDescriptionIsWhole(t *testing.T) {
	r := apitest.NewRig(t)
	known := []string{}
	for _, tag := range r.Description().Tags {
		known = append(known, tag.Name)
	}
	operations := 0
	for path, item := range r.Description().Paths {
		for method, op := range map[string]*huma.Operation{"get": item.Get, "post": item.Post, "put": item.Put, "delete": item.Delete, "patch": item.Patch} {
			if op == nil {
				continue
			}
			operations++
			if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 || !slices.Contains(known, op.Tags[0]) {
				t.Errorf("%s %s is not described", method, path)
			}
			if strings.Contains(path, "{") != slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "path" }) {
				t.Errorf("%s %s does not read its address", method, path)
			}
			for _, status := range []string{"400", "401", "403", "406", "422", "429", "500", "503"} {
				response := op.Responses[status]
				if response == nil || response.Content[problem.MediaType] == nil {
					t.Errorf("%s %s does not tell of %s", method, path, status)
				}
			}
		}
	}
	if operations < 55 {
		t.Errorf("only %d operations", operations)
	}
	for path, version := range map[string]string{"/openapi.json": "3.1.0", "/openapi-3.0.json": "3.0.3"} {
		a := r.Do(http.DefaultClient, r.Request(http.MethodGet, path, ""))
		paths, _ := a.JSON["paths"].(map[string]any)
		if a.StatusCode != http.StatusOK || a.JSON["openapi"] != version || len(paths) < 48 {
			t.Errorf("%s: %d, openapi %v, %d paths", path, a.StatusCode, a.JSON["openapi"], len(paths))
		}
		checkReferences(t, a.JSON, a.JSON)
	}
}

// checkReferences follows every $ref of a document.
func checkReferences(t *testing.T, document, node any) {
	t.Helper()
	switch n := node.(type) {
	case map[string]any:
		if ref, ok := n["$ref"].(string); ok {
			at := document
			for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
				m, _ := at.(map[string]any)
				at = m[step]
			}
			if at == nil {
				t.Errorf("%s leads nowhere", ref)
			}
		}
		for _, child := range n {
			checkReferences(t, document, child)
		}
	case []any:
		for _, child := range n {
			checkReferences(t, document, child)
		}
	}
}

// TestFreePlacesOfAService are listed for a service of the caller's zone, and told with the
// problem of who asks for a place that is taken.
func TestFreePlacesOfAService(t *testing.T) {
	r := apitest.NewRig(t)
	service := "cpi"
	a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/services/"+service+"/offers?from=2026-12-01T00:00:00%2B01:00&limit=3", "")
	items, ok := a.JSON["items"].([]any)
	if a.StatusCode != http.StatusOK || !ok || len(items) != 1 || items[0].(map[string]any)["mode"] != agenda.InPerson {
		t.Fatalf("%d %s", a.StatusCode, a.Text)
	}
	if a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/services/nessuno/offers", ""); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown service: %d %s", a.StatusCode, a.Text)
	}
	if p := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/services/"+service+"/offers?from=0001-01-02T00:00:00Z", "").Problem(t, problem.Invalid); len(p.Errors) != 1 || p.Errors[0].Field != "query.from" {
		t.Errorf("a day of another age: %+v", p.Errors)
	}
	refusal := care.Refuse(care.Fault{Field: "at", Rule: agenda.NoPlace})
	refusal.Offers = []care.Booking{{Service: care.Code(service), At: r.Now.Add(time.Hour)}}
	p := problem.Refusal(refusal)
	if p.Status != http.StatusUnprocessableEntity || len(p.Offers) != 1 || p.Offers[0].Service != service || p.Errors[0].Rule != agenda.NoPlace {
		t.Errorf("%+v", p)
	}
}
