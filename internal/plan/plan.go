// Package plan says what a version of a plan may hold.
package plan

import (
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
)

// Limits of a plan.
const (
	maxGoals   = 20
	maxActions = 50
	maxText    = 1000 // characters
)

// Check checks the content of a version of a plan.
func Check(f *care.Faults, p care.Policy, plan care.PlanForm) {
	f.Add(len(plan.Goals) > 0, "plan.goals", care.RuleRequired)
	f.Add(len(plan.Goals) <= maxGoals, "plan.goals", care.RuleTooMany)
	f.Add(len(plan.Actions) > 0, "plan.actions", care.RuleRequired)
	f.Add(len(plan.Actions) <= maxActions, "plan.actions", care.RuleTooMany)
	text := func(field, value string) {
		f.Add(care.Said(value), field, care.RuleRequired)
		f.Lines(field, value, maxText)
	}
	kept := func(field, id string) { f.Add(id == "" || care.IsID(id), field, care.RuleUnknownCode) }
	for i, g := range plan.Goals {
		at := fmt.Sprintf("plan.goals[%d].", i)
		kept(at+"id", g.ID)
		f.Add(len(p.NeedAreas([]string{g.Area})) == 1, at+"area", care.RuleUnknownCode)
		text(at+"text", g.Text)
	}
	for i, a := range plan.Actions {
		at := fmt.Sprintf("plan.actions[%d].", i)
		kept(at+"id", a.ID)
		f.Add(a.Goal >= 0 && a.Goal < len(plan.Goals), at+"goal", care.RuleUnknownGoal)
		text(at+"text", a.Text)
		agency, ok := p.Agency(a.Agency)
		f.Add(ok, at+"agency", care.RuleUnknownCode)
		f.Add(!ok || !a.Send || agency.Reachable(), at+"send", care.RuleUnreachable)
		f.Add(a.Until != nil, at+"until", care.RuleRequired)
	}
	f.Note("plan.changes", plan.Changes)
}

// Moved checks the days of the actions that a plan keeps, against those that they have had by
// their ids: one may stay though it is past, and is changed to a day that is not.
func Moved(plan care.PlanForm, had map[string]time.Time, now time.Time) (f care.Faults) {
	day := func(t time.Time) time.Time { return care.DayOf(t.In(now.Location())) }
	for i, a := range plan.Actions {
		was, kept := had[a.ID]
		moved := kept && a.Until != nil && !day(*a.Until).Equal(day(was))
		f.Add(!moved || !day(*a.Until).Before(day(now)), fmt.Sprintf("plan.actions[%d].until", i), care.RuleInThePast)
	}
	return f
}

// CheckGoals checks what an evaluation says of the goals.
func CheckGoals(f *care.Faults, goals []care.GoalFinding) {
	f.Add(len(goals) <= maxGoals, "goals", care.RuleTooMany)
	for i, g := range goals {
		at := fmt.Sprintf("goals[%d].", i)
		f.Add(g.Goal != "", at+"goal", care.RuleRequired)
		f.Add(g.Goal == "" || care.IsID(g.Goal), at+"goal", care.RuleUnknownGoal)
		f.Add(!slices.ContainsFunc(goals[:i], func(b care.GoalFinding) bool { return b.Goal == g.Goal }), at+"goal", care.RuleDuplicate)
		f.Add(slices.Contains(care.GoalResults, g.Result), at+"result", care.RuleUnknownCode)
		f.Note(at+"note", g.Note)
	}
}

// Never stands for when it was said how an action comes along of which nobody has said anything.
const Never = "never"

// RuleMeanwhile is the rule by which nobody undoes unseen what somebody else has said of an action.
const RuleMeanwhile = "progress_meanwhile"

// Seen says when it was last said how an action comes along, as a form that is made now carries
// it; nil: never.
func Seen(at *time.Time) string {
	if at == nil {
		return Never
	}
	return at.UTC().Format(time.RFC3339Nano)
}

// ReadSeen reads what a form carries. Nil: it says nothing of it; the zero time: never.
func ReadSeen(seen string) (at *time.Time, ok bool) {
	switch seen {
	case "":
		return nil, true
	case Never:
		return &time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339Nano, seen)
	return &t, err == nil
}
