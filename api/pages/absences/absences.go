package absences

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/absence"
	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

const path = "/assenze"

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(path, s.list)
	p.Post(path, s.enter)
	p.Get(path+"/:id", s.one)
	p.Post(path+"/:id", s.change)
	p.Post(path+"/:id/termina", s.end)
}

// typed is what somebody filled in.
type typed struct {
	of, first, last, substitute string
	form                        web.Form
	unread                      []care.Fault
}

func (s *Place) list(c *gin.Context, who care.Staff) error {
	return s.show(c, who, typed{form: web.NewForm(path)}, http.StatusOK)
}

// show shows who is away, and the form with what was typed.
func (s *Place) show(c *gin.Context, who care.Staff, in typed, status int) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	list, err := s.Records.Absences(ctx, who)
	if err != nil {
		return err
	}
	page := List{Frame: s.Pages.Frame(c, message.Say("absences.title"), path), Zones: who.Role == care.Supervisor, Form: in.form}
	for _, a := range list {
		item := s.item(who, rules, a)
		switch {
		case a.StaffID == who.ID:
			page.Own = append(page.Own, item)
		case a.SubstituteID == who.ID:
			page.For = append(page.For, item)
		default:
			page.Zone = append(page.Zone, item)
		}
	}
	if page.Fields, err = s.fields(c, who, rules, in, nil); err != nil {
		return err
	}
	s.Pages.Render(c, status, page)
	return nil
}

// item is an absence as the list shows it.
func (s *Place) item(who care.Staff, rules *zone.Rules, a absence.Entry) Item {
	item := Item{
		Title: a.Name + ", " + italian.Role(a.Role) + " (" + present.AgencyName(rules.Policy, a.Agency) + ")",
		When:  message.Say("absences.days", "First", italian.Day(a.First), "Last", italian.Day(a.Last)), Substitute: message.Say("absences.no_substitute"),
	}
	if a.StaffID == who.ID {
		item.Title = message.Say("absences.yours")
	}
	if a.First.Equal(a.Last) {
		item.When = italian.Upper(italian.Day(a.First))
	}
	switch {
	case a.SubstituteID == who.ID:
		item.Substitute = message.Say("absences.you_substitute")
	case a.SubstituteName != "":
		item.Substitute = message.Say("absences.substitute", "Name", a.SubstituteName)
	}
	if absence.MayEnter(who, care.Staff{ID: a.StaffID, Zone: who.Zone}) {
		item.Change = &web.Link{URL: path + "/" + a.ID, Text: message.Say("absences.change")}
		item.End, item.EndText, item.Seen = path+"/"+a.ID+"/termina", message.Say("absences.cancel"), a.Seen()
		if !a.First.After(care.DayOf(s.Now().In(italian.Rome))) {
			item.EndText = message.Say("absences.end_today")
		}
	}
	return item
}

// fields are those of the form, of an absence that is there or of another one.
func (s *Place) fields(c *gin.Context, who care.Staff, rules *zone.Rules, in typed, of *absence.Entry) ([]web.Field, error) {
	colleagues, err := s.Records.Colleagues(c.Request.Context(), who)
	if err != nil {
		return nil, err
	}
	option := func(o care.Staff, chosen string) web.Option {
		return web.Option{Value: o.ID, Text: o.Name + ", " + italian.Role(o.Role) + ", " + present.AgencyName(rules.Policy, o.Agency), Chosen: o.ID == chosen}
	}
	var fields []web.Field
	if of == nil && who.Role == care.Supervisor {
		whom := web.Field{Shape: "select", ID: "staff_id", Label: italian.Field("staff_id"), Empty: message.Say("absences.me"), Value: in.of}
		for _, o := range colleagues {
			if o.ID != who.ID && works(o) {
				whom.Options = append(whom.Options, option(o, in.of))
			}
		}
		fields = append(fields, whom)
	}
	fields = append(fields,
		web.Field{Shape: "input", ID: "first", Label: italian.Field("first"), Type: "date", Value: in.first, Required: true},
		web.Field{Shape: "input", ID: "last", Label: italian.Field("last"), Type: "date", Value: in.last, Required: true, Hint: message.Say("absences.last_hint")})
	instead := web.Field{
		Shape: "select", ID: "substitute", Label: italian.Field("substitute"), Value: in.substitute, Empty: message.Say("absences.nobody_by_name"),
		Hint: message.Say("absences.substitute_hint"),
	}
	away := who
	if of != nil {
		away = care.Staff{ID: of.StaffID, Role: of.Role, Agency: of.Agency}
		if i := slices.IndexFunc(colleagues, func(o care.Staff) bool { return o.ID == away.ID }); i >= 0 {
			away = colleagues[i]
		}
	}
	for _, o := range colleagues {
		fits := o.Role == away.Role && o.Agency == away.Agency && !actors.Same(o, away)
		if fits || of == nil && who.Role == care.Supervisor && works(o) {
			instead.Options = append(instead.Options, option(o, in.substitute))
		}
	}
	if fields = append(fields, instead); of != nil {
		is := s.item(who, rules, *of)
		fields[0].Hint = message.Say("absences.as_it_is", "When", strings.ToLower(is.When[:1])+is.When[1:], "Substitute", is.Substitute)
		fields = append(fields, web.Field{Shape: "hidden", ID: "seen", Value: of.Seen()})
	}
	return fields, nil
}

