package catalogue

import (
	"fmt"
	"slices"

	"percorso/internal/care"
)

// maxEnterprise is how long the name of an enterprise may be, in characters.
const maxEnterprise = 200

// CheckCompletion says what is wrong with the form that completes a task, but with
// its dates.
func CheckCompletion(p care.Policy, kind care.TaskKind, c care.Completion) []care.Fault {
	var f care.Faults
	form, _ := FormOf(kind)
	outcome, ok := form.Outcome(c.Outcome)
	if !ok {
		rule := care.RuleUnknownCode
		if c.Outcome == "" {
			rule = care.RuleRequired
		}
		return []care.Fault{{Field: "outcome", Rule: rule}}
	}
	filled := map[TaskField]bool{
		FieldNeeds: len(c.Needs) > 0, FieldAreas: len(c.Areas) > 0, FieldBookings: len(c.Bookings) > 0,
		FieldAt: c.At != nil, FieldUntil: c.Until != nil, FieldReason: c.Reason != "", FieldMatter: c.Matter != "",
		FieldMeasure: c.Measure != "", FieldEnterprise: c.Enterprise != "", FieldClosureOutcome: c.ClosureOutcome != "",
		FieldNote: c.Note != "", FieldPlan: c.Plan != nil, FieldGoals: len(c.Goals) > 0, FieldStage: c.Stage != "",
		FieldPermit: c.Permit != "", FieldPermitExpiry: c.PermitExpiry != nil, FieldConsent: c.Consent,
	}
	for _, field := range TaskFields {
		f.Add(filled[field] || !slices.Contains(outcome.Requires, field), string(field), care.RuleRequired)
		f.Add(!filled[field] || outcome.Accepts(field), string(field), care.RuleNotAllowed)
	}
	f.Needs(p, "needs", c.Needs)
	for i, a := range c.Areas {
		at := fmt.Sprintf("areas[%d]", i)
		f.Add(!slices.ContainsFunc(c.Areas[:i], func(b care.AreaFinding) bool { return b.Area == a.Area }), at+".area", care.RuleDuplicate)
		f.Add(len(p.NeedAreas([]string{a.Area})) == 1, at+".area", care.RuleUnknownCode)
		f.Add(slices.Contains(care.NeedLevels, a.Need), at+".need", care.RuleUnknownCode)
		f.Note(at+".note", a.Note)
	}
	f.Bookings(p, c.Bookings)
	if c.Reason != "" && outcome.Accepts(FieldReason) {
		f.Add(slices.Contains(outcome.Reasons, c.Reason), "reason", care.RuleReason)
	}
	f.Code(p.Matters, "matter", c.Matter, care.RuleMatter)
	f.Code(p.Measures, "measure", c.Measure, care.RuleUnknownCode)
	f.Code(p.Outcomes, "closure_outcome", c.ClosureOutcome, care.RuleUnknownCode)
	f.Add(care.ChosenOutcome(c.ClosureOutcome), "closure_outcome", care.RuleUnknownCode)
	f.Text("enterprise", c.Enterprise, maxEnterprise)
	f.Note("note", c.Note)
	if c.Plan != nil {
		f.Plan(p, *c.Plan)
	}
	f.Goals(c.Goals)
	f.Add(c.Stage == "" || slices.Contains(care.BeginStages, c.Stage) && c.Stage != care.StageSecondLevel, "stage", care.RuleUnknownCode)
	f.Add(c.Permit == "" || care.KnownPermit(c.Permit), "permit", care.RuleUnknownCode)
	return f
}
