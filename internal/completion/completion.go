// Package completion says how each kind of task may end: its outcomes, and the fields
// that each of them asks for.
package completion

import (
	"slices"

	"percorso/internal/agenda"
	"percorso/internal/arrival"
	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/needs"
	"percorso/internal/plan"
	"percorso/internal/speech"
	"percorso/internal/written"
)

// TaskField is a field of a completion that an outcome asks for.
type TaskField string

// The fields of Completion; their JSON names are the same.
const (
	FieldNeeds          TaskField = "needs"
	FieldAreas          TaskField = "areas"
	FieldBookings       TaskField = "bookings"
	FieldBeyond         TaskField = "beyond"
	FieldAt             TaskField = "at"
	FieldReason         TaskField = "reason"
	FieldMatter         TaskField = "matter"
	FieldMeasure        TaskField = "measure"
	FieldEnterprise     TaskField = "enterprise"
	FieldUntil          TaskField = "until"
	FieldClosureOutcome TaskField = "closure_outcome"
	FieldPlan           TaskField = "plan"
	FieldGoals          TaskField = "goals"
	FieldStage          TaskField = "stage"
	FieldPermit         TaskField = "permit"
	FieldPermitExpiry   TaskField = "permit_expiry"
	FieldConsent        TaskField = "consent"
	FieldConsents       TaskField = "consents"
	FieldLeftOut        TaskField = "left_out"
	FieldInterpreted    TaskField = "interpreted"
	FieldLate           TaskField = "late"
	FieldNote           TaskField = "note"
	FieldCircle         TaskField = "circle"
)

// Fields lists the fields, in the order in which a form shows them.
var Fields = []TaskField{
	FieldNeeds, FieldAreas, FieldBookings, FieldBeyond, FieldMatter, FieldMeasure, FieldEnterprise, FieldAt, FieldUntil,
	FieldPermit, FieldPermitExpiry, FieldStage, FieldGoals, FieldPlan, FieldConsent, FieldConsents, FieldLeftOut,
	FieldReason, FieldClosureOutcome, FieldInterpreted, FieldLate, FieldNote, FieldCircle,
}

// TaskOutcome is one way in which a task may be completed.
type TaskOutcome struct {
	Code     string      `json:"code"`
	Requires []TaskField `json:"requires,omitempty"` // refused without
	Takes    []TaskField `json:"takes,omitempty"`    // accepted besides; a note is always welcome
	Reasons  []string    `json:"reasons,omitempty"`  // the codes that FieldReason may hold
}

// Accepts says whether the outcome's form has the field.
func (o TaskOutcome) Accepts(f TaskField) bool {
	return f == FieldNote || f == FieldCircle || slices.Contains(o.Requires, f) || slices.Contains(o.Takes, f)
}

// TaskForm is the form of a kind of task: the outcomes that its holder chooses from.
type TaskForm struct {
	Kind     care.TaskKind `json:"kind"`
	Outcomes []TaskOutcome `json:"outcomes"`
}

// Outcome finds an outcome of the form.
func (f TaskForm) Outcome(code string) (TaskOutcome, bool) {
	i := slices.IndexFunc(f.Outcomes, func(o TaskOutcome) bool { return o.Code == code })
	if i < 0 {
		return TaskOutcome{}, false
	}
	return f.Outcomes[i], true
}

