package homevisit

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/italian"
	"percorso/internal/italian/visiting"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// label is a field of the form by its name; empty: there is none.
func label(field string) string {
	word, _ := message.Find("homevisit_field", field)
	return word
}

func naming(field string) (string, string) { return field, label(field) }

// form is the page of one visit, as it stands and as it was typed.
type form struct {
	page  parts.CaseForm
	sent  url.Values
	visit *homevisit.Visit // nil: it is none yet
}

// begin begins a page about an appointment, which it shows with its person.
func (s *Place) begin(c *gin.Context, who care.Staff, title, button string) (f form, a ledger.Appointment, err error) {
	ctx, id := c.Request.Context(), c.Param("id")
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return f, a, err
	}
	if !homevisit.MayPlan(who, rules.Policy) {
		return f, a, ledger.ErrForbidden
	}
	found, err := s.Records.Appointments(ctx, who, ledger.AppointmentFilter{ID: id}, ledger.Paging{})
	if err != nil {
		return f, a, err
	}
	i := slices.IndexFunc(found.Items, func(a ledger.Appointment) bool { return a.ID == id })
	if i < 0 {
		return f, a, ledger.ErrNotFound
	}
	a = found.Items[i]
	visits, err := s.Visits.VisitsOf(ctx, who, []string{id})
	if err != nil {
		return f, a, err
	}
	f.page = parts.CaseForm{Frame: s.Pages.Frame(c, title, "/appuntamenti"), Button: button}
	f.page.Back = &web.Link{URL: "/fascicoli/" + a.CaseID + "/appuntamenti", Text: message.Say("homevisit.appointments_of", "Person", a.Person)}
	if f.page.Strip, err = parts.StripOfCase(ctx, s.Records, who, rules.Policy, a.CaseID, s.Now()); err != nil {
		return f, a, err
	}
	if f.page.Strip == nil {
		f.page.Strip = &parts.Strip{Person: a.Person}
	}
	terms := []web.Term{
		{Name: message.Say("homevisit_term.when"), Value: message.Say("homevisit.at", "Day", italian.Upper(italian.Day(a.At)), "Hour", italian.Hour(a.At))},
		{Name: message.Say("homevisit_term.service"), Value: present.ServiceName(rules.Policy, a.Service)},
	}
	minutes := int(agenda.Of(rules.Policy, a.Service, rules.Calendar, s.Now()).Lasts(a.At).Until.Sub(a.At).Minutes())
	f.sent = c.Request.PostForm
	if f.sent == nil {
		f.sent = url.Values{"goes": {who.ID}, "minutes": {strconv.Itoa(min(max(minutes, homevisit.Shortest), homevisit.Longest))}, "seen": {"0"}}
	}
	if len(visits) > 0 {
		v := visits[0]
		f.visit = &v
		terms = append(terms, web.Term{Name: message.Say("homevisit_term.visit"), Value: italian.Upper(visiting.Who(v)) + ". " + italian.Upper(visiting.Back(v, s.Now()))}, web.Term{Name: message.Say("homevisit_term.where"), Value: v.Where()})
		if v.Alone != "" {
			terms = append(terms, web.Term{Name: label("alone"), Value: v.Alone})
		}
		if c.Request.PostForm == nil {
			f.sent = url.Values{"goes": {v.First}, "second": {v.Second}, "alone": {v.Alone}, "knows": {v.Knows}, "phone": {v.Phone}, "address": {v.Address},
				"minutes": {strconv.Itoa(int(v.Until.Sub(v.At).Minutes()))}, "seen": {strconv.Itoa(v.Version)}}
		}
	}
	f.page.Strip.Put(parts.Thing{Title: message.Say("homevisit.appointment"), Terms: terms})
	switch {
	case !a.Stands():
		f.page.Nothing = message.Say("homevisit.not_in_agenda")
	case !s.Now().Before(a.At):
		f.page.Nothing = message.Say("homevisit.hour_has_come")
	}
	return f, a, nil
}

