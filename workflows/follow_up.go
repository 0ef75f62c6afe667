package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/workflows/contract"
)

// FollowUp reviews how the person fares, at the zone's rhythm, until somebody
// proposes to close. Its outcome is the closure's proposed outcome.
func FollowUp(ctx workflow.Context, start contract.Start) error { return walk(ctx, start, followUp) }

func followUp(r *run) (string, error) {
	opening, err := r.opening()
	if err != nil {
		return "", err
	}
	rhythm, reviews := r.policy.Rhythm(opening.Outcome)
	for turn := 1; ; turn++ {
		if err := r.until(step("rhythm", turn), rhythm); err != nil {
			return "", err
		}
		review, err := r.perform(step("review", turn), contract.TaskChange{Kind: care.Review})
		if err != nil {
			return "", err
		}
		if review.Outcome == care.ProposeClose {
			return review.Reason, nil
		}
		if turn%reviews != 0 {
			continue
		}
		evaluation, err := r.perform(step("evaluation", turn), contract.TaskChange{Kind: care.Evaluation})
		if err != nil {
			return "", err
		}
		if evaluation.Outcome == care.ProposeClose {
			return evaluation.Reason, nil
		}
	}
}
