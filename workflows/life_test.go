package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/correction"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/undoing"
)

func (w *casework) suspends(until time.Time) {
	w.Helper()
	form := agenda.SuspendForm{Until: &until, Reason: "abroad"}
	for _, a := range w.file().Appointments {
		form.Kept = append(form.Kept, a.ID)
	}
	require.Empty(w, catalogue.Suspend.Check(form, w.around()))
	w.asks(care.SocialWorker, catalogue.Suspend.Command("", w.id, form))
}

func TestSuspendedCaseStandsStillAndResumesByItself(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.reaches(care.ReferralAnswer)
		until := at(t, "2027-03-01 09:00")
		w.suspends(until)
		require.Equal(t, health.WaitTime, w.file().Waiting.For)
		require.Equal(t, "resume", w.file().Waiting.Then)
		w.passes(40 * day)
		require.Empty(t, w.mails(), "nobody is reminded")
		require.Equal(t, health.Planned, w.file().Waiting.Health)
		w.passes(9 * day)
		require.Nil(t, w.file().SuspendedUntil)
		require.Equal(t, health.Planned, w.file().Waiting.Health, "its clocks are computed anew")
		w.passes(3 * day)
		require.Equal(t, []string{"Wed 2027-03-03 18:00"}, w.when("reminder_sent referral_answer"))
		w.happened("suspended abroad", "resumed")
	})
}

func TestSuspendedCaseMayBeResumedWorkedAndClosed(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		w.suspends(w.now().Add(100 * day))
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed}) // somebody works on all the same
		w.passes(50 * day)
		require.Empty(t, w.when("reminder_sent interview"))
		form := agenda.SuspendForm{Until: w.soon(), Reason: "other"}
		w.refused(care.RefusedOpen, w.ask(care.SocialWorker, catalogue.Suspend.Command("", w.id, form)))
		w.asks(care.DeskOperator, catalogue.Resume.Command("", w.id, catalogue.None{}))
		w.passes(10 * day)
		require.NotEmpty(t, w.when("reminder_sent interview"))
		w.suspends(w.now().Add(100 * day))
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
		require.Nil(t, w.file().SuspendedUntil)
	})
}

// TestASuspensionHasThePersonToldOfWhatIsCancelled, although all else stands still.
func TestASuspensionHasThePersonToldOfWhatIsCancelled(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ReferralAnswer)
		until := w.now().Add(100 * day)
		w.asks(care.SocialWorker, catalogue.Suspend.Command("", w.id, agenda.SuspendForm{Until: &until, Reason: "abroad", Tell: true}))
		require.False(t, w.task(care.TellPerson).Suspended)
		require.True(t, w.task(care.ReferralAnswer).Suspended)
		w.passes(5 * day)
		require.NotEmpty(t, w.when("reminder_sent tell_person"), "its clock goes on")
		w.does(care.TellPerson, care.Completion{Outcome: care.Informed})
		w.asks(care.DeskOperator, catalogue.Resume.Command("", w.id, catalogue.None{}))
	})
}

func TestSuspensionReachesTheReviews(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.takesOver()
		w.suspends(w.now().Add(200 * day))
		w.passes(199 * day)
		for _, task := range w.tasks("") {
			require.NotEqual(t, care.Review, task.Kind)
		}
		w.passes(2 * day)
		w.passes(28 * day)
		for _, task := range w.tasks("") {
			require.NotEqual(t, care.Review, task.Kind, "the rhythm begins anew")
		}
		w.passes(5 * day)
		w.task(care.Review)
	})
}

func (w *casework) reopening(stage care.Stage) catalogue.Command {
	form := catalogue.ReopenForm{Stage: stage, Note: "Prova"}
	if stage == care.StageSecondLevel {
		form.Bookings = []care.Booking{{Service: "pas", At: *w.soon()}}
	}
	require.Empty(w, catalogue.Reopen.Check(form, w.around()))
	return catalogue.Reopen.Command("", w.id, form)
}

