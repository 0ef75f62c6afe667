package catalogue

import (
	"math/rand/v2"
	"slices"
	"time"

	"percorso/internal/care"
)

// World is what an example is made of.
type World struct {
	Policy care.Policy
	Now    time.Time
	Rand   *rand.Rand
	Zones  []string      // codes of all zones
	Task   care.TaskKind // of the task, of operations on one
	// Seen gives the digest of what an agency would get of the person; nil: nobody
	// has looked.
	Seen func(agency, purpose string) string
	// SamePerson gives the id of another open case file of the person; nil: there is
	// none.
	SamePerson func() string
}

// What made-up forms say in words: visibly of no real person.
const exampleText = "Prova"

// noForm is the example of what asks for nothing besides.
func noForm(World) None { return None{} }

// pick picks one of a list.
func pick[T any](w World, list []T) T { return list[w.Rand.IntN(len(list))] }

// pickCode picks a code of one of the zone's lists; empty: the list is.
func pickCode[T any](w World, list []T, code func(T) string) string {
	if len(list) == 0 {
		return ""
	}
	return code(pick(w, list))
}

func codeOf(n care.Named) string { return n.Code }

// soon is a time from tomorrow on, within some weeks.
func (w World) soon() time.Time {
	return w.Now.Add(time.Duration(1+w.Rand.IntN(20)) * 24 * time.Hour).Truncate(time.Second)
}

// booking is an appointment with one of the zone's services.
func (w World) booking() care.Booking {
	return care.Booking{Service: care.Code(pickCode(w, w.Policy.Services, func(s care.Service) string { return s.Code })), At: w.soon()}
}

// need is one of the zone's areas of need.
func (w World) need() string {
	return pickCode(w, w.Policy.Needs, func(n care.NeedArea) string { return n.Code })
}

// needs are some of them.
func (w World) needs() (codes []string) {
	for _, i := range w.Rand.Perm(len(w.Policy.Needs))[:min(len(w.Policy.Needs), 2+w.Rand.IntN(3))] {
		codes = append(codes, w.Policy.Needs[i].Code)
	}
	return codes
}

// partner is an agency that a person can be sent to, but for the employment centre.
func (w World) partner() string {
	partners := slices.DeleteFunc(slices.Clone(w.Policy.Agencies), func(a care.Agency) bool { return !a.Reachable() || a.Kind == care.KindCPI })
	return pickCode(w, partners, func(a care.Agency) string { return a.Code })
}

// closureOutcome is an outcome of closure that people choose.
func (w World) closureOutcome() string {
	return pickCode(w, slices.DeleteFunc(slices.Clone(w.Policy.Outcomes), func(o care.Named) bool { return !care.ChosenOutcome(o.Code) }), codeOf)
}

// completion is the form of a task with any of its outcomes.
func (w World) completion() care.Completion {
	form, ok := FormOf(w.Task)
	if !ok || len(form.Outcomes) == 0 {
		return care.Completion{}
	}
	return w.Completion(pick(w, form.Outcomes))
}

// Completion is the form of a task with one of its outcomes: with what the outcome
// requires, and by chance with what else it takes.
func (w World) Completion(outcome TaskOutcome) care.Completion {
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
func (w World) fill(c *care.Completion, field TaskField, outcome TaskOutcome) {
	soon := w.soon()
	switch field {
	case FieldNeeds:
		c.Needs = w.needs()
	case FieldAreas:
		for _, need := range w.needs() {
			c.Areas = append(c.Areas, care.AreaFinding{Area: need, Need: pick(w, care.NeedLevels), Note: exampleText})
		}
	case FieldBookings:
		for range 1 + w.Rand.IntN(2) {
			if b := w.booking(); !slices.ContainsFunc(c.Bookings, func(o care.Booking) bool { return o.Service == b.Service }) {
				c.Bookings = append(c.Bookings, b)
			}
		}
	case FieldAt:
		c.At = &soon
		if outcome.Code == care.ReceiptShown { // which has a day that has been
			today := w.Now
			c.At = &today
		}
	case FieldUntil:
		c.Until = &soon
	case FieldReason:
		c.Reason = pick(w, outcome.Reasons)
	case FieldMatter:
		c.Matter = pickCode(w, w.Policy.Matters, codeOf)
	case FieldMeasure:
		c.Measure = pickCode(w, w.Policy.Measures, codeOf)
	case FieldEnterprise:
		c.Enterprise = exampleText
	case FieldClosureOutcome:
		c.ClosureOutcome = w.closureOutcome()
	case FieldPlan:
		c.Plan = w.plan()
	case FieldGoals: // which are known where the task is
	case FieldStage:
		c.Stage = pick(w, []care.Stage{care.StageFirstLevel, care.StageFollowUp})
	case FieldPermit:
		c.Permit = pick(w, slices.DeleteFunc(slices.Clone(care.Permits), func(p string) bool { return p == "" || p == care.PermitRequested }))
	case FieldPermitExpiry:
		expiry := w.Now.AddDate(0, 1+w.Rand.IntN(12), 0)
		c.PermitExpiry = &expiry
	case FieldConsent:
		c.Consent = true
	case FieldNote:
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
