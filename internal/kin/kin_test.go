package kin_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/kin"
	"percorso/internal/reach"
	"percorso/internal/testclock"
)

var (
	mother = kin.Linked{Name: "Madre Prova", Relation: "mother", Phone: "000 0000001", Call: reach.Yes, Signs: true}
	father = kin.Linked{Name: "Padre Prova", Relation: "father", Barred: true, Order: "juvenile_court", Ordered: "2026-05-04"}
)

func TestWhatIsSaidOfSomebody(t *testing.T) {
	changed := func(p kin.Linked, change func(*kin.Linked)) kin.Linked { change(&p); return p }
	for name, c := range map[string]struct {
		who   kin.Linked
		field string
		rule  string // empty: it may be so
	}{
		"who signs":                 {mother, "", ""},
		"who must not be told":      {father, "", ""},
		"nobody":                    {kin.Linked{Relation: "mother"}, "name", care.RuleRequired},
		"nobody's":                  {kin.Linked{Name: "Prova"}, "relation", care.RuleRequired},
		"no such relation":          {changed(mother, func(p *kin.Linked) { p.Relation = "enemy" }), "relation", care.RuleUnknownCode},
		"no telephone":              {changed(mother, func(p *kin.Linked) { p.Phone = "abc" }), "phone", reach.RuleNumber},
		"in two lines":              {changed(mother, func(p *kin.Linked) { p.Name = "Madre\nProva" }), "name", care.RuleIllegible},
		"barred, and to be called":  {changed(father, func(p *kin.Linked) { p.Call = reach.Yes }), "call", kin.RuleBarredCalled},
		"barred, and signs":         {changed(father, func(p *kin.Linked) { p.Signs = true }), "signs", kin.RuleBarredSigns},
		"barred by no authority":    {changed(father, func(p *kin.Linked) { p.Order = "" }), "order", care.RuleRequired},
		"barred on no day":          {changed(father, func(p *kin.Linked) { p.Ordered = "31/2/2026" }), "ordered", care.RuleRequired},
		"barred tomorrow":           {changed(father, func(p *kin.Linked) { p.Ordered = "2030-01-01" }), "ordered", care.RuleInTheFuture},
		"an order that bars nobody": {changed(mother, func(p *kin.Linked) { p.Order = "court" }), "order", care.RuleNotAllowed},
	} {
		faults := kin.Check("linked", []kin.Linked{c.who}, testclock.Monday)
		if c.rule == "" {
			require.Empty(t, faults, name)
			continue
		}
		require.Contains(t, faults, care.Fault{Field: "linked[0]." + c.field, Rule: c.rule}, name)
	}
	require.Contains(t, kin.Check("linked", []kin.Linked{mother, mother}, testclock.Monday), care.Fault{Field: "linked[1].name", Rule: care.RuleDuplicate})
	require.Contains(t, kin.Check("linked", make([]kin.Linked, kin.Most+1), testclock.Monday), care.Fault{Field: "linked", Rule: care.RuleTooMany})
	require.Equal(t, []kin.Linked{mother, father}, kin.Read(kin.Text([]kin.Linked{mother, father})))
}

func TestWhoSigns(t *testing.T) {
	guardian := kin.Linked{Name: "Tutrice Prova", Relation: kin.Guardian, Signs: true}
	sister := kin.Linked{Name: "Sorella Prova", Relation: "sibling"}
	for name, c := range map[string]struct {
		list  []kin.Linked
		adult bool
		by    string
		rule  string
	}{
		"who is of age":                   {nil, true, "", ""},
		"of age, with a mother who signs": {[]kin.Linked{mother}, true, "", ""},
		"of age, by the mother":           {[]kin.Linked{mother}, true, "Madre Prova", ""},
		"of age, with a guardian":         {[]kin.Linked{guardian}, true, "", care.RuleRequired},
		"by the guardian":                 {[]kin.Linked{guardian}, true, "Tutrice Prova", ""},
		"a minor":                         {[]kin.Linked{mother}, false, "", care.RuleRequired},
		"a minor of whom nobody is known": {nil, false, "", care.RuleRequired},
		"by the minor's mother":           {[]kin.Linked{mother, father}, false, "Madre Prova", ""},
		"by who must not be told":         {[]kin.Linked{mother, father}, false, "Padre Prova", kin.RuleSigner},
		"by who does not sign":            {[]kin.Linked{mother, sister}, false, "Sorella Prova", kin.RuleSigner},
		"by somebody else":                {[]kin.Linked{mother}, true, "Altra Prova", kin.RuleSigner},
	} {
		require.Equal(t, c.rule, kin.MaySign(c.list, c.adult, c.by), name)
	}
}
