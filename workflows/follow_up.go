package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// FollowUp reviews how the person fares, at the zone's rhythm, and from time to
// time evaluates with all who have a part in the plan, until somebody proposes
// to revise the plan or to close. Its outcome is that, or the proposed closure.
func FollowUp(ctx workflow.Context, start ledger.Start) error { return walk(ctx, start, followUp) }

func followUp(r *run) (string, error) {
	opening, err := r.opening()
	if err != nil {
		return "", err
	}
	rhythm, reviews := r.policy.Rhythm(opening.Outcome)
	for turn := 1; ; turn++ {
		if err := r.quiet(step("rhythm", turn), rhythm); err != nil {
			return "", err
		}
		review, err := r.perform(step("review", turn), ledger.TaskChange{Kind: care.Review})
		if err != nil {
			return "", err
		}
		if outcome, over := concludes(review); over {
			return outcome, nil
		}
		if turn%reviews != 0 {
			continue
		}
		if err := r.hearGoals(step("goals", turn), opening.Agencies); err != nil {
			return "", err
		}
		evaluation, err := r.perform(step("evaluation", turn), ledger.TaskChange{Kind: care.Evaluation})
		if err != nil {
			return "", err
		}
		if outcome, over := concludes(evaluation); over {
			return outcome, nil
		}
	}
}

// concludes says whether a review or an evaluation ends the follow-up, and how.
func concludes(a care.Answer) (outcome string, over bool) {
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
func (r *run) quiet(at, rhythm string) error {
	for turn := 0; ; turn++ {
		wait := at
		if turn > 0 {
			wait = step(at, turn)
		}
		met, err := r.untilUnless(wait, rhythm, isMeeting)
		if err != nil || !met {
			return err
		}
	}
}

func isMeeting(e ledger.Entry) bool { return e.Answer.Operation == care.OpMeet }

// met tells the case, whose follow-up may be running, that the person was met.
func (r *run) met() { r.tell(r.caseID, care.Answer{Operation: care.OpMeet}) }

// hearGoals asks every other agency that has a part in the plan and staff of its
// own how far the goals are reached. Who stays silent holds the evaluation up no
// longer than the zone says.
func (r *run) hearGoals(at string, agencies []string) error {
	others := slices.DeleteFunc(slices.Clone(agencies), func(code string) bool {
		agency, ok := r.policy.Agency(code)
		return !ok || agency.Answers == "" || code == r.policy.RoleAgency(care.SocialWorker)
	})
	if len(others) == 0 {
		return nil
	}
	w := r.round(at, care.DeadlineGoalEvaluation)
	for _, agency := range others {
		w.ask(at+"/"+agency, ledger.TaskChange{Kind: care.GoalEvaluation, Agency: agency})
	}
	for len(w.tasks) > 0 {
		task, _, err := w.hear(nothingElse)
		if err != nil {
			return err
		}
		if task == "" { // the patience is over
			break
		}
	}
	w.over()
	return nil
}
