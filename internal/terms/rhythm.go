package terms

import (
	"slices"

	"percorso/internal/care"
)

// Rhythm gives the deadline between two reviews, and how many of them go before
// an evaluation (at least 1), by how the last branch of the path ended.
func Rhythm(p care.Policy, outcome care.Code) (deadline string, reviews int) {
	after := care.StageSecondLevel
	switch outcome {
	case care.Placed, care.InTraining:
		after = care.StagePlacement
	case care.PlanActivated:
		after = care.StageEquipe
	}
	i := slices.IndexFunc(p.FollowUps, func(f care.FollowUpRule) bool { return f.After == after })
	if i < 0 {
		return care.DeadlineReviewAfterService, 1
	}
	return p.FollowUps[i].Deadline, max(1, p.FollowUps[i].Reviews)
}
