package ledger

import (
	"percorso/internal/care"
	"percorso/internal/eligibility"
)

// Facts is what the gates of eligibility ask of a person.
func (p Person) Facts(policy care.Policy, needs []string) eligibility.PersonFacts {
	return eligibility.PersonFacts{
		BirthDate: p.BirthDate, YearOnly: p.YearOnly, Citizenship: p.Citizenship, Permit: p.Permit, PermitExpiry: p.PermitExpiry,
		RenewalAsked: p.Permit == care.PermitRequested, Needs: policy.NeedAreas(needs),
	}
}

// Dates lists the dates of the form.
func (o CaseOpening) Dates() []care.Dated {
	return []care.Dated{
		{Field: "person.birth_date", Meaning: care.BirthDay, At: care.Given(o.Person.BirthDate)},
		{Field: "person.permit_expiry", Meaning: care.PermitLastDay, At: o.Person.PermitExpiry},
		{Field: "person.receipt_on", Meaning: care.ReceiptDay, At: o.Person.Receipt},
	}
}