// Forms says how each kind of task may end. A new kind is a row here, a
// line in its process, and its Italian words.
var Forms = []TaskForm{
	{care.FirstListening, []TaskOutcome{{Code: care.Heard, Requires: []TaskField{FieldNeeds}, Takes: []TaskField{FieldInterpreted}}}},
	{care.SocialConsult, []TaskOutcome{{Code: care.Consulted, Requires: []TaskField{FieldNote}}, {Code: care.NotNeeded, Requires: []TaskField{FieldNote}}}},
	{care.Orientation, []TaskOutcome{
		{Code: care.Booked, Requires: []TaskField{FieldBookings}, Takes: []TaskField{FieldBeyond}},
		{Code: care.Informed},
	}},
	{care.ConfirmAppointment, []TaskOutcome{
		{Code: care.Confirmed},
		{Code: care.Moved, Requires: []TaskField{FieldAt}},
		{Code: care.Cancelled, Requires: []TaskField{FieldReason}, Reasons: []string{care.PersonCancelled, care.ServiceUnavailable, care.NotReachable}},
		{Code: care.Held, Takes: []TaskField{FieldLate}},
		{Code: care.NoShow, Requires: []TaskField{FieldReason}, Takes: []TaskField{FieldAt}, Reasons: agenda.MissedFor},
	}},
	{care.Interview, []TaskOutcome{
		{Code: care.Held, Takes: []TaskField{FieldInterpreted, FieldLate}},
		{Code: care.NoShow, Requires: []TaskField{FieldReason}, Takes: []TaskField{FieldAt}, Reasons: agenda.MissedFor},
	}},
	{care.Assessment, []TaskOutcome{
		{Code: care.Resolved, Requires: []TaskField{FieldAreas}, Takes: []TaskField{FieldInterpreted}},
		{Code: care.PracticeOpen, Requires: []TaskField{FieldAreas, FieldMatter}, Takes: []TaskField{FieldInterpreted}},
		{Code: care.ToCPI, Requires: []TaskField{FieldAreas}, Takes: []TaskField{FieldAt, FieldInterpreted}},
		{Code: care.ToSocial, Requires: []TaskField{FieldAreas}, Takes: []TaskField{FieldInterpreted}},
		{Code: care.ToEquipeBetween, Requires: []TaskField{FieldAreas}, Takes: []TaskField{FieldConsent, FieldConsents, FieldLeftOut, FieldInterpreted}},
		{Code: care.ToEquipeWithin, Requires: []TaskField{FieldAreas}, Takes: []TaskField{FieldConsent, FieldConsents, FieldLeftOut, FieldInterpreted}},
		{Code: care.Onward, Requires: []TaskField{FieldAreas}, Takes: []TaskField{FieldInterpreted}},
	}},
	{care.FollowPractice, []TaskOutcome{
		{Code: care.Granted},
		{Code: care.Refused, Requires: []TaskField{FieldNote}},
		{Code: care.Abandoned, Requires: []TaskField{FieldNote}},
	}},
	{care.SocialService, []TaskOutcome{
		{Code: care.Resolved},
		{Code: care.Abandoned, Requires: []TaskField{FieldNote}},
	}},
	{care.NextService, []TaskOutcome{
		{Code: care.Booked, Requires: []TaskField{FieldBookings}, Takes: []TaskField{FieldBeyond}},
		{Code: care.NotNeeded, Requires: []TaskField{FieldNote}},
	}},
	{care.BookAgain, []TaskOutcome{
		{Code: care.Booked, Requires: []TaskField{FieldBookings}, Takes: []TaskField{FieldBeyond}},
		{Code: care.NotNeeded, Requires: []TaskField{FieldNote}},
	}},
	{care.FindPerson, []TaskOutcome{
		{Code: care.Booked, Requires: []TaskField{FieldBookings}, Takes: []TaskField{FieldBeyond}},
		{Code: care.SeenTo, Requires: []TaskField{FieldNote}},
		{Code: care.NotReached, Requires: []TaskField{FieldNote}},
	}},
	{care.DecideNext, []TaskOutcome{{Code: care.SeenTo, Requires: []TaskField{FieldNote}}, {Code: care.NotNeeded, Requires: []TaskField{FieldNote}}}},
	{care.TellPerson, []TaskOutcome{{Code: care.Informed}}},
	{care.EquipeInvitation, []TaskOutcome{
		{Code: care.Confirmed},
		{Code: care.Unavailable, Requires: []TaskField{FieldReason}, Reasons: []string{"absent", "not_competent", "conflict_of_interest"}},
	}},
	{care.EquipeOpinion, []TaskOutcome{
		{Code: care.Favourable, Requires: []TaskField{FieldNote}},
		{Code: care.WithConditions, Requires: []TaskField{FieldNote}},
		{Code: care.Dissenting, Requires: []TaskField{FieldNote}},
	}},
	{care.PlanDraft, []TaskOutcome{
		{Code: care.Proposed, Requires: []TaskField{FieldPlan}},
		{Code: care.NoPlan, Requires: []TaskField{FieldReason, FieldNote}, Reasons: []string{care.NeedsResolved, "person_unavailable", "other_path"}},
	}},
	{care.PlanSignOff, []TaskOutcome{
		{Code: care.Signed},
		{Code: care.Dissenting, Requires: []TaskField{FieldNote}},
	}},
	{care.QuorumDecision, []TaskOutcome{
		{Code: care.Proceed, Requires: []TaskField{FieldNote}},
		{Code: care.Redraft, Requires: []TaskField{FieldNote}},
		{Code: care.Reconvene, Requires: []TaskField{FieldNote}},
		{Code: care.EndWork, Requires: []TaskField{FieldNote}},
	}},
	{care.PlanAgreement, []TaskOutcome{
		{Code: care.Agreed, Takes: []TaskField{FieldAt, FieldConsent, FieldConsents, FieldLeftOut}},
		{Code: care.ChangesAsked, Requires: []TaskField{FieldNote}},
		{Code: care.Declined, Requires: []TaskField{FieldReason}, Reasons: []string{"no_interest", "not_the_need", "moving_away", "no_reason_given"}},
	}},
	{care.SupplyInformation, []TaskOutcome{{Code: care.Supplied, Requires: []TaskField{FieldNote}}}},
	{care.NextStepAfterRejection, []TaskOutcome{
		{Code: care.Resubmit, Requires: []TaskField{FieldNote}},
		{Code: care.Moved, Requires: []TaskField{FieldAt, FieldNote}},
		{Code: care.ToEquipe, Requires: []TaskField{FieldNote}, Takes: []TaskField{FieldConsents, FieldLeftOut}},
		{Code: care.GiveUp, Requires: []TaskField{FieldNote}},
	}},
	{care.ReferralOutcome, []TaskOutcome{
		{Code: care.Completed},
		{Code: care.Failed, Requires: []TaskField{FieldReason}, Reasons: []string{care.PersonAbsent, "person_declined", care.ServiceUnavailable}},
	}},
	{care.PlacementAppointment, []TaskOutcome{{Code: care.Fixed, Requires: []TaskField{FieldAt}}}},
	{care.ServicePact, []TaskOutcome{
		{Code: care.Signed},
		{Code: care.NoShow, Requires: []TaskField{FieldReason}, Takes: []TaskField{FieldAt}, Reasons: agenda.MissedFor},
		{Code: care.Declined, Requires: []TaskField{FieldNote}},
	}},
	{care.Measure, []TaskOutcome{{Code: care.Started, Requires: []TaskField{FieldMeasure, FieldUntil}, Takes: []TaskField{FieldEnterprise}}}},
	{care.CheckMeasure, []TaskOutcome{{Code: care.SeenTo, Requires: []TaskField{FieldNote}}}},
	{care.PlacementOutcome, []TaskOutcome{
		{Code: care.Placed, Takes: []TaskField{FieldEnterprise}},
		{Code: care.InTraining},
		{Code: care.AnotherTry, Requires: []TaskField{FieldNote}},
		{Code: care.Unsuccessful, Requires: []TaskField{FieldNote}},
	}},
	{care.Review, []TaskOutcome{
		{Code: care.Met, Takes: []TaskField{FieldInterpreted}},
		{Code: care.NotMet, Requires: []TaskField{FieldReason}, Reasons: append(slices.Clone(agenda.MissedFor), care.NotReachable)},
		{Code: care.Revise, Requires: []TaskField{FieldNote}, Takes: []TaskField{FieldConsents, FieldLeftOut}},
		{Code: care.ProposeClose, Requires: []TaskField{FieldClosureOutcome}},
	}},
	{care.GoalEvaluation, []TaskOutcome{{Code: care.Evaluated, Takes: []TaskField{FieldGoals}}}},
	{care.Evaluation, []TaskOutcome{
		{Code: care.ProposeClose, Requires: []TaskField{FieldClosureOutcome}, Takes: []TaskField{FieldGoals}},
		{Code: care.Revise, Requires: []TaskField{FieldNote}, Takes: []TaskField{FieldGoals, FieldConsents, FieldLeftOut}},
		{Code: care.Continue, Requires: []TaskField{FieldNote}, Takes: []TaskField{FieldGoals}},
	}},
	{care.Closure, []TaskOutcome{
		{Code: care.Closed, Requires: []TaskField{FieldClosureOutcome}},
		{Code: care.Continue, Requires: []TaskField{FieldNote}},
	}},
	{care.ClosureApproval, []TaskOutcome{
		{Code: care.Approved},
		{Code: care.NotApproved, Requires: []TaskField{FieldNote}},
	}},
	{care.TakeUpAgain, []TaskOutcome{{Code: care.Booked, Requires: []TaskField{FieldBookings}, Takes: []TaskField{FieldBeyond}},
		{Code: care.BackToDesk, Requires: []TaskField{FieldNote}}, {Code: care.ToReviews, Requires: []TaskField{FieldNote}}}},
	{care.ClosureReturned, []TaskOutcome{{Code: care.SeenTo, Requires: []TaskField{FieldNote}}}},
	{care.Reconsider, []TaskOutcome{{Code: care.SeenTo, Requires: []TaskField{FieldNote}}}},
	{care.ComingOfAge, []TaskOutcome{{Code: care.SeenTo, Requires: []TaskField{FieldNote}}}},
	{care.PlanActionDue, []TaskOutcome{{Code: care.SeenTo, Requires: []TaskField{FieldNote}}}},
	{care.PermitRenewal, []TaskOutcome{
		{Code: care.ReceiptShown, Requires: []TaskField{FieldAt}},
		{Code: care.Renewed, Requires: []TaskField{FieldPermit, FieldPermitExpiry}},
		{Code: care.NotRenewed, Requires: []TaskField{FieldNote}},
	}},
	{care.TransferAnswer, []TaskOutcome{
		{Code: care.Accepted, Requires: []TaskField{FieldStage}},
		{Code: care.Rejected, Requires: []TaskField{FieldReason}, Reasons: []string{"not_resident", "no_capacity", "incomplete"}},
	}},
}

