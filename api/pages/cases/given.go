package cases

import (
	"slices"
	"strings"

	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/italian"
	words "percorso/internal/italian/given"
	"percorso/internal/italian/known"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/reach"
)

// givenTo says what a receiver gets of the person; nil: nobody gets anything.
func givenTo(to catalogue.Receiver, in asked) *parts.Given {
	texts := words.Of(to)
	p := in.rules.Policy
	given := &parts.Given{Title: texts.Title, Hint: texts.Hint, Purpose: italian.Purpose(texts.Purpose), Ground: italian.LegalBasis(care.PublicTask)}
	gets := func(needs crossing.Needs) []web.Term { return givenTerms(p, in.file, needs.Of(in.file.Needs)) }
	switch to {
	case catalogue.ToCPI:
		cpi, _ := in.rules.Agency(in.rules.CPI())
		given.Terms = gets(crossing.Referral(p, cpi.Code, "", nil))
		if crossing.TellsFiscalCode(p, cpi.Code, crossing.ForReferral) {
			given.Terms = append(given.Terms, web.Term{Name: italian.Field("fiscal_code"), Value: orNone(in.file.PersonData.FiscalCode)})
		}
		if in.work != nil {
			given.Terms = append(given.Terms, present.WorkTerms(*in.work)...)
		}
		if catalogue.WorkProfile.Offered(in.file) {
			given.Profile = parts.WorkProfile(in.file.ID, "/fascicoli/"+in.file.ID+"/"+catalogue.ReferToCPI.Slug)
		}
		given.Title, given.Ground = given.Title+": "+cpi.Name, italian.LegalBasis(cpi.LegalBasis())
	case catalogue.ToService:
		agencies := serviceAgencies(p)
		if len(agencies) == 0 {
			return nil
		}
		given.Terms = gets(appointmentNeeds(p, agencies))
		given.Title += ": " + parts.AgencyNames(agencies)
		given.Ground = grounds(agencies)
	case catalogue.ToMembers:
		members := crossing.Members(p)
		if len(members) == 0 {
			return nil
		}
		given.Terms = append(gets(crossing.TakeOver(p)), web.Term{Name: message.Say("case_given.receivers"), Value: parts.AgencyNames(members)})
		given.Ground = grounds(members)
	case catalogue.ToOtherZone:
		given.Terms = append(gets(crossing.Everything), web.Term{Name: italian.Field("plan"), Value: words.ActivePlan()})
	default:
		return nil
	}
	return given
}

// grounds are the legal bases on which some agencies get something, each once.
func grounds(agencies []care.Agency) string {
	list := web.Each(agencies, func(a care.Agency) string { return italian.LegalBasis(a.LegalBasis()) })
	slices.Sort(list)
	return strings.Join(slices.Compact(list), "; ")
}

// appointmentNeeds are those that go with an appointment, whichever of some agencies it is with.
func appointmentNeeds(p care.Policy, agencies []care.Agency) (needs crossing.Needs) {
	for _, a := range agencies {
		if told := crossing.Appointment(p, a.Code); len(told.Areas) > 0 {
			needs = told
		}
	}
	return needs
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

// givenTerms are what another agency that a person is sent to gets of them, with some
// of their needs.
func givenTerms(p care.Policy, file ledger.Case, needs []string) []web.Term {
	person := file.PersonData
	terms := []web.Term{
		{Name: italian.Field("given_name"), Value: person.GivenName},
		{Name: italian.Field("family_name"), Value: person.FamilyName},
		{Name: italian.Field("birth_date"), Value: parts.Born(person)},
		{Name: italian.Field("citizenship"), Value: parts.CitizenOf(person)},
		{Name: italian.Field("languages"), Value: enumerated(person.Languages, world.Language)},
		{Name: message.Say("case_given.phone_terms"), Value: phoneTerms(person)},
		{Name: italian.Field("phone"), Value: orNone(person.Phone)},
		{Name: italian.Field("needs"), Value: enumerated(needs, func(code string) string {
			for _, area := range p.NeedAreas([]string{code}) {
				return area.Name
			}
			return code
		})},
		{Name: message.Say("case_given.case_number"), Value: file.Number},
	}
	return terms
}

// phoneTerms says what may be done with the telephone that is given.
func phoneTerms(person ledger.Person) string {
	if person.Phone == "" {
		return orNone("")
	}
	return known.Terms(reach.Of(person.Contacts, reach.Phone, person.Phone))
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
		return message.Say("case_given.none")
	}
	return text
}
