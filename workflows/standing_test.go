package workflows_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"percorso/activities"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows"
	"percorso/workflows/contract"
)

// kept is a store that has one run where it stands, and notes what is to be written.
type kept struct {
	workflows.Standing
	policy care.Policy
	steps  []ledger.Step
}

func (k *kept) Load(_ context.Context, start ledger.Start) (ledger.StepResult, error) {
	return ledger.StepResult{Verdict: ledger.Recorded, Revision: k.Revision, State: &k.State, Policy: &k.policy, Course: start.Knows}, nil
}

func (k *kept) Record(_ context.Context, step ledger.Step) (ledger.StepResult, error) {
	step.State = step.State.Clone()
	k.steps = append(k.steps, step)
	if !step.Taken { // the run has ended
		return ledger.StepResult{Verdict: ledger.Refused, Revision: step.Revision}, nil
	}
	return ledger.StepResult{Verdict: ledger.Recorded, Revision: step.Revision + 1}, nil
}

func (k *kept) Defer(context.Context, ledger.Step, string) (ledger.StepResult, error) {
	return ledger.StepResult{}, nil
}

func (k *kept) Postpone(context.Context, ledger.Step, string) (ledger.StepResult, error) {
	return ledger.StepResult{}, nil
}

func (k *kept) DeferRun(context.Context, ledger.Start, string, bool) error { return nil }

func (k *kept) Answers(context.Context) error { return nil }

// walked has a process take up a run from where it stands, with an entry that does no
// harm, and gives what it would write for that.
func (r recorded) walked(t *testing.T, policy care.Policy, process workflows.Process) ([]ledger.Step, error) {
	t.Helper()
	k := &kept{policy: policy}
	require.NoError(t, json.Unmarshal([]byte(r.standing(t)), &k.Standing))
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(silent{})
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(started)
	env.RegisterActivity(&activities.HumanTasks{Steps: k})
	env.RegisterWorkflowWithOptions(process, workflow.RegisterOptions{Name: r.process()})
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(contract.Work, "harmless", &update{}, ledger.Entry{ID: "harmless", Answer: care.Answer{Operation: care.OpRenewPolicy}})
	}, time.Minute)
	env.RegisterDelayedCallback(env.CancelWorkflow, time.Hour)
	id := r.history.Events[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowId()
	env.ExecuteWorkflow(r.process(), ledger.Start{Run: id, Case: k.State.Answers[0].Answer.Case, Epoch: 1})
	return k.steps, env.GetWorkflowError()
}

// Every stored standing is walked by the code of today: the same is open, and nothing
// is to be written. A path that walks one otherwise was changed without its number.
func TestStoredStandingsAreWalked(t *testing.T) {
	watched, _ := workflows.Watched()
	faulty, _ := workflows.WithTask()
	young, _ := workflows.WithNewCourse()
	for _, r := range readHistories(t) {
		t.Run(r.name, func(t *testing.T) {
			deciding, decides := workflows.Deciding()
			require.NoError(t, replay(t, r.history, these(deciding)))
			policy := decides()
			for name, processes := range map[string]map[string]workflows.Process{"today": watched, "with a course more": young} {
				steps, err := r.walked(t, policy, processes[r.process()])
				require.ErrorContains(t, err, "canceled", name)
				require.Len(t, steps, 1, name)
				require.True(t, steps[0].Effects.Empty(), "%s: %+v", name, steps[0].Effects)
				require.JSONEq(t, r.standing(t), asJSON(t, workflows.Standing{Revision: steps[0].Revision, State: steps[0].State}), name)
			}
			if r.ended() {
				return // its end closes whatever was open
			}
			_, err := r.walked(t, policy, faulty[r.process()])
			require.ErrorContains(t, err, `does not lead where the run stands`, "a path that opens more was walked")
		})
	}
}
