package agenda

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/here"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/visiting"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/appuntamenti", s.agenda)
	p.Get("/appuntamenti/:id", s.showChange)
	p.Post("/appuntamenti/:id", s.change)
}

// agenda shows the appointments by day, from today unless asked otherwise.
func (s *Place) agenda(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	year, month, day := s.Now().In(rules.Calendar.Location()).Date()
	today := time.Date(year, month, day, 0, 0, 0, 0, rules.Calendar.Location())
	from := today
	typed := c.Request.URL.Query()
	var faults, days care.Faults // of the address; of the day, which is typed
	for _, part := range web.JoinDates(typed) {
		days.Add(false, part, care.RuleRequired)
	}
	asked, ok := parts.ReadDate(typed.Get("dal"))
	days.Add(ok, "dal", parts.RuleDate)
	if !asked.IsZero() {
		from = time.Date(asked.Year(), asked.Month(), asked.Day(), 0, 0, 0, 0, rules.Calendar.Location())
		days.Dates([]care.Dated{{Field: "dal", Meaning: care.ListBound, At: &from}}, s.Now())
	}
	filter := ledger.AppointmentFilter{From: from, Service: c.Query("servizio")}
	if filter.Service != "" {
		_, ok := rules.Service(filter.Service)
		faults.Add(ok, "query.servizio", care.RuleService)
	}
	whose, err := s.whose(ctx, who)
	if err != nil {
		return err
	}
	of := slices.IndexFunc(whose, func(o care.Staff) bool { return o.ID == c.Query("persona") })
	faults.Add(c.Query("persona") == "" || of >= 0, "query.persona", care.RuleNotHere)
	if len(faults) > 0 {
		return care.Refuse(faults...)
	}
	page := Agenda{
		Frame: s.Pages.Frame(c, message.Say("agenda.title"), "/appuntamenti"), From: present.DateField(from),
		Mediators: len(rules.Providers) > 0, Filtered: filter.Service != "" || !from.Equal(today),
		Services: web.Each(rules.Services, func(v care.Service) web.Option {
			return web.Option{Value: v.Code, Text: v.Name, Chosen: v.Code == filter.Service}
		}),
		Whose: whoseOptions(who, whose, c.Query("persona")),
	}
	if len(days) > 0 {
		page.From = typed.Get("dal")
		status, err := s.Problems.RefusedForm(&page.Form, care.Refuse(days...), func(field string) (string, string) { return field, message.Say("agenda.from_day") })
		if err != nil {
			return err
		}
		s.Pages.Render(c, status, page)
		return nil
	}
	if of >= 0 {
		return s.person(c, who, rules, whose[of], filter.Service, from)
	}
	if filter.Service != "" {
		switch c.Query("vista") {
		case asWeek:
			return s.week(c, who, rules, filter.Service, from)
		case asMonth:
			return s.month(c, who, rules, filter.Service, from)
		}
		page.Week, page.Month = daysURL(filter.Service, from, asWeek), daysURL(filter.Service, from, asMonth)
	}
	appointments, err := s.Records.Appointments(ctx, who, filter, ledger.Paging{Cursor: c.Query("da")})
	if err != nil {
		return err
	}
	page.More = web.NextPage(c.Request.URL, "da", appointments.Next)
	ids := web.Each(appointments.Items, func(a ledger.Appointment) string { return a.ID })
	given, err := s.Records.Beyond(ctx, who, ids)
	if err != nil {
		return err
	}
	visits, err := s.Visits.VisitsOf(ctx, who, ids)
	if err != nil {
		return err
	}
	with, err := s.Together.Participants(ctx, who, ids)
	if err != nil {
		return err
	}
	beside, err := s.Together.Beside(ctx, who, ids)
	if err != nil {
		return err
	}
	for _, a := range appointments.Items {
		day := dayTitle(a.At, s.Now())
		if n := len(page.Days); n == 0 || page.Days[n-1].Day != day {
			page.Days = append(page.Days, AgendaDay{Day: day, Print: printOf(a.At, filter.Service)})
		}
		last := &page.Days[len(page.Days)-1]
		item := agendaItem(rules.Policy, who, a)
		if a.Stands() && s.Now().Before(a.At) {
			item.Change = "/appuntamenti/" + a.ID
			if len(rules.Providers) > 0 {
				item.AskMediator = item.Change + "/mediatore"
			}
		}
		item.Here = present.Here(a)
		item.Arrive, item.Back = here.Mark(a, s.Now().In(rules.Calendar.Location()))
		item.Beyond = present.Beyond(given, a.ID)
		item.Visit = visiting.Of(visits, a.ID, s.Now())
		item.With, item.Together = present.With(rules.Policy, with, a.ID), "/appuntamenti/"+a.ID+"/presenti"
		item.Beside = present.Beside(beside, a.ID)
		item.Came = didTheyCome(rules, a, s.Now())
		last.Items = append(last.Items, item)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// printOf is where a day is printed, of a service or of all.
func printOf(at time.Time, service string) string {
	asked := url.Values{"giorno": {at.In(italian.Rome).Format(time.DateOnly)}}
	if service != "" {
		asked.Set("servizio", service)
	}
	return "/appuntamenti/stampa?" + asked.Encode()
}

// didTheyCome asks whether the person came, once the appointment is over, and by when that is
// to be said; empty: it is not to be asked.
func didTheyCome(rules *zone.Rules, a ledger.Appointment, now time.Time) string {
	if !a.Stands() || now.Before(agenda.Of(rules.Policy, a.Service, rules.Calendar, now).Lasts(a.At).Until) {
		return ""
	}
	return message.Say("agenda.has_come", "Until", italian.Due(rules.Calendar.After(a.At, care.Duration{N: 1, Unit: care.WorkingDays}), now, rules.Calendar))
}

// dayTitle is a day, said also as today where it is.
func dayTitle(t, now time.Time) string {
	if day := italian.Day(t); day != italian.Day(now) {
		return italian.Upper(day)
	}
	return message.Say("agenda.today", "Day", italian.Day(t))
}

func agendaItem(p care.Policy, who care.Staff, a ledger.Appointment) AgendaItem {
	item := AgendaItem{
		Time: italian.Hour(a.At), Person: a.Person, Service: present.ServiceName(p, a.Service), State: appointmentBadge(a.State), Case: a.CaseNumber,
	}
	if a.Person == "" {
		item.Sight = present.Unseen()
	}
	if a.AskedBy != "" {
		item.Asked = present.AskedToChange(a)
	}
	if a.Suspended {
		item.Kept = present.Kept()
	}
	item.Mediator = present.MediatorOf(a)
	if a.Matter != "" {
		item.Matter = present.NameIn(p.Matters, a.Matter)
	}
	if care.ReadsCases(who, p) {
		item.URL = "/fascicoli/" + a.CaseID
	}
	return item
}

// appointmentBadge says how an appointment stands.
func appointmentBadge(state string) web.Badge {
	b := web.Badge{Tone: "neutral", Icon: "it-calendar", Text: italian.Upper(italian.AppointmentState(state))}
	switch care.AppointmentState(state) {
	case care.AppointmentBooked:
		b.Tone, b.Icon = "warning", "it-clock"
	case care.AppointmentConfirmed, care.AppointmentHeld:
		b.Tone, b.Icon = "success", "it-check-circle"
	case care.AppointmentNoShow:
		b.Tone, b.Icon = "danger", "it-warning-circle"
	case care.AppointmentCancelled, care.AppointmentMoved:
		b.Icon = "it-close-circle"
	}
	return b
}
