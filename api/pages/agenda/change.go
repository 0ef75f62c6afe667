package agenda

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/free"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/together"
)

// What is to become of an appointment.
const (
	toMove   = "move"
	toCancel = "cancel"
)

// showChange shows the form that moves or cancels an appointment.
func (s *Place) showChange(c *gin.Context, who care.Staff) error {
	page, _, err := s.changePage(c, who, nil)
	if err != nil {
		return err
	}
	page.Form = web.NewForm(c.Request.URL.Path)
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// change takes the form. What is wrong is shown with all that was typed.
func (s *Place) change(c *gin.Context, who care.Staff) error {
	sent := c.Request.PostForm
	page, a, err := s.changePage(c, who, sent)
	if err != nil {
		return err
	}
	command, faults, done := readChange(c.PostForm("key"), a, "", sent)
	cmd, err := s.Door.Do(act.WithUnreadable(c.Request.Context(), faults...), who, command)
	if err == nil {
		others, err := s.changeOthers(c, who, a, sent)
		if err != nil {
			return err
		}
		return s.Pages.Done(c, cmd, page.Back.URL, done+others)
	}
	page.Form = web.NewForm(c.Request.URL.Path)
	status, err := s.Problems.RefusedForm(&page.Form, err, func(path string) (id, label string) {
		if path == "at" {
			return parts.WhenPlace("", sent), message.Say("agenda_change_field.at")
		}
		return path, changeLabels()[path]
	})
	if err != nil {
		return err
	}
	s.Pages.Render(c, status, page)
	return nil
}

// changeLabels are the fields of the form by their ids.
func changeLabels() map[string]string {
	return map[string]string{
		"what": message.Say("agenda_change_field.what"), "by": message.Say("agenda_change_field.by"), "number": message.Say("agenda_change_field.number"), "birth_date": message.Say("agenda_change_field.birth_date"), "why": message.Say("agenda_change_field.why"), "all": message.Say("agenda_change_field.all"), "beyond": italian.Field("beyond"), "note": message.Say("agenda_change_field.note"),
	}
}

// readChange reads the form: what is asked, what cannot be read of it, and what the page
// says once it is done. Who joins another appointment goes where that goes.
func readChange(key string, a ledger.Appointment, joins string, sent url.Values) (command catalogue.Command, faults []care.Fault, done string) {
	if sent.Get("all") != "" && sent.Get("by") != agenda.TheService {
		faults = append(faults, care.Fault{Field: "all", Rule: together.RuleForAll})
	}
	form := agenda.Cancelling{By: sent.Get("by"), Why: sent.Get("why"), Note: strings.TrimSpace(sent.Get("note"))}
	if was, err := time.Parse(time.RFC3339, sent.Get("was")); err == nil {
		form.Was = &was
	}
	if form.By != agenda.TheService {
		form.Number = strings.TrimSpace(sent.Get("number"))
		switch day, ok := parts.ReadDate(sent.Get("birth_date")); {
		case !ok:
			faults = append(faults, care.Fault{Field: "birth_date", Rule: parts.RuleDate})
		case !day.IsZero():
			form.BirthDate = care.DateOf(day)
		}
	}
	if sent.Get("what") != toMove {
		if sent.Get("what") != toCancel {
			faults = append(faults, care.Fault{Field: "what", Rule: care.RuleRequired})
		}
		return catalogue.CancelAppointment.Command(key, a.ID, form).InRun(a.Run), faults, message.Say("agenda_change.cancelled")
	}
	moving := agenda.Moving{By: form.By, Number: form.Number, BirthDate: form.BirthDate, Why: form.Why, Was: form.Was, Note: form.Note}
	service, at, rule := parts.ReadWhen("", sent)
	faults = append(faults, parts.FaultIf(rule, "at")...)
	if service != "" && service != a.Service {
		faults = append(faults, care.Fault{Field: "at", Rule: agenda.OtherService})
	}
	if at != nil {
		moving.At = *at
	}
	if moving.Joins = joins; joins == "" {
		moving.Beyond = sent.Get("beyond")
	}
	return catalogue.MoveAppointment.Command(key, a.ID, moving).InRun(a.Run), faults, message.Say("agenda_change.moved")
}

// changePage is the page of an appointment that stands, with what was typed; nil: nothing yet.
func (s *Place) changePage(c *gin.Context, who care.Staff, sent url.Values) (page parts.CaseForm, a ledger.Appointment, err error) {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return page, a, err
	}
	found, err := s.Records.Appointments(ctx, who, ledger.AppointmentFilter{ID: c.Param("id")}, ledger.Paging{})
	if err != nil {
		return page, a, err
	}
	i := slices.IndexFunc(found.Items, func(a ledger.Appointment) bool { return a.ID == c.Param("id") })
	if i < 0 {
		return page, a, ledger.ErrNotFound
	}
	a = found.Items[i]
	page = parts.CaseForm{
		Frame: s.Pages.Frame(c, message.Say("agenda_change.title"), "/appuntamenti"), Button: message.Say("agenda_change.send"),
		Intro: message.Say("agenda_change.intro"),
	}
	page.Back = &web.Link{URL: "/appuntamenti", Text: message.Say("agenda.title")}
	thing := parts.AppointmentThing(rules.Policy, a)
	if page.Strip, err = parts.StripOfCase(ctx, s.Records, who, rules.Policy, a.CaseID, s.Now(), thing); err != nil {
		return page, a, err
	}
	if page.Strip != nil {
		page.Back = &web.Link{URL: "/fascicoli/" + a.CaseID, Text: a.Person + ", " + a.CaseNumber}
	} else {
		page.Strip = &parts.Strip{Person: a.Person}
		page.Strip.Put(thing)
	}
	switch {
	case !a.Stands():
		page.Nothing = message.Say("agenda_change.not_in_agenda")
		return page, a, nil
	case sent == nil && !s.Now().Before(a.At):
		page.Nothing = message.Say("agenda_change.hour_has_come")
		return page, a, nil
	}
	day := ""
	if sent.Get("hour") == "" {
		day = sent.Get("day")
	}
	reachable, err := free.ReachableIn(ctx, s.Records, who, a.Run)
	if err != nil {
		return page, a, err
	}
	offers, err := free.Find(ctx, reachable, who, rules, day, a.Service)
	page.Fields = changeFields(a, offers, sent, agenda.Decides(who, rules.Policy, a.Service))
	if err != nil {
		return page, a, err
	}
	beside, err := s.Together.Beside(ctx, who, []string{a.ID})
	if err == nil && len(beside) > 0 {
		names := web.Each(beside, present.BesideName)
		ids := web.Each(beside, func(b together.Beside) string { return b.Other })
		page.Fields = append(page.Fields, web.Field{Shape: "hidden", ID: "beside", Value: strings.Join(ids, " ")}, web.Field{Shape: "choices", Type: "checkbox", ID: "all", Label: changeLabels()["all"], Hint: message.Say("agenda_change.all_hint"),
			Options: []web.Option{{Value: "si", Text: message.Say("agenda_change.all", "Names", italian.Enumerate(names)), Chosen: sent.Get("all") != ""}}})
	}
	return page, a, err
}

