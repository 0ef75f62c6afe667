package workflows_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
)

// decides answers whatever asks what is next: nothing else is needed.
func (w *casework) decides() {
	w.Helper()
	answers := map[care.TaskKind]string{care.NextService: care.NotNeeded, care.BookAgain: care.NotNeeded, care.FindPerson: care.SeenTo, care.DecideNext: care.NotNeeded}
	for _, t := range w.tasks("") {
		if outcome := answers[t.Kind]; outcome != "" {
			w.does(t.Kind, care.Completion{Outcome: outcome, Note: "Prova"})
		}
	}
}

// asksNext asserts that the open task of a kind has a term, a role that somebody has, and says why.
func (w *casework) asksNext(kind care.TaskKind, reason string) ledger.Task {
	w.Helper()
	w.waits(kind)
	t := w.task(kind)
	require.Equal(w, reason, t.Reason)
	require.NotNil(w, t.Due, "it has a clock")
	require.NotEmpty(w, w.as(t.Role).ID, "somebody has the role")
	require.Equal(w, kind, w.file().Waiting.Task, "the case says so")
	return t
}

// assesses has the assessment of the first appointment end so.
func (w *casework) assesses(form care.Completion) {
	w.Helper()
	w.reaches(care.Assessment)
	form.Areas = findings
	w.does(care.Assessment, form)
}

// Whoever is left without a next step is somebody's task, with the reason; what is answered
// then leads on.
func TestNobodyIsLeftWithoutANextStep(t *testing.T) {
	areas := findings
	for name, c := range map[string]struct {
		comes  func(*casework)
		kind   care.TaskKind
		reason string
	}{
		"onward in no order of services": {func(w *casework) { w.assesses(care.Completion{Outcome: care.Onward}) }, care.NextService, care.Onward},
		"the service cancels": {func(w *casework) {
			w.reaches(care.ConfirmAppointment)
			w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Cancelled, Reason: care.ServiceUnavailable})
		}, care.BookAgain, care.ServiceUnavailable},
		"the person cancels": {func(w *casework) {
			w.reaches(care.ConfirmAppointment)
			w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Cancelled, Reason: care.PersonCancelled})
		}, care.BookAgain, care.PersonCancelled},
		"the person is not reached": {func(w *casework) {
			w.reaches(care.ConfirmAppointment)
			w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Cancelled, Reason: care.NotReachable})
		}, care.FindPerson, care.NotReachable},
		"no-shows past the limit": {func(w *casework) {
			w.reaches(care.Interview)
			for missed := 1; ; missed++ {
				w.does(care.Interview, care.Completion{Outcome: care.NoShow, Reason: "no_reason_given", At: w.soon()})
				if missed == w.policy().NoShowAttempts() {
					return
				}
				w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
			}
		}, care.FindPerson, care.NoShow},
		"a practice that was granted": {func(w *casework) {
			w.assesses(care.Completion{Outcome: care.PracticeOpen, Matter: "family_reunification"})
			w.does(care.FollowPractice, care.Completion{Outcome: care.Granted})
		}, care.DecideNext, care.Granted},
		"a practice that was refused": {func(w *casework) {
			w.assesses(care.Completion{Outcome: care.PracticeOpen, Matter: "family_reunification"})
			w.does(care.FollowPractice, care.Completion{Outcome: care.Refused, Note: "Prova"})
		}, care.DecideNext, care.Refused},
		"social work that was broken off": {func(w *casework) {
			w.assesses(care.Completion{Outcome: care.ToSocial})
			w.does(care.SocialService, care.Completion{Outcome: care.Abandoned, Note: "Prova"})
		}, care.DecideNext, care.Abandoned},
		"no pact": {func(w *casework) {
			w.reaches(care.ServicePact)
			w.does(care.ServicePact, care.Completion{Outcome: care.Declined, Note: "Prova"})
		}, care.DecideNext, care.Declined},
		"who never comes to the employment centre": {func(w *casework) {
			w.reaches(care.ServicePact)
			for range w.policy().NoShowAttempts() {
				w.does(care.ServicePact, care.Completion{Outcome: care.NoShow, Reason: "no_reason_given", At: w.soon()})
			}
		}, care.FindPerson, care.NoShow},
		"no placement": {func(w *casework) {
			w.reaches(care.PlacementOutcome)
			w.does(care.PlacementOutcome, care.Completion{Outcome: care.Unsuccessful, Note: "Prova"})
		}, care.DecideNext, care.Unsuccessful},
		"sent on by the employment centre, and done there": {func(w *casework) {
			w.reaches(care.ReferralAnswer)
			w.moves(care.CPIOperator, care.OpRedirect, catalogue.ReferralMoveForm{Agency: "cpia", Note: "Prova"})
			w.moves(care.SocialWorker, care.OpAcknowledge, catalogue.ReferralMoveForm{})
			w.moves(care.SocialWorker, care.OpAccept, catalogue.ReferralMoveForm{})
			w.does(care.ReferralOutcome, care.Completion{Outcome: care.Completed})
		}, care.DecideNext, care.Completed},
		"an équipe without a plan": {func(w *casework) {
			w.assesses(care.Completion{Outcome: care.ToEquipeBetween, Areas: areas})
			w.confirms(seated...)
			for _, role := range seated {
				w.speaks(role, care.Favourable)
			}
			w.does(care.PlanDraft, care.Completion{Outcome: care.NoPlan, Reason: "other_path", Note: "Prova"})
		}, care.DecideNext, "other_path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSkippedTime(t, func(w *casework) {
				c.comes(w)
				next := w.asksNext(c.kind, c.reason)
				form := care.Completion{Outcome: care.NotNeeded, Note: "Prova"}
				if c.kind == care.FindPerson {
					form.Outcome = care.SeenTo
				}
				w.does(next.Kind, form)
				require.Equal(t, care.StageFollowUp, w.file().Stage)
				w.closesEarly()
				w.closed(care.OutcomeMovedAway)
			})
		})
	}
}

