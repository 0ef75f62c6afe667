package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// Placement is the work of the employment centre (CPI) for one person: the
// referral until the CPI's yes, an appointment, the service pact, labour
// measures, and their outcome.
func Placement(ctx workflow.Context, start ledger.Start) error {
	return run.Execute(ctx, start, placementProcess)
}

var placementProcess = &run.Process{Course: blockCourse, Path: placement, Beside: besidePlacement}

// blockCourse is the course of a placement from which on it may begin with an appointment: its
// sender has booked a place of the block that the employment centre gives.
const blockCourse = 4

// measurePoint is the point of the task to begin a measure.
const measurePoint = "measure"

// pactPoint is the point of the task to sign the service pact, with its turn.
const pactPoint = "service_pact"

func placement(r *run.Run) (care.Code, error) {
	outcome, err := placing(r)
	if err == nil && openBeside(r, tellPoint) != "" {
		passTelling(r)
	}
	return outcome, err
}

func placing(r *run.Run) (care.Code, error) {
	opening, err := r.Opening()
	if err != nil {
		return "", err
	}
	accepted, outcome, err := askCPI(r, opening)
	if err != nil || accepted == nil {
		return outcome, err
	}
	if agency, _ := r.Policy.Agency(string(accepted.Agency())); agency.ByLink() {
		return placeElsewhere(accepted)
	}
	outcome, err = place(r, accepted)
	if err != nil {
		return "", err
	}
	switch outcome {
	case care.Placed, care.InTraining:
		accepted.Become(care.ReferralCompleted)
	case care.ReferralEnded: // withdrawn: its record says so
	default:
		accepted.Become(care.ReferralFailed)
	}
	return outcome, nil
}

// passTelling leaves it to the case to tell the person that her appointment is no more, as
// the run ends that had it.
func passTelling(r *run.Run) {
	dropTelling(r)
	if r.Course() >= blockCourse {
		r.Report.Agency = care.Code(r.Policy.CPI())
	}
}

// askCPI refers the person until the CPI accepts. After a rejection the sender
// decides, knowing its reason. Nil: no referral came of it, and why.
func askCPI(r *run.Run, opening care.Answer) (accepted *run.Referral, outcome care.Code, err error) {
	for turn := 1; ; turn++ {
		f, err := r.ReferWith(run.Turn("referral", turn), opening.Agency, "", opening.At)
		if err != nil {
			return nil, "", err
		}
		opening.At = nil // who is sent again is given another time
		switch f.State() {
		case care.ReferralAccepted:
			return f, "", nil
		case care.ReferralWithdrawn:
			if f.LostMeeting() {
				passTelling(r)
			}
			return nil, care.ReferralEnded, nil
		}
		if outcome, err = f.Rejected(run.Turn("after_rejection", turn)); err != nil || outcome != "" {
			return nil, outcome, err
		}
	}
}

// placeElsewhere follows a referral that the CPI redirected to a partner without
// accounts: appointment, pact and measures are not its tasks, it says how it went.
func placeElsewhere(f *run.Referral) (care.Code, error) {
	outcome, err := followThrough(f)
	if outcome == care.Failed {
		return care.Unsuccessful, err
	}
	return outcome, err
}

// fixMeeting has the employment centre give the person an appointment, unless she came with
// one; nil: the referral was withdrawn meanwhile.
func fixMeeting(r *run.Run, f *run.Referral, asked, point string) (*run.Appointment, error) {
	if booked := f.TakeMeeting(); booked != nil {
		return booked, nil
	}
	fixed, stands, err := f.Perform(asked, ledger.TaskChange{Kind: care.PlacementAppointment})
	if err != nil || !stands {
		return nil, err
	}
	return r.Appoint(point, care.Answer{Service: f.Agency(), At: fixed.At}), nil
}

// place walks from the CPI's yes to the outcome. The sender may withdraw on the way.
func place(r *run.Run, f *run.Referral) (care.Code, error) {
	meeting, err := fixMeeting(r, f, "appointment", "meeting")
	if err != nil || meeting == nil {
		return care.ReferralEnded, err
	}
	for turn, missed := 1, 0; ; turn++ {
		pact, stands, err := f.PerformUnless(run.Turn(pactPoint, turn), ledger.TaskChange{Kind: care.ServicePact, From: meeting.At()}, cancels(r))
		if err != nil {
			return "", err
		}
		if pact.Operation == care.OpCancelMeeting {
			meeting.End(care.AppointmentCancelled)
			if meeting, err = fixMeeting(r, f, run.Turn("appointment/again", turn), run.Turn("meeting/again", turn)); err != nil || meeting == nil {
				return care.ReferralEnded, err
			}
			continue
		}
		if !stands {
			passTelling(r)
			meeting.End(care.AppointmentCancelled)
			return care.ReferralEnded, nil
		}
		if pact.Outcome == care.Signed {
			meeting.End(care.AppointmentHeld)
			tellMet(r)
			break
		}
		if !agenda.Excused(pact.Reason) {
			missed++
		}
		if pact.Outcome == care.Declined || missed >= r.Policy.NoShowAttempts() {
			meeting.End(care.AppointmentNoShow)
			r.Report.Reason = pact.Outcome
			return care.Unsuccessful, nil
		}
		meeting.Miss(pact.At)
	}
	f.Become(care.ReferralInProgress)
	for turn := 1; ; turn++ {
		measure, stands, err := f.Perform(run.Turn(measurePoint, turn), ledger.TaskChange{Kind: care.Measure})
		if err != nil || !stands {
			return care.ReferralEnded, err
		}
		// Its outcome may be recorded at any time, but nobody is reminded before it should end.
		outcome, stands, err := f.Perform(run.Turn("placement_outcome", turn), ledger.TaskChange{Kind: care.PlacementOutcome, From: measure.Until})
		if err != nil || !stands {
			return care.ReferralEnded, err
		}
		if outcome.Outcome != care.AnotherTry {
			return outcome.Outcome, nil
		}
	}
}
