package care

// TaskState is the state of a human task, after WS-HumanTask 1.1.
type TaskState string

// A task is ready until somebody claims it, reserved while they hold it, and ends as completed, skipped (where its kind allows it) or obsolete (its branch ended).
const (
	TaskReady     TaskState = "ready"
	TaskReserved  TaskState = "reserved"
	TaskCompleted TaskState = "completed"
	TaskSkipped   TaskState = "skipped"
	TaskObsolete  TaskState = "obsolete"
)

// Open says whether somebody still has to act.
func (s TaskState) Open() bool { return s == TaskReady || s == TaskReserved }

// TaskKind names a kind of human task; its row in completion.Forms says how it may end.
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
	BookAgain              TaskKind = "book_again"  // an appointment that was cancelled
	FindPerson             TaskKind = "find_person" // who was not reached
	DecideNext             TaskKind = "decide_next" // what comes after something that came to nothing, or makes more possible
	TellPerson             TaskKind = "tell_person" // that her appointment has another time
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
	CheckMeasure           TaskKind = "check_measure" // that is under way
	PlacementOutcome       TaskKind = "placement_outcome"
	Review                 TaskKind = "review"
	GoalEvaluation         TaskKind = "goal_evaluation"
	Evaluation             TaskKind = "evaluation"
	Closure                TaskKind = "closure"
	ClosureApproval        TaskKind = "closure_approval"
	TakeUpAgain            TaskKind = "take_up_again"    // a case whose closure was a mistake
	ClosureReturned        TaskKind = "closure_returned" // to who asked for an early closure that was not approved
	PermitRenewal          TaskKind = "permit_renewal"
	TransferAnswer         TaskKind = "transfer_answer"
	Reconsider             TaskKind = "reconsider"      // what the person was too young for, or had no permit for
	ComingOfAge            TaskKind = "coming_of_age"   // conversion of the permit, guardian, care beyond 18
	PlanActionDue          TaskKind = "plan_action_due" // an action of the plan whose date has come
)

// SaysHowItWent says whether a task is the outcome of an appointment, which waits for its hour.
func (k TaskKind) SaysHowItWent() bool { return k == Interview || k == ServicePact }

// NeedLevels are how serious a need may be found.
var NeedLevels = []string{"none", "some", "serious", "urgent"}

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
	OfficeUnable  = "office_unable"
	NoInterpreter = "no_interpreter"

	Consulted       = "consulted"
	Onward          = "onward" // to the next service of the zone's order
	NotNeeded       = "not_needed"
	ToEquipeBetween = "equipe_between_agencies"
	ToEquipeWithin  = "equipe_within_agency"
	ToEquipe        = "equipe" // back to the équipe that made the plan
	Unavailable     = "unavailable"
	NobodyElse      = "nobody_else" // of a role that could come, where who was asked cannot
	Tacit           = "tacit"       // an opinion or a signature that is taken from silence
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
	SeenTo          = "seen_to"
	BackToDesk      = "desk"
	ToReviews       = "reviews"
	AlreadyOpen     = "already_open" // a branch whose like was open: that one goes on
)

// Reasons of outcomes that the processes read.
const PersonCancelled, PersonAbsent, NotReachable, ServiceUnavailable, NeedsResolved = "person_cancelled", "person_absent", "person_not_reachable", "service_unavailable", "needs_resolved"
