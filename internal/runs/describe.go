package runs

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

	"percorso/workflows/contract"
)

// ErrUnsupported: this Temporal is too old to tell of failing workflow tasks.
var ErrUnsupported = errors.New("this Temporal does not report failing workflow tasks")

// pollerAge is how long ago a worker may have polled last: an idle one asks
// again after a minute, and Temporal remembers those that are gone for five.
const pollerAge = 75 * time.Second

// Pollers counts the workers that poll the task queue now.
func (r *Runs) Pollers(ctx context.Context, now time.Time) (int, error) {
	queue, err := r.temporal.DescribeTaskQueue(ctx, contract.TaskQueue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return 0, err
	}
	count := 0
	for _, p := range queue.GetPollers() {
		if now.Sub(p.GetLastAccessTime().AsTime()) < pollerAge {
			count++
		}
	}
	return count, nil
}

// failingQuery finds the runs whose workflow task keeps failing, by the search
// attribute that Temporal sets on them.
const failingQuery = `ExecutionStatus = "Running" AND TemporalReportedProblems IN ("category=WorkflowTaskFailed", "category=WorkflowTaskTimedOut")`

// Failing lists runs that cannot go on, and no more pages of them once there are
// as many as most. With an error it gives those that were found before it.
func (r *Runs) Failing(ctx context.Context, most int) (runs []string, err error) {
	var next []byte
	for len(runs) < most {
		page, err := r.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: failingQuery, PageSize: 200, NextPageToken: next})
		var invalid *serviceerror.InvalidArgument
		if errors.As(err, &invalid) {
			return nil, ErrUnsupported
		}
		if err != nil {
			return runs, err
		}
		for _, e := range page.GetExecutions() {
			runs = append(runs, e.GetExecution().GetWorkflowId())
		}
		if next = page.GetNextPageToken(); len(next) == 0 {
			break
		}
	}
	return runs, nil
}