// planning is the form that says who goes.
func (s *Place) planning(c *gin.Context, who care.Staff) (f form, err error) {
	f, a, err := s.begin(c, who, message.Say("homevisit.title"), message.Say("homevisit.send"))
	if err != nil || f.page.Nothing != "" {
		return f, err
	}
	f.page.Intro = message.Say("homevisit.intro")
	if f.visit != nil {
		f.page.Button = message.Say("homevisit.change")
		f.page.Strip.Rest = &web.Link{URL: "/appuntamenti/" + a.ID + "/visita/togli", Text: message.Say("homevisit.no_more_at_home")}
	}
	named, err := s.Visits.Visitors(c.Request.Context(), who, a.ID)
	if err != nil {
		return f, err
	}
	choose := func(id, empty string, who func(homevisit.Visitor) bool) web.Field {
		field := web.Field{Shape: "select", ID: id, Label: label(id), Empty: empty, Required: empty == ""}
		for _, v := range named {
			if who(v) {
				field.Options = append(field.Options, web.Option{Value: v.ID, Text: v.Name + ", " + italian.Role(v.Role), Chosen: v.ID == f.sent.Get(id)})
			}
		}
		return field
	}
	goes := func(v homevisit.Visitor) bool { return v.Visits }
	text := func(id, hint string) web.Field {
		return web.Field{Shape: "input", Type: "text", ID: id, Label: label(id), Value: f.sent.Get(id), Hint: hint}
	}
	phone, minutes := text("phone", message.Say("homevisit.phone_hint")), text("minutes", "")
	phone.Required, minutes.Required = true, true
	f.page.Fields = []web.Field{
		{Shape: "hidden", ID: "seen", Value: f.sent.Get("seen")},
		choose("goes", "", goes), choose("second", message.Say("homevisit.goes_alone"), goes),
		text("alone", message.Say("homevisit.alone_hint")),
		choose("knows", "", func(homevisit.Visitor) bool { return true }),
		phone, minutes, text("address", message.Say("homevisit.address_hint")),
	}
	return f, nil
}

// render shows a form, with what is wrong with it where err says so.
func (s *Place) render(c *gin.Context, f form, err error) error {
	status := http.StatusOK
	f.page.Form = web.NewForm(c.Request.URL.Path)
	if err != nil {
		if status, err = s.Problems.RefusedForm(&f.page.Form, err, naming); err != nil {
			return err
		}
	}
	s.Pages.Render(c, status, f.page)
	return nil
}

func (s *Place) show(c *gin.Context, who care.Staff) error {
	f, err := s.planning(c, who)
	if err != nil {
		return err
	}
	return s.render(c, f, nil)
}

// read reads what a form asks for. A number that is none is none that a visit lasts.
func (f form) read() homevisit.Going {
	number := func(id string) int {
		n, err := strconv.Atoi(strings.TrimSpace(f.sent.Get(id)))
		if err != nil {
			return -1
		}
		return n
	}
	return homevisit.Going{
		First: f.sent.Get("goes"), Second: f.sent.Get("second"), Alone: f.sent.Get("alone"), Knows: f.sent.Get("knows"), Phone: f.sent.Get("phone"),
		Address: f.sent.Get("address"), Minutes: number("minutes"), Seen: number("seen"),
	}
}

// send takes a form, which do does.
func (s *Place) send(c *gin.Context, f form, do func() (string, error)) error {
	ctx := c.Request.Context()
	if act.Held(ctx) {
		return s.render(c, f, nil)
	}
	if faults := act.Unreadable(ctx); len(faults) > 0 {
		return s.render(c, f, care.Refuse(faults...))
	}
	done, err := do()
	if err != nil {
		return s.render(c, f, err)
	}
	return s.Pages.Leave(c, f.page.Back.URL, done)
}

func (s *Place) plan(c *gin.Context, who care.Staff) error {
	f, err := s.planning(c, who)
	if err != nil {
		return err
	}
	return s.send(c, f, func() (string, error) {
		return message.Say("homevisit.done"), s.Visits.Plan(c.Request.Context(), who, c.Param("id"), f.read())
	})
}

// dropping is the form that makes a visit an appointment like any other.
func (s *Place) dropping(c *gin.Context, who care.Staff) (form, error) {
	f, a, err := s.begin(c, who, message.Say("homevisit.no_more_at_home"), message.Say("homevisit.no_more_at_home"))
	if err != nil {
		return f, err
	}
	f.page.Danger = true
	f.page.Intro = message.Say("homevisit.off_intro")
	f.page.Fields = []web.Field{{Shape: "hidden", ID: "seen", Value: f.sent.Get("seen")}}
	if f.visit == nil && f.page.Nothing == "" {
		f.page.Nothing = message.Say("homevisit.no_visit")
	}
	f.page.Back = &web.Link{URL: "/appuntamenti/" + a.ID + "/visita", Text: message.Say("homevisit.back")}
	return f, nil
}

func (s *Place) showDrop(c *gin.Context, who care.Staff) error {
	f, err := s.dropping(c, who)
	if err != nil {
		return err
	}
	return s.render(c, f, nil)
}

func (s *Place) drop(c *gin.Context, who care.Staff) error {
	f, err := s.dropping(c, who)
	if err != nil {
		return err
	}
	return s.send(c, f, func() (string, error) {
		return message.Say("homevisit.off_done"), s.Visits.Drop(c.Request.Context(), who, c.Param("id"), f.read().Seen)
	})
}

// back takes that somebody is back, or everybody.
func (s *Place) back(c *gin.Context, who care.Staff) error {
	answer := homevisit.Answer(c.PostForm("answer"))
	if err := s.Visits.Returned(c.Request.Context(), who, c.Param("id"), answer); err != nil {
		return err
	}
	said := message.Say("homevisit.are_back")
	if answer == homevisit.Me {
		said = message.Say("homevisit.is_back")
	}
	return s.Pages.Leave(c, "/", said)
}
