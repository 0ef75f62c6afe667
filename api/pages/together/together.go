// Package together is where professionals are added to an appointment and taken out of it, and
// where each agency says what became of its part.
package together

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/pages/room"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/together"
	"percorso/internal/written"
	"percorso/internal/zone"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Records  Records
	Together Kept
}

// Records is what the pages read besides, as whoever asks.
type Records interface {
	parts.Files
	CaseFiles(ctx context.Context, s care.Staff, f ledger.CaseFilter, p ledger.Paging) (ledger.Page[ledger.CaseFile], error)
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
}

// Reads says who takes part in appointments.
type Reads interface {
	Participants(ctx context.Context, who care.Staff, appointments []string) ([]together.Participant, error)
	// Beside are the other persons who are expected at the places of some appointments.
	Beside(ctx context.Context, who care.Staff, appointments []string) ([]together.Beside, error)
	// Meetings are those of équipes in which somebody sits.
	Meetings(ctx context.Context, who care.Staff, of string, from, to time.Time) ([]together.Meeting, error)
}

// Kept is where it is kept who takes part, and what is said of each part.
type Kept interface {
	Reads
	MayAttend(ctx context.Context, who care.Staff, appointment string) ([]together.Professional, error)
	// Organizes says whether the caller may change who takes part; else they take themselves out alone.
	Organizes(ctx context.Context, who care.Staff, appointment string) (bool, error)
	Outcomes(ctx context.Context, who care.Staff, appointments []string) ([]together.Part, error)
	// Vacancies are what is to come and was planned for somebody who is away then.
	Vacancies(ctx context.Context, who care.Staff) ([]together.Vacancy, error)

	AddParticipant(ctx context.Context, who care.Staff, key, appointment, staff string) error
	EndParticipant(ctx context.Context, who care.Staff, appointment, id, why string) error
	SayOutcome(ctx context.Context, who care.Staff, appointment string, said together.Outcome) error
}

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// Page is who takes part in an appointment.
type Page struct {
	web.Frame
	Strip    *parts.Strip
	Lines    []Line
	Beside   []web.Line // other persons who are expected at the same place
	AddOther *web.Link  // nil: it is over, or not the caller's
	Outcomes []web.Line
	Notes    []Note
	Add, Say *web.Link // nil: it is over, or not the caller's to say
	Before   []web.Line
}

// Template names the page's file.
func (Page) Template() *template.Template { return templates["participants"] }

// Line is one who takes part.
type Line struct {
	web.Line
	Out *web.Link // nil: not the caller's to do
}

// Note is what an agency has written of its part.
type Note struct{ By, Text string }

const path = "/appuntamenti/:id/presenti"

func pathOf(appointment string) string { return "/appuntamenti/" + appointment + "/presenti" }

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(path, s.show)
	p.Get(path+"/aggiungi", s.showAdd)
	p.Post(path+"/aggiungi", s.add)
	p.Get(path+"/persona", s.showBeside)
	p.Post(path+"/persona", s.putBeside)
	p.Get(path+"/esito", s.showSay)
	p.Post(path+"/esito", s.say)
	p.Get(path+"/togli", s.showOut)
	p.Post(path+"/togli", s.out)
}

// about is an appointment with who takes part in it.
type about struct {
	rules     *zone.Rules
	a         ledger.Appointment
	strip     *parts.Strip
	list      []together.Participant
	beside    []together.Beside
	said      []together.Part
	agency    string // that receives the person
	organizes bool   // the caller may change who takes part
}

// stands are those who take part as things are.
func (of about) stands() (list []together.Participant) {
	for _, p := range of.list {
		if p.EndedAt == nil {
			list = append(list, p)
		}
	}
	return list
}

