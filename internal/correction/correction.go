// Package correction says how the data of a person are corrected: who may, what may
// stand there, and what changes.
package correction

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"percorso/internal/after"
	"percorso/internal/care"
	"percorso/internal/fiscal"
	"percorso/internal/intake"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/papers"
	"percorso/internal/reach"
	"percorso/internal/speech"
)

// Course is the course of a case that hears that the day of birth was corrected.
const Course = 6

// PersonCorrection is the form that corrects the data of a person. What is left out
// stays as it is; an empty text takes away what was there.
type PersonCorrection struct {
	GivenName     *string         `json:"given_name,omitempty" maxLength:"100" doc:"One of the two names is enough"`
	FamilyName    *string         `json:"family_name,omitempty" maxLength:"100"`
	BirthDate     *string         `json:"birth_date,omitempty" maxLength:"10" doc:"A day (1990-05-12), or the year alone (1990) where no more is known"`
	Citizenship   *string         `json:"citizenship,omitempty" maxLength:"2" doc:"A state by ISO 3166-1 alpha-2, no territory; XX: stateless"`
	Languages     []string        `json:"languages,omitempty" maxItems:"20" nullable:"false" doc:"BCP 47: all of them, in the place of those that were there"`
	Phone         *string         `json:"phone,omitempty" maxLength:"50"`
	Email         *string         `json:"email,omitempty" maxLength:"200"`
	Municipality  *string         `json:"municipality,omitempty" maxLength:"200" doc:"Where the person lives"`
	Address       *string         `json:"address,omitempty" maxLength:"200"`
	Contacts      *[]reach.Way    `json:"contacts,omitempty" maxItems:"10" doc:"How the person is reached: all of them, in the place of those that were there, and of phone and email"`
	NoSafeContact *bool           `json:"no_safe_contact,omitempty" doc:"There is no safe way to reach them: nobody calls or writes"`
	FiscalCode    *string         `json:"fiscal_code,omitempty" maxLength:"50" doc:"Codice fiscale: 16 characters, or the 11 digits of a provisional one. It has to go with the day of birth"`
	Reads         []string        `json:"reads,omitempty" maxItems:"20" nullable:"false" doc:"BCP 47: all that they read, in the place of those that were there"`
	Speech        *[]string       `json:"speech,omitempty" maxItems:"5" doc:"How they communicate, all of it: signs (Italian sign language), reads_lips, writes, large_print, no_phone"`
	Linked        *[]kin.Linked   `json:"linked,omitempty" maxItems:"12" doc:"Who belongs to them, all of them in the place of those that were there: who signs, whom one may call, who must not be told"`
	NoAbode       *bool           `json:"no_abode,omitempty" doc:"They have no home"`
	Papers        *[]papers.Paper `json:"papers,omitempty" maxItems:"8" doc:"Documents that they have shown, all of them in the place of those that were there"`
	Seen          int             `json:"seen,omitempty" minimum:"0" doc:"Version of the person's data that the form was made from: where somebody has corrected them meanwhile it is refused. Left out: it is not asked"`
	Note          string          `json:"note" maxLength:"4000" doc:"Why"`
}

// The fields that can be corrected, in the order in which pages show them.
const (
	GivenName     = "given_name"
	FamilyName    = "family_name"
	BirthDate     = "birth_date"
	Citizenship   = "citizenship"
	Languages     = "languages"
	Phone         = "phone"
	Email         = "email"
	Municipality  = "municipality"
	Address       = "address"
	FiscalCode    = "fiscal_code"
	Contacts      = "contacts"
	NoSafeContact = "no_safe_contact"
	Reads         = "reads"
	Speech        = "speech"
	Linked        = "linked"
	NoAbode       = "no_abode"
	Papers        = "papers"
)

// Fields lists them.
var Fields = []string{GivenName, FamilyName, BirthDate, FiscalCode, Papers, Citizenship, Languages, Reads, Speech, Linked, Phone, Email, Contacts, NoSafeContact, NoAbode, Municipality, Address}

