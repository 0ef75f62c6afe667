package slips

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/problem"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
	"percorso/internal/message"
	"percorso/internal/slip"
	"percorso/internal/speech"
	"percorso/internal/zone"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/fascicoli/:id/foglio", s.next)
	p.Get("/fascicoli/:id/appuntamenti/:appuntamento/foglio", s.sheet)
	p.Get("/fascicoli/:id/appuntamenti/:appuntamento/calendario", s.calendar)
	p.Get("/equipe/:id/calendario", s.meeting)
}

// appointment reads one of a case that stands: what is over or cancelled has no sheet.
func (s *Place) appointment(c *gin.Context, who care.Staff) (*zone.Rules, ledger.Case, ledger.Appointment, error) {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return nil, ledger.Case{}, ledger.Appointment{}, err
	}
	file, err := s.Records.CaseFile(c.Request.Context(), who, c.Param("id"))
	if err != nil {
		return nil, ledger.Case{}, ledger.Appointment{}, err
	}
	i := slices.IndexFunc(file.Appointments, func(a ledger.Appointment) bool { return a.ID == c.Param("appuntamento") && a.Stands() })
	if i < 0 {
		return nil, ledger.Case{}, ledger.Appointment{}, ledger.ErrNotFound
	}
	return rules, file, file.Appointments[i], nil
}

// atHome says whether an appointment is a visit at the person's home.
func (s *Place) atHome(c *gin.Context, who care.Staff, appointment string) (bool, error) {
	visits, err := s.Visits.VisitsOf(c.Request.Context(), who, []string{appointment})
	return len(visits) > 0, err
}

// next leads to the sheet of the next appointment, for whoever has just fixed it: its step may
// still have to write it.
func (s *Place) next(c *gin.Context, who care.Staff) error {
	file, err := s.Records.CaseFile(c.Request.Context(), who, c.Param("id"))
	if err != nil {
		return err
	}
	ahead := slices.DeleteFunc(file.Appointments, func(a ledger.Appointment) bool { return !a.Stands() || a.At.Before(s.Now()) })
	if len(ahead) == 0 {
		s.Pages.Tell(c, problem.Notice{Status: http.StatusNotFound, Title: message.Say("slip_page.not_yet"), Detail: message.Say("slip_page.not_yet_detail"),
			Link: "/fascicoli/" + file.ID, LinkText: message.Say("slip_page.back")})
		return nil
	}
	first := slices.MinFunc(ahead, func(a, b ledger.Appointment) int { return a.At.Compare(b.At) })
	return s.Pages.Leave(c, "/fascicoli/"+file.ID+"/appuntamenti/"+first.ID+"/foglio", "")
}

// sheet shows what is printed for the person, in their language unless another is asked for.
func (s *Place) sheet(c *gin.Context, who care.Staff) error {
	rules, file, a, err := s.appointment(c, who)
	if err != nil {
		return err
	}
	language := c.Query("lingua")
	if _, known := slip.Known(language); language != "" && !known {
		return care.Refuse(care.Fault{Field: "query.lingua", Rule: care.RuleUnknownCode})
	}
	page := Slip{Frame: s.Pages.Frame(c, message.Say("slip_page.title"), "/fascicoli"), Here: c.Request.URL.Path, Second: c.Query("porta") == "1"}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID, Text: file.Person + ", " + file.Number}
	page.Barred = known.AllBarred(file.PersonData.Linked)
	if language == "" {
		language, page.Unread = slip.Own(rules.Policy, file.PersonData.Languages)
	}
	there := a.At.In(rules.Calendar.Location())
	slot, inSession := agenda.Of(rules.Policy, a.Service, rules.Calendar, s.Now()).At(a.At)
	service, _ := rules.Service(a.Service)
	comes := slip.Expected{
		At: there, Date: italian.Date(there), Hour: there.Format("15.04"), Number: expected.Number(a.ID), Service: a.Service, Matter: a.Matter, ByPhone: inSession && slot.Mode == agenda.ByPhone,
		Unheard: !speech.OnThePhone(file.PersonData.Speech),
	}
	if comes.AtHome, err = s.atHome(c, who, a.ID); err != nil {
		return err
	}
	page.Sheet = slip.Of(rules.Policy, comes, language)
	page.Second = page.Second && len(page.Sheet.Bring) > 0
	page.NoPlace = service.Place.Address == "" && !comes.ByPhone && !comes.AtHome
	page.Unheard = comes.ByPhone && comes.Unheard
	page.Mediator = a.Mediator != "" && mediation.State(a.Mediator) != mediation.Confirmed
	page.Calendar = "/fascicoli/" + file.ID + "/appuntamenti/" + a.ID + "/calendario"
	for _, l := range slip.Languages {
		if slip.Checked(rules.Policy, l.Code) > 0 {
			page.Languages = append(page.Languages, web.Option{Value: l.Code, Text: italian.Upper(l.Name), Chosen: l.Code == page.Sheet.Language.Code})
		}
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}