// A case that ended under an older course and is reopened follows the newest one.
func TestAReopenedCaseFollowsTheNewestCourse(t *testing.T) {
	playKnowing(t, started, 1, func(w *casework) {
		w.opens()
		w.closesEarly()
		w.carrier.(*play).knows = 2
		w.asks(care.SocialWorker, w.reopening(care.StageFirstLevel))
		require.Equal(t, []openRun{{ID: w.run(), Epoch: 2, Course: 2}}, w.openRuns())
		w.waits(care.SocialConsult) // which only the newer course asks in front
		w.does(care.SocialConsult, care.Completion{Outcome: care.NotNeeded, Note: "Prova"})
		w.waits(care.FirstListening)
	})
}

func TestClosedCaseReopensWhereItMakesSense(t *testing.T) {
	for stage, kinds := range map[care.Stage][]care.TaskKind{
		care.StageFirstLevel:  {care.FirstListening},
		care.StageSecondLevel: {care.ConfirmAppointment},
		care.StageEquipe:      {care.EquipeInvitation, care.EquipeInvitation, care.EquipeInvitation, care.EquipeInvitation, care.EquipeInvitation},
		care.StagePlacement:   {care.ReferralAnswer},
		care.StageFollowUp:    {},
	} {
		t.Run(string(stage), func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.reaches(care.Interview)
				w.closesEarly()
				w.passes(90 * day)
				w.asks(care.DeskOperator, w.reopening(stage))
				w.waits(kinds...)
				file := w.file()
				require.Equal(t, stage, file.Stage)
				require.Nil(t, file.Closed)
				w.passes(10 * day)
				w.closesEarly()
				w.closed(care.OutcomeMovedAway)
				w.asks(care.DeskOperator, w.reopening(care.StageFirstLevel)) // and again
				w.reaches(care.Closure)
				w.closes(care.OutcomePlaced)
				w.closed(care.OutcomePlaced)
			})
		})
	}
}

func TestDeathAndMistakeStayClosed(t *testing.T) {
	for _, outcome := range []string{care.OutcomeDeceased, care.OutcomeOpenedByMistake} {
		inSkippedTime(t, func(w *casework) {
			w.reaches(care.ReferralAnswer)
			form := catalogue.EarlyClosure{Outcome: outcome, Note: "Prova"}
			w.asks(care.SocialWorker, catalogue.Close.Command("", w.id, form))
			require.NotEqual(t, care.StageClosed, w.file().Stage, "what cannot be undone takes two")
			w.refused(care.RefusedOpen, w.ask(care.SocialWorker, catalogue.Close.Command("", w.id, form)))
			w.does(care.ClosureApproval, care.Completion{Outcome: care.NotApproved, Note: "Prova"})
			returned := w.task(care.ClosureReturned)
			require.Equal(t, w.as(care.SocialWorker).ID, returned.HolderID, "it goes back to who asked for it")
			require.NotNil(t, returned.Due)
			w.asks(care.SocialWorker, catalogue.Close.Command("", w.id, form)) // asked again
			w.does(care.ClosureApproval, care.Completion{Outcome: care.Approved})
			w.closed(outcome)
			w.happened("task_completed closure_approval/not_approved", "task_completed closure_approval/approved", "case_closed "+outcome)
			w.isReferred(care.ReferralWithdrawn)
			cmd := w.ask(care.DeskOperator, w.reopening(care.StageFirstLevel))
			w.refused(care.RefusedInvalid, cmd)
			require.Equal(t, care.RuleNoReopening, cmd.Refusal.Faults[0].Rule)
			w.closed(outcome)
		})
	}
}

// undoes has two people take the closure of the case back.
func (w *casework) undoes() {
	w.Helper()
	says := catalogue.Mistake.Command(w.key(), w.id, catalogue.ReasonForm{Note: "Prova"})
	_, err := w.records.Assign(context.Background(), w.as(care.SocialWorker), says.NewCommand)
	require.NoError(w, err)
	confirms := catalogue.Undo.Command(w.key(), w.id, catalogue.ReasonForm{Note: "Prova"})
	_, err = w.records.Assign(context.Background(), w.as(care.Supervisor), confirms.NewCommand)
	require.NoError(w, err)
	w.passes(time.Minute)
}

