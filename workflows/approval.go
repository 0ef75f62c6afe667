package workflows

import (
	"slices"
	"strings"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/run"
)

// A closure is seen by a second pair of eyes, as its outcome asks for it: where the
// path comes to it, and also where somebody closes the case early. Until it is
// approved the case goes on where it is.

// approvingCourse is the course of a case from which on that hangs on the outcome, early
// closures are approved, and what is not approved goes back to who proposed it.
const approvingCourse = 3

// Points of the tasks that an early closure opens. Of the first the outcome follows, and
// then the step: "early_closure/moved_away/17".
const (
	earlyClosure    = "early_closure"
	returnedClosure = "closure_returned"
)

// approver is the role that approves the closure that the path has come to.
func approver(r *run.Run, outcome care.Code) (role care.Role, asked bool) {
	if r.Course() < approvingCourse {
		return r.Policy.ClosureApproval, r.Policy.ClosureApproval != ""
	}
	return actors.Approver(r.Policy, outcome, false)
}

// asksApproval opens the task to approve an early closure, if it is to be approved.
func asksApproval(r *run.Run, closes care.Answer) bool {
	role, asked := actors.Approver(r.Policy, closes.Reason, true)
	if closes.Operation != care.OpClose || !asked || r.Course() < approvingCourse {
		return false
	}
	if returned := openBeside(r, returnedClosure); returned != "" { // they ask again
		r.DropTask(returned)
	}
	r.OpenTask(run.Turn(earlyClosure+"/"+string(closes.Reason), r.Revision()), ledger.TaskChange{Kind: care.ClosureApproval, Role: role})
	return true
}

// answersEarlyClosure works the answer to the tasks of an early closure. One that is not
// approved goes back to who asked for it.
func answersEarlyClosure(r *run.Run, e ledger.Entry) run.Handling {
	if task := openBeside(r, returnedClosure); task != "" && e.Target == r.IDOf(task) {
		r.EndTask(task, e.Answer.Outcome)
		return run.Done
	}
	task := openBeside(r, earlyClosure)
	if task == "" || e.Target != r.IDOf(task) {
		return run.ForPath
	}
	if e.Answer.Outcome == care.Approved {
		return r.Interrupt(care.Answer{Operation: care.OpClose, Reason: care.Code(strings.Split(task, "/")[1]), Outcome: care.Approved})
	}
	r.EndTask(task, e.Answer.Outcome)
	r.OpenTask(run.Turn(returnedClosure, r.Revision()), ledger.TaskChange{Kind: care.ClosureReturned, Like: r.IDOf(task)})
	return run.Done
}

// approved ends the task by which an early closure was approved, as the case closes.
func approved(r *run.Run, why care.Answer) {
	if task := openBeside(r, earlyClosure); task != "" && why.Outcome == care.Approved {
		r.EndTask(task, why.Outcome)
	}
}

// openBeside is the point of the open task of a kind of point; empty: none.
func openBeside(r *run.Run, begins string) string {
	open := r.State().Open
	i := slices.IndexFunc(open, func(o care.OpenPoint) bool {
		return o.Kind == care.OpenTask && strings.HasPrefix(o.Point, begins+"/")
	})
	if i < 0 {
		return ""
	}
	return open[i].Point
}
