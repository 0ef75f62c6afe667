package eligibility

import (
	"slices"
	"testing"
	"time"

	"percorso/internal/testclock"

	"percorso/internal/care"
)

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

func dayPtr(text string) *time.Time {
	d := day(text)
	return &d
}

var (
	labour      = care.NeedArea{Code: "labour", Difficulty: care.DifficultyLabour}
	immigration = care.NeedArea{Code: "immigration"}
)

// adult is a person who passes every gate.
func adult() PersonFacts {
	return PersonFacts{
		BirthDate: day("1992-03-10"), Citizenship: "PK", Permit: "work",
		PermitExpiry: dayPtr("2027-06-30"), Needs: []care.NeedArea{labour, immigration},
	}
}

// TestBirthdaysAtEveryMoment: one is 16 from the birthday on, and 65 until the
// eve of the 66th, by the days of Rome.
func TestBirthdaysAtEveryMoment(t *testing.T) {
	testclock.Each(t, func(t *testing.T, now time.Time) {
		year, month, day := now.Date()
		for _, test := range []struct {
			years, days int // from now to the birth
			allowed     bool
		}{{-16, 0, true}, {-16, 1, false}, {-66, -1, false}, {-66, 1, true}} {
			f := adult()
			f.BirthDate = time.Date(year+test.years, month, day+test.days, 0, 0, 0, 0, time.UTC)
			f.PermitExpiry = nil
			if answer := MayPass(GateTakeOver, f, now); answer.Allowed != test.allowed {
				t.Errorf("born on %s: %+v", f.BirthDate, answer)
			}
		}
	})
}

func TestEligibility(t *testing.T) {
	const on = "2026-11-23"
	change := func(change func(*PersonFacts)) PersonFacts {
		f := adult()
		change(&f)
		return f
	}
	for _, test := range []struct {
		name    string
		facts   PersonFacts
		refused []string // rules, over all gates in their order
	}{
		{"34, with a permit and in need of work", adult(), nil},
		{"15, and 16 next month", change(func(f *PersonFacts) { f.BirthDate = day("2010-12-23") }), []string{RuleTakeOverAgeMin}},
		{"16 tomorrow", change(func(f *PersonFacts) { f.BirthDate = day("2010-11-24") }), []string{RuleTakeOverAgeMin}},
		{"16 today", change(func(f *PersonFacts) { f.BirthDate = day("2010-11-23") }), nil},
		{"66 tomorrow", change(func(f *PersonFacts) { f.BirthDate = day("1960-11-24") }), nil},
		{"66 today, who may still book a housing certificate", change(func(f *PersonFacts) { f.BirthDate = day("1960-11-23") }), []string{RuleTakeOverAgeMax}},
		{"an Italian citizen", change(func(f *PersonFacts) { f.Citizenship, f.Permit, f.PermitExpiry = "IT", "", nil }),
			[]string{RuleLevel1Foreign, RuleLevel2ThirdCountry, RuleTakeOverThirdCountry}},
		{"a citizen of an EU state", change(func(f *PersonFacts) { f.Citizenship, f.Permit, f.PermitExpiry = "RO", "", nil }),
			[]string{RuleLevel2ThirdCountry, RuleTakeOverThirdCountry}},
		{"recorded before as of Réunion, which is France", change(func(f *PersonFacts) { f.Citizenship, f.Permit, f.PermitExpiry = "RE", "", nil }),
			[]string{RuleLevel2ThirdCountry, RuleTakeOverThirdCountry}},
		{"a British citizen", change(func(f *PersonFacts) { f.Citizenship = "GB" }), nil},
		{"a Swiss citizen", change(func(f *PersonFacts) { f.Citizenship = "CH" }), nil},
		{"stateless", change(func(f *PersonFacts) { f.Citizenship = Stateless }), nil},
		{"citizenship not known", change(func(f *PersonFacts) { f.Citizenship = "" }),
			[]string{RuleLevel1Citizenship, RuleLevel2Citizenship, RuleTakeOverCitizenship}},
		{"no permit", change(func(f *PersonFacts) { f.Permit, f.PermitExpiry = "", nil }), []string{RuleLevel2Permit, RuleTakeOverPermit}},
		{"first permit asked for", change(func(f *PersonFacts) { f.Permit, f.PermitExpiry, f.RenewalAsked = "", nil, true }), nil},
		{"permit expired yesterday", change(func(f *PersonFacts) { f.PermitExpiry = dayPtr("2026-11-22") }),
			[]string{RuleLevel2PermitExpired, RuleTakeOverPermitExpired}},
		{"permit's last day", change(func(f *PersonFacts) { f.PermitExpiry = dayPtr(on) }), nil},
		{"expired, renewal asked for", change(func(f *PersonFacts) { f.PermitExpiry, f.RenewalAsked = dayPtr("2026-11-22"), true }), nil},
		{"permit without an end", change(func(f *PersonFacts) { f.PermitExpiry = nil }), nil},
		{"no need", change(func(f *PersonFacts) { f.Needs = nil }), []string{RuleTakeOverNeed}},
		{"neither social nor labour", change(func(f *PersonFacts) { f.Needs = []care.NeedArea{immigration} }), []string{RuleTakeOverNeed}},
		{"birth date not known", change(func(f *PersonFacts) { f.BirthDate = time.Time{} }), []string{RuleTakeOverBirthDate}},
		{"born in a year, surely of age", change(func(f *PersonFacts) { f.BirthDate, f.YearOnly = day("1990-01-01"), true }), nil},
		{"born in a year, 15 or 16", change(func(f *PersonFacts) { f.BirthDate, f.YearOnly = day("2010-01-01"), true }), []string{RuleTakeOverBirthDay}},
		{"born in a year, surely 15 at most", change(func(f *PersonFacts) { f.BirthDate, f.YearOnly = day("2011-01-01"), true }), []string{RuleTakeOverAgeMin}},
		{"born in a year, 65 or 66", change(func(f *PersonFacts) { f.BirthDate, f.YearOnly = day("1960-01-01"), true }), []string{RuleTakeOverBirthDay}},
		{"born in a year, surely 66", change(func(f *PersonFacts) { f.BirthDate, f.YearOnly = day("1959-01-01"), true }), []string{RuleTakeOverAgeMax}},
		{"15 without permit and need", PersonFacts{BirthDate: day("2011-01-01"), Citizenship: "CN"},
			[]string{RuleLevel2Permit, RuleTakeOverPermit, RuleTakeOverAgeMin, RuleTakeOverNeed}},
		{"nothing known", PersonFacts{},
			[]string{RuleLevel1Citizenship, RuleLevel2Citizenship, RuleTakeOverCitizenship, RuleTakeOverBirthDate, RuleTakeOverNeed}},
	} {
		t.Run(test.name, func(t *testing.T) {
			// The first and the last moment of the day count alike.
			for _, now := range []time.Time{day(on), day(on).Add(24*time.Hour - time.Second)} {
				var refused []string
				for i, a := range Answers(test.facts, now) {
					if a.Gate != Gates[i] || a.Allowed != (len(a.Refusals) == 0) {
						t.Errorf("answer %d: %+v", i, a)
					}
					for _, r := range a.Refusals {
						if refused = append(refused, r.Rule); r.Field == "" {
							t.Errorf("refusal %+v", r)
						}
					}
				}
				if !slices.Equal(refused, test.refused) {
					t.Errorf("refused by %v, want %v", refused, test.refused)
				}
			}
		})
	}
}

