package catalogue

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/completion"
	"percorso/internal/speech"
	"percorso/internal/written"
)

// completion is the form of a task with any of its outcomes.
func (w World) completion() care.Completion {
	form, ok := completion.FormOf(w.Task)
	if !ok || len(form.Outcomes) == 0 {
		return care.Completion{}
	}
	return w.Completion(pick(w, form.Outcomes))
}

// Completion is the form of a task with one of its outcomes: with what the outcome
// requires, and by chance with what else it takes.
func (w World) Completion(outcome completion.TaskOutcome) care.Completion {
	c := care.Completion{Outcome: outcome.Code}
	for _, field := range outcome.Requires {
		w.fill(&c, field, outcome)
	}
	for _, field := range outcome.Takes {
		if w.Rand.IntN(2) == 0 {
			w.fill(&c, field, outcome)
		}
	}
	return c
}

// fill fills in one field of the form of a task.
func (w World) fill(c *care.Completion, field completion.TaskField, outcome completion.TaskOutcome) {
	soon := w.soon()
	switch field {
	case completion.FieldNeeds:
		c.Needs = w.needs()
	case completion.FieldAreas:
		for _, need := range w.needs() {
			c.Areas = append(c.Areas, care.AreaFinding{Area: need, Need: pick(w, care.NeedLevels), Note: exampleText, Circle: pick(w, append(written.Choices(written.AreaNote), ""))})
		}
	case completion.FieldBookings:
		for range 1 + w.Rand.IntN(2) {
			if b := w.booking(); !slices.ContainsFunc(c.Bookings, func(o care.Booking) bool { return o.Service == b.Service }) {
				c.Bookings = append(c.Bookings, b)
			}
		}
	case completion.FieldAt:
		if completion.Sends(w.Task, outcome.Code) { // where the employment centre gives one
			return
		}
		c.At = &soon
		if outcome.Code == care.ReceiptShown { // which has a day that has been
			today := w.Now
			c.At = &today
		}
	case completion.FieldUntil:
		c.Until = &soon
	case completion.FieldReason:
		c.Reason = pick(w, outcome.Reasons)
	case completion.FieldMatter:
		c.Matter = pickCode(w, w.Policy.Matters, codeOf)
	case completion.FieldMeasure:
		c.Measure = pickCode(w, w.Policy.Measures, codeOf)
	case completion.FieldEnterprise:
		c.Enterprise = exampleText
	case completion.FieldClosureOutcome:
		c.ClosureOutcome = w.closureOutcome()
	case completion.FieldPlan:
		c.Plan = w.plan()
	case completion.FieldGoals, completion.FieldConsents, completion.FieldLeftOut, completion.FieldBeyond: // which are known where the task is
	case completion.FieldStage:
		c.Stage = pick(w, []care.Stage{care.StageFirstLevel, care.StageFollowUp})
	case completion.FieldPermit:
		c.Permit = pick(w, slices.DeleteFunc(slices.Clone(care.Permits), func(p string) bool { return p == "" || p == care.PermitRequested }))
	case completion.FieldPermitExpiry:
		c.PermitExpiry = care.DateOf(w.Now.AddDate(0, 1+w.Rand.IntN(12), 0))
	case completion.FieldConsent:
		c.Consent = true
	case completion.FieldInterpreted:
		c.Interpreted = pick(w, speech.Interpreters)
	case completion.FieldLate:
		c.Late = 1 + w.Rand.IntN(60)
	case completion.FieldNote:
		c.Note = exampleText
	}
}

// plan is a plan that sends the person to some of the zone's partners.
func (w World) plan() *care.PlanForm {
	until := w.Now.AddDate(0, 3, 0)
	plan := &care.PlanForm{Goals: []care.PlanGoal{{Area: w.need(), Text: exampleText}}, Changes: exampleText}
	for range 1 + w.Rand.IntN(3) {
		plan.Actions = append(plan.Actions, care.PlanAction{
			Text: exampleText, Until: &until, Send: w.Rand.IntN(2) == 0,
			Agency: pickCode(w, w.Policy.Partners, func(p care.Partner) string { return p.Agency }),
		})
	}
	return plan
}
