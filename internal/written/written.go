// Package written says of what people write which kind of record it is, and whom it is for.
package written

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/takeover"
)

// Circle is who reads a record. Outside of it one sees who wrote when.
type Circle string

// The circles. A record's author is always in it, and so is a social worker who follows the case.
const (
	Case          Circle = "case"   // whoever works on the case
	Agency        Circle = "agency" // of the author's agency
	Equipe        Circle = "equipe" // who sits in an équipe of the case
	SocialService Circle = "social" // nobody else
)

// Kind is a kind of record: where on the sheet of a case it stands.
type Kind string

// The kinds, of which Kinds gives the order.
const (
	Needs       Kind = "needs"
	Assessment  Kind = "assessment"
	TakeOver    Kind = "take_over"
	Practice    Kind = "practice"
	Appointment Kind = "appointment"
	Equipes     Kind = "equipe"
	Plan        Kind = "plan"
	Referral    Kind = "referral"
	Pact        Kind = "pact"
	Measure     Kind = "measure"
	Meeting     Kind = "meeting"
	Permit      Kind = "permit"
	Consent     Kind = "consent"
	Course      Kind = "course"    // of the case: it stands still, goes on, moves, ends
	Dates       Kind = "dates"     // after which something is lost
	Elsewhere   Kind = "elsewhere" // numbers in other systems
	Work        Kind = "work"      // who does a task, and by when
)

// Kinds lists them, in the order in which a page shows them.
var Kinds = []Kind{Needs, Assessment, TakeOver, Practice, Appointment, Plan, Equipes, Referral, Pact, Measure, Meeting, Permit, Dates, Consent, Elsewhere, Course, Work}

// form is what is known of the records that a form makes.
type form struct {
	name   string // of the kind of task that it completes, or else of the operation
	kind   Kind
	circle Circle // of what is written by who is no social worker
	own    bool   // what a social worker writes is the social service's
}

func task(k care.TaskKind, kind Kind, circle Circle, own bool) form {
	return form{string(k), kind, circle, own}
}

func act(o care.Operation, kind Kind, circle Circle, own bool) form {
	return form{string(o), kind, circle, own}
}

// forms has a row for every form that people fill in. What is said to another agency, to
// an équipe, or to who decides in one's place is for whoever works on the case.
var forms = []form{
	act(care.OpOpen, Needs, Agency, true),
	act(care.OpAddNeed, Needs, Agency, true),
	act(care.OpEndNeed, Needs, Agency, true),
	task(care.FirstListening, Needs, Agency, true),
	task(care.SocialConsult, Assessment, Agency, true),
	task(care.Assessment, Assessment, Agency, true),
	{AreaNote, Assessment, Agency, true},   // which the step of an assessment writes
	{takeover.Form, TakeOver, Case, false}, // which a step writes
	act(care.OpTellTakeOver, TakeOver, Case, false),
	act(care.OpWorkProfile, Assessment, Case, false), // the employment centre is told of it
	task(care.FollowPractice, Practice, Agency, true),
	task(care.SocialService, Practice, Agency, true),
	task(care.DecideNext, Practice, Agency, true),
	task(care.Reconsider, Practice, Agency, true),

	act(care.OpBook, Appointment, Case, false),
	act(care.OpMoveMeeting, Appointment, Case, false),
	act(care.OpCancelMeeting, Appointment, Case, false),
	task(care.Orientation, Appointment, Agency, true),
	task(care.ConfirmAppointment, Appointment, Agency, true),
	task(care.Interview, Appointment, Agency, true),
	task(care.NextService, Appointment, Agency, true),
	task(care.BookAgain, Appointment, Agency, true),
	task(care.FindPerson, Appointment, Agency, true),
	task(care.TellPerson, Appointment, Agency, true),

	task(care.PlanDraft, Plan, Case, false),
	task(care.PlanSignOff, Plan, Case, false),
	task(care.PlanAgreement, Plan, Case, false),
	act(care.OpProgress, Plan, Case, false),
	task(care.PlanActionDue, Plan, Agency, true),
	task(care.GoalEvaluation, Plan, Case, false),
	task(care.Evaluation, Plan, Case, false),

	act(care.OpConvene, Equipes, Case, false),
	act(care.OpPlanMeeting, Equipes, Case, false),
	act(care.OpMinutes, Equipes, Case, false),
	task(care.EquipeInvitation, Equipes, Case, false),
	task(care.EquipeOpinion, Equipes, Case, false),
	task(care.QuorumDecision, Equipes, Case, false),

	act(care.OpSendToCPI, Referral, Case, false),
	act(care.OpRefer, Referral, Case, false),
	act(care.OpAcknowledge, Referral, Case, false),
	act(care.OpAccept, Referral, Case, false),
	act(care.OpReject, Referral, Case, false),
	act(care.OpHold, Referral, Case, false),
	act(care.OpSupply, Referral, Case, false),
	act(care.OpRedirect, Referral, Case, false),
	act(care.OpWithdraw, Referral, Case, false),
	act(care.OpNoteReferral, Referral, Case, false),
	task(care.ReferralAnswer, Referral, Case, false),
	task(care.SupplyInformation, Referral, Case, false),
	task(care.NextStepAfterRejection, Referral, Case, false),
	task(care.ReferralOutcome, Referral, Case, false),

	task(care.PlacementAppointment, Pact, Case, true),
	task(care.ServicePact, Pact, Case, true),
	task(care.Measure, Measure, Case, true),
	task(care.CheckMeasure, Measure, Case, true),
	task(care.PlacementOutcome, Measure, Case, true),

	act(care.OpMeet, Meeting, Agency, true),
	task(care.Review, Meeting, Agency, true),

	act(care.OpPermit, Permit, Agency, true),
	task(care.PermitRenewal, Permit, Agency, true),
	task(care.ComingOfAge, Permit, Agency, true),
	act(care.OpAddDate, Dates, Agency, true),
	act(care.OpMoveDate, Dates, Agency, true),
	act(care.OpEndDate, Dates, Agency, true),
	act(care.OpConsent, Consent, Case, false),
	act(care.OpUnconsent, Consent, Case, false),

	act(care.OpElsewhere, Elsewhere, Case, false),

	act(care.OpSuspend, Course, Agency, true),
	act(care.OpResume, Course, Case, false),
	act(care.OpTransfer, Course, Case, false),
	act(care.OpRecall, Course, Case, false),
	task(care.TransferAnswer, Course, Case, false),
	act(care.OpMerge, Course, Case, false),
	act(care.OpVouch, Course, Case, false),
	act(care.OpClose, Course, Case, false),
	task(care.Closure, Course, Case, false),
	task(care.ClosureApproval, Course, Case, false),
	task(care.ClosureReturned, Course, Case, false),
	act(care.OpMistake, Course, Case, false),
	act(care.OpUndo, Course, Case, false),
	act(care.OpReopen, Course, Case, false),
	task(care.TakeUpAgain, Course, Agency, true),

	act(care.OpClaim, Work, Case, false),
	act(care.OpRelease, Work, Case, false),
	act(care.OpReassign, Work, Case, false),
	act(care.OpExtend, Work, Case, false),
	act(care.OpRemind, Work, Case, false),
	act(care.OpRenewPolicy, Work, Case, false),
	act(care.OpNameLead, Work, Case, false),
	act(care.OpRetryEntry, Work, Case, false),
	act(care.OpRefuseEntry, Work, Case, false),
}

