// Package gates is the gates of eligibility as they go over the wire.
package gates

import (
	"cmp"
	"time"

	"percorso/api/rest/persons"
	"percorso/internal/eligibility"
)

// PersonFactsJSON is what the gates ask of a person.
type PersonFactsJSON struct {
	BirthDate    string   `json:"birth_date,omitempty" format:"date" doc:"Left out: not known"`
	YearOnly     bool     `json:"birth_year_only,omitempty" doc:"Of the day of birth the year alone is known, and of birth_date it alone counts"`
	Citizenship  string   `json:"citizenship,omitempty" maxLength:"2" doc:"A state by ISO 3166-1 alpha-2, no territory; XX: stateless; left out: not known"`
	Permit       string   `json:"permit,omitempty" maxLength:"100" doc:"Code of the kind of residence permit; left out, or not_shown: none was shown"`
	PermitExpiry string   `json:"permit_expiry,omitempty" format:"date" doc:"Its last day; left out: it does not expire"`
	RenewalAsked bool     `json:"renewal_asked,omitempty" doc:"There is the receipt of a request for a permit or its renewal"`
	Needs        []string `json:"needs,omitempty" maxItems:"50" doc:"Codes of the zone's areas of need"`
}

// EligibilityJSON is the answers of all gates.
type EligibilityJSON struct {
	Gates   []GateJSON `json:"gates" nullable:"false" doc:"The widest first; level_2 is that of a matter without a gate of its own"`
	Matters []GateJSON `json:"matters" nullable:"false" doc:"Whether each matter of the zone may be booked"`
}

// GateJSON is the answer of one.
type GateJSON struct {
	Gate     eligibility.Gate  `json:"gate" enum:"information,level_1,level_2,take_over"`
	Matter   string            `json:"matter,omitempty" doc:"Code of the matter"`
	Allowed  bool              `json:"allowed"`
	Refusals []GateRefusalJSON `json:"refusals,omitempty"`
}

// GateRefusalJSON is a rule that shuts it.
type GateRefusalJSON struct {
	Rule    string `json:"rule"`
	Field   string `json:"field"`
	From    string `json:"from,omitempty" format:"date" doc:"The day from which this rule would no longer refuse"`
	Message string `json:"message,omitempty" doc:"The rule in Italian"`
}

// Of converts an answer; words say a rule in Italian.
func Of(answer eligibility.GateAnswer, words func(rule string) string) GateJSON {
	j := GateJSON{Gate: answer.Gate, Allowed: answer.Allowed}
	for _, r := range answer.Refusals {
		from := persons.Day(*cmp.Or(r.From, &time.Time{}))
		j.Refusals = append(j.Refusals, GateRefusalJSON{Rule: r.Rule, Field: r.Field, From: from, Message: words(r.Rule)})
	}
	return j
}