// Rules by which a correction is refused.
const (
	RuleNothing   = "nothing_to_correct"    // all is as it was
	RuleMeanwhile = "corrected_meanwhile"   // by somebody else, since the form was made
	RuleNotTheirs = "not_theirs_to_correct" // another role corrects this field
	RuleEmail     = reach.RuleEmail
	RuleMerged    = "correct_the_other_file" // it is merged into another one, which has the person's data
)

// contacts is how a person is reached and spoken to: who works with them corrects it.
var contacts = []string{Languages, Reads, Speech, Phone, Email, Contacts, NoSafeContact, NoAbode, Municipality, Address}

// stays is what nobody takes away once it is known, since gates and clocks go by it.
var stays = []string{BirthDate, Citizenship, Languages}

// Asks are the roles that correct something.
var Asks = []care.Role{care.DeskOperator, care.SocialWorker, care.InterculturalMediator, care.ImmigrationExpert, care.Supervisor}

// May says whether a role corrects a field. Who somebody is, is corrected by those who
// look at their documents.
func May(role care.Role, field string) bool {
	if role == care.InterculturalMediator {
		return slices.Contains(contacts, field)
	}
	return slices.Contains(Asks, role) && slices.Contains(Fields, field)
}

// Change is what is corrected in a field; the values are as Said says them.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// year is how a year alone is written.
const year = "2006"

// ParseBirth reads a day of birth, or the year alone. Not ok: it is neither.
func ParseBirth(text string) (day time.Time, yearOnly, ok bool) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, false, true
	}
	day, err := time.Parse(year, text)
	return day, err == nil, err == nil
}

// Said is what is said of a person in a field, as text; empty: nothing.
func Said(p ledger.Person, field string) string {
	switch field {
	case GivenName:
		return p.GivenName
	case FamilyName:
		return p.FamilyName
	case BirthDate:
		if p.BirthDate.IsZero() {
			return ""
		}
		if p.YearOnly {
			return p.BirthDate.Format(year)
		}
		return p.BirthDate.Format(time.DateOnly)
	case Citizenship:
		return p.Citizenship
	case Languages:
		return strings.Join(p.Languages, " ") // no tag has a blank
	case Phone:
		return p.Phone
	case Email:
		return p.Email
	case Municipality:
		return p.Municipality
	case Address:
		return p.Address
	case FiscalCode:
		return p.FiscalCode
	case Contacts:
		return reach.Text(p.Reached())
	case Reads:
		return strings.Join(p.Reads, " ")
	case Speech:
		return strings.Join(p.Speech, " ")
	case Linked:
		return kin.Text(p.Linked)
	case Papers:
		return papers.Text(p.Papers)
	case NoAbode:
		if p.NoAbode {
			return reach.Yes
		}
	case NoSafeContact:
		if p.NoSafeContact {
			return reach.Yes
		}
	}
	return ""
}

// Applied is the person as corrected. Not ok: the day of birth is none.
func (c PersonCorrection) Applied(p ledger.Person) (_ ledger.Person, ok bool) {
	list, phone, email := p.Reached(), p.Phone, p.Email
	for _, text := range []struct {
		of *string
		to *string
	}{
		{c.GivenName, &p.GivenName}, {c.FamilyName, &p.FamilyName}, {c.Citizenship, &p.Citizenship}, {c.Phone, &p.Phone},
		{c.Email, &p.Email}, {c.Municipality, &p.Municipality}, {c.Address, &p.Address},
	} {
		if text.of != nil {
			*text.to = strings.TrimSpace(*text.of)
		}
	}
	if c.Phone != nil {
		list = reach.Replaced(list, reach.Phone, phone, p.Phone)
	}
	if c.Email != nil {
		list = reach.Replaced(list, reach.Email, email, p.Email)
	}
	if c.Contacts != nil {
		list = slices.Clone(*c.Contacts)
		for i := range list {
			list[i].Value, list[i].Hours = strings.TrimSpace(list[i].Value), strings.TrimSpace(list[i].Hours)
		}
	}
	if c.NoSafeContact != nil {
		p.NoSafeContact = *c.NoSafeContact
	}
	if c.Phone != nil || c.Email != nil || c.Contacts != nil || c.NoSafeContact != nil {
		p = p.ReachedBy(list)
	}
	if c.FiscalCode != nil {
		p.FiscalCode = fiscal.Clean(*c.FiscalCode)
	}
	if c.Languages != nil {
		p.Languages = c.Languages
	}
	p = c.besides(p)
	ok = true
	if c.BirthDate != nil {
		p.BirthDate, p.YearOnly, ok = ParseBirth(*c.BirthDate)
	}
	return p, ok
}

