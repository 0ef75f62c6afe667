package notices

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(access.NoticesPath, s.list)
	p.Post(access.NoticesPath+"/:id/letto", s.dismiss)
}

// list shows what the caller is to be told of.
func (s *Place) list(c *gin.Context, who care.Staff) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	notices, err := s.Records.Notices(c.Request.Context(), who)
	if err != nil {
		return err
	}
	page := List{Frame: s.Pages.Frame(c, message.Say("notices.title"), access.NoticesPath)}
	for _, n := range notices {
		switch {
		case n.Opened != nil:
			page.Items = append(page.Items, openingItem(rules.Policy, n))
			continue
		case n.Mistake != nil:
			page.Items = append(page.Items, mistakeItem(n, s.Now(), rules.Calendar))
			continue
		}
		item := Item{
			Title: title(n), When: message.Say("notices.asked", "When", italian.DatedMoment("", n.Asked)), Typed: present.Typed(rules.Policy, n.Operation, n.Task, n.Form),
			Heading: message.Say("notices.what_you_wrote"), Next: next(n), Dismiss: read(n),
		}
		if n.Refusal != nil {
			item.Why = message.Say("notices.refused", "Why", s.Problems.Words.Refusal(*n.Refusal))
			for _, fault := range n.Refusal.Faults {
				item.Why += " " + s.Problems.Words.Fault(fault)
			}
		}
		if n.CaseID != "" {
			item.Case = &web.Link{URL: "/fascicoli/" + n.CaseID, Text: message.Say("notices.case", "Number", n.CaseNumber)}
		}
		page.Items = append(page.Items, item)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// openingItem tells that somebody opened what the caller had written for others.
func openingItem(p care.Policy, n ledger.Notice) Item {
	o := n.Opened
	item := Item{
		Title: message.Say("notices_opened.title"), When: message.Say("notices_opened.when", "Written", italian.DatedMoment("", o.Written), "Opened", italian.DatedMoment("", n.At)),
		Why:     message.Say("notices_opened.by", "Name", o.ByName, "Role", italian.Role(o.ByRole), "Agency", present.AgencyName(p, o.ByAgency)),
		Heading: message.Say("notices_opened.reason"), Typed: []web.Term{{Name: italian.Field("reason"), Value: o.Reason}},
		Dismiss: read(n),
	}
	if n.CaseID != "" {
		item.Next = &web.Link{URL: "/fascicoli/" + n.CaseID + "/scheda#scritto-" + o.RecordID, Text: message.Say("notices_opened.next")}
		item.Case = &web.Link{URL: "/fascicoli/" + n.CaseID, Text: message.Say("notices.case", "Number", n.CaseNumber)}
	}
	return item
}

// mistakeItem asks to confirm that something was a mistake, or tells who said it that nobody
// has.
func mistakeItem(n ledger.Notice, now time.Time, cal care.Calendar) Item {
	m, what := n.Mistake, present.MistakeIn(n)
	file := "/fascicoli/" + n.CaseID
	item := Item{
		Title: message.Say("notices_mistake.title"), When: message.Say("notices_mistake.when", "When", italian.DatedMoment("", n.At)),
		Why:     message.Say("notices_mistake.why", "Name", m.SaidBy, "Mistake", what, "Due", italian.Due(m.Until, now, cal)),
		Heading: message.Say("notices_mistake.reason"), Typed: []web.Term{{Name: italian.Field("note"), Value: m.Why}},
		Next: &web.Link{URL: file + "/" + catalogue.Undo.Slug, Text: message.Say("notices_mistake.confirm")}, Case: &web.Link{URL: file, Text: message.Say("notices.case", "Number", n.CaseNumber)},
	}
	if m.Lapsed {
		item.Title = message.Say("notices_mistake.lapsed_title")
		item.Why = message.Say("notices_mistake.lapsed", "Mistake", what, "Day", italian.Date(m.Until.In(italian.Rome)))
		item.Next, item.Dismiss = &web.Link{URL: file, Text: message.Say("notices.see_state")}, read(n)
	}
	return item
}

// read is the form by which a notice is taken away.
func read(n ledger.Notice) *web.Form {
	form := web.NewForm(access.NoticesPath + "/" + n.ID + "/letto")
	return &form
}

// title says what was asked for.
func title(n ledger.Notice) string {
	if n.Operation == care.OpComplete && n.Task != "" {
		return italian.Upper(italian.TaskKind(n.Task))
	}
	return italian.Operation(n.Operation)
}

// next is where what was refused may be done again, or seen how it stands.
func next(n ledger.Notice) *web.Link {
	switch {
	case n.TaskOpen:
		return &web.Link{URL: "/compiti/" + n.TaskID, Text: message.Say("notices.to_task")}
	case n.ReferralID != "":
		return &web.Link{URL: "/segnalazioni/" + n.ReferralID, Text: message.Say("notices.to_referral")}
	case n.CaseID != "":
		return &web.Link{URL: "/fascicoli/" + n.CaseID, Text: message.Say("notices.see_state")}
	}
	return nil
}

// dismiss takes a notice away that was read.
func (s *Place) dismiss(c *gin.Context, who care.Staff) error {
	if act.Held(c.Request.Context()) {
		return s.Pages.Leave(c, access.NoticesPath, "")
	}
	if err := s.Records.DismissNotice(c.Request.Context(), who, c.Param("id")); err != nil {
		return err
	}
	return s.Pages.Leave(c, access.NoticesPath, message.Say("notices.dismissed"))
}
