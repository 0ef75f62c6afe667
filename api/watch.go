package api

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"percorso/internal/ledger"
)

// watch looks at the machinery from outside of it, so that a dead worker or a
// dead Temporal is seen too. All API processes run one, and one at a time leads.
// What it sees is stored; those who compute the health of cases read it.
type watch struct {
	records  Watch
	temporal client.Client
	log      *zap.Logger

	unsupported bool // Temporal does not tell of failing workflow tasks
	behind      bool // the backlog was not empty when it was last looked at
}

const (
	watchPeriod  = 5 * time.Second
	watchTimeout = 4 * time.Second // of one look, so that the next is on time
	maxFailing   = 1000            // runs reported at most
)

// run watches until ctx is done.
func (w *watch) run(ctx context.Context) {
	for {
		release, ok, err := w.records.TryLead(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			w.log.Warn("the watch cannot ask who leads", zap.String("cause", describe(err)))
		case ok:
			w.lead(ctx)
			release()
		}
		if !pause(ctx, watchPeriod) {
			return
		}
	}
}

// lead looks every watchPeriod, until a report cannot be stored: then the lock
// may be lost too.
func (w *watch) lead(ctx context.Context) {
	for {
		if err := w.look(ctx); err != nil {
			if ctx.Err() == nil {
				w.log.Warn("the watch cannot report", zap.String("cause", describe(err)))
			}
			return
		}
		if !pause(ctx, watchPeriod) {
			return
		}
	}
}

// look asks the parts once and stores what they say.
func (w *watch) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, watchTimeout)
	defer cancel()
	if err := w.records.Report(ctx, w.report(ctx)); err != nil {
		return err
	}
	backlog, err := w.records.Unworked(ctx)
	if err != nil {
		return err
	}
	switch behind := !backlog.Empty(); {
	case behind && !w.behind:
		w.log.Warn("the machinery is behind", zap.Int("entries", backlog.Entries), zap.Int("clocks", backlog.Clocks), zap.Int("outbox", backlog.Outbox))
		w.behind = true
	case !behind && w.behind:
		w.log.Info("the machinery has caught up")
		w.behind = false
	}
	return nil
}

// report asks Temporal for workers and for runs that cannot go on. It leaves
// time to store the answer.
func (w *watch) report(ctx context.Context) ledger.MachineReport {
	asking, cancel := context.WithTimeout(ctx, watchTimeout/2)
	defer cancel()
	report := ledger.MachineReport{At: time.Now(), FailingRuns: []string{}}
	var err error
	if report.Pollers, err = pollers(asking, w.temporal); err != nil {
		report.TemporalAway = true
		return report
	}
	if report.FailingRuns, err = w.failing(asking); err != nil {
		w.log.Warn("Temporal does not list failing runs", zap.String("cause", describe(err)))
	}
	return report
}

// failingQuery finds the runs whose workflow task keeps failing, by the search
// attribute that Temporal sets on them.
const failingQuery = `ExecutionStatus = "Running" AND TemporalReportedProblems IN ("category=WorkflowTaskFailed", "category=WorkflowTaskTimedOut")`

// failing lists the runs that cannot go on; none where Temporal is too old to say.
func (w *watch) failing(ctx context.Context) ([]string, error) {
	var runs []string
	var next []byte
	for !w.unsupported && len(runs) < maxFailing {
		page, err := w.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: failingQuery, PageSize: 200, NextPageToken: next})
		var invalid *serviceerror.InvalidArgument
		if errors.As(err, &invalid) {
			w.unsupported = true
			w.log.Warn("this Temporal does not report failing workflow tasks")
			return nil, nil
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

// pause waits; false: ctx is done.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
