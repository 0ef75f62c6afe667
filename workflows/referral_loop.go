package workflows

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A referral sends the person to another agency and is never left unanswered:
// requested, acknowledged (seen, not yet a yes), then accepted or rejected; on
// hold while more is asked; redirected to somebody else; withdrawn by its sender.
// The same loop serves the employment centre and every other partner.
type referral struct {
	r       *run
	step    string
	turn    int // events of the loop
	asked   int // answers asked of an addressee
	id      string
	agency  string
	state   care.ReferralState
	reason  string
	purpose string // area of need that it is for; empty: the person as a whole
}

// refer sends the person to an agency and rests until the agency has answered.
func (r *run) refer(step, agency, purpose string) (*referral, error) {
	f := &referral{r: r, step: step, purpose: purpose}
	f.request(agency, "")
	for !f.state.Answered() {
		if err := f.hear(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// request creates the referral, or the linked one that continues a redirected
// one, with the task to answer it.
func (f *referral) request(agency, continues string) {
	step := step(f.step+"/to", f.turn)
	f.id, f.agency, f.state = f.r.idOf(step), agency, care.ReferralRequested
	f.step = step
	if f.r.open(care.OpenStep{Step: step, Kind: care.OpenReferral, ID: f.id}) {
		f.r.effects.Referrals = append(f.r.effects.Referrals, ledger.ReferralChange{
			ID: f.id, State: f.state, Agency: agency, From: continues, Purpose: f.purpose,
		})
	}
	f.ask()
}

// hear rests until either side moves the referral, and moves it.
func (f *referral) hear() error {
	f.turn++
	answer, err := f.r.await(step(f.step+"/heard", f.turn), f.moves)
	if err != nil {
		return err
	}
	switch answer.Operation {
	case care.OpComplete: // the sender's task to supply what was asked
		answer.Operation = care.OpSupply
	case care.OpUnconsent:
		answer = withoutConsent
	}
	move, _ := f.state.Move(answer.Operation)
	f.reason = answer.Reason
	asked, supply := f.answerStep(), f.supplyStep()
	switch answer.Operation {
	case care.OpAcknowledge:
		f.r.effects.Tasks = append(f.r.effects.Tasks, ledger.TaskChange{ID: f.r.idOf(asked), State: care.TaskReserved})
	case care.OpHold:
		f.r.endTask(asked, answer, true)
		f.r.openTask(supply, ledger.TaskChange{Kind: care.SupplyInformation, Referral: f.id})
	case care.OpSupply:
		f.r.endTask(supply, care.Answer{Outcome: care.Supplied}, true)
	case care.OpWithdraw:
		if f.state == care.ReferralOnHold {
			f.r.endTask(supply, answer, false)
		} else {
			f.r.endTask(asked, answer, false)
		}
	default:
		f.r.endTask(asked, answer, true)
	}
	f.become(move.To)
	switch answer.Operation {
	case care.OpSupply:
		f.ask()
	case care.OpRedirect:
		f.request(answer.Agency, f.id)
	}
	return nil
}

// moves says whether an entry moves the referral from where it stands.
func (f *referral) moves(e ledger.Entry) bool {
	if f.state == care.ReferralOnHold && e.Target == f.r.idOf(f.supplyStep()) {
		return e.Answer.Operation == care.OpComplete
	}
	if e.Answer.Operation == care.OpUnconsent {
		return f.standsOnConsent()
	}
	_, ok := f.state.Move(e.Answer.Operation)
	return ok && e.Target == f.id
}

// withdraws says whether an entry is the sender's withdrawal, or takes from the
// referral the consent that it stands on.
func (f *referral) withdraws(e ledger.Entry) bool {
	return e.Target == f.id && e.Answer.Operation == care.OpWithdraw || e.Answer.Operation == care.OpUnconsent && f.standsOnConsent()
}

// withoutConsent is the withdrawal of a referral whose consent is withdrawn.
var withoutConsent = care.Answer{Operation: care.OpWithdraw, Reason: care.ConsentOver}

func (f *referral) standsOnConsent() bool {
	agency, ok := f.r.policy.Agency(f.agency)
	return ok && agency.Kind.LegalBasis() == care.Consent
}

// perform opens a task of the addressee, for as long as the referral stands: its
// sender may withdraw it.
func (f *referral) perform(step string, task ledger.TaskChange) (answer care.Answer, stands bool, err error) {
	task.Referral, task.Agency = f.id, f.agency
	answer, stands, err = f.r.performUnless(step, task, f.withdraws)
	if err == nil && !stands {
		if answer.Operation == care.OpUnconsent {
			answer = withoutConsent
		}
		f.reason = answer.Reason
		f.become(care.ReferralWithdrawn)
	}
	return answer, stands, err
}

// ask opens the addressee's task to answer. Its two clocks are those of the
// referral: not claimed is not acknowledged, not completed is not answered.
func (f *referral) ask() {
	f.asked++
	f.r.openTask(f.answerStep(), ledger.TaskChange{Kind: care.ReferralAnswer, Agency: f.agency, Referral: f.id})
}

// rejected asks the sender, who knows the reason, what is next. An empty
// outcome: it is sent again.
func (f *referral) rejected(step string) (outcome string, err error) {
	next, err := f.r.perform(step, ledger.TaskChange{Kind: care.NextStepAfterRejection, Referral: f.id})
	switch next.Outcome {
	case care.Resubmit:
		return "", err
	case care.ToEquipe:
		f.r.report.Reason = f.reason // the équipe decides knowing it
		return care.ToEquipe, err
	}
	return care.ReferralEnded, err
}

func (f *referral) answerStep() string { return step(f.step+"/answer", f.asked) }
func (f *referral) supplyStep() string { return step(f.step+"/supply", f.asked) }

// become moves the referral's record.
func (f *referral) become(state care.ReferralState) {
	f.state = state
	f.r.effects.Referrals = append(f.r.effects.Referrals, ledger.ReferralChange{ID: f.id, State: state, Reason: f.reason})
	if state.Settled() {
		f.r.close(f.step)
	}
}
