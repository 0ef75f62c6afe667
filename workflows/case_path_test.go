package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/eligibility"
	"percorso/internal/ledger"
)

func TestCasePathFromTheDeskToPlaced(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Closure)
		w.closes(care.OutcomePlaced)
		w.closed(care.OutcomePlaced)
		w.isReferred(care.ReferralCompleted)
		require.Equal(t, []string{"held", "held"}, w.appointments())
		w.happened(
			"case_opened", "task_completed first_listening/heard", "task_completed orientation/booked", "stage second_level",
			"appointment_confirmed", "task_completed interview/held", "task_completed assessment/cpi", "branch_ended service/cpi",
			"stage placement", "referral_requested", "referral_received", "referral_accepted", "referral_in_progress",
			"task_completed service_pact/signed", "task_completed measure/started", "referral_completed", "task_completed placement_outcome/placed",
			"branch_ended placement/placed", "stage follow_up", "task_completed review/met", "task_completed review/met",
			"task_completed review/met", "task_completed evaluation/propose_closure/placed", "branch_ended follow-up/placed",
			"task_completed closure/closed/placed", "case_closed placed",
		)
	})
}

func TestCasePathEndsWithWhatTheDeskSaid(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.does(care.Orientation, care.Completion{Outcome: care.Informed})
		w.waits(care.Closure)
		w.closes(care.OutcomeNeedsMet)
		w.closed(care.OutcomeNeedsMet)
		require.Empty(t, w.file().Branches)
	})
}

func TestCasePathGoesOnInsteadOfClosing(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.does(care.Orientation, care.Completion{Outcome: care.Informed})
		w.does(care.Closure, care.Completion{Outcome: care.Continue, Note: "Prova"})
		w.waits(care.FirstListening)
		w.reaches(care.Closure) // the whole path, once more
		w.closes(care.OutcomePlaced)
		w.closed(care.OutcomePlaced)
	})
}

func TestCasePathBranchesGoSideBySide(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.does(care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{
			{Service: "uoc_immigrazione", At: *w.soon()}, {Service: "pas", At: w.after(1)},
		}})
		w.waits(care.ConfirmAppointment, care.ConfirmAppointment)
		booking := catalogue.BookingForm{Booking: care.Booking{Service: "spac", At: w.after(2)}}
		w.asks(care.DeskOperator, catalogue.Book.Command("", w.id, booking))
		w.waits(care.ConfirmAppointment, care.ConfirmAppointment, care.ConfirmAppointment)
		w.asks(care.SocialWorker, catalogue.ReferToCPI.Command("", w.id, catalogue.SendToCPI{}))
		require.Equal(t, care.StagePlacement, w.file().Stage)

		cancelled := care.Completion{Outcome: care.Cancelled, Reason: "person_cancelled"}
		for range 3 {
			w.does(care.ConfirmAppointment, cancelled)
		}
		w.waits(care.ReferralAnswer, care.BookAgain, care.BookAgain, care.BookAgain) // the placement is still on its way
		w.decides()
		w.waits(care.ReferralAnswer)
		w.moves(care.SocialWorker, care.OpWithdraw, catalogue.ReferralMoveForm{})
		require.Equal(t, care.StageFollowUp, w.file().Stage)

		w.asks(care.DeskOperator, catalogue.Book.Command("", w.id, booking))
		w.does(care.Review, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomeNeedsMet})
		w.waits(care.ConfirmAppointment) // booked during the follow-up
		w.does(care.ConfirmAppointment, cancelled)
		w.decides()
		w.waits(care.Closure)
		require.Len(t, w.file().Branches, 6)
	})
}

func TestCasePathEndsEarlyFromAnyStage(t *testing.T) {
	type ending struct {
		at       care.TaskKind // what is open when the case is closed
		branches []string      // that it ends, in the order in which they report
	}
	for _, e := range []ending{
		{at: care.FirstListening},
		{at: care.Orientation},
		{care.ConfirmAppointment, []string{"branch_ended service/ended_early"}},
		{care.Interview, []string{"branch_ended service/ended_early"}},
		{care.Assessment, []string{"branch_ended service/ended_early"}},
		{care.ReferralAnswer, []string{"referral_withdrawn", "branch_ended placement/ended_early"}},
		{care.PlacementAppointment, []string{"referral_withdrawn", "branch_ended placement/ended_early"}},
		{care.ServicePact, []string{"appointment_cancelled", "referral_withdrawn", "branch_ended placement/ended_early"}},
		{care.Measure, []string{"referral_withdrawn", "branch_ended placement/ended_early"}},
		{care.PlacementOutcome, []string{"referral_withdrawn", "branch_ended placement/ended_early"}},
		{care.Review, []string{"branch_ended follow-up/ended_early"}},
		{care.Evaluation, []string{"branch_ended follow-up/ended_early"}},
		{at: care.Closure},
	} {
		t.Run(string(e.at), func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.reaches(e.at)
				open := w.task(e.at)
				w.closesEarly()
				w.closed(care.OutcomeMovedAway)
				w.happened(append(e.branches, "case_closed moved_away")...)
				ended, err := w.records.Task(t.Context(), w.as(care.Supervisor), open.ID)
				require.NoError(t, err)
				require.Equal(t, care.TaskObsolete, ended.State)
			})
		})
	}
}

