package decided

import (
	"slices"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// CurrentPlan is the version that counts: the active one, else the latest. Nil:
// there is none.
func CurrentPlan(plans []ledger.Plan) *ledger.Plan {
	if plan := PlanInState(plans, care.PlanActive); plan != nil {
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

// PlanInState is the latest version in one of some states; nil: there is none.
func PlanInState(plans []ledger.Plan, states ...care.PlanState) *ledger.Plan {
	var latest *ledger.Plan
	for i, plan := range plans {
		if slices.Contains(states, plan.State) && (latest == nil || plan.Version > latest.Version) {
			latest = &plans[i]
		}
	}
	return latest
}

// PlanVersionOf is a version as pages show it, with what the evaluations said of
// its goals. The latest finding of each agency counts.
func PlanVersionOf(p care.Policy, plan ledger.Plan, findings []ledger.GoalFinding) PlanVersion {
	shown := PlanVersion{
		Name: message.Say("plan_version.name", "Number", plan.Version), State: present.PlanBadge(plan.State), Changes: plan.Changes,
		When: italian.Dated("di", plan.Created.In(italian.Rome)),
	}
	if plan.Activated != nil {
		since := italian.Dated("da", plan.Activated.In(italian.Rome))
		shown.When = message.Say("plan_version.in_force", "Since", since)
		if plan.Ended != nil {
			shown.When = message.Say("plan_version.in_force_until", "Since", since, "Until", italian.Dated("a", plan.Ended.In(italian.Rome)))
		}
	}
	reported := plan.State == care.PlanActive || plan.State == care.PlanRevised || plan.State == care.PlanCompleted
	for i, g := range plan.Content.Goals {
		goal := PlanGoal{Name: message.Say("plan_version.goal", "Number", i+1, "Area", present.AreaName(p, g.Area)), Text: g.Text}
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

func findingOf(p care.Policy, f ledger.GoalFinding) Finding {
	shown := Finding{
		Result: web.Badge{Tone: "neutral", Icon: "it-info-circle", Text: italian.Upper(italian.GoalResult(f.Result))},
		By:     present.AgencyName(p, f.Agency) + ", " + italian.Date(f.At.In(italian.Rome)), Note: f.Note,
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
func actionOf(p care.Policy, a ledger.PlannedAction, reported bool) PlanAction {
	shown := PlanAction{Text: a.Text, Agency: present.AgencyName(p, a.Agency), Note: a.Note}
	if a.Until != nil {
		shown.Until = message.Say("plan_version.until", "Day", italian.Day(*a.Until))
	}
	switch {
	case a.Routed:
		shown.Sent = message.Say("plan_version.sent")
	case a.LeftOut:
		shown.Sent = message.Say("plan_version.left_out")
	case a.Send && !reported:
		shown.Sent = message.Say("plan_version.to_be_sent")
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

// MayReport says whether the caller is offered to say how an action comes along:
// those who do it, and those who follow the case.
func MayReport(who care.Staff, p care.Policy, a ledger.PlannedAction) bool {
	return who.Agency == a.Agency || care.ReadsCases(who, p)
}

// OfferProgress gives each action of a version its link to say how it comes along.
func OfferProgress(shown *PlanVersion, who care.Staff, p care.Policy, plan ledger.Plan) {
	at := make([]int, len(shown.Goals)) // the next action of each goal
	for _, a := range plan.Content.Actions {
		if a.Goal < 0 || a.Goal >= len(shown.Goals) {
			continue
		}
		if MayReport(who, p, a) {
			shown.Goals[a.Goal].Actions[at[a.Goal]].Progress = &web.Link{
				URL: "/fascicoli/" + plan.CaseID + "/progetto/azioni/" + a.ID, Text: message.Say("plan_version.report"),
			}
		}
		at[a.Goal]++
	}
}
