package intake

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/after"
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/ledger"
	"percorso/internal/privacy"
)

// The languages of a person are tags, each once, none with a private part, which
// could hold any text.
func TestLanguagesOfForms(t *testing.T) {
	for what, c := range map[string]struct {
		languages []string
		field     string // empty: they are good
		rule      string
	}{
		"two":                      {[]string{"it", "ur"}, "", ""},
		"of a place and a writing": {[]string{"pt-BR", "zh-Hant"}, "", ""},
		"of three letters":         {[]string{"bin"}, "", ""},
		"twice":                    {[]string{"it", "ur", "it"}, "person.languages[2]", care.RuleDuplicate},
		"twice in other letters":   {[]string{"it", "IT"}, "person.languages[1]", care.RuleDuplicate},
		"twice by its other code":  {[]string{"it", "ita"}, "person.languages[1]", care.RuleDuplicate},
		"private part":             {[]string{"it-x-prova"}, "person.languages[0]", care.RuleLanguage},
		"private part elsewhere":   {[]string{"ur", "pt-BR-X-prova"}, "person.languages[1]", care.RuleLanguage},
		"nothing but private":      {[]string{"x-prova"}, "person.languages[0]", care.RuleLanguage},
		"none":                     {[]string{"lingua"}, "person.languages[0]", care.RuleLanguage},
	} {
		t.Run(what, func(t *testing.T) {
			var got []care.Fault
			for _, fault := range CheckOpening(care.Policy{}, ledger.CaseOpening{Person: ledger.Person{Languages: c.languages}}, time.Time{}) {
				if len(fault.Field) > len("person.languages") && fault.Field[:len("person.languages")] == "person.languages" {
					got = append(got, fault)
				}
			}
			if c.field == "" {
				require.Empty(t, got)
				return
			}
			require.Equal(t, []care.Fault{{Field: c.field, Rule: c.rule}}, got)
		})
	}
	require.Contains(t, CheckContact(care.Policy{}, ledger.NewContact{Language: "it-x-prova"}), care.Fault{Field: "language", Rule: care.RuleLanguage})
	require.NotContains(t, CheckContact(care.Policy{}, ledger.NewContact{Language: "it"}), care.Fault{Field: "language", Rule: care.RuleLanguage})
}

// What was shown of a permit is of no day before the person was born.
func TestAPermitIsOfSomebodyWhoIsBorn(t *testing.T) {
	born, before, now := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	faults := CheckOpening(care.Policy{}, ledger.CaseOpening{Person: ledger.Person{BirthDate: born, PermitExpiry: &before, Receipt: &before}}, now)
	require.Contains(t, faults, care.Fault{Field: "person.permit_expiry", Rule: after.Birth})
	require.Contains(t, faults, care.Fault{Field: "person.receipt_on", Rule: after.Birth})
	require.Contains(t, CheckFacts(care.Policy{}, eligibility.PersonFacts{BirthDate: born, PermitExpiry: &before}, nil, now), care.Fault{Field: "permit_expiry", Rule: after.Birth})
}

// A name has a letter that says something: an apostrophe that counts as one, or what makes
// another letter longer, is found by no search.
func TestANameOfSignsAloneIsNone(t *testing.T) {
	for name, good := range map[string]bool{"\u02bc": false, "\u02bb\u02bc": false, "'": false, "\u0640": false, "\u0301": false, "\u02bcA": true, "A": true, "\u674e": true, "\u05d0": true} {
		faults := CheckOpening(care.Policy{}, ledger.CaseOpening{Person: ledger.Person{FamilyName: name}}, time.Time{})
		require.Equal(t, !good, slices.Contains(faults, care.Fault{Field: "person.family_name", Rule: care.RuleRequired}), "%q", name)
	}
}

// Each form that asks for a citizenship takes those that one may have: a territory is
// none, nor is a country that is no more.
func TestCitizenshipsOfForms(t *testing.T) {
	for code, good := range map[string]bool{"PK": true, "XK": true, "XX": true, "RE": false, "GP": false, "GF": false, "HK": false, "YU": false, "SU": false, "pk": false, "PAK": false} {
		opening := CheckOpening(care.Policy{}, ledger.CaseOpening{Person: ledger.Person{Citizenship: code}}, time.Time{})
		contact := CheckContact(care.Policy{}, ledger.NewContact{Citizenship: code})
		facts := CheckFacts(care.Policy{}, eligibility.PersonFacts{Citizenship: code}, nil, time.Time{})
		require.Equal(t, !good, slices.Contains(opening, care.Fault{Field: "person.citizenship", Rule: care.RuleCountry}), code)
		require.Equal(t, !good, slices.Contains(contact, care.Fault{Field: "citizenship", Rule: care.RuleCountry}), code)
		require.Equal(t, !good, slices.Contains(facts, care.Fault{Field: "citizenship", Rule: care.RuleCountry}), code)
	}
	require.NotContains(t, CheckContact(care.Policy{}, ledger.NewContact{}), care.Fault{Field: "citizenship", Rule: care.RuleRequired}, "it need not be known")
}

