package runs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

	"percorso/internal/care"
	"percorso/internal/versions"
	"percorso/workflows/contract"
)

// ErrUnsupported: this Temporal is too old to tell of failing workflow tasks.
var ErrUnsupported = errors.New("this Temporal does not report failing workflow tasks")

// pageSize is how many runs Temporal lists at once.
const pageSize = 1000

// Pollers counts the workers that poll the task queue now and are given runs: those
// of the current version, which it names.
func (r *Runs) Pollers(ctx context.Context, now time.Time) (build string, polling int, err error) {
	standing, err := versions.New(r.temporal).Look(ctx, now)
	return standing.Current, standing.Polling[standing.Current], err
}

// failingQuery finds the runs whose workflow task keeps failing, by the search
// attribute that Temporal sets on them.
const failingQuery = `ExecutionStatus = "Running" AND TemporalReportedProblems IN ("category=WorkflowTaskFailed", "category=WorkflowTaskTimedOut")`

// Failing lists a page of the runs that cannot go on, from where the page before
// ended; no next: it was the last.
func (r *Runs) Failing(ctx context.Context, from []byte) (runs []string, next []byte, err error) {
	runs, next, err = r.list(ctx, failingQuery, from)
	var invalid *serviceerror.InvalidArgument
	if errors.As(err, &invalid) && from == nil {
		return nil, nil, ErrUnsupported
	}
	return runs, next, err
}

// Open lists a page of the runs of a kind that Temporal has, in the same way.
func (r *Runs) Open(ctx context.Context, kind care.RunKind, from []byte) (runs []string, next []byte, err error) {
	return r.list(ctx, openQuery(kind), from)
}

// Count counts the runs of a kind that Temporal has.
func (r *Runs) Count(ctx context.Context, kind care.RunKind) (int, error) {
	res, err := r.temporal.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: openQuery(kind)})
	return int(res.GetCount()), err
}

func openQuery(kind care.RunKind) string {
	return fmt.Sprintf(`ExecutionStatus = "Running" AND WorkflowType = %q`, contract.WorkflowType(kind))
}

func (r *Runs) list(ctx context.Context, query string, from []byte) (runs []string, next []byte, err error) {
	page, err := r.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: pageSize, NextPageToken: from})
	if err != nil {
		return nil, nil, err
	}
	for _, e := range page.GetExecutions() {
		runs = append(runs, e.GetExecution().GetWorkflowId())
	}
	return runs, page.GetNextPageToken(), nil
}

// There says whether Temporal has the run, and has not ended it. Only an answer of
// Temporal about the run itself says that it has not: with any error Temporal is
// away, or its namespace is, and nothing is known of the run.
func (r *Runs) There(ctx context.Context, run string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	res, err := r.temporal.DescribeWorkflowExecution(ctx, run, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	switch res.GetWorkflowExecutionInfo().GetStatus() {
	case enums.WORKFLOW_EXECUTION_STATUS_COMPLETED, enums.WORKFLOW_EXECUTION_STATUS_FAILED, enums.WORKFLOW_EXECUTION_STATUS_CANCELED,
		enums.WORKFLOW_EXECUTION_STATUS_TERMINATED, enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return false, nil
	default:
		return true, nil
	}
}
