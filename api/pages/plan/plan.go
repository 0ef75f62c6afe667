package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

func (s *Server) registerPlanPages(p access.Routes) {
	p.Get("/fascicoli/:id/progetto", s.planPage)
	p.Get("/fascicoli/:id/progetto/azioni/:azione", s.showProgress)
	p.Post("/fascicoli/:id/progetto/azioni/:azione", s.reportProgress)
}

// planPage shows the plan of a case: the version that counts in full, the others
// folded, with what each changed. Who has a part in it reads it without seeing
// the case file.
func (s *Server) planPage(c *gin.Context, who care.Staff) error {
	ctx, id := c.Request.Context(), c.Param("id")
	rules, err := s.book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	plans, err := s.records.Plans(ctx, who, id)
	if err != nil {
		return err
	}
	findings, err := s.records.GoalFindings(ctx, who, id)
	if err != nil {
		return err
	}
	page := web.PlanPage{Frame: s.pages.Frame(c, "Progetto personalizzato", placeOf(who, rules.Policy))}
	page.Back = &web.Link{URL: "/compiti", Text: "I miei compiti"}
	if care.ReadsCases(who, rules.Policy) {
		page.Back = &web.Link{URL: "/fascicoli/" + id, Text: "Torna al fascicolo"}
	}
	current := currentPlan(plans)
	if current != nil && current.State == care.PlanActive {
		page.Meeting = &web.Link{URL: "/fascicoli/" + id + "/incontro", Text: italian.Operation(care.OpMeet)}
	}
	if current == nil {
		page.Lead = "Per questa persona non c’è ancora un progetto: lo scrive l’équipe."
		s.pages.Render(c, http.StatusOK, page)
		return nil
	}
	page.Lead = planLead(*current)
	shown := planVersion(rules.Policy, *current, findings)
	if current.State == care.PlanActive {
		offerProgress(&shown, who, rules.Policy, *current)
	}
	page.Current = &shown
	page.Equipe = equipeLink(current.Run)
	for _, plan := range plans {
		if plan.ID != current.ID {
			page.Versions = append(page.Versions, planVersion(rules.Policy, plan, nil))
		}
	}
	s.pages.Render(c, http.StatusOK, page)
	return nil
}

// placeOf is the entry of the navigation that what concerns a case belongs to.
func placeOf(who care.Staff, p care.Policy) string {
	if care.ReadsCases(who, p) {
		return "/fascicoli"
	}
	return "/compiti"
}

// currentPlan is the version that counts: the active one, else the latest. Nil:
// there is none.
func currentPlan(plans []ledger.Plan) *ledger.Plan {
	if plan := planInState(plans, care.PlanActive); plan != nil {
		return plan
	}
	var latest *ledger.Plan
	for i := range plans {
		if latest == nil || plans[i].Version > latest.Version {
			latest = &plans[i]
		}
	}
	return latest
}

// planInState is the latest version in one of some states; nil: there is none.
func planInState(plans []ledger.Plan, states ...care.PlanState) *ledger.Plan {
	var latest *ledger.Plan
	for i, plan := range plans {
		if slices.Contains(states, plan.State) && (latest == nil || plan.Version > latest.Version) {
			latest = &plans[i]
		}
	}
	return latest
}

func planLead(plan ledger.Plan) string {
	switch plan.State {
	case care.PlanDrafting:
		return "L’équipe lo sta scrivendo."
	case care.PlanProposed:
		return "È proposto: si raccolgono le firme dell’équipe."
	case care.PlanSignedOff:
		return "L’équipe l’ha firmato: manca l’accordo della persona."
	case care.PlanActive:
		return "È il progetto in vigore."
	}
	return "L’ultima versione non è più in vigore."
}

// planBadge says how a version stands.
func planBadge(state care.PlanState) web.Badge {
	b := web.Badge{Tone: "neutral", Icon: "it-info-circle", Text: italian.Upper(italian.PlanState(state))}
	switch state {
	case care.PlanActive, care.PlanAgreed, care.PlanCompleted:
		b.Tone, b.Icon = "success", "it-check-circle"
	case care.PlanDrafting, care.PlanProposed, care.PlanSignedOff:
		b.Tone, b.Icon = "info", "it-pencil"
	case care.PlanDeclined:
		b.Tone, b.Icon = "warning", "it-close-circle"
	}
	return b
}

