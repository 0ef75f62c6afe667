// Package takeover says when a person is taken over, and what is kept of that day.
package takeover

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/ledger"
)

// Form is under which name the record of a take-over is kept: it is no form that people
// fill in.
const Form = "take_over"

// NotTaken is the rule by which nobody says how the person was told of what has not been.
const NotTaken = "not_taken_over"

// With is what a take-over begins with.
type With string

// The beginnings: the person agrees to the plan of an équipe, or the employment centre
// accepts what it was asked.
const (
	Plan      With = "plan"
	Placement With = "placement"
)

// Begins says whether what a step of a run of a kind writes takes the person over; empty:
// it does not.
func Begins(kind care.RunKind, e ledger.Effects) With {
	accepted := func(r ledger.ReferralChange) bool { return r.State == care.ReferralAccepted }
	switch {
	case e.Plan != nil && e.Plan.State == care.PlanAgreed:
		return Plan
	case kind == care.RunPlacement && slices.ContainsFunc(e.Referrals, accepted):
		return Placement
	}
	return ""
}

// Record is a take-over as it is kept: what the gate was answered that day, in codes. Why
// it was shut is not kept, since that somebody showed no permit is written nowhere.
type Record struct {
	On          string   `json:"on"`
	With        With     `json:"with"`
	Gate        string   `json:"gate"` // open, shut
	Age         string   `json:"age"`  // under, minor, adult, over: of the ages of the take-over
	Citizenship string   `json:"status"`
	Permit      string   `json:"stay,omitempty"` // valid, requested; empty: neither was shown
	Needs       []string `json:"needs"`          // codes of areas that are a social or labour difficulty
}

// Of is the record of a take-over on a day in the zone.
func Of(with With, facts eligibility.PersonFacts, on time.Time) Record {
	r := Record{On: on.Format(time.DateOnly), With: with, Gate: "shut", Age: ageOf(facts, on), Citizenship: "third_country", Needs: []string{}}
	answer := eligibility.MayPass(eligibility.GateTakeOver, facts, on)
	if answer.Allowed {
		r.Gate = "open"
	}
	for _, refusal := range answer.Refusals {
		switch refusal.Rule {
		case eligibility.RuleTakeOverThirdCountry:
			r.Citizenship = "other"
		case eligibility.RuleTakeOverCitizenship:
			r.Citizenship = "unknown"
		}
	}
	switch {
	case facts.RenewalAsked:
		r.Permit = care.PermitRequested
	case facts.Permit != "" && care.PermitValid(facts.PermitExpiry, on):
		r.Permit = "valid"
	}
	for _, area := range facts.Needs {
		if area.Difficulty != "" {
			r.Needs = append(r.Needs, area.Code)
		}
	}
	return r
}

// ageOf is among which ages somebody surely is.
func ageOf(facts eligibility.PersonFacts, on time.Time) string {
	if facts.BirthDate.IsZero() {
		return "unknown"
	}
	age := ageBorn(facts.BirthDate, on)
	if facts.YearOnly && age != ageBorn(facts.BirthDate.AddDate(1, 0, -1), on) {
		return "unknown"
	}
	return age
}

func ageBorn(birth, on time.Time) string {
	day, born := care.DayOf(on), care.DayOf(birth)
	switch {
	case day.Before(born.AddDate(eligibility.TakeOverAgeMin, 0, 0)):
		return "under"
	case !eligibility.Adult(birth, false, on):
		return "minor"
	case !day.Before(born.AddDate(eligibility.TakeOverAgeMax+1, 0, 0)):
		return "over"
	}
	return "adult"
}

// Telling is how the person was told that they are taken over, and by whom.
type Telling struct {
	How      string `json:"how" enum:"in_person,phone,letter,message" doc:"How they were told"`
	Mediator bool   `json:"mediator,omitempty" doc:"A mediator told it in their language"`
	Note     string `json:"note,omitempty" maxLength:"4000"`
}

// Check says what is wrong with the form.
func (form Telling) Check() []care.Fault {
	var f care.Faults
	f.Add(slices.Contains([]string{"in_person", "phone", "letter", "message"}, form.How), "how", care.RuleReason)
	f.Note("note", form.Note)
	return f
}
