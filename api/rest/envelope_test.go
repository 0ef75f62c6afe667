package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/care"
)

// TestBodiesThatCannotBeRead sends what is no form at all: each is refused with the
// field and the rule, before anybody looks for what it is about.
func TestBodiesThatCannotBeRead(t *testing.T) {
	r := apitest.NewRig(t)
	suspend, claim := "/case-files/"+apitest.AnotherID+"/suspension", "/tasks/"+apitest.SomeID+"/claim"
	deep := func(levels int) string { return strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels) }
	for name, c := range map[string]struct {
		path, body  string
		code        string
		field, rule string
	}{
		"nothing":                      {suspend, "", problem.BadRequest, "", care.RuleRequired},
		"no JSON":                      {suspend, `{"note":`, problem.BadRequest, "", problem.RuleJSON},
		"bytes outside of texts":       {suspend, "{\xff}", problem.BadRequest, "", problem.RuleJSON},
		"more behind it":               {suspend, `{"note":"a"} {"note":"b"}`, problem.BadRequest, "", problem.RuleJSON},
		"a comma behind it":            {suspend, `{"note":"a",}`, problem.BadRequest, "", problem.RuleJSON},
		"a number that is none":        {suspend, `{"note":NaN}`, problem.BadRequest, "", problem.RuleJSON},
		"a field twice":                {suspend, `{"note":"a","note":"b"}`, problem.Invalid, "note", problem.RuleRepeated},
		"a field twice further down":   {"/tasks/" + apitest.SomeID + "/complete", `{"areas":[{"note":"a"},{"note":"a","note":"b"}]}`, problem.Invalid, "areas[1].note", problem.RuleRepeated},
		"a field in other letters":     {suspend, `{"Note":"a"}`, problem.Invalid, "", "unknown_field"},
		"an unknown field":             {suspend, `{"notes":"a"}`, problem.Invalid, "notes", "unknown_field"},
		"an unknown field of an item":  {"/tasks/" + apitest.SomeID + "/complete", `{"outcome":"heard","areas":[{"area":"labour","need":"some","more":1}]}`, problem.Invalid, "areas[0].more", "unknown_field"},
		"a zero byte":                  {suspend, `{"note":"a\u0000"}`, problem.Invalid, "note", care.RuleIllegible},
		"a zero byte in a name":        {suspend, `{"no\u0000te":"a"}`, problem.Invalid, "", care.RuleIllegible},
		"bytes that are no text":       {suspend, "{\"note\":\"a\xff\"}", problem.Invalid, "note", care.RuleIllegible},
		"half of a pair of surrogates": {suspend, `{"note":"\ud83d"}`, problem.Invalid, "note", care.RuleIllegible},
		"a pair the wrong way round":   {suspend, `{"note":"\ude00\ud83d"}`, problem.Invalid, "note", care.RuleIllegible},
		"levels without end":           {suspend, deep(5000), problem.Invalid, "a" + strings.Repeat(".a", 19), problem.RuleTooDeep},
		"a list without end":           {"/case-files", `{"needs":[` + strings.Repeat(`"labour",`, 100_000) + `"labour"]}`, problem.Invalid, "needs", care.RuleTooMany},
		"a number without end":         {suspend, `{"until":1e999}`, problem.Invalid, "until", "out_of_range"},
		"a list":                       {suspend, `[]`, problem.Invalid, "", "type"},
		"null":                         {suspend, `null`, problem.Invalid, "", "type"},
		"a form where none is taken":   {claim, `{"note":"a"}`, problem.Invalid, "note", "unknown_field"},
		"no JSON where none is taken":  {claim, `note`, problem.BadRequest, "", problem.RuleJSON},
	} {
		t.Run(name, func(t *testing.T) {
			p := r.Post(apitest.SomeSupervisor, c.path, c.body, "k").Problem(t, c.code)
			if !slices.ContainsFunc(p.Errors, func(e problem.FieldError) bool { return e.Field == c.field && e.Rule == c.rule && e.Message != "" }) {
				t.Errorf("%+v, want %s at %q", p.Errors, c.rule, c.field)
			}
		})
	}
	t.Run("too large", func(t *testing.T) {
		for _, path := range []string{suspend, claim} {
			r.Post(apitest.SomeSupervisor, path, `{"note":"`+strings.Repeat("a", 1<<20)+`"}`, "k").Problem(t, problem.TooLarge)
		}
	})
	t.Run("a body where something is read", func(t *testing.T) {
		p := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/me", `{}`).Problem(t, problem.BadRequest)
		if len(p.Errors) != 1 || p.Errors[0].Rule != problem.RuleNoBody {
			t.Errorf("%+v", p.Errors)
		}
	})
	t.Run("an empty form where none is needed", func(t *testing.T) {
		for i, body := range []string{"", "{}", " { } "} {
			if a := r.Post(apitest.SomeWorker, claim, body, fmt.Sprint("empty", i)); a.StatusCode != http.StatusOK {
				t.Errorf("%q: %d %s", body, a.StatusCode, a.Text)
			}
		}
	})
	if len(r.Records.Filters) > 0 {
		t.Error("something was read on the way")
	}
}

