package correction_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/after"
	"percorso/internal/care"
	"percorso/internal/correction"
	"percorso/internal/fiscal"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/papers"
	"percorso/internal/reach"
	"percorso/internal/speech"
	"percorso/internal/testclock"
)

func text(s string) *string { return &s }

func known() ledger.Person {
	return ledger.Person{
		GivenName: "Persona", FamilyName: "Prova 0001", BirthDate: time.Date(1990, 5, 12, 0, 0, 0, 0, time.UTC), Citizenship: "PK", Languages: []string{"ur"},
		Phone: "000 0000001", Version: 3,
	}
}

func TestWhatAFormMayHold(t *testing.T) {
	for name, c := range map[string]struct {
		form  correction.PersonCorrection
		field string
		rule  string // empty: it may be so
	}{
		"one name only":                   {correction.PersonCorrection{GivenName: text("")}, "", ""},
		"the other name only":             {correction.PersonCorrection{FamilyName: text("")}, "", ""},
		"no name":                         {correction.PersonCorrection{GivenName: text(" "), FamilyName: text("")}, "given_name", care.RuleRequired},
		"no letter":                       {correction.PersonCorrection{FamilyName: text("123")}, "family_name", care.RuleRequired},
		"nothing to be seen":              {correction.PersonCorrection{GivenName: text("\u200b")}, "given_name", care.RuleIllegible},
		"a name that turns what follows":  {correction.PersonCorrection{FamilyName: text("Prova\u202e gnorts")}, "family_name", care.RuleIllegible},
		"the year of birth alone":         {correction.PersonCorrection{BirthDate: text("1990")}, "", ""},
		"born before anybody who lives":   {correction.PersonCorrection{BirthDate: text("1850")}, "birth_date", care.RuleImplausible},
		"born in 1066":                    {correction.PersonCorrection{BirthDate: text("1066-10-14")}, "birth_date", care.RuleImplausible},
		"born tomorrow":                   {correction.PersonCorrection{BirthDate: text(testclock.Monday.AddDate(0, 0, 1).Format(time.DateOnly))}, "birth_date", care.RuleInTheFuture},
		"born on no day":                  {correction.PersonCorrection{BirthDate: text("1990-02-31")}, "birth_date", correction.RuleBirth},
		"born in words":                   {correction.PersonCorrection{BirthDate: text("maggio")}, "birth_date", correction.RuleBirth},
		"no day of birth":                 {correction.PersonCorrection{BirthDate: text("")}, "birth_date", correction.RuleBirth},
		"a territory":                     {correction.PersonCorrection{Citizenship: text("RE")}, "citizenship", care.RuleCountry},
		"no citizenship":                  {correction.PersonCorrection{Citizenship: text("")}, "citizenship", care.RuleRequired},
		"stateless":                       {correction.PersonCorrection{Citizenship: text("XX")}, "", ""},
		"no language":                     {correction.PersonCorrection{Languages: []string{}}, "languages", care.RuleRequired},
		"a language that is none":         {correction.PersonCorrection{Languages: []string{"ur", "??"}}, "languages[1]", care.RuleLanguage},
		"a language twice":                {correction.PersonCorrection{Languages: []string{"ur", "ur"}}, "languages[1]", care.RuleDuplicate},
		"no telephone any more":           {correction.PersonCorrection{Phone: text("")}, "", ""},
		"a telephone like a novel":        {correction.PersonCorrection{Phone: text("0000000000000000000000000000001")}, "phone", care.RuleTooLong},
		"an address of mails":             {correction.PersonCorrection{Email: text("persona@prova.invalid")}, "", ""},
		"no address of mails":             {correction.PersonCorrection{Email: text("persona")}, "email", correction.RuleEmail},
		"a name beside the address":       {correction.PersonCorrection{Email: text("Persona <persona@prova.invalid>")}, "email", correction.RuleEmail},
		"where they live, in two lines":   {correction.PersonCorrection{Municipality: text("Prato\nFirenze")}, "municipality", care.RuleIllegible},
		"a codice fiscale":                {correction.PersonCorrection{FiscalCode: text("prv psn 90e12 z236y")}, "", ""},
		"a woman's":                       {correction.PersonCorrection{FiscalCode: text("PRVPSN90E52Z236C")}, "", ""},
		"a provisional one":               {correction.PersonCorrection{FiscalCode: text("01234567004")}, "", ""},
		"one that is mistyped":            {correction.PersonCorrection{FiscalCode: text("PRVPSN90E12Z236X")}, "fiscal_code", fiscal.RuleCheck},
		"one that is none":                {correction.PersonCorrection{FiscalCode: text("PRVPSN90")}, "fiscal_code", fiscal.RuleShape},
		"two contacts":                    {contacts(reach.Way{Kind: "phone", Value: "000 0000001", Whose: "own", Call: "yes"}, reach.Way{Kind: "email", Value: "una@prova.invalid", Call: "no"}), "", ""},
		"no contact at all":               {contacts(), "", ""},
		"a contact without its number":    {contacts(reach.Way{Kind: "phone"}), "contacts[0].value", care.RuleRequired},
		"a telephone without a digit":     {contacts(reach.Way{Kind: "phone", Value: "nessuno"}), "contacts[0].value", reach.RuleNumber},
		"mails to no address":             {contacts(reach.Way{Kind: "email", Value: "una"}), "contacts[0].value", reach.RuleEmail},
		"of nobody who can have one":      {contacts(reach.Way{Kind: "phone", Value: "000001", Whose: "enemy"}), "contacts[0].whose", care.RuleUnknownCode},
		"the same number twice":           {contacts(reach.Way{Kind: "phone", Value: "000001"}, reach.Way{Kind: "phone", Value: "000001"}), "contacts[1].value", care.RuleDuplicate},
		"hours in two lines":              {contacts(reach.Way{Kind: "phone", Value: "000001", Hours: "a\nb"}), "contacts[0].hours", care.RuleIllegible},
		"more contacts than anybody has":  {contacts(make([]reach.Way, reach.Most+1)...), "contacts", care.RuleTooMany},
		"a telephone in letters":          {correction.PersonCorrection{Phone: text("abc")}, "phone", reach.RuleNumber},
		"who signs":                       {linked(kin.Linked{Name: "Madre Prova", Relation: "mother", Phone: "000 0000002", Call: "yes", Signs: true}), "", ""},
		"who must not be told":            {linked(barred), "", ""},
		"barred by nobody":                {linked(kin.Linked{Name: "Padre Prova", Relation: "father", Barred: true, Ordered: "2026-05-04"}), "linked[0].order", care.RuleRequired},
		"how they communicate":            {correction.PersonCorrection{Speech: &[]string{speech.Signs, speech.NoPhone}}, "", ""},
		"in no known way":                 {correction.PersonCorrection{Speech: &[]string{"telepathy"}}, "speech", care.RuleUnknownCode},
		"what they read":                  {correction.PersonCorrection{Reads: []string{"ur", "en"}}, "", ""},
		"what nobody reads":               {correction.PersonCorrection{Reads: []string{"??"}}, "reads[0]", care.RuleLanguage},
		"no home":                         {correction.PersonCorrection{NoAbode: &yes}, "", ""},
		"no home, at an address":          {correction.PersonCorrection{NoAbode: &yes, Address: text("Via di Prova 1")}, "no_abode", care.RuleNotAllowed},
		"a passport":                      {correction.PersonCorrection{Papers: &[]papers.Paper{{Kind: "passport", Number: "PROVA001", Until: "2020-01-31"}}}, "", ""},
		"a passport without a number":     {correction.PersonCorrection{Papers: &[]papers.Paper{{Kind: "passport"}}}, "papers[0].number", care.RuleRequired},
		"nothing":                         {correction.PersonCorrection{}, "", correction.RuleNothing},
		"what was seen is counted from 1": {correction.PersonCorrection{Phone: text("000001"), Seen: -1}, "seen", care.RuleUnknownCode},
	} {
		c.form.Note = "Prova"
		faults := c.form.Check(testclock.Monday)
		if c.rule == "" {
			require.Empty(t, faults, name)
			_, changes, faults := c.form.Of(known(), testclock.Monday, care.DeskOperator, testclock.Monday)
			require.Empty(t, faults, name)
			require.Len(t, changes, 1, name)
			continue
		}
		require.Contains(t, faults, care.Fault{Field: c.field, Rule: c.rule}, name)
	}
	require.Contains(t, correction.PersonCorrection{Phone: text("000001")}.Check(testclock.Monday), care.Fault{Field: "note", Rule: care.RuleRequired})
}

