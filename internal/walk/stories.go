package walk

import (
	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// Story brings one person to a stage of the path and leaves them there.
type Story struct {
	Stage string // in words, for errors
	Walk  Step
}

// Stories are the people of a demonstration's zone, from the desk to the end of the
// path and beside it.
var Stories = []Story{
	{"just opened", Opened},
	{"just opened, another", Opened},
	{"first listening under way", Steps(Opened, Claimed(care.FirstListening))},
	{"first listening done", ToOrientation},
	{"booked", ToBooking},
	{"appointment confirmed", ToInterview},
	{"appointment moved", Steps(ToBooking, MovedAppointment)},
	{"interview held", ToAssessment},
	{"assessment under way", Steps(ToAssessment, Claimed(care.Assessment))},
	{"did not come once", Steps(ToBooking, Comes, Missed("no_reason_given"))},
	{"practice followed", Steps(ToAssessment, OpenedPractice)},
	{"practice granted", Steps(ToAssessment, OpenedPractice, Done(care.FollowPractice, care.Completion{Outcome: care.Granted}))},
	{"social service", Steps(ToAssessment, Assessed(care.ToSocial))},
	{"need resolved", Steps(ToAssessment, Assessed(care.Resolved))},

	{"équipe invited", ToEquipe},
	{"équipe within the agency invited", Steps(ToAssessment, Assessed(care.ToEquipeWithin))},
	{"équipe: some have confirmed", Steps(ToEquipe, First(2, Confirms))},
	{"équipe: some have spoken, one has doubts", Steps(ToOpinions, First(2, func(role care.Role) Step {
		return Speaks(role, care.WithConditions)
	}))},
	{"plan to be drafted", ToPlan},
	{"plan to be signed", Steps(ToSignOff, First(2, Signs))},
	{"plan to be agreed with the person", ToAgree},
	{"plan declined by the person", Steps(ToAgree, Done(care.PlanAgreement, care.Completion{Outcome: care.Declined, Reason: "moving_away"}))},
	{"plan active", WithPlan},
	{"plan to be revised after a rejection", BackToEquipe},
	{"second plan active: placement and adult school side by side", SecondPlan},

	{"referral requested", ToCPI},
	{"referral acknowledged", Received},
	{"referral on hold", Steps(Received, Moved("", care.OpHold, catalogue.ReferralMoveForm{Note: "Serve il curriculum (prova)"}))},
	{"referral rejected", Steps(Received, Rejected)},
	{"referral withdrawn", Steps(ToCPI, Moved("", care.OpWithdraw, catalogue.ReferralMoveForm{Note: "La persona ha trovato lavoro da sé (prova)"}))},
	{"referral accepted", Accepted},
	{"CPI appointment fixed", ToPact},
	{"pact signed", Signed},
	{"measure running", InMeasure},
	{"placed, follow-up waiting", Placed},
	{"in training, follow-up waiting", Steps(InMeasure, Done(care.PlacementOutcome, care.Completion{Outcome: care.InTraining}))},

	{"referred to the adult school, which was sent a link", Steps(ToOrientation, Referred(care.KindSchool))},
	{"referred to a private partner, with consent", Steps(ToOrientation, Consented, Referred(care.KindThirdSector))},
	{"a partner has accepted", Steps(ToOrientation, Referred(care.KindSchool),
		PartnerMoved(care.KindSchool, care.OpAcknowledge), PartnerMoved(care.KindSchool, care.OpAccept))},

	{"suspended: abroad", Steps(ToInterview, Suspended(45, "abroad"))},
	{"permit running out during a measure", Steps(PermitEnds(40), InMeasure)},
	{"transfer asked", Steps(ToAssessment, TransferAsked)},
	{"reopened", Steps(ToInterview, ClosedEarly("unreachable"), Reopened(care.StageFirstLevel))},

	{"closure to be approved, where the zone asks for it", Steps(Informed, Done(care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: "needs_met"}))},
	{"closed: needs met", Steps(Informed, Closed("needs_met"))},
	{"closed early: withdrew", Steps(ToInterview, ClosedEarly("withdrew"))},
	{"closed early: unreachable", Steps(Received, ClosedEarly("unreachable"))},
	{"closed early, with a plan: moved away", Steps(WithPlan, ClosedEarly("moved_away"))},
	{"closed after the placement", Steps(Placed, ClosedEarly("placed"))},
}