func TestCasePathEndsEveryBranchBeforeItself(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.does(care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{
			{Service: "uoc_immigrazione", At: *w.soon()}, {Service: "pas", At: w.after(1)},
		}})
		w.asks(care.SocialWorker, catalogue.ReferToCPI.Command("", w.id, catalogue.SendToCPI{}))
		answer := w.referral()
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
		timeline := w.timeline()
		require.Equal(t, "case_closed moved_away", line(timeline[len(timeline)-1]))
		for _, b := range w.file().Branches {
			require.Equal(t, care.EndedEarly, b.Outcome, b.Kind)
		}
		// Who was on the way is told.
		w.refused(care.RefusedEnded, w.move(care.CPIOperator, answer, care.OpAcknowledge, catalogue.ReferralMoveForm{}))
	})
}

func TestCasePathWhileItsFollowUpWaits(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.PlacementOutcome)
		w.does(care.PlacementOutcome, care.Completion{Outcome: care.InTraining})
		w.waits() // nothing but a date
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
		w.happened("branch_ended follow-up/ended_early", "case_closed moved_away")
	})
}

func TestCasePathRefusesWhatIsNotAwaited(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.FirstListening)
		w.refused(care.RefusedNotAwaited, w.ask(care.SocialWorker, catalogue.ReferToCPI.Command("", w.id, catalogue.SendToCPI{})))
		role, cmd := w.completion(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}})
		w.refused(care.RefusedTaken, w.ask(care.SocialWorker, cmd)) // a colleague holds it
		w.asks(role, cmd)
		w.refused(care.RefusedNotAwaited, w.ask(role, cmd)) // it is done
		w.waits(care.Orientation)
		w.closesEarly()
		closing := catalogue.EarlyClosure{Outcome: care.OutcomeDeceased, Note: "Prova"}
		w.refused(care.RefusedEnded, w.ask(care.SocialWorker, catalogue.Close.Command("", w.id, closing)))
		w.closed(care.OutcomeMovedAway)
	})
}

func TestCasePathTakesOverNobodyTooOld(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.opensFor(1950)
		w.reaches(care.Assessment)
		areas := []care.AreaFinding{{Area: "labour", Need: "serious"}}
		role, cmd := w.completion(care.Assessment, care.Completion{Outcome: care.ToCPI, Areas: areas})
		refused := w.ask(role, cmd)
		require.Equal(t, ledger.CommandRefused, refused.State)
		require.Equal(t, eligibility.RuleTakeOverAgeMax, refused.Refusal.Faults[0].Rule)
		w.waits(care.Assessment) // the path stands where it stood
		w.does(care.Assessment, care.Completion{Outcome: care.Resolved, Areas: areas})
		require.Equal(t, care.StageFollowUp, w.file().Stage)
	})
}

// A case whose Temporal was lost goes on from Postgres alone, in the middle of
// a branch and with a clock running; the old Temporal, should it come back, is fenced.
func TestCasePathIsRebuilt(t *testing.T) {
	var lost string
	var closing ledger.Command // comes while the old Temporal is all there is
	end := playFrom(t, started, func(w *casework) {
		w.reaches(care.Measure)
		lost = w.id
	})
	playFrom(t, end.Add(time.Hour), func(w *casework) {
		w.id = lost
		w.carrier.(*play).rebuild(w, 2)
		w.waits(care.Measure)
		w.does(care.Measure, care.Completion{Outcome: care.Started, Measure: "training", Until: w.soon()})
		w.does(care.PlacementOutcome, care.Completion{Outcome: care.InTraining})
	})
	playFrom(t, end.Add(2*time.Hour), func(w *casework) {
		w.id = lost
		old := w.carrier.(*play)
		old.rebuild(w, 1)
		before := len(w.timeline())
		form := catalogue.EarlyClosure{Outcome: care.OutcomeMovedAway, Note: "Prova"}
		closing = w.accept(care.SocialWorker, catalogue.Close.Command("", w.id, form))
		old.settle("that the runs of the old epoch leave", func() bool { return old.runs[w.run()].IsReady() })
		require.NoError(t, old.runs[w.run()].Get(old.ctx, nil))
		require.Len(t, w.timeline(), before)
	})
	playFrom(t, end.Add(3*time.Hour), func(w *casework) {
		w.id = lost
		w.carrier.(*play).rebuild(w, 3)
		w.bring(closing)
		w.does(care.ClosureApproval, care.Completion{Outcome: care.Approved})
		w.closed(care.OutcomeMovedAway)
		w.happened("task_completed measure/started", "task_completed placement_outcome/training", "stage follow_up", "case_closed moved_away")
	})
}