// Sends says whether an outcome may send the person to the employment centre, with a place of
// the block that it gives.
func Sends(kind care.TaskKind, outcome string) bool {
	return kind == care.Assessment && outcome == care.ToCPI || kind == care.PlanAgreement && outcome == care.Agreed
}

// FormOf finds the form of a kind of task. The answer to a referral has none:
// it is given by the referral's own operations.
func FormOf(kind care.TaskKind) (TaskForm, bool) {
	i := slices.IndexFunc(Forms, func(f TaskForm) bool { return f.Kind == kind })
	if i < 0 {
		return TaskForm{}, false
	}
	return Forms[i], true
}

// maxEnterprise is how long the name of an enterprise may be, in characters.
const maxEnterprise = 200

// Check says what is wrong with the form that completes a task, but with
// its dates.
func Check(p care.Policy, kind care.TaskKind, c care.Completion) []care.Fault {
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
		FieldMeasure: c.Measure != "", FieldEnterprise: care.Said(c.Enterprise), FieldClosureOutcome: c.ClosureOutcome != "",
		FieldNote: care.Said(c.Note), FieldPlan: c.Plan != nil, FieldGoals: len(c.Goals) > 0, FieldStage: c.Stage != "",
		FieldPermit: c.Permit != "", FieldPermitExpiry: c.PermitExpiry != nil, FieldConsent: c.Consent, FieldCircle: c.Circle != "",
		FieldConsents: len(c.Consents) > 0, FieldLeftOut: len(c.LeftOut) > 0, FieldInterpreted: c.Interpreted != "", FieldLate: c.Late != 0,
		FieldBeyond: c.Beyond != "",
	}
	for _, field := range Fields {
		f.Add(filled[field] || !slices.Contains(outcome.Requires, field), string(field), care.RuleRequired)
		f.Add(!filled[field] || outcome.Accepts(field), string(field), care.RuleNotAllowed)
	}
	f.Needs(p, "needs", c.Needs)
	needs.CheckAreas(&f, p, "areas", c.Areas)
	f.Bookings(p, c.Bookings)
	f = append(f, agenda.CheckBeyond(c.Beyond, c.Note)...)
	if c.Reason != "" && outcome.Accepts(FieldReason) {
		f.Add(slices.Contains(outcome.Reasons, c.Reason), "reason", care.RuleReason)
	}
	f.Code(p.Matters, "matter", c.Matter, care.RuleMatter)
	f.Code(p.Measures, "measure", c.Measure, care.RuleUnknownCode)
	f.Code(p.Outcomes, "closure_outcome", c.ClosureOutcome, care.RuleUnknownCode)
	f.Add(care.ChosenOutcome(c.ClosureOutcome), "closure_outcome", care.RuleUnknownCode)
	f.Text("enterprise", c.Enterprise, maxEnterprise)
	f.Note("note", c.Note)
	f = append(f, speech.CheckInterpreter("interpreted", c.Interpreted)...)
	f = append(f, arrival.CheckLate(c.Late)...)
	written.CheckChoice(&f, string(kind), c.Circle)
	if c.Plan != nil {
		plan.Check(&f, p, *c.Plan)
	}
	plan.CheckGoals(&f, c.Goals)
	f.Add(c.Stage == "" || slices.Contains(care.BeginStages, c.Stage) && c.Stage != care.StageSecondLevel, "stage", care.RuleUnknownCode)
	f.Add(c.Permit == "" || care.KnownPermit(c.Permit), "permit", care.RuleUnknownCode)
	crossing.Check(&f, p, "consents", c.Consents)
	crossing.Check(&f, p, "left_out", c.LeftOut)
	return f
}
