package calls

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts/reached"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
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
	page := Page{Frame: s.Pages.Frame(c, "Persone da chiamare", "/appuntamenti"), Form: form}
	page.Back = &web.Link{URL: "/appuntamenti", Text: "Appuntamenti"}
	page.Lists = []List{{
		ID: "ricordare", Title: "Da chiamare per ricordare l’appuntamento", Nothing: "Nessuno da chiamare: chi può ricevere un messaggio lo riceve da Percorso.",
		Lead:  "Ricorda alla persona giorno, ora e luogo dell’appuntamento. Se risponde qualcun altro, non dire di che servizio si tratta, né perché chiami.",
		Items: web.Each(list, func(r remind.Called) Item { return item(who, rules, r) }),
	}}
	if err := s.addWaiting(c, who, rules, &page); err != nil {
		return err
	}
	s.Pages.Render(c, status, page)
	return nil
}

// unsent say which message did not arrive.
var unsent = map[remind.Way]string{remind.SMS: "SMS non arrivato", remind.Email: "Email non arrivata"}

// item is somebody to call before an appointment.
func item(who care.Staff, rules *zone.Rules, r remind.Called) Item {
	i := Item{
		When: italian.Upper(italian.Day(r.At)) + ", ore " + italian.Hour(r.At), Person: r.Person, Said: path + "/" + r.ID, Outcomes: []web.Option{{Value: "chiamata", Text: "Chiamata"}, {Value: "non-risponde", Text: "Non risponde"}},
		Facts: []string{present.ServiceName(rules.Policy, r.Service), "Fascicolo " + r.CaseNumber}, Languages: present.Languages(r.Languages), Reached: reached.Proposed(r.Reached()),
	}
	if failed := unsent[r.Failed]; failed != "" {
		i.Warnings = append(i.Warnings, failed)
	}
	if r.Unanswered > 0 && r.CalledAt != nil {
		when := italian.Day(*r.CalledAt) + ", ore " + italian.Hour(*r.CalledAt)
		if i.Warnings = append(i.Warnings, "Non ha risposto "+when); r.Unanswered > 1 {
			i.Warnings[len(i.Warnings)-1] = fmt.Sprintf("Non ha risposto %d volte, l’ultima %s", r.Unanswered, when)
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
		status, err := s.Problems.RefusedForm(&form, err, func(string) (string, string) { return "ricordare", "La chiamata" })
		if err != nil {
			return err
		}
		return s.show(c, who, form, status)
	}
	if answered {
		return s.Pages.Leave(c, path, "Segnato: la persona è stata chiamata.")
	}
	return s.Pages.Leave(c, path, "Segnato: non risponde. La persona resta in elenco.")
}
