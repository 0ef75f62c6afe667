// Package intake says what is wrong with what somebody is told at the desk: a contact,
// the form that opens a case file, the data of a person, what a file is looked for by.
package intake

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"percorso/internal/after"
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/fiscal"
	"percorso/internal/ledger"
	"percorso/internal/privacy"
	"percorso/internal/reach"
	"percorso/internal/telephone"
)

// CheckOpening says what is wrong with the form that opens a case file. It asks for a
// name, what the person asks, and how they were told what becomes of their data; what is
// not known yet of them is corrected later, and no rule guesses it meanwhile. A case file
// is for whom the desk may do more than inform.
func CheckOpening(policy care.Policy, o ledger.CaseOpening, now time.Time) []care.Fault {
	var f care.Faults
	p := o.Person
	checkPerson(&f, "person.", p)
	f.Add(p.Permit == "" || care.KnownPermit(p.Permit), "person.permit", care.RuleUnknownCode)
	f.Add(len(o.Needs) > 0 || o.Topic != "" || care.Said(o.Note), "topic", care.RuleRequired)
	f.Needs(policy, "needs", o.Needs)
	f.Add(known(policy.Desk.Channels, o.Channel), "channel", care.RuleUnknownCode)
	f.Add(o.Topic == "" || known(policy.Desk.Topics, o.Topic), "topic", care.RuleUnknownCode)
	f.Add(o.NoticeGiven, "notice_given", care.RuleNotice)
	f.Add(o.Way == "" || slices.Contains(privacy.Ways, o.Way), "notice_way", care.RuleUnknownCode)
	f.Add(len(o.Spoken(p.Languages)) > 0, "notice_language", care.RuleRequired)
	if o.Language != "" {
		CheckLanguage(&f, "notice_language", o.Language)
	}
	f.Text("notice_version", o.NoticeVersion, maxVersion)
	f.Add(o.ContactID == "" || care.IsID(o.ContactID), "contact_id", care.RuleUnknownCode)
	f.Note("note", o.Note)
	f = append(f, after.Check(o.Dates(), after.Known{Birth: p.BirthDate}, now.Location())...)
	f.Add(fiscal.Fits(p.FiscalCode, p.BirthDate, p.YearOnly), "person.fiscal_code", fiscal.RuleBorn)
	if p.Citizenship != "" {
		for _, refusal := range eligibility.MayPass(eligibility.GateLevel1, p.Facts(policy, o.Needs), now).Refusals {
			f.Add(false, "person."+refusal.Field, refusal.Rule)
		}
	}
	return f
}

// checkPerson asks what has to be known of everybody, which is a name, and that the rest can
// be so, in fields after a prefix.
func checkPerson(f *care.Faults, prefix string, p ledger.Person) {
	checkNames(f, prefix, p)
	checkCitizenship(f, prefix+"citizenship", p.Citizenship)
	*f = append(*f, CheckLanguages(prefix+"languages", p.Languages)...)
	f.Add(p.Phone == "" || telephone.Is(p.Phone), prefix+"phone", reach.RuleNumber)
	f.Text(prefix+"phone", p.Phone, maxPhone)
	checkFiscalCode(f, prefix+"fiscal_code", p.FiscalCode)
	*f = append(*f, reach.Check(prefix+"contacts", p.Contacts)...)
}

// CheckLanguages says what is wrong with some languages, in a field of that name.
func CheckLanguages(field string, list []string) []care.Fault {
	var f care.Faults
	f.Add(len(list) <= maxLanguages, field, care.RuleTooMany)
	for i, l := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		CheckLanguage(&f, at, l)
		f.Add(!slices.ContainsFunc(list[:i], func(o string) bool { return sameLanguage(o, l) }), at, care.RuleDuplicate)
	}
	return f
}

// CheckPerson says what is wrong with what has to be known of everybody.
func CheckPerson(p ledger.Person, now time.Time) []care.Fault {
	var f care.Faults
	checkPerson(&f, "", p)
	f.Dates([]care.Dated{{Field: "birth_date", Meaning: care.BirthDay, At: care.Given(p.BirthDate)}}, now)
	return f
}

// Limits of what is said of a person.
const (
	maxName      = 100 // characters
	maxPhone     = 30
	maxVersion   = 100
	maxTag       = 35 // of a language (BCP 47)
	maxLanguages = 20
)

