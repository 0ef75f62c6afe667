package main

import (
	"context"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"percorso/internal/config"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/workflows/contract"
)

func init() {
	commands = append(commands, command{"rebuild", "", "start every open run anew from Postgres, after Temporal was lost", rebuild})
}

// rebuild starts every open run from what Postgres keeps, under a higher epoch:
// should the lost cluster come back, its runs are fenced. It may be run again.
func rebuild(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return errUsage
	}
	c, err := config.ReadRebuild()
	if err != nil {
		return err
	}
	parts, err := connect(ctx, "rebuild", c.Database, c.Processes)
	if err != nil {
		return err
	}
	defer parts.close()
	runs, err := postgres.OpenRuns(ctx, parts.pool)
	if err != nil {
		return err
	}
	for i, run := range runs {
		kind := ledger.KindOf(run.ID)
		_, err := parts.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID:                       run.ID,
			TaskQueue:                contract.TaskQueue,
			WorkflowTaskTimeout:      contract.WorkflowTaskTimeout,
			WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
			WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
		}, contract.WorkflowType(kind), ledger.Start{Run: run.ID, Case: ledger.RunID("case", run.CaseID), Epoch: run.Epoch + 1})
		if err != nil {
			return fmt.Errorf("%d of %d runs rebuilt, then %s: %w", i, len(runs), run.ID, err)
		}
	}
	fmt.Printf("%d runs rebuilt\n", len(runs))
	return nil
}
