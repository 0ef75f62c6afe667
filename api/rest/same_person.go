package rest

import (
	"context"

	"percorso/api/rest/persons"
	"percorso/internal/care"
	"percorso/internal/intake"
	"percorso/internal/ledger"
)

type samePersonInput struct{ Body samePersonJSON }

type samePersonJSON struct {
	GivenName  string `json:"given_name" maxLength:"100" doc:"One of the two names is enough"`
	FamilyName string `json:"family_name" maxLength:"100"`
	BirthDate  string `json:"birth_date,omitempty" format:"date" doc:"Left out: not known"`
	YearOnly   bool   `json:"birth_year_only,omitempty" doc:"Of the day of birth the year alone is known, and of birth_date it alone counts"`
	FiscalCode string `json:"fiscal_code,omitempty" maxLength:"50" doc:"Codice fiscale: who has the same one is the likeliest"`
}

// registerSamePerson registers how a second case file of a person is found.
func (a *API) registerSamePerson() {
	register(a, query("/case-files/{id}/merge-candidates", "list-merge-candidates", tagCases, "Open case files that may be of the same person", ""),
		func(ctx context.Context, who care.Staff, in *IDInput) (*listOutput[CaseFileJSON], error) {
			rules, err := a.book.Rules(ctx, who.Zone)
			if err != nil {
				return nil, err
			}
			files, err := a.records.MergeCandidates(ctx, who, in.ID)
			return whole(files, err, a.caseFileOf(rules.Policy))
		})
	register(a, answers(200, command("/same-person-searches", "search-same-person", tagCases, "Case files that may be of a person",
		"Before one is opened, so that no second one is. It stores nothing and needs no key.")), func(ctx context.Context, who care.Staff, in *samePersonInput) (*listOutput[CaseFileJSON], error) {
		rules, err := a.book.Rules(ctx, who.Zone)
		if err != nil {
			return nil, err
		}
		b := in.Body
		person := ledger.Person{GivenName: b.GivenName, FamilyName: b.FamilyName, BirthDate: persons.ReadBirth(b.BirthDate, b.YearOnly), YearOnly: b.YearOnly, FiscalCode: b.FiscalCode}
		if faults := intake.CheckSamePerson(person, a.now().In(rules.Calendar.Location())); len(faults) > 0 {
			return nil, care.Refuse(faults...)
		}
		files, err := a.records.SamePerson(ctx, who, person)
		return whole(files, err, a.caseFileOf(rules.Policy))
	})
}
