package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
)

var findings = []care.AreaFinding{{Area: "housing", Need: "serious", Note: "Prova"}}

func TestSecondLevelRoutes(t *testing.T) {
	for _, route := range []struct {
		name     string
		assessed care.Completion
		then     care.TaskKind // what follows within the service
		done     care.Completion
		outcome  string // of the branch
		stage    care.Stage
	}{
		{
			name: "resolved", assessed: care.Completion{Outcome: care.Resolved, Areas: findings},
			outcome: care.Resolved, stage: care.StageFollowUp,
		},
		{
			name: "practice granted", assessed: care.Completion{Outcome: care.PracticeOpen, Areas: findings, Matter: "housing_suitability_certificate"},
			then: care.FollowPractice, done: care.Completion{Outcome: care.Granted}, outcome: care.Granted, stage: care.StageFollowUp,
		},
		{
			name: "practice refused", assessed: care.Completion{Outcome: care.PracticeOpen, Areas: findings, Matter: "family_reunification"},
			then: care.FollowPractice, done: care.Completion{Outcome: care.Refused, Note: "Prova"}, outcome: care.Refused, stage: care.StageFollowUp,
		},
		{
			name: "social service", assessed: care.Completion{Outcome: care.ToSocial, Areas: findings},
			then: care.SocialService, done: care.Completion{Outcome: care.Resolved}, outcome: care.Resolved, stage: care.StageFollowUp,
		},
		{
			name: "employment centre", assessed: care.Completion{Outcome: care.ToCPI, Areas: findings},
			outcome: care.ToCPI, stage: care.StagePlacement,
		},
	} {
		t.Run(route.name, func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.reaches(care.Assessment)
				w.does(care.Assessment, route.assessed)
				if route.then != "" {
					w.waits(route.then)
					w.does(route.then, route.done)
				}
				require.Equal(t, route.outcome, w.branch(care.RunService).Outcome)
				w.decides()
				require.Equal(t, route.stage, w.file().Stage)
				require.Equal(t, "held", w.appointments()[0])
			})
		})
	}
}

func TestSecondLevelNoShows(t *testing.T) {
	const good, none = care.GoodReason, "no_reason_given"
	for _, c := range []struct {
		name    string
		missed  []string // the reasons, one a missed appointment
		outcome string
	}{
		{"twice without a reason", []string{none, none}, care.NotReached},
		{"good reasons do not count", []string{good, none, good, none}, care.NotReached},
		{"once, and comes then", []string{none}, ""},
		{"with good reasons, and comes then", []string{good, good, good}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.reaches(care.Interview)
				for i, reason := range c.missed {
					if i > 0 {
						w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
					}
					w.does(care.Interview, care.Completion{Outcome: care.NoShow, Reason: reason, At: w.soon()})
				}
				if c.outcome == "" {
					w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
					w.does(care.Interview, care.Completion{Outcome: care.Held})
					w.waits(care.Assessment)
					require.Equal(t, []string{"held"}, w.appointments())
					return
				}
				require.Equal(t, c.outcome, w.branch(care.RunService).Outcome)
				require.Equal(t, []string{"no_show"}, w.appointments())
				w.decides()
				require.Equal(t, care.StageFollowUp, w.file().Stage)
				w.does(care.Review, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomeUnreachable})
				w.closes(care.OutcomeUnreachable)
				w.closed(care.OutcomeUnreachable)
			})
		})
	}
}

func TestSecondLevelAppointmentMovedAndCancelled(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		other := w.soon().AddDate(0, 0, 7)
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Moved, At: &other})
		require.Equal(t, []string{"moved", "confirmed"}, w.appointments(), "what it was stays")
		was, is := w.file().Appointments[0], w.file().Appointments[1]
		require.Equal(t, is.ID, was.MovedTo)
		require.WithinDuration(t, other, is.At, 0)
	})
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Cancelled, Reason: "service_unavailable"})
		require.Equal(t, []string{"cancelled"}, w.appointments())
		require.Equal(t, care.NotReached, w.branch(care.RunService).Outcome)
	})
}
