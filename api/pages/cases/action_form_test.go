package cases

import (
	"net/url"
	"slices"
	"testing"

	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/fields"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

func actionOf(code care.Operation) action {
	return actions[slices.IndexFunc(actions, func(a action) bool { return a.facts.Code == code })]
}

// Every list that a form chooses from is made, and each that is made is chosen from.
func TestEveryListIsMade(t *testing.T) {
	named := map[fields.List]bool{}
	for _, a := range actions {
		for _, f := range a.fields {
			if f.From != "" {
				named[f.From] = true
			}
		}
	}
	for list := range named {
		if lists[list] == nil {
			t.Errorf("nothing makes the list %s", list)
		}
	}
	if len(lists) != len(named) {
		t.Errorf("%d lists are made, %d are named", len(lists), len(named))
	}
}

// Whatever is wrong with a form is told at a field that the page has.
func TestFaultsHaveTheirPlace(t *testing.T) {
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		t.Fatal(err)
	}
	some := []web.Option{{Value: "second_level", Text: "Prova"}}
	in := asked{rules: &zone.Rules{Policy: policies[0]}, file: ledger.Case{}, lists: map[fields.List][]web.Option{}}
	for list := range lists {
		in.lists[list] = some
	}
	for _, a := range actions {
		if a.elsewhere() {
			continue
		}
		var page parts.CaseForm
		a.show(&page, in)
		ids := idsOf(page.Fields)
		for _, empty := range []url.Values{{}, {"stage": {"second_level"}}, {"stage": {"second_level"}, "service": {"x/"}}} {
			command, faults := a.read("key", "0190f0f0-0000-7000-8000-000000000001", empty)
			for _, f := range append(faults, command.Check(catalogue.Around{Policy: policies[0]})...) {
				if !slices.Contains(ids, a.place(f.Field, nil)) {
					t.Errorf("%s: %s is told at %q, of %v", a.facts.Code, f.Field, a.place(f.Field, nil), ids)
				}
			}
		}
	}
}

func idsOf(fields []web.Field) (ids []string) {
	for _, f := range fields {
		ids = append(append(ids, f.ID), idsOf(f.Fields)...)
	}
	return ids
}

// A form is read as its page asks for it: days as documents have them, days of the
// offices, hours, appointments.
func TestFormsAreReadAsTheyAreAsked(t *testing.T) {
	for _, test := range []struct {
		code care.Operation
		sent url.Values
		want string
	}{
		{care.OpPermit, url.Values{"permit": {"work"}, "permit_expiry": {"2027-03-28"}}, `{"permit":"work","permit_expiry":"2027-03-28"}`},
		{care.OpPermit, url.Values{"permit": {"work"}, "permit_expiry": {"28/3/2027"}, "note": {" Prova "}}, `{"permit":"work","permit_expiry":"2027-03-28","note":"Prova"}`},
		{care.OpSuspend, url.Values{"until": {"2027-03-28"}, "reason": {"health"}}, `{"until":"2027-03-28T08:00:00+02:00","reason":"health"}`},
		{care.OpMeet, url.Values{"day": {"2027-03-27"}, "hour": {"10:30"}}, `{"at":"2027-03-27T10:30:00+01:00"}`},
		{care.OpBook, url.Values{"service": {"pas/housing_support"}, "day": {"2027-03-29"}, "hour": {"09:00"}}, `{"service":"pas","matter":"housing_support","at":"2027-03-29T09:00:00+02:00"}`},
		{care.OpReopen, url.Values{"stage": {"second_level"}, "service": {"pas/"}, "day": {"2027-03-29"}, "hour": {"09:00"}, "note": {"Prova"}},
			`{"stage":"second_level","bookings":[{"service":"pas","at":"2027-03-29T09:00:00+02:00"}],"note":"Prova"}`},
		{care.OpReopen, url.Values{"stage": {"follow_up"}, "service": {"pas/"}, "day": {"2027-03-29"}, "note": {"Prova"}}, `{"stage":"follow_up","note":"Prova"}`},
		{care.OpTransfer, url.Values{"zone": {"lucca"}, "notice_given": {"1"}, "note": {"Prova"}}, `{"zone":"lucca","notice_given":true,"note":"Prova"}`},
		{care.OpTransfer, url.Values{"zone": {"lucca"}, "note": {"Prova"}}, `{"zone":"lucca","notice_given":false,"note":"Prova"}`},
	} {
		command, faults := actionOf(test.code).read("key", "0190f0f0-0000-7000-8000-000000000001", test.sent)
		if len(faults) > 0 || string(command.Data) != test.want {
			t.Errorf("%s: %s %v, want %s", test.code, command.Data, faults, test.want)
		}
	}
}
