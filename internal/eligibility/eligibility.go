// Package eligibility says what a person may be given: the gates that the action
// plan sets before the desk, the services and the take-over.
package eligibility

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// Gate is what a person may be given: each gate asks more than the one before.
type Gate string

// The gates, after the action plan.
const (
	// GateInformation is for everybody.
	GateInformation Gate = "information"
	// GateLevel1 is consultation, orientation and the booking of practices at
	// the desk: for foreign citizens, those of the EU among them.
	GateLevel1 Gate = "level_1"
	// GateLevel2 is the specialised services: for third-country nationals who
	// reside regularly, of any age. A matter may have a gate of its own (OfMatter).
	GateLevel2 Gate = "level_2"
	// GateTakeOver is the integrated take-over (presa in carico integrata): for
	// third-country nationals with a permit, aged 16 to 65 on its day, with a
	// social or labour difficulty. It counts against the targets.
	GateTakeOver Gate = "take_over"
)

// Gates lists them, the widest first.
var Gates = []Gate{GateInformation, GateLevel1, GateLevel2, GateTakeOver}

// RuleShut is stored where a gate refused somebody, in place of the rules that did: that
// somebody showed no permit is no record.
const RuleShut = "gate_shut"

// Rules that may refuse a gate. The pages have a sentence for each.
const (
	// RuleLevel1Foreign: Italian citizens are given information only.
	RuleLevel1Foreign = "level_1.foreign_citizen"
	// RuleLevel1Citizenship: the citizenship is not known.
	RuleLevel1Citizenship = "level_1.citizenship_missing"
	// RuleLevel2ThirdCountry: level 2 is for citizens of no EU member state.
	RuleLevel2ThirdCountry = "level_2.third_country"
	// RuleLevel2Citizenship: the citizenship is not known.
	RuleLevel2Citizenship = "level_2.citizenship_missing"
	// RuleLevel2Permit: no residence permit was shown.
	RuleLevel2Permit = "level_2.permit_not_shown"
	// RuleLevel2PermitExpired: the permit has expired and no renewal was asked for.
	RuleLevel2PermitExpired = "level_2.permit_expired"
	// RuleLevel2Foreign: the matter is for foreign citizens, those of the EU among them.
	RuleLevel2Foreign = "level_2.foreign_citizen"
	// RuleLevel2BirthDate: the matter asks for an age, and the birth date is not known.
	RuleLevel2BirthDate = "level_2.birth_date_missing"
	// RuleLevel2BirthDay: the year of birth alone is known, and leaves the answer open.
	RuleLevel2BirthDay = "level_2.birth_day_missing"
	// RuleLevel2AgeMin: the matter is for older people than this one on the day.
	RuleLevel2AgeMin = "level_2.age_min"
	// RuleLevel2AgeMax: the matter is for younger people.
	RuleLevel2AgeMax = "level_2.age_max"
	// RuleTakeOverThirdCountry: the take-over is for citizens of no EU member state.
	RuleTakeOverThirdCountry = "take_over.third_country"
	// RuleTakeOverCitizenship: the citizenship is not known.
	RuleTakeOverCitizenship = "take_over.citizenship_missing"
	// RuleTakeOverPermit: no residence permit was shown.
	RuleTakeOverPermit = "take_over.permit_not_shown"
	// RuleTakeOverPermitExpired: the permit has expired and no renewal was asked for.
	RuleTakeOverPermitExpired = "take_over.permit_expired"
	// RuleTakeOverBirthDate: the birth date is not known.
	RuleTakeOverBirthDate = "take_over.birth_date_missing"
	// RuleTakeOverBirthDay: the year of birth alone is known, and leaves the answer open.
	RuleTakeOverBirthDay = "take_over.birth_day_missing"
	// RuleTakeOverAgeMin: not yet 16 on the day.
	RuleTakeOverAgeMin = "take_over.age_min"
	// RuleTakeOverAgeMax: 66 or older on the day.
	RuleTakeOverAgeMax = "take_over.age_max"
	// RuleTakeOverNeed: no need is a social or a labour difficulty.
	RuleTakeOverNeed = "take_over.need"
)

// Ages of the take-over, both included: from the 16th birthday to the eve of
// the 66th (project TEAMS, beneficiaries aged 16-65).
const (
	TakeOverAgeMin = 16
	TakeOverAgeMax = 65
)

const (
	italy = "IT"
	// Stateless stands for no citizenship, as in travel documents (ICAO Doc
	// 9303 has XXA; ISO 3166-1 leaves XX to its users). The stateless count as
	// third-country nationals (Reg. (EU) 516/2014, art. 2). Refugees keep the
	// citizenship that they have.
	Stateless = "XX"
)

// euMembers are the member states of the European Union since 1 February 2020
// (art. 52 TEU, without the United Kingdom), by ISO 3166-1. A third-country
// national is a citizen of none of them (art. 20 TFEU).
var euMembers = []string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
	"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}

