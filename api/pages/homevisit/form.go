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
)

// labels are the fields of the form by their names.
var labels = map[string]string{
	"goes": "Chi va", "second": "Chi va insieme", "alone": "Perché va una persona sola", "knows": "Chi lo sa e resta raggiungibile", "phone": "A quale numero rispondono durante la visita",
	"minutes": "Quanti minuti dura", "address": "Dove, se non è al domicilio",
}

func naming(field string) (string, string) { return field, labels[field] }

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
	f.page.Back = &web.Link{URL: "/fascicoli/" + a.CaseID + "/appuntamenti", Text: "Appuntamenti di " + a.Person}
	if f.page.Strip, err = parts.StripOfCase(ctx, s.Records, who, rules.Policy, a.CaseID, s.Now()); err != nil {
		return f, a, err
	}
	if f.page.Strip == nil {
		f.page.Strip = &parts.Strip{Person: a.Person}
	}
	terms := []web.Term{
		{Name: "Quando", Value: italian.Upper(italian.Day(a.At)) + ", ore " + italian.Hour(a.At)},
		{Name: "Servizio", Value: present.ServiceName(rules.Policy, a.Service)},
	}
	minutes := int(agenda.Of(rules.Policy, a.Service, rules.Calendar, s.Now()).Lasts(a.At).Until.Sub(a.At).Minutes())
	f.sent = c.Request.PostForm
	if f.sent == nil {
		f.sent = url.Values{"goes": {who.ID}, "minutes": {strconv.Itoa(min(max(minutes, homevisit.Shortest), homevisit.Longest))}, "seen": {"0"}}
	}
	if len(visits) > 0 {
		v := visits[0]
		f.visit = &v
		terms = append(terms, web.Term{Name: "Visita", Value: italian.Upper(visiting.Who(v)) + ". " + italian.Upper(visiting.Back(v, s.Now()))}, web.Term{Name: "Dove", Value: v.Where()})
		if v.Alone != "" {
			terms = append(terms, web.Term{Name: labels["alone"], Value: v.Alone})
		}
		if c.Request.PostForm == nil {
			f.sent = url.Values{"goes": {v.First}, "second": {v.Second}, "alone": {v.Alone}, "knows": {v.Knows}, "phone": {v.Phone}, "address": {v.Address},
				"minutes": {strconv.Itoa(int(v.Until.Sub(v.At).Minutes()))}, "seen": {strconv.Itoa(v.Version)}}
		}
	}
	f.page.Strip.Put(parts.Thing{Title: "Appuntamento", Terms: terms})
	switch {
	case !a.Stands():
		f.page.Nothing = "Questo appuntamento non è più in agenda."
	case !s.Now().Before(a.At):
		f.page.Nothing = "L’ora di questo appuntamento è arrivata: chi va non si cambia più. Chi è andato dice in «Oggi» che è di ritorno."
	}
	return f, a, nil
}

// planning is the form that says who goes.
func (s *Place) planning(c *gin.Context, who care.Staff) (f form, err error) {
	f, a, err := s.begin(c, who, "Visita a domicilio", "Fissa la visita")
	if err != nil || f.page.Nothing != "" {
		return f, err
	}
	f.page.Intro = "Si va in due. Dopo la fine Percorso chiede a chi è andato se è rientrato; se nessuno risponde, lo sanno il responsabile e chi indichi qui."
	if f.visit != nil {
		f.page.Button = "Cambia la visita"
		f.page.Strip.Rest = &web.Link{URL: "/appuntamenti/" + a.ID + "/visita/togli", Text: "Non è più a domicilio"}
	}
	named, err := s.Visits.Visitors(c.Request.Context(), who, a.ID)
	if err != nil {
		return f, err
	}
	choose := func(id, empty string, who func(homevisit.Visitor) bool) web.Field {
		field := web.Field{Shape: "select", ID: id, Label: labels[id], Empty: empty, Required: empty == ""}
		for _, v := range named {
			if who(v) {
				field.Options = append(field.Options, web.Option{Value: v.ID, Text: v.Name + ", " + italian.Role(v.Role), Chosen: v.ID == f.sent.Get(id)})
			}
		}
		return field
	}
	goes := func(v homevisit.Visitor) bool { return v.Visits }
	text := func(id, hint string) web.Field {
		return web.Field{Shape: "input", Type: "text", ID: id, Label: labels[id], Value: f.sent.Get(id), Hint: hint}
	}
	phone, minutes := text("phone", "Il cellulare di servizio, per esempio."), text("minutes", "")
	phone.Required, minutes.Required = true, true
	f.page.Fields = []web.Field{
		{Shape: "hidden", ID: "seen", Value: f.sent.Get("seen")},
		choose("goes", "", goes), choose("second", "Nessuno: va una persona sola", goes),
		text("alone", "Solo se non va nessun altro. Si legge con la visita."),
		choose("knows", "", func(homevisit.Visitor) bool { return true }),
		phone, minutes, text("address", "Lascialo vuoto se la visita è al domicilio. Lo legge solo chi legge il domicilio della persona."),
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
		return "La visita a domicilio è fissata. Chi va la trova in «Oggi».", s.Visits.Plan(c.Request.Context(), who, c.Param("id"), f.read())
	})
}

// dropping is the form that makes a visit an appointment like any other.
func (s *Place) dropping(c *gin.Context, who care.Staff) (form, error) {
	f, a, err := s.begin(c, who, "Non è più a domicilio", "Non è più a domicilio")
	if err != nil {
		return f, err
	}
	f.page.Danger = true
	f.page.Intro = "L’appuntamento resta, in ufficio. Chi doveva andare riceve un avviso. Avvisa anche la persona: il foglio che ha diceva che si andava da lei."
	f.page.Fields = []web.Field{{Shape: "hidden", ID: "seen", Value: f.sent.Get("seen")}}
	if f.visit == nil && f.page.Nothing == "" {
		f.page.Nothing = "Questo appuntamento non è una visita a domicilio."
	}
	f.page.Back = &web.Link{URL: "/appuntamenti/" + a.ID + "/visita", Text: "La visita"}
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
		return "L’appuntamento non è più a domicilio.", s.Visits.Drop(c.Request.Context(), who, c.Param("id"), f.read().Seen)
	})
}

// back takes that somebody is back, or everybody.
func (s *Place) back(c *gin.Context, who care.Staff) error {
	answer := homevisit.Answer(c.PostForm("answer"))
	if err := s.Visits.Returned(c.Request.Context(), who, c.Param("id"), answer); err != nil {
		return err
	}
	said := "Fatto: chi è andato risulta di ritorno."
	if answer == homevisit.Me {
		said = "Fatto: risulta che tu sei di ritorno."
	}
	return s.Pages.Leave(c, "/", said)
}
