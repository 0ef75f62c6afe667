package rest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"percorso/api/apitest"
	"percorso/api/problem"
	"percorso/api/rest"
)

// TestTimesAreWrittenInOneWay: Go reads more than RFC 3339 allows, and cannot write
// all of it again.
func TestTimesAreWrittenInOneWay(t *testing.T) {
	r := apitest.NewRig(t)
	ofCase, ofTask := "/case-files/"+apitest.AnotherID, "/tasks/"+apitest.SomeID
	for _, at := range []string{
		"2026-12-10T10:00:00+24:00", "2026-12-10T10:00:00-24:00", "2026-12-10T10:00:00+23:60", "2026-12-10T10:00:00,5Z", "2026-12-10T1:00:00Z",
		"2026-12-10t10:00:00z", "2026-12-10 10:00:00Z", "2026-12-10T10:00Z", "2026-12-10T10:00:00", "2026-12-10", "12026-12-10T10:00:00Z", "2026-02-30T10:00:00Z", "2026-12-10T24:00:00Z", "",
	} {
		for _, c := range []struct{ path, field, body string }{
			{ofCase + "/bookings", "at", `{"service":"pas","at":"` + at + `"}`},
			{ofCase + "/suspension", "until", `{"reason":"health","until":"` + at + `"}`},
			{ofCase + "/meetings", "at", `{"at":"` + at + `"}`},
			{"/equipes/" + apitest.SomeID + "/minutes", "at", `{"text":"a","votes":[],"at":"` + at + `"}`},
			{ofTask + "/extend", "until", `{"until":"` + at + `"}`},
			{ofTask + "/complete", "bookings[0].at", `{"outcome":"booked","bookings":[{"service":"pas","at":"` + at + `"}]}`},
			{ofTask + "/complete", "until", `{"outcome":"started","until":"` + at + `"}`},
			{ofTask + "/complete", "plan.actions[0].until", `{"outcome":"proposed","plan":{"goals":[],"actions":[{"text":"a","agency":"comune","goal":0,"until":"` + at + `"}]}}`},
		} {
			p := r.Post(apitest.SomeSupervisor, c.path, c.body, "k").Problem(t, problem.Invalid)
			said := 0
			for _, e := range p.Errors {
				if e.Field == c.field && e.Rule == "format" {
					said++
				}
			}
			if said != 1 {
				t.Errorf("%s %q: %+v", c.path, at, p.Errors)
			}
		}
		if at != "" {
			r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/appointments?from="+url.QueryEscape(at), "").Problem(t, problem.Invalid)
		}
	}
	for _, at := range []string{"2026-12-10T10:00:00Z", "2026-12-10T10:00:00.123456789+01:00", "2026-12-10T10:00:00-23:59"} {
		if a := r.As(apitest.SomeWorker, http.MethodGet, rest.Prefix+"/appointments?from="+url.QueryEscape(at), ""); a.StatusCode != http.StatusOK {
			t.Errorf("%q: %d %s", at, a.StatusCode, a.Text)
		}
	}
}

// TestDatesAreDatesEverywhere: a time, which is another day where its offset is another,
// is no date in any form.
func TestDatesAreDatesEverywhere(t *testing.T) {
	r := apitest.NewRig(t)
	forms := []struct{ path, field, body string }{
		{"/case-files/" + apitest.AnotherID + "/permit", "permit_expiry", `{"permit":"work","permit_expiry":"DAY"}`},
		{"/tasks/" + apitest.SomeID + "/complete", "permit_expiry", `{"outcome":"renewed","permit":"work","permit_expiry":"DAY"}`},
		{"/case-files", "person.permit_expiry", `{"person":{"given_name":"Persona","family_name":"Prova","citizenship":"PK","languages":[],"birth_date":"1990-05-01","permit":"work","permit_expiry":"DAY"},"needs":[],"channel":"x","notice_given":true}`},
		{"/case-files", "person.birth_date", `{"person":{"given_name":"Persona","family_name":"Prova","citizenship":"PK","languages":[],"birth_date":"DAY"},"needs":[],"channel":"x","notice_given":true}`},
		{"/eligibility-checks", "permit_expiry", `{"permit":"work","permit_expiry":"DAY"}`},
	}
	keys := 0
	faulty := func(path, field, body string) bool {
		keys++
		t.Helper()
		a := r.Post(apitest.SomeSupervisor, path, body, fmt.Sprint("key ", keys))
		if a.StatusCode != http.StatusUnprocessableEntity {
			return false
		}
		return slices.ContainsFunc(a.Problem(t, problem.Invalid).Errors, func(e problem.FieldError) bool { return e.Field == field && e.Rule == "format" })
	}
	for _, f := range forms {
		for _, day := range []string{"2027-06-29T22:00:00Z", "2027-06-30T00:00:00+02:00", "2027-06-30T00:00:00Z", "30/6/2027", "2027-02-29", "2027-6-30"} {
			if !faulty(f.path, f.field, strings.ReplaceAll(f.body, "DAY", day)) {
				t.Errorf("%s takes %q for %s", f.path, day, f.field)
			}
		}
		if faulty(f.path, f.field, strings.ReplaceAll(f.body, "DAY", "2027-06-30")) {
			t.Errorf("%s does not take a date for %s", f.path, f.field)
		}
	}
}

// TestCompressedBodies are not read: what is said of them would be of other bytes.
func TestCompressedBodies(t *testing.T) {
	r := apitest.NewRig(t)
	path := rest.Prefix + "/tasks/" + apitest.SomeID + "/claim"
	for _, how := range []string{"gzip", "br", "identity, gzip", "x"} {
		r.As(apitest.SomeWorker, http.MethodPost, path, `{}`, rest.KeyHeader, "k", "Content-Encoding", how).Problem(t, problem.MediaKind)
	}
	if a := r.As(apitest.SomeWorker, http.MethodPost, path, `{}`, rest.KeyHeader, "k", "Content-Encoding", "identity"); a.StatusCode != http.StatusOK {
		t.Errorf("%d %s", a.StatusCode, a.Text)
	}
}
