package mediation

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/mediating"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// usual is how many minutes a talk with a mediator is proposed to last.
const usual = "60"

// label is a field of the forms by its name; empty: there is none.
func label(field string) string {
	word, _ := message.Find("mediators_field", field)
	return word
}

func naming(sent url.Values) func(string) (string, string) {
	return func(field string) (string, string) {
		if field == "at" {
			return parts.WhenPlace("", sent), label("at")
		}
		return field, label(field)
	}
}

// asking is the pages on which a mediator is asked for, or a call to one is noted.
type asking struct{ *Place }

// form is what a page with one form needs: of the request, and of what was typed.
type form struct {
	page  parts.CaseForm
	rules *zone.Rules
	sent  url.Values
	of    mediation.Form // what stands without being typed
	speak []string       // languages of the person
}

// show shows a form, with what is wrong with it where err says so.
func (s *Place) show(c *gin.Context, f form, err error) error {
	status := http.StatusOK
	f.page.Form = web.NewForm(c.Request.URL.Path)
	if err != nil {
		if status, err = s.Problems.RefusedForm(&f.page.Form, err, naming(f.sent)); err != nil {
			return err
		}
	}
	s.Pages.Render(c, status, f.page)
	return nil
}

// begin begins a form, as it was typed.
func (s *Place) begin(c *gin.Context, who care.Staff, title, button string) (f form, err error) {
	f.rules, err = s.Book.Rules(c.Request.Context(), who.Zone)
	f.page = parts.CaseForm{Frame: s.Pages.Frame(c, title, path), Button: button}
	f.page.Back = &web.Link{URL: path, Text: message.Say("mediators.title")}
	f.sent = c.Request.PostForm
	if f.sent == nil {
		f.sent = url.Values{"minutes": {usual}, "mode": {agenda.InPerson}}
	}
	return f, err
}

// lots offers all lots, those first that serve one of some languages.
func (s *Place) lots(ctx context.Context, who care.Staff, languages []string, sent url.Values, serves func(care.Lot) bool) (web.Field, error) {
	field := web.Field{Shape: "choices", Type: "radio", ID: "lot", Label: label("lot"), Required: true}
	all, err := s.Requests.Balances(ctx, who)
	if err != nil {
		return field, err
	}
	suits := func(b mediation.Balance) int {
		if slices.ContainsFunc(languages, func(l string) bool {
			return slices.ContainsFunc(b.Lot.Modes, func(mode string) bool { return mediation.Serves(b.Lot, l, mode, s.Now()) })
		}) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b mediation.Balance) int { return suits(a) - suits(b) })
	for _, b := range all {
		if serves(b.Lot) {
			field.Options = append(field.Options, web.Option{
				Value: b.Lot.Code, Text: mediating.Lot(b), Hint: mediating.Terms(b) + "; " + mediating.Balance(b), Chosen: sent.Get("lot") == b.Lot.Code,
			})
		}
	}
	return field, nil
}

func (f form) language() web.Field {
	field := web.Field{Shape: "select", ID: "language", Label: label("language"), Required: true}
	asked := f.sent.Get("language")
	known := mediation.Languages(f.rules.Policy)
	if asked == "" {
		if i := slices.IndexFunc(f.speak, func(l string) bool { return slices.Contains(known, l) }); i >= 0 {
			asked = f.speak[i]
		}
	}
	for _, tag := range known {
		field.Options = append(field.Options, web.Option{Value: tag, Text: mediating.Language(tag), Chosen: tag == asked})
	}
	return field
}

func (f form) minutes(hint string) web.Field {
	return web.Field{Shape: "input", Type: "text", ID: "minutes", Label: label("minutes"), Value: f.sent.Get("minutes"), Hint: hint, Required: true}
}

func (f form) matter() web.Field {
	field := web.Field{Shape: "select", ID: "matter", Label: label("matter"), Empty: message.Say("mediators_ask.no_matter")}
	for _, m := range f.rules.Matters {
		field.Options = append(field.Options, web.Option{Value: m.Code, Text: m.Name, Chosen: m.Code == f.sent.Get("matter")})
	}
	return field
}

