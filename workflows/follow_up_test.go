package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
)

// passes lets skipped time pass.
func (w *casework) passes(d time.Duration) {
	w.Helper()
	w.carrier.(*play).pass(d)
}

const day = 24 * time.Hour

func TestFollowUpAtTheRhythmOfTheZone(t *testing.T) {
	for _, c := range []struct {
		name    string
		until   func(w *casework)
		rhythm  time.Duration
		reviews int // before each evaluation
	}{
		{"after a placement", func(w *casework) {
			w.reaches(care.PlacementOutcome)
			w.does(care.PlacementOutcome, care.Completion{Outcome: care.Placed})
		}, 30 * day, 3},
		{"after a service", func(w *casework) {
			w.reaches(care.Assessment)
			w.does(care.Assessment, care.Completion{Outcome: care.Resolved, Areas: findings})
		}, 60 * day, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				c.until(w)
				for round := range 2 {
					for review := range c.reviews {
						w.waits()
						w.passes(c.rhythm - time.Hour - 12*time.Hour*time.Duration(min(review+round, 1)))
						w.waits() // not a day early
						w.passes(2 * day)
						w.waits(care.Review)
						if review == 0 {
							w.does(care.Review, care.Completion{Outcome: care.NotMet, Reason: "good_reason"})
						} else {
							w.does(care.Review, care.Completion{Outcome: care.Met})
						}
					}
					w.waits(care.Evaluation)
					if round == 0 {
						w.does(care.Evaluation, care.Completion{Outcome: care.Continue, Note: "Prova"})
					}
				}
				w.does(care.Evaluation, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomeNeedsMet})
				require.Equal(t, care.OutcomeNeedsMet, w.branch(care.RunFollowUp).Outcome)
				w.closes(care.OutcomeNeedsMet)
				w.closed(care.OutcomeNeedsMet)
			})
		})
	}
}

func TestFollowUpEndsWithAReviewThatProposesTo(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Review)
		w.does(care.Review, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced})
		require.Equal(t, care.OutcomePlaced, w.branch(care.RunFollowUp).Outcome)
		w.waits(care.Closure)
	})
}
