package mediation

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/mediating"
	"percorso/internal/mediation"
	"percorso/internal/message"
)

const path = "/mediatori"

// Mount registers the pages; those of a coordinator are for somebody whom nobody logs in.
func (s *Place) Mount(r *gin.Engine, p access.Routes) {
	a := asking{s}
	p.Get(path, s.list)
	p.Get(path+"/chiedi", a.showAsk)
	p.Post(path+"/chiedi", a.ask)
	p.Get("/appuntamenti/:id/mediatore", a.showAskFor)
	p.Post("/appuntamenti/:id/mediatore", a.askFor)
	p.Get(path+"/telefonata", a.showCall)
	p.Post(path+"/telefonata", a.call)
	p.Get(path+"/:id", s.one)
	p.Post(path+"/:id/accetta", s.accept)
	p.Get(path+"/:id/altro", s.showNext)
	p.Post(path+"/:id/altro", s.next)
	p.Get(path+"/:id/annulla", s.showCallOff)
	p.Post(path+"/:id/annulla", s.callOff)
	p.Get(path+"/:id/svolto", s.showHeld)
	p.Post(path+"/:id/svolto", s.held)
	coordinators{s}.mount(r)
}

// groups are the open requests by what comes next, the most pressing first.
var groups = []struct {
	name string
	in   func(r mediation.Request, now time.Time) bool
}{
	{"to_decide", func(r mediation.Request, _ time.Time) bool { return r.State == mediation.Proposed }},
	{"declined", func(r mediation.Request, _ time.Time) bool { return r.State == mediation.Declined }},
	{"to_confirm", func(r mediation.Request, _ time.Time) bool { return r.State == mediation.Requested }},
	{"to_record", func(r mediation.Request, now time.Time) bool {
		return r.State == mediation.Confirmed && !now.Before(r.At)
	}},
	{"confirmed", func(r mediation.Request, now time.Time) bool {
		return r.State == mediation.Confirmed && now.Before(r.At)
	}},
	{"over", func(r mediation.Request, _ time.Time) bool { return !r.State.Open() }},
}