// besides corrects what is known besides of a person.
func (c PersonCorrection) besides(p ledger.Person) ledger.Person {
	if c.Reads != nil {
		p.Reads = c.Reads
	}
	if c.Speech != nil {
		p.Speech = *c.Speech
	}
	if c.NoAbode != nil {
		p.NoAbode = *c.NoAbode
	}
	if c.Linked != nil {
		p.Linked = slices.Clone(*c.Linked)
		for i := range p.Linked {
			l := &p.Linked[i]
			l.Name, l.Phone, l.File = strings.TrimSpace(l.Name), strings.TrimSpace(l.Phone), strings.TrimSpace(l.File)
		}
	}
	if c.Papers != nil {
		p.Papers = slices.Clone(*c.Papers)
		for i := range p.Papers {
			p.Papers[i].Number = strings.TrimSpace(p.Papers[i].Number)
		}
	}
	return p
}

// touches says whether the form says something of a field.
func (c PersonCorrection) touches(field string) bool {
	return map[string]bool{
		GivenName: c.GivenName != nil, FamilyName: c.FamilyName != nil, BirthDate: c.BirthDate != nil, Citizenship: c.Citizenship != nil,
		Languages: c.Languages != nil, Phone: c.Phone != nil, Email: c.Email != nil, Municipality: c.Municipality != nil, Address: c.Address != nil,
		FiscalCode: c.FiscalCode != nil, Reads: c.Reads != nil, Speech: c.Speech != nil, Linked: c.Linked != nil, NoAbode: c.NoAbode != nil, Papers: c.Papers != nil, Contacts: c.Contacts != nil, NoSafeContact: c.NoSafeContact != nil,
	}[field]
}

