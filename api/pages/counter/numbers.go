package counter

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/queue"
	"percorso/internal/zone"
)

const numbersPath = "/sportello/numeri"

// numbers shows who waits at the desk, and gives a number.
func (s *Place) numbers(c *gin.Context, who care.Staff) error {
	return s.showNumbers(c, who, http.StatusOK, queue.NewNumber{}, web.NewForm(numbersPath))
}

// take gives a number to whoever comes.
func (s *Place) take(c *gin.Context, who care.Staff) error {
	form := queue.NewNumber{Topic: c.PostForm("topic"), Language: c.PostForm("language")}
	t, err := s.Numbers.Take(c.Request.Context(), who, c.PostForm("key"), form)
	if err == nil {
		return s.Pages.Leave(c, numbersPath, message.Say("counter.given", "Number", t.Said()))
	}
	again := web.NewForm(numbersPath)
	status, err := s.Problems.RefusedForm(&again, err, func(path string) (id, label string) { return path, italian.Field(path) })
	if err != nil {
		return err
	}
	return s.showNumbers(c, who, status, form, again)
}

// next calls who waits longest.
func (s *Place) next(c *gin.Context, who care.Staff) error {
	t, err := s.Numbers.CallNext(c.Request.Context(), who, c.PostForm("key"))
	if err != nil {
		return err
	}
	return s.Pages.Leave(c, numbersPath, message.Say("counter.calls", "Number", t.Said(), "Language", world.Language(t.Language)))
}

// becomes says what has become of a number.
func (s *Place) becomes(c *gin.Context, who care.Staff) error {
	t, err := s.Numbers.Becomes(c.Request.Context(), who, c.Param("id"), queue.State(c.PostForm("stato")))
	if err != nil {
		return err
	}
	return s.Pages.Leave(c, numbersPath, message.Say("counter_number."+string(t.State), "Number", t.Said()))
}

func (s *Place) showNumbers(c *gin.Context, who care.Staff, status int, typed queue.NewNumber, form web.Form) error {
	ctx := c.Request.Context()
	if !queue.MayWork(who) {
		return ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	list, err := s.Numbers.Numbers(ctx, who)
	if err != nil {
		return err
	}
	days, err := s.Numbers.Days(ctx, who)
	if err != nil {
		return err
	}
	page := NumbersPage{
		Frame: s.Pages.Frame(c, message.Say("counter.title"), "/sportello"), Form: form, Topics: present.Options(rules.Desk.Topics, typed.Topic),
		Past: web.Each(days, func(d queue.Day) web.Term {
			return web.Term{Name: italian.Upper(italian.Day(d.Day)), Value: message.Count("counter.past_day", d.Taken, "Served", message.Count("counter.served", d.Served))}
		}),
	}
	page.Back = &web.Link{URL: "/sportello", Text: message.Say("counter.desk")}
	for _, l := range world.Languages(parts.UsualLanguages(rules.Desk)...) {
		page.Languages = append(page.Languages, web.Option{Value: l.Code, Text: italian.Upper(l.Name), Chosen: l.Code == typed.Language})
	}
	for _, t := range list {
		switch t.State {
		case queue.Waiting:
			page.Waiting = append(page.Waiting, item(rules, who, t))
		case queue.Called:
			page.Called = append(page.Called, item(rules, who, t))
		}
	}
	if len(page.Waiting) > 0 {
		next := web.NewForm(numbersPath + "/avanti")
		page.Next = &next
	}
	s.Pages.Render(c, status, page)
	return nil
}

func item(rules *zone.Rules, who care.Staff, t queue.Ticket) Number {
	n := Number{
		Said: t.Said(), Language: italian.Upper(world.Language(t.Language)), Topic: present.NameIn(rules.Desk.Topics, t.Topic),
		Since: message.Say("counter.here_since", "Hour", italian.Hour(t.Taken)), Action: numbersPath + "/" + t.ID,
	}
	if t.State != queue.Called {
		n.Acts = []Act{{string(queue.Called), message.Say("counter_act.call")}, {string(queue.Gone), message.Say("counter_act.left")}}
		return n
	}
	if t.Called != nil {
		n.Since = message.Say("counter.called_at", "Hour", italian.Hour(*t.Called))
	}
	n.Acts = []Act{{string(queue.Served), message.Say("counter_act.served")}, {string(queue.Gone), message.Say("counter_act.gone")}, {string(queue.Waiting), message.Say("counter_act.back")}}
	if catalogue.Open.MayAsk(who.Role) {
		n.Open = "/sportello/fascicolo?numero=" + t.ID
	}
	n.Contact = "/sportello/accesso?numero=" + t.ID
	return n
}
