package calledoff

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/reached"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/message"
	"percorso/internal/zone"
)

const (
	path     = "/giornate-annullate"
	proposal = path + "/proposta"
	above    = "/appuntamenti" // the place of the navigation that the pages belong to
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(path, s.list)
	p.Post(path, s.callOff)
	p.Get(proposal, s.propose)
	p.Get(path+"/:id", s.day)
	p.Post(path+"/:id/riapri", s.takeBack)
	p.Post(path+"/:id/avvisate/:appuntamento", s.tried)
}

// typed is what somebody filled in, and what of it cannot be read.
type typed struct {
	service, first, last, reason, note string
	unread                             care.Faults
}

// names are the fields of both forms by the names by which the rules know them.
var names = map[string]string{"service": "servizio", "first": "dal", "last": "al"}

// labelOf is a field of both forms by its id; empty: there is none.
func labelOf(id string) string {
	word, _ := message.Find("called_off_field", id)
	return word
}

func naming(field string) (id, label string) {
	id = field
	if named, ok := names[field]; ok {
		id = named
	}
	return id, labelOf(id)
}

// read reads what was typed, of an address or of a form.
func read(from url.Values, unread []care.Fault) (in typed, form calledoff.Form) {
	in = typed{service: from.Get("servizio"), first: from.Get("dal"), last: from.Get("al"), reason: from.Get("reason"), note: strings.TrimSpace(from.Get("note")), unread: slices.Clone(unread)}
	day := func(text, field string) *care.Date {
		read, ok := parts.ReadDate(text)
		in.unread.Add(ok, field, parts.RuleDate)
		if !ok || read.IsZero() {
			return nil
		}
		return care.DateOf(read)
	}
	form = calledoff.Form{Service: in.service, First: day(in.first, "dal"), Last: day(in.last, "al"), Reason: in.reason, Note: in.note}
	return in, form
}

func (s *Place) list(c *gin.Context, who care.Staff) error {
	return s.showList(c, who, typed{service: c.Query("servizio"), first: c.Query("dal"), last: c.Query("dal")}, nil, http.StatusOK)
}

// showList shows the days that are called off, and the form with what was typed.
func (s *Place) showList(c *gin.Context, who care.Staff, in typed, refused error, status int) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	entries, err := s.Records.CalledOffDays(ctx, who)
	if err != nil {
		return err
	}
	page := List{Frame: s.Pages.Frame(c, message.Say("called_off.title"), above), Form: web.Form{Action: proposal}}
	page.Back = &web.Link{URL: above, Text: message.Say("called_off.appointments")}
	if refused != nil {
		if status, err = s.Problems.RefusedForm(&page.Form, refused, naming); err != nil {
			return err
		}
	}
	for _, e := range entries {
		page.Days = append(page.Days, Item{
			Title: present.ServiceName(rules.Policy, e.Service), When: offered.OffDays(e.First, e.Last) + backWords(e), Why: italian.Upper(offered.OffReason(e.Reason)), By: by(e),
			Calls: calls(e.ToTell, e.Told), People: web.Link{URL: path + "/" + e.ID, Text: message.Say("called_off.to_tell")},
		})
	}
	services := web.Field{Shape: "select", ID: "servizio", Label: labelOf("servizio"), Required: true, Empty: message.Say("called_off.choose_service")}
	for _, v := range rules.Services {
		if agenda.Decides(who, rules.Policy, v.Code) {
			services.Options = append(services.Options, web.Option{Value: v.Code, Text: v.Name, Chosen: v.Code == in.service})
		}
	}
	page.May = len(services.Options) > 0
	page.Fields = []web.Field{
		services,
		{Shape: "input", ID: "dal", Label: labelOf("dal"), Type: "date", Value: in.first, Required: true},
		{Shape: "input", ID: "al", Label: labelOf("al"), Type: "date", Value: in.last, Required: true, Hint: message.Say("called_off.last_hint")},
	}
	s.Pages.Render(c, status, page)
	return nil
}

// backWords say from when on the service receives again, where that is.
func backWords(e calledoff.Entry) string {
	if e.Back == nil {
		return ""
	}
	return message.Say("called_off.back", "From", italian.Dated("da", *e.Back))
}

func by(e calledoff.Entry) string {
	words := message.Say("called_off.by", "Name", e.ByName, "Day", italian.Dated("", e.At))
	if e.BackBy != "" {
		words += message.Say("called_off.back_by", "Name", e.BackBy)
	}
	return words
}

// calls say how many people are still to be told.
func calls(toTell, told int) string {
	switch {
	case toTell+told == 0:
		return message.Say("called_off.nobody_to_tell")
	case toTell == 0:
		return message.Count("called_off.all_told", told)
	}
	return message.Count("called_off.to_tell_and_told", toTell, "Told", message.Count("called_off.some_told", told))
}