// CheckFacts says what is wrong with the facts that the gates are asked about, of
// which none has to be known.
func CheckFacts(policy care.Policy, facts eligibility.PersonFacts, needs []string, now time.Time) []care.Fault {
	var f care.Faults
	f.Dates([]care.Dated{
		{Field: "birth_date", Meaning: care.BirthDay, At: care.Given(facts.BirthDate)},
		{Field: "permit_expiry", Meaning: care.PermitLastDay, At: facts.PermitExpiry},
	}, now)
	f = append(f, after.Check([]care.Dated{{Field: "permit_expiry", Meaning: care.PermitLastDay, At: facts.PermitExpiry}}, after.Known{Birth: facts.BirthDate}, now.Location())...)
	checkCitizenship(&f, "citizenship", facts.Citizenship)
	f.Add(facts.Permit == "" || care.KnownPermit(facts.Permit), "permit", care.RuleUnknownCode)
	f.Needs(policy, "needs", needs)
	return f
}

// CheckSamePerson says what is wrong with the names and the date, where it is known, by
// which the case files of a person are looked for.
func CheckSamePerson(p ledger.Person, now time.Time) []care.Fault {
	var f care.Faults
	checkNames(&f, "", p)
	f.Dates([]care.Dated{{Field: "birth_date", Meaning: care.BirthDay, At: care.Given(p.BirthDate)}}, now)
	checkFiscalCode(&f, "fiscal_code", p.FiscalCode)
	return f
}

// CheckSearch says what is wrong with what a case file is looked for by.
func CheckSearch(field, search string) []care.Fault {
	var f care.Faults
	search = strings.Trim(search, " \t\r\n") // a reader of barcodes ends with a new line
	f.Add(utf8.RuneCountInString(search) >= minSearch, field, care.RuleTooShort)
	f.Text(field, search, maxName)
	return f
}

// minSearch is how many characters a search has at least.
const minSearch = 2

// CheckContact says what is wrong with the form of a contact. Whoever asks may
// be informed, whatever their citizenship.
func CheckContact(policy care.Policy, c ledger.NewContact) []care.Fault {
	var f care.Faults
	f.Add(known(policy.Desk.Topics, c.Topic), "topic", care.RuleUnknownCode)
	f.Add(known(policy.Desk.Channels, c.Channel), "channel", care.RuleUnknownCode)
	CheckLanguage(&f, "language", c.Language)
	checkCitizenship(&f, "citizenship", c.Citizenship)
	f.Add(c.Outcome == "information" || c.Outcome == "consultation", "outcome", care.RuleUnknownCode)
	if c.Outcome == "consultation" { // is more than information
		for _, refusal := range eligibility.MayPass(eligibility.GateLevel1, eligibility.PersonFacts{Citizenship: c.Citizenship}, time.Time{}).Refusals {
			f.Add(false, refusal.Field, refusal.Rule)
		}
	}
	f.Note("note", c.Note)
	return f
}

func known(list []care.Named, code string) bool {
	_, ok := care.ByCode(list, code)
	return ok
}

// checkFiscalCode asks whether a codice fiscale can be one.
func checkFiscalCode(f *care.Faults, field, typed string) {
	rule := fiscal.Wrong(typed)
	f.Add(rule == "", field, rule)
}

// checkCitizenship asks for a state whose citizen one may be, or eligibility.Stateless;
// empty: it is not known.
func checkCitizenship(f *care.Faults, field, code string) {
	f.Add(code == "" || eligibility.IsCitizenship(code), field, care.RuleCountry)
}

// CheckLanguage asks for a language by its tag (BCP 47). A private part of a tag
// (x-…) is refused: it could say anything, also of the person.
func CheckLanguage(f *care.Faults, field, code string) {
	ok := code != "" && len(code) <= maxTag
	if ok {
		tag, err := language.Parse(code)
		_, private := tag.Extension('x')
		ok = err == nil && !private
	}
	f.Add(ok, field, care.RuleLanguage)
}

// sameLanguage says whether two tags name the same language, however they are written.
func sameLanguage(a, b string) bool {
	first, err := language.Parse(a)
	second, wrong := language.Parse(b)
	if err != nil || wrong != nil {
		return a == b
	}
	return first == second
}

// checkNames asks for a name, of which one is enough.
func checkNames(f *care.Faults, prefix string, p ledger.Person) {
	f.Add(p.GivenName+p.FamilyName != "", prefix+"given_name", care.RuleRequired)
	checkName(f, prefix+"given_name", p.GivenName)
	checkName(f, prefix+"family_name", p.FamilyName)
}

// checkName asks of a name that people can read it: one line with a letter in it. A sign
// that counts as a letter, as some apostrophes do, says nothing alone, and is found by nothing.
func checkName(f *care.Faults, field, name string) {
	letter := func(c rune) bool { return unicode.IsLetter(c) && !unicode.Is(unicode.Lm, c) }
	f.Add(name == "" || strings.IndexFunc(name, letter) >= 0, field, care.RuleRequired)
	f.Text(field, name, maxName)
}
