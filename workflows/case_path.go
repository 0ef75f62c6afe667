// Package workflows holds the processes of the services, one a file. Each file
// reads from its top as the path reads in life: what is opened, whose answer is
// awaited, what follows from it. Package run is the engine that carries them.
package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/correction"
	"percorso/internal/ledger"
	"percorso/internal/undoing"
	"percorso/workflows/run"
)

// CasePath is the path of one case file, from the desk to its closure. What else
// life does to it is life.go's matter.
func CasePath(ctx workflow.Context, start ledger.Start) error {
	return run.Execute(ctx, start, caseProcess)
}

var caseProcess = &run.Process{Course: correctingCourse, Path: casePath, Beside: besideCase, EndEarly: endCase}

// correctingCourse is the course of a case from which on it hears that the day of birth was
// corrected. The one before, undoing.Course, may begin again after a closure that was a
// mistake. A worker that does not know a course leaves what needs it to another.
const correctingCourse = correction.Course

func casePath(r *run.Run) (care.Code, error) {
	opening, err := r.Opening()
	if err != nil {
		return "", err
	}
	a := &accompaniment{r: r}
	next := beginning(opening)
	if opening.Outcome == undoing.Undone {
		if next, err = takeUpAgain(r, opening.Stage); err != nil {
			return "", err
		}
	}
	for turn := 1; ; turn++ {
		if next.Operation == "" {
			if next, err = firstLevel(r, turn); err != nil {
				return "", err
			}
		}
		if begins(next) {
			if err := a.follow(turn, next); err != nil {
				return "", err
			}
		}
		closing, err := closing(r, turn)
		if err != nil {
			return "", err
		}
		if closing.Operation == care.OpClose {
			return closeCase(r, closing) // what else is open ends with it
		}
		next = closing
	}
}

// beginning is what a path that does not begin at the desk begins with: one that
// was reopened, or comes from another zone.
func beginning(opening care.Answer) care.Answer {
	switch opening.Stage {
	case care.StageSecondLevel:
		return care.Answer{Operation: care.OpBook, Bookings: opening.Bookings}
	case care.StageEquipe:
		return care.Answer{Operation: care.OpConvene, Equipe: care.BetweenAgencies}
	case care.StagePlacement:
		return care.Answer{Operation: care.OpSendToCPI}
	case care.StageFollowUp:
		return care.Answer{Operation: care.OpOpen, Stage: opening.Stage}
	}
	return care.Answer{}
}

// takeUpAgain is what a path begins with whose closure was a mistake. Nothing that the
// closure ended begins again by itself: somebody sees to it, and says where the path
// goes on, or begins what is needed.
func takeUpAgain(r *run.Run, stage care.Stage) (care.Answer, error) {
	r.Enter(stage)
	next, done, err := r.PerformUnless("take_up_again", ledger.TaskChange{Kind: care.TakeUpAgain}, beginsBranch)
	switch {
	case err != nil || !done:
		return next, err
	case next.Outcome == care.BackToDesk:
		return care.Answer{}, nil
	case next.Outcome == care.ToReviews:
		return care.Answer{Operation: care.OpOpen, Stage: care.StageFollowUp}, nil
	}
	return next, nil
}

// closing decides whether the case closes. Where it is asked for a second pair of
// eyes approves; else it goes back to who proposed it. What begins a branch goes on
// with the path instead; an empty answer goes back to the desk.
func closing(r *run.Run, turn int) (care.Answer, error) {
	at, proposed := run.Turn("closure", turn), ""
	for again := 2; ; again++ {
		closing, done, err := r.PerformUnless(at, ledger.TaskChange{Kind: care.Closure, Like: proposed}, beginsBranch)
		switch {
		case err != nil || !done:
			return closing, err
		case closing.Outcome != care.Closed:
			return care.Answer{}, nil
		}
		close := care.Answer{Operation: care.OpClose, Reason: closing.Reason}
		role, asked := approver(r, closing.Reason)
		if !asked {
			return close, nil
		}
		approval, done, err := r.PerformUnless(at+"/approval", ledger.TaskChange{Kind: care.ClosureApproval, Role: role}, beginsBranch)
		switch {
		case err != nil || !done:
			return approval, err
		case approval.Outcome == care.Approved:
			return close, nil
		}
		if r.Course() >= approvingCourse {
			proposed = r.IDOf(at)
		}
		at = run.Turn(run.Turn("closure", turn), again)
	}
}