func TestKindsOfBodiesAndAnswers(t *testing.T) {
	r := apitest.NewRig(t)
	path := rest.Prefix + "/case-files/" + apitest.AnotherID + "/suspension"
	for kind, code := range map[string]string{
		"application/json": problem.Invalid, "application/JSON; charset=UTF-8": problem.Invalid, "": problem.Invalid,
		"text/plain": problem.MediaKind, "application/x-www-form-urlencoded": problem.MediaKind, "multipart/form-data; boundary=x": problem.MediaKind,
		"application/problem+json": problem.MediaKind, "application/json; charset=latin1": problem.MediaKind, "application": problem.MediaKind, "/;": problem.MediaKind,
	} {
		r.As(apitest.SomeSupervisor, http.MethodPost, path, `{}`, rest.KeyHeader, "k", "Content-Type", kind).Problem(t, code)
	}
	for accept, ok := range map[string]bool{
		"": true, "*/*": true, "application/*": true, "application/json": true, "application/problem+json": true, "Application/JSON;q=0.5": true,
		"text/html, application/json;q=0.1": true, "text/html,application/xhtml+xml,*/*;q=0.8": true, "application/problem+json;q=0, */*": true,
		"text/html": false, "application/xml": false, "application/json;q=0": false, "application/json;q=0, */*": false, "*/*;q=0": false, "nothing": false, "\xff": false,
	} {
		a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/me", "", "Accept", accept)
		if ok && (a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/json") {
			t.Errorf("%q: %d %s", accept, a.StatusCode, a.Text)
		}
		if !ok {
			a.Problem(t, problem.NotAcceptable)
		}
	}
}

// TestParametersComeOnceAndInOneWay: of several the first used to be taken, and
// what is not asked for overlooked.
func TestParametersComeOnceAndInOneWay(t *testing.T) {
	r := apitest.NewRig(t)
	for query, want := range map[string]string{
		"team=true&team=false": "query.team repeated", "limit=5&limit=5": "query.limit repeated", "team=T": "query.team type", "team=1": "query.team type", "limit=+5": "query.limit type",
		"limit=%2B5": "query.limit type", "limit=05": "query.limit type", "limit=5.0": "query.limit type", "limit=99999999999999999999": "query.limit type", "limit=": "query.limit too_short",
		"limit=0": "query.limit out_of_range", "limit=101": "query.limit out_of_range", "unknown=1": "query.unknown unknown_field", "Team=true": "query unknown_field",
		"cursor=%00": "query.cursor illegible", "cursor=%ff": "query.cursor illegible", "%00=1": "query illegible", "cursor=%EF%BF%BD": "query.cursor illegible",
		"cursor=%zz": "query encoding", "cursor=%": "query encoding", "team=true;mine=true": "query encoding",
	} {
		p := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/tasks?"+query, "").Problem(t, problem.Invalid)
		if len(p.Errors) == 0 || p.Errors[0].Field+" "+p.Errors[0].Rule != want || p.Errors[0].Message == "" {
			t.Errorf("%s: %+v, want %s", query, p.Errors, want)
		}
	}
	for path, want := range map[string]string{
		"/tasks/zz": "path.id format", "/tasks/" + strings.ToUpper(apitest.SomeID) + "A": "path.id format", "/tasks/%ff": "path illegible", "/tasks/a%00": "path illegible",
	} {
		p := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+path, "").Problem(t, problem.Invalid)
		if len(p.Errors) != 1 || p.Errors[0].Field+" "+p.Errors[0].Rule != want {
			t.Errorf("%s: %+v, want %s", path, p.Errors, want)
		}
	}
	for _, key := range []string{"\xff", "è", "a b", "\u202e", strings.Repeat("k", 201)} {
		p := r.As(apitest.SomeWorker, http.MethodPost, rest.Prefix+"/tasks/"+apitest.SomeID+"/claim", "", rest.KeyHeader, key).Problem(t, problem.Invalid)
		if len(p.Errors) != 1 || p.Errors[0].Field != "header."+rest.KeyHeader {
			t.Errorf("%q: %+v", key, p.Errors)
		}
	}
	req := r.Request(http.MethodPost, rest.Prefix+"/tasks/"+apitest.SomeID+"/claim", "")
	req.Header.Set("Authorization", "Bearer "+r.Token(apitest.SomeWorker))
	req.Header[rest.KeyHeader] = []string{"one", "two"}
	if p := r.Do(http.DefaultClient, req).Problem(t, problem.Invalid); len(p.Errors) != 1 || p.Errors[0].Rule != problem.RuleRepeated {
		t.Errorf("two keys: %+v", p.Errors)
	}
	strange := "\xff\xfe\u202e"
	a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/me", "", "If-Match", strange, "Accept-Language", strange, "Traceparent", strange, "Cookie", "percorso="+strange, "Origin", strange)
	if a.StatusCode != http.StatusOK {
		t.Errorf("strange headers that nobody reads: %d %s", a.StatusCode, a.Text)
	}
}
