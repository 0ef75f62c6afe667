package terms_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/terms"
)

func TestRhythm(t *testing.T) {
	p := care.Policy{FollowUps: []care.FollowUpRule{
		{After: care.StageSecondLevel, Deadline: care.DeadlineReviewAfterService, Reviews: 2},
		{After: care.StagePlacement, Deadline: care.DeadlineReviewAfterPlacement, Reviews: 3},
	}}
	for _, test := range []struct {
		outcome, deadline string
		reviews           int
	}{
		{care.Placed, care.DeadlineReviewAfterPlacement, 3},
		{care.InTraining, care.DeadlineReviewAfterPlacement, 3},
		{care.Resolved, care.DeadlineReviewAfterService, 2},
		{care.Unsuccessful, care.DeadlineReviewAfterService, 2},
	} {
		deadline, reviews := terms.Rhythm(p, care.Code(test.outcome))
		require.Equal(t, test.deadline, deadline, test.outcome)
		require.Equal(t, test.reviews, reviews, test.outcome)
	}
	_, reviews := terms.Rhythm(care.Policy{}, care.Placed)
	require.Equal(t, 1, reviews, "of an empty policy")
}
