package eligibility

import (
	"slices"
	"testing"

	"percorso/internal/care"
)

// TestEachMatterHasItsGate: what hangs on citizenship, permit and age is the zone's to
// say, matter by matter; what it says nothing of asks for a permit that is valid.
func TestEachMatterHasItsGate(t *testing.T) {
	p := care.Policy{Gates: []care.MatterGate{
		{Matter: "renewal", Permit: PermitShown},
		{Matter: "school", Citizens: CitizensForeign, PermitFrom: 18},
		{Matter: "certificate", Citizens: CitizensForeign, Permit: PermitValid},
		{Matter: "health", Permit: PermitNotAsked},
		{Matter: "work", AgeMin: 16, AgeMax: 65},
	}}
	all := []string{"renewal", "school", "certificate", "health", "work", "social", ""}
	change := func(change func(*PersonFacts)) PersonFacts {
		f := adult()
		change(&f)
		return f
	}
	for _, test := range []struct {
		name  string
		facts PersonFacts
		shut  map[string]string // the rule by matter
	}{
		{"34, with a permit", adult(), nil},
		{"a permit that expired yesterday", change(func(f *PersonFacts) { f.PermitExpiry = dayPtr("2026-11-22") }), map[string]string{
			"school": RuleLevel2PermitExpired, "certificate": RuleLevel2PermitExpired, "work": RuleLevel2PermitExpired, "social": RuleLevel2PermitExpired, "": RuleLevel2PermitExpired,
		}},
		{"expired, and asked for again", change(func(f *PersonFacts) { f.PermitExpiry, f.RenewalAsked = dayPtr("2026-11-22"), true }), nil},
		{"34, and none was shown", change(func(f *PersonFacts) { f.Permit, f.PermitExpiry = "", nil }), map[string]string{
			"renewal": RuleLevel2Permit, "school": RuleLevel2Permit, "certificate": RuleLevel2Permit, "work": RuleLevel2Permit, "social": RuleLevel2Permit, "": RuleLevel2Permit,
		}},
		{"a child of 8, and none was shown", PersonFacts{BirthDate: day("2018-05-05"), Citizenship: "CN"}, map[string]string{
			"renewal": RuleLevel2Permit, "certificate": RuleLevel2Permit, "work": RuleLevel2Permit, "social": RuleLevel2Permit, "": RuleLevel2Permit,
		}},
		{"18 tomorrow, and none was shown", PersonFacts{BirthDate: day("2008-11-24"), Citizenship: "CN"}, map[string]string{
			"renewal": RuleLevel2Permit, "certificate": RuleLevel2Permit, "work": RuleLevel2Permit, "social": RuleLevel2Permit, "": RuleLevel2Permit,
		}},
		{"18 today, and none was shown", PersonFacts{BirthDate: day("2008-11-23"), Citizenship: "CN"}, map[string]string{
			"renewal": RuleLevel2Permit, "school": RuleLevel2Permit, "certificate": RuleLevel2Permit, "work": RuleLevel2Permit, "social": RuleLevel2Permit, "": RuleLevel2Permit,
		}},
		{"of unknown age, and none was shown", PersonFacts{Citizenship: "CN"}, map[string]string{
			"renewal": RuleLevel2Permit, "school": RuleLevel2Permit, "certificate": RuleLevel2Permit, "work": RuleLevel2Permit, "social": RuleLevel2Permit, "": RuleLevel2Permit,
		}},
		{"a child of 8 with a permit", change(func(f *PersonFacts) { f.BirthDate = day("2018-05-05") }), map[string]string{"work": RuleLevel2AgeMin}},
		{"66 today", change(func(f *PersonFacts) { f.BirthDate = day("1960-11-23") }), map[string]string{"work": RuleLevel2AgeMax}},
		{"66 tomorrow", change(func(f *PersonFacts) { f.BirthDate = day("1960-11-24") }), nil},
		{"65 or 66, by the year alone", change(func(f *PersonFacts) { f.BirthDate, f.YearOnly = day("1960-01-01"), true }), map[string]string{"work": RuleLevel2BirthDay}},
		{"17 or 18 by the year alone, and none was shown", PersonFacts{BirthDate: day("2008-01-01"), YearOnly: true, Citizenship: "CN"}, map[string]string{
			"renewal": RuleLevel2Permit, "school": RuleLevel2Permit, "certificate": RuleLevel2Permit, "work": RuleLevel2Permit, "social": RuleLevel2Permit, "": RuleLevel2Permit,
		}},
		{"of unknown age, with a permit", change(func(f *PersonFacts) { f.BirthDate = day("0001-01-01") }), map[string]string{"work": RuleLevel2BirthDate}},
		{"a citizen of the EU, who has no permit", PersonFacts{BirthDate: day("1992-03-10"), Citizenship: "RO"}, map[string]string{
			"renewal": RuleLevel2ThirdCountry, "health": RuleLevel2ThirdCountry, "work": RuleLevel2ThirdCountry, "social": RuleLevel2ThirdCountry, "": RuleLevel2ThirdCountry,
		}},
		{"an Italian", PersonFacts{BirthDate: day("1992-03-10"), Citizenship: "IT"}, map[string]string{
			"renewal": RuleLevel2ThirdCountry, "school": RuleLevel2Foreign, "certificate": RuleLevel2Foreign, "health": RuleLevel2ThirdCountry,
			"work": RuleLevel2ThirdCountry, "social": RuleLevel2ThirdCountry, "": RuleLevel2ThirdCountry,
		}},
		{"of unknown citizenship", change(func(f *PersonFacts) { f.Citizenship = "" }), map[string]string{
			"renewal": RuleLevel2Citizenship, "school": RuleLevel2Citizenship, "certificate": RuleLevel2Citizenship, "health": RuleLevel2Citizenship,
			"work": RuleLevel2Citizenship, "social": RuleLevel2Citizenship, "": RuleLevel2Citizenship,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, matter := range all {
				answer := OfMatter(p, matter, test.facts, day("2026-11-23"))
				var rules []string
				for _, r := range answer.Refusals {
					rules = append(rules, r.Rule)
				}
				want := slices.DeleteFunc([]string{test.shut[matter]}, func(rule string) bool { return rule == "" })
				if !slices.Contains(rules, test.shut[matter]) && len(want) > 0 || answer.Allowed != (len(want) == 0) {
					t.Errorf("%q: %+v, want %v", matter, answer, want)
				}
				if len(rules) > 0 && matter == "" && !slices.Equal(rules, []string{Answers(test.facts, day("2026-11-23"))[2].Refusals[0].Rule}) {
					t.Errorf("nothing in particular is asked for %v, and level 2 for %+v", rules, Answers(test.facts, day("2026-11-23"))[2])
				}
			}
		})
	}
}

// TestAMatterSaysFromWhenItIsOpen: where time alone opens it.
func TestAMatterSaysFromWhenItIsOpen(t *testing.T) {
	p := care.Policy{Gates: []care.MatterGate{{Matter: "work", AgeMin: 16}}}
	f := adult()
	f.BirthDate = day("2010-12-15")
	answer := OfMatter(p, "work", f, day("2026-11-23"))
	if answer.Allowed || answer.Refusals[0].From == nil || !answer.Refusals[0].From.Equal(day("2026-12-15")) {
		t.Errorf("%+v", answer)
	}
	if !OfMatter(p, "work", f, day("2026-12-15")).Allowed {
		t.Error("still shut on the day")
	}
}
