package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/gates"
	"percorso/api/rest/persons"
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/intake"
)

type eligibilityInput struct{ Body gates.PersonFactsJSON }

func (a *API) registerEligibilityChecks() {
	register(a, huma.Operation{
		Method: http.MethodPost, Path: "/eligibility-checks", OperationID: "check-eligibility", Tags: []string{tagDesk},
		Summary:     "What a person may be given",
		Description: "Answers each gate of the caller's zone, and of its matters, for today, with the rules that shut it. It stores nothing and needs no key.",
		Errors:      []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge},
	}, func(ctx context.Context, who care.Staff, in *eligibilityInput) (*output[gates.EligibilityJSON], error) {
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
		matters := converted(rules.Matters, func(m care.Named) gates.GateJSON {
			j := gates.Of(eligibility.OfMatter(rules.Policy, m.Code, facts, now), a.words.Rule)
			j.Matter = m.Code
			return j
		})
		return &output[gates.EligibilityJSON]{Body: gates.EligibilityJSON{Gates: converted(eligibility.Answers(facts, now), func(g eligibility.GateAnswer) gates.GateJSON { return gates.Of(g, a.words.Rule) }), Matters: matters}}, nil
	})
}