// planVersion is a version as pages show it, with what the evaluations said of
// its goals. The latest finding of each agency counts.
func planVersion(p care.Policy, plan ledger.Plan, findings []ledger.GoalFinding) web.PlanVersion {
	shown := web.PlanVersion{
		Name: fmt.Sprintf("Versione %d", plan.Version), State: planBadge(plan.State), Changes: plan.Changes,
		When: "del " + italian.Date(plan.Created.In(italian.Rome)),
	}
	if plan.Activated != nil {
		shown.When = "in vigore dal " + italian.Date(plan.Activated.In(italian.Rome))
		if plan.Ended != nil {
			shown.When += " al " + italian.Date(plan.Ended.In(italian.Rome))
		}
	}
	reported := plan.State == care.PlanActive || plan.State == care.PlanRevised || plan.State == care.PlanCompleted
	for i, g := range plan.Content.Goals {
		goal := web.PlanGoal{Name: fmt.Sprintf("Obiettivo %d: %s.", i+1, areaName(p, g.Area)), Text: g.Text}
		var said []string
		for _, f := range findings {
			if f.Goal == g.ID && !slices.Contains(said, f.Agency) {
				said = append(said, f.Agency)
				goal.Findings = append(goal.Findings, findingOf(p, f))
			}
		}
		for _, a := range plan.Content.Actions {
			if a.Goal == i {
				goal.Actions = append(goal.Actions, actionOf(p, a, reported))
			}
		}
		shown.Goals = append(shown.Goals, goal)
	}
	return shown
}

func areaName(p care.Policy, code string) string {
	for _, area := range p.NeedAreas([]string{code}) {
		return area.Name
	}
	return code
}

func findingOf(p care.Policy, f ledger.GoalFinding) web.Finding {
	shown := web.Finding{
		Result: web.Badge{Tone: "neutral", Icon: "it-info-circle", Text: italian.Upper(italian.GoalResult(f.Result))},
		By:     agencyName(p, f.Agency) + ", " + italian.Date(f.At.In(italian.Rome)), Note: f.Note,
	}
	switch f.Result {
	case "reached":
		shown.Result.Tone, shown.Result.Icon = "success", "it-check-circle"
	case "partly":
		shown.Result.Tone, shown.Result.Icon = "info", "it-clock"
	case "not_reached":
		shown.Result.Tone, shown.Result.Icon = "warning", "it-close-circle"
	}
	return shown
}

// actionOf is an action as pages show it; reported: how it comes along counts.
func actionOf(p care.Policy, a ledger.PlannedAction, reported bool) web.PlanAction {
	shown := web.PlanAction{Text: a.Text, Agency: agencyName(p, a.Agency), Note: a.Note}
	if a.Until != nil {
		shown.Until = "entro il " + italian.Date(a.Until.In(italian.Rome))
	}
	switch {
	case a.Routed:
		shown.Sent = "La persona è stata inviata a questo ente"
	case a.Send && !reported:
		shown.Sent = "La persona sarà inviata a questo ente"
	}
	if reported || a.At != nil {
		shown.State = web.Badge{Tone: "neutral", Icon: "it-clock", Text: italian.Upper(italian.ActionState(a.State))}
		switch a.State {
		case care.ActionDone:
			shown.State.Tone, shown.State.Icon = "success", "it-check-circle"
		case care.ActionInProgress:
			shown.State.Tone = "info"
		case care.ActionDropped:
			shown.State.Icon = "it-close-circle"
		}
	}
	if a.At != nil && a.ByName != "" {
		shown.By = a.ByName + ", " + italian.Date(a.At.In(italian.Rome))
	}
	return shown
}

