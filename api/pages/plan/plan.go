package plan

import (
	"errors"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/decided"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	contents "percorso/internal/plan"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	s.mountEquipes(p)
	p.Get("/fascicoli/:id/progetto", s.planPage)
	p.Get("/fascicoli/:id/progetto/azioni/:azione", s.showProgress)
	p.Post("/fascicoli/:id/progetto/azioni/:azione", s.reportProgress)
}

// planPage shows the plan of a case: the version that counts in full, the others
// folded, with what each changed. Who has a part in it reads it without seeing
// the case file.
func (s *Place) planPage(c *gin.Context, who care.Staff) error {
	ctx, id := c.Request.Context(), c.Param("id")
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	plans, err := s.Records.Plans(ctx, who, id)
	if err != nil {
		return err
	}
	findings, err := s.Records.GoalFindings(ctx, who, id)
	if err != nil {
		return err
	}
	page := PlanPage{Frame: s.Pages.Frame(c, message.Say("case_pages.plan"), placeOf(who, rules.Policy))}
	page.Back = &web.Link{URL: "/compiti", Text: message.Say("work_list.title")}
	if care.ReadsCases(who, rules.Policy) {
		page.Back = &web.Link{URL: "/fascicoli/" + id, Text: message.Say("case_reads.back_to_case")}
	}
	current := decided.CurrentPlan(plans)
	if current != nil && current.State == care.PlanActive && (care.ReadsCases(who, rules.Policy) || hasPart(who, *current)) {
		page.Meeting = &web.Link{URL: "/fascicoli/" + id + "/incontro", Text: italian.Operation(care.OpMeet)}
	}
	if current == nil {
		page.Lead = message.Say("plan_page.none")
		s.Pages.Render(c, http.StatusOK, page)
		return nil
	}
	page.Lead, page.Print = planLead(*current), "/fascicoli/"+id+"/progetto/stampa"
	shown := decided.PlanVersionOf(rules.Policy, *current, findings)
	if current.State == care.PlanActive {
		decided.OfferProgress(&shown, who, rules.Policy, *current)
	}
	page.Current = &shown
	if _, err := s.Records.Equipe(ctx, who, current.Run); err == nil { // who only has a part in the plan does not read it
		page.Equipe = decided.EquipeLink(current.Run)
	} else if !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	for _, plan := range plans {
		if plan.ID != current.ID {
			page.Versions = append(page.Versions, decided.PlanVersionOf(rules.Policy, plan, nil))
		}
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// placeOf is the entry of the navigation that what concerns a case belongs to.
func placeOf(who care.Staff, p care.Policy) string {
	if care.ReadsCases(who, p) {
		return "/fascicoli"
	}
	return "/compiti"
}

func planLead(plan ledger.Plan) string {
	switch plan.State {
	case care.PlanDrafting:
		return message.Say("plan_page.drafting")
	case care.PlanProposed:
		return message.Say("plan_page.proposed")
	case care.PlanSignedOff:
		return message.Say("plan_page.signed_off")
	case care.PlanActive:
		return message.Say("plan_page.active")
	}
	return message.Say("plan_page.over")
}

func (s *Place) showProgress(c *gin.Context, who care.Staff) error {
	return s.progressPage(c, who, http.StatusOK, web.NewForm(c.Request.URL.Path), nil)
}

// reportProgress records how an action comes along.
func (s *Place) reportProgress(c *gin.Context, who care.Staff) error {
	form := catalogue.ProgressForm{State: care.ActionState(c.PostForm("state")), Note: web.Typed(c, "note"), Seen: c.PostForm("seen")}
	cmd, err := s.Door.Do(c.Request.Context(), who, catalogue.Progress.Command(c.PostForm("key"), c.Param("azione"), form).InRun(ledger.CaseRun(c.Param("id"))))
	if err == nil {
		return s.Pages.Done(c, cmd, "/fascicoli/"+c.Param("id")+"/progetto", message.Say("plan_page.reported"))
	}
	again := web.NewForm(c.Request.URL.Path)
	status, err := s.Problems.RefusedForm(&again, err, progressField)
	if err != nil {
		return err
	}
	return s.progressPage(c, who, status, again, &form)
}

func progressField(path string) (id, label string) {
	if path == "state" {
		return path, message.Say("case_pages.stands")
	}
	return path, italian.Field(path)
}

// progressPage is the small form of an action's progress, as typed where it was refused.
func (s *Place) progressPage(c *gin.Context, who care.Staff, status int, form web.Form, typed *catalogue.ProgressForm) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	plans, err := s.Records.Plans(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	plan := decided.PlanInState(plans, care.PlanActive)
	if plan == nil {
		return ledger.ErrNotFound
	}
	i := slices.IndexFunc(plan.Content.Actions, func(a ledger.PlannedAction) bool { return a.ID == c.Param("azione") })
	if i < 0 || !decided.MayReport(who, rules.Policy, plan.Content.Actions[i]) {
		return ledger.ErrNotFound
	}
	action := plan.Content.Actions[i]
	if typed == nil {
		typed = &catalogue.ProgressForm{State: action.State}
	}
	about := parts.Thing{Title: message.Say("plan_page.action"), Terms: []web.Term{{Name: message.Say("plan_page.action_text"), Value: action.Text}, {Name: message.Say("plan_page.action_agency"), Value: present.AgencyName(rules.Policy, action.Agency)}}}
	if action.Until != nil {
		about.Terms = append(about.Terms, web.Term{Name: message.Say("plan_page.action_until"), Value: italian.Day(*action.Until)})
	}
	page := parts.CaseForm{Frame: s.Pages.Frame(c, message.Say("plan_page.report_title"), placeOf(who, rules.Policy)), Form: form, Intro: action.Text, Button: message.Say("plan_page.report")}
	if page.Strip, err = parts.StripOfCase(ctx, s.Records, who, rules.Policy, plan.CaseID, s.Now(), about); err != nil {
		return err
	}
	page.Back = &web.Link{URL: "/fascicoli/" + plan.CaseID + "/progetto", Text: message.Say("case_pages.plan")}
	states := web.Field{Shape: "choices", Type: "radio", ID: "state", Label: message.Say("case_pages.stands"), Required: true}
	if action.At != nil {
		states.Hint = message.Say("plan_page.now", "Progress", present.Progress(action), "Name", action.ByName, "Day", italian.Date(action.At.In(italian.Rome)))
	}
	for _, state := range care.ActionStates {
		states.Options = append(states.Options, web.Option{
			Value: string(state), Text: italian.Upper(italian.ActionState(state)), Chosen: typed.State == state,
		})
	}
	page.Fields = []web.Field{states, {Shape: "area", ID: "note", Label: italian.Field("note"), Hint: message.Say("plan_page.note_hint", "MayBeRead", italian.MayBeRead()), Value: typed.Note},
		{Shape: "hidden", ID: "seen", Value: contents.Seen(action.At)}}
	s.Pages.Render(c, status, page)
	return nil
}

// hasPart says whether something in a plan is for the caller's agency to do.
func hasPart(who care.Staff, plan ledger.Plan) bool {
	return slices.ContainsFunc(plan.Content.Actions, func(a ledger.PlannedAction) bool { return a.Agency == who.Agency })
}