var yes = true

// barred is somebody who must not be told.
var barred = kin.Linked{Name: "Padre Prova", Relation: "father", Phone: "+39 347 0000009", Barred: true, Order: "juvenile_court", Ordered: "2026-05-04"}

func linked(list ...kin.Linked) correction.PersonCorrection {
	return correction.PersonCorrection{Linked: &list}
}

// The number of somebody who must not be told is called by nobody, whichever of the two is
// written later and however it is typed.
func TestANumberOfSomebodyWhoMustNotBeTold(t *testing.T) {
	theirs := known()
	theirs.Linked = []kin.Linked{barred}
	list := []reach.Way{{Kind: reach.Phone, Value: "3470000009", Whose: "relative"}}
	_, _, faults := correction.PersonCorrection{Contacts: &list}.Of(theirs, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Equal(t, []care.Fault{{Field: "contacts", Rule: kin.RuleBarredNumber}}, faults)
	_, _, faults = correction.PersonCorrection{Phone: text("347 0000009")}.Of(theirs, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Contains(t, faults, care.Fault{Field: "phone", Rule: kin.RuleBarredNumber})
	list[0].Call = reach.No
	_, _, faults = correction.PersonCorrection{Contacts: &list}.Of(theirs, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Empty(t, faults)

	before := known()
	before.Phone = "347 0000009"
	_, _, faults = linked(barred).Of(before, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Equal(t, []care.Fault{{Field: "linked", Rule: kin.RuleBarredNumber}}, faults)
}

func contacts(list ...reach.Way) correction.PersonCorrection {
	list = append([]reach.Way{}, list...)
	return correction.PersonCorrection{Contacts: &list}
}

// What may be done with a number is kept with it. The one that stands alone is the first
// that may be called, which follows, and is no correction of its own.
func TestWhatMayBeDoneWithANumber(t *testing.T) {
	list := []reach.Way{{Kind: reach.Phone, Value: "000 0000001", Call: reach.No}, {Kind: reach.Phone, Value: "000 0000005", Whose: "relative", Call: reach.Yes, Message: reach.No, Hours: "dopo le 18"}}
	is, changes, faults := correction.PersonCorrection{Contacts: &list}.Of(known(), testclock.Monday, care.InterculturalMediator, testclock.Monday)
	require.Empty(t, faults)
	require.Equal(t, "000 0000005", is.Phone)
	require.Equal(t, []correction.Change{{Field: "contacts", Old: `[{"kind":"phone","value":"000 0000001"}]`,
		New: `[{"kind":"phone","value":"000 0000001","call":"no"},{"kind":"phone","value":"000 0000005","whose":"relative","call":"yes","message":"no","hours":"dopo le 18"}]`}}, changes)
	other, changes, faults := correction.PersonCorrection{Phone: text("000 0000006")}.Of(is, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Empty(t, faults)
	require.Equal(t, []correction.Change{{Field: "phone", Old: "000 0000005", New: "000 0000006"}}, changes)
	require.Equal(t, []reach.Way{{Kind: reach.Phone, Value: "000 0000006"}, list[0]}, other.Reached(), "of a new number nobody has asked anything, and the others stay")

	yes, no := true, false
	unsafe, changes, faults := correction.PersonCorrection{NoSafeContact: &yes}.Of(is, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Empty(t, faults)
	require.Equal(t, []correction.Change{{Field: "no_safe_contact", New: "yes"}}, changes)
	require.Empty(t, unsafe.Phone, "nobody is offered a number")
	require.Equal(t, list, unsafe.Reached(), "and none is lost")
	added, changes, faults := correction.PersonCorrection{Phone: text("000 0000007")}.Of(unsafe, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Empty(t, faults)
	require.Len(t, changes, 1)
	require.Empty(t, added.Phone)
	require.Len(t, added.Reached(), 3)
	again, _, faults := correction.PersonCorrection{NoSafeContact: &no}.Of(unsafe, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Empty(t, faults)
	require.Equal(t, "000 0000005", again.Phone)
	both := correction.PersonCorrection{Contacts: &list, Phone: text("000001"), Note: "Prova"}
	require.Equal(t, []care.Fault{{Field: "phone", Rule: care.RuleNotAllowed}}, both.Check(testclock.Monday))
}

// What a form alone cannot say is asked of the person as they are.
func TestWhatIsAskedOfThePerson(t *testing.T) {
	oneName := known()
	oneName.FamilyName = ""
	_, _, faults := correction.PersonCorrection{GivenName: text("")}.Of(oneName, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Equal(t, []care.Fault{{Field: "given_name", Rule: care.RuleRequired}}, faults, "the only name")
	_, _, faults = correction.PersonCorrection{FamilyName: text("")}.Of(ledger.Person{FamilyName: "Prova", BirthDate: known().BirthDate}, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Equal(t, []care.Fault{{Field: "given_name", Rule: care.RuleRequired}}, faults, "the only name, which is the other one")
	_, _, faults = correction.PersonCorrection{Phone: text("000001"), Seen: 2}.Of(known(), testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Equal(t, []care.Fault{{Rule: correction.RuleMeanwhile}}, faults)
	coded := known()
	coded.FiscalCode = "PRVPSN90E12Z236Y"
	_, _, faults = correction.PersonCorrection{FiscalCode: text("PRVPSN92C01Z236Q")}.Of(coded, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Equal(t, []care.Fault{{Field: "fiscal_code", Rule: fiscal.RuleBorn}}, faults)
	_, _, faults = correction.PersonCorrection{BirthDate: text("1990-12-05")}.Of(coded, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Equal(t, []care.Fault{{Field: "birth_date", Rule: fiscal.RuleBorn}}, faults)
	both, _, faults := correction.PersonCorrection{BirthDate: text("1992"), FiscalCode: text("prvpsn92c01z236q")}.Of(coded, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Empty(t, faults, "both together")
	require.Equal(t, "PRVPSN92C01Z236Q", both.FiscalCode)
	coded.BirthDate = coded.BirthDate.AddDate(1, 0, 0) // which was let in once
	_, _, faults = correction.PersonCorrection{Phone: text("000001")}.Of(coded, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Empty(t, faults)
	territory := known()
	territory.Citizenship = "RE" // which was let in once
	is, changes, faults := correction.PersonCorrection{Phone: text("000 0000002"), Citizenship: text("RE"), Seen: 3}.Of(territory, testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Empty(t, faults, "what was let in once keeps nobody from correcting something else")
	require.Equal(t, []correction.Change{{Field: "phone", Old: "000 0000001", New: "000 0000002"}}, changes)
	require.Equal(t, "000 0000002", is.Phone)
	yearOnly, changes, faults := correction.PersonCorrection{BirthDate: text("1990")}.Of(known(), testclock.Monday, care.DeskOperator, testclock.Monday)
	require.Empty(t, faults)
	require.True(t, yearOnly.YearOnly)
	require.Equal(t, []correction.Change{{Field: "birth_date", Old: "1990-05-12", New: "1990"}}, changes)
}

func TestWhoCorrectsWhichField(t *testing.T) {
	for _, role := range care.Roles {
		for _, field := range correction.Fields {
			may := map[care.Role]bool{care.DeskOperator: true, care.SocialWorker: true, care.ImmigrationExpert: true, care.Supervisor: true}[role]
			if role == care.InterculturalMediator {
				may = map[string]bool{"languages": true, "reads": true, "speech": true, "no_abode": true, "phone": true, "email": true, "contacts": true, "no_safe_contact": true, "municipality": true, "address": true}[field]
			}
			require.Equal(t, may, correction.May(role, field), "%s %s", role, field)
		}
	}
	require.False(t, correction.May(care.Supervisor, "permit"))
}

// TestNothingWasBeforeThePersonWasBorn: whoever corrects the day of birth, or a document, looks at
// the other, and at when the file was opened; what is well on the same day is well.
func TestNothingWasBeforeThePersonWasBorn(t *testing.T) {
	day := func(days int) time.Time { return care.DayOf(testclock.Monday).AddDate(0, 0, days) }
	written := func(days int) string { return day(days).Format(time.DateOnly) }
	opened, over, asked := day(-10), day(-20), day(-15)
	paper := func(days int) []papers.Paper {
		return []papers.Paper{{Kind: "passport", Number: "PROVA1", Until: written(days)}}
	}
	is := func(change func(*ledger.Person)) ledger.Person {
		p := known()
		p.PermitExpiry, p.Receipt, p.FiscalCode = nil, nil, ""
		change(&p)
		return p
	}
	born := func(days int) correction.PersonCorrection {
		text := written(days)
		return correction.PersonCorrection{BirthDate: &text}
	}
	shows := func(days int) correction.PersonCorrection {
		list := paper(days)
		return correction.PersonCorrection{Papers: &list}
	}
	both := shows(-30)
	both.BirthDate = born(-20).BirthDate
	for name, c := range map[string]struct {
		person ledger.Person
		form   correction.PersonCorrection
		faults []care.Fault
	}{
		"on the day of the opening":    {is(func(*ledger.Person) {}), born(-10), nil},
		"after the opening":            {is(func(*ledger.Person) {}), born(-9), []care.Fault{{Field: "birth_date", Rule: after.BornOpened}}},
		"after the permit was over":    {is(func(p *ledger.Person) { p.PermitExpiry = &over }), born(-19), []care.Fault{{Field: "birth_date", Rule: after.BornPermit}}},
		"after the receipt":            {is(func(p *ledger.Person) { p.Receipt = &asked }), born(-14), []care.Fault{{Field: "birth_date", Rule: after.BornPermit}}},
		"after a document was over":    {is(func(p *ledger.Person) { p.Papers = paper(-30) }), born(-20), []care.Fault{{Field: "birth_date", Rule: after.BornPaper}}},
		"a document of before":         {is(func(p *ledger.Person) { p.BirthDate = day(-40) }), shows(-41), []care.Fault{{Field: "papers[0].expires", Rule: after.Birth}}},
		"a document of that day":       {is(func(p *ledger.Person) { p.BirthDate = day(-40) }), shows(-40), nil},
		"both, of which one is wrong":  {is(func(*ledger.Person) {}), both, []care.Fault{{Field: "papers[0].expires", Rule: after.Birth}}},
		"something else, as it stands": {is(func(p *ledger.Person) { p.Papers, p.BirthDate = paper(-30), day(-20) }), correction.PersonCorrection{Phone: text("000 0000009")}, nil},
	} {
		_, _, faults := c.form.Of(c.person, opened, care.SocialWorker, testclock.Monday)
		require.Equal(t, c.faults, faults, name)
	}
}
