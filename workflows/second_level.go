package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// SecondLevel is one appointment with a specialised service (PUA level 2) and
// what comes of it: its outcome is where the person goes from here.
func SecondLevel(ctx workflow.Context, start ledger.Start) error {
	return walk(ctx, start, secondLevel)
}

func secondLevel(r *run) (string, error) {
	opening, err := r.opening()
	if err != nil {
		return "", err
	}
	service := opening.Service
	met, err := r.meet(opening)
	if err != nil || !met {
		return care.NotReached, err
	}
	assessment, err := r.perform("assessment", ledger.TaskChange{Kind: care.Assessment, Service: service})
	if err != nil {
		return "", err
	}
	switch assessment.Outcome {
	case care.PracticeOpen:
		practice, err := r.perform("follow_practice", ledger.TaskChange{Kind: care.FollowPractice, Service: service})
		return practice.Outcome, err
	case care.ToSocial:
		social, err := r.perform("social_service", ledger.TaskChange{Kind: care.SocialService})
		return social.Outcome, err
	case care.Onward: // the next service of the zone's order comes after this one
		r.report.Service = service
	}
	return assessment.Outcome, nil
}

// meet books the appointment and sees to it that the interview is held. A
// person who does not come is booked again, as often as the zone allows; an
// absence with a good reason does not count.
func (r *run) meet(opening care.Answer) (met bool, err error) {
	a := r.appoint("appointment", opening)
	missed := 0
	for turn := 1; missed < r.policy.NoShowAttempts(); turn++ {
		confirmation, err := r.perform(step("confirm_appointment", turn), ledger.TaskChange{Kind: care.ConfirmAppointment, Service: opening.Service})
		if err != nil {
			return false, err
		}
		if confirmation.Outcome == care.Cancelled {
			a.end(care.AppointmentCancelled)
			return false, nil
		}
		a.confirm(confirmation.At)
		interview, err := r.perform(step("interview", turn), ledger.TaskChange{Kind: care.Interview, Service: opening.Service, From: &a.at})
		if err != nil {
			return false, err
		}
		if interview.Outcome == care.Held {
			a.end(care.AppointmentHeld)
			r.met()
			return true, nil
		}
		if interview.Reason != care.GoodReason {
			missed++
		}
		a.miss(interview.At)
	}
	a.end(care.AppointmentNoShow)
	return false, nil
}