// read reads the appointment of a page. ledger.ErrNotFound: the caller sees none of that id.
func (s *Place) read(c *gin.Context, who care.Staff) (of about, err error) {
	ctx := c.Request.Context()
	if of.rules, err = s.Book.Rules(ctx, who.Zone); err != nil {
		return of, err
	}
	found, err := s.Records.Appointments(ctx, who, ledger.AppointmentFilter{ID: c.Param("id")}, ledger.Paging{})
	if err != nil {
		return of, err
	}
	i := slices.IndexFunc(found.Items, func(a ledger.Appointment) bool { return a.ID == c.Param("id") })
	if i < 0 {
		return of, ledger.ErrNotFound
	}
	of.a = found.Items[i]
	of.agency = of.a.Service // an agency that people meet outside of a service
	if service, known := of.rules.Service(of.a.Service); known {
		of.agency = service.Agency
	}
	thing := parts.AppointmentThing(of.rules.Policy, of.a)
	if of.strip, err = parts.StripOfCase(ctx, s.Records, who, of.rules.Policy, of.a.CaseID, s.Now(), thing); err != nil {
		return of, err
	}
	if of.strip == nil {
		of.strip = &parts.Strip{Person: of.a.Person}
		of.strip.Put(thing)
	}
	if of.list, err = s.Together.Participants(ctx, who, []string{of.a.ID}); err != nil {
		return of, err
	}
	if of.beside, err = s.Together.Beside(ctx, who, []string{of.a.ID}); err != nil {
		return of, err
	}
	if of.organizes, err = s.Together.Organizes(ctx, who, of.a.ID); err != nil {
		return of, err
	}
	of.said, err = s.Together.Outcomes(ctx, who, []string{of.a.ID})
	return of, err
}

// out are those whom the caller may take out.
func (of about) out(who care.Staff) []together.Participant {
	return slices.DeleteFunc(of.stands(), func(p together.Participant) bool { return !together.MayTakeOut(who, of.organizes, p.Staff) })
}

// ahead says whether the appointment is still to be.
func (s *Place) ahead(of about) bool { return of.a.Stands() && s.Now().Before(of.a.At) }

// says whether the caller's agency is still to say what became of its part.
func (s *Place) says(of about, who care.Staff) bool {
	return together.Said{
		Part:  slices.Contains(together.Parts(of.agency, of.list), who.Agency),
		Gone:  of.a.State == string(care.AppointmentCancelled) || of.a.State == string(care.AppointmentMoved),
		Came:  !s.Now().Before(of.a.At),
		There: slices.ContainsFunc(of.said, func(p together.Part) bool { return p.Agency == who.Agency }),
	}.Refuses() == ""
}

