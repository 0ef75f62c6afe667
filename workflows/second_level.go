package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// SecondLevel is one appointment with a specialised service (PUA level 2) and
// what comes of it: its outcome is where the person goes from here.
func SecondLevel(ctx workflow.Context, start ledger.Start) error {
	return run.Execute(ctx, start, secondLevelProcess)
}

var secondLevelProcess = &run.Process{Course: unconfirmedCourse, Path: secondLevel, Beside: besideService, EndEarly: endService}

// unconfirmedCourse is the course of a service from which on it may be said of an appointment
// that nobody confirmed how it went. Before, that is taken for the confirmation, and asked again.
const unconfirmedCourse = 2

// interviewPoint is the point of the task to say how the interview went, with its turn.
const interviewPoint = "interview"

func secondLevel(r *run.Run) (care.Code, error) {
	opening, err := r.Opening()
	if err != nil {
		return "", err
	}
	service := opening.Service
	r.Report.Service = service
	met, err := meet(r, opening)
	if err != nil || !met {
		return care.NotReached, err
	}
	assessment, err := r.Perform("assessment", ledger.TaskChange{Kind: care.Assessment, Service: service})
	if err != nil {
		return "", err
	}
	r.Report.At = assessment.At // the place at the employment centre that was booked with it
	switch assessment.Outcome {
	case care.PracticeOpen:
		practice, err := r.Perform("follow_practice", ledger.TaskChange{Kind: care.FollowPractice, Service: service})
		return practice.Outcome, err
	case care.ToSocial:
		social, err := r.Perform("social_service", ledger.TaskChange{Kind: care.SocialService})
		return social.Outcome, err
	}
	return assessment.Outcome, nil
}

// meet books the appointment and sees to it that the interview is held. A
// person who does not come is booked again, as often as the zone allows; an
// absence with a good reason does not count.
func meet(r *run.Run, opening care.Answer) (met bool, err error) {
	a := r.Appoint("appointment", opening)
	missed := 0
	for turn := 1; missed < r.Policy.NoShowAttempts(); turn++ {
		confirmation, err := r.Perform(run.Turn("confirm_appointment", turn), ledger.TaskChange{Kind: care.ConfirmAppointment, Service: opening.Service})
		if err != nil {
			return false, err
		}
		if confirmation.Outcome == care.Cancelled {
			dropTelling(r)
			a.End(care.AppointmentCancelled)
			r.Report.Reason = confirmation.Reason
			return false, nil
		}
		interview := confirmation
		if r.Course() < unconfirmedCourse || confirmation.Outcome != care.Held && confirmation.Outcome != care.NoShow {
			a.Confirm(confirmation.At)
			if interview, err = r.Perform(run.Turn(interviewPoint, turn), ledger.TaskChange{Kind: care.Interview, Service: opening.Service, From: a.At()}); err != nil {
				return false, err
			}
		}
		if interview.Outcome == care.Held {
			a.End(care.AppointmentHeld)
			tellMet(r)
			return true, nil
		}
		if !agenda.Excused(interview.Reason) {
			missed++
		}
		a.Miss(interview.At)
	}
	a.End(care.AppointmentNoShow)
	r.Report.Reason = care.NoShow
	return false, nil
}