// Two people take back a closure that was a mistake, whatever its outcome. What it
// ended does not begin again by itself: somebody has the task to take the path up.
func TestTwoPeopleTakeAClosureBack(t *testing.T) {
	for outcome, next := range map[string]struct {
		completion care.Completion
		then       []care.TaskKind
	}{
		care.OutcomeDeceased:        {care.Completion{Outcome: care.BackToDesk, Note: "Prova"}, []care.TaskKind{care.FirstListening}},
		care.OutcomeOpenedByMistake: {care.Completion{Outcome: care.ToReviews, Note: "Prova"}, nil},
		care.OutcomeMovedAway:       {care.Completion{Outcome: care.Booked}, []care.TaskKind{care.ConfirmAppointment}},
	} {
		t.Run(outcome, func(t *testing.T) {
			inSkippedTime(t, func(w *casework) {
				w.reaches(care.ReferralAnswer)
				stage := w.file().Stage
				w.asks(care.SocialWorker, catalogue.Close.Command("", w.id, catalogue.EarlyClosure{Outcome: outcome, Note: "Prova"}))
				if w.file().Closed == nil {
					w.does(care.ClosureApproval, care.Completion{Outcome: care.Approved})
				}
				w.closed(outcome)
				w.passes(20 * day)
				w.undoes()
				w.waits(care.TakeUpAgain)
				file := w.file()
				require.Nil(w, file.Closed)
				require.Empty(w, file.Outcome)
				require.Equal(w, stage, file.Stage)
				require.Len(w, file.Lost(), 1, "the placement that it ended")
				w.isReferred(care.ReferralWithdrawn) // and stays so
				w.happened("case_closed "+outcome, "mistake_said", "closure_undone "+outcome, "case_reopened "+string(stage))
				if next.completion.Outcome == care.Booked {
					next.completion.Bookings = []care.Booking{{Service: "pas", At: *w.soon()}}
				}
				w.does(care.TakeUpAgain, next.completion)
				w.waits(next.then...)
				w.closesEarly()
				w.closed(care.OutcomeMovedAway)
			})
		})
	}
}

// Whoever takes the path up again may begin what the closure ended from the case.
func TestWhatAClosureEndedIsBegunAgain(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ReferralAnswer)
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
		w.undoes()
		w.asks(care.SocialWorker, catalogue.Book.Command("", w.id, catalogue.BookingForm{Booking: care.Booking{Service: "pas", At: *w.soon()}}))
		w.waits(care.ConfirmAppointment)
	})
}