// anybody is somebody of whom nothing is wrong, to check what a form alone says.
var anybody = ledger.Person{GivenName: "A", FamilyName: "A", BirthDate: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK", Languages: []string{"ur"}}

// Check says what is wrong with a form, whoever it is about.
func (c PersonCorrection) Check(now time.Time) []care.Fault {
	var f care.Faults
	f.Add(care.Said(c.Note), "note", care.RuleRequired)
	f.Note("note", c.Note)
	f.Add(c.Seen >= 0, "seen", care.RuleUnknownCode)
	f.Add(c.Contacts == nil || c.Phone == nil, Phone, care.RuleNotAllowed) // it is among them
	f.Add(c.Contacts == nil || c.Email == nil, Email, care.RuleNotAllowed)
	f.Add(slices.ContainsFunc(Fields, c.touches), "", RuleNothing)
	f = append(f, c.wrong(anybody, now, c.touches)...)
	return f
}

// wrong says what is wrong with some fields of a person as corrected.
func (c PersonCorrection) wrong(p ledger.Person, now time.Time, asked func(field string) bool) []care.Fault {
	p, born := c.Applied(p)
	if !born { // what it is stays, so that the others are checked too
		p.BirthDate = anybody.BirthDate
	}
	f := care.Faults(intake.CheckPerson(p, now))
	f.Add(born, BirthDate, RuleBirth)
	for _, field := range stays {
		f.Add(Said(p, field) != "", field, care.RuleRequired)
	}
	address, err := mail.ParseAddress(p.Email)
	f.Add(p.Email == "" || err == nil && address.Address == p.Email, Email, RuleEmail)
	f.Text(Email, p.Email, maxLine)
	f.Text(Municipality, p.Municipality, maxLine)
	f.Text(Address, p.Address, maxLine)
	f.Add(!p.NoAbode || p.Address == "", NoAbode, care.RuleNotAllowed)
	f = append(f, kin.Check(Linked, p.Linked, now)...)
	f = append(f, speech.Check(Speech, p.Speech)...)
	f = append(f, papers.Check(Papers, p.Papers, now)...)
	f = append(f, intake.CheckLanguages(Reads, p.Reads)...)
	for _, field := range []string{Contacts, Linked, Phone} { // whoever writes one of them looks at the others
		f.Add(!kin.Calls(p.Linked, p.Reached()), field, kin.RuleBarredNumber)
	}
	return slices.DeleteFunc(f, func(fault care.Fault) bool {
		field, _, _ := strings.Cut(fault.Field, "[")
		names := field == GivenName && asked(FamilyName) // of which one is enough
		return !asked(field) && !names
	})
}

// RuleBirth: what was typed is neither a day nor a year.
const RuleBirth = "day_or_year"

// maxLine is how many characters a line may have.
const maxLine = 200

// Of says what the form changes of a person, and what forbids it to somebody. opened is the day
// on which their first file was. It is asked under the lock of the person.
func (c PersonCorrection) Of(p ledger.Person, opened time.Time, role care.Role, now time.Time) (corrected ledger.Person, changes []Change, faults []care.Fault) {
	var f care.Faults
	f.Add(c.Seen == 0 || c.Seen == p.Version, "", RuleMeanwhile)
	if len(f) > 0 {
		return p, nil, f
	}
	corrected, _ = c.Applied(p)
	changed := func(field string) bool {
		return slices.ContainsFunc(changes, func(c Change) bool { return c.Field == field })
	}
	for _, field := range Fields {
		was, is := Said(p, field), Said(corrected, field)
		follows := field == Contacts && c.Contacts == nil && !p.NoSafeContact || (field == Phone || field == Email) && !c.touches(field)
		if was == is || follows { // what follows from another field is no correction of its own
			continue
		}
		f.Add(May(role, field), field, RuleNotTheirs)
		changes = append(changes, Change{Field: field, Old: was, New: is})
	}
	f.Add(len(changes) > 0, "", RuleNothing)
	for _, field := range []string{FiscalCode, BirthDate} { // where the person says otherwise, who corrects one looks at both
		if changed(field) {
			f.Add(fiscal.Fits(corrected.FiscalCode, corrected.BirthDate, corrected.YearOnly), field, fiscal.RuleBorn)
			break
		}
	}
	f = append(f, reversed(corrected, opened, changed)...)
	return corrected, changes, append(f, c.wrong(p, now, changed)...) // what was let in once may stay
}

// reversed says what was before the person was born, where somebody corrects one of the two: they
// look at both.
func reversed(p ledger.Person, opened time.Time, changed func(field string) bool) (f care.Faults) {
	born := func(after *time.Time) bool { return after != nil && p.BirthDate.After(care.DayOf(*after)) }
	old := func(paper papers.Paper) bool {
		until, err := time.Parse(time.DateOnly, paper.Until)
		return err == nil && born(&until)
	}
	if changed(BirthDate) {
		f.Add(!born(&opened), BirthDate, after.BornOpened)
		f.Add(!born(p.PermitExpiry) && !born(p.Receipt), BirthDate, after.BornPermit)
		f.Add(changed(Papers) || !slices.ContainsFunc(p.Papers, old), BirthDate, after.BornPaper)
	}
	if changed(Papers) {
		for i, paper := range p.Papers {
			f.Add(!old(paper), fmt.Sprintf("%s[%d].expires", Papers, i), after.Birth)
		}
	}
	return f
}
