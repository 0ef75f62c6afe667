package care

import "slices"

// ReferralState is the state of a referral (segnalazione, invio).
type ReferralState string

// A referral is requested by its sender; received once the addressee has
// acknowledged it (presa visione, not yet a yes); accepted or rejected before
// any work; on hold while information is asked; in progress; completed or
// failed; withdrawn by the sender; redirected to another addressee by a linked new one.
const (
	ReferralRequested  ReferralState = "requested"
	ReferralReceived   ReferralState = "received"
	ReferralOnHold     ReferralState = "on_hold"
	ReferralAccepted   ReferralState = "accepted"
	ReferralRejected   ReferralState = "rejected"
	ReferralInProgress ReferralState = "in_progress"
	ReferralCompleted  ReferralState = "completed"
	ReferralFailed     ReferralState = "failed"
	ReferralWithdrawn  ReferralState = "withdrawn"
	ReferralRedirected ReferralState = "redirected"
)

// Side is who may do an operation on a referral.
type Side string

// The two sides of a referral.
const (
	Sender    Side = "sender"
	Addressee Side = "addressee"
)

// ReferralMove is one allowed transition of a referral.
type ReferralMove struct {
	Operation Operation
	From      []ReferralState
	To        ReferralState
	By        Side
}

// ReferralMoves is every transition of the loop, and who may make it.
var ReferralMoves = []ReferralMove{
	{OpAcknowledge, []ReferralState{ReferralRequested}, ReferralReceived, Addressee},
	{OpAccept, []ReferralState{ReferralReceived}, ReferralAccepted, Addressee},
	{OpReject, []ReferralState{ReferralRequested, ReferralReceived}, ReferralRejected, Addressee},
	{OpHold, []ReferralState{ReferralReceived}, ReferralOnHold, Addressee},
	{OpSupply, []ReferralState{ReferralOnHold}, ReferralReceived, Sender},
	{OpRedirect, []ReferralState{ReferralRequested, ReferralReceived}, ReferralRedirected, Addressee},
	{OpWithdraw, []ReferralState{ReferralRequested, ReferralReceived, ReferralOnHold, ReferralAccepted, ReferralInProgress}, ReferralWithdrawn, Sender},
}

// Move finds the transition that an operation makes from a state, if it is allowed.
func (s ReferralState) Move(op Operation) (ReferralMove, bool) {
	i := slices.IndexFunc(ReferralMoves, func(m ReferralMove) bool {
		return m.Operation == op && slices.Contains(m.From, s)
	})
	if i < 0 {
		return ReferralMove{}, false
	}
	return ReferralMoves[i], true
}

// Answered says whether the addressee has said yes or no, or the loop is over.
func (s ReferralState) Answered() bool {
	return s != ReferralRequested && s != ReferralReceived && s != ReferralOnHold
}

// Settled says whether the referral is over.
func (s ReferralState) Settled() bool {
	switch s {
	case ReferralRejected, ReferralCompleted, ReferralFailed, ReferralWithdrawn, ReferralRedirected:
		return true
	}
	return false
}

// LegalBasis is on what ground personal data crosses an agency's border.
type LegalBasis string

// Between public bodies data moves for their public task (art. 6.1.e GDPR);
// to private partners with the person's consent (art. 6.1.a).
const (
	PublicTask LegalBasis = "public_task"
	Consent    LegalBasis = "consent"
)

// EndReason says why an agency is not to see any longer what it was given of a person.
type EndReason string

// What was given ends with what it was given for: after an ordinary end the zone
// says for how long it is still seen, otherwise it is out of sight at once.
const (
	EndCompleted  EndReason = "completed"         // the ordinary end: the work is done
	EndRejected   EndReason = "rejected"          // the referral was
	EndWithdrawn  EndReason = "withdrawn"         // the referral was
	EndRedirected EndReason = "redirected"        // the referral went to somebody else
	EndCancelled  EndReason = "cancelled"         // the appointment was
	EndWaived     EndReason = "waived"            // the agency sits in the équipe no longer
	EndAnswered   EndReason = "answered"          // the request to take a case over was, or was taken back
	EndConsent    EndReason = "consent_withdrawn" // of the person; or it was never given
	EndMistake    EndReason = "opened_by_mistake" // the case file was
)