func TestTakeOverFromBirthday(t *testing.T) {
	for _, test := range []struct{ born, from string }{
		{"2010-12-23", "2026-12-23"},
		{"2012-02-29", "2028-02-29"},
		{"2011-12-31", "2027-12-31"},
	} {
		f := adult()
		f.BirthDate = day(test.born)
		a := MayPass(GateTakeOver, f, day("2026-11-23"))
		if a.Allowed || a.Refusals[0].From == nil || !a.Refusals[0].From.Equal(day(test.from)) {
			t.Errorf("born %s: %+v", test.born, a)
			continue
		}
		if !MayPass(GateTakeOver, PersonFacts{BirthDate: f.BirthDate, Citizenship: "AL", Permit: "family", Needs: f.Needs}, *a.Refusals[0].From).Allowed {
			t.Errorf("born %s: still refused on the day", test.born)
		}
	}
}

func TestMemberStates(t *testing.T) {
	if len(euMembers) != 27 || !slices.IsSorted(euMembers) {
		t.Errorf("%d member states, sorted %v", len(euMembers), slices.IsSorted(euMembers))
	}
}

func TestCitizenshipsAreOfStates(t *testing.T) {
	if !slices.IsSorted(citizenships) || len(slices.Compact(Citizenships())) != 197 {
		t.Errorf("%d citizenships, sorted %v", len(citizenships), slices.IsSorted(citizenships))
	}
	for _, state := range euMembers {
		if !IsCitizenship(state) {
			t.Errorf("nobody is a citizen of %s", state)
		}
	}
	for territory, state := range territories {
		if IsCitizenship(territory) || !IsCitizenship(state) {
			t.Errorf("%s of %s", territory, state)
		}
	}
	for code, is := range map[string]bool{
		Stateless: true, "PK": true, "XK": true, "TW": true, "PS": true, "VA": true, "SS": true, "TL": true, "ME": true,
		"": false, "pk": false, "PAK": false, "HK": false, "PR": false, "EH": false, "GI": false, "AQ": false, "EU": false, "UK": false, "ZZ": false, "XX ": false,
		"YU": false, "CS": false, "SU": false, "DD": false, "TP": false, "ZR": false, "BU": false, "AN": false,
	} {
		if IsCitizenship(code) != is {
			t.Errorf("%q is a citizenship: %v", code, !is)
		}
	}
}

// The days on which a minor's case asks for somebody, and the first on which they are of age:
// no month is too short for them.
func TestDaysOfAMinor(t *testing.T) {
	for born, want := range map[string][3]string{
		"2009-03-15": {"2025-03-15", "2026-09-15", "2027-03-15"},
		"2012-02-29": {"2028-02-29", "2029-08-29", "2030-03-01"},
		"2008-02-29": {"2024-02-29", "2025-08-29", "2026-03-01"},
		"2009-08-31": {"2025-08-31", "2027-02-28", "2027-08-31"},
		"2010-08-30": {"2026-08-30", "2028-02-29", "2028-08-30"},
		"2009-10-31": {"2025-10-31", "2027-04-30", "2027-10-31"},
	} {
		birth, adult := day(born), day(want[2])
		if got := [2]string{TurnsSixteen(birth).Format(time.DateOnly), NearlyAdult(birth).Format(time.DateOnly)}; got != [2]string{want[0], want[1]} {
			t.Errorf("%s: %v", born, got)
		}
		if Adult(birth, false, adult.AddDate(0, 0, -1)) || !Adult(birth, false, adult) {
			t.Errorf("%s: not of age from %s on", born, want[2])
		}
	}
}
