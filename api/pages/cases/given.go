package cases

import (
	"slices"
	"strings"

	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// givenTo says what a receiver gets of the person; nil: nobody gets anything.
func givenTo(to catalogue.Receiver, in asked) *parts.Given {
	texts := italian.Given(to)
	given := &parts.Given{
		Title: texts.Title, Hint: texts.Hint, Terms: givenTerms(in.rules.Policy, in.file), Purpose: italian.Purpose(texts.Purpose), Ground: italian.LegalBasis(care.PublicTask),
	}
	switch to {
	case catalogue.ToCPI:
		cpi, _ := in.rules.Agency(in.rules.CPI())
		given.Title, given.Ground = given.Title+": "+cpi.Name, italian.LegalBasis(cpi.Kind.LegalBasis())
	case catalogue.ToService:
		agencies := serviceAgencies(in.rules.Policy)
		if len(agencies) == 0 {
			return nil
		}
		given.Title += ": " + strings.Join(web.Each(agencies, func(a care.Agency) string { return a.Name }), ", ")
		grounds := web.Each(agencies, func(a care.Agency) string { return italian.LegalBasis(a.Kind.LegalBasis()) })
		slices.Sort(grounds)
		given.Ground = strings.Join(slices.Compact(grounds), "; ")
	case catalogue.ToOtherZone:
		given.Terms = append(given.Terms, web.Term{Name: italian.Field("plan"), Value: italian.ActivePlan})
	default:
		return nil
	}
	return given
}

// serviceAgencies are the agencies of services, but for the one that keeps the case
// files.
func serviceAgencies(p care.Policy) (agencies []care.Agency) {
	for _, service := range p.Services {
		agency, _ := p.Agency(service.Agency)
		known := func(a care.Agency) bool { return a.Code == agency.Code }
		if service.Agency != p.RoleAgency(care.DeskOperator) && !slices.ContainsFunc(agencies, known) {
			agencies = append(agencies, agency)
		}
	}
	return agencies
}

// givenTerms are what another agency that a person is sent to gets of them.
func givenTerms(p care.Policy, file ledger.Case) []web.Term {
	person := file.PersonData
	terms := []web.Term{
		{Name: italian.Field("given_name"), Value: person.GivenName},
		{Name: italian.Field("family_name"), Value: person.FamilyName},
		{Name: italian.Field("birth_date"), Value: italian.Date(person.BirthDate)},
		{Name: italian.Field("citizenship"), Value: italian.Citizenship(person.Citizenship)},
		{Name: italian.Field("languages"), Value: enumerated(person.Languages, italian.Language)},
		{Name: italian.Field("phone"), Value: orNone(person.Phone)},
		{Name: italian.Field("needs"), Value: enumerated(file.Needs, func(code string) string {
			for _, area := range p.NeedAreas([]string{code}) {
				return area.Name
			}
			return code
		})},
		{Name: "Numero del fascicolo", Value: file.Number},
	}
	return terms
}

func enumerated(codes []string, say func(string) string) string {
	words := make([]string, 0, len(codes))
	for _, code := range codes {
		words = append(words, say(code))
	}
	return orNone(strings.Join(words, ", "))
}

func orNone(text string) string {
	if text == "" {
		return "non indicato"
	}
	return text
}
