package care

import (
	"fmt"
	"slices"
	"time"
)

// PlanState is the state of one version of a person's plan (progetto personalizzato).
type PlanState string

// A version is drafted, proposed to the équipe, signed off by its quorum,
// agreed by the person, and active until the next one takes its place or the
// path ends. The person may decline it; a version that came to nothing is dropped.
const (
	PlanDrafting  PlanState = "draft"
	PlanProposed  PlanState = "proposed"
	PlanSignedOff PlanState = "signed_off"
	PlanAgreed    PlanState = "agreed"
	PlanActive    PlanState = "active"
	PlanRevised   PlanState = "revised"
	PlanCompleted PlanState = "completed"
	PlanDeclined  PlanState = "declined"
	PlanDropped   PlanState = "dropped"
)

// PlanForm is the content of a plan's version, as its draft is filled in.
type PlanForm struct {
	Goals   []PlanGoal   `json:"goals" doc:"What the person wants to reach"`
	Actions []PlanAction `json:"actions" doc:"Who does what, by when; at least one"`
	Changes string       `json:"changes,omitempty" maxLength:"4000" doc:"What is new against the version before, and why"`
}

// PlanGoal is a goal of a plan. Kept from version to version by its id.
type PlanGoal struct {
	ID   string `json:"id,omitempty" doc:"Of a goal that an earlier version has; empty: new"`
	Area string `json:"area" doc:"Code of an area of need"`
	Text string `json:"text" maxLength:"1000"`
}

// PlanAction is what somebody does towards a goal. Kept from version to version
// by its id, with what has been done of it.
type PlanAction struct {
	ID     string     `json:"id,omitempty" doc:"Of an action that an earlier version has; empty: new"`
	Goal   int        `json:"goal" doc:"Index of its goal, from 0"`
	Text   string     `json:"text" maxLength:"1000"`
	Agency string     `json:"agency" doc:"Code of the agency that does it"`
	Until  *time.Time `json:"until" doc:"By when"`
	Send   bool       `json:"send,omitempty" doc:"Send the person to that agency once the plan is active: a placement for the employment centre, a referral for another"`
}

// ActionState says how an action comes along.
type ActionState string

// States of an action.
const (
	ActionToDo       ActionState = "to_do"
	ActionInProgress ActionState = "in_progress"
	ActionDone       ActionState = "done"
	ActionDropped    ActionState = "dropped"
)

// ActionStates lists them.
var ActionStates = []ActionState{ActionToDo, ActionInProgress, ActionDone, ActionDropped}

// GoalFinding is what an evaluation says of a goal.
type GoalFinding struct {
	Goal   string `json:"goal" doc:"Id of the goal"`
	Result string `json:"result" enum:"reached,partly,not_reached,given_up"`
	Note   string `json:"note,omitempty" maxLength:"4000"`
}

// GoalResults are how far a goal may be found to be reached.
var GoalResults = []string{"reached", "partly", "not_reached", "given_up"}

// Routes lists the agencies that the plan newly sends the person to, each once.
func (p PlanForm) Routes() []string {
	var routes []string
	for _, a := range p.Actions {
		if a.Send && !slices.Contains(routes, a.Agency) {
			routes = append(routes, a.Agency)
		}
	}
	return routes
}

// Agencies lists the agencies that have a part in the plan, each once.
func (p PlanForm) Agencies() []string {
	var agencies []string
	for _, a := range p.Actions {
		if !slices.Contains(agencies, a.Agency) {
			agencies = append(agencies, a.Agency)
		}
	}
	return agencies
}

// Limits of a plan.
const (
	maxPlanGoals   = 20
	maxPlanActions = 50
	maxPlanText    = 1000 // characters
)

func (f *Faults) Plan(p Policy, plan PlanForm) {
	f.Add(len(plan.Goals) > 0, "plan.goals", RuleRequired)
	f.Add(len(plan.Goals) <= maxPlanGoals, "plan.goals", RuleTooMany)
	f.Add(len(plan.Actions) > 0, "plan.actions", RuleRequired)
	f.Add(len(plan.Actions) <= maxPlanActions, "plan.actions", RuleTooMany)
	text := func(field, value string) {
		f.Add(value != "", field, RuleRequired)
		f.Lines(field, value, maxPlanText)
	}
	kept := func(field, id string) { f.Add(id == "" || IsID(id), field, RuleUnknownCode) }
	for i, g := range plan.Goals {
		at := fmt.Sprintf("plan.goals[%d].", i)
		kept(at+"id", g.ID)
		f.Add(len(p.NeedAreas([]string{g.Area})) == 1, at+"area", RuleUnknownCode)
		text(at+"text", g.Text)
	}
	for i, a := range plan.Actions {
		at := fmt.Sprintf("plan.actions[%d].", i)
		kept(at+"id", a.ID)
		f.Add(a.Goal >= 0 && a.Goal < len(plan.Goals), at+"goal", RuleUnknownGoal)
		text(at+"text", a.Text)
		agency, ok := p.Agency(a.Agency)
		f.Add(ok, at+"agency", RuleUnknownCode)
		f.Add(!ok || !a.Send || agency.Reachable(), at+"send", RuleUnreachable)
		f.Add(a.Until != nil, at+"until", RuleRequired)
	}
	f.Note("plan.changes", plan.Changes)
}

// dates lists when the actions are to be done. One that is kept may be late; a
// new one may not begin so.
func (p PlanForm) dates() (dates []Dated) {
	for i, a := range p.Actions {
		meaning := ActionTerm
		if a.ID != "" {
			meaning = KeptActionTerm
		}
		dates = append(dates, Dated{fmt.Sprintf("plan.actions[%d].until", i), meaning, a.Until})
	}
	return dates
}

func (f *Faults) Goals(goals []GoalFinding) {
	f.Add(len(goals) <= maxPlanGoals, "goals", RuleTooMany)
	for i, g := range goals {
		at := fmt.Sprintf("goals[%d].", i)
		f.Add(g.Goal != "", at+"goal", RuleRequired)
		f.Add(g.Goal == "" || IsID(g.Goal), at+"goal", RuleUnknownGoal)
		f.Add(!slices.ContainsFunc(goals[:i], func(b GoalFinding) bool { return b.Goal == g.Goal }), at+"goal", RuleDuplicate)
		f.Add(slices.Contains(GoalResults, g.Result), at+"result", RuleUnknownCode)
		f.Note(at+"note", g.Note)
	}
}