// TestThatSomebodyHasNoPermitCannotBeSaid: a permit was shown, asked for, or not shown,
// which is what is assumed.
func TestThatSomebodyHasNoPermitCannotBeSaid(t *testing.T) {
	for permit, refused := range map[string]bool{"": false, "work": false, care.PermitRequested: false, "none": true, "expired": true, "irregular": true} {
		faults := CheckOpening(care.Policy{}, ledger.CaseOpening{Person: ledger.Person{Permit: permit}}, time.Time{})
		if slices.Contains(faults, care.Fault{Field: "person.permit", Rule: care.RuleUnknownCode}) != refused {
			t.Errorf("%q: %v", permit, faults)
		}
	}
}

// A search ends where a reader of barcodes ends it; what nobody sees in it is refused as in
// any other text.
func TestASearchSaysWhatCanBeRead(t *testing.T) {
	require.Empty(t, CheckSearch("search", "PROVA\r\n"))
	require.Equal(t, []care.Fault{{Field: "search", Rule: care.RuleIllegible}}, CheckSearch("search", "Prova\u2028"))
	require.Equal(t, []care.Fault{{Field: "search", Rule: care.RuleTooShort}}, CheckSearch("search", " a "))
}

// TestAnOpeningAsksForANameWhatIsAskedAndTheNotice: and for nothing else.
func TestAnOpeningAsksForANameWhatIsAskedAndTheNotice(t *testing.T) {
	policy := care.Policy{Desk: care.Desk{Channels: []care.Named{{Code: "in_person"}}, Topics: []care.Named{{Code: "school"}}}, Needs: []care.NeedArea{{Code: "labour"}}}
	least := func(change func(*ledger.CaseOpening)) []care.Fault {
		o := ledger.CaseOpening{Person: ledger.Person{GivenName: "Persona"}, Topic: "school", Channel: "in_person", NoticeGiven: true, Notice: privacy.Notice{Way: privacy.Handed, Language: "ur"}}
		change(&o)
		return CheckOpening(policy, o, time.Time{})
	}
	for name, c := range map[string]struct {
		change      func(*ledger.CaseOpening)
		field, rule string // empty: it is in order
	}{
		"the least":                   {func(*ledger.CaseOpening) {}, "", ""},
		"read aloud":                  {func(o *ledger.CaseOpening) { o.Way = privacy.ReadAloud }, "", ""},
		"what is asked is a note":     {func(o *ledger.CaseOpening) { o.Topic, o.Note = "", "Chiede un corso" }, "", ""},
		"or a need":                   {func(o *ledger.CaseOpening) { o.Topic, o.Needs = "", []string{"labour"} }, "", ""},
		"a language for the notice's": {func(o *ledger.CaseOpening) { o.Language, o.Person.Languages = "", []string{"ur"} }, "", ""},
		"no name":                     {func(o *ledger.CaseOpening) { o.Person.GivenName = "" }, "person.given_name", care.RuleRequired},
		"nothing is asked":            {func(o *ledger.CaseOpening) { o.Topic = "" }, "topic", care.RuleRequired},
		"no notice":                   {func(o *ledger.CaseOpening) { o.NoticeGiven = false }, "notice_given", care.RuleNotice},
		"given in no known way":       {func(o *ledger.CaseOpening) { o.Way = "sung" }, "notice_way", care.RuleUnknownCode},
		"in no language":              {func(o *ledger.CaseOpening) { o.Language = "" }, "notice_language", care.RuleRequired},
		"in a language that is none":  {func(o *ledger.CaseOpening) { o.Language = "lingua" }, "notice_language", care.RuleLanguage},
		"a citizen of Italy":          {func(o *ledger.CaseOpening) { o.Person.Citizenship = "IT" }, "person.citizenship", eligibility.RuleLevel1Foreign},
	} {
		if c.field == "" {
			require.Empty(t, least(c.change), name)
			continue
		}
		require.Equal(t, []care.Fault{{Field: c.field, Rule: c.rule}}, least(c.change), name)
	}
}
