package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// Referral sends the person to a partner on the side (the adult school, the
// health authority, a volunteer association …) and follows it to its outcome.
func Referral(ctx workflow.Context, start ledger.Start) error {
	return run.Execute(ctx, start, referralProcess)
}

// laterCourse is the course of a referral from which on its sender may wait after a
// rejection for now. Its path asks for it nowhere, since only their answer leads there; but
// a worker that does not know the answer leaves such a referral to another one.
const laterCourse = 2

var referralProcess = &run.Process{Course: laterCourse, Path: partnerReferral}

func partnerReferral(r *run.Run) (care.Code, error) {
	opening, err := r.Opening()
	if err != nil {
		return "", err
	}
	for turn := 1; ; turn++ {
		f, err := r.Refer(run.Turn("referral", turn), opening.Agency, opening.Matter)
		if err != nil {
			return "", err
		}
		switch f.State() {
		case care.ReferralAccepted:
			return followThrough(f)
		case care.ReferralWithdrawn:
			return care.ReferralEnded, nil
		}
		if outcome, err := f.Rejected(run.Turn("after_rejection", turn)); err != nil || outcome != "" {
			return outcome, err
		}
	}
}

// followThrough rests until the partner says what came of the referral.
func followThrough(f *run.Referral) (care.Code, error) {
	f.Become(care.ReferralInProgress)
	end, stands, err := f.Perform("outcome", ledger.TaskChange{Kind: care.ReferralOutcome, From: f.Over()})
	if err != nil || !stands {
		return care.ReferralEnded, err
	}
	f.Reports(end.Reason)
	if end.Outcome == care.Completed {
		f.Conclude(care.ReferralCompleted, end.Reason)
	} else {
		f.Conclude(care.ReferralFailed, end.Reason)
	}
	return end.Outcome, nil
}