func TestPermitThatRunsOut(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		expiry := time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)
		w.permit = &expiry
		w.reaches(care.Measure)
		until := w.now().Add(365 * day)
		w.does(care.Measure, care.Completion{Outcome: care.Started, Measure: "internship", Until: &until})
		checked := func() { w.does(care.CheckMeasure, care.Completion{Outcome: care.SeenTo, Note: "Prova"}) }
		w.passes(79 * day)
		checked()
		w.waits(care.PlacementOutcome)
		w.passes(2 * day) // 2 April, after the first notice at 90 days
		w.waits(care.PlacementOutcome, care.PermitRenewal)
		require.Equal(t, []string{"Thu 2027-04-01 00:00"}, w.when("permit_warning"))
		w.passes(20 * day) // 22 April
		require.Equal(t, []string{"Fri 2027-04-16 18:00"}, w.when("reminder_sent permit_renewal"))
		require.Equal(t, health.Planned, w.file().Waiting.Health, "nothing is late yet")
		w.passes(20 * day) // 12 May, after the ordinary term at 60 days, which fell on a Saturday
		require.Equal(t, []string{"Fri 2027-04-30 18:00"}, w.when("escalated permit_renewal"))
		require.Equal(t, health.Late, w.file().Waiting.Health, "it stands out before the day")
		require.Equal(t, care.PermitRenewal, w.file().Waiting.Task)
		w.passes(50 * day) // 1 July
		require.Equal(t, []string{"Wed 2027-06-30 00:00"}, w.when("permit_last_day"))

		receipt := w.now()
		w.does(care.PermitRenewal, care.Completion{Outcome: care.ReceiptShown, At: &receipt})
		checked()
		w.waits(care.PlacementOutcome)
		require.Equal(t, care.PermitRequested, w.file().PersonData.Permit)
		w.passes(95 * day)
		renewed := w.now().AddDate(2, 0, 0)
		w.does(care.PermitRenewal, care.Completion{Outcome: care.Renewed, Permit: "work", PermitExpiry: care.DateOf(renewed)})
		require.Equal(t, "work", w.file().PersonData.Permit)
		form := catalogue.PermitForm{Permit: "long_term"}
		w.asks(care.DeskOperator, catalogue.Permit.Command("", w.id, form))
		w.passes(800 * day)
		w.waits(care.PlacementOutcome, care.CheckMeasure)
	})
}

func TestTransferToAnotherZone(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.takesOver()
		old := w.run()
		w.asks(care.SocialWorker, w.transferring("pistoia"))
		require.Equal(t, "pistoia", w.file().Transfer)
		w.refused(care.RefusedOpen, w.ask(care.SocialWorker, w.transferring("pistoia")))
		there := w.another("pistoia")
		asked := there.socialWork()
		require.Len(t, asked, 1)

		there.answers(asked[0], care.Completion{Outcome: care.Accepted, Stage: care.StageFirstLevel})
		files, err := w.records.CaseFiles(context.Background(), w.as(care.Supervisor), ledger.CaseFilter{}, ledger.Paging{Limit: 100})
		require.NoError(t, err)
		for _, file := range files.Items {
			require.NotEqual(t, ledger.BareID(old), file.ID, "Prato's access has ended")
		}
		_, err = w.records.CaseFile(context.Background(), w.as(care.Supervisor), ledger.BareID(old))
		require.ErrorIs(t, err, ledger.ErrNotFound)
		tasks, err := w.records.Tasks(context.Background(), w.as(care.Supervisor), ledger.TaskFilter{CaseID: ledger.BareID(old)}, ledger.Paging{})
		require.NoError(t, err)
		require.Empty(t, tasks.Items)

		there.id = w.continuedIn()
		there.waits(care.FirstListening)
		require.Equal(t, []care.PlanState{care.PlanActive}, there.plans())
		there.closesEarly()
		there.closed(care.OutcomeMovedAway)
	})
}

// transferring asks another zone to take the case over.
func (w *casework) transferring(zone string) catalogue.Command {
	w.Helper()
	form := catalogue.TransferForm{Zone: zone, Notice: true, Note: "Prova"}
	require.Empty(w, catalogue.Transfer.Check(form, w.around()))
	return catalogue.Transfer.Command("", w.id, form)
}

// recalling takes back what another zone was asked.
func (w *casework) recalling() catalogue.Command {
	return catalogue.Recall.Command("", w.id, catalogue.None{})
}

// another is a case of the same office, which has no file yet.
func (w *casework) another(zone string) *casework {
	return &casework{carrier: w.carrier, office: w.office, zone: zone}
}

// socialWork lists what the zone's social workers have to do.
func (w *casework) socialWork() []ledger.Task {
	w.Helper()
	page, err := w.records.Tasks(context.Background(), w.as(care.SocialWorker), ledger.TaskFilter{Team: true}, ledger.Paging{})
	require.NoError(w, err)
	return page.Items
}

