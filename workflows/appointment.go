package workflows

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// An appointment is the record of when a person is expected, kept by the run
// that expects them.
type appointment struct {
	r        *run
	step, id string
	at       time.Time
}

// appoint books the appointment that an answer asks for.
func (r *run) appoint(step string, wish care.Answer) *appointment {
	a := &appointment{r: r, step: step, id: r.idOf(step)}
	if wish.At != nil {
		a.at = *wish.At
	}
	if r.open(care.OpenStep{Step: step, Kind: care.OpenAppointment, ID: a.id}) {
		r.effects.Appointments = append(r.effects.Appointments, ledger.AppointmentChange{
			ID: a.id, State: care.AppointmentBooked, Service: wish.Service, Matter: wish.Matter, At: a.at,
		})
	}
	return a
}

// confirm confirms the appointment, at another time where one is given.
func (a *appointment) confirm(at *time.Time) { a.become(care.AppointmentConfirmed, at) }

// miss records that the person did not come, and when they are expected next.
func (a *appointment) miss(next *time.Time) {
	a.become(care.AppointmentNoShow, nil)
	a.become(care.AppointmentBooked, next)
}

// end ends the appointment.
func (a *appointment) end(state care.AppointmentState) {
	a.become(state, nil)
	a.r.close(a.step)
}

func (a *appointment) become(state care.AppointmentState, at *time.Time) {
	if at != nil {
		a.at = *at
	}
	a.r.effects.Appointments = append(a.r.effects.Appointments, ledger.AppointmentChange{ID: a.id, State: state, At: a.at})
}
