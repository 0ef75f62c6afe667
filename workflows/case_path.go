// Package workflows holds the processes of the services, one a file. Each file
// reads from its top as the path reads in life: what is opened, whose answer is
// awaited, what follows from it. How a step becomes durable is step.go's matter.
package workflows

import (
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// CasePath is the path of one case file, from the desk to its closure. What else
// life does to it is life.go's matter.
func CasePath(ctx workflow.Context, start ledger.Start) error { return walk(ctx, start, casePath) }

func casePath(r *run) (string, error) {
	opening, err := r.opening()
	if err != nil {
		return "", err
	}
	a := &accompaniment{r: r}
	next := beginning(opening)
	for turn := 1; ; turn++ {
		if next.Operation == "" {
			if next, err = r.firstLevel(turn); err != nil {
				return "", err
			}
		}
		if begins(next) {
			if err := a.follow(turn, next); err != nil {
				return "", err
			}
		}
		closing, err := r.closing(turn)
		if err != nil {
			return "", err
		}
		if closing.Operation == care.OpClose {
			return r.windUp(closing) // what else is open ends with it
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

// closing decides whether the case closes. Where the zone asks for it a second
// pair of eyes approves. What begins a branch goes on with the path instead; an
// empty answer goes back to the desk.
func (r *run) closing(turn int) (care.Answer, error) {
	at := step("closure", turn)
	for again := 2; ; again++ {
		closing, done, err := r.performUnless(at, ledger.TaskChange{Kind: care.Closure}, beginsBranch)
		switch {
		case err != nil || !done:
			return closing, err
		case closing.Outcome != care.Closed:
			return care.Answer{}, nil
		}
		close := care.Answer{Operation: care.OpClose, Reason: closing.Reason}
		if r.policy.ClosureApproval == "" {
			return close, nil
		}
		approval, done, err := r.performUnless(at+"/approval", ledger.TaskChange{Kind: care.ClosureApproval, Role: r.policy.ClosureApproval}, beginsBranch)
		switch {
		case err != nil || !done:
			return approval, err
		case approval.Outcome == care.Approved:
			return close, nil
		}
		at = step(step("closure", turn), again)
	}
}
