package present

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/correction"
	"percorso/internal/crossing"
	"percorso/internal/italian"
	"percorso/internal/italian/jobs"
	"percorso/internal/italian/known"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/working"
)

// Unseen says in a list that the data of a person are out of sight.
func Unseen() string { return message.Say("given_terms.unseen") }

// DisclosedTerms lists what a snapshot holds of the person, and nothing else.
func DisclosedTerms(p care.Policy, snapshot ledger.Snapshot) []web.Term {
	var terms []web.Term
	add := func(name, value string) {
		if value != "" {
			terms = append(terms, web.Term{Name: name, Value: value})
		}
	}
	add(message.Say("given_terms.given_name"), snapshot.GivenName)
	add(message.Say("given_terms.family_name"), snapshot.FamilyName)
	if born, yearOnly, ok := correction.ParseBirth(snapshot.BirthDate); ok && yearOnly {
		add(message.Say("given_terms.birth_date"), italian.YearOnly(born))
	} else if ok {
		add(message.Say("given_terms.birth_date"), italian.Date(born))
	}
	add(message.Say("given_terms.fiscal_code"), snapshot.FiscalCode)
	if snapshot.Citizenship != "" {
		add(message.Say("given_terms.citizenship"), world.Citizenship(snapshot.Citizenship))
	}
	add(message.Say("given_terms.languages"), Languages(snapshot.Languages))
	if snapshot.Phone != "" {
		add(message.Say("given_terms.phone_terms"), known.Terms(snapshot.Telephone()))
	}
	add(message.Say("given_terms.phone"), snapshot.Phone)
	add(message.Say("given_terms.needs"), strings.Join(web.Each(p.NeedAreas(snapshot.Needs), func(n care.NeedArea) string { return n.Name }), ", "))
	if snapshot.Work != nil {
		terms = append(terms, WorkTerms(*snapshot.Work)...)
	}
	add(message.Say("given_terms.case_number"), snapshot.CaseNumber)
	return terms
}

// WorkTerms lists what is told of a person's work.
func WorkTerms(t working.Told) []web.Term {
	return web.Each(jobs.Told(t, func(at time.Time) string { return italian.Date(at.In(italian.Rome)) }), func(said [2]string) web.Term { return web.Term{Name: said[0], Value: said[1]} })
}

// CorrectedTerms lists what of a snapshot was corrected since it was given: as it is, and as
// it was given.
func CorrectedTerms(p care.Policy, corrected []ledger.GivenCorrected) (terms []web.Term) {
	for _, c := range corrected {
		is, was := disclosedTerm(p, c.Field, c.New), disclosedTerm(p, c.Field, c.Old)
		now := cmp.Or(is.Value, message.Say("given_terms.no_more"))
		terms = append(terms, web.Term{
			Name:  message.Say("given_terms.corrected", "Field", cmp.Or(is.Name, was.Name), "Day", italian.Dated("", c.At.In(italian.Rome))),
			Value: message.Say("given_terms.now_and_before", "Now", now, "Before", cmp.Or(was.Value, message.Say("given_terms.nothing"))),
		})
	}
	return terms
}

// disclosedTerm shows one field of a snapshot; empty: nothing stands there.
func disclosedTerm(p care.Policy, field string, value json.RawMessage) web.Term {
	var one ledger.Snapshot
	text, err := json.Marshal(map[string]json.RawMessage{field: value})
	if len(value) == 0 || err != nil || json.Unmarshal(text, &one) != nil {
		return web.Term{}
	}
	terms := DisclosedTerms(p, one)
	if len(terms) == 0 {
		return web.Term{}
	}
	return terms[len(terms)-1] // before which may stand how a number may be called
}

// ActEnd says of an agency that the act by which it works with the zone ends soon, or
// has ended; empty: neither.
func ActEnd(a care.Agency, now time.Time) string {
	ends, err := time.Parse(time.DateOnly, a.ActEnd)
	switch here := now.In(italian.Rome); {
	case err != nil || !crossing.ShutsSoon(a, here):
		return ""
	case crossing.Shut(a, here):
		return message.Say("given_terms.act_over", "Act", a.Act, "Day", italian.Dated("", ends))
	default:
		return message.Say("given_terms.act_ends", "Act", a.Act, "Day", italian.Dated("", ends))
	}
}

// PurposeOf says what data are given for: an area of need, or one of the
// purposes that are the same everywhere.
func PurposeOf(p care.Policy, code string) string {
	if code == "" || len(p.NeedAreas([]string{code})) > 0 {
		return italian.ReferralPurpose(p, code)
	}
	return italian.Upper(italian.Purpose(code))
}

// Languages lists languages by name.
func Languages(tags []string) string {
	return strings.Join(web.Each(tags, world.Language), ", ")
}
