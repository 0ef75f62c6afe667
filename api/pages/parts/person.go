package parts

import (
	"slices"
	"strings"
	"time"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/correction"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/reach"
)

// UsualLanguages are those that forms offer first.
func UsualLanguages(desk care.Desk) []string {
	tags := []string{"it", "en", "fr", "es", "ar", "sq", "bn", "zh", "ur", "uk"}
	tags = append(tags, desk.OperatorLanguages...)
	for _, m := range desk.Mediators {
		tags = append(tags, m.Language)
	}
	return tags
}

// usualCountries are those that most people who come are citizens of.
var usualCountries = []string{"AL", "BD", "CN", "EG", "GE", "IN", "MA", "NG", "PK", "PE", "RO", "SN", "LK", "TN", "UA"}

// CountryGroups lists the countries: the usual ones first, then all by name.
func CountryGroups(chosen string) []web.OptionGroup {
	usual, all := web.OptionGroup{Label: message.Say("person_fields.usual_countries")}, web.OptionGroup{Label: message.Say("person_fields.all_countries")}
	for _, country := range world.Citizenships() {
		o := web.Option{Value: country.Code, Text: country.Name, Chosen: country.Code == chosen}
		if slices.Contains(usualCountries, country.Code) {
			usual.Options = append(usual.Options, o)
			o.Chosen = false // once is enough
		}
		all.Options = append(all.Options, o)
	}
	return []web.OptionGroup{usual, all}
}

// NotKnown stands for what nobody knows yet of a person.
func NotKnown() string { return message.Say("person_fields.not_known") }

// CitizenOf is whose citizen a person is, as far as it is known.
func CitizenOf(p ledger.Person) string {
	if p.Citizenship == "" {
		return NotKnown()
	}
	return world.Citizenship(p.Citizenship)
}

// Born says when a person was born, as far as it is known.
func Born(p ledger.Person) string {
	if p.BirthDate.IsZero() {
		return NotKnown()
	}
	if p.YearOnly {
		return italian.YearOnly(p.BirthDate)
	}
	return italian.Date(p.BirthDate)
}

// SaidInWords is what a correction has in a field, in words.
func SaidInWords(field, said string) string {
	if said == "" {
		return message.Say("person_fields.nothing")
	}
	if words, ok := known.Besides(field, said); ok {
		return words
	}
	switch field {
	case correction.Citizenship:
		return world.Citizenship(said)
	case correction.Languages, correction.Reads:
		return strings.Join(web.Each(strings.Fields(said), world.Language), ", ")
	case correction.Contacts:
		return strings.Join(web.Each(reach.Read(said), known.Contact), "; ")
	case correction.NoSafeContact:
		return message.Say("person_fields.yes")
	case correction.BirthDate:
		if day, yearOnly, ok := correction.ParseBirth(said); ok {
			return Born(ledger.Person{BirthDate: day, YearOnly: yearOnly})
		}
	}
	return said
}

// BirthTyped is a day of birth as a field of a form has it: 12/5/1990, or the year alone.
func BirthTyped(p ledger.Person) string {
	if p.BirthDate.IsZero() {
		return ""
	}
	if p.YearOnly {
		return p.BirthDate.Format("2006")
	}
	return p.BirthDate.Format("2/1/2006")
}

// BirthOf reads a day of birth or a year alone as a form has it. Not ok: it is neither;
// left empty it is the zero time.
func BirthOf(typed string) (day time.Time, yearOnly, ok bool) {
	if typed = ReadBirth(typed); typed == "" {
		return time.Time{}, false, true
	}
	return correction.ParseBirth(typed)
}

// ReadBirth reads a day of birth or a year as people type it, for a correction. What it
// cannot read it leaves as it is, so that its rule is told.
func ReadBirth(typed string) string {
	typed = strings.TrimSpace(typed)
	if day, ok := ReadDate(typed); ok && !day.IsZero() {
		return day.Format(time.DateOnly)
	}
	return typed
}
