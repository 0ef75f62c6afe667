package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Referral sends the person to a partner on the side (the adult school, the
// health authority, a volunteer association …) and follows it to its outcome.
func Referral(ctx workflow.Context, start ledger.Start) error {
	return walk(ctx, start, partnerReferral)
}

func partnerReferral(r *run) (string, error) {
	opening, err := r.opening()
	if err != nil {
		return "", err
	}
	for turn := 1; ; turn++ {
		f, err := r.refer(step("referral", turn), opening.Agency, opening.Matter)
		if err != nil {
			return "", err
		}
		switch f.state {
		case care.ReferralAccepted:
			return f.followThrough()
		case care.ReferralWithdrawn:
			return care.ReferralEnded, nil
		}
		if outcome, err := f.rejected(step("after_rejection", turn)); err != nil || outcome != "" {
			return outcome, err
		}
	}
}

// followThrough rests until the partner says what came of the referral.
func (f *referral) followThrough() (string, error) {
	f.become(care.ReferralInProgress)
	end, stands, err := f.perform("outcome", ledger.TaskChange{Kind: care.ReferralOutcome})
	if err != nil || !stands {
		return care.ReferralEnded, err
	}
	f.reason = end.Reason
	if end.Outcome == care.Completed {
		f.become(care.ReferralCompleted)
	} else {
		f.become(care.ReferralFailed)
	}
	return end.Outcome, nil
}