// A new appointment that is booked goes on like the first.
func TestACancelledAppointmentIsBookedAgain(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Cancelled, Reason: care.ServiceUnavailable})
		next := w.asksNext(care.BookAgain, care.ServiceUnavailable)
		require.Equal(t, "uoc_immigrazione", next.Service)
		w.does(care.BookAgain, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: care.Code(next.Service), At: *w.soon()}}})
		w.waits(care.ConfirmAppointment)
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
		w.does(care.Interview, care.Completion{Outcome: care.Held})
		w.does(care.Assessment, care.Completion{Outcome: care.Resolved, Areas: findings})
		w.waits()
		require.Equal(t, care.StageFollowUp, w.file().Stage)
	})
}

// Who is not found is not reviewed in two months: whether the case is closed is decided.
func TestWhoIsNotFoundIsDecidedAbout(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Cancelled, Reason: care.NotReachable})
		w.does(care.FindPerson, care.Completion{Outcome: care.NotReached, Note: "Prova"})
		w.waits(care.Closure)
		w.closes(care.OutcomeUnreachable)
		w.closed(care.OutcomeUnreachable)
	})
}

// Two appointments that end alike ask for the same once.
func TestWhatIsNextIsAskedOnce(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.does(care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{
			{Service: "uoc_immigrazione", Matter: "family_reunification", At: *w.soon()}, {Service: "uoc_immigrazione", At: w.after(1)}, {Service: "pas", At: w.after(2)},
		}})
		for range 3 {
			w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Cancelled, Reason: care.ServiceUnavailable})
		}
		w.waits(care.BookAgain, care.BookAgain) // one for each service
		require.Len(t, w.when("task_joined book_again"), 1)
	})
}

// A referral that ends with the person's consent leaves its need open.
func TestAConsentThatEndsAReferralAsksWhatIsNext(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Assessment)
		w.consents()
		require.Equal(t, ledger.CommandWorked, w.refers("terzo_settore").State)
		w.does(care.Assessment, care.Completion{Outcome: care.Resolved, Areas: findings})
		w.withdrawsConsent()
		w.asksNext(care.DecideNext, care.ConsentOver)
	})
}

