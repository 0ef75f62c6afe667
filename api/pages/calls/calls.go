package calls

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts/reached"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/message"
	"percorso/internal/remind"
	"percorso/internal/zone"
)

const path = "/da-chiamare"

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(path, s.list)
	p.Post(path+"/:id", s.called)
	p.Post(freed+"/:id", s.told)
}

func (s *Place) list(c *gin.Context, who care.Staff) error {
	return s.show(c, who, web.NewForm(path), http.StatusOK)
}

func (s *Place) show(c *gin.Context, who care.Staff, form web.Form, status int) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	list, err := s.Records.ToCall(ctx, who)
	if err != nil {
		return err
	}
	page := Page{Frame: s.Pages.Frame(c, message.Say("calls.title"), "/appuntamenti"), Form: form}
	page.Back = &web.Link{URL: "/appuntamenti", Text: message.Say("calls.appointments")}
	page.Lists = []List{{
		ID: "ricordare", Title: message.Say("calls_remind.title"), Nothing: message.Say("calls_remind.none"),
		Lead:  message.Say("calls_remind.lead"),
		Items: web.Each(list, func(r remind.Called) Item { return item(who, rules, r) }),
	}}
	if err := s.addWaiting(c, who, rules, &page); err != nil {
		return err
	}
	if err := s.addDisplaced(c, who, rules, &page); err != nil {
		return err
	}
	s.Pages.Render(c, status, page)
	return nil
}

// item is somebody to call before an appointment.
func item(who care.Staff, rules *zone.Rules, r remind.Called) Item {
	i := Item{
		When: message.Say("calls.at", "Day", italian.Upper(italian.Day(r.At)), "Hour", italian.Hour(r.At)), Person: r.Person, Said: path + "/" + r.ID, Outcomes: []web.Option{{Value: "chiamata", Text: message.Say("calls.called")}, {Value: "non-risponde", Text: message.Say("calls.no_answer")}},
		Facts: []string{present.ServiceName(rules.Policy, r.Service), message.Say("calls.case", "Number", r.CaseNumber)}, Languages: present.Languages(r.Languages), Reached: reached.Proposed(r.Reached()),
	}
	if failed, ok := message.Find("calls_failed", r.Failed); ok { // which message did not arrive
		i.Warnings = append(i.Warnings, failed)
	}
	if r.Unanswered > 0 && r.CalledAt != nil {
		when := message.Say("calls.at", "Day", italian.Day(*r.CalledAt), "Hour", italian.Hour(*r.CalledAt))
		if i.Warnings = append(i.Warnings, message.Say("calls.no_answer_at", "When", when)); r.Unanswered > 1 {
			i.Warnings[len(i.Warnings)-1] = message.Say("calls.no_answers", "Times", r.Unanswered, "When", when)
		}
	}
	if care.ReadsCases(who, rules.Policy) {
		i.URL = "/fascicoli/" + r.CaseID
	}
	return i
}

// called keeps how a call went.
func (s *Place) called(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	if faults := act.Unreadable(ctx); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	answered := web.Typed(c, "esito") == "chiamata"
	err := error(care.Refuse(care.Fault{Field: "answered", Rule: care.RuleRequired}))
	if answered || web.Typed(c, "esito") == "non-risponde" {
		err = s.Records.Called(ctx, who, c.Param("id"), answered)
	}
	if err != nil {
		form := web.NewForm(path)
		status, err := s.Problems.RefusedForm(&form, err, func(string) (string, string) { return "ricordare", message.Say("calls_remind.naming") })
		if err != nil {
			return err
		}
		return s.show(c, who, form, status)
	}
	if answered {
		return s.Pages.Leave(c, path, message.Say("calls_remind.is_called"))
	}
	return s.Pages.Leave(c, path, message.Say("calls_remind.is_no_answer"))
}
