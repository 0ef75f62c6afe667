package workflows_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// isSentWithAPlace sends the person to the employment centre with a place of its block.
func (w *casework) isSentWithAPlace() {
	w.Helper()
	w.opens()
	w.does(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{"labour"}})
	w.asks(care.SocialWorker, catalogue.ReferToCPI.Command("", w.id, catalogue.SendToCPI{At: w.soon()}))
	require.Equal(w, []string{"booked"}, w.appointments(), "the referral arrives with its appointment")
	w.waits(care.ReferralAnswer)
}

// TestAPlaceBookedWithTheSending is kept by the acceptance, moved by the centre, and free
// again where the person is not taken; then somebody tells her.
func TestAPlaceBookedWithTheSending(t *testing.T) {
	theCentre := func(w *casework, c catalogue.Command) {
		w.Helper()
		w.asks(care.CPIOperator, c.InRun(w.expected().Run))
	}
	for name, test := range map[string]struct {
		then  func(w *casework)
		waits []care.TaskKind
		is    []string
	}{
		"accepted": {func(w *casework) {
			w.acknowledges()
			w.accepts()
		}, []care.TaskKind{care.ServicePact}, []string{"booked"}},
		"accepted, and signed": {func(w *casework) {
			w.acknowledges()
			w.accepts()
			w.does(care.ServicePact, care.Completion{Outcome: care.Signed})
		}, []care.TaskKind{care.Measure}, []string{"held"}},
		"moved by the centre, then accepted": {func(w *casework) {
			at := w.after(1)
			theCentre(w, catalogue.MoveAppointment.Command("", w.expected().ID, agenda.Moving{At: at, By: agenda.TheService, Why: "office_cannot"}))
			w.waits(care.ReferralAnswer, care.TellPerson)
			w.does(care.TellPerson, care.Completion{Outcome: care.Informed})
			w.acknowledges()
			w.accepts()
			require.True(w, w.expected().At.Equal(at))
		}, []care.TaskKind{care.ServicePact}, []string{"booked", "moved"}},
		"cancelled by the centre, then accepted": {func(w *casework) {
			theCentre(w, catalogue.CancelAppointment.Command("", w.expected().ID, agenda.Cancelling{By: agenda.TheService, Why: "office_cannot"}))
			w.waits(care.ReferralAnswer, care.TellPerson)
			w.does(care.TellPerson, care.Completion{Outcome: care.Informed})
			w.acknowledges()
			w.accepts()
		}, []care.TaskKind{care.PlacementAppointment}, []string{"cancelled"}},
		"rejected, and sent again": {func(w *casework) {
			w.rejects()
			w.waits(care.NextStepAfterRejection, care.TellPerson)
			w.does(care.TellPerson, care.Completion{Outcome: care.Informed})
			w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.Resubmit, Note: "Prova"})
			w.acknowledges()
			w.accepts()
		}, []care.TaskKind{care.PlacementAppointment}, []string{"cancelled"}},
		"redirected": {func(w *casework) {
			w.moves(care.CPIOperator, care.OpRedirect, catalogue.ReferralMoveForm{Agency: "commit", Note: "Prova"})
		}, []care.TaskKind{care.ReferralAnswer, care.TellPerson}, []string{"cancelled"}},
	} {
		t.Run(name, func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.isSentWithAPlace()
				test.then(w)
				w.waits(test.waits...)
				require.ElementsMatch(t, test.is, w.appointments())
			})
		})
	}
	for name, end := range map[string]func(w *casework){
		"rejected, and given up": func(w *casework) {
			w.rejects()
			w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.GiveUp, Note: "Prova"})
		},
		"withdrawn": (*casework).withdraws,
	} {
		t.Run(name, func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.isSentWithAPlace()
				end(w)
				require.Equal(t, care.ReferralEnded, w.branch(care.RunPlacement).Outcome)
				require.Equal(t, []string{"cancelled"}, w.appointments())
				w.does(care.TellPerson, care.Completion{Outcome: care.Informed})
			})
		})
	}
}

// TestAPlaceBookedWithTheAnswer: whoever assesses the person, or agrees on a plan with them, may
// book the place with that; the referral arrives with it, and accepting keeps it. Where she is sent
// there already, or nowhere near, nothing is booked.
func TestAPlaceBookedWithTheAnswer(t *testing.T) {
	held := func(w *casework) (places int) {
		tx, err := w.owner.Begin(context.Background())
		require.NoError(w, err)
		defer func() { _ = tx.Rollback(context.Background()) }()
		_, err = tx.Exec(context.Background(), `SET LOCAL ROLE percorso_owner`)
		require.NoError(w, err)
		require.NoError(w, tx.QueryRow(context.Background(), `SELECT count(*) FROM booking b JOIN command c ON c.id = b.command_id WHERE c.case_id = $1 AND b.state = 'held'`, w.id).Scan(&places))
		return places
	}
	arrives := func(w *casework) {
		w.Helper()
		booked := w.expected()
		require.Equal(w, "cpi", booked.Service)
		require.Zero(w, held(w), "and no other place is held")
		for _, op := range []care.Operation{care.OpAcknowledge, care.OpAccept} {
			require.Equal(w, ledger.CommandWorked, w.move(care.CPIOperator, w.referralTo("cpi"), op, catalogue.ReferralMoveForm{}).State)
		}
		require.Equal(w, booked.ID, w.expected().ID, "which accepting keeps")
		require.NotEmpty(w, w.task(care.ServicePact).ID)
	}
	t.Run("with the assessment", func(t *testing.T) {
		inSkippedTime(t, func(w *casework) {
			w.reaches(care.Assessment)
			w.does(care.Assessment, care.Completion{Outcome: care.ToCPI, Areas: findings, At: w.soon()})
			arrives(w)
		})
	})
	t.Run("with the agreement to the plan", func(t *testing.T) {
		inSkippedTime(t, func(w *casework) {
			w.signsAPlan(w.aPlan(""))
			w.does(care.PlanAgreement, care.Completion{Outcome: care.Agreed, At: w.soon()})
			arrives(w)
		})
	})
	t.Run("to a plan that sends her elsewhere", func(t *testing.T) {
		inSkippedTime(t, func(w *casework) {
			plan := w.aPlan("")
			plan.Actions = plan.Actions[1:]
			w.signsAPlan(plan)
			cmd := w.ask(w.completion(care.PlanAgreement, care.Completion{Outcome: care.Agreed, At: w.soon()}))
			require.Equal(t, ledger.CommandRefused, cmd.State)
			require.Equal(t, []care.Fault{{Field: "at", Rule: agenda.SentElsewhere}}, cmd.Refusal.Faults)
		})
	})
	t.Run("of somebody who is sent there already", func(t *testing.T) {
		inSkippedTime(t, func(w *casework) {
			w.reaches(care.Assessment)
			w.asks(care.DeskOperator, catalogue.ReferToCPI.Command("", w.id, catalogue.SendToCPI{}))
			cmd := w.ask(w.completion(care.Assessment, care.Completion{Outcome: care.ToCPI, Areas: findings, At: w.soon()}))
			require.Equal(t, ledger.CommandRefused, cmd.State)
			require.Equal(t, care.RulePlacementOpen, cmd.Refusal.Faults[0].Rule)
			require.Zero(t, held(w), "what was held for it is free again")
		})
	})
}
