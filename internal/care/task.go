package care

import "slices"

// TaskState is the state of a human task, after WS-HumanTask 1.1.
type TaskState string

// A task is ready until somebody claims it, reserved while they hold it, and
// ends as completed, skipped (where its kind allows it) or obsolete (its branch ended).
const (
	TaskReady     TaskState = "ready"
	TaskReserved  TaskState = "reserved"
	TaskCompleted TaskState = "completed"
	TaskSkipped   TaskState = "skipped"
	TaskObsolete  TaskState = "obsolete"
)

// Open says whether somebody still has to act.
func (s TaskState) Open() bool { return s == TaskReady || s == TaskReserved }

// TaskKind names a kind of human task; its row in TaskForms says how it may end.
type TaskKind string

// The human tasks of the processes, in the order of the path.
const (
	FirstListening         TaskKind = "first_listening"
	SocialConsult          TaskKind = "social_consult"
	Orientation            TaskKind = "orientation"
	ConfirmAppointment     TaskKind = "confirm_appointment"
	Interview              TaskKind = "interview"
	Assessment             TaskKind = "assessment"
	FollowPractice         TaskKind = "follow_practice"
	SocialService          TaskKind = "social_service"
	NextService            TaskKind = "next_service"
	EquipeInvitation       TaskKind = "equipe_invitation"
	EquipeOpinion          TaskKind = "equipe_opinion"
	PlanDraft              TaskKind = "plan_draft"
	PlanSignOff            TaskKind = "plan_sign_off"
	QuorumDecision         TaskKind = "quorum_decision"
	PlanAgreement          TaskKind = "plan_agreement"
	ReferralAnswer         TaskKind = "referral_answer"
	SupplyInformation      TaskKind = "supply_information"
	NextStepAfterRejection TaskKind = "next_step_after_rejection"
	ReferralOutcome        TaskKind = "referral_outcome"
	PlacementAppointment   TaskKind = "placement_appointment"
	ServicePact            TaskKind = "service_pact"
	Measure                TaskKind = "measure"
	PlacementOutcome       TaskKind = "placement_outcome"
	Review                 TaskKind = "review"
	GoalEvaluation         TaskKind = "goal_evaluation"
	Evaluation             TaskKind = "evaluation"
	Closure                TaskKind = "closure"
	ClosureApproval        TaskKind = "closure_approval"
	PermitRenewal          TaskKind = "permit_renewal"
	TransferAnswer         TaskKind = "transfer_answer"
)

// Field is a field of a completion that an outcome asks for.
type Field string

// The fields of Completion; their JSON names are the same.
const (
	FieldNeeds          Field = "needs"
	FieldAreas          Field = "areas"
	FieldBookings       Field = "bookings"
	FieldAt             Field = "at"
	FieldReason         Field = "reason"
	FieldMatter         Field = "matter"
	FieldMeasure        Field = "measure"
	FieldEnterprise     Field = "enterprise"
	FieldUntil          Field = "until"
	FieldClosureOutcome Field = "closure_outcome"
	FieldPlan           Field = "plan"
	FieldGoals          Field = "goals"
	FieldStage          Field = "stage"
	FieldPermit         Field = "permit"
	FieldPermitExpiry   Field = "permit_expiry"
	FieldConsent        Field = "consent"
	FieldNote           Field = "note"
)

// Fields lists the fields, in the order in which a form shows them.
var Fields = []Field{
	FieldNeeds, FieldAreas, FieldBookings, FieldMatter, FieldMeasure, FieldEnterprise, FieldAt, FieldUntil,
	FieldPermit, FieldPermitExpiry, FieldStage, FieldGoals, FieldPlan, FieldConsent,
	FieldReason, FieldClosureOutcome, FieldNote,
}

// NeedLevels are how serious a need may be found.
var NeedLevels = []string{"none", "some", "serious"}

// TaskOutcome is one way in which a task may be completed.
type TaskOutcome struct {
	Code     string   `json:"code"`
	Requires []Field  `json:"requires,omitempty"` // refused without
	Takes    []Field  `json:"takes,omitempty"`    // accepted besides; a note is always welcome
	Reasons  []string `json:"reasons,omitempty"`  // the codes that FieldReason may hold
}

// Accepts says whether the outcome's form has the field.
func (o TaskOutcome) Accepts(f Field) bool {
	return f == FieldNote || slices.Contains(o.Requires, f) || slices.Contains(o.Takes, f)
}

