package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Placement is the work of the employment centre (CPI) for one person: the
// referral until the CPI's yes, an appointment, the service pact, labour
// measures, and their outcome.
func Placement(ctx workflow.Context, start ledger.Start) error {
	return walk(ctx, start, placement)
}

func placement(r *run) (string, error) {
	opening, err := r.opening()
	if err != nil {
		return "", err
	}
	accepted, outcome, err := r.askCPI(opening.Agency)
	if err != nil || accepted == nil {
		return outcome, err
	}
	if agency, _ := r.policy.Agency(accepted.agency); agency.ByLink() {
		return accepted.elsewhere()
	}
	outcome, err = r.place(accepted)
	if err != nil {
		return "", err
	}
	switch outcome {
	case care.Placed, care.InTraining:
		accepted.become(care.ReferralCompleted)
	case care.ReferralEnded: // withdrawn: its record says so
	default:
		accepted.become(care.ReferralFailed)
	}
	return outcome, nil
}

// askCPI refers the person until the CPI accepts. After a rejection the sender
// decides, knowing its reason. Nil: no referral came of it, and why.
func (r *run) askCPI(agency string) (accepted *referral, outcome string, err error) {
	for turn := 1; ; turn++ {
		f, err := r.refer(step("referral", turn), agency, "")
		if err != nil {
			return nil, "", err
		}
		switch f.state {
		case care.ReferralAccepted:
			return f, "", nil
		case care.ReferralWithdrawn:
			return nil, care.ReferralEnded, nil
		}
		if outcome, err = f.rejected(step("after_rejection", turn)); err != nil || outcome != "" {
			return nil, outcome, err
		}
	}
}

// elsewhere follows a referral that the CPI redirected to a partner without
// accounts: appointment, pact and measures are not its steps, it says how it went.
func (f *referral) elsewhere() (string, error) {
	outcome, err := f.followThrough()
	if outcome == care.Failed {
		return care.Unsuccessful, err
	}
	return outcome, err
}

// place walks from the CPI's yes to the outcome. The sender may withdraw on the way.
func (r *run) place(f *referral) (string, error) {
	fixed, stands, err := f.perform("appointment", ledger.TaskChange{Kind: care.PlacementAppointment})
	if err != nil || !stands {
		return care.ReferralEnded, err
	}
	meeting := r.appoint("meeting", care.Answer{Service: f.agency, At: fixed.At})
	for turn, missed := 1, 0; ; turn++ {
		pact, stands, err := f.perform(step("service_pact", turn), ledger.TaskChange{Kind: care.ServicePact, From: &meeting.at})
		if err != nil {
			return "", err
		}
		if !stands {
			meeting.end(care.AppointmentCancelled)
			return care.ReferralEnded, nil
		}
		if pact.Outcome == care.Signed {
			meeting.end(care.AppointmentHeld)
			r.met()
			break
		}
		if pact.Reason != care.GoodReason {
			missed++
		}
		if pact.Outcome == care.Declined || missed >= r.policy.NoShowAttempts() {
			meeting.end(care.AppointmentNoShow)
			return care.Unsuccessful, nil
		}
		meeting.miss(pact.At)
	}
	f.become(care.ReferralInProgress)
	for turn := 1; ; turn++ {
		measure, stands, err := f.perform(step("measure", turn), ledger.TaskChange{Kind: care.Measure})
		if err != nil || !stands {
			return care.ReferralEnded, err
		}
		// Its outcome may be recorded at any time, but nobody is reminded before it should end.
		outcome, stands, err := f.perform(step("placement_outcome", turn), ledger.TaskChange{Kind: care.PlacementOutcome, From: measure.Until})
		if err != nil || !stands {
			return care.ReferralEnded, err
		}
		if outcome.Outcome != care.AnotherTry {
			return outcome.Outcome, nil
		}
	}
}
