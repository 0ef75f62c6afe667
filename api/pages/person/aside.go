package person

import (
	"time"

	"percorso/api/web"
	"percorso/internal/italian"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// setAsideTerms are what merges did not choose of the data of the person.
func setAsideTerms(file ledger.Case) (terms []web.Term) {
	for _, aside := range file.SetAside {
		day := italian.Dated("", aside.At.In(italian.Rome))
		for _, name := range []string{"given_name", "family_name", "birth_date", "citizenship", "permit", "permit_expiry", "receipt_on", "phone", "email", "municipality", "address", "fiscal_code"} {
			if value, ok := aside.Values[name]; ok {
				terms = append(terms, web.Term{Name: italian.Field(name), Value: message.Say("person_page.from_case", "Value", inWords(name, value), "Number", aside.From, "Day", day)})
			}
		}
	}
	return terms
}

func inWords(name, value string) string {
	switch name {
	case "citizenship":
		return world.Citizenship(value)
	case "permit":
		return italian.Permit(value)
	}
	if day, err := time.Parse(time.DateOnly, value); err == nil {
		return italian.Date(day)
	}
	return value
}
