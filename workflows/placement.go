package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/workflows/contract"
)

// Placement is the work of the employment centre (CPI) for one person: the
// referral until the CPI's yes, an appointment, the service pact, labour
// measures, and their outcome.
func Placement(ctx workflow.Context, start contract.Start) error {
	return walk(ctx, start, placement)
}

func placement(r *run) (string, error) {
	opening, err := r.opening()
	if err != nil {
		return "", err
	}
	accepted, err := r.askCPI(opening.Agency)
	if err != nil || accepted == nil {
		return care.ReferralEnded, err
	}
	outcome, err := r.place(accepted)
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
// decides, knowing its reason, whether to ask again. Nil: no referral came of it.
func (r *run) askCPI(agency string) (*referral, error) {
	for turn := 1; ; turn++ {
		f, err := r.refer(step("referral", turn), agency)
		if err != nil {
			return nil, err
		}
		switch f.state {
		case care.ReferralAccepted:
			return f, nil
		case care.ReferralWithdrawn:
			return nil, nil
		}
		next, err := r.perform(step("after_rejection", turn), contract.TaskChange{Kind: care.NextStepAfterRejection, Referral: f.id})
		if err != nil || next.Outcome == care.GiveUp {
			return nil, err
		}
	}
}

// place walks from the CPI's yes to the outcome. The sender may withdraw on the way.
func (r *run) place(f *referral) (string, error) {
	// do performs a task of the CPI for as long as the referral stands.
	do := func(step string, task contract.TaskChange) (answer care.Answer, stands bool, err error) {
		task.Referral, task.Agency = f.id, f.agency
		answer, stands, err = r.performUnless(step, task, f.withdraws)
		if err == nil && !stands {
			f.become(care.ReferralWithdrawn)
		}
		return answer, stands, err
	}

	fixed, stands, err := do("appointment", contract.TaskChange{Kind: care.PlacementAppointment})
	if err != nil || !stands {
		return care.ReferralEnded, err
	}
	meeting := r.appoint("meeting", care.Answer{Service: f.agency, At: fixed.At})
	for turn, missed := 1, 0; ; turn++ {
		pact, stands, err := do(step("service_pact", turn), contract.TaskChange{Kind: care.ServicePact, From: &meeting.at})
		if err != nil {
			return "", err
		}
		if !stands {
			meeting.end(care.AppointmentCancelled)
			return care.ReferralEnded, nil
		}
		if pact.Outcome == care.Signed {
			meeting.end(care.AppointmentHeld)
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
		measure, stands, err := do(step("measure", turn), contract.TaskChange{Kind: care.Measure})
		if err != nil || !stands {
			return care.ReferralEnded, err
		}
		// Its outcome may be recorded at any time, but nobody is reminded before it should end.
		outcome, stands, err := do(step("placement_outcome", turn), contract.TaskChange{Kind: care.PlacementOutcome, From: measure.Until})
		if err != nil || !stands {
			return care.ReferralEnded, err
		}
		if outcome.Outcome != care.AnotherTry {
			return outcome.Outcome, nil
		}
	}
}
