package desk

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/reached"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/eligibility"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/privacy"
	"percorso/internal/reach"
	"percorso/internal/zone"
)

// caseForm is what the form of a case file holds, as it was typed.
type caseForm struct {
	ledger.CaseOpening
	birth, expiry string
	malformed     []care.Fault // dates that are none
}

func readCaseForm(c *gin.Context) caseForm {
	f := caseForm{
		birth: c.PostForm("birth_date"), expiry: c.PostForm("permit_expiry"),
	}
	tags := c.PostFormArray("languages")
	if other := c.PostForm("other_language"); other != "" && !slices.Contains(tags, other) {
		tags = append(tags, other)
	}
	f.CaseOpening = ledger.CaseOpening{
		Person: ledger.Person{
			GivenName: web.Typed(c, "given_name"), FamilyName: web.Typed(c, "family_name"), Citizenship: c.PostForm("citizenship"),
			Permit: c.PostForm("permit"), Languages: tags, Phone: web.Typed(c, "phone"), FiscalCode: web.Typed(c, "fiscal_code"),
		},
		Needs: c.PostFormArray("needs"), Channel: c.PostForm("channel"), Topic: c.PostForm("topic"),
		NoticeGiven: c.PostForm("notice_given") != "", Notice: privacy.Notice{Way: c.PostForm("notice_given"), Language: c.PostForm("notice_language")}, Note: web.Typed(c, "note"), AnotherPerson: c.PostForm("another_person") != "",
	}
	terms := reached.ReadContactTerms(c.PostForm, "phone")
	f.Person.NoSafeContact = c.PostForm("no_safe_contact") != ""
	if terms != (reach.Way{}) {
		terms.Kind, terms.Value = reach.Phone, f.Person.Phone
		f.Person.Contacts = []reach.Way{terms}
	}
	var ok bool
	if f.Person.BirthDate, f.Person.YearOnly, ok = parts.BirthOf(f.birth); !ok {
		f.malformed = append(f.malformed, care.Fault{Field: "person.birth_date", Rule: correction.RuleBirth})
	}
	if expiry, ok := parts.ReadDate(f.expiry); !ok {
		f.malformed = append(f.malformed, care.Fault{Field: "person.permit_expiry", Rule: parts.RuleDate})
	} else if !expiry.IsZero() {
		f.Person.PermitExpiry = &expiry
	}
	return f
}

