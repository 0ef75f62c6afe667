// Package runs speaks to the runs of the processes in Temporal: it starts, wakes,
// restarts and describes them. How a run is started stands here and nowhere else.
package runs

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

// patience is how long whoever waits for an answer of a run is kept waiting;
// then the answer is "accepted".
const patience = 4 * time.Second

// Runs are the runs of the processes.
type Runs struct {
	temporal client.Client
}

// New speaks to the runs through a client that has the codec.
func New(temporal client.Client) *Runs { return &Runs{temporal: temporal} }

// Work brings a durable command to its run and waits for what becomes of it. The
// update's id is the command's, so that bringing it again is harmless. An error
// says nothing about the command: its row does.
//
// A caller who hangs up does not stop the wake: the command is accepted, and
// otherwise it would wait for the relay.
func (r *Runs) Work(ctx context.Context, cmd ledger.Command) (ledger.Result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()

	update := client.UpdateWorkflowOptions{
		UpdateID:     cmd.ID,
		WorkflowID:   cmd.Run,
		UpdateName:   contract.Work,
		Args:         []any{ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	handle, err := r.update(ctx, cmd, update)
	if err != nil {
		return ledger.Result{}, err
	}
	var res ledger.Result
	err = handle.Get(ctx, &res)
	return res, err
}

// update updates the run; the command that opens a case starts it in the same
// call, and the one that reopens it starts it anew.
func (r *Runs) update(ctx context.Context, cmd ledger.Command, update client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	options, input, starts := beginning(cmd.Operation, cmd.Run, cmd.Run)
	if !starts {
		return r.temporal.UpdateWorkflow(ctx, update)
	}
	// Updating with a start says what is to become of a run that is at work.
	options.WorkflowIDConflictPolicy = enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING
	start := r.temporal.NewWithStartWorkflowOperation(options, workflowType(cmd.Run), input)
	return r.temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions:          update,
	})
}

// Wake signals an entry to its run. An entry that opens a run starts it, and one
// that reopens it starts it again. ledger.ErrNotFound: there is no such run, or
// it is over; so is one that was opened before, and has not worked its opening.
func (r *Runs) Wake(ctx context.Context, w ledger.Wake) error {
	entry := ledger.Entry{ID: w.ID, Target: w.Target, Answer: w.Answer}
	caseRun := w.Answer.Case
	if caseRun == "" { // of an answer that does not read
		caseRun = ledger.RunID(care.RunCase, w.Case)
	}
	options, input, starts := beginning(w.Answer.Operation, w.Run, caseRun)
	if !starts {
		return r.tell(ctx, w.Run, entry)
	}
	_, err := r.temporal.SignalWithStartWorkflow(ctx, w.Run, contract.Wake, entry, options, workflowType(w.Run), input)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &started) {
		return errors.Join(ledger.ErrNotFound, err)
	}
	return err
}

// tell signals an entry that needs no answer. ledger.ErrNotFound: there is no
// such run, or it is over.
func (r *Runs) tell(ctx context.Context, run string, e ledger.Entry) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := r.temporal.SignalWorkflow(ctx, run, "", contract.Wake, e)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return errors.Join(ledger.ErrNotFound, err)
	}
	return err
}

// ErrThere: the run is at work, and is left alone.
var ErrThere = errors.New("the run is there")

// Start starts an open run that Temporal has lost from what Postgres keeps. One
// that is there after all is never touched (ErrThere).
func (r *Runs) Start(ctx context.Context, run ledger.OpenRun) error {
	err := r.again(ctx, run, enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &started) {
		return ErrThere
	}
	return err
}

// Restart starts an open run anew from what Postgres keeps, because an operator
// says so: an execution that is there is terminated.
func (r *Runs) Restart(ctx context.Context, run ledger.OpenRun) error {
	return r.again(ctx, run, enums.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING)
}

// again starts a run under the epoch after the one that was seen in Postgres. That
// alone lets its Load raise the epoch: any execution of before, in this Temporal or
// in one that was lost and comes back, is fenced from then on. Where two starts saw
// the same epoch, Temporal refuses the second one; where one saw an epoch that has
// passed, its Load is fenced.
func (r *Runs) again(ctx context.Context, run ledger.OpenRun, conflict enums.WorkflowIdConflictPolicy) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	options := startOptions(run.ID, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
	options.WorkflowIDConflictPolicy = conflict
	options.WorkflowExecutionErrorWhenAlreadyStarted = true
	input := ledger.Start{Run: run.ID, Case: ledger.RunID(care.RunCase, run.CaseID), Epoch: run.Epoch + 1}
	_, err := r.temporal.ExecuteWorkflow(ctx, options, workflowType(run.ID), input)
	return err
}

// beginning says whether an operation starts its run, and how: one that opens it
// starts it once, one that reopens it starts it again.
func beginning(op care.Operation, run, caseRun string) (client.StartWorkflowOptions, ledger.Start, bool) {
	input := ledger.Start{Run: run, Case: caseRun, Epoch: 1}
	switch op {
	case care.OpOpen:
		return startOptions(run, enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE), input, true
	case care.OpReopen:
		input.Reopen = true
		return startOptions(run, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE), input, true
	}
	return client.StartWorkflowOptions{}, ledger.Start{}, false
}

// startOptions are those of every start; reuse says whether a run that has ended
// may be started again.
func startOptions(run string, reuse enums.WorkflowIdReusePolicy) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                    run,
		TaskQueue:             contract.TaskQueue,
		WorkflowTaskTimeout:   contract.WorkflowTaskTimeout,
		WorkflowIDReusePolicy: reuse,
	}
}

func workflowType(run string) string { return contract.WorkflowType(ledger.KindOf(run)) }
