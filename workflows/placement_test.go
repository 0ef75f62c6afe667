package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
)

// The referral's moves, as the two sides make them.
func (w *casework) acknowledges() {
	w.Helper()
	w.moves(care.CPIOperator, care.OpAcknowledge, catalogue.ReferralMoveForm{})
}

func (w *casework) accepts() {
	w.Helper()
	w.moves(care.CPIOperator, care.OpAccept, catalogue.ReferralMoveForm{})
}

func (w *casework) rejects() {
	w.Helper()
	w.moves(care.CPIOperator, care.OpReject, catalogue.ReferralMoveForm{Reason: "missing_documents", Note: "Prova"})
}

func (w *casework) holds() {
	w.Helper()
	w.moves(care.CPIOperator, care.OpHold, catalogue.ReferralMoveForm{Note: "Prova"})
}

func (w *casework) withdraws() {
	w.Helper()
	w.moves(care.SocialWorker, care.OpWithdraw, catalogue.ReferralMoveForm{Note: "Prova"})
}

// placementEnds asserts how the placement ended and that the case is followed up.
func (w *casework) placementEnds(outcome string, states ...care.ReferralState) {
	w.Helper()
	require.Equal(w, outcome, w.branch(care.RunPlacement).Outcome)
	w.isReferred(states...)
	w.decides()
	require.Equal(w, care.StageFollowUp, w.file().Stage)
	w.waits() // until the first review
}

func TestPlacementIsAcknowledgedBeforeItIsAccepted(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ReferralAnswer)
		w.isReferred(care.ReferralRequested)
		require.Equal(t, care.PublicTask, w.referral().LegalBasis)
		w.refused(care.RefusedNotAwaited, w.move(care.CPIOperator, w.referral(), care.OpAccept, catalogue.ReferralMoveForm{}))
		w.refused(care.RefusedForbidden, w.move(care.SocialWorker, w.referral(), care.OpAcknowledge, catalogue.ReferralMoveForm{}))
		w.isReferred(care.ReferralRequested)

		w.acknowledges()
		w.isReferred(care.ReferralReceived)
		answer := w.task(care.ReferralAnswer)
		require.Equal(t, care.TaskReserved, answer.State)
		require.Equal(t, w.as(care.CPIOperator).ID, answer.HolderID)
		w.refused(care.RefusedNotAwaited, w.move(care.CPIOperator, w.referral(), care.OpAcknowledge, catalogue.ReferralMoveForm{}))

		w.accepts()
		w.isReferred(care.ReferralAccepted)
		w.waits(care.PlacementAppointment)
	})
}

func TestPlacementOnHold(t *testing.T) {
	for _, way := range []string{"by the sender's task", "by the referral"} {
		t.Run(way, func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.reaches(care.ReferralAnswer)
				w.acknowledges()
				for range 2 { // it may be asked for more than once
					w.holds()
					w.isReferred(care.ReferralOnHold)
					w.waits(care.SupplyInformation)
					w.refused(care.RefusedNotAwaited, w.move(care.CPIOperator, w.referral(), care.OpAccept, catalogue.ReferralMoveForm{}))
					if way == "by the referral" {
						w.moves(care.SocialWorker, care.OpSupply, catalogue.ReferralMoveForm{Note: "Prova"})
					} else {
						w.does(care.SupplyInformation, care.Completion{Outcome: care.Supplied, Note: "Prova"})
					}
					w.isReferred(care.ReferralReceived)
					w.waits(care.ReferralAnswer)
				}
				w.accepts()
				w.isReferred(care.ReferralAccepted)
				w.waits(care.PlacementAppointment)
			})
		})
	}
}

func TestPlacementRejected(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ReferralAnswer)
		w.acknowledges()
		w.rejects()
		require.Equal(t, "missing_documents", w.referral().Reason)
		w.waits(care.NextStepAfterRejection)
		w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.Resubmit, Note: "Prova"})
		w.isReferred(care.ReferralRejected, care.ReferralRequested)
		w.rejects() // at once, without an acknowledgement
		w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.Resubmit, Note: "Prova"})
		w.acknowledges()
		w.accepts()
		w.isReferred(care.ReferralRejected, care.ReferralRejected, care.ReferralAccepted)
		w.waits(care.PlacementAppointment)
	})
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ReferralAnswer)
		w.acknowledges()
		w.rejects()
		w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.GiveUp, Note: "Prova"})
		w.placementEnds(care.ReferralEnded, care.ReferralRejected)
	})
}

