package person

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/elsewhere"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/written"
)

// numbersRead is how many numbers of other systems are looked at.
const numbersRead = 100

// numbers are those under which a person is known in other systems, and those of before.
func (s *Place) numbers(c *gin.Context, who care.Staff, caseID string) (now, before []elsewhere.Kept, err error) {
	records, err := s.Records.WrittenIn(c.Request.Context(), who, caseID, written.Elsewhere, ledger.Paging{Limit: numbersRead})
	if err != nil {
		return nil, nil, err
	}
	var list []elsewhere.Kept
	for _, r := range records.Items {
		kept := elsewhere.Kept{ID: r.ID, At: r.At, ByName: r.ByName}
		if r.Readable && json.Unmarshal(r.Fields, &kept.Number) == nil && kept.System != "" {
			list = append(list, kept)
		}
	}
	now, before = elsewhere.Standing(list)
	return now, before, nil
}

// showNumbers puts the numbers on the page of a person, with the text for each system.
func (s *Place) showNumbers(c *gin.Context, page *Page, who care.Staff, file ledger.Case) error {
	now, before, err := s.numbers(c, who, file.ID)
	if err != nil {
		return err
	}
	page.Elsewhere, page.Before = web.Each(now, numberTerm), web.Each(before, numberTerm)
	for _, system := range elsewhere.Systems {
		page.Copies = append(page.Copies, web.Link{URL: "/fascicoli/" + file.ID + "/persona/copia?" + url.Values{"sistema": {system}}.Encode(), Text: message.Say("person_page.copy_for", "System", known.System(system))})
	}
	if catalogue.Elsewhere.MayAsk(who.Role) && catalogue.Elsewhere.Offered(file) {
		page.AddNumber = &web.Link{URL: "/fascicoli/" + file.ID + "/" + catalogue.Elsewhere.Slug, Text: message.Say("person_page.add_number")}
	}
	return nil
}

func numberTerm(k elsewhere.Kept) web.Term {
	text := k.Number.Number
	if k.On != nil {
		text += ", " + italian.Dated("da", *k.On.Time())
	}
	if k.ByName != "" {
		text = message.Say("person_page.number_written_by", "Number", text, "Name", k.ByName, "Day", italian.Date(k.At.In(italian.Rome)))
	}
	return web.Term{Name: italian.Upper(known.System(k.System)), Value: text}
}

// copied shows what a system wants of the person, as a text to copy.
func (s *Place) copied(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	system := c.DefaultQuery("sistema", elsewhere.SocialRecord)
	fields, ok := elsewhere.Wants(system)
	if !ok {
		return care.Refuse(care.Fault{Field: "query.sistema", Rule: care.RuleUnknownCode})
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	now, _, err := s.numbers(c, who, file.ID)
	if err != nil {
		return err
	}
	if err := s.Records.Printed(ctx, who, ledger.CopyCase, file.ID); err != nil {
		return err
	}
	var lines []string
	for _, field := range fields {
		if name, value := wanted(rules.Policy, file, now, system, field); value != "" {
			lines = append(lines, name+": "+value)
		}
	}
	page := Copy{Frame: s.Pages.Frame(c, message.Say("person_page.copy_for", "System", known.System(system)), "/fascicoli"), Number: file.Number, Text: strings.Join(lines, "\n"), Rows: len(lines) + 1}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID + "/persona", Text: file.Person + ", " + file.Number}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// wanted is a field of a system's text; what is not known has no value.
func wanted(p care.Policy, file ledger.Case, numbers []elsewhere.Kept, system string, field elsewhere.Field) (name, value string) {
	person := file.PersonData
	switch field {
	case elsewhere.Name:
		return message.Say("person_page.name"), strings.TrimSpace(person.FamilyName + " " + person.GivenName)
	case elsewhere.Citizenship:
		value = world.Citizenship(person.Citizenship)
	case elsewhere.Birth:
		if !person.BirthDate.IsZero() {
			value = parts.Born(person)
		}
	case elsewhere.FiscalCode:
		value = person.FiscalCode
	case elsewhere.Lives:
		value = person.Municipality
	case elsewhere.Languages:
		value = present.Languages(person.Languages)
	case elsewhere.Telephone:
		value = person.Phone // the first that may be called; none, where none is safe
	case elsewhere.Permit:
		if value = italian.Permit(person.Permit); person.PermitExpiry != nil {
			value = message.Say("person_page.permit_expires", "Permit", value, "Day", italian.Dated("", *person.PermitExpiry))
		}
	case elsewhere.Needs:
		value = strings.Join(web.Each(p.NeedAreas(file.Needs), func(n care.NeedArea) string { return n.Name }), ", ")
	case elsewhere.CaseNumber:
		return message.Say("person_page.own_case"), file.Number
	case elsewhere.OwnNumber:
		for _, k := range numbers {
			if k.System == system {
				return message.Say("person_page.number"), k.Number.Number
			}
		}
		return "", ""
	}
	return italian.Field(string(field)), value
}
