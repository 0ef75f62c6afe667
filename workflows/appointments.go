package workflows

import (
	"slices"
	"strings"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// An appointment is moved or cancelled beside the path of the run that has it, whatever
// that rests on: the confirmation, or how it went. Its time is the record's, so a move
// leaves the path where it is.

// tellPoint begins the point of the task to tell the person that the service has moved her
// appointment, or that appointments are cancelled while her case stands still. The revision
// follows.
const tellPoint = "tell_person"

// cancellingCourse is the course of a placement from which on its appointment can be
// cancelled: the employment centre then gives another one.
const cancellingCourse = 3

// cancels says whether an entry cancels the appointment of a placement.
func cancels(r *run.Run) func(ledger.Entry) bool {
	return func(e ledger.Entry) bool {
		return r.Course() >= cancellingCourse && e.Answer.Operation == care.OpCancelMeeting && expects(r, e.Target)
	}
}

// expects says whether a run has an appointment of this id that stands.
func expects(r *run.Run, id string) bool {
	return slices.ContainsFunc(r.State().Open, func(o care.OpenPoint) bool { return o.Kind == care.OpenAppointment && o.ID == id })
}

// besideService hears of the appointment with a service: cancelled it ends the run, and its
// case has somebody book again.
func besideService(r *run.Run, e ledger.Entry) run.Handling {
	if e.Answer.Operation == care.OpCancelMeeting {
		if !expects(r, e.Target) {
			return run.Refused
		}
		return r.Interrupt(e.Answer)
	}
	return besideAppointment(r, e)
}

// endService ends the run early. Of a cancelled appointment its case hears as of one that
// the service itself did not confirm.
func endService(r *run.Run, why care.Answer) (care.Code, error) {
	if why.Operation != care.OpCancelMeeting {
		return care.EndedEarly, r.WindUp()
	}
	opening, err := r.Opening()
	if err != nil {
		return "", err
	}
	r.Report.Service, r.Report.Reason = opening.Service, why.Reason
	return care.NotReached, r.WindUp()
}

// besideAppointment hears that the appointment of a run is moved, that the person was told,
// and that it is over: then there is nothing to tell any more.
func besideAppointment(r *run.Run, e ledger.Entry) run.Handling {
	switch e.Answer.Operation {
	case care.OpMoveMeeting:
		if !expects(r, e.Target) || e.Answer.At == nil {
			return run.Refused
		}
		r.Effects().Appointments = append(r.Effects().Appointments, ledger.AppointmentChange{ID: e.Target, At: *e.Answer.At})
		dropTelling(r)
		if e.Answer.Reason == care.ServiceUnavailable {
			askToTell(r)
		}
		return run.Done
	case care.OpComplete:
		if told(r, e) {
			return run.Done
		}
		if (saysHowItWent(r, e.Target) || e.Answer.Outcome == care.Held || e.Answer.Outcome == care.NoShow) && r.Awaits(e) {
			dropTelling(r)
		}
	case care.OpCancelMeeting:
		if r.Awaits(e) {
			dropTelling(r)
		}
	}
	return run.ForPath
}

// askToTell has somebody tell the person what became of an appointment.
func askToTell(r *run.Run) {
	r.OpenTask(run.Turn(tellPoint, r.Revision()), ledger.TaskChange{Kind: care.TellPerson, Role: r.Policy.Desk.Link})
}

// told ends the task to tell the person, where an entry says that they were told.
func told(r *run.Run, e ledger.Entry) bool {
	telling := openBeside(r, tellPoint)
	if telling == "" || e.Target != r.IDOf(telling) {
		return false
	}
	r.EndTask(telling, e.Answer.Outcome)
	return true
}

// saysHowItWent says whether a task is to say how the appointment of the run went.
func saysHowItWent(r *run.Run, task string) bool {
	return slices.ContainsFunc(r.State().Open, func(o care.OpenPoint) bool {
		return o.ID == task && (strings.HasPrefix(o.Point, interviewPoint+"/") || strings.HasPrefix(o.Point, pactPoint+"/"))
	})
}

// dropTelling ends the task to tell the person of a time that is not hers any more.
func dropTelling(r *run.Run) {
	if telling := openBeside(r, tellPoint); telling != "" {
		r.DropTask(telling)
	}
}