// fields fills in the fields of a form that asks for a mediator.
func (s asking) fields(c *gin.Context, who care.Staff, f *form) error {
	f.page.Intro = message.Say("mediators_ask.intro")
	if len(f.rules.Providers) == 0 {
		f.page.Nothing = message.Say("mediators_ask.no_provider")
		return nil
	}
	lots, err := s.lots(c.Request.Context(), who, append([]string{f.sent.Get("language")}, f.speak...), f.sent, func(care.Lot) bool { return true })
	if err != nil {
		return err
	}
	mode := web.Field{Shape: "choices", Type: "radio", ID: "mode", Label: label("mode"), Required: true}
	for _, m := range agenda.Modes {
		mode.Options = append(mode.Options, web.Option{Value: m, Text: italian.Upper(mediating.Mode(m)), Chosen: f.sent.Get("mode") == m})
	}
	f.page.Fields = []web.Field{f.language()}
	if f.of.Appointment == "" {
		f.page.Fields = append(f.page.Fields, web.Field{Shape: "group", Label: label("at"), Row: true, Fields: []web.Field{
			{Shape: "input", Type: "date", ID: "day", Label: message.Say("mediators.day"), Value: f.sent.Get("day"), Required: true},
			{Shape: "input", Type: "hour", ID: "hour", Label: message.Say("mediators.hour"), Value: f.sent.Get("hour"), Required: true},
		}})
	}
	f.page.Fields = append(f.page.Fields, f.minutes(""), mode,
		web.Field{Shape: "input", Type: "text", ID: "place", Label: label("place"), Value: f.sent.Get("place"), Hint: message.Say("mediators_ask.place_hint"), Required: true}, f.matter(), lots)
	return nil
}

// read reads what a form asks for, and what of it cannot be read.
func (f form) read(ctx context.Context) (asked mediation.Form, err error) {
	asked = f.of
	asked.Language, asked.Matter, asked.Mode, asked.Lot = f.sent.Get("language"), f.sent.Get("matter"), f.sent.Get("mode"), f.sent.Get("lot")
	asked.Place = strings.TrimSpace(f.sent.Get("place"))
	faults := slices.Clone(act.Unreadable(ctx))
	if asked.Appointment == "" && asked.At.IsZero() {
		at, rule := parts.ReadMoment(f.sent.Get("day"), f.sent.Get("hour"))
		if rule != "" {
			faults = append(faults, care.Fault{Field: "at", Rule: rule})
		} else if at != nil {
			asked.At = *at
		}
	}
	asked.Minutes = minutesOf(f.sent)
	if len(faults) > 0 {
		return asked, care.Refuse(faults...)
	}
	return asked, nil
}

// minutesOf are the minutes that were typed; 0: they are no number, which no talk lasts.
func minutesOf(sent url.Values) int {
	n, err := strconv.Atoi(strings.TrimSpace(sent.Get("minutes")))
	if err != nil {
		return 0
	}
	return n
}

// sends asks for what a form says.
func (s asking) sends(c *gin.Context, who care.Staff, f form) error {
	ctx := c.Request.Context()
	if act.Held(ctx) {
		return s.show(c, f, nil)
	}
	asked, err := f.read(ctx)
	var r mediation.Request
	if err == nil {
		r, err = s.Requests.AskMediator(ctx, who, c.PostForm("key"), asked)
	}
	if err != nil {
		return s.show(c, f, err)
	}
	return s.Pages.Leave(c, path+"/"+r.ID, message.Say("mediators_ask.asked"))
}

func (s asking) alone(c *gin.Context, who care.Staff) (f form, err error) {
	if f, err = s.begin(c, who, message.Say("mediators.ask"), message.Say("mediators_ask.send")); err == nil {
		err = s.fields(c, who, &f)
	}
	return f, err
}

func (s asking) showAsk(c *gin.Context, who care.Staff) error {
	f, err := s.alone(c, who)
	if err != nil {
		return err
	}
	return s.show(c, f, nil)
}

func (s asking) ask(c *gin.Context, who care.Staff) error {
	f, err := s.alone(c, who)
	if err != nil {
		return err
	}
	return s.sends(c, who, f)
}

