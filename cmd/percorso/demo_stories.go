package main

import (
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/walk"
)

// story brings one person to a stage of the path and leaves them there.
type story struct {
	stage string // in words, for errors
	walk  walk.Step
}

// stories are the people of a zone, from the desk to the end of the path and
// beside it.
var stories = []story{
	{"just opened", walk.Opened},
	{"just opened, another", walk.Opened},
	{"first listening under way", walk.Steps(walk.Opened, walk.Claimed(care.FirstListening))},
	{"first listening done", walk.ToOrientation},
	{"booked", walk.ToBooking},
	{"appointment confirmed", walk.ToInterview},
	{"appointment moved", walk.Steps(walk.ToBooking, walk.MovedAppointment)},
	{"interview held", walk.ToAssessment},
	{"assessment under way", walk.Steps(walk.ToAssessment, walk.Claimed(care.Assessment))},
	{"did not come once", walk.Steps(walk.ToBooking, walk.Comes, walk.Missed("no_reason_given"))},
	{"practice followed", walk.Steps(walk.ToAssessment, walk.OpenedPractice)},
	{"practice granted", walk.Steps(walk.ToAssessment, walk.OpenedPractice, walk.Done(care.FollowPractice, care.Completion{Outcome: care.Granted}))},
	{"social service", walk.Steps(walk.ToAssessment, walk.Assessed(care.ToSocial))},
	{"need resolved", walk.Steps(walk.ToAssessment, walk.Assessed(care.Resolved))},

	{"équipe invited", walk.ToEquipe},
	{"équipe within the agency invited", walk.Steps(walk.ToAssessment, walk.Assessed(care.ToEquipeWithin))},
	{"équipe: some have confirmed", walk.Steps(walk.ToEquipe, walk.First(2, walk.Confirms))},
	{"équipe: some have spoken, one has doubts", walk.Steps(walk.ToOpinions, walk.First(2, func(role care.Role) walk.Step {
		return walk.Speaks(role, care.WithConditions)
	}))},
	{"plan to be drafted", walk.ToPlan},
	{"plan to be signed", walk.Steps(walk.ToSignOff, walk.First(2, walk.Signs))},
	{"plan to be agreed with the person", walk.ToAgree},
	{"plan declined by the person", walk.Steps(walk.ToAgree, walk.Done(care.PlanAgreement, care.Completion{Outcome: care.Declined, Reason: "moving_away"}))},
	{"plan active", walk.WithPlan},
	{"plan to be revised after a rejection", walk.BackToEquipe},
	{"second plan active: placement and adult school side by side", walk.SecondPlan},

	{"referral requested", walk.ToCPI},
	{"referral acknowledged", walk.Received},
	{"referral on hold", walk.Steps(walk.Received, walk.Moved("", care.OpHold, catalogue.ReferralMoveForm{Note: "Serve il curriculum (prova)"}))},
	{"referral rejected", walk.Steps(walk.Received, walk.Rejected)},
	{"referral withdrawn", walk.Steps(walk.ToCPI, walk.Moved("", care.OpWithdraw, catalogue.ReferralMoveForm{Note: "La persona ha trovato lavoro da sé (prova)"}))},
	{"referral accepted", walk.Accepted},
	{"CPI appointment fixed", walk.ToPact},
	{"pact signed", walk.Signed},
	{"measure running", walk.InMeasure},
	{"placed, follow-up waiting", walk.Placed},
	{"in training, follow-up waiting", walk.Steps(walk.InMeasure, walk.Done(care.PlacementOutcome, care.Completion{Outcome: care.InTraining}))},

	{"referred to the adult school, which was sent a link", walk.Steps(walk.ToOrientation, walk.Referred(care.KindSchool))},
	{"referred to a private partner, with consent", walk.Steps(walk.ToOrientation, walk.Consented, walk.Referred(care.KindThirdSector))},
	{"a partner has accepted", walk.Steps(walk.ToOrientation, walk.Referred(care.KindSchool),
		walk.PartnerMoved(care.KindSchool, care.OpAcknowledge), walk.PartnerMoved(care.KindSchool, care.OpAccept))},

	{"suspended: abroad", walk.Steps(walk.ToInterview, walk.Suspended(45, "abroad"))},
	{"permit running out during a measure", walk.Steps(walk.PermitEnds(40), walk.InMeasure)},
	{"transfer asked", walk.Steps(walk.ToAssessment, walk.TransferAsked)},
	{"reopened", walk.Steps(walk.ToInterview, walk.ClosedEarly("unreachable"), walk.Reopened(care.StageFirstLevel))},

	{"closure to be approved, where the zone asks for it", walk.Steps(walk.Informed, walk.Done(care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: "needs_met"}))},
	{"closed: needs met", walk.Steps(walk.Informed, walk.Closed("needs_met"))},
	{"closed early: withdrew", walk.Steps(walk.ToInterview, walk.ClosedEarly("withdrew"))},
	{"closed early: unreachable", walk.Steps(walk.Received, walk.ClosedEarly("unreachable"))},
	{"closed early, with a plan: moved away", walk.Steps(walk.WithPlan, walk.ClosedEarly("moved_away"))},
	{"closed after the placement", walk.Steps(walk.Placed, walk.ClosedEarly("placed"))},
}
