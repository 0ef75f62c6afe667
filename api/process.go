package api

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// patience is how long a caller is kept waiting for a process; then the answer
// is "accepted".
const patience = 4 * time.Second

// process is how the API speaks to the processes; no handler knows Temporal.
type process struct {
	temporal client.Client
	patience time.Duration
}

// work brings a durable command to its process and waits for what becomes of
// it. The update's id is the command's, so that bringing it again is harmless.
// An error says nothing about the command: its row does.
//
// A caller who hangs up does not stop the wake: the command is accepted, and
// otherwise it would wait for the relay.
func (p *process) work(ctx context.Context, cmd ledger.Command) (ledger.Result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.patience)
	defer cancel()

	update := client.UpdateWorkflowOptions{
		UpdateID:     cmd.ID,
		WorkflowID:   cmd.Run,
		UpdateName:   contract.Work,
		Args:         []any{ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	handle, err := p.send(ctx, cmd, update)
	if err != nil {
		return ledger.Result{}, err
	}
	var res ledger.Result
	err = handle.Get(ctx, &res)
	return res, err
}

// send updates the run; the command that opens a case starts it in the same
// call, and the one that reopens it starts it anew.
func (p *process) send(ctx context.Context, cmd ledger.Command, update client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	reuse, input := enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, ledger.Start{Run: cmd.Run, Case: cmd.Run, Epoch: 1}
	switch cmd.Operation {
	case care.OpOpen:
	case care.OpReopen:
		reuse, input = enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE, ledger.Start{Run: cmd.Run, Case: cmd.Run, Reopen: true}
	default:
		return p.temporal.UpdateWorkflow(ctx, update)
	}
	start := p.temporal.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID:                       cmd.Run,
		TaskQueue:                contract.TaskQueue,
		WorkflowTaskTimeout:      contract.WorkflowTaskTimeout,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    reuse,
	}, contract.WorkflowType(ledger.KindOf(cmd.Run)), input)
	return p.temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions:          update,
	})
}

// tell signals what needs no answer. ledger.ErrNotFound: there is no such run, or
// it is over.
func (p *process) tell(ctx context.Context, run string, e ledger.Entry) error {
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	err := p.temporal.SignalWorkflow(ctx, run, "", contract.Wake, e)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return ledger.ErrNotFound
	}
	return err
}
