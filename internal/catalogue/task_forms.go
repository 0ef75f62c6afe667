package catalogue

import (
	"slices"

	"percorso/internal/care"
)

// TaskField is a field of a completion that an outcome asks for.
type TaskField string

// The fields of Completion; their JSON names are the same.
const (
	FieldNeeds          TaskField = "needs"
	FieldAreas          TaskField = "areas"
	FieldBookings       TaskField = "bookings"
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
	FieldNote           TaskField = "note"
)

// TaskFields lists the fields, in the order in which a form shows them.
var TaskFields = []TaskField{
	FieldNeeds, FieldAreas, FieldBookings, FieldMatter, FieldMeasure, FieldEnterprise, FieldAt, FieldUntil,
	FieldPermit, FieldPermitExpiry, FieldStage, FieldGoals, FieldPlan, FieldConsent,
	FieldReason, FieldClosureOutcome, FieldNote,
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
	return f == FieldNote || slices.Contains(o.Requires, f) || slices.Contains(o.Takes, f)
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

// TaskForms says how each kind of task may end. A new kind is a row here, a
// line in its process, and its Italian words.
var TaskForms = []TaskForm{
	{care.FirstListening, []TaskOutcome{{Code: care.Heard, Requires: []TaskField{FieldNeeds}}}},
	{care.SocialConsult, []TaskOutcome{{Code: care.Consulted, Requires: []TaskField{FieldNote}}, {Code: care.NotNeeded, Requires: []TaskField{FieldNote}}}},
	{care.Orientation, []TaskOutcome{
		{Code: care.Booked, Requires: []TaskField{FieldBookings}},
		{Code: care.Informed},
	}},
	{care.ConfirmAppointment, []TaskOutcome{
		{Code: care.Confirmed},
		{Code: care.Moved, Requires: []TaskField{FieldAt}},
		{Code: care.Cancelled, Requires: []TaskField{FieldReason}, Reasons: []string{"person_cancelled", "service_unavailable", "person_not_reachable"}},
	}},
	{care.Interview, []TaskOutcome{
		{Code: care.Held},
		{Code: care.NoShow, Requires: []TaskField{FieldReason}, Takes: []TaskField{FieldAt}, Reasons: []string{"good_reason", "no_reason_given"}},
	}},
	{care.Assessment, []TaskOutcome{
		{Code: care.Resolved, Requires: []TaskField{FieldAreas}},
		{Code: care.PracticeOpen, Requires: []TaskField{FieldAreas, FieldMatter}},
		{Code: care.ToCPI, Requires: []TaskField{FieldAreas}},
		{Code: care.ToSocial, Requires: []TaskField{FieldAreas}},
		{Code: care.ToEquipeBetween, Requires: []TaskField{FieldAreas}},
		{Code: care.ToEquipeWithin, Requires: []TaskField{FieldAreas}},
		{Code: care.Onward, Requires: []TaskField{FieldAreas}},
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
		{Code: care.Booked, Requires: []TaskField{FieldBookings}},
		{Code: care.NotNeeded, Requires: []TaskField{FieldNote}},
	}},
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
		{Code: care.NoPlan, Requires: []TaskField{FieldReason, FieldNote}, Reasons: []string{"needs_resolved", "person_unavailable", "other_path"}},
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
		{Code: care.Agreed, Takes: []TaskField{FieldConsent}},
		{Code: care.ChangesAsked, Requires: []TaskField{FieldNote}},
		{Code: care.Declined, Requires: []TaskField{FieldReason}, Reasons: []string{"no_interest", "not_the_need", "moving_away", "no_reason_given"}},
	}},
	{care.SupplyInformation, []TaskOutcome{{Code: care.Supplied, Requires: []TaskField{FieldNote}}}},
	{care.NextStepAfterRejection, []TaskOutcome{
		{Code: care.Resubmit, Requires: []TaskField{FieldNote}},
		{Code: care.ToEquipe, Requires: []TaskField{FieldNote}},
		{Code: care.GiveUp, Requires: []TaskField{FieldNote}},
	}},
	{care.ReferralOutcome, []TaskOutcome{
		{Code: care.Completed},
		{Code: care.Failed, Requires: []TaskField{FieldReason}, Reasons: []string{"person_absent", "person_declined", "service_unavailable"}},
	}},
	{care.PlacementAppointment, []TaskOutcome{{Code: care.Fixed, Requires: []TaskField{FieldAt}}}},
	{care.ServicePact, []TaskOutcome{
		{Code: care.Signed},
		{Code: care.NoShow, Requires: []TaskField{FieldReason}, Takes: []TaskField{FieldAt}, Reasons: []string{"good_reason", "no_reason_given"}},
		{Code: care.Declined, Requires: []TaskField{FieldNote}},
	}},
	{care.Measure, []TaskOutcome{{Code: care.Started, Requires: []TaskField{FieldMeasure, FieldUntil}, Takes: []TaskField{FieldEnterprise}}}},
	{care.PlacementOutcome, []TaskOutcome{
		{Code: care.Placed, Takes: []TaskField{FieldEnterprise}},
		{Code: care.InTraining},
		{Code: care.AnotherTry, Requires: []TaskField{FieldNote}},
		{Code: care.Unsuccessful, Requires: []TaskField{FieldNote}},
	}},
	{care.Review, []TaskOutcome{
		{Code: care.Met},
		{Code: care.NotMet, Requires: []TaskField{FieldReason}, Reasons: []string{"good_reason", "no_reason_given", "person_not_reachable"}},
		{Code: care.Revise, Requires: []TaskField{FieldNote}},
		{Code: care.ProposeClose, Requires: []TaskField{FieldClosureOutcome}},
	}},
	{care.GoalEvaluation, []TaskOutcome{{Code: care.Evaluated, Takes: []TaskField{FieldGoals}}}},
	{care.Evaluation, []TaskOutcome{
		{Code: care.ProposeClose, Requires: []TaskField{FieldClosureOutcome}, Takes: []TaskField{FieldGoals}},
		{Code: care.Revise, Requires: []TaskField{FieldNote}, Takes: []TaskField{FieldGoals}},
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

// FormOf finds the form of a kind of task. The answer to a referral has none:
// it is given by the referral's own operations.
func FormOf(kind care.TaskKind) (TaskForm, bool) {
	i := slices.IndexFunc(TaskForms, func(f TaskForm) bool { return f.Kind == kind })
	if i < 0 {
		return TaskForm{}, false
	}
	return TaskForms[i], true
}
