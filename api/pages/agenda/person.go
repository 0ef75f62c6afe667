package agenda

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/visiting"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/together"
	"percorso/internal/zone"
)

// Person is what one of the staff is expected for, on a day, in a week or in a month.
type Person struct {
	web.Frame
	Views        []web.Link
	Before, Next web.Link
	Days         []PersonDay
	Month        bool
	Of           string    // that it is of one service alone; empty: of all
	Only         *web.Link // leads to the rest; nil: there is none
}

// Template names the page's file.
func (Person) Template() *template.Template { return templates["person"] }

// PersonDay is a day of it.
type PersonDay struct {
	Day, URL string
	Closed   bool
	Lines    []web.Line // in their order
	Count    string     // how many they are
}

// whose are those whose agenda the caller may look at, themselves first.
func (s *Place) whose(ctx context.Context, who care.Staff) ([]care.Staff, error) {
	all, err := s.Records.Colleagues(ctx, who)
	list := []care.Staff{who}
	for _, of := range all {
		if of.ID != who.ID && together.MayLook(who, of) {
			list = append(list, of)
		}
	}
	return list, err
}

// whoseOptions offers them, with the one that is chosen.
func whoseOptions(who care.Staff, list []care.Staff, chosen string) []web.Option {
	return web.Each(list, func(of care.Staff) web.Option {
		text := of.Name
		if of.ID == who.ID {
			text = message.Say("agenda_person.only_mine")
		}
		return web.Option{Value: of.ID, Text: text, Chosen: of.ID == chosen}
	})
}

// personURL is the address of somebody's agenda, of one service or of all.
func personURL(of, service string, day time.Time, view string) string {
	query := url.Values{"persona": {of}, "dal": {day.Format(time.DateOnly)}}
	if service != "" {
		query.Set("servizio", service)
	}
	if view != "" {
		query.Set("vista", view)
	}
	return "/appuntamenti?" + query.Encode()
}

// mostPages is how many pages of appointments are read for a month of somebody's.
const mostPages = 10

// person shows what one of the staff is expected for, in one service or in all.
func (s *Place) person(c *gin.Context, who care.Staff, rules *zone.Rules, of care.Staff, service string, day time.Time) error {
	ctx, view := c.Request.Context(), c.Query("vista")
	day = day.In(rules.Calendar.Location())
	first, until, before, words := day, day.AddDate(0, 0, 1), day.AddDate(0, 0, -1), [2]string{message.Say("agenda.day_before"), message.Say("agenda.day_after")}
	switch view {
	case asWeek:
		first = agenda.Monday(day)
		until, before, words = first.AddDate(0, 0, 7), first.AddDate(0, 0, -7), [2]string{message.Say("agenda.week_before"), message.Say("agenda.week_after")}
	case asMonth:
		first = agenda.First(day)
		until, before, words = first.AddDate(0, 1, 0), first.AddDate(0, -1, 0), [2]string{message.Say("agenda.month_before"), message.Say("agenda.month_after")}
	default:
		view = ""
	}
	page := Person{
		Frame: s.Pages.Frame(c, message.Say("agenda_person.title", "Name", of.Name), "/appuntamenti"), Month: view == asMonth,
		Before: web.Link{URL: personURL(of.ID, service, before, view), Text: words[0]}, Next: web.Link{URL: personURL(of.ID, service, until, view), Text: words[1]},
	}
	page.Back = &web.Link{URL: "/appuntamenti", Text: message.Say("agenda.title")}
	if service != "" {
		page.Only = &web.Link{URL: personURL(of.ID, "", day, view), Text: message.Say("agenda_person.all")}
		page.Of = message.Say("agenda_person.only_service", "Service", present.ServiceName(rules.Policy, service))
	}
	for _, v := range []struct{ view, text string }{{"", message.Say("agenda_person.day")}, {asWeek, message.Say("agenda_person.week")}, {asMonth, message.Say("agenda.month")}} {
		if v.view != view {
			page.Views = append(page.Views, web.Link{URL: personURL(of.ID, service, day, v.view), Text: v.text})
		}
	}
	lines, err := s.expected(ctx, who, rules.Policy, of, service, first, until)
	if err != nil {
		return err
	}
	for d := first; d.Before(until); d = d.AddDate(0, 0, 1) {
		on := lines[italian.Day(d)]
		if len(on) == 0 && view == asMonth {
			continue
		}
		page.Days = append(page.Days, PersonDay{
			Day: dayTitle(d, s.Now()), URL: personURL(of.ID, service, d, ""), Closed: !care.DayOf(rules.Calendar.NextOpen(d)).Equal(care.DayOf(d)), Lines: on, Count: message.Count("agenda_person.engagements", len(on)),
		})
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// expected are the appointments and meetings of somebody in a stretch, by their days; of one
// service the appointments alone.
func (s *Place) expected(ctx context.Context, who care.Staff, p care.Policy, of care.Staff, service string, first, until time.Time) (map[string][]web.Line, error) {
	type at struct {
		when time.Time
		line web.Line
	}
	var all []at
	paging := ledger.Paging{Limit: 100}
	for range mostPages {
		found, err := s.Records.Appointments(ctx, who, ledger.AppointmentFilter{Of: of.ID, Service: service, From: first, To: until}, paging)
		if err != nil {
			return nil, err
		}
		ids := web.Each(found.Items, func(a ledger.Appointment) string { return a.ID })
		with, err := s.Together.Participants(ctx, who, ids)
		if err != nil {
			return nil, err
		}
		visits, err := s.Visits.VisitsOf(ctx, who, ids)
		if err != nil {
			return nil, err
		}
		for _, a := range found.Items {
			if a.State == string(care.AppointmentCancelled) || a.State == string(care.AppointmentMoved) {
				continue
			}
			line := web.Line{URL: "/appuntamenti/" + a.ID + "/presenti", Text: message.Say("agenda_person.at", "Hour", italian.Hour(a.At), "Service", present.ServiceName(p, a.Service)), State: italian.Upper(present.HowAppointmentStands(a)), When: a.CaseNumber}
			if a.Person != "" {
				line.Text += ", " + a.Person
			}
			for _, also := range []string{visiting.Of(visits, a.ID, s.Now()), present.With(p, with, a.ID)} {
				if also != "" {
					line.State += ". " + also
				}
			}
			all = append(all, at{a.At, line})
		}
		if paging.Cursor = found.Next; found.Next == "" {
			break
		}
	}
	var meetings []together.Meeting
	if service == "" {
		var err error
		if meetings, err = s.Together.Meetings(ctx, who, of.ID, first, until); err != nil {
			return nil, err
		}
	}
	for _, m := range meetings {
		all = append(all, at{m.At, present.MeetingLine(m)})
	}
	slices.SortStableFunc(all, func(a, b at) int { return a.when.Compare(b.when) })
	days := map[string][]web.Line{}
	for _, one := range all {
		day := italian.Day(one.when)
		days[day] = append(days[day], one.line)
	}
	return days, nil
}
