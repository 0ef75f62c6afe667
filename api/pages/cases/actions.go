package cases

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/cases/dates"
	"percorso/api/pages/cases/seen"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/free"
	"percorso/api/pages/parts/meanwhile"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/fields"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/sole"
	"percorso/internal/zone"
)

// action is an operation on a case as a whole. Its page follows from its form, its
// facts and its texts.
type action struct {
	asked  catalogue.Known
	facts  catalogue.Facts
	fields []fields.Field
	texts  italian.OperationTexts
}

// actions are the operations that the page of a case offers, in their order.
var actions = actionsOf(catalogue.All)

func actionsOf(all []catalogue.Known) (found []action) {
	for _, o := range all {
		if facts := o.About(); facts.On == catalogue.OnCase && facts.Slug != "" {
			found = append(found, action{asked: o, facts: facts, fields: fields.Of(o.Form()), texts: italian.TextsOf(facts.Code)})
		}
	}
	return found
}

// elsewhere says whether another place has the pages of the action.
func (a action) elsewhere() bool { return a.facts.Gives == catalogue.ToPartner }

// offered are the actions that the caller is offered: those at hand, and the
// others. Who really may is decided when they ask.
func offered(who care.Staff, file ledger.Case) (atHand, others []web.Link) {
	for _, a := range actions {
		if !a.facts.MayAsk(who.Role) || !a.facts.Offered(file) || a.facts.Code == care.OpMistake && file.MergedInto != "" && !catalogue.Merge.MayAsk(who.Role) {
			continue
		}
		link := web.Link{URL: "/fascicoli/" + file.ID + "/" + a.facts.Slug, Text: italian.Operation(a.facts.Code)}
		switch a.facts.Shown {
		case catalogue.AtHand:
			atHand = append(atHand, link)
		case catalogue.AmongOthers:
			others = append(others, link)
		}
	}
	return atHand, others
}

func (s *Place) mountActions(p access.Routes) {
	for _, a := range actions {
		if a.elsewhere() {
			continue
		}
		p.Get("/fascicoli/:id/"+a.facts.Slug, func(c *gin.Context, who care.Staff) error { return s.showAction(c, who, a) })
		p.Post("/fascicoli/:id/"+a.facts.Slug, func(c *gin.Context, who care.Staff) error { return s.askAction(c, who, a) })
	}
}

