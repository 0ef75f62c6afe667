package workflows

import (
	"slices"
	"strings"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/terms"
	"percorso/workflows/run"
)

// Days of a person's life that ask for somebody, besides the end of their permit: each is
// a wait of the case beside its path, and becomes a task when it has come.

// watchingCourse is the course of a case from which on it waits for them.
const watchingCourse = 2

// watchBirthdays begins to wait for the birthdays of a minor, as the record has them now;
// the store knows them, and whether there are any.
func watchBirthdays(r *run.Run) {
	if r.Course() >= watchingCourse {
		waitAnew(r, care.TurnsSixteen)
		waitAnew(r, care.NearlyAdult)
	}
}

// waitAnew lets a wait for one of the days begin anew.
func waitAnew(r *run.Run, day string) {
	r.Wait(day).End()
	r.Wait(day).Begin(day)
}

// watchGrant has the case ask what is possible now, where the step records a permit of
// somebody who had none to show; the store knows that.
func watchGrant(r *run.Run) {
	if r.Course() >= nextStepCourse && !r.Ending() {
		waitAnew(r, care.PermitGranted)
	}
}

// watchMerged waits anew for the days that a merge has written: of the person, and of the
// plan. Who was to decide what is next in the file that is merged away decides it here.
func watchMerged(r *run.Run, merged care.Answer) {
	if r.Course() < nextStepCourse || r.Ending() || merged.Outcome != care.OutcomeMerged {
		return
	}
	watchBirthdays(r)
	watchPlan(r)
	if merged.Reason != "" {
		decidesBeside(r, merged.Reason, "")
	}
}

// watchPlan waits for the next date of an action of the plan that is now active.
func watchPlan(r *run.Run) {
	if r.Course() >= watchingCourse && !r.Ending() {
		waitAnew(r, care.PlanActionDate)
	}
}

// daysFallDue opens the task of each day that has come.
func daysFallDue(r *run.Run, e ledger.Entry) {
	for _, day := range terms.DaysOfLife {
		if w := r.Wait(day.Code); w.FellDue(e) {
			w.End()
			r.OpenTask(run.Turn(day.Code, r.Revision()), ledger.TaskChange{Kind: day.Task, Reason: care.Code(day.Code)})
		}
	}
}

// dayOf is the point of the open task that an entry completes, of those that such a
// day has opened; empty: another one's.
func dayOf(r *run.Run, e ledger.Entry) string {
	for _, o := range r.State().Open {
		code, _, _ := strings.Cut(o.Point, "/")
		ofDay := slices.ContainsFunc(terms.DaysOfLife, func(day terms.DayOfLife) bool { return day.Code == code })
		if ofDay && o.Kind == care.OpenTask && e.Target == o.ID {
			return o.Point
		}
	}
	return ""
}
