package run

import (
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A Referral sends the person to another agency and is never left unanswered:
// requested, acknowledged (seen, not yet a yes), then accepted or rejected; on
// hold while more is asked; redirected to somebody else; withdrawn by its sender.
// The same loop serves the employment centre and every other partner.
type Referral struct {
	r       *Run
	point   string
	turn    int // events of the loop
	asked   int // answers asked of an addressee
	id      string
	agency  care.Code
	state   care.ReferralState
	reason  care.Code
	purpose care.Code    // area of need that it is for; empty: a placement, or what a plan sends them for
	until   *time.Time   // the last day of what was accepted, as its addressee knows; nil: they have not said
	meeting *Appointment // with the addressee, which the sender booked; nil: none, or no longer
	lost    bool         // it was withdrawn while that stood
}

// booked is the point of the appointment that a referral comes with.
const booked = "booked"

// Refer sends the person to an agency and rests until the agency has answered.
func (r *Run) Refer(point string, agency, purpose care.Code) (*Referral, error) {
	return r.ReferWith(point, agency, purpose, nil)
}

// ReferWith is Refer with an appointment that the sender has booked with the agency. It stands
// for as long as that agency may still take the person: a rejection, a redirection and a
// withdrawal cancel it, and so does whoever cancels it meanwhile. Nil: there is none.
func (r *Run) ReferWith(point string, agency, purpose care.Code, at *time.Time) (*Referral, error) {
	f := &Referral{r: r, point: point, purpose: purpose}
	f.request(agency, "")
	if at != nil {
		f.meeting = r.Appoint(booked, care.Answer{Service: agency, At: at})
	}
	for !f.state.Answered() {
		if err := f.hear(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// State is what became of the referral so far.
func (f *Referral) State() care.ReferralState { return f.state }

// TakeMeeting gives the appointment that came with the referral, once; nil: none stands.
func (f *Referral) TakeMeeting() *Appointment {
	taken := f.meeting
	f.meeting = nil
	return taken
}

// LostMeeting says whether the referral was withdrawn while there was one.
func (f *Referral) LostMeeting() bool { return f.lost }

// LosesMeeting says whether an entry takes from the person the appointment that came with a
// referral, before its addressee has said yes, while the run goes on.
func (r *Run) LosesMeeting(e ledger.Entry) bool {
	_, stands := r.state.Opened(booked)
	if !stands || !r.Awaits(e) || !strings.Contains(r.walk.awaiting.point, heard) {
		return false
	}
	op := e.Answer.Operation
	return op == care.OpReject || op == care.OpRedirect || op == care.OpCancelMeeting && e.Answer.Reason == care.ServiceUnavailable
}

// endMeeting cancels the appointment that came with the referral.
func (f *Referral) endMeeting() {
	if f.meeting != nil {
		f.meeting.End(care.AppointmentCancelled)
		f.meeting = nil
	}
}

// Agency is whom the person was sent to at last: an addressee may redirect.
func (f *Referral) Agency() care.Code { return f.agency }

// Over is when what was accepted is over, so that one can say how it went; nil: nobody
// has said.
func (f *Referral) Over() *time.Time {
	if f.until == nil {
		return nil
	}
	over := f.until.AddDate(0, 0, 1)
	return &over
}

// request creates the referral, or the linked one that continues a redirected
// one, with the task to answer it.
func (f *Referral) request(agency care.Code, continues string) {
	f.point = Turn(f.point+"/to", f.turn)
	f.id, f.agency, f.state = f.r.IDOf(f.point), agency, care.ReferralRequested
	if f.r.open(care.OpenPoint{Point: f.point, Kind: care.OpenReferral, ID: f.id}) {
		f.r.effects.Referrals = append(f.r.effects.Referrals, ledger.ReferralChange{
			ID: f.id, State: f.state, Agency: agency, From: continues, Purpose: f.purpose,
		})
	}
	f.ask()
}

// ask opens the addressee's task to answer. Its two clocks are those of the
// referral: not claimed is not acknowledged, not completed is not answered.
func (f *Referral) ask() {
	f.asked++
	f.r.OpenTask(f.answerPoint(), ledger.TaskChange{Kind: care.ReferralAnswer, Agency: f.agency, Referral: f.id})
}

func (f *Referral) answerPoint() string { return Turn(f.point+"/answer", f.asked) }
func (f *Referral) supplyPoint() string { return Turn(f.point+"/supply", f.asked) }

// heard ends the points at which a referral hears either side; the turn follows.
const heard = "/heard"

// hear rests until either side moves the referral, and moves it.
func (f *Referral) hear() error {
	f.turn++
	answer, err := f.r.Await(Turn(f.point+heard, f.turn), f.moves)
	if err != nil {
		return err
	}
	switch answer.Operation {
	case care.OpComplete: // the sender's task to supply what was asked
		answer.Operation = care.OpSupply
	case care.OpUnconsent:
		answer = withoutConsent
	case care.OpCancelMeeting:
		f.endMeeting()
		return nil
	}
	move, _ := f.state.Move(answer.Operation)
	f.reason, f.until = answer.Reason, nil
	if answer.Operation == care.OpAccept {
		f.until = answer.Until
	}
	asked, supply := f.answerPoint(), f.supplyPoint()
	switch answer.Operation {
	case care.OpAcknowledge:
		f.r.effects.Tasks = append(f.r.effects.Tasks, ledger.TaskChange{ID: f.r.IDOf(asked), State: care.TaskReserved})
	case care.OpHold:
		f.r.EndTask(asked, answer.Outcome)
		f.r.OpenTask(supply, ledger.TaskChange{Kind: care.SupplyInformation, Referral: f.id})
	case care.OpSupply:
		f.r.EndTask(supply, care.Supplied)
	case care.OpWithdraw:
		f.Reports(f.reason)
		if f.state == care.ReferralOnHold {
			f.r.DropTask(supply)
		} else {
			f.r.DropTask(asked)
		}
	default:
		f.r.EndTask(asked, answer.Outcome)
	}
	f.Become(move.To)
	switch answer.Operation {
	case care.OpReject, care.OpRedirect, care.OpWithdraw:
		f.lost = f.meeting != nil && answer.Operation == care.OpWithdraw
		f.endMeeting()
	}
	switch answer.Operation {
	case care.OpSupply:
		f.ask()
	case care.OpRedirect:
		f.request(answer.Agency, f.id)
	}
	return nil
}

// moves says whether an entry moves the referral from where it stands.
func (f *Referral) moves(e ledger.Entry) bool {
	if f.state == care.ReferralOnHold && e.Target == f.r.IDOf(f.supplyPoint()) {
		return e.Answer.Operation == care.OpComplete
	}
	if e.Answer.Operation == care.OpUnconsent {
		return f.losesConsent(e.Answer)
	}
	if f.meeting != nil && e.Answer.Operation == care.OpCancelMeeting {
		return e.Target == f.meeting.id
	}
	_, ok := f.state.Move(e.Answer.Operation)
	return ok && e.Target == f.id
}

// withdraws says whether an entry is the sender's withdrawal, or takes from the
// referral the consent that it stands on.
func (f *Referral) withdraws(e ledger.Entry) bool {
	return e.Target == f.id && e.Answer.Operation == care.OpWithdraw || f.losesConsent(e.Answer)
}

// withoutConsent is the withdrawal of a referral whose consent is withdrawn.
var withoutConsent = care.Answer{Operation: care.OpWithdraw, Reason: care.ConsentOver}

// losesConsent says whether the person withdraws the consent that the referral stands on.
func (f *Referral) losesConsent(a care.Answer) bool {
	if !a.WithdrawnFrom(string(f.agency)) {
		return false
	}
	agency, ok := f.r.Policy.Agency(string(f.agency))
	return ok && agency.LegalBasis() == care.Consent
}

// Perform opens a task of the addressee, for as long as the referral stands: its
// sender may withdraw it.
func (f *Referral) Perform(point string, task ledger.TaskChange) (answer care.Answer, stands bool, err error) {
	return f.PerformUnless(point, task, func(ledger.Entry) bool { return false })
}

// PerformUnless is Perform, given up also when another entry comes that makes the task
// pointless while the referral stands: the answer says which of them it was.
func (f *Referral) PerformUnless(point string, task ledger.TaskChange, pointless func(ledger.Entry) bool) (answer care.Answer, stands bool, err error) {
	task.Referral, task.Agency = f.id, f.agency
	answer, done, err := f.r.PerformUnless(point, task, func(e ledger.Entry) bool { return f.withdraws(e) || pointless(e) })
	stands = done || answer.Operation != care.OpWithdraw && answer.Operation != care.OpUnconsent
	if err == nil && !stands {
		if answer.Operation == care.OpUnconsent {
			answer = withoutConsent
		}
		f.reason = answer.Reason
		f.Reports(f.reason)
		f.Become(care.ReferralWithdrawn)
	}
	return answer, stands, err
}

// Rejected asks the sender, who knows the reason, what is next. Where they wait because
// the addressee cannot for now, they are asked again, and the clocks begin on the day that
// they named. An empty outcome: it is sent again.
func (f *Referral) Rejected(point string) (outcome care.Code, err error) {
	task := ledger.TaskChange{Kind: care.NextStepAfterRejection, Referral: f.id}
	next, err := f.r.Perform(point, task)
	for turn := 1; err == nil && next.Outcome == care.Moved; turn++ {
		task.From = next.At
		next, err = f.r.Perform(Turn(point+"/later", turn), task)
	}
	switch next.Outcome {
	case care.Resubmit:
		return "", err
	case care.ToEquipe:
		f.r.Report.Reason = f.reason // the équipe decides knowing it
		return care.ToEquipe, err
	}
	return care.ReferralEnded, err
}

// Reports has the run's end tell its case why the referral ended as it did.
func (f *Referral) Reports(reason care.Code) { f.r.Report.Reason = reason }

// Conclude moves the referral's record to its last state, for a reason.
func (f *Referral) Conclude(state care.ReferralState, reason care.Code) {
	f.reason = reason
	f.Become(state)
}

// Become moves the referral's record. Its reason is that of the last answer.
func (f *Referral) Become(state care.ReferralState) {
	f.state = state
	f.r.effects.Referrals = append(f.r.effects.Referrals, ledger.ReferralChange{ID: f.id, State: state, Reason: f.reason})
	if state.Settled() {
		f.r.close(f.point)
	}
}