// continuedIn is the case file in another zone that the case was handed over to.
func (w *casework) continuedIn() (id string) {
	w.Helper()
	require.NoError(w, w.asWorker(w.id, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT continued_in::text FROM case_file WHERE id = $1`, w.id).Scan(&id)
	}))
	return id
}

// answers completes a task of another case's making.
func (w *casework) answers(t ledger.Task, form care.Completion) {
	w.Helper()
	w.claim(t)
	require.Empty(w, completion.Check(w.policy(), t.Kind, form))
	w.asks(t.Role, catalogue.Complete.Command("", t.ID, form).InRun(t.Run))
}

func TestTransferThatIsRejected(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		w.asks(care.SocialWorker, w.transferring("pistoia"))
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed}) // the case goes on meanwhile
		there := w.another("pistoia")
		there.answers(there.socialWork()[0], care.Completion{Outcome: care.Rejected, Reason: "no_capacity"})
		w.waits(care.Interview)
		require.Empty(t, w.file().Transfer)
		w.asks(care.SocialWorker, w.transferring("pistoia")) // and is asked again
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
	})
}

func TestTransferThatIsRecalled(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Interview)
		w.refused(care.RefusedNotAwaited, w.ask(care.SocialWorker, w.recalling())) // nothing was asked
		w.asks(care.SocialWorker, w.transferring("pistoia"))
		there := w.another("pistoia")
		asked := there.socialWork()
		require.Len(t, asked, 1)
		_, err := w.records.Share(context.Background(), there.as(care.SocialWorker), asked[0].ID)
		require.NoError(t, err)

		w.asks(care.SocialWorker, w.recalling())
		w.waits(care.Interview)
		require.Empty(t, w.file().Transfer)
		require.Empty(t, there.socialWork(), "nothing is asked any more")
		given, err := w.records.Share(context.Background(), there.as(care.SocialWorker), asked[0].ID)
		require.NoError(t, err)
		require.Nil(t, given.Snapshot, "nor shown")
		require.Equal(t, care.EndAnswered, given.Why)
		w.refused(care.RefusedNotAwaited, w.ask(care.SocialWorker, w.recalling()))
		w.asks(care.SocialWorker, w.transferring("pistoia")) // and may be asked again
		require.Equal(t, "pistoia", w.file().Transfer)
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
	})
}

func TestSecondFileOfThePersonIsMerged(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ReferralAnswer)
		kept := w.id
		second := w.another(w.zone)
		second.reaches(care.Interview)
		second.task(care.Interview)
		form := catalogue.MergeForm{Into: kept, Note: "Prova"}
		require.Empty(t, catalogue.Merge.Check(form, w.around()))
		second.asks(care.SocialWorker, catalogue.Merge.Command("", second.id, form))
		merged := second.file()
		require.Equal(t, kept, merged.MergedInto)
		require.Equal(t, care.StageClosed, merged.Stage)

		w.waits(care.ReferralAnswer, care.Interview)
		w.does(care.Interview, care.Completion{Outcome: care.Held}) // its branch goes on in the file that stays
		w.does(care.Assessment, care.Completion{Outcome: care.Resolved, Areas: findings})
		w.waits(care.ReferralAnswer)
		require.Len(t, w.file().Appointments, 2)
		w.moves(care.SocialWorker, care.OpWithdraw, catalogue.ReferralMoveForm{})
		require.Equal(t, care.StageFollowUp, w.file().Stage)
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
	})
}

// Two people take a merge back: each file goes on with its own path, and somebody looks at
// what is to be sorted out.
func TestAMergedFileGoesOnWithItsPathAgain(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ReferralAnswer)
		second := w.another(w.zone)
		second.reaches(care.Interview)
		w.passes(day)
		due := second.task(care.Interview).Due
		second.asks(care.SocialWorker, catalogue.Merge.Command("", second.id, catalogue.MergeForm{Into: w.id, Note: "Prova"}))
		w.waits(care.ReferralAnswer, care.Interview)
		w.passes(day)
		says := catalogue.Mistake.Command(w.key(), second.id, catalogue.ReasonForm{Note: "Prova"})
		_, err := w.records.Assign(context.Background(), w.as(care.SocialWorker), says.NewCommand)
		require.NoError(t, err)
		confirms := catalogue.Undo.Command(w.key(), second.id, catalogue.ReasonForm{Note: "Prova"})
		_, err = w.records.Assign(context.Background(), w.as(care.Supervisor), confirms.NewCommand)
		require.NoError(t, err)
		w.carrier.(*play).start(ledger.Start{Run: second.run(), Case: second.run(), Epoch: 2}) // as whatever is lost
		w.rest()
		second.waits(care.Interview, care.DecideNext)
		w.waits(care.ReferralAnswer, care.DecideNext)
		require.Nil(t, second.file().Closed)
		require.Equal(t, care.StageSecondLevel, second.file().Stage)
		require.Equal(t, due, second.task(care.Interview).Due, "its branch was at work all the while")
		for _, file := range []*casework{w, second} {
			require.Equal(t, string(undoing.Parted), file.task(care.DecideNext).Reason)
			file.does(care.DecideNext, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		}
		second.does(care.Interview, care.Completion{Outcome: care.Held})
		second.does(care.Assessment, care.Completion{Outcome: care.Resolved, Areas: findings})
		require.Equal(t, care.StageFollowUp, second.file().Stage)
		second.closesEarly()
		second.closed(care.OutcomeMovedAway)
		w.moves(care.SocialWorker, care.OpWithdraw, catalogue.ReferralMoveForm{})
		require.Equal(t, care.StageFollowUp, w.file().Stage)
		w.closesEarly()
		w.closed(care.OutcomeMovedAway)
	})
}

func TestMergeIsRefusedForSomebodyElse(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.FirstListening)
		other := &casework{carrier: w.carrier, office: w.office, zone: w.zone, family: "Prova 0002"}
		other.opensFor(1980)
		form := catalogue.MergeForm{Into: w.id, Note: "Prova"}
		cmd := other.ask(care.SocialWorker, catalogue.Merge.Command("", other.id, form))
		w.refused(care.RefusedInvalid, cmd)
		require.Equal(t, []care.Fault{{Field: "into", Rule: care.RuleSecondEyes}}, cmd.Refusal.Faults)
		other.waits(care.FirstListening)
	})
}

// Where the zone says so, social needs call the social worker to the desk, and
// the services follow each other while the desk stays the person's link.
func TestServicesFollowEachOtherInLucca(t *testing.T) {
	inZone(t, "lucca", func(w *casework) {
		w.opens()
		w.does(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: []string{w.socialNeed()}})
		w.does(care.SocialConsult, care.Completion{Outcome: care.Consulted, Note: "Prova"})
		w.does(care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: care.Code(w.policy().FollowThrough[0]), At: *w.soon()}}})
		for i := range w.policy().FollowThrough {
			w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
			w.does(care.Interview, care.Completion{Outcome: care.Held})
			w.does(care.Assessment, care.Completion{Outcome: care.Onward, Areas: []care.AreaFinding{{Area: w.socialNeed(), Need: "some"}}})
			if i+1 < len(w.policy().FollowThrough) {
				next := w.task(care.NextService)
				require.Equal(t, care.DeskOperator, next.Role)
				require.Equal(t, w.policy().FollowThrough[i+1], next.Service)
				w.does(care.NextService, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: care.Code(next.Service), At: *w.soon()}}})
			}
		}
		w.decides() // after the last one
		require.Equal(t, care.StageFollowUp, w.file().Stage)
	})
}

func (w *casework) socialNeed() string {
	for _, n := range w.policy().Needs {
		if n.Difficulty == care.DifficultySocial {
			return n.Code
		}
	}
	return ""
}

func TestClosureIsSeenByASecondPairOfEyes(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.does(care.Orientation, care.Completion{Outcome: care.Informed})
		w.does(care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: care.OutcomeNeedsMet})
		w.does(care.ClosureApproval, care.Completion{Outcome: care.NotApproved, Note: "Prova"})
		w.waits(care.Closure)
		require.Equal(t, w.as(care.SocialWorker).ID, w.task(care.Closure).HolderID, "it goes back to who proposed it")
		booking := catalogue.BookingForm{Booking: care.Booking{Service: "pas", At: *w.soon()}}
		w.asks(care.DeskOperator, catalogue.Book.Command("", w.id, booking))
		w.waits(care.ConfirmAppointment) // the path goes on instead
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Cancelled, Reason: "person_cancelled"})
		w.decides()
		w.does(care.Review, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomeNeedsMet})
		w.closes(care.OutcomeNeedsMet)
		w.closed(care.OutcomeNeedsMet)
	})
}

// A minor's birthdays ask for somebody: at 16, from when on the take-over is open, and
// half a year before the 18th.
func TestTheDaysOfAMinor(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.opensFor(2011) // on 1 March
		w.passes(48 * day)
		w.waits(care.FirstListening)
		w.passes(2 * day)
		w.waits(care.FirstListening, care.Reconsider)
		w.does(care.Reconsider, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		w.passes(548 * day) // 31 August 2028
		w.waits(care.FirstListening)
		w.passes(2 * day)
		w.waits(care.FirstListening, care.ComingOfAge)
		w.passes(100 * day)
		require.NotEmpty(t, w.when("escalated coming_of_age"), "it has a clock")
		w.does(care.ComingOfAge, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		w.passes(400 * day)
		w.waits(care.FirstListening)
	})
}

// A corrected day of birth moves the birthdays that are waited for: to a later one, to an
// earlier one, and to one that has been meanwhile.
func TestACorrectedDayOfBirthMovesTheBirthdays(t *testing.T) {
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.opensFor(2011) // on 1 March
		corrects := func(born string) {
			w.assign(care.DeskOperator, catalogue.Correct.Command(w.key(), w.id, correction.PersonCorrection{BirthDate: &born, Note: "Prova"}))
		}
		w.passes(30 * day)
		corrects("2011-06-01")
		w.passes(100 * day) // past 1 March
		w.waits(care.FirstListening)
		w.passes(15 * day)
		w.waits(care.FirstListening, care.Reconsider)
		w.does(care.Reconsider, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		corrects("2010-03-01") // 17 and a half on 1 September
		w.passes(60 * day)
		w.waits(care.FirstListening)
		w.passes(40 * day)
		w.waits(care.FirstListening, care.ComingOfAge)
	})
	playFrom(t, at(t, "2027-01-11 09:30"), func(w *casework) {
		w.opensFor(2013)
		born := "1990-05-12" // who was taken for a child is none
		w.assign(care.DeskOperator, catalogue.Correct.Command(w.key(), w.id, correction.PersonCorrection{BirthDate: &born, Note: "Prova"}))
		w.task(care.Reconsider)
		w.waits(care.FirstListening, care.Reconsider)
		w.passes(1000 * day)
		w.waits(care.FirstListening, care.Reconsider)
	})
}

// An action of the plan is somebody's task once its date has come.
func TestTheDatesOfAPlan(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.takesOver()
		action := w.plan(care.PlanActive).Content.Actions[0]
		w.passes(action.Until.Sub(w.now()) - day)
		kinds := func() (kinds []care.TaskKind) {
			for _, task := range w.tasks("") {
				kinds = append(kinds, task.Kind)
			}
			return kinds
		}
		require.NotContains(t, kinds(), care.PlanActionDue)
		w.passes(5 * day)
		require.Contains(t, kinds(), care.PlanActionDue)
		require.Contains(t, []string{"cpi", "comune"}, w.task(care.PlanActionDue).Agency, "of whose action it is, where it has staff of its own")
		w.does(care.PlanActionDue, care.Completion{Outcome: care.SeenTo, Note: "Prova"})
		require.NotContains(t, kinds(), care.PlanActionDue)
	})
}
