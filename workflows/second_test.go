package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/workflows"
)

// open lists the branches of a kind that have not ended.
func (w *casework) open(kind care.RunKind) (runs []string) {
	w.Helper()
	for _, b := range w.file().Branches {
		if b.Kind == kind && b.Ended == nil {
			runs = append(runs, b.Run)
		}
	}
	return runs
}

func TestWhatIsOpenIsNotBegunAgain(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Assessment)
		send := catalogue.ReferToCPI.Command("", w.id, catalogue.SendToCPI{})
		convene := catalogue.Convene.Command("", w.id, catalogue.ConveneForm{Kind: care.WithinAgency})
		book := catalogue.Book.Command("", w.id, catalogue.BookingForm{Booking: care.Booking{Service: "uoc_immigrazione", At: *w.soon()}})
		w.asks(care.SocialWorker, send)
		w.asks(care.SocialWorker, convene)
		require.Equal(t, ledger.CommandWorked, w.refers("cpia").State)
		before := len(w.file().Branches)
		for _, second := range []catalogue.Command{send, convene, book} {
			w.refused(care.RefusedOpen, w.ask(care.SocialWorker, second))
		}
		w.refused(care.RefusedOpen, w.refers("cpia"))
		require.Len(t, w.file().Branches, before)
	})
}

// What an assessment and a plan lead to goes on in what is open: nobody is sent
// twice, the timeline says so, and the path goes on to its end.
func TestPathGoesOnInWhatIsOpen(t *testing.T) {
	var caseID string
	var stood workflows.Standing
	end := playFrom(t, started, func(w *casework) {
		w.reaches(care.Assessment)
		w.asks(care.SocialWorker, catalogue.ReferToCPI.Command("", w.id, catalogue.SendToCPI{}))
		require.Equal(t, ledger.CommandWorked, w.refers("cpia").State)
		placement, school := w.open(care.RunPlacement), w.open(care.RunReferral)
		require.Len(t, placement, 1)

		w.does(care.Assessment, care.Completion{Outcome: care.ToCPI, Areas: findings})
		require.Equal(t, placement, w.open(care.RunPlacement))
		require.Equal(t, care.AlreadyOpen, w.branch(care.RunPlacement).Outcome)
		require.Len(t, w.when("branch_joined placement"), 1)

		// A plan that sends the person where they are.
		w.asks(care.SocialWorker, catalogue.Convene.Command("", w.id, catalogue.ConveneForm{Kind: care.BetweenAgencies}))
		w.confirms(seated...)
		for _, role := range seated {
			w.speaks(role, care.Favourable)
		}
		w.does(care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: w.aPlan("")})
		w.signs(seated...)
		w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed})
		require.Equal(t, placement, w.open(care.RunPlacement))
		require.Equal(t, school, w.open(care.RunReferral))
		require.Len(t, w.when("branch_joined placement"), 2)
		require.Len(t, w.when("branch_joined referral"), 1)
		require.Len(t, w.open(care.RunFollowUp), 1, "the plan is followed up")

		caseID, stood = w.id, w.stands(t, w.run())
	})
	// Walked anew from the records, it stands where it stood, and goes on to its end.
	playFrom(t, end.Add(time.Hour), func(w *casework) {
		w.id = caseID
		w.carrier.(*play).rebuild(w, 2)
		w.move(care.CPIOperator, w.referralTo("cpi"), care.OpAcknowledge, catalogue.ReferralMoveForm{})
		require.Equal(t, stood.State, w.stands(t, w.run()).State)
		w.move(care.CPIOperator, w.referralTo("cpi"), care.OpReject, catalogue.ReferralMoveForm{Reason: "not_competent", Note: "Prova"})
		w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.ToEquipe, Note: "Prova"})
		require.Len(t, w.open(care.RunEquipe), 1)
		require.Empty(t, w.open(care.RunPlacement))
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
	})
}

// endsOnwardTwice has two appointments with one service of Lucca end at the same
// next one.
func (w *casework) endsOnwardTwice() {
	w.Helper()
	first, _ := w.policy().Service(w.policy().FollowThrough[0])
	w.opens()
	w.does(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}})
	w.does(care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{
		{Service: care.Code(first.Code), At: *w.soon()}, {Service: care.Code(first.Code), Matter: care.Code(first.Matters[0]), At: w.after(1)},
	}})
	for range 2 {
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
		w.does(care.Interview, care.Completion{Outcome: care.Held})
		w.does(care.Assessment, care.Completion{Outcome: care.Onward, Areas: findings})
	}
}

// The next service is asked for once: the second task joins the first, the timeline
// says so, and the path goes on with the one that there is.
func TestTheNextServiceIsAskedForOnce(t *testing.T) {
	var caseID string
	var stood workflows.Standing
	end := playFrom(t, started, func(w *casework) {
		w.zone = "lucca"
		w.endsOnwardTwice()
		w.waits(care.NextService)
		require.Len(t, w.when("task_joined next_service"), 1)
		caseID, stood = w.id, w.stands(t, w.run())
	})
	playFrom(t, end.Add(time.Hour), func(w *casework) {
		w.zone, w.id = "lucca", caseID
		w.carrier.(*play).rebuild(w, 2)
		w.claim(w.task(care.NextService))
		require.Equal(t, stood.State, w.stands(t, w.run()).State)
		w.does(care.NextService, care.Completion{Outcome: care.NotNeeded, Note: "Prova"})
		require.Equal(t, care.StageFollowUp, w.file().Stage)
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
	})
}

func TestATaskThatJoinedHoldsUpNoClosure(t *testing.T) {
	inZone(t, "lucca", func(w *casework) {
		w.endsOnwardTwice()
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
	})
}
