package eligibility

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// Whose citizens a matter is for. Italians are given information only.
const (
	CitizensThirdCountry = "third_country" // of no member state of the EU; the usual
	CitizensForeign      = "foreign"       // those of the EU too, who need no permit
)

// What a matter asks of a third-country national for a permit.
const (
	PermitValid    = "valid"     // one that is valid on the day, or the receipt of a request; the usual
	PermitShown    = "shown"     // one that was shown, be it over: for what renews it
	PermitNotAsked = "not_asked" // none
)

// Citizens and PermitAsks list what a gate of a matter may say.
var (
	Citizens   = []string{CitizensThirdCountry, CitizensForeign}
	PermitAsks = []string{PermitValid, PermitShown, PermitNotAsked}
)

// OfMatter answers whether the person may book a matter: by the gate that the zone
// gives it, else by that of level 2. No matter: what a service does besides.
func OfMatter(p care.Policy, code string, f PersonFacts, on time.Time) GateAnswer {
	var gate care.MatterGate
	if i := slices.IndexFunc(p.Gates, func(g care.MatterGate) bool { return code != "" && g.Matter == code }); i >= 0 {
		gate = p.Gates[i]
	}
	refusals := matter(gate, f, care.DayOf(on))
	return GateAnswer{Gate: GateLevel2, Allowed: len(refusals) == 0, Refusals: refusals}
}

func matter(gate care.MatterGate, f PersonFacts, today time.Time) []GateRefusal {
	refusals := stay(gate, f, today, stayRules{
		citizenship: RuleLevel2Citizenship, foreign: RuleLevel2Foreign, thirdCountry: RuleLevel2ThirdCountry,
		permit: RuleLevel2Permit, expired: RuleLevel2PermitExpired,
	})
	return append(refusals, age(gate.AgeMin, gate.AgeMax, f, today, ageRules{
		birth: RuleLevel2BirthDate, day: RuleLevel2BirthDay, least: RuleLevel2AgeMin, most: RuleLevel2AgeMax,
	})...)
}

// stayRules are the rules of citizenship and regular stay as a gate names them.
type stayRules struct{ citizenship, foreign, thirdCountry, permit, expired string }

// stay asks whose citizen the person is and, of a third-country national, for a permit.
// Of somebody else no permit is asked, so its lack is no reason of its own.
func stay(gate care.MatterGate, f PersonFacts, today time.Time, rules stayRules) []GateRefusal {
	refused := func(rule, field string) []GateRefusal { return []GateRefusal{{Rule: rule, Field: field}} }
	foreign := gate.Citizens == CitizensForeign
	switch {
	case f.Citizenship == "":
		return refused(rules.citizenship, "citizenship")
	case f.Citizenship == italy && foreign:
		return refused(rules.foreign, "citizenship")
	case ofEU(f.Citizenship) && !foreign:
		return refused(rules.thirdCountry, "citizenship")
	case ofEU(f.Citizenship), f.RenewalAsked, !asksPermit(gate, f, today):
		return nil
	case f.Permit == "":
		return refused(rules.permit, "permit")
	case gate.Permit != PermitShown && !care.PermitValid(f.PermitExpiry, today):
		return refused(rules.expired, "permit_expiry")
	}
	return nil
}

// asksPermit says whether a permit is asked of a third-country national: of whom nobody
// knows the age it is.
func asksPermit(gate care.MatterGate, f PersonFacts, today time.Time) bool {
	young := !f.BirthDate.IsZero() && today.Before(birthday(f.BirthDate, gate.PermitFrom))
	return gate.Permit != PermitNotAsked && !young
}

// ageRules are the rules of age as a gate names them.
type ageRules struct{ birth, day, least, most string }

// age asks that the person has had one birthday and not yet the one after another. Where
// the year of birth alone is known, and the one birthday may have been or not, the day is
// asked for: nobody is taken for older or younger than they may be.
func age(least, most int, f PersonFacts, today time.Time, rules ageRules) []GateRefusal {
	refusal := GateRefusal{Field: "birth_date"}
	first, surely := birthday(f.BirthDate, least), birthday(latest(f.BirthDate, f.YearOnly), least)
	last := most > 0 && !today.Before(birthday(f.BirthDate, most+1)) // may be over
	switch {
	case least == 0 && most == 0:
		return nil
	case f.BirthDate.IsZero():
		refusal.Rule = rules.birth
	case today.Before(first):
		refusal.Rule, refusal.From = rules.least, &first
	case least > 0 && today.Before(surely):
		refusal.Rule, refusal.From = rules.day, &surely
	case last && !today.Before(birthday(latest(f.BirthDate, f.YearOnly), most+1)):
		refusal.Rule = rules.most
	case last:
		refusal.Rule = rules.day
	default:
		return nil
	}
	return []GateRefusal{refusal}
}

// birthday is the day on which somebody comes to an age. Who is born on 29 February
// does so on 1 March of other years.
func birthday(birth time.Time, years int) time.Time { return care.DayOf(birth).AddDate(years, 0, 0) }
