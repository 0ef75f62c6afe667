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
	status  enums.WorkflowExecutionStatus
}

func (r *recorded) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflow.WorkflowExecutionInfo{Status: r.status}}, r.err
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
		"start of what was lost": {
			func(r *Runs) error { return r.Start(t.Context(), ledger.OpenRun{ID: run, CaseID: "2", Epoch: 4}) },
			ledger.Start{Run: run, Case: caseRun, Epoch: 5}, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
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

// A run that was opened already is not opened again; one that is not there is told
// apart from a Temporal that does not answer.
func TestWakesOfRunsThatAreNotThere(t *testing.T) {
	opens := ledger.Wake{ID: "e", Run: "case/1", Answer: care.Answer{Operation: care.OpOpen, Case: "case/1"}}
	require.ErrorIs(t, New(&recorded{err: serviceerror.NewWorkflowExecutionAlreadyStarted("", "", "")}).Wake(t.Context(), opens), ledger.ErrNotFound)

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
	failing, next, err := New(&recorded{failing: []string{"case/1", "case/2"}}).Failing(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"case/1", "case/2"}, failing)
	require.Equal(t, "more", string(next))
	_, _, err = New(&recorded{err: serviceerror.NewInvalidArgument("")}).Failing(t.Context(), nil)
	require.ErrorIs(t, err, ErrUnsupported)
	_, _, err = New(&recorded{err: serviceerror.NewInvalidArgument("")}).Failing(t.Context(), []byte("more"))
	require.NotErrorIs(t, err, ErrUnsupported, "a page of which Temporal knows no longer where it was")
	_, _, err = New(&recorded{err: serviceerror.NewUnavailable("")}).Failing(t.Context(), nil)
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrUnsupported)
}

// Only what Temporal says about the run itself says that it is lost: no error does.
func TestWhatIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		status enums.WorkflowExecutionStatus
		err    error
		there  bool
		away   bool
	}{
		"running":               {status: enums.WORKFLOW_EXECUTION_STATUS_RUNNING, there: true},
		"completed":             {status: enums.WORKFLOW_EXECUTION_STATUS_COMPLETED},
		"terminated":            {status: enums.WORKFLOW_EXECUTION_STATUS_TERMINATED},
		"timed out":             {status: enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT},
		"a status of a newer":   {status: 99, there: true},
		"not found":             {err: serviceerror.NewNotFound("")},
		"unavailable":           {err: serviceerror.NewUnavailable(""), away: true},
		"too many calls":        {err: serviceerror.NewResourceExhausted(enums.RESOURCE_EXHAUSTED_CAUSE_RPS_LIMIT, ""), away: true},
		"no such namespace":     {err: serviceerror.NewNamespaceNotFound("percorso"), away: true},
		"no answer in the time": {err: context.DeadlineExceeded, away: true},
	} {
		t.Run(name, func(t *testing.T) {
			there, err := New(&recorded{err: c.err, status: c.status}).There(t.Context(), "case/1")
			require.Equal(t, c.away, err != nil)
			require.Equal(t, c.there, there)
		})
	}
}

// The self-healing never touches a run that is there; an operator's rebuild may.
func TestStartingAgain(t *testing.T) {
	run := ledger.OpenRun{ID: "case/2", CaseID: "2", Epoch: 4}
	temporal := &recorded{}
	require.NoError(t, New(temporal).Start(t.Context(), run))
	require.NoError(t, New(temporal).Restart(t.Context(), run))
	require.Equal(t, enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL, temporal.starts[0].WorkflowIDConflictPolicy)
	require.True(t, temporal.starts[0].WorkflowExecutionErrorWhenAlreadyStarted, "or it would seem to have been started")
	require.Equal(t, enums.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING, temporal.starts[1].WorkflowIDConflictPolicy)
	require.ErrorIs(t, New(&recorded{err: serviceerror.NewWorkflowExecutionAlreadyStarted("", "", "")}).Start(t.Context(), run), ErrThere)
}