// A permit that is not renewed asks what is next, besides the look at its days; a new one
// needs no decision any more.
func TestAPermitThatIsNotRenewedAsksWhatIsNext(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		expiry := w.now().AddDate(0, 0, 30)
		w.permit = &expiry
		w.reaches(care.Orientation)
		w.does(care.PermitRenewal, care.Completion{Outcome: care.NotRenewed, Note: "Prova"})
		w.waits(care.Orientation, care.DecideNext)
		require.Equal(t, care.NotRenewed, w.task(care.DecideNext).Reason)
		w.passes(31 * day)
		w.does(care.PermitRenewal, care.Completion{Outcome: care.NotRenewed, Note: "Prova"})
		w.waits(care.Orientation, care.DecideNext)
		w.does(care.DecideNext, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		w.passes(60 * day)
		w.does(care.PermitRenewal, care.Completion{Outcome: care.NotRenewed, Note: "Prova"})
		w.waits(care.Orientation, care.DecideNext)
		w.asks(care.DeskOperator, catalogue.Permit.Command("", w.id, catalogue.PermitForm{Permit: "long_term"}))
		w.rest()
		w.waits(care.Orientation, care.Reconsider) // it makes possible what was not
	})
}

// A measure that is under way is checked as often as the zone says, until its outcome is known.
func TestAMeasureUnderWayIsChecked(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.reaches(care.Measure)
		until := w.now().AddDate(0, 3, 0)
		w.does(care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: &until})
		w.passes(29 * day)
		w.waits(care.PlacementOutcome)
		w.passes(3 * day)
		w.waits(care.PlacementOutcome, care.CheckMeasure)
		check := w.task(care.CheckMeasure)
		require.Equal(t, []any{care.CPIOperator, "cpi"}, []any{check.Role, check.Agency})
		require.NotNil(t, check.Due)
		w.does(care.CheckMeasure, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		w.waits(care.PlacementOutcome)
		w.passes(32 * day)
		w.waits(care.PlacementOutcome, care.CheckMeasure) // and again
		w.does(care.PlacementOutcome, care.Completion{Outcome: care.AnotherTry, Note: "Prova"})
		w.waits(care.Measure)
		until = w.now().AddDate(0, 0, 20)
		w.does(care.Measure, care.Completion{Outcome: care.Started, Measure: "training", Until: &until})
		w.passes(32 * day) // the measure is over: what is asked is its outcome
		w.waits(care.PlacementOutcome)
		w.withdraws()
		w.waits()
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
	})
}

// A check that is open ends with the referral.
func TestACheckEndsWithItsMeasure(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.reaches(care.Measure)
		until := w.now().AddDate(1, 0, 0)
		w.does(care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: &until})
		w.does(care.CheckMeasure, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		w.task(care.CheckMeasure)
		w.withdraws()
		w.placementEnds(care.ReferralEnded, care.ReferralWithdrawn)
	})
}

// Whoever shows a permit for the first time is asked again what they can have; a renewal
// that was asked for in time changes nothing.
func TestAPermitThatIsGrantedAsksAgain(t *testing.T) {
	shows := func(w *casework, permit string) {
		w.asks(care.DeskOperator, catalogue.Permit.Command("", w.id, catalogue.PermitForm{Permit: permit}))
	}
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		ended := w.now().AddDate(0, 0, -10)
		w.permit = &ended
		w.reaches(care.Orientation)
		w.does(care.PermitRenewal, care.Completion{Outcome: care.NotRenewed, Note: "Prova"})
		w.does(care.DecideNext, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		w.waits(care.Orientation)
		shows(w, "protection")
		w.rest()
		w.waits(care.Orientation, care.Reconsider)
		again := w.task(care.Reconsider)
		require.Equal(t, care.PermitGranted, again.Reason)
		require.NotNil(t, again.Due)
		w.does(care.Reconsider, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		shows(w, "work")
		w.rest()
		w.waits(care.Orientation)
	})
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		ends := w.now().AddDate(0, 0, 30)
		w.permit = &ends
		w.reaches(care.Orientation)
		today := w.now()
		w.does(care.PermitRenewal, care.Completion{Outcome: care.ReceiptShown, At: &today})
		shows(w, "work")
		w.rest()
		w.waits(care.Orientation)
	})
}