// TurnsSixteen is the first of the days on which a minor's case asks for somebody: the
// take-over is open from then on. The next one leaves half a year until the person comes
// of age (art. 32, d.lgs. 286/1998; art. 13, L. 47/2017: care may go on beyond 18).
func TurnsSixteen(birth time.Time) time.Time { return care.DayOf(birth).AddDate(TakeOverAgeMin, 0, 0) }

// NearlyAdult is half a year before the person comes of age. Of a month that has no such day
// it is the last one: who is born on 31 August has half a year left at the end of February.
func NearlyAdult(birth time.Time) time.Time {
	day := care.DayOf(birth).AddDate(17, 6, 0)
	if day.Day() != birth.Day() {
		day = day.AddDate(0, 0, -day.Day())
	}
	return day
}

// Adult says whether the person is surely of age on a day: nobody is whose day of birth is
// not known.
func Adult(birth time.Time, yearOnly bool, on time.Time) bool {
	return !birth.IsZero() && !care.DayOf(on).Before(latest(birth, yearOnly).AddDate(18, 0, 0))
}

// latest is the last day on which somebody may be born: the last of the year, where the
// year alone is known, which is kept as its first.
func latest(birth time.Time, yearOnly bool) time.Time {
	if yearOnly {
		return time.Date(birth.Year(), time.December, 31, 0, 0, 0, 0, time.UTC)
	}
	return care.DayOf(birth)
}

// PersonFacts is what the gates need to know of a person. Dates count as days,
// whatever their time and zone.
type PersonFacts struct {
	BirthDate    time.Time  // zero: not known
	YearOnly     bool       // of the birth date the year alone is known; it is its 1 January
	Citizenship  string     // ISO 3166-1 alpha-2, or Stateless; empty: not known
	Permit       string     // kind of residence permit; empty: not shown
	PermitExpiry *time.Time // last day of the permit; nil: it does not expire
	// RenewalAsked says that there is the receipt of a request for a permit or
	// its renewal, which counts as regular stay until the answer (art. 5,
	// c. 9-bis, d.lgs. 286/1998).
	RenewalAsked bool
	Needs        []care.NeedArea // as care.Policy.NeedAreas resolves them
}

// GateRefusal says which rule shuts a gate.
type GateRefusal struct {
	Rule  string `json:"rule"`  // one of those above
	Field string `json:"field"` // JSON name of the person's field concerned, or "needs"
	// From is the day from which this rule would no longer refuse, where time
	// alone brings it: the 16th birthday, at midnight UTC.
	From *time.Time `json:"from,omitempty"`
}

// GateAnswer says whether a gate is open, else by which rules it is shut.
type GateAnswer struct {
	Gate     Gate          `json:"gate"`
	Allowed  bool          `json:"allowed"`
	Refusals []GateRefusal `json:"refusals,omitempty"`
}

// Answers answers for each of Gates, in their order. on is the day that
// counts, for the take-over its own: a local time of the zone, whose date is taken.
func Answers(f PersonFacts, on time.Time) []GateAnswer {
	today := care.DayOf(on)
	answers := []GateAnswer{
		{Gate: GateInformation},
		{Gate: GateLevel1, Refusals: level1(f)},
		{Gate: GateLevel2, Refusals: matter(care.MatterGate{}, f, today)},
		{Gate: GateTakeOver, Refusals: takeOver(f, today)},
	}
	for i := range answers {
		answers[i].Allowed = len(answers[i].Refusals) == 0
	}
	return answers
}

// MayPass answers for one gate.
func MayPass(gate Gate, f PersonFacts, on time.Time) GateAnswer {
	answers := Answers(f, on)
	return answers[slices.IndexFunc(answers, func(a GateAnswer) bool { return a.Gate == gate })]
}

func level1(f PersonFacts) []GateRefusal {
	switch f.Citizenship {
	case "":
		return []GateRefusal{{Rule: RuleLevel1Citizenship, Field: "citizenship"}}
	case italy:
		return []GateRefusal{{Rule: RuleLevel1Foreign, Field: "citizenship"}}
	}
	return nil
}

func takeOver(f PersonFacts, today time.Time) []GateRefusal {
	refusals := stay(care.MatterGate{}, f, today, stayRules{
		citizenship: RuleTakeOverCitizenship, thirdCountry: RuleTakeOverThirdCountry,
		permit: RuleTakeOverPermit, expired: RuleTakeOverPermitExpired,
	})
	refusals = append(refusals, age(TakeOverAgeMin, TakeOverAgeMax, f, today, ageRules{
		birth: RuleTakeOverBirthDate, day: RuleTakeOverBirthDay, least: RuleTakeOverAgeMin, most: RuleTakeOverAgeMax,
	})...)
	if !slices.ContainsFunc(f.Needs, func(n care.NeedArea) bool { return n.Difficulty != "" }) {
		refusals = append(refusals, GateRefusal{Rule: RuleTakeOverNeed, Field: "needs"})
	}
	return refusals
}
