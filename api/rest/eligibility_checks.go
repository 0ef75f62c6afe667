package rest

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/persons"
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/intake"
)

type eligibilityInput struct{ Body personFactsJSON }

type personFactsJSON struct {
	BirthDate    string   `json:"birth_date,omitempty" format:"date" doc:"Left out: not known"`
	YearOnly     bool     `json:"birth_year_only,omitempty" doc:"Of the day of birth the year alone is known, and of birth_date it alone counts"`
	Citizenship  string   `json:"citizenship,omitempty" maxLength:"2" doc:"A state by ISO 3166-1 alpha-2, no territory; XX: stateless; left out: not known"`
	Permit       string   `json:"permit,omitempty" maxLength:"100" doc:"Code of the kind of residence permit; left out, or not_shown: none was shown"`
	PermitExpiry string   `json:"permit_expiry,omitempty" format:"date" doc:"Its last day; left out: it does not expire"`
	RenewalAsked bool     `json:"renewal_asked,omitempty" doc:"There is the receipt of a request for a permit or its renewal"`
	Needs        []string `json:"needs,omitempty" maxItems:"50" doc:"Codes of the zone's areas of need"`
}

type eligibilityJSON struct {
	Gates   []gateJSON `json:"gates" nullable:"false" doc:"The widest first; level_2 is that of a matter without a gate of its own"`
	Matters []gateJSON `json:"matters" nullable:"false" doc:"Whether each matter of the zone may be booked"`
}

type gateJSON struct {
	Gate     eligibility.Gate  `json:"gate" enum:"information,level_1,level_2,take_over"`
	Matter   string            `json:"matter,omitempty" doc:"Code of the matter"`
	Allowed  bool              `json:"allowed"`
	Refusals []gateRefusalJSON `json:"refusals,omitempty"`
}

type gateRefusalJSON struct {
	Rule    string `json:"rule"`
	Field   string `json:"field"`
	From    string `json:"from,omitempty" format:"date" doc:"The day from which this rule would no longer refuse"`
	Message string `json:"message,omitempty" doc:"The rule in Italian"`
}

func (a *API) registerEligibilityChecks() {
	register(a, huma.Operation{
		Method: http.MethodPost, Path: "/eligibility-checks", OperationID: "check-eligibility", Tags: []string{tagDesk},
		Summary:     "What a person may be given",
		Description: "Answers each gate of the caller's zone, and of its matters, for today, with the rules that shut it. It stores nothing and needs no key.",
		Errors:      []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge},
	}, func(ctx context.Context, who care.Staff, in *eligibilityInput) (*output[eligibilityJSON], error) {
		rules, err := a.book.Rules(ctx, who.Zone)
		if err != nil {
			return nil, err
		}
		b := in.Body
		facts := eligibility.PersonFacts{
			BirthDate: persons.ReadBirth(b.BirthDate, b.YearOnly), YearOnly: b.YearOnly, Citizenship: b.Citizenship, Permit: persons.ShownPermit(b.Permit), PermitExpiry: persons.OptionalDay(b.PermitExpiry),
			RenewalAsked: b.RenewalAsked, Needs: rules.NeedAreas(b.Needs),
		}
		now := a.now().In(rules.Calendar.Location())
		if faults := intake.CheckFacts(rules.Policy, facts, b.Needs, now); len(faults) > 0 {
			return nil, care.Refuse(faults...)
		}
		matters := converted(rules.Matters, func(m care.Named) gateJSON {
			j := a.gate(eligibility.OfMatter(rules.Policy, m.Code, facts, now))
			j.Matter = m.Code
			return j
		})
		return &output[eligibilityJSON]{Body: eligibilityJSON{Gates: converted(eligibility.Answers(facts, now), a.gate), Matters: matters}}, nil
	})
}

func (a *API) gate(answer eligibility.GateAnswer) gateJSON {
	j := gateJSON{Gate: answer.Gate, Allowed: answer.Allowed}
	for _, r := range answer.Refusals {
		from := persons.Day(*cmp.Or(r.From, &time.Time{}))
		j.Refusals = append(j.Refusals, gateRefusalJSON{Rule: r.Rule, Field: r.Field, From: from, Message: a.words.Rule(r.Rule)})
	}
	return j
}
