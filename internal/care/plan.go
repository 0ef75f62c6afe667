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