// works says whether somebody may have tasks.
func works(s care.Staff) bool {
	return !slices.Contains([]care.Role{care.PrivacyOfficer, care.MailSystem}, s.Role)
}

// read reads the form as it was typed.
func read(c *gin.Context) (in typed, form absence.Days) {
	in = typed{
		of: web.Typed(c, "staff_id"), first: web.Typed(c, "first"), last: web.Typed(c, "last"), substitute: web.Typed(c, "substitute"),
		form: web.NewForm(c.Request.URL.Path), unread: slices.Clone(act.Unreadable(c.Request.Context())),
	}
	day := func(text, field string) *care.Date {
		read, ok := parts.ReadDate(text)
		if !ok {
			in.unread = append(in.unread, care.Fault{Field: field, Rule: parts.RuleDate})
		}
		if !ok || read.IsZero() {
			return nil
		}
		return care.DateOf(read)
	}
	form = absence.Days{First: day(in.first, "first"), Last: day(in.last, "last"), Substitute: in.substitute, Seen: web.Typed(c, "seen")}
	return in, form
}

// refused tells in the form what is wrong with it; an error that no form can help with
// comes back.
func (s *Place) refused(in *typed, err error) (status int, _ error) {
	return s.Problems.RefusedForm(&in.form, err, func(path string) (string, string) { return path, italian.Field(path) })
}

// unreadable is why nothing is asked for: what cannot be read is told with the rest.
func unreadable(in typed, form absence.Days, now time.Time) error {
	if len(in.unread) == 0 {
		return nil
	}
	faults := in.unread
	for _, f := range form.Check(now) {
		if !slices.ContainsFunc(faults, func(o care.Fault) bool {
			return o.Field == f.Field || len(o.Field) > len(f.Field) && o.Field[:len(f.Field)+1] == f.Field+"-"
		}) {
			faults = append(faults, f)
		}
	}
	return care.Refuse(faults...)
}

func (s *Place) enter(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	in, form := read(c)
	if act.Held(ctx) {
		return s.show(c, who, in, http.StatusOK)
	}
	err := unreadable(in, form, s.Now().In(italian.Rome))
	if err == nil {
		_, err = s.Records.EnterAbsence(ctx, who, c.PostForm("key"), in.of, form)
	}
	if err != nil {
		status, err := s.refused(&in, err)
		if err != nil {
			return err
		}
		return s.show(c, who, in, status)
	}
	return s.Pages.Leave(c, path, message.Say("absences.done"))
}

// known finds one of those that the caller may change.
func (s *Place) known(c *gin.Context, who care.Staff) (a absence.Entry, err error) {
	list, err := s.Records.Absences(c.Request.Context(), who)
	if err != nil {
		return a, err
	}
	i := slices.IndexFunc(list, func(a absence.Entry) bool {
		return a.ID == c.Param("id") && absence.MayEnter(who, care.Staff{ID: a.StaffID, Zone: who.Zone})
	})
	if i < 0 {
		return a, ledger.ErrNotFound
	}
	return list[i], nil
}

func (s *Place) one(c *gin.Context, who care.Staff) error {
	a, err := s.known(c, who)
	if err != nil {
		return err
	}
	in := typed{first: a.First.Format(time.DateOnly), last: a.Last.Format(time.DateOnly), substitute: a.SubstituteID, form: web.NewForm(path + "/" + a.ID)}
	return s.showOne(c, who, a, in, http.StatusOK)
}

func (s *Place) showOne(c *gin.Context, who care.Staff, a absence.Entry, in typed, status int) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	title := message.Say("absences.change_of", "Name", a.Name)
	if a.StaffID == who.ID {
		title = message.Say("absences.change_yours")
	}
	page := Change{Frame: s.Pages.Frame(c, title, path), Form: in.form}
	page.Back = &web.Link{URL: path, Text: message.Say("absences.title")}
	if page.Fields, err = s.fields(c, who, rules, in, &a); err != nil {
		return err
	}
	s.Pages.Render(c, status, page)
	return nil
}

func (s *Place) change(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	a, err := s.known(c, who)
	if err != nil {
		return err
	}
	in, form := read(c)
	if act.Held(ctx) {
		return s.showOne(c, who, a, in, http.StatusOK)
	}
	if err = unreadable(in, form, s.Now().In(italian.Rome)); err == nil {
		_, err = s.Records.ChangeAbsence(ctx, who, a.ID, form)
	}
	if err != nil {
		status, err := s.refused(&in, err)
		if err != nil {
			return err
		}
		return s.showOne(c, who, a, in, status)
	}
	return s.Pages.Leave(c, path, message.Say("absences.changed"))
}

// end ends one. One that is over, or was called off, is well; one that was changed since the
// list was made is shown as it is now.
func (s *Place) end(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	if faults := act.Unreadable(ctx); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	if err := s.Records.EndAbsence(ctx, who, c.Param("id"), web.Typed(c, "seen")); err != nil && !errors.Is(err, ledger.ErrNotFound) {
		in := typed{form: web.NewForm(path)}
		status, err := s.refused(&in, err)
		if err != nil {
			return err
		}
		return s.show(c, who, in, status)
	}
	return s.Pages.Leave(c, path, message.Say("absences.ended"))
}