// actionProgress says in words how an action comes along.
func actionProgress(a ledger.PlannedAction) string {
	text := italian.ActionState(a.State)
	if a.Note != "" {
		text += " (" + strings.TrimSuffix(a.Note, ".") + ")"
	}
	return text
}

// mayReport says whether the caller is offered to say how an action comes along:
// those who do it, and those who follow the case.
func mayReport(who care.Staff, p care.Policy, a ledger.PlannedAction) bool {
	return who.Agency == a.Agency || care.ReadsCases(who, p)
}

// offerProgress gives each action of a version its link to say how it comes along.
func offerProgress(shown *web.PlanVersion, who care.Staff, p care.Policy, plan ledger.Plan) {
	at := make([]int, len(shown.Goals)) // the next action of each goal
	for _, a := range plan.Content.Actions {
		if a.Goal < 0 || a.Goal >= len(shown.Goals) {
			continue
		}
		if mayReport(who, p, a) {
			shown.Goals[a.Goal].Actions[at[a.Goal]].Progress = &web.Link{
				URL: "/fascicoli/" + plan.CaseID + "/progetto/azioni/" + a.ID, Text: "Aggiorna a che punto è",
			}
		}
		at[a.Goal]++
	}
}

func (s *Server) showProgress(c *gin.Context, who care.Staff) error {
	return s.progressPage(c, who, http.StatusOK, web.NewForm(c.Request.URL.Path), nil)
}

// reportProgress records how an action comes along.
func (s *Server) reportProgress(c *gin.Context, who care.Staff) error {
	form := catalogue.ProgressForm{State: care.ActionState(c.PostForm("state")), Note: typed(c, "note")}
	cmd, err := s.door.Do(c.Request.Context(), who, catalogue.Progress.Command(c.PostForm("key"), c.Param("azione"), form).InRun(ledger.CaseRun(c.Param("id"))))
	if err == nil {
		return s.pages.Done(c, cmd, "/fascicoli/"+c.Param("id")+"/progetto", "È registrato a che punto è l’azione.")
	}
	again := web.NewForm(c.Request.URL.Path)
	status, err := s.problems.RefusedForm(&again, err, progressField)
	if err != nil {
		return err
	}
	return s.progressPage(c, who, status, again, &form)
}

func progressField(path string) (id, label string) {
	if path == "state" {
		return path, "A che punto è"
	}
	return path, italian.Field(path)
}

// progressPage is the small form of an action's progress, as typed where it was refused.
func (s *Server) progressPage(c *gin.Context, who care.Staff, status int, form web.Form, typed *catalogue.ProgressForm) error {
	ctx := c.Request.Context()
	rules, err := s.book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	plans, err := s.records.Plans(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	plan := planInState(plans, care.PlanActive)
	if plan == nil {
		return ledger.ErrNotFound
	}
	i := slices.IndexFunc(plan.Content.Actions, func(a ledger.PlannedAction) bool { return a.ID == c.Param("azione") })
	if i < 0 || !mayReport(who, rules.Policy, plan.Content.Actions[i]) {
		return ledger.ErrNotFound
	}
	action := plan.Content.Actions[i]
	if typed == nil {
		typed = &catalogue.ProgressForm{State: action.State}
	}
	page := web.CaseForm{Frame: s.pages.Frame(c, "A che punto è l’azione", placeOf(who, rules.Policy)), Form: form, Intro: action.Text, Button: "Salva"}
	page.Back = &web.Link{URL: "/fascicoli/" + plan.CaseID + "/progetto", Text: "Progetto personalizzato"}
	states := web.Field{Shape: "choices", Type: "radio", ID: "state", Label: "A che punto è", Required: true}
	for _, state := range care.ActionStates {
		states.Options = append(states.Options, web.Option{
			Value: string(state), Text: italian.Upper(italian.ActionState(state)), Chosen: typed.State == state,
		})
	}
	page.Fields = []web.Field{states, {Shape: "area", ID: "note", Label: italian.Field("note"), Hint: "La leggono gli enti che hanno una parte nel progetto.", Value: typed.Note}}
	s.pages.Render(c, status, page)
	return nil
}
