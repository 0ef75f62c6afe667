package runs

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

	"percorso/internal/versions"
)

// ErrUnsupported: this Temporal is too old to tell of failing workflow tasks.
var ErrUnsupported = errors.New("this Temporal does not report failing workflow tasks")

// Pollers counts the workers that poll the task queue now and are given runs: those
// of the current version, which it names.
func (r *Runs) Pollers(ctx context.Context, now time.Time) (build string, polling int, err error) {
	standing, err := versions.New(r.temporal).Look(ctx, now)
	return standing.Current, standing.Polling[standing.Current], err
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