// show shows who takes part, and what each agency has said.
func (s *Place) show(c *gin.Context, who care.Staff) error {
	of, err := s.read(c, who)
	if err != nil {
		return err
	}
	p, here := of.rules.Policy, pathOf(of.a.ID)
	page := Page{Frame: s.Pages.Frame(c, message.Say("together.title"), "/appuntamenti"), Strip: of.strip}
	page.Back = &web.Link{URL: "/appuntamenti", Text: message.Say("together.appointments")}
	for _, one := range of.list {
		line := web.Line{Text: one.Name, State: italian.Upper(italian.Role(one.Role)) + ", " + present.AgencyName(p, one.Agency), When: message.Say("together.added_by", "Name", one.AddedBy)}
		if one.EndedAt != nil {
			line.When = message.Say("together.taken_out_by", "Name", one.EndedBy, "Day", italian.Day(*one.EndedAt), "Why", present.PartWhy(one.Why))
			page.Before = append(page.Before, line)
			continue
		}
		if why := present.Gap(one.Uncovered); why != "" {
			line.State += message.Say("together.uncovered", "Why", why)
		}
		shown := Line{Line: line}
		if s.ahead(of) && together.MayTakeOut(who, of.organizes, one.Staff) {
			shown.Out = &web.Link{URL: here + "/togli?chi=" + one.ID, Text: message.Say("together.take_out")}
		}
		page.Lines = append(page.Lines, shown)
	}
	if s.ahead(of) && of.organizes {
		page.Add = &web.Link{URL: here + "/aggiungi", Text: message.Say("together.add_somebody")}
	}
	for _, b := range of.beside {
		page.Beside = append(page.Beside, web.Line{URL: "/appuntamenti/" + b.Other, Text: italian.Upper(present.BesideName(b)), State: message.Say("together_beside.same_hour"), When: b.Number})
	}
	if s.ahead(of) && of.organizes && catalogue.Book.MayAsk(who.Role) {
		page.AddOther = &web.Link{URL: here + "/persona", Text: message.Say("together_beside.add")}
	}
	if s.says(of, who) {
		page.Say = &web.Link{URL: here + "/esito", Text: message.Say("together.say")}
	}
	for _, part := range of.said {
		state := message.Say("together.not_held")
		if part.Held {
			state = message.Say("together.held")
		}
		by := part.ByName + ", " + italian.Day(part.At)
		page.Outcomes = append(page.Outcomes, web.Line{Text: present.AgencyName(p, part.Agency), State: state, When: by})
		if part.Note != "" {
			page.Notes = append(page.Notes, Note{By: present.AgencyName(p, part.Agency) + ": " + by, Text: part.Note})
		}
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// label is a field of the forms by its name; empty: there is none.
func label(field string) string {
	word, _ := message.Find("together_field", field)
	return word
}

// form begins a form about an appointment.
func (s *Place) form(c *gin.Context, of about, title, button string) parts.CaseForm {
	page := parts.CaseForm{Frame: s.Pages.Frame(c, title, "/appuntamenti"), Button: button, Strip: of.strip}
	page.Back = &web.Link{URL: pathOf(of.a.ID), Text: message.Say("together.back")}
	return page
}

// send shows a form, or takes it where do is given; what is wrong with it is shown with all
// that was typed.
func (s *Place) send(c *gin.Context, page parts.CaseForm, of about, do func(context.Context) (string, error)) error {
	ctx, status := c.Request.Context(), http.StatusOK
	page.Form = web.NewForm(c.Request.URL.Path)
	if do != nil && !act.Held(ctx) {
		err := error(nil)
		done := ""
		if faults := act.Unreadable(ctx); len(faults) > 0 {
			err = care.Refuse(faults...)
		} else if done, err = do(ctx); err == nil {
			return s.Pages.Leave(c, pathOf(of.a.ID), done)
		}
		if status, err = s.Problems.RefusedForm(&page.Form, err, func(field string) (string, string) { return field, label(field) }); err != nil {
			return err
		}
	}
	s.Pages.Render(c, status, page)
	return nil
}

// adding is the form that adds somebody.
func (s *Place) adding(c *gin.Context, who care.Staff, sent url.Values) (page parts.CaseForm, of about, err error) {
	if of, err = s.read(c, who); err != nil {
		return page, of, err
	}
	page = s.form(c, of, message.Say("together_add.title"), message.Say("together_add.send"))
	page.Intro = message.Say("together_add.intro")
	if !s.ahead(of) {
		page.Nothing = message.Say("together_add.hour_has_come")
		return page, of, nil
	}
	if !of.organizes {
		page.Nothing = s.Problems.Words.Rule(together.RuleNotYours)
		return page, of, nil
	}
	may, err := s.Together.MayAttend(c.Request.Context(), who, of.a.ID)
	if err != nil {
		return page, of, err
	}
	field := web.Field{Shape: "select", ID: "staff", Label: label("staff"), Required: true, Empty: message.Say("together_add.choose")}
	for _, one := range may {
		if slices.ContainsFunc(of.stands(), func(p together.Participant) bool { return p.Staff == one.ID }) {
			continue
		}
		field.Options = append(field.Options, web.Option{
			Value: one.ID, Text: one.Name + ", " + italian.Role(one.Role) + ", " + present.AgencyName(of.rules.Policy, one.Agency), Chosen: sent.Get("staff") == one.ID,
		})
	}
	page.Fields = []web.Field{field}
	return page, of, nil
}

func (s *Place) showAdd(c *gin.Context, who care.Staff) error {
	page, of, err := s.adding(c, who, nil)
	if err != nil {
		return err
	}
	return s.send(c, page, of, nil)
}

func (s *Place) add(c *gin.Context, who care.Staff) error {
	page, of, err := s.adding(c, who, c.Request.PostForm)
	if err != nil {
		return err
	}
	return s.send(c, page, of, func(ctx context.Context) (string, error) {
		return message.Say("together_add.done"), s.Together.AddParticipant(ctx, who, c.PostForm("key"), of.a.ID, c.PostForm("staff"))
	})
}

// takingOut is the form that takes somebody out.
func (s *Place) takingOut(c *gin.Context, who care.Staff, sent url.Values) (page parts.CaseForm, of about, err error) {
	if of, err = s.read(c, who); err != nil {
		return page, of, err
	}
	page = s.form(c, of, message.Say("together_out.title"), message.Say("together.take_out"))
	page.Intro = message.Say("together_out.intro")
	whose := of.out(who)
	switch {
	case !s.ahead(of):
		page.Nothing = s.Problems.Words.Rule(together.RuleOver)
	case len(of.stands()) == 0:
		page.Nothing = message.Say("together.nobody")
	case len(whose) == 0:
		page.Nothing = s.Problems.Words.Rule(together.RuleNotYours)
	}
	if page.Nothing != "" {
		return page, of, nil
	}
	whom := web.Field{Shape: "choices", Type: "radio", ID: "chi", Label: label("chi"), Required: true}
	for _, p := range whose {
		whom.Options = append(whom.Options, web.Option{Value: p.ID, Text: present.ParticipantName(of.rules.Policy, p), Chosen: sent.Get("chi") == p.ID})
	}
	field := web.Field{Shape: "choices", Type: "radio", ID: "why", Label: label("why"), Required: true, Hint: message.Say("together_out.why_hint")}
	for _, code := range together.Whys {
		field.Options = append(field.Options, web.Option{Value: code, Text: italian.Upper(present.PartWhy(code)), Chosen: sent.Get("why") == code})
	}
	page.Fields = []web.Field{whom, field}
	return page, of, nil
}

func (s *Place) showOut(c *gin.Context, who care.Staff) error {
	page, of, err := s.takingOut(c, who, c.Request.URL.Query())
	if err != nil {
		return err
	}
	return s.send(c, page, of, nil)
}

func (s *Place) out(c *gin.Context, who care.Staff) error {
	page, of, err := s.takingOut(c, who, c.Request.PostForm)
	if err != nil {
		return err
	}
	return s.send(c, page, of, func(ctx context.Context) (string, error) {
		return message.Say("together_out.done"), s.Together.EndParticipant(ctx, who, of.a.ID, c.PostForm("chi"), c.PostForm("why"))
	})
}

// saying is the form in which an agency says what became of its part.
func (s *Place) saying(c *gin.Context, who care.Staff, sent url.Values) (page parts.CaseForm, of about, err error) {
	if of, err = s.read(c, who); err != nil {
		return page, of, err
	}
	page = s.form(c, of, message.Say("together_say.title"), message.Say("together_say.send"))
	page.Intro = message.Say("together_say.intro")
	if !s.says(of, who) {
		page.Nothing = message.Say("together_say.nothing")
		return page, of, nil
	}
	held := web.Field{Shape: "choices", Type: "radio", ID: "held", Label: label("held"), Required: true, Options: []web.Option{
		{Value: "si", Text: message.Say("together_say.yes"), Chosen: sent.Get("held") == "si"}, {Value: "no", Text: message.Say("together_say.no"), Chosen: sent.Get("held") == "no"},
	}}
	circle := web.Field{Shape: "choices", Type: "radio", ID: "circle", Label: label("circle"), Required: true}
	for i, code := range together.Circles {
		circle.Options = append(circle.Options, web.Option{Value: string(code), Text: present.PartCircle(code), Chosen: sent.Get("circle") == string(code) || sent.Get("circle") == "" && i == 0})
	}
	page.Fields = []web.Field{held, {Shape: "area", ID: "note", Label: label("note"), Hint: italian.MayBeRead(), Value: sent.Get("note")}, circle}
	return page, of, nil
}

func (s *Place) showSay(c *gin.Context, who care.Staff) error {
	page, of, err := s.saying(c, who, nil)
	if err != nil {
		return err
	}
	return s.send(c, page, of, nil)
}

func (s *Place) say(c *gin.Context, who care.Staff) error {
	page, of, err := s.saying(c, who, c.Request.PostForm)
	if err != nil {
		return err
	}
	return s.send(c, page, of, func(ctx context.Context) (string, error) {
		said := together.Outcome{Note: strings.TrimSpace(c.PostForm("note")), Circle: written.Circle(c.PostForm("circle"))}
		if answer := c.PostForm("held"); answer == "si" || answer == "no" {
			held := answer == "si"
			said.Held = &held
		}
		return message.Say("together_say.done"), s.Together.SayOutcome(ctx, who, of.a.ID, said)
	})
}