// changeOthers asks the same for those whom the form named as expected at the place of an
// appointment besides, and says what became of it: each follows it, or stays where she is. Who
// has joined since was named to nobody, and is left alone. They are known by the form, so that
// the same form sent again works them too, though the appointment itself has gone by then.
func (s *Place) changeOthers(c *gin.Context, who care.Staff, a ledger.Appointment, sent url.Values) (words string, err error) {
	if sent.Get("all") == "" {
		return "", nil
	}
	var with, without []string
	for _, id := range strings.Fields(sent.Get("beside")) {
		other, name, err := s.other(c, who, id)
		if err == nil {
			other.Service = a.Service
			command, _, _ := readChange(ledger.DerivedID(c.PostForm("key"), id), other, a.ID, sent)
			_, err = s.Door.Do(c.Request.Context(), who, command)
		}
		var refused *care.Refusal
		switch {
		case err == nil:
			with = append(with, name)
		case errors.As(err, &refused), errors.Is(err, ledger.ErrNotFound), errors.Is(err, ledger.ErrForbidden):
			without = append(without, name)
		default:
			return "", err
		}
	}
	if len(with) > 0 {
		words += " " + message.Say("agenda_change.also_for", "Names", italian.Enumerate(with))
	}
	if len(without) > 0 {
		words += " " + message.Say("agenda_change.stays_for", "Names", italian.Enumerate(without))
	}
	return words, nil
}

// other is the appointment of another person, with how she is named. ledger.ErrNotFound: the
// caller sees it no more.
func (s *Place) other(c *gin.Context, who care.Staff, id string) (a ledger.Appointment, name string, err error) {
	name = message.Say("agenda_change.somebody_unseen")
	if !care.IsID(id) {
		return a, name, ledger.ErrNotFound
	}
	found, err := s.Records.Appointments(c.Request.Context(), who, ledger.AppointmentFilter{ID: id}, ledger.Paging{})
	if err != nil {
		return a, name, err
	}
	i := slices.IndexFunc(found.Items, func(a ledger.Appointment) bool { return a.ID == id })
	if i < 0 {
		return a, name, ledger.ErrNotFound
	}
	a = found.Items[i]
	return a, present.BesideName(together.Beside{Person: a.Person, Number: a.CaseNumber}), nil
}

// changeFields are the fields of the form, with what was typed. Who decides when the service
// receives may give a place beyond those that there are.
func changeFields(a ledger.Appointment, offers free.Places, sent url.Values, decides bool) []web.Field {
	choices := func(id, hint string, codes []string, text func(string) string) web.Field {
		f := web.Field{Shape: "choices", Type: "radio", ID: id, Label: changeLabels()[id], Hint: hint, Required: true}
		for _, code := range codes {
			f.Options = append(f.Options, web.Option{Value: code, Text: text(code), Chosen: sent.Get(id) == code})
		}
		return f
	}
	whats := map[string]string{toMove: message.Say("agenda_change.move"), toCancel: message.Say("agenda_change.cancel")}
	when := web.Field{Shape: "group", Label: message.Say("agenda_change_field.at"), Row: true, ShownBy: "what-0", Fields: offers.When("", sent, false)}
	if decides {
		when.Fields = append(when.Fields, free.Beyond("beyond", sent.Get("beyond")))
	}
	return []web.Field{
		{Shape: "hidden", ID: "was", Value: a.At.Format(time.RFC3339)},
		choices("what", "", []string{toMove, toCancel}, func(code string) string { return whats[code] }),
		when,
		choices("by", "", agenda.Askers, offered.Asker),
		{Shape: "input", Type: "text", ID: "number", Label: changeLabels()["number"], Value: sent.Get("number"), Hint: message.Say("agenda_change.number_hint")},
		{Shape: "input", Type: "date", ID: "birth_date", Label: changeLabels()["birth_date"], Value: sent.Get("birth_date"), Hint: message.Say("agenda_change.birth_date_hint")},
		choices("why", message.Say("agenda_change.why_hint"), agenda.Whys, offered.Why),
		{Shape: "area", ID: "note", Label: changeLabels()["note"], Hint: message.Say("agenda_change.note_hint", "MayBeRead", italian.MayBeRead()), Value: sent.Get("note")},
	}
}