// TaskForm is the form of a kind of task: the outcomes that its holder chooses from.
type TaskForm struct {
	Kind     TaskKind      `json:"kind"`
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

// Outcomes of tasks that the processes read.
const (
	Heard         = "heard"
	Booked        = "booked"
	Informed      = "informed"
	Confirmed     = "confirmed"
	Moved         = "moved"
	Cancelled     = "cancelled"
	Held          = "held"
	NoShow        = "no_show"
	Resolved      = "resolved"
	PracticeOpen  = "practice"
	ToCPI         = "cpi"
	ToSocial      = "social_service"
	Granted       = "granted"
	Refused       = "refused"
	Abandoned     = "abandoned"
	Supplied      = "supplied"
	Resubmit      = "resubmit"
	GiveUp        = "give_up"
	Fixed         = "fixed"
	Signed        = "signed"
	Declined      = "declined"
	Started       = "started"
	Placed        = "placed"
	InTraining    = "training"
	AnotherTry    = "another_measure"
	Unsuccessful  = "unsuccessful"
	Met           = "met"
	NotMet        = "not_met"
	Continue      = "continue"
	ProposeClose  = "propose_closure"
	Closed        = "closed"
	NotReached    = "not_reached"
	EndedEarly    = "ended_early"
	ReferralEnded = "referral_ended"
	GoodReason    = "good_reason"

	Consulted       = "consulted"
	Onward          = "onward" // to the next service of the zone's order
	NotNeeded       = "not_needed"
	ToEquipeBetween = "equipe_between_agencies"
	ToEquipeWithin  = "equipe_within_agency"
	ToEquipe        = "equipe" // back to the équipe that made the plan
	Unavailable     = "unavailable"
	Favourable      = "favourable"
	WithConditions  = "favourable_with_conditions"
	Dissenting      = "dissenting"
	Proposed        = "proposed"
	NoPlan          = "no_plan"
	Proceed         = "proceed"
	Redraft         = "redraft"
	Reconvene       = "reconvene"
	EndWork         = "end"
	Agreed          = "agreed"
	ChangesAsked    = "changes_asked"
	PlanActivated   = "plan_active"
	PlanRefused     = "plan_declined"
	Completed       = "completed"
	Failed          = "failed"
	AnotherPartner  = "another_partner"
	Rejected        = "rejected"
	Accepted        = "accepted"
	Revise          = "revise"
	Evaluated       = "evaluated"
	Approved        = "approved"
	NotApproved     = "not_approved"
	ReceiptShown    = "receipt"
	Renewed         = "renewed"
	NotRenewed      = "not_renewed"
	ConsentOver     = "consent_withdrawn"
	AlreadyOpen     = "already_open" // a branch whose like was open: that one goes on
)

// TaskForms says how each kind of task may end. A new kind is a row here, a
// line in its process, and its Italian words.
var TaskForms = []TaskForm{
	{FirstListening, []TaskOutcome{{Code: Heard, Requires: []Field{FieldNeeds}}}},
	{SocialConsult, []TaskOutcome{{Code: Consulted, Requires: []Field{FieldNote}}, {Code: NotNeeded, Requires: []Field{FieldNote}}}},
	{Orientation, []TaskOutcome{
		{Code: Booked, Requires: []Field{FieldBookings}},
		{Code: Informed},
	}},
	{ConfirmAppointment, []TaskOutcome{
		{Code: Confirmed},
		{Code: Moved, Requires: []Field{FieldAt}},
		{Code: Cancelled, Requires: []Field{FieldReason}, Reasons: []string{"person_cancelled", "service_unavailable", "person_not_reachable"}},
	}},
	{Interview, []TaskOutcome{
		{Code: Held},
		{Code: NoShow, Requires: []Field{FieldReason}, Takes: []Field{FieldAt}, Reasons: []string{"good_reason", "no_reason_given"}},
	}},
	{Assessment, []TaskOutcome{
		{Code: Resolved, Requires: []Field{FieldAreas}},
		{Code: PracticeOpen, Requires: []Field{FieldAreas, FieldMatter}},
		{Code: ToCPI, Requires: []Field{FieldAreas}},
		{Code: ToSocial, Requires: []Field{FieldAreas}},
		{Code: ToEquipeBetween, Requires: []Field{FieldAreas}},
		{Code: ToEquipeWithin, Requires: []Field{FieldAreas}},
		{Code: Onward, Requires: []Field{FieldAreas}},
	}},
	{FollowPractice, []TaskOutcome{
		{Code: Granted},
		{Code: Refused, Requires: []Field{FieldNote}},
		{Code: Abandoned, Requires: []Field{FieldNote}},
	}},
	{SocialService, []TaskOutcome{
		{Code: Resolved},
		{Code: Abandoned, Requires: []Field{FieldNote}},
	}},
	{NextService, []TaskOutcome{
		{Code: Booked, Requires: []Field{FieldBookings}},
		{Code: NotNeeded, Requires: []Field{FieldNote}},
	}},
	{EquipeInvitation, []TaskOutcome{
		{Code: Confirmed},
		{Code: Unavailable, Requires: []Field{FieldReason}, Reasons: []string{"absent", "not_competent", "conflict_of_interest"}},
	}},
	{EquipeOpinion, []TaskOutcome{
		{Code: Favourable, Requires: []Field{FieldNote}},
		{Code: WithConditions, Requires: []Field{FieldNote}},
		{Code: Dissenting, Requires: []Field{FieldNote}},
	}},
	{PlanDraft, []TaskOutcome{
		{Code: Proposed, Requires: []Field{FieldPlan}},
		{Code: NoPlan, Requires: []Field{FieldReason, FieldNote}, Reasons: []string{"needs_resolved", "person_unavailable", "other_path"}},
	}},
	{PlanSignOff, []TaskOutcome{
		{Code: Signed},
		{Code: Dissenting, Requires: []Field{FieldNote}},
	}},
	{QuorumDecision, []TaskOutcome{
		{Code: Proceed, Requires: []Field{FieldNote}},
		{Code: Redraft, Requires: []Field{FieldNote}},
		{Code: Reconvene, Requires: []Field{FieldNote}},
		{Code: EndWork, Requires: []Field{FieldNote}},
	}},
	{PlanAgreement, []TaskOutcome{
		{Code: Agreed, Takes: []Field{FieldConsent}},
		{Code: ChangesAsked, Requires: []Field{FieldNote}},
		{Code: Declined, Requires: []Field{FieldReason}, Reasons: []string{"no_interest", "not_the_need", "moving_away", "no_reason_given"}},
	}},
	{SupplyInformation, []TaskOutcome{{Code: Supplied, Requires: []Field{FieldNote}}}},
	{NextStepAfterRejection, []TaskOutcome{
		{Code: Resubmit, Requires: []Field{FieldNote}},
		{Code: ToEquipe, Requires: []Field{FieldNote}},
		{Code: GiveUp, Requires: []Field{FieldNote}},
	}},
	{ReferralOutcome, []TaskOutcome{
		{Code: Completed},
		{Code: Failed, Requires: []Field{FieldReason}, Reasons: []string{"person_absent", "person_declined", "service_unavailable"}},
	}},
	{PlacementAppointment, []TaskOutcome{{Code: Fixed, Requires: []Field{FieldAt}}}},
	{ServicePact, []TaskOutcome{
		{Code: Signed},
		{Code: NoShow, Requires: []Field{FieldReason}, Takes: []Field{FieldAt}, Reasons: []string{"good_reason", "no_reason_given"}},
		{Code: Declined, Requires: []Field{FieldNote}},
	}},
	{Measure, []TaskOutcome{{Code: Started, Requires: []Field{FieldMeasure, FieldUntil}, Takes: []Field{FieldEnterprise}}}},
	{PlacementOutcome, []TaskOutcome{
		{Code: Placed, Takes: []Field{FieldEnterprise}},
		{Code: InTraining},
		{Code: AnotherTry, Requires: []Field{FieldNote}},
		{Code: Unsuccessful, Requires: []Field{FieldNote}},
	}},
	{Review, []TaskOutcome{
		{Code: Met},
		{Code: NotMet, Requires: []Field{FieldReason}, Reasons: []string{"good_reason", "no_reason_given", "person_not_reachable"}},
		{Code: Revise, Requires: []Field{FieldNote}},
		{Code: ProposeClose, Requires: []Field{FieldClosureOutcome}},
	}},
	{GoalEvaluation, []TaskOutcome{{Code: Evaluated, Takes: []Field{FieldGoals}}}},
	{Evaluation, []TaskOutcome{
		{Code: ProposeClose, Requires: []Field{FieldClosureOutcome}, Takes: []Field{FieldGoals}},
		{Code: Revise, Requires: []Field{FieldNote}, Takes: []Field{FieldGoals}},
		{Code: Continue, Requires: []Field{FieldNote}, Takes: []Field{FieldGoals}},
	}},
	{Closure, []TaskOutcome{
		{Code: Closed, Requires: []Field{FieldClosureOutcome}},
		{Code: Continue, Requires: []Field{FieldNote}},
	}},
	{ClosureApproval, []TaskOutcome{
		{Code: Approved},
		{Code: NotApproved, Requires: []Field{FieldNote}},
	}},
	{PermitRenewal, []TaskOutcome{
		{Code: ReceiptShown, Requires: []Field{FieldAt}},
		{Code: Renewed, Requires: []Field{FieldPermit, FieldPermitExpiry}},
		{Code: NotRenewed, Requires: []Field{FieldNote}},
	}},
	{TransferAnswer, []TaskOutcome{
		{Code: Accepted, Requires: []Field{FieldStage}},
		{Code: Rejected, Requires: []Field{FieldReason}, Reasons: []string{"not_resident", "no_capacity", "incomplete"}},
	}},
}

// FormOf finds the form of a kind of task. The answer to a referral has none:
// it is given by the referral's own operations.
func FormOf(kind TaskKind) (TaskForm, bool) {
	i := slices.IndexFunc(TaskForms, func(f TaskForm) bool { return f.Kind == kind })
	if i < 0 {
		return TaskForm{}, false
	}
	return TaskForms[i], true
}
