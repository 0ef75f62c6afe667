package agenda

import (
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// Week is the sessions of a service in a week, a card a day.
type Week struct {
	web.Frame
	Service      string
	Days         []WeekDay
	Before, Next web.Link
	Month        string // address of the month of the day that was asked for
	Waiting      string // address of its waiting list
}

// Template names the page's file.
func (Week) Template() *template.Template { return templates["week"] }

// WeekDay is a day of it.
type WeekDay struct {
	Day      string
	URL      string   // of its appointments
	Closed   bool     // the offices of the zone are
	Off      string   // that the day is called off, and why in short; empty: it is not
	Tell     string   // address of whom to tell of that
	CallOff  string   // address of the form that calls it off; empty: the caller cannot
	Sessions []string // empty: the service receives nobody
}

// asWeek is what asks for the week of a service, in the address of its days.
const asWeek = "settimana"

// week shows the sessions of a service in the week of a day.
func (s *Place) week(c *gin.Context, who care.Staff, rules *zone.Rules, service string, day time.Time) error {
	of := agenda.Of(rules.Policy, service, rules.Calendar, s.Now())
	monday := agenda.Monday(day.In(rules.Calendar.Location()))
	taken, err := s.Records.Taken(c.Request.Context(), who, service, monday, monday.AddDate(0, 0, 7))
	if err != nil {
		return err
	}
	off, err := s.Records.CalledOff(c.Request.Context(), who, service, monday, monday.AddDate(0, 0, 6))
	if err != nil {
		return err
	}
	known, _ := rules.Service(service)
	page := Week{
		Frame: s.Pages.Frame(c, message.Say("agenda_week.title", "Service", known.Name), "/appuntamenti"), Service: known.Name,
		Before: web.Link{URL: daysURL(service, monday.AddDate(0, 0, -7), asWeek), Text: message.Say("agenda.week_before")}, Next: web.Link{URL: daysURL(service, monday.AddDate(0, 0, 7), asWeek), Text: message.Say("agenda.week_after")},
		Month: daysURL(service, day, asMonth), Waiting: "/liste-attesa?servizio=" + service,
	}
	page.Back = &web.Link{URL: daysURL(service, day, ""), Text: message.Say("agenda.title")}
	for _, d := range of.Without(off).Week(monday, taken) {
		shown := WeekDay{Day: dayTitle(d.At, s.Now()), URL: daysURL(service, d.At, ""), Closed: !d.Open}
		for _, h := range d.Sessions {
			shown.Sessions = append(shown.Sessions, sessionWords(h))
		}
		if d.Off != nil {
			shown.Off, shown.Tell = message.Say("agenda_week.called_off", "Reason", offered.OffReason(d.Off.Reason)), "/giornate-annullate/"+d.Off.ID
		} else if d.Open && agenda.Decides(who, rules.Policy, service) && !care.DayOf(d.At).Before(care.DayOf(s.Now().In(rules.Calendar.Location()))) {
			shown.CallOff = "/giornate-annullate?" + url.Values{"servizio": {service}, "dal": {d.At.Format(time.DateOnly)}}.Encode()
		}
		if d.Open && d.Off == nil && !of.HasSessions() {
			shown.Sessions = []string{message.Say("agenda_week.no_sessions")}
		}
		page.Days = append(page.Days, shown)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// sessionWords say when a session is and how much of it is taken.
func sessionWords(h agenda.Held) string {
	words := message.Say("agenda_week.session", "From", italian.Hour(h.From), "Until", italian.Hour(h.Until), "Free", freeWords(h.Places, h.Taken))
	if h.Kept > 0 {
		words += message.Say("agenda_week.being_booked", "Kept", h.Kept)
	}
	if h.Mode == agenda.ByPhone {
		words += message.Say("agenda_week.by_phone")
	}
	return words
}

// freeWords say how many of some places are free.
func freeWords(places, taken int) string {
	free := max(0, places-taken)
	if free == 0 {
		return message.Say("agenda.none_free", "Places", places)
	}
	return message.Count("agenda.free", free, "Places", places)
}

// daysURL is the address of the appointments of a service from a day on, or of a view
// of it.
func daysURL(service string, day time.Time, view string) string {
	query := url.Values{"servizio": {service}, "dal": {day.Format(time.DateOnly)}}
	if view != "" {
		query.Set("vista", view)
	}
	return "/appuntamenti?" + query.Encode()
}