func find(name string) (form, bool) {
	i := slices.IndexFunc(forms, func(f form) bool { return f.name == name })
	if i < 0 {
		return form{}, false
	}
	return forms[i], true
}

// Known says whether there is a row for a form: a kind of task, or an operation.
func Known(name string) bool {
	_, ok := find(name)
	return ok
}

// KindOf says which kind of record a form makes; of one that nobody knows any more it is
// how the case went.
func KindOf(name string) Kind {
	if f, ok := find(name); ok {
		return f.kind
	}
	return Course
}

// CircleOf says for whom what somebody of a role writes in a form is.
func CircleOf(name string, role care.Role) Circle {
	f, ok := find(name)
	switch {
	case !ok:
		return Case
	case f.own && role == care.SocialWorker:
		return SocialService
	}
	return f.circle
}

// Choices are the circles that whoever writes a form may choose instead of the usual one:
// of what somebody notes for their own work. What is said to others is for them.
func Choices(name string) []string {
	if f, ok := find(name); !ok || !f.own {
		return nil
	}
	return []string{string(SocialService), string(Equipe), string(Agency)}
}

// CheckChoice says what is wrong with the circle that somebody chose for a form; empty: the
// usual one.
func CheckChoice(f *care.Faults, name, circle string) {
	f.Add(circle == "" || slices.Contains(Choices(name), circle), "circle", care.RuleUnknownCode)
}

// WithChoice adds to what is wrong with a form what is wrong with the circle chosen for it.
func WithChoice(f care.Faults, name, circle string) []care.Fault {
	CheckChoice(&f, name, circle)
	return f
}

// Of lists the forms that make records of a kind.
func Of(kind Kind) (names []string) {
	for _, f := range forms {
		if f.kind == kind {
			names = append(names, f.name)
		}
	}
	return names
}

// OpeningReason is why somebody opens a record that is for others.
type OpeningReason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"Why it is needed; the author reads it"`
}

// maxReason is how long a reason may be, in characters.
const maxReason = 1000

// CheckReason says what is wrong with the reason of an opening.
func CheckReason(reason string) []care.Fault {
	var f care.Faults
	f.Add(care.Said(reason), "reason", care.RuleRequired)
	f.Lines("reason", reason, maxReason)
	return f
}