// What a merge writes is looked after in the file that stays: the dates of the plan that
// it brings, and what was to be decided.
func TestWhatAMergeBringsIsLookedAfter(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Cancelled, Reason: care.ServiceUnavailable})
		w.waits(care.BookAgain)
		kept := w.another("prato")
		kept.opens()
		form := catalogue.MergeForm{Into: kept.id, Note: "Prova"}
		w.asks(care.SocialWorker, catalogue.Merge.Command("", w.id, form))
		kept.rest()
		kept.waits(care.FirstListening, care.DecideNext)
		require.Equal(t, care.OutcomeMerged, kept.task(care.DecideNext).Reason)
		kept.does(care.DecideNext, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		kept.closesEarly()
		kept.closed(care.OutcomeMovedAway)
	})
	inSkippedTime(t, func(w *casework) {
		w.takesOver()
		due := w.plan(care.PlanActive).Content.Actions[0].Until
		kept := w.another("prato")
		kept.reaches(care.ConfirmAppointment)
		form := catalogue.MergeForm{Into: kept.id, Note: "Prova"}
		w.asks(care.SocialWorker, catalogue.Merge.Command("", w.id, form))
		kept.passes(due.Sub(kept.now()) + 5*day)
		kept.task(care.PlanActionDue)
	})
}

// The birthdays are those of the day of birth as it stands after a merge, and each is asked
// about once.
func TestAMergeLooksAtTheDayOfBirthAgain(t *testing.T) {
	merges := func(from, into *casework) {
		form := catalogue.MergeForm{Into: into.id, Note: "Prova"}
		from.asks(care.SocialWorker, catalogue.Merge.Command("", from.id, form))
	}
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.opensFor(1995)
		require.NoError(t, w.asWorker(w.id, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE person SET birth_date = '2011-03-01' WHERE case_id = $1`, w.id)
			return err
		}))
		second := w.another("prato")
		second.opensFor(2011)
		merges(second, w)
		w.passes(60 * day)
		w.waits(care.FirstListening, care.Reconsider)
		w.does(care.Reconsider, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		third := w.another("prato")
		third.opensFor(2011)
		merges(third, w)
		w.passes(2 * day)
		w.waits(care.FirstListening)
	})
}

// Who is rejected for now is somebody's task on the day that the sender names.
func TestARejectionForNowComesBack(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.reaches(care.ReferralAnswer)
		w.moves(care.CPIOperator, care.OpReject, catalogue.ReferralMoveForm{Reason: "no_availability", Note: "Prova"})
		for range 2 {
			later := w.now().AddDate(0, 0, 28)
			w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.Moved, At: &later, Note: "Prova"})
			next := w.task(care.NextStepAfterRejection)
			require.True(t, next.Due.After(later), "its clocks begin then")
			w.passes(28 * day)
			require.Equal(t, health.Planned, w.file().Waiting.Health)
		}
		w.passes(9 * day)
		require.Equal(t, health.Late, w.file().Waiting.Health)
		w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.Resubmit, Note: "Prova"})
		w.waits(care.ReferralAnswer)
	})
}

// Who cannot be reached for a review is looked for before the next one is waited for.
func TestWhoIsNotReachedForAReviewIsLookedFor(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Review)
		w.does(care.Review, care.Completion{Outcome: care.NotMet, Reason: care.NotReachable})
		w.asksNext(care.DecideNext, care.NotReachable)
		w.does(care.DecideNext, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		w.waits()
		w.does(care.Review, care.Completion{Outcome: care.NotMet, Reason: care.GoodReason})
		w.waits()
	})
}
