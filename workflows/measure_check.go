package workflows

import (
	"slices"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// A measure that is under way is looked after: as often as the zone says, whoever does the
// placement is asked how it goes, until it is over or its outcome is known. That is a wait
// beside the path, which rests on the outcome meanwhile.

// checkingCourse is the course of a placement from which on that is asked.
const checkingCourse = 2

// besidePlacement works what concerns the measure under way and not the path.
func besidePlacement(r *run.Run, e ledger.Entry) run.Handling {
	if handling := besideAppointment(r, e); handling != run.ForPath {
		return handling
	}
	if r.LosesMeeting(e) {
		askToTell(r)
	}
	if r.Course() < checkingCourse {
		return run.ForPath
	}
	check := r.Wait(care.DeadlineMeasureCheck)
	task := openBeside(r, care.DeadlineMeasureCheck)
	switch {
	case check.FellDue(e):
		check.End()
		if agency, until := placedBy(r); until == nil || e.Answer.At.Before(*until) {
			r.OpenTask(run.Turn(care.DeadlineMeasureCheck, r.Revision()), ledger.TaskChange{Kind: care.CheckMeasure, Agency: agency})
		}
	case task != "" && e.Answer.Operation == care.OpComplete && e.Target == r.IDOf(task):
		r.EndTask(task, e.Answer.Outcome)
		check.Begin(care.DeadlineMeasureCheck)
		return run.Done
	case !r.Awaits(e):
	case e.Answer.Operation == care.OpComplete && begunBy(r, e):
		check.Begin(care.DeadlineMeasureCheck)
	default: // the outcome, or the end of the referral
		check.End()
		if task != "" {
			r.DropTask(task)
		}
	}
	return run.ForPath
}

// begunBy says whether an entry completes the task to begin a measure.
func begunBy(r *run.Run, e ledger.Entry) bool {
	return slices.ContainsFunc(r.State().Open, func(o care.OpenPoint) bool {
		return o.ID == e.Target && strings.HasPrefix(o.Point, measurePoint+"/")
	})
}

// placedBy is whose the placement is, and the last day of the measure that was begun last.
func placedBy(r *run.Run) (agency care.Code, until *time.Time) {
	first := care.Code("")
	for _, given := range r.State().Answers {
		switch a := given.Answer; {
		case a.Operation == care.OpOpen:
			first, agency = a.Agency, a.Agency
		case a.Operation == care.OpRedirect:
			agency = a.Agency
		case a.Outcome == care.Resubmit:
			agency = first
		case strings.HasPrefix(given.Point, measurePoint+"/"):
			until = a.Until
		}
	}
	return agency, until
}