// newCase shows the empty form of a case file.
func (s *Place) newCase(c *gin.Context, who care.Staff) error {
	if !catalogue.Open.MayAsk(who.Role) {
		return ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	var form caseForm
	if len(rules.Desk.Channels) > 0 {
		form.Channel = rules.Desk.Channels[0].Code
	}
	number, err := s.called(c, who)
	if err != nil {
		return err
	}
	if number != nil {
		form.Person.Languages, form.Topic = []string{number.Language}, number.Topic
	}
	return s.showOpening(c, who, rules, http.StatusOK, s.caseOpening(c, rules, form, web.NewForm("/sportello/fascicolo")))
}

// openCase opens a case file, records what was heard and fixes the appointment, as far as
// they were filled in, and goes on to it.
func (s *Place) openCase(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	if !catalogue.Open.MayAsk(who.Role) {
		return ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	form := readCaseForm(c)
	heard := s.readTalk(c, who, rules, form)
	cmd, err := s.Door.Open(act.WithUnreadable(ctx, slices.Concat(form.malformed, heard.faults)...), who, c.PostForm("key"), form.CaseOpening)
	var likely *act.Likely
	if errors.As(err, &likely) {
		page := s.caseOpening(c, rules, form, web.NewForm("/sportello/fascicolo"))
		page.Same = web.Each(likely.Files, func(file ledger.CaseFile) parts.Candidate { return parts.CandidateOf(file, true) })
		return s.showOpening(c, who, rules, http.StatusConflict, page)
	}
	if err != nil {
		again, foreign := web.NewForm("/sportello/fascicolo"), refusedFor(err, eligibility.RuleLevel1Foreign)
		status, err := s.Problems.RefusedForm(&again, err, func(path string) (id, label string) {
			if path == "at" {
				return parts.WhenPlace("", c.Request.PostForm), italian.Field(path)
			}
			return caseField(path)
		})
		if err != nil {
			return err
		}
		slices.SortStableFunc(again.Faults, func(a, b web.FieldFault) int {
			return slices.Index(caseFields, a.Field) - slices.Index(caseFields, b.Field)
		})
		page := s.caseOpening(c, rules, form, again)
		page.InformationOnly = foreign
		return s.showOpening(c, who, rules, status, page)
	}
	words, slip := "", ""
	if cmd.State == ledger.CommandWorked {
		if words, slip, err = s.goOn(ctx, who, c.PostForm("key"), cmd.ID, form, heard); err != nil {
			return err
		}
	}
	if slip != "" {
		return s.Pages.LeaveWith(c, "/fascicoli/"+cmd.ID, message.Say("desk_opening.opened", "More", words), web.Link{URL: slip, Text: message.Say("desk_opening.print_slip")})
	}
	return s.Pages.Done(c, cmd, "/fascicoli/"+cmd.ID, message.Say("desk_opening.opened", "More", words))
}

// distinct keeps the first fault of each field.
func distinct(faults []care.Fault) []care.Fault {
	var kept []care.Fault
	for _, f := range faults {
		if !slices.ContainsFunc(kept, func(k care.Fault) bool { return k.Field == f.Field }) {
			kept = append(kept, f)
		}
	}
	return kept
}

// caseFields are the fields in the order of the page, in which what is wrong
// with them is told.
var caseFields = []string{
	"given_name", "family_name", "topic", "note", "notice_given", "notice_language", "channel",
	"birth_date", "citizenship", "languages", "phone", "phone-whose", "phone-call", "phone-message", "phone-hours",
	"needs", "fiscal_code", "permit", "permit_expiry",
	"listening", "suggested", "service", "offer", "day", "hour",
}

// caseField names a field of the form: "person.languages[1]" is "languages".
func caseField(path string) (id, label string) {
	id = strings.TrimPrefix(path, "person.")
	if contact, ok := reached.ContactField(id); ok { // of which the form has one
		id = strings.Replace(contact, "contacts-0-", "phone-", 1)
		return strings.TrimSuffix(id, "-value"), italian.Field(path)
	}
	id, _, _ = strings.Cut(id, "[")
	if id == "notice_way" { // which is one with that it was given
		id = "notice_given"
	}
	return id, italian.Field(path)
}

func (s *Place) caseOpening(c *gin.Context, rules *zone.Rules, f caseForm, form web.Form) CaseOpening {
	p := f.Person
	page := CaseOpening{
		Frame: s.Pages.Frame(c, message.Say("desk.open_file"), "/sportello"), Form: form,
		Channels: present.Options(rules.Desk.Channels, f.Channel), Topics: present.Options(rules.Desk.Topics, f.Topic),
		GivenName: p.GivenName, FamilyName: p.FamilyName, BirthDate: f.birth, Countries: parts.CountryGroups(p.Citizenship),
		Permits: present.PermitOptions(p.Permit), PermitExpiry: f.expiry, Phone: p.Phone, FiscalCode: p.FiscalCode, Needs: present.NeedOptions(rules.Policy, f.Needs),
		Notice: web.Each(privacy.Ways, func(way string) web.Option {
			return web.Option{Value: way, Text: known.NoticeWay(way), Chosen: f.Way == way}
		}),
		NoticeLanguages: web.Each(world.Languages(parts.UsualLanguages(rules.Desk)...), func(l care.Named) web.Option {
			return web.Option{Value: l.Code, Text: italian.Upper(l.Name), Chosen: l.Code == f.Language}
		}),
		MoreOpen: p.FiscalCode+p.Permit+f.expiry != "",
		Note:     f.Note, InformationOnlyAddress: "/sportello/accesso/prepara",
	}
	page.Back = &web.Link{URL: "/sportello", Text: message.Say("desk.title")}
	page.PhoneTerms = []web.Field{{
		Shape: "group", ID: "phone-terms", Folded: true, Open: len(p.Contacts) > 0 || p.NoSafeContact, Hint: message.Say("desk_opening.phone_terms"), Bare: true, Row: true,
		Fields: append(reached.ContactTerms("phone", reach.Of(p.Contacts, reach.Phone, p.Phone)), web.Field{
			Shape: "choices", Type: "checkbox", ID: "no_safe_contact", Label: message.Say("desk_opening.safe_contact"), Options: []web.Option{
				{Value: reach.Yes, Text: message.Say("desk_opening.no_safe_contact"), Chosen: p.NoSafeContact}},
		}),
	}}
	usual := parts.UsualLanguages(rules.Desk)
	for _, l := range world.Languages(usual...) {
		o := web.Option{Value: l.Code, Text: italian.Upper(l.Name), Chosen: slices.Contains(p.Languages, l.Code)}
		if slices.Contains(usual, l.Code) {
			page.Languages = append(page.Languages, o)
		} else {
			page.OtherLanguages = append(page.OtherLanguages, o)
		}
	}
	return page
}

// refusedFor says whether act refused a form for a rule.
func refusedFor(err error, rule string) bool {
	var refused *care.Refusal
	return errors.As(err, &refused) && slices.ContainsFunc(refused.Faults, func(f care.Fault) bool { return f.Rule == rule })
}
