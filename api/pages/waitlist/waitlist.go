package waitlist

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/tabs"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/queued"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/waitlist"
	"percorso/internal/zone"
)

const path = "/liste-attesa"

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(path, s.list)
	p.Post(path+"/:id", s.turn)
	p.Get("/fascicoli/:id/lista-attesa", s.ask)
	p.Post("/fascicoli/:id/lista-attesa", s.put)
}

// list shows who waits, of a service or of all.
func (s *Place) list(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	entries, err := s.Waiting.Waiting(ctx, who, c.Query("servizio"), c.Query("dopo"))
	if err != nil {
		return err
	}
	page := List{Frame: s.Pages.Frame(c, message.Say("waitlist.title"), "/appuntamenti")}
	page.Back = &web.Link{URL: "/appuntamenti", Text: message.Say("waitlist.appointments")}
	page.More = web.NextPage(c.Request.URL, "dopo", entries.Next)
	for _, e := range entries.Items {
		if n := len(page.Services); n == 0 || page.Services[n-1].ID != e.Service {
			page.Services = append(page.Services, Service{ID: e.Service, Title: present.ServiceName(rules.Policy, e.Service)})
		}
		of := &page.Services[len(page.Services)-1]
		of.Items = append(of.Items, item(who, rules, e, s.Now()))
		of.Count = strconv.Itoa(e.Place)
	}
	if n := len(page.Services); n > 0 && page.More != "" {
		page.Services[n-1].Count = message.Say("waitlist.up_to", "Place", page.Services[n-1].Count)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

func item(who care.Staff, rules *zone.Rules, e waitlist.Entry, now time.Time) Item {
	i := Item{Place: e.Place, Person: e.Person, Number: e.Number, Facts: []string{message.Say("waitlist.waits_since", "Since", italian.Dated("da", e.Since))}}
	if care.ReadsCases(who, rules.Policy) {
		i.URL = "/fascicoli/" + e.CaseID
	}
	if e.Matter != "" {
		i.Facts = append(i.Facts, present.NameIn(rules.Matters, e.Matter))
	}
	if wish := queued.Wish(e.Wish); wish != "" {
		i.Facts = append(i.Facts, italian.Upper(wish))
	}
	if e.Offered != nil {
		i.Offer = queued.Free(*e.Offered)
	} else if e.By != nil && e.By.Before(care.DayOf(now.In(rules.Calendar.Location()))) {
		i.Late = queued.TooLate()
	}
	if waitlist.MayKeep(who, rules.Policy, e.Service) {
		i.Turn = path + "/" + e.ID
	}
	return i
}

// turn has somebody leave a list, or wait on for whom no place came in time.
func (s *Place) turn(c *gin.Context, who care.Staff) error {
	does, words := s.Waiting.Leave, message.Say("waitlist.has_left")
	switch c.PostForm("esito") {
	case "resta":
		does, words = s.Waiting.Stay, message.Say("waitlist.stays")
	case "esce":
	default:
		return care.Refuse(care.Fault{Field: "esito", Rule: care.RuleUnknownCode})
	}
	to := path
	if c.PostForm("da") == "chiamare" { // asked in the list of calls
		to = "/da-chiamare"
	}
	var refused *care.Refusal
	switch err := does(c.Request.Context(), who, c.Param("id")); {
	case errors.As(err, &refused) && refused.Code == care.RefusedChanged:
		return s.Pages.LeaveRefused(c, to, s.Problems.Words.Rule(refused.Faults[0].Rule))
	case err != nil:
		return err
	}
	return s.Pages.Leave(c, to, words)
}

// label is a field of the form by its name; empty: there is none.
func label(field string) string {
	word, _ := message.Find("waitlist_field", field)
	return word
}

func naming(field string) (string, string) { return field, label(field) }

func (s *Place) ask(c *gin.Context, who care.Staff) error {
	sent := url.Values{"service": {c.Query("service")}, "matter": {c.Query("matter")}}
	return s.show(c, who, sent, nil)
}

// show shows the form with what was typed, and what is wrong with it.
func (s *Place) show(c *gin.Context, who care.Staff, sent url.Values, refused error) error {
	ctx, id := c.Request.Context(), c.Param("id")
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	file, err := s.Records.CaseFile(ctx, who, id)
	if err != nil {
		return err
	}
	page := parts.CaseForm{
		Frame: s.Pages.Frame(c, message.Say("waitlist_ask.title"), "/fascicoli"), Form: web.NewForm(c.Request.URL.Path), Button: message.Say("waitlist_ask.send"),
		Intro: message.Say("waitlist_ask.intro"),
	}
	page.Back = &web.Link{URL: "/fascicoli/" + id + tabs.Appointments, Text: message.Say("waitlist_ask.back", "Person", file.Person)}
	status := http.StatusOK
	if refused != nil {
		if status, err = s.Problems.RefusedForm(&page.Form, refused, naming); err != nil {
			return err
		}
	}
	if page.Strip, err = parts.StripOfFile(ctx, s.Records, who, rules.Policy, file, s.Now()); err != nil {
		return err
	}
	page.Fields = fields(who, rules, file, sent)
	if len(page.Fields[0].Options) == 0 {
		page.Nothing = message.Say("waitlist_ask.no_service")
	}
	s.Pages.Render(c, status, page)
	return nil
}

// fields are those of the form.
func fields(who care.Staff, rules *zone.Rules, file ledger.Case, sent url.Values) []web.Field {
	service := web.Field{Shape: "select", ID: "service", Label: label("service"), Required: true, Empty: message.Say("waitlist_ask.choose_service")}
	matter := web.Field{Shape: "select", ID: "matter", Label: label("matter"), Empty: message.Say("waitlist_ask.any_matter")}
	for _, v := range rules.Services {
		if len(agenda.Sessions(rules.Policy, v.Code)) == 0 || !waitlist.MayKeep(who, rules.Policy, v.Code) {
			continue
		}
		service.Options = append(service.Options, web.Option{Value: v.Code, Text: v.Name, Chosen: v.Code == sent.Get("service")})
		for _, code := range v.Matters {
			if !slices.ContainsFunc(matter.Options, func(o web.Option) bool { return o.Value == code }) {
				matter.Options = append(matter.Options, web.Option{Value: code, Text: present.NameIn(rules.Matters, code), Chosen: code == sent.Get("matter")})
			}
		}
	}
	language := web.Field{Shape: "select", ID: "language", Label: label("language"), Empty: message.Say("waitlist_ask.no_language")}
	for _, l := range world.Languages(append(slices.Clone(file.PersonData.Languages), parts.UsualLanguages(rules.Desk)...)...) {
		language.Options = append(language.Options, web.Option{Value: l.Code, Text: italian.Upper(l.Name), Chosen: l.Code == sent.Get("language")})
	}
	choice := func(id, any string, codes []string, words func(string) string) web.Field {
		field := web.Field{Shape: "select", ID: id, Label: label(id), Empty: any}
		for _, code := range codes {
			field.Options = append(field.Options, web.Option{Value: code, Text: italian.Upper(words(code)), Chosen: code == sent.Get(id)})
		}
		return field
	}
	return []web.Field{
		service, matter, language,
		choice("interpreter", message.Say("waitlist_ask.any_interpreter"), waitlist.Interpreters, queued.Interpreter), choice("mode", message.Say("waitlist_ask.any_mode"), agenda.Modes, queued.Mode), choice("hours", message.Say("waitlist_ask.any_hour"), waitlist.HoursOf, queued.Hours),
		choice("child", message.Say("waitlist_ask.without_child"), []string{"yes"}, func(string) string { return message.Say("waitlist_ask.with_child") }),
		{Shape: "input", Type: "date", ID: "by", Label: label("by"), Value: sent.Get("by"), Hint: message.Say("waitlist_ask.by_hint")},
	}
}

func (s *Place) put(c *gin.Context, who care.Staff) error {
	ctx, id, sent := c.Request.Context(), c.Param("id"), c.Request.PostForm
	if act.Held(ctx) {
		return s.show(c, who, sent, nil)
	}
	faults := care.Faults(slices.Clone(act.Unreadable(ctx)))
	by, ok := parts.ReadDate(sent.Get("by"))
	faults.Add(ok, "by", parts.RuleDate)
	wish := waitlist.Wish{
		Service: sent.Get("service"), Matter: sent.Get("matter"), Language: strings.TrimSpace(sent.Get("language")), Interpreter: sent.Get("interpreter"), Mode: sent.Get("mode"), Hours: sent.Get("hours"), WithChild: sent.Get("child") == "yes",
	}
	if ok && !by.IsZero() {
		wish.By = &by
	}
	var err error
	if len(faults) > 0 {
		err = care.Refuse(faults...)
	} else {
		_, err = s.Waiting.Put(ctx, who, c.PostForm("key"), id, wish)
	}
	if err != nil {
		return s.show(c, who, sent, err)
	}
	return s.Pages.Leave(c, "/fascicoli/"+id+tabs.Appointments, message.Say("waitlist_ask.done"))
}
