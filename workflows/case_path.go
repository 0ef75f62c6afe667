// Package workflows holds the processes of the services, one a file. Each file
// reads from its top as the path reads in life: what is opened, whose answer is
// awaited, what follows from it. How a step becomes durable is step.go's matter.
package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/workflows/contract"
)

// CasePath is the path of one case file, from the desk to its closure.
func CasePath(ctx workflow.Context, start contract.Start) error { return walk(ctx, start, casePath) }

func casePath(r *run) (string, error) {
	if _, err := r.opening(); err != nil {
		return "", err
	}
	for turn := 1; ; turn++ {
		booked, err := r.firstLevel(turn)
		if err != nil {
			return "", err
		}
		if len(booked) > 0 {
			if err := r.accompany(turn, booked); err != nil {
				return "", err
			}
		}
		closing, err := r.perform(step("closure", turn), contract.TaskChange{Kind: care.Closure})
		if err != nil {
			return "", err
		}
		if closing.Outcome == care.Closed {
			r.enter(care.StageClosed)
			r.effects.Closure = closing.Reason
			return closing.Reason, nil
		}
	}
}

// accompany follows the branches of the path, which go side by side, until all
// have ended; then the follow-up, during which others may begin again.
func (r *run) accompany(turn int, booked []care.Booking) error {
	r.enter(care.StageSecondLevel)
	var branches []string // the runs that have not reported
	for i, b := range booked {
		branches = append(branches, r.book(step(step("booking", turn), i+1), b))
	}
	followed := false
	for event := 1; len(branches) > 0; event++ {
		at := step(step("event", turn), event)
		e, err := r.await(at, concernsBranches)
		if err != nil {
			return err
		}
		switch e.Operation {
		case care.OpBook:
			branches = append(branches, r.book(step(at, 1), e.Bookings[0]))
		case care.OpSendToCPI:
			branches = append(branches, r.sendToCPI(at))
		case care.OpReport:
			branches = slices.DeleteFunc(branches, func(run string) bool { return run == e.Run })
			r.closeRun(e.Run)
			if e.Outcome == care.ToCPI {
				branches = append(branches, r.sendToCPI(at))
			}
		}
		if len(branches) == 0 && !followed {
			followed = true
			branches = append(branches, r.followUp(at, e.Outcome))
		}
	}
	return nil
}

func concernsBranches(e contract.Entry) bool {
	switch e.Answer.Operation {
	case care.OpReport, care.OpSendToCPI:
		return true
	case care.OpBook:
		return len(e.Answer.Bookings) > 0
	}
	return false
}

// book begins a level-2 service; its appointment carries the service's name.
func (r *run) book(step string, b care.Booking) (run string) {
	return r.begin(step, care.RunService, care.Answer{Service: b.Service, Matter: b.Matter, At: &b.At})
}

// sendToCPI begins a placement by the employment centre.
func (r *run) sendToCPI(step string) (run string) {
	r.enter(care.StagePlacement)
	return r.begin(step, care.RunPlacement, care.Answer{Agency: r.policy.CPI()})
}

// followUp begins the reviews, at the rhythm that goes with how the last branch ended.
func (r *run) followUp(step, outcome string) (run string) {
	r.enter(care.StageFollowUp)
	return r.begin(step+"/follow-up", care.RunFollowUp, care.Answer{Outcome: outcome})
}
