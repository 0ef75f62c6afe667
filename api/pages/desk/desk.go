package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/sportello", s.desk)
	p.Get("/sportello/fascicolo", s.newCase)
	p.Post("/sportello/fascicolo", s.openCase)
	s.mountContacts(p)
	s.mountEligibility(p)
}

// desk shows whether the desk is open and who is there, and leads to the two
// things that it does for whoever comes.
func (s *Place) desk(c *gin.Context, who care.Staff) error {
	if !catalogue.Contact.MayAsk(who.Role) {
		return ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	page := Desk{
		Frame: s.Pages.Frame(c, message.Say("desk.title"), "/sportello"), MayOpen: catalogue.Open.MayAsk(who.Role),
		Access: mediatorAccess(rules.Desk.MediatorAccess),
	}
	s.fillOpening(&page, rules)
	if page.Free, err = s.firstFree(c.Request.Context(), who, rules); err != nil {
		return err
	}
	page.Desk = append(page.Desk, web.Term{Name: message.Say("desk.languages"), Value: present.Languages(rules.Desk.OperatorLanguages)})
	if names := web.Each(rules.Desk.Practices, func(n care.Named) string { return n.Name }); len(names) > 0 {
		page.Desk = append(page.Desk, web.Term{Name: message.Say("desk.stages"), Value: strings.Join(names, ", ")})
	}
	for _, m := range rules.Desk.Mediators {
		page.Desk = append(page.Desk, web.Term{
			Name: message.Say("desk.mediator", "Language", world.Language(m.Language)), Value: italian.Weekday(m.Weekday) + ", " + italian.SaidHour(m.From) + "–" + italian.SaidHour(m.To),
		})
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// firstFree says where each service that has sessions has its first free place.
func (s *Place) firstFree(ctx context.Context, who care.Staff, rules *zone.Rules) (free []web.Term, err error) {
	for _, service := range rules.Services {
		if len(agenda.Sessions(rules.Policy, service.Code)) == 0 {
			continue
		}
		slots, err := s.Records.Offers(ctx, who, service.Code, s.Now(), 1)
		if err != nil {
			return nil, err
		}
		first := web.Term{Name: service.Name, Value: message.Say("desk.no_place_free")}
		if len(slots) > 0 {
			first.Value = offered.Slot(slots[0])
		}
		free = append(free, first)
	}
	return free, nil
}

// fillOpening says how the desk stands today, and who is there now.
func (s *Place) fillOpening(page *Desk, rules *zone.Rules) {
	now := s.Now().In(rules.Calendar.Location())
	day := care.Weekdays[(int(now.Weekday())+6)%7] // care's week begins on Monday
	works := rules.Calendar.IsWorkingDay(now)
	page.Today = italian.Upper(italian.Day(now))

	var hours []string
	for _, b := range rules.Desk.Hours {
		if works && b.Weekday == day {
			hours = append(hours, italian.SaidHour(b.From)+"–"+italian.SaidHour(b.To))
		}
	}
	switch {
	case len(hours) > 0:
		page.Hours = message.Say("desk.free_access", "Hours", strings.Join(hours, " "+message.Say("desk.and")+" "))
	case !works:
		page.Hours = message.Say("desk.offices_closed")
	case slices.Contains(rules.Desk.ByAppointment, day):
		page.Hours = message.Say("desk.by_appointment")
	default:
		page.Hours = message.Say("desk.no_free_access")
	}

	next, ok := agenda.NextOpening(rules.Policy, rules.Calendar, now)
	open := ok && !now.Before(next.From)
	page.Open = web.Badge{Tone: "neutral", Icon: "it-clock", Text: message.Say("desk.closed_now")}
	if open {
		page.Open = web.Badge{Tone: "success", Icon: "it-check-circle", Text: message.Say("desk.open_now", "Until", italian.Hour(next.To))}
	} else if ok {
		page.Next = message.Say("desk.opens_next", "When", italian.When(next.From, now))
	}
	if !open {
		return
	}
	if present := presentRoles(rules.Desk); present != "" {
		page.Here = append(page.Here, web.Term{Name: message.Say("desk.always_here"), Value: present})
	}
	here := message.Say("desk.nobody_now")
	var speaking []string
	clock := now.Format("15:04") // a band's times are written alike, so that they compare as text
	for _, m := range rules.Desk.Mediators {
		if m.Weekday == day && m.From <= clock && clock < m.To {
			speaking = append(speaking, message.Say("desk.mediator_until", "Language", world.Language(m.Language), "Until", italian.SaidHour(m.To)))
		}
	}
	if len(speaking) > 0 {
		here = strings.Join(speaking, ", ")
	}
	if len(rules.Desk.Mediators) > 0 {
		page.Here = append(page.Here, web.Term{Name: message.Say("desk.mediators_here"), Value: here})
	}
	if role := rules.Desk.ConsultAtOnce; role != "" {
		page.Here = append(page.Here, web.Term{Name: message.Say("desk.social_needs"), Value: message.Say("desk.call_at_once", "Role", italian.TheRole(role))})
	}
}

// presentRoles names the roles that are at the desk whenever it is open.
func presentRoles(desk care.Desk) string {
	var names []string
	for _, p := range desk.AlwaysPresent {
		if name := italian.Role(p.Role); !p.InBands && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func mediatorAccess(m care.MediatorAccess) string {
	switch m {
	case care.MediatorsByAppointment:
		return message.Say("desk.mediators_by_appointment")
	case care.MediatorsAsNeeded:
		return message.Say("desk.mediators_as_needed")
	}
	return ""
}