// propose shows what becomes of whoever is expected on the days, before anything is done.
func (s *Place) propose(c *gin.Context, who care.Staff) error {
	query := c.Request.URL.Query()
	var unread care.Faults
	for _, part := range web.JoinDates(query) {
		unread.Add(false, part, care.RuleRequired)
	}
	in, form := read(query, unread)
	return s.showProposal(c, who, in, form, web.NewForm(path), http.StatusOK)
}

// showProposal shows it with what was typed. What is wrong with the days is told where they
// are asked for.
func (s *Place) showProposal(c *gin.Context, who care.Staff, in typed, form calledoff.Form, shown web.Form, status int) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	if in.service == "" {
		in.unread.Add(false, "servizio", care.RuleRequired)
	}
	if len(in.unread) > 0 {
		return s.showList(c, who, in, care.Refuse(in.unread...), http.StatusUnprocessableEntity)
	}
	visits, err := s.Records.Proposal(ctx, who, form)
	var refused *care.Refusal
	switch {
	case errors.As(err, &refused):
		return s.showList(c, who, in, err, http.StatusUnprocessableEntity)
	case err != nil:
		return err
	}
	page := Day{
		Frame: s.Pages.Frame(c, message.Say("called_off.call_off_which", "Service", present.ServiceName(rules.Policy, form.Service)), above), Proposed: true, Form: shown, Button: message.Say("called_off.call_off"),
		Hidden: []web.Term{{Name: "servizio", Value: form.Service}, {Name: "dal", Value: present.DateField(*form.First.Time())}, {Name: "al", Value: present.DateField(*form.Last.Time())}},
		Calls:  message.Say("called_off.none_seen"),
	}
	page.Back = &web.Link{URL: path, Text: message.Say("called_off.title")}
	if len(form.Each()) > 1 {
		page.Button = message.Say("called_off.call_off_days")
	}
	safe := 0
	for _, v := range visits {
		page.People = append(page.People, s.person(rules, who, v))
		if !v.NoSafeContact {
			safe++
		}
	}
	if len(visits) > 0 {
		page.Calls = message.Say("called_off.what_follows")
	}
	page.Facts = []web.Term{
		{Name: message.Say("called_off.days"), Value: offered.OffDays(*form.First.Time(), *form.Last.Time())}, {Name: message.Say("called_off.stay"), Value: message.Say("called_off.nobody")},
		{Name: message.Say("called_off.without_place"), Value: message.Count("called_off.people", len(visits))}, {Name: message.Say("called_off.to_call"), Value: toCall(len(visits), safe)},
	}
	reason := web.Field{Shape: "select", ID: "reason", Label: labelOf("reason"), Required: true, Empty: message.Say("called_off.choose_reason"), Hint: message.Say("called_off.reason_hint")}
	for _, code := range calledoff.Reasons {
		reason.Options = append(reason.Options, web.Option{Value: code, Text: italian.Upper(offered.OffReason(code)), Chosen: code == in.reason})
	}
	page.Fields = []web.Field{reason, {Shape: "area", ID: "note", Label: labelOf("note"), Value: in.note, Rows: 2, Hint: message.Say("called_off.note_hint", "MayBeRead", italian.MayBeRead())}}
	s.Pages.Render(c, status, page)
	return nil
}

// toCall says whom to call: who has no safe contact is told when they come.
func toCall(all, safe int) string {
	words := message.Count("called_off.people", safe)
	if all > safe {
		words += message.Count("called_off.without_contact", all-safe)
	}
	return words
}

// person is somebody who is expected on such a day, or was.
func (s *Place) person(rules *zone.Rules, who care.Staff, v expected.Visit) Person {
	p := Person{
		When: offered.Place(v.At), Name: v.Person, Case: v.CaseNumber, State: web.Badge{Tone: "warning", Icon: "it-calendar", Text: message.Say("called_off.will_lose_place")},
		Facts: []string{message.Say("called_off.case", "Number", v.CaseNumber)},
	}
	if v.Person == "" {
		p.Name, p.Facts = message.Say("called_off.case", "Number", v.CaseNumber), []string{present.Unseen()}
	} else {
		p.Reached = reached.Proposed(v.Reached())
	}
	if len(v.Languages) > 0 {
		p.Facts = append(p.Facts, message.Say("called_off.languages", "Languages", present.Languages(v.Languages)))
	}
	if v.Matter != "" {
		p.Facts = append(p.Facts, present.NameIn(rules.Matters, v.Matter))
	}
	if care.ReadsCases(who, rules.Policy) {
		p.URL = "/fascicoli/" + v.CaseID
	}
	return p
}

