package desk

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

func (s *Place) mountContacts(p access.Routes) {
	p.Get("/sportello/accesso", s.newContact)
	p.Post("/sportello/accesso", s.recordContact)
	p.Post("/sportello/accesso/prepara", s.contactFromCase)
	p.Get("/accessi", s.contactList)
}

// newContact shows the form of a contact, with what is so most often chosen.
func (s *Place) newContact(c *gin.Context, who care.Staff) error {
	if !catalogue.Contact.MayAsk(who.Role) {
		return ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	contact := ledger.NewContact{Outcome: "information"}
	if len(rules.Desk.Channels) > 0 {
		contact.Channel = rules.Desk.Channels[0].Code
	}
	number, err := s.called(c, who)
	if err != nil {
		return err
	}
	if number != nil {
		contact.Language, contact.Topic = number.Language, number.Topic
	}
	s.Pages.Render(c, http.StatusOK, s.contactForm(c, rules, contact, web.NewForm("/sportello/accesso")))
	return nil
}

// contactFromCase makes of the form of a case file that of a contact, for whom
// no case file may be opened. Of the person it takes nothing but what a contact
// holds, and it records nothing yet.
func (s *Place) contactFromCase(c *gin.Context, who care.Staff) error {
	if !catalogue.Contact.MayAsk(who.Role) {
		return ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	f := readCaseForm(c)
	contact := ledger.NewContact{Topic: f.Topic, Channel: f.Channel, Citizenship: f.Person.Citizenship, Outcome: "information"}
	if len(f.Person.Languages) > 0 {
		contact.Language = f.Person.Languages[0]
	}
	s.Pages.Render(c, http.StatusOK, s.contactForm(c, rules, contact, web.NewForm("/sportello/accesso")))
	return nil
}

// recordContact records a contact; the desk is ready for the next one.
func (s *Place) recordContact(c *gin.Context, who care.Staff) error {
	if !catalogue.Contact.MayAsk(who.Role) {
		return ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	contact := ledger.NewContact{
		Topic: c.PostForm("topic"), Language: c.PostForm("language"), Channel: c.PostForm("channel"),
		Citizenship: c.PostForm("citizenship"), Outcome: c.PostForm("outcome"), Note: web.Typed(c, "note"),
	}
	cmd, err := s.Door.Do(c.Request.Context(), who, catalogue.Contact.Command(c.PostForm("key"), "", contact))
	if err != nil {
		again := web.NewForm("/sportello/accesso")
		status, err := s.Problems.RefusedForm(&again, err, caseField)
		if err != nil {
			return err
		}
		s.Pages.Render(c, status, s.contactForm(c, rules, contact, again))
		return nil
	}
	return s.Pages.Done(c, cmd, "/sportello", message.Say("desk.contact_recorded"))
}

func (s *Place) contactForm(c *gin.Context, rules *zone.Rules, f ledger.NewContact, form web.Form) ContactForm {
	page := ContactForm{
		Frame: s.Pages.Frame(c, message.Say("desk.information_only"), "/sportello"), Form: form,
		Topics: present.Options(rules.Desk.Topics, f.Topic), Channels: present.Options(rules.Desk.Channels, f.Channel),
		Countries: parts.CountryGroups(f.Citizenship), Note: f.Note,
		Outcomes: []web.Option{
			{Value: "information", Text: italian.ContactOutcome("information"), Hint: message.Say("desk.information_hint"), Chosen: f.Outcome == "information"},
			{Value: "consultation", Text: italian.ContactOutcome("consultation"), Hint: message.Say("desk.consultation_hint"), Chosen: f.Outcome == "consultation"},
		},
	}
	page.Back = &web.Link{URL: "/sportello", Text: message.Say("desk.title")}
	for _, l := range world.Languages(parts.UsualLanguages(rules.Desk)...) {
		page.Languages = append(page.Languages, web.Option{Value: l.Code, Text: italian.Upper(l.Name), Chosen: l.Code == f.Language})
	}
	return page
}

// contactList shows the desk's contacts by day, the newest first.
func (s *Place) contactList(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	if !catalogue.Contact.MayAsk(who.Role) && who.Role != care.Supervisor {
		return ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	contacts, err := s.Records.Contacts(ctx, who, ledger.Paging{Cursor: c.Query("da")})
	if err != nil {
		return err
	}
	page := ContactList{Frame: s.Pages.Frame(c, message.Say("desk.contacts"), "/sportello"), More: web.NextPage(c.Request.URL, "da", contacts.Next)}
	if catalogue.Contact.MayAsk(who.Role) {
		page.Back = &web.Link{URL: "/sportello", Text: message.Say("desk.title")}
	}
	for _, contact := range contacts.Items {
		day := italian.Upper(italian.Day(contact.At))
		if n := len(page.Days); n == 0 || page.Days[n-1].Day != day {
			page.Days = append(page.Days, ContactDay{Day: day})
		}
		last := &page.Days[len(page.Days)-1]
		last.Items = append(last.Items, contactItem(rules.Policy, contact))
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

func contactItem(p care.Policy, contact ledger.Contact) ContactItem {
	item := ContactItem{
		Time: italian.Hour(contact.At), Topic: present.NameIn(p.Desk.Topics, contact.Topic), Outcome: italian.ContactOutcome(contact.Outcome),
		Facts: []string{present.NameIn(p.Desk.Channels, contact.Channel)}, Note: contact.Note,
	}
	if contact.Language != "" {
		item.Facts = append(item.Facts, message.Say("desk.contact_language", "Language", world.Language(contact.Language)))
	}
	if contact.Citizenship != "" {
		item.Facts = append(item.Facts, message.Say("desk.contact_citizenship", "Citizenship", world.Citizenship(contact.Citizenship)))
	}
	if contact.CaseID != "" {
		item.Case = "/fascicoli/" + contact.CaseID
	}
	return item
}
