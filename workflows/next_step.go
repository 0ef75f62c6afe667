package workflows

import (
	"strings"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// Whoever a branch leaves without a next step is somebody's task: the service is booked
// again, the person is looked for, or it is decided what is next. The task says how what
// came before has ended.

// nextStepCourse is the course of a case from which on that is asked.
const nextStepCourse = 4

// nextPoint ends the point of a task of the path.
const nextPoint = "/next"

// besideNext is the point of a task that is opened beside the path, to decide what is next.
// The reason follows, and then the step: "next_step/not_renewed/17".
const besideNext = "next_step"

// leftBy is the task that the end of a branch leaves to somebody, if it leads nowhere by
// itself.
func leftBy(r *run.Run, e care.Answer) (task ledger.TaskChange, left bool) {
	if r.Course() < nextStepCourse {
		return task, false
	}
	task = ledger.TaskChange{Kind: care.DecideNext, Service: e.Service, Reason: e.Outcome}
	if e.Reason != "" {
		task.Reason = e.Reason
	}
	switch e.Outcome {
	case care.Onward: // in no order of services: the desk books the next one all the same
		return ledger.TaskChange{Kind: care.NextService, Role: r.Policy.Desk.Link, Reason: e.Outcome}, true
	case care.NotReached:
		task.Kind = care.FindPerson
		if e.Reason == care.PersonCancelled || e.Reason == care.ServiceUnavailable {
			task.Kind, task.Role = care.BookAgain, r.Policy.Desk.Link
		}
		return task, true
	case care.Failed, care.Unsuccessful:
		if e.Reason == care.PersonAbsent || e.Reason == care.NoShow {
			task.Kind = care.FindPerson
		}
		return task, true
	case care.NoPlan:
		return task, e.Reason != care.NeedsResolved
	case care.ReferralEnded: // who gave it up or withdrew it has decided; the person's consent asks nobody
		return task, e.Reason == care.ConsentOver
	case care.Completed: // by whom the employment centre had sent them to: the need of work is open
		return task, ledger.KindOf(e.Run) == care.RunPlacement
	case care.Granted, care.Refused, care.Abandoned, care.PlanRefused:
		return task, true
	}
	return task, false
}

// asksNext opens a task of the path to decide what is next after the end of a branch.
func (a *accompaniment) asksNext(at string, e care.Answer) {
	if task, left := leftBy(a.r, e); left {
		a.steps = append(a.steps, at+nextPoint)
		a.r.OpenTask(at+nextPoint, task)
	}
}

// decidesBeside opens the task to decide what is next, where no path waits for it: what it
// was for is given as a reason. Of each reason there is one.
func decidesBeside(r *run.Run, reason, service care.Code) {
	if r.Course() < nextStepCourse || r.Ending() || openBeside(r, besideNext+"/"+string(reason)) != "" {
		return
	}
	r.OpenTask(run.Turn(besideNext+"/"+string(reason), r.Revision()), ledger.TaskChange{Kind: care.DecideNext, Service: service, Reason: reason})
}

// reportLost decides beside the path about a branch that no path counts.
func reportLost(r *run.Run, e care.Answer) {
	if task, left := leftBy(r, e); left {
		decidesBeside(r, task.Reason, task.Service)
	}
}

// undecided is the reason that a file gives which is merged away while it is to be decided
// what is next; empty: nothing is.
func undecided(r *run.Run) care.Code {
	for _, o := range r.State().Open {
		if o.Kind == care.OpenTask && (strings.HasSuffix(o.Point, nextPoint) || strings.HasPrefix(o.Point, besideNext+"/")) {
			return care.OutcomeMerged
		}
	}
	return ""
}

// decidedBeside is the point of an open task beside the path to decide what is next.
func decidedBeside(r *run.Run, task string) string {
	for _, o := range r.State().Open {
		if o.Kind == care.OpenTask && o.ID == task && strings.HasPrefix(o.Point, besideNext+"/") {
			return o.Point
		}
	}
	return ""
}