// forAppointment is the form that asks for a mediator for an appointment, which it shows with
// its person.
func (s asking) forAppointment(c *gin.Context, who care.Staff) (f form, err error) {
	ctx := c.Request.Context()
	if f, err = s.begin(c, who, message.Say("mediators_ask.for_appointment"), message.Say("mediators_ask.send")); err != nil {
		return f, err
	}
	id := c.Param("id")
	found, err := s.Records.Appointments(ctx, who, ledger.AppointmentFilter{ID: id}, ledger.Paging{})
	if err != nil {
		return f, err
	}
	i := slices.IndexFunc(found.Items, func(a ledger.Appointment) bool { return a.ID == id })
	if i < 0 {
		return f, ledger.ErrNotFound
	}
	a := found.Items[i]
	f.of.Appointment = id
	f.page.Back = &web.Link{URL: "/appuntamenti", Text: message.Say("mediators_ask.appointments")}
	thing := parts.AppointmentThing(f.rules.Policy, a)
	f.page.Strip = &parts.Strip{Person: a.Person}
	if care.ReadsCases(who, f.rules.Policy) {
		file, err := s.Records.CaseFile(ctx, who, a.CaseID)
		if err != nil {
			return f, err
		}
		f.page.Strip, f.speak = parts.StripOf(file, s.Now()), file.PersonData.Languages
		f.page.Back = &web.Link{URL: "/fascicoli/" + a.CaseID, Text: a.Person + ", " + a.CaseNumber}
	}
	f.page.Strip.Put(thing)
	if c.Request.PostForm == nil {
		f.proposes(a)
	}
	switch {
	case !a.Stands():
		f.page.Nothing = message.Say("mediators_ask.not_in_agenda")
	case !s.Now().Before(a.At):
		f.page.Nothing = message.Say("mediators_ask.hour_has_come")
	default:
		err = s.fields(c, who, &f)
	}
	return f, err
}

// proposes fills in what follows from an appointment.
func (f form) proposes(a ledger.Appointment) {
	f.sent.Set("matter", a.Matter)
	service, _ := f.rules.Service(a.Service)
	place := service.Place.Name
	if place != "" {
		place += ", " + service.Place.Address
	}
	f.sent.Set("place", place)
}

// showAskFor shows the form, or the request that there is already.
func (s asking) showAskFor(c *gin.Context, who care.Staff) error {
	there, err := s.Requests.MediationFor(c.Request.Context(), who, c.Param("id"))
	if err != nil {
		return err
	}
	if there != nil {
		c.Redirect(http.StatusSeeOther, path+"/"+there.ID)
		return nil
	}
	f, err := s.forAppointment(c, who)
	if err != nil {
		return err
	}
	return s.show(c, f, nil)
}

func (s asking) askFor(c *gin.Context, who care.Staff) error {
	f, err := s.forAppointment(c, who)
	if err != nil {
		return err
	}
	return s.sends(c, who, f)
}

// calling is the form that notes a call to a mediator.
func (s asking) calling(c *gin.Context, who care.Staff) (f form, err error) {
	if f, err = s.begin(c, who, message.Say("mediators_phone.title"), message.Say("mediators_phone.record")); err != nil {
		return f, err
	}
	if c.Request.PostForm == nil {
		f.sent.Set("minutes", "")
	}
	f.page.Intro = message.Say("mediators_phone.intro")
	var numbers []string
	for _, p := range f.rules.Providers {
		if p.Phone != "" {
			numbers = append(numbers, message.Say("mediators.phone_of", "Name", p.Name, "Phone", p.Phone))
		}
	}
	if len(numbers) > 0 {
		f.page.Intro += " " + message.Say("mediators_phone.whom_to_call", "Numbers", strings.Join(numbers, "; "))
	}
	lots, err := s.lots(c.Request.Context(), who, []string{f.sent.Get("language")}, f.sent, func(l care.Lot) bool { return slices.Contains(l.Modes, agenda.ByPhone) })
	lots.Label = message.Say("mediators_phone.lot")
	f.page.Fields = []web.Field{f.language(), f.minutes(message.Say("mediators_phone.minutes_hint")), f.matter(), lots}
	if len(lots.Options) == 0 {
		f.page.Nothing = message.Say("mediators_phone.no_lot")
	}
	return f, err
}

func (s asking) showCall(c *gin.Context, who care.Staff) error {
	f, err := s.calling(c, who)
	if err != nil {
		return err
	}
	return s.show(c, f, nil)
}

func (s asking) call(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	f, err := s.calling(c, who)
	if err != nil {
		return err
	}
	if act.Held(ctx) {
		return s.show(c, f, nil)
	}
	f.of.At = s.Now() // the store counts back from now
	asked, err := f.read(ctx)
	if err == nil {
		_, err = s.Requests.NoteCall(ctx, who, c.PostForm("key"), asked)
	}
	if err != nil {
		return s.show(c, f, err)
	}
	return s.Pages.Leave(c, path, message.Say("mediators_phone.recorded"))
}
