package run

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// An Appointment is the record of when a person is expected, kept by the run
// that expects them.
type Appointment struct {
	r         *Run
	point, id string
	at        time.Time
}

// Appoint books the appointment that an answer asks for.
func (r *Run) Appoint(point string, wish care.Answer) *Appointment {
	a := &Appointment{r: r, point: point, id: r.IDOf(point)}
	if wish.At != nil {
		a.at = *wish.At
	}
	if r.open(care.OpenPoint{Point: point, Kind: care.OpenAppointment, ID: a.id}) {
		r.effects.Appointments = append(r.effects.Appointments, ledger.AppointmentChange{
			ID: a.id, State: care.AppointmentBooked, Service: wish.Service, Matter: wish.Matter, At: a.at,
		})
	}
	return a
}

// At is when the person is expected.
func (a *Appointment) At() *time.Time {
	at := a.at
	return &at
}

// Confirm confirms the appointment, at another time where one is given.
func (a *Appointment) Confirm(at *time.Time) { a.become(care.AppointmentConfirmed, at) }

// Miss records that the person did not come, and when they are expected next.
func (a *Appointment) Miss(next *time.Time) {
	a.become(care.AppointmentNoShow, nil)
	a.become(care.AppointmentBooked, next)
}

// End ends the appointment.
func (a *Appointment) End(state care.AppointmentState) {
	a.become(state, nil)
	a.r.close(a.point)
}

// become moves the record. Its time is the record's own matter, but where it gets another:
// it may have been moved beside the path.
func (a *Appointment) become(state care.AppointmentState, at *time.Time) {
	change := ledger.AppointmentChange{ID: a.id, State: state}
	if at != nil {
		a.at, change.At = *at, *at
	}
	a.r.effects.Appointments = append(a.r.effects.Appointments, change)
}
