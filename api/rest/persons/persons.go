// Package persons is how the API writes and reads a person.
package persons

import (
	"cmp"
	"time"

	"percorso/internal/care"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/papers"
	"percorso/internal/reach"
)

// PersonJSON is what is known of a person.
type PersonJSON struct {
	ID           string   `json:"id"`
	GivenName    string   `json:"given_name"`
	FamilyName   string   `json:"family_name"`
	BirthDate    string   `json:"birth_date" doc:"A day; empty: not known yet"`
	Citizenship  string   `json:"citizenship" doc:"Empty: not known yet"`
	Permit       string   `json:"permit" doc:"Code of the kind of residence permit; requested: the receipt of a request; not_shown: nobody has shown one"`
	PermitExpiry string   `json:"permit_expiry,omitempty" format:"date"`
	ReceiptOn    string   `json:"receipt_on,omitempty" format:"date" doc:"Day of the receipt of a request for renewal"`
	Languages    []string `json:"languages" nullable:"false"`
	Phone        string   `json:"phone,omitempty"`

	BirthYearOnly bool           `json:"birth_year_only,omitempty" doc:"Of the day of birth the year alone is known: the day is its 1 January"`
	Email         string         `json:"email,omitempty"`
	Municipality  string         `json:"municipality,omitempty" doc:"Where they live"`
	Address       string         `json:"address,omitempty"`
	FiscalCode    string         `json:"fiscal_code,omitempty" doc:"Codice fiscale"`
	NoSafeContact bool           `json:"no_safe_contact,omitempty" doc:"There is no safe way to reach them: nobody calls or writes"`
	Contacts      []reach.Way    `json:"contacts" nullable:"false" doc:"How they are reached; phone and email are the first of them that may be called, or written to"`
	Linked        []kin.Linked   `json:"linked" nullable:"false" doc:"Who belongs to them: who signs, whom one may call, who must not be told"`
	Reads         []string       `json:"reads,omitempty" doc:"Languages that they read, BCP 47"`
	Speech        []string       `json:"speech,omitempty" doc:"How they communicate: signs (Italian sign language), reads_lips, writes, large_print, no_phone"`
	NoAbode       bool           `json:"no_abode,omitempty" doc:"They have no home"`
	Papers        []papers.Paper `json:"papers,omitempty" doc:"Documents that they have shown"`
	Version       int            `json:"version" doc:"Of these data: seen of a correction"`
}

// Of converts.
func Of(p ledger.Person) PersonJSON {
	j := PersonJSON{
		ID: p.ID, GivenName: p.GivenName, FamilyName: p.FamilyName, BirthDate: Day(p.BirthDate), Citizenship: p.Citizenship,
		Permit: cmp.Or(p.Permit, care.PermitNotShown), Languages: append([]string{}, p.Languages...), Phone: p.Phone,
		BirthYearOnly: p.YearOnly, Email: p.Email, Municipality: p.Municipality, Address: p.Address, FiscalCode: p.FiscalCode, Version: p.Version,
		Contacts: append([]reach.Way{}, p.Reached()...), NoSafeContact: p.NoSafeContact,
		Linked: append([]kin.Linked{}, p.Linked...), Reads: p.Reads, Speech: p.Speech, NoAbode: p.NoAbode, Papers: p.Papers,
	}
	if p.PermitExpiry != nil {
		j.PermitExpiry = Day(*p.PermitExpiry)
	}
	if p.Receipt != nil {
		j.ReceiptOn = Day(*p.Receipt)
	}
	return j
}

// NewPersonJSON is a person whose file is opened.
type NewPersonJSON struct {
	GivenName     string      `json:"given_name" maxLength:"100"`
	FamilyName    string      `json:"family_name" maxLength:"100"`
	BirthDate     string      `json:"birth_date,omitempty" format:"date" doc:"Left out: not known yet"`
	BirthYearOnly bool        `json:"birth_year_only,omitempty" doc:"Of the day of birth the year alone is known, and of birth_date it alone counts"`
	Citizenship   string      `json:"citizenship,omitempty" maxLength:"2" doc:"A state by ISO 3166-1 alpha-2, no territory; XX: stateless; left out: not known yet"`
	Permit        string      `json:"permit,omitempty" maxLength:"100" doc:"Code of the kind of residence permit that was shown; left out, or not_shown, where none was"`
	PermitExpiry  string      `json:"permit_expiry,omitempty" format:"date"`
	Languages     []string    `json:"languages,omitempty" maxItems:"20" nullable:"false" doc:"BCP 47; left out: that of the privacy notice"`
	Phone         string      `json:"phone,omitempty" maxLength:"50"`
	Contacts      []reach.Way `json:"contacts,omitempty" maxItems:"10" nullable:"false" doc:"How they are reached, in the place of phone"`
	NoSafeContact bool        `json:"no_safe_contact,omitempty" doc:"There is no safe way to reach them"`
	FiscalCode    string      `json:"fiscal_code,omitempty" maxLength:"50" doc:"Codice fiscale: 16 characters, or the 11 digits of a provisional one. It has to go with the day of birth"`
}

// Person converts.
func (j NewPersonJSON) Person() ledger.Person {
	return ledger.Person{
		GivenName: j.GivenName, FamilyName: j.FamilyName, BirthDate: ReadBirth(j.BirthDate, j.BirthYearOnly), YearOnly: j.BirthYearOnly, Citizenship: j.Citizenship,
		Permit: ShownPermit(j.Permit), PermitExpiry: OptionalDay(j.PermitExpiry), Languages: j.Languages, FiscalCode: j.FiscalCode,
		Phone: j.Phone, Contacts: j.Contacts, NoSafeContact: j.NoSafeContact,
	}
}

// ShownPermit is the code of a permit as it is stored.
func ShownPermit(code string) string {
	if code == care.PermitNotShown {
		return ""
	}
	return code
}

// Day is a day as the API writes it; empty: unknown.
func Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// ReadDay reads a date that the schema has checked; an absent one is the zero
// time. That is a day itself: given, it becomes the next one, which is refused.
func ReadDay(text string) time.Time {
	t, _ := time.Parse(time.DateOnly, text)
	if t.IsZero() && text != "" {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// ReadBirth is ReadDay of a day of birth. One of which the year alone is known is kept as
// the year's 1 January.
func ReadBirth(text string, yearOnly bool) time.Time {
	t := ReadDay(text)
	if yearOnly && !t.IsZero() && t.Year() > 1 {
		t = time.Date(t.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}

// OptionalDay is ReadDay where a date may be absent.
func OptionalDay(text string) *time.Time { return care.Given(ReadDay(text)) }