// showAction shows the form of an action.
func (s *Place) showAction(c *gin.Context, who care.Staff, a action) error {
	page, err := s.caseForm(c, who, a, nil)
	if err != nil {
		return err
	}
	page.Form = web.NewForm(c.Request.URL.Path)
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// askAction takes the form of an action.
func (s *Place) askAction(c *gin.Context, who care.Staff, a action) error {
	command, faults := a.read(c.PostForm("key"), c.Param("id"), c.Request.PostForm)
	ctx := act.WithUnreadable(c.Request.Context(), faults...)
	do := s.Door.Do
	if a.facts.Code == care.OpSuspend {
		do = func(ctx context.Context, who care.Staff, command catalogue.Command) (ledger.Command, error) {
			return s.suspend(ctx, who, command, c.Request.PostForm)
		}
	}
	cmd, err := do(ctx, who, command)
	if err == nil {
		return s.Pages.Done(c, cmd, s.afterAction(c, who, command), a.texts.Done)
	}
	again, missing := web.NewForm(c.Request.URL.Path), parts.MissingNeed(err, c.Param("id"), c.Request.URL.Path)
	status, err := s.Problems.RefusedForm(&again, err, func(path string) (id, label string) {
		if id := meanwhile.Place(path, c.Request.PostForm); id != "" {
			return id, a.texts.Label("kept")
		}
		return a.place(path, c.Request.PostForm), a.texts.Label(path)
	})
	if err != nil {
		return err
	}
	page, err := s.caseForm(c, who, a, c.Request.PostForm)
	if err != nil {
		return err
	}
	page.Form, page.AddNeed = again, missing
	s.Pages.Render(c, status, page)
	return nil
}

// suspend suspends a case, once what becomes of the appointments until then is done.
func (s *Place) suspend(ctx context.Context, who care.Staff, command catalogue.Command, sent url.Values) (cmd ledger.Command, err error) {
	file, err := s.Records.CaseFile(ctx, who, ledger.BareID(command.Run))
	if err != nil {
		return cmd, err
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return cmd, err
	}
	return meanwhile.Suspend(ctx, s.Door, meanwhile.Asked{Who: who, Rules: rules, File: file, Now: s.Now().In(rules.Calendar.Location()), Sent: sent}, command)
}

// expectedFields ask what becomes of what the person is expected for.
func (s *Place) expectedFields(ctx context.Context, who care.Staff, in asked) ([]web.Field, error) {
	equipes, err := s.Records.Equipes(ctx, who, in.file.ID)
	if err != nil {
		return nil, err
	}
	return meanwhile.Fields(ctx, s.Records, meanwhile.Asked{Who: who, Rules: in.rules, File: in.file, Equipes: equipes, Now: in.today, Sent: in.sent})
}

// afterAction is where an action leads: back to where it was asked for on the
// way, to the case that this one goes on in, or to the case itself. Who does not
// see the case comes to the plan that they have a part in.
func (s *Place) afterAction(c *gin.Context, who care.Staff, done catalogue.Command) string {
	file := "/fascicoli/" + c.Param("id")
	if back := c.PostForm(parts.ContinueTo); strings.HasPrefix(back, file+"/") || strings.HasPrefix(back, "/compiti/") {
		return access.LocalPath(back)
	}
	if done.Answer.Case != "" {
		return "/fascicoli/" + url.PathEscape(ledger.BareID(done.Answer.Case))
	}
	if rules, err := s.Book.Rules(c.Request.Context(), who.Zone); err == nil && !care.ReadsCases(who, rules.Policy) {
		return file + "/progetto"
	}
	return file
}

// stripOf is what stands above the form of an action: the person, how far their case has
// come, and the last notes. Nil: the caller does not read the case file.
func (s *Place) stripOf(ctx context.Context, who care.Staff, rules *zone.Rules, file ledger.Case) (*parts.Strip, error) {
	if file.Number == "" {
		return nil, nil
	}
	return parts.StripOfFile(ctx, s.Records, who, rules.Policy, file, s.Now())
}

// caseForm is the page of an action, with what was typed; nil: nothing yet.
func (s *Place) caseForm(c *gin.Context, who care.Staff, a action, sent url.Values) (parts.CaseForm, error) {
	if !a.facts.MayAsk(who.Role) {
		return parts.CaseForm{}, ledger.ErrForbidden
	}
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return parts.CaseForm{}, err
	}
	back := &web.Link{URL: "/fascicoli/" + c.Param("id")}
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	switch {
	case err == nil:
		back.Text = file.Person + ", " + file.Number
	case a.facts.Asks == nil && errors.Is(err, ledger.ErrNotFound):
		// Who is at work on the case without its file may ask too.
		file.ID = c.Param("id")
		back = &web.Link{URL: "/fascicoli/" + c.Param("id") + "/progetto", Text: message.Say("case_pages.plan")}
	default:
		return parts.CaseForm{}, err
	}
	if sent == nil && !a.facts.Offered(file) {
		if second := file.Standing(rules.Policy).Second(ledger.CaseRun(file.ID), care.Answer{Operation: a.facts.Code}, sole.ShownPermit{}); second != nil {
			return parts.CaseForm{}, second
		}
		return parts.CaseForm{}, file.NotNow(a.facts.Code)
	}
	in := asked{rules: rules, today: s.Now().In(rules.Calendar.Location()), file: file, sent: sent}
	if sent == nil {
		in.beforehand = c.Request.URL.Query()
		in.known = dates.Known(file, in.beforehand.Get("date"))
	}
	if in.lists, err = s.listsFor(ctx, who, a, in); err != nil {
		return parts.CaseForm{}, err
	}
	if in.noted, err = seen.Find(ctx, s.Records, who, rules.Policy, file, a.facts.Code); err != nil {
		return parts.CaseForm{}, err
	}
	if slices.ContainsFunc(a.fields, func(f fields.Field) bool { return f.Shape == fields.Appointment }) {
		day := ""
		if sent.Get("hour") == "" {
			day = sent.Get(dayID)
		}
		if in.offers, err = free.Find(ctx, free.Reachable(s.Records, file.PersonData.Speech), who, rules, day, ""); err != nil {
			return parts.CaseForm{}, err
		}
	}
	if a.facts.Gives == catalogue.ToCPI {
		given, err := s.Records.Disclosure(ctx, who, file.ID, rules.CPI(), "")
		if err != nil {
			return parts.CaseForm{}, err
		}
		in.work = given.Snapshot.Work
		if in.block, err = free.Block(ctx, free.Reachable(s.Records, file.PersonData.Speech), who, rules.CPI(), a.texts.Label("at"), "", sent); err != nil {
			return parts.CaseForm{}, err
		}
	}
	page := parts.CaseForm{Frame: s.Pages.Frame(c, italian.Operation(a.facts.Code), "/fascicoli")}
	page.Back = back
	if page.Strip, err = s.stripOf(ctx, who, rules, file); err != nil {
		return parts.CaseForm{}, err
	}
	a.show(&page, in)
	if a.facts.Code == care.OpSuspend {
		expected, err := s.expectedFields(ctx, who, in)
		if err != nil {
			return parts.CaseForm{}, err
		}
		page.Fields = slices.Insert(page.Fields, 1, expected...)
	}
	if u := file.Undoing; a.facts.Code == care.OpUndo && u != nil && u.SaidAt != nil {
		page.Intro = undoingWords(rules.Policy, file) + " " + page.Intro
	}
	to := c.Query(parts.ContinueTo)
	if sent != nil {
		to = sent.Get(parts.ContinueTo)
	}
	if to != "" {
		page.Fields = append(page.Fields, web.Field{Shape: "hidden", ID: parts.ContinueTo, Value: to})
	}
	return page, nil
}