// list shows the requests, and what is left of the lots.
func (s *Place) list(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	page := List{
		Frame: s.Pages.Frame(c, message.Say("mediators.title"), path), Nobody: len(rules.Providers) == 0, Over: c.Query("elenco") == "conclusi",
		Other: web.Link{URL: path + "?elenco=conclusi", Text: message.Say("mediators_list.over")},
	}
	if page.Over {
		page.Other = web.Link{URL: path, Text: message.Say("mediators_list.open")}
	}
	requests, err := s.Requests.Mediations(ctx, who, page.Over)
	if err != nil {
		return err
	}
	for _, g := range groups {
		group := Group{Title: message.Of("mediators_group", g.name)}
		for _, r := range requests {
			if g.in(r, s.Now()) {
				group.Items = append(group.Items, item(rules.Policy, r, s.Now()))
			}
		}
		if len(group.Items) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	balances, err := s.Requests.Balances(ctx, who)
	if err != nil {
		return err
	}
	page.Lots = web.Each(balances, present.LotLine)
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

func item(p care.Policy, r mediation.Request, now time.Time) Item {
	i := Item{Title: italian.Upper(when(r.At)) + ", " + mediating.Language(r.Language), State: badge(r.State), Warn: warnings(r, now), URL: path + "/" + r.ID}
	i.Facts = append(i.Facts, providerName(p, r.Provider), whereOf(r), message.Count("mediators.minutes", r.Minutes()))
	if r.Mediator != "" {
		i.Facts = append(i.Facts, r.Mediator)
	}
	return i
}

// warnings are what keeps it from going well.
func warnings(r mediation.Request, now time.Time) (said []string) {
	if r.Unsent && r.State == mediation.Requested {
		said = append(said, message.Say("mediators_warning.mail_failed"))
	}
	if r.Elsewhen && r.State == mediation.Confirmed {
		said = append(said, message.Say("mediators_warning.elsewhen"))
	}
	if (r.State == mediation.Requested || r.State == mediation.Declined) && !now.Before(r.At) {
		said = append(said, message.Say("mediators_warning.hour_passed"))
	}
	return said
}

func when(at time.Time) string {
	return message.Say("mediators.when", "Day", italian.Day(at.In(italian.Rome)), "Hour", italian.Hour(at))
}

func whereOf(r mediation.Request) string {
	if r.Mode == agenda.ByPhone {
		return italian.Upper(mediating.Mode(r.Mode))
	}
	return r.Place
}

// providerName is that of a provider, or the code of one that the zone has no more.
func providerName(p care.Policy, code string) string {
	for _, provider := range p.Providers {
		if provider.Code == code {
			return provider.Name
		}
	}
	return code
}

func badge(state mediation.State) web.Badge {
	b := web.Badge{Tone: "neutral", Icon: "it-close-circle", Text: italian.Upper(mediating.State(state))}
	switch state {
	case mediation.Requested:
		b.Tone, b.Icon = "warning", "it-clock"
	case mediation.Proposed:
		b.Tone, b.Icon = "info", "it-calendar"
	case mediation.Confirmed, mediation.Done:
		b.Tone, b.Icon = "success", "it-check-circle"
	case mediation.Declined, mediation.Late:
		b.Tone, b.Icon = "danger", "it-warning-circle"
	case mediation.Cancelled:
	}
	return b
}

// one shows a request, with who was asked and what may be done.
func (s *Place) one(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	r, asked, err := s.Requests.Mediation(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	page := One{Frame: s.Pages.Frame(c, message.Say("mediators_request.title", "Language", mediating.Language(r.Language), "When", when(r.At)), path), State: badge(r.State), Warn: warnings(r, s.Now()), Terms: terms(rules.Policy, r)}
	page.Back = &web.Link{URL: path, Text: message.Say("mediators.title")}
	if r.Elsewhen && r.State == mediation.Confirmed {
		page.Main = &web.Link{URL: "/appuntamenti/" + r.Appointment, Text: message.Say("mediators_request.move_appointment", "When", when(r.At))}
	}
	for _, a := range asked {
		line := web.Line{Text: providerName(rules.Policy, a.Provider), State: message.Say("mediators_request.no_answer"), When: message.Say("mediators_request.asked", "When", italian.DatedMoment("", a.At))}
		if a.Answer != "" {
			line.State = italian.Upper(mediating.State(a.Answer))
		}
		page.Asked = append(page.Asked, line)
	}
	links := map[mediation.Act]web.Link{
		mediation.Ask: {URL: path + "/" + r.ID + "/altro", Text: message.Say("mediators.ask_another")}, mediation.Call: {URL: path + "/" + r.ID + "/annulla", Text: message.Say("mediators_request.cancel")},
		mediation.Held: {URL: path + "/" + r.ID + "/svolto", Text: message.Say("mediators_minutes.record")},
	}
	for _, act := range r.Acts(s.Now()) {
		if act == mediation.Accept {
			page.Accept, page.AcceptAs = &web.Form{Action: path + "/" + r.ID + "/accetta"}, message.Say("mediators_request.accept", "When", when(*r.ProposedAt))
			page.Seen = r.ProposedAt.UTC().Format(time.RFC3339Nano)
			continue
		}
		link := links[act]
		if act == mediation.Held || act == mediation.Ask && r.State == mediation.Declined {
			page.Main = &link
			continue
		}
		page.Links = append(page.Links, link)
	}
	if r.Appointment != "" {
		page.Links = append(page.Links, web.Link{URL: "/appuntamenti/" + r.Appointment, Text: message.Say("mediators_request.appointment")})
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// terms say to the staff what is asked, of whom, and what became of it.
func terms(p care.Policy, r mediation.Request) []web.Term {
	provider, _, _ := mediation.LotOf(p, r.Lot)
	of := web.Term{Name: message.Say("mediators_term.provider"), Value: providerName(p, r.Provider)}
	if provider.Phone != "" {
		of.Value += message.Say("mediators_term.phone", "Phone", provider.Phone)
	}
	return append([]web.Term{of}, what(p, r)...)
}

// what is asked, and what became of it.
func what(p care.Policy, r mediation.Request) []web.Term {
	list := []web.Term{{Name: message.Say("mediators_term.language"), Value: italian.Upper(mediating.Language(r.Language))}, {Name: message.Say("mediators_term.when"), Value: message.Count("mediators_term.duration", r.Minutes(), "When", italian.Upper(when(r.At)))}, {Name: message.Say("mediators_term.place"), Value: whereOf(r)}}
	add := func(name, value string) {
		if value != "" {
			list = append(list, web.Term{Name: name, Value: value})
		}
	}
	if r.Matter != "" {
		add(message.Say("mediators_term.matter"), present.NameIn(p.Matters, r.Matter))
	}
	if r.State == mediation.Proposed {
		add(message.Say("mediators_term.proposes"), italian.Upper(when(*r.ProposedAt)))
	}
	add(message.Say("mediators_term.mediator"), r.Mediator)
	if r.State == mediation.Confirmed {
		add(message.Say("mediators_term.cancel_by"), italian.Upper(when(r.CancelBy)))
	}
	if r.State == mediation.Done {
		add(message.Say("mediators_term.minutes_used"), strconv.Itoa(r.Used))
	}
	if r.Counted > 0 {
		add(message.Say("mediators_term.minutes_counted"), mediating.Hours(r.Counted))
	}
	return list
}
