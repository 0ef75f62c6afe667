package ledger

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"percorso/internal/care"
)

// Facts is what the gates of eligibility ask of a person.
func (p Person) Facts(policy care.Policy, needs []string) care.PersonFacts {
	return care.PersonFacts{
		BirthDate: p.BirthDate, Citizenship: p.Citizenship, Permit: p.Permit, PermitExpiry: p.PermitExpiry,
		RenewalAsked: p.Permit == care.PermitRequested, Needs: policy.NeedAreas(needs),
	}
}

// CheckOpening says what is wrong with the form that opens a case file. A case
// file is for whom the desk may do more than inform.
func CheckOpening(policy care.Policy, o CaseOpening, now time.Time) []care.Fault {
	var f care.Faults
	text := func(field, value string) {
		f.Add(strings.TrimSpace(value) != "", field, care.RuleRequired)
		f.Add(utf8.RuneCountInString(value) <= 100, field, care.RuleTooLong)
	}
	p := o.Person
	text("person.given_name", p.GivenName)
	text("person.family_name", p.FamilyName)
	f.Add(!p.BirthDate.IsZero(), "person.birth_date", care.RuleRequired)
	f.Add(p.BirthDate.Before(now), "person.birth_date", care.RuleInTheFuture)
	checkCountry(&f, "person.citizenship", p.Citizenship)
	f.Add(p.Permit == "" || care.KnownPermit(p.Permit), "person.permit", care.RuleUnknownCode)
	f.Add(len(p.Languages) > 0, "person.languages", care.RuleRequired)
	for i, l := range p.Languages {
		checkLanguage(&f, fmt.Sprintf("person.languages[%d]", i), l)
	}
	f.Add(utf8.RuneCountInString(p.Phone) <= 30, "person.phone", care.RuleTooLong)
	f.Add(len(o.Needs) > 0, "needs", care.RuleRequired)
	f.Needs(policy, "needs", o.Needs)
	f.Add(known(policy.Desk.Channels, o.Channel), "channel", care.RuleUnknownCode)
	f.Add(o.Topic == "" || known(policy.Desk.Topics, o.Topic), "topic", care.RuleUnknownCode)
	f.Add(o.NoticeGiven, "notice_given", care.RuleNotice)
	f.Note("note", o.Note)
	if p.Citizenship != "" {
		for _, refusal := range care.MayPass(care.GateLevel1, p.Facts(policy, o.Needs), now).Refusals {
			f.Add(false, "person."+refusal.Field, refusal.Rule)
		}
	}
	return f
}

// CheckContact says what is wrong with the form of a contact. Whoever asks may
// be informed, whatever their citizenship.
func CheckContact(policy care.Policy, c NewContact) []care.Fault {
	var f care.Faults
	f.Add(known(policy.Desk.Topics, c.Topic), "topic", care.RuleUnknownCode)
	f.Add(known(policy.Desk.Channels, c.Channel), "channel", care.RuleUnknownCode)
	checkLanguage(&f, "language", c.Language)
	if c.Citizenship != "" {
		checkCountry(&f, "citizenship", c.Citizenship)
	}
	f.Add(c.Outcome == "information" || c.Outcome == "consultation", "outcome", care.RuleUnknownCode)
	if c.Outcome == "consultation" { // is more than information
		for _, refusal := range care.MayPass(care.GateLevel1, care.PersonFacts{Citizenship: c.Citizenship}, time.Time{}).Refusals {
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

// checkCountry asks for an ISO 3166-1 alpha-2 code, or care.Stateless.
func checkCountry(f *care.Faults, field, code string) {
	f.Add(code != "", field, care.RuleRequired)
	if code != "" && code != care.Stateless {
		region, err := language.ParseRegion(code)
		f.Add(err == nil && region.IsCountry() && region.String() == code, field, care.RuleCountry)
	}
}

func checkLanguage(f *care.Faults, field, code string) {
	_, err := language.Parse(code)
	f.Add(code != "" && err == nil, field, care.RuleLanguage)
}
