package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// expected is the appointment that stands.
func (w *casework) expected() ledger.Appointment {
	w.Helper()
	for _, a := range w.file().Appointments {
		if a.Stands() {
			return a
		}
	}
	require.FailNow(w, "no appointment stands")
	return ledger.Appointment{}
}

// puts asks that the appointment have another time, for the service or for the person.
func (w *casework) puts(at time.Time, by string) {
	w.Helper()
	a := w.expected()
	form := agenda.Moving{At: at, By: by, Why: "other_cause", Was: &a.At}
	if by != agenda.TheService {
		file := w.file()
		form.Number, form.BirthDate = file.Number, care.DateOf(file.PersonData.BirthDate)
	}
	w.asks(care.SocialWorker, catalogue.MoveAppointment.Command("", a.ID, form).InRun(a.Run))
}

// cancels asks that the appointment be cancelled, for the service.
func (w *casework) cancels(by string) {
	w.Helper()
	a, file := w.expected(), w.file()
	form := agenda.Cancelling{By: by, Why: "cannot_come", Number: file.Number, BirthDate: care.DateOf(file.PersonData.BirthDate)}
	w.asks(care.SocialWorker, catalogue.CancelAppointment.Command("", a.ID, form).InRun(a.Run))
}

// A confirmed appointment that the service moves is the person's to know of: somebody tells
// her, until it is said how it went. It is asked for from its new hour on.
func TestAnAppointmentIsMovedOnceConfirmed(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Interview)
		was := w.expected()
		later := was.At.AddDate(0, 0, 7)
		w.puts(later, agenda.TheService)
		w.waits(care.Interview, care.TellPerson)
		require.Equal(t, []string{"moved", "confirmed"}, w.appointments())
		is := w.expected()
		require.Equal(t, was.ID, is.ID)
		require.WithinDuration(t, later, is.At, 0)
		old := w.file().Appointments[0]
		require.Equal(t, []string{is.ID, agenda.TheService, "other_cause"}, []string{old.MovedTo, old.AskedBy, old.Why})
		require.Len(t, w.when("appointment_moved"), 1)
		require.True(t, w.task(care.Interview).Due.After(later), "its clocks begin with its hour")

		w.does(care.TellPerson, care.Completion{Outcome: care.Informed})
		w.puts(later.Add(time.Hour), agenda.ThePerson) // who knows of it
		w.waits(care.Interview)
		w.puts(later.Add(2*time.Hour), agenda.TheService)
		w.waits(care.Interview, care.TellPerson)
		w.does(care.Interview, care.Completion{Outcome: care.Held})
		w.waits(care.Assessment)
		require.Equal(t, []string{"moved", "moved", "moved", "held"}, w.appointments())
		require.WithinDuration(t, later.Add(2*time.Hour), w.file().Appointments[3].At, 0, "the path has not put it back")
	})
}

// Before it is confirmed the path goes on to confirm the time that it has now.
func TestAnAppointmentIsMovedBeforeItIsConfirmed(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		later := w.expected().At.AddDate(0, 0, 7)
		w.puts(later, agenda.ARelative)
		w.waits(care.ConfirmAppointment)
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
		require.WithinDuration(t, later, w.expected().At, 0)
		require.True(t, w.task(care.Interview).Due.After(later))
		w.does(care.Interview, care.Completion{Outcome: care.Held})
		w.waits(care.Assessment)
	})
}

// A cancelled appointment ends its run, whatever that waits for, and somebody books again.
func TestAnAppointmentIsCancelled(t *testing.T) {
	for _, at := range []care.TaskKind{care.ConfirmAppointment, care.Interview} {
		for by, reason := range map[string]care.Code{agenda.ThePerson: care.PersonCancelled, agenda.TheService: care.ServiceUnavailable} {
			inSkippedTime(t, func(w *casework) {
				w.reaches(at)
				w.cancels(by)
				w.waits(care.BookAgain)
				require.Equal(t, string(reason), w.task(care.BookAgain).Reason)
				require.Equal(t, care.NotReached, w.branch(care.RunService).Outcome)
				require.Equal(t, []string{"cancelled"}, w.appointments())
				require.Equal(t, by, w.file().Appointments[0].AskedBy)
				w.does(care.BookAgain, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: "uoc_immigrazione", At: *w.soon()}}})
				w.waits(care.ConfirmAppointment)
			})
		}
	}
}

// A day that is called off cancels what is expected then, and somebody books again.
func TestADayIsCalledOffWithItsAppointments(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Interview)
		far := w.expected().At.AddDate(0, 0, 273) // nobody else is expected then: 39 weeks later, on the same weekday
		w.puts(far, agenda.ThePerson)
		a := w.expected()
		who, day := w.as(care.Supervisor), care.DateOf(a.At.In(testclock.Rome))
		form := calledoff.Form{Service: a.Service, First: day, Last: day, Reason: "strike"}
		id, err := w.records.CallOff(context.Background(), who, w.key(), form)
		require.NoError(t, err)
		defer func() { require.NoError(t, w.records.TakeBack(context.Background(), who, id)) }()
		w.carrier.(*play).relay()
		w.waits(care.BookAgain)
		require.Equal(t, string(care.ServiceUnavailable), w.task(care.BookAgain).Reason)
		require.Equal(t, []string{"moved", "cancelled"}, w.appointments())
		require.Equal(t, agenda.TheService, w.file().Appointments[1].AskedBy)
	})
}

// The employment centre gives another one in its place.
func TestAnAppointmentOfAPlacementIsCancelled(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ServicePact)
		w.puts(w.expected().At.AddDate(0, 0, 7), agenda.TheService)
		w.waits(care.ServicePact, care.TellPerson)
		w.cancels(agenda.ThePerson)
		w.waits(care.PlacementAppointment)
		w.does(care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: w.soon()})
		w.does(care.ServicePact, care.Completion{Outcome: care.Signed})
		w.waits(care.Measure)
	})
}

// Nobody has confirmed it, and its hour has come: it is said at once whether the person came.
// Who did not, without a reason, is booked again as often as the zone says.
func TestOfAnUnconfirmedAppointmentItIsSaidHowItWent(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.ConfirmAppointment)
		task := w.task(care.ConfirmAppointment)
		w.claim(task)
		early := w.ask(task.Role, catalogue.Complete.Command("", task.ID, care.Completion{Outcome: care.Held}).InRun(task.Run))
		require.Equal(t, []care.Fault{{Field: "outcome", Rule: care.RuleItsHour}}, early.Refusal.Faults)
		next := w.after(24)
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.NoShow, Reason: care.OfficeUnable, At: &next})
		w.waits(care.ConfirmAppointment)
		require.WithinDuration(t, next, w.expected().At, 0)
		w.does(care.ConfirmAppointment, care.Completion{Outcome: care.Held})
		w.waits(care.Assessment)
		require.Len(t, w.file().Meetings, 1)
	})
}
