package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/terms"
	"percorso/workflows/run"
)

// FollowUp reviews how the person fares, at the zone's rhythm, and from time to
// time evaluates with all who have a part in the plan, until somebody proposes
// to revise the plan or to close. Its outcome is that, or the proposed closure.
func FollowUp(ctx workflow.Context, start ledger.Start) error {
	return run.Execute(ctx, start, followUpProcess)
}

var followUpProcess = &run.Process{Course: searchingCourse, Path: followUp}

// searchingCourse is the course of a follow-up from which on it is decided how to look for
// whoever cannot be reached for a review, before the next one is waited for.
const searchingCourse = 2

func followUp(r *run.Run) (care.Code, error) {
	opening, err := r.Opening()
	if err != nil {
		return "", err
	}
	rhythm, reviews := terms.Rhythm(r.Policy, opening.Outcome)
	for turn := 1; ; turn++ {
		if err := quiet(r, run.Turn("rhythm", turn), rhythm); err != nil {
			return "", err
		}
		review, err := r.Perform(run.Turn("review", turn), ledger.TaskChange{Kind: care.Review})
		if err != nil {
			return "", err
		}
		if outcome, over := concludes(review); over {
			return outcome, nil
		}
		if r.Course() >= searchingCourse && review.Reason == care.NotReachable {
			if _, err := r.Perform(run.Turn("search", turn), ledger.TaskChange{Kind: care.DecideNext, Reason: review.Reason}); err != nil {
				return "", err
			}
		}
		if turn%reviews != 0 {
			continue
		}
		if err := hearGoals(r, run.Turn("goals", turn), opening.Agencies); err != nil {
			return "", err
		}
		evaluation, err := r.Perform(run.Turn("evaluation", turn), ledger.TaskChange{Kind: care.Evaluation})
		if err != nil {
			return "", err
		}
		if outcome, over := concludes(evaluation); over {
			return outcome, nil
		}
	}
}

// concludes says whether a review or an evaluation ends the follow-up, and how.
func concludes(a care.Answer) (outcome care.Code, over bool) {
	switch a.Outcome {
	case care.ProposeClose:
		return a.Reason, true
	case care.Revise:
		return care.Revise, true
	}
	return "", false
}

// quiet rests until nobody has met the person for as long as the rhythm says: a
// valid meeting at any agency begins it anew.
func quiet(r *run.Run, at, rhythm string) error {
	for turn := 0; ; turn++ {
		wait := at
		if turn > 0 {
			wait = run.Turn(at, turn)
		}
		met, err := r.UntilUnless(wait, rhythm, isMeeting)
		if err != nil || !met {
			return err
		}
	}
}

func isMeeting(e ledger.Entry) bool { return e.Answer.Operation == care.OpMeet }

// tellMet tells the case, whose follow-up may be running, that the person was met.
func tellMet(r *run.Run) { r.Tell(r.Case, care.Answer{Operation: care.OpMeet}) }

// hearGoals asks every other agency that has a part in the plan and staff of its
// own how far the goals are reached. Who stays silent holds the evaluation up no
// longer than the zone says.
func hearGoals(r *run.Run, at string, agencies []care.Code) error {
	others := slices.DeleteFunc(slices.Clone(agencies), func(code care.Code) bool {
		agency, ok := r.Policy.Agency(string(code))
		return !ok || agency.Answers == "" || code == care.Code(r.Policy.RoleAgency(care.SocialWorker))
	})
	if len(others) == 0 {
		return nil
	}
	round := r.Round(at, care.DeadlineGoalEvaluation)
	for _, agency := range others {
		round.Ask(at+"/"+string(agency), ledger.TaskChange{Kind: care.GoalEvaluation, Agency: agency})
	}
	for round.Waiting() {
		task, _, err := round.Hear(nil)
		if err != nil {
			return err
		}
		if task == "" { // the patience is over
			break
		}
	}
	round.End()
	return nil
}
