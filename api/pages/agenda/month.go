package agenda

import (
	"html/template"
	"net/http"
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

// Month is the days of a month on which a service receives, by weeks.
type Month struct {
	web.Frame
	AnyHour      bool        // the service has no sessions
	Weeks        []MonthWeek // in which it receives
	Before, Next web.Link
}

// Template names the page's file.
func (Month) Template() *template.Template { return templates["month"] }

// MonthWeek is the days of it and of one week.
type MonthWeek struct {
	Title, URL string
	Days       []MonthDay
}

// MonthDay is one of them.
type MonthDay struct {
	Day, URL string // of its appointments
	Free     string
}

// asMonth is what asks for the month of a service, in the address of its days.
const asMonth = "mese"

// month shows what is free of a service on each day of a month.
func (s *Place) month(c *gin.Context, who care.Staff, rules *zone.Rules, service string, day time.Time) error {
	of := agenda.Of(rules.Policy, service, rules.Calendar, s.Now())
	first := agenda.First(day.In(rules.Calendar.Location()))
	taken, err := s.Records.Taken(c.Request.Context(), who, service, first, first.AddDate(0, 1, 0))
	if err != nil {
		return err
	}
	off, err := s.Records.CalledOff(c.Request.Context(), who, service, first, first.AddDate(0, 1, -1))
	if err != nil {
		return err
	}
	known, _ := rules.Service(service)
	page := Month{
		Frame: s.Pages.Frame(c, italian.Upper(italian.Month(first))+": "+known.Name, "/appuntamenti"), AnyHour: !of.HasSessions(),
		Before: web.Link{URL: daysURL(service, first.AddDate(0, -1, 0), asMonth), Text: message.Say("agenda.month_before")}, Next: web.Link{URL: daysURL(service, first.AddDate(0, 1, 0), asMonth), Text: message.Say("agenda.month_after")},
	}
	page.Back = &web.Link{URL: daysURL(service, day, ""), Text: message.Say("agenda.title")}
	for _, d := range of.Without(off).Month(first, taken) {
		if len(d.Sessions) == 0 && d.Off == nil {
			continue
		}
		url := daysURL(service, agenda.Monday(d.At), asWeek)
		if n := len(page.Weeks); n == 0 || page.Weeks[n-1].URL != url {
			page.Weeks = append(page.Weeks, MonthWeek{Title: message.Say("agenda_month.week", "From", italian.Dated("da", agenda.Monday(d.At))), URL: url})
		}
		week := &page.Weeks[len(page.Weeks)-1]
		places, had := d.Sum()
		free := freeWords(places, had)
		if care.DayOf(d.At).Before(care.DayOf(s.Now().In(rules.Calendar.Location()))) { // nobody gets a place any more
			free = message.Count("agenda_month.appointments", had)
		}
		if d.Off != nil {
			free = message.Say("agenda_month.called_off", "Reason", offered.OffReason(d.Off.Reason))
		}
		week.Days = append(week.Days, MonthDay{Day: dayTitle(d.At, s.Now()), URL: daysURL(service, d.At, ""), Free: free})
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}
