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

// The human tasks of the four processes, in the order of the path.
const (
	FirstListening         TaskKind = "first_listening"
	Orientation            TaskKind = "orientation"
	ConfirmAppointment     TaskKind = "confirm_appointment"
	Interview              TaskKind = "interview"
	Assessment             TaskKind = "assessment"
	FollowPractice         TaskKind = "follow_practice"
	SocialService          TaskKind = "social_service"
	ReferralAnswer         TaskKind = "referral_answer"
	SupplyInformation      TaskKind = "supply_information"
	NextStepAfterRejection TaskKind = "next_step_after_rejection"
	PlacementAppointment   TaskKind = "placement_appointment"
	ServicePact            TaskKind = "service_pact"
	Measure                TaskKind = "measure"
	PlacementOutcome       TaskKind = "placement_outcome"
	Review                 TaskKind = "review"
	Evaluation             TaskKind = "evaluation"
	Closure                TaskKind = "closure"
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
	FieldNote           Field = "note"
)

// Fields lists the fields, in the order in which a form shows them.
var Fields = []Field{
	FieldNeeds, FieldAreas, FieldBookings, FieldMatter, FieldMeasure, FieldEnterprise, FieldAt, FieldUntil,
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
)

// TaskForms says how each kind of task may end. A new kind is a row here, a
// line in its process, and its Italian words.
var TaskForms = []TaskForm{
	{FirstListening, []TaskOutcome{{Code: Heard, Requires: []Field{FieldNeeds}}}},
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
	{SupplyInformation, []TaskOutcome{{Code: Supplied, Requires: []Field{FieldNote}}}},
	{NextStepAfterRejection, []TaskOutcome{
		{Code: Resubmit, Requires: []Field{FieldNote}},
		{Code: GiveUp, Requires: []Field{FieldNote}},
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
		{Code: ProposeClose, Requires: []Field{FieldClosureOutcome}},
	}},
	{Evaluation, []TaskOutcome{
		{Code: ProposeClose, Requires: []Field{FieldClosureOutcome}},
		{Code: Continue, Requires: []Field{FieldNote}},
	}},
	{Closure, []TaskOutcome{
		{Code: Closed, Requires: []Field{FieldClosureOutcome}},
		{Code: Continue, Requires: []Field{FieldNote}},
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