func TestPlacementRedirected(t *testing.T) {
	for _, acknowledged := range []bool{false, true} {
		inZone(t, "lucca", func(w *casework) {
			w.opens()
			w.does(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}})
			w.asks(care.SocialWorker, catalogue.Consent.Command("", w.id, crossing.ConsentForm{Agency: "terzo_settore", Purpose: "labour"}))
			w.asks(care.SocialWorker, catalogue.ReferToCPI.Command("", w.id, catalogue.SendToCPI{}))
			if acknowledged {
				w.acknowledges()
			}
			first, term := w.referral(), w.task(care.ReferralAnswer).Due
			w.passes(day)
			for _, elsewhere := range []string{"cpi", "comune"} {
				refused := w.move(care.CPIOperator, first, care.OpRedirect, catalogue.ReferralMoveForm{Agency: elsewhere, Note: "Prova"})
				w.refused(care.RefusedInvalid, refused)
			}
			w.moves(care.CPIOperator, care.OpRedirect, catalogue.ReferralMoveForm{Agency: "terzo_settore", Note: "Prova"})
			w.isReferred(care.ReferralRedirected, care.ReferralRequested)
			second := w.referral()
			require.Equal(t, first.ID, second.Continues)
			require.Equal(t, "terzo_settore", second.ToAgency)
			require.Equal(t, care.ThirdSectorOperator, w.task(care.ReferralAnswer).Role)
			require.Equal(t, term, w.task(care.ReferralAnswer).Due, "a redirection gives no time")
			w.moves(care.ThirdSectorOperator, care.OpAcknowledge, catalogue.ReferralMoveForm{})
			if acknowledged {
				require.Equal(t, term, w.task(care.ReferralAnswer).Due, "nor does who is asked by it")
			}
			w.moves(care.ThirdSectorOperator, care.OpAccept, catalogue.ReferralMoveForm{})
			w.isReferred(care.ReferralRedirected, care.ReferralAccepted)
			require.Equal(t, care.ThirdSectorOperator, w.task(care.PlacementAppointment).Role)
		})
	}
}

// A partner without accounts has no appointment, pact or measure to record: what
// came of it is told by its link, or by the sender's side.
func TestPlacementRedirectedToAPartnerWithoutAccounts(t *testing.T) {
	for end, outcome := range map[string]string{care.Completed: care.Completed, care.Failed: care.Unsuccessful} {
		inSkippedTime(t, func(w *casework) {
			w.reaches(care.ReferralAnswer)
			w.moves(care.CPIOperator, care.OpRedirect, catalogue.ReferralMoveForm{Agency: "commit", Note: "Prova"})
			w.moves(care.SocialWorker, care.OpAcknowledge, catalogue.ReferralMoveForm{})
			w.moves(care.SocialWorker, care.OpAccept, catalogue.ReferralMoveForm{})
			w.isReferred(care.ReferralRedirected, care.ReferralInProgress)
			require.Equal(t, care.SocialWorker, w.task(care.ReferralOutcome).Role)
			form := care.Completion{Outcome: end}
			if end == care.Failed {
				form.Reason = "person_absent"
			}
			w.does(care.ReferralOutcome, form)
			require.Equal(t, outcome, w.branch(care.RunPlacement).Outcome)
			w.decides()
			w.task(care.Review)
		})
	}
}

func TestPlacementWithdrawn(t *testing.T) {
	for _, c := range []struct {
		name  string
		until func(w *casework)
		tells bool // the person that her appointment is no more
	}{
		{"requested", func(w *casework) { w.reaches(care.ReferralAnswer) }, false},
		{"received", func(w *casework) { w.reaches(care.ReferralAnswer); w.acknowledges() }, false},
		{"on hold", func(w *casework) { w.reaches(care.ReferralAnswer); w.acknowledges(); w.holds() }, false},
		{"accepted", func(w *casework) { w.reaches(care.PlacementAppointment) }, false},
		{"before the pact", func(w *casework) { w.reaches(care.ServicePact) }, true},
		{"in progress", func(w *casework) { w.reaches(care.Measure) }, false},
		{"during a measure", func(w *casework) { w.reaches(care.PlacementOutcome) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				c.until(w)
				w.refused(care.RefusedForbidden, w.move(care.CPIOperator, w.referral(), care.OpWithdraw, catalogue.ReferralMoveForm{}))
				w.withdraws()
				if c.tells {
					w.does(care.TellPerson, care.Completion{Outcome: care.Informed})
				}
				w.placementEnds(care.ReferralEnded, care.ReferralWithdrawn)
				require.NotContains(t, w.appointments(), "booked")
			})
		})
	}
}

func TestPlacementWithoutAPact(t *testing.T) {
	const good, none = care.GoodReason, "no_reason_given"
	for _, c := range []struct {
		name   string
		missed []string
		last   care.Completion
	}{
		{"declined", nil, care.Completion{Outcome: care.Declined, Note: "Prova"}},
		{"missed twice", []string{none}, care.Completion{Outcome: care.NoShow, Reason: none}},
		{"good reasons do not count", []string{good, none, good}, care.Completion{Outcome: care.NoShow, Reason: none}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.reaches(care.ServicePact)
				for _, reason := range c.missed {
					w.does(care.ServicePact, care.Completion{Outcome: care.NoShow, Reason: reason, At: w.soon()})
				}
				w.does(care.ServicePact, c.last)
				w.placementEnds(care.Unsuccessful, care.ReferralFailed)
				require.ElementsMatch(t, []string{"held", "no_show"}, w.appointments()) // level 2 and the CPI
			})
		})
	}
}

func TestPlacementMeasures(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Measure)
		w.isReferred(care.ReferralInProgress)
		for _, measure := range []string{"orientation", "training"} {
			w.does(care.Measure, care.Completion{Outcome: care.Started, Measure: measure, Until: w.soon()})
			w.does(care.PlacementOutcome, care.Completion{Outcome: care.AnotherTry, Note: "Prova"})
		}
		w.does(care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: w.soon(), Enterprise: "Impresa Prova"})
		w.does(care.PlacementOutcome, care.Completion{Outcome: care.InTraining})
		w.placementEnds(care.InTraining, care.ReferralCompleted)
	})
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.PlacementOutcome)
		w.does(care.PlacementOutcome, care.Completion{Outcome: care.Unsuccessful, Note: "Prova"})
		w.placementEnds(care.Unsuccessful, care.ReferralFailed)
	})
}
