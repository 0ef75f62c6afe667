package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
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
