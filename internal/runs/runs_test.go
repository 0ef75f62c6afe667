package runs

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// recorded is a client that keeps what it is asked.
type recorded struct {
	client.Client
	starts  []client.StartWorkflowOptions
	inputs  []ledger.Start
	signals []ledger.Entry
	err     error
	failing []string
}

func (r *recorded) SignalWithStartWorkflow(_ context.Context, _, _ string, entry any, o client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	r.starts, r.inputs, r.signals = append(r.starts, o), append(r.inputs, args[0].(ledger.Start)), append(r.signals, entry.(ledger.Entry))
	return nil, r.err
}

func (r *recorded) SignalWorkflow(_ context.Context, _, _, _ string, entry any) error {
	r.signals = append(r.signals, entry.(ledger.Entry))
	return r.err
}

func (r *recorded) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	r.starts, r.inputs = append(r.starts, o), append(r.inputs, args[0].(ledger.Start))
	return nil, r.err
}

func (r *recorded) ListWorkflow(context.Context, *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	res := &workflowservice.ListWorkflowExecutionsResponse{NextPageToken: []byte("more")}
	for _, id := range r.failing {
		res.Executions = append(res.Executions, &workflow.WorkflowExecutionInfo{Execution: &common.WorkflowExecution{WorkflowId: id}})
	}
	return res, r.err
}

// Whatever starts a run, it starts on the same queue with the same patience; what
// differs is whether one that has ended, or is at work, may be started.
func TestStarts(t *testing.T) {
	const run, caseRun = "placement/1", "case/2"
	for name, c := range map[string]struct {
		begin func(*Runs) error
		want  ledger.Start
		reuse enums.WorkflowIdReusePolicy
	}{
		"opening": {
			func(r *Runs) error {
				return r.Wake(t.Context(), ledger.Wake{ID: "e", Run: run, Answer: care.Answer{Operation: care.OpOpen, Case: caseRun}})
			},
			ledger.Start{Run: run, Case: caseRun, Epoch: 1}, enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		},
		"reopening": {
			func(r *Runs) error {
				return r.Wake(t.Context(), ledger.Wake{ID: "e", Run: run, Answer: care.Answer{Operation: care.OpReopen, Case: caseRun}})
			},
			ledger.Start{Run: run, Case: caseRun, Epoch: 1, Reopen: true}, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		},
		"restart": {
			func(r *Runs) error { return r.Restart(t.Context(), ledger.OpenRun{ID: run, CaseID: "2", Epoch: 4}) },
			ledger.Start{Run: run, Case: caseRun, Epoch: 5}, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		},
	} {
		t.Run(name, func(t *testing.T) {
			temporal := &recorded{}
			require.NoError(t, c.begin(New(temporal)))
			require.Equal(t, []ledger.Start{c.want}, temporal.inputs)
			options := temporal.starts[0]
			require.Equal(t, run, options.ID)
			require.Equal(t, contract.TaskQueue, options.TaskQueue)
			require.Equal(t, contract.WorkflowTaskTimeout, options.WorkflowTaskTimeout)
			require.Equal(t, c.reuse, options.WorkflowIDReusePolicy)
		})
	}
}

// A run that was opened already is not opened again, and that is no error; one
// that is not there is told apart from a Temporal that does not answer.
func TestWakesOfRunsThatAreNotThere(t *testing.T) {
	opens := ledger.Wake{ID: "e", Run: "case/1", Answer: care.Answer{Operation: care.OpOpen, Case: "case/1"}}
	require.NoError(t, New(&recorded{err: serviceerror.NewWorkflowExecutionAlreadyStarted("", "", "")}).Wake(t.Context(), opens))

	ends := ledger.Wake{ID: "e", Run: "case/1", Target: "task", Answer: care.Answer{Operation: care.OpEnd}}
	temporal := &recorded{}
	require.NoError(t, New(temporal).Wake(t.Context(), ends))
	require.Equal(t, []ledger.Entry{{ID: "e", Target: "task", Answer: ends.Answer}}, temporal.signals)
	require.ErrorIs(t, New(&recorded{err: serviceerror.NewNotFound("")}).Wake(t.Context(), ends), ledger.ErrNotFound)
	err := New(&recorded{err: serviceerror.NewUnavailable("")}).Wake(t.Context(), ends)
	require.Error(t, err)
	require.NotErrorIs(t, err, ledger.ErrNotFound)
}

func TestFailing(t *testing.T) {
	failing, err := New(&recorded{failing: []string{"case/1", "case/2"}}).Failing(t.Context(), 3)
	require.NoError(t, err)
	require.Len(t, failing, 4, "two pages")
	_, err = New(&recorded{err: serviceerror.NewInvalidArgument("")}).Failing(t.Context(), 3)
	require.ErrorIs(t, err, ErrUnsupported)
	_, err = New(&recorded{err: serviceerror.NewUnavailable("")}).Failing(t.Context(), 3)
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrUnsupported)
}