func (s *Place) callOff(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	in, form := read(c.Request.PostForm, act.Unreadable(ctx))
	shown := web.NewForm(path)
	if act.Held(ctx) {
		return s.showProposal(c, who, in, form, shown, http.StatusOK)
	}
	var err error
	var id string
	if len(in.unread) > 0 {
		err = care.Refuse(in.unread...)
	} else {
		id, err = s.Records.CallOff(ctx, who, c.PostForm("key"), form)
	}
	if err != nil {
		status, err := s.Problems.RefusedForm(&shown, err, naming)
		if err != nil {
			return err
		}
		return s.showProposal(c, who, in, form, shown, status)
	}
	return s.Pages.Leave(c, path+"/"+id, message.Say("called_off.done"))
}

// day shows days that are called off, with whom to tell.
func (s *Place) day(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	e, people, err := s.Records.CalledOffDay(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	page := Day{
		Frame: s.Pages.Frame(c, message.Say("called_off.which", "Service", present.ServiceName(rules.Policy, e.Service)), above), Calls: calls(e.ToTell, e.Told),
		Facts: []web.Term{{Name: message.Say("called_off.days"), Value: offered.OffDays(e.First, e.Last) + backWords(e)}, {Name: message.Say("called_off_field.reason"), Value: italian.Upper(offered.OffReason(e.Reason))}, {Name: message.Say("called_off.who"), Value: by(e)}},
	}
	page.Back = &web.Link{URL: path, Text: message.Say("called_off.title")}
	if e.Note != "" {
		page.Facts = append(page.Facts, web.Term{Name: message.Say("called_off_term.note"), Value: e.Note})
	}
	today := care.DayOf(s.Now().In(rules.Calendar.Location()))
	if _, left := calledoff.BackFrom(e.First, e.Last, today); left && e.Back == nil && agenda.Decides(who, rules.Policy, e.Service) {
		page.Reopen = path + "/" + e.ID + "/riapri"
	}
	for _, one := range people {
		p := s.person(rules, who, one.Visit)
		p.State = outcome(e, one)
		p.Try, p.Seen, p.Known = path+"/"+e.ID+"/avvisate/"+one.ID, one.Seen(), one.Try == calledoff.Reached
		if one.Try != "" {
			p.Tried = message.Say("called_off.tried", "Try", offered.Try(one.Try), "Name", one.ByName, "When", italian.DatedMoment("", *one.Tried))
		}
		page.People = append(page.People, p)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// outcome says what became of an appointment: one that was moved meanwhile is not cancelled.
func outcome(e calledoff.Entry, p calledoff.Person) web.Badge {
	day := care.DayOf(p.At.In(italian.Rome))
	switch {
	case p.State == string(care.AppointmentCancelled):
		return web.Badge{Tone: "neutral", Icon: "it-close-circle", Text: message.Say("called_off.cancelled")}
	case day.Before(e.First) || day.After(e.Last):
		return web.Badge{Tone: "success", Icon: "it-calendar", Text: message.Say("called_off.moved_here")}
	case p.Stands():
		return web.Badge{Tone: "warning", Icon: "it-clock", Text: message.Say("called_off.being_cancelled")}
	}
	return web.Badge{Tone: "neutral", Icon: "it-calendar", Text: italian.Upper(italian.AppointmentState(p.State))}
}

// takeBack has the service receive again on the days to come.
func (s *Place) takeBack(c *gin.Context, who care.Staff) error {
	to := path + "/" + c.Param("id")
	var refused *care.Refusal
	switch err := s.Records.TakeBack(c.Request.Context(), who, c.Param("id")); {
	case errors.As(err, &refused):
		return s.Pages.LeaveRefused(c, to, s.Problems.Words.Rule(refused.Faults[0].Rule))
	case err != nil:
		return err
	}
	return s.Pages.Leave(c, to, message.Say("called_off.given_back"))
}

// tried says how it went to tell somebody.
func (s *Place) tried(c *gin.Context, who care.Staff) error {
	try := c.PostForm("esito")
	if !slices.Contains(calledoff.Tries, try) {
		return care.Refuse(care.Fault{Field: "esito", Rule: care.RuleUnknownCode})
	}
	to := path + "/" + c.Param("id")
	var refused *care.Refusal
	switch err := s.Records.Tried(c.Request.Context(), who, c.Param("id"), c.Param("appuntamento"), try, web.Typed(c, "seen")); {
	case errors.As(err, &refused):
		return s.Pages.LeaveRefused(c, to, s.Problems.Words.Rule(refused.Faults[0].Rule))
	case err != nil:
		return err
	}
	words := message.Say("called_off.told")
	if try == calledoff.NotReached {
		words = message.Say("called_off.not_reached")
	}
	return s.Pages.Leave(c, to, words)
}
