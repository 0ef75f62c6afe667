package main

import (
	"context"
	"fmt"
	"io"

	"percorso/internal/config"
	"percorso/internal/postgres/machine"
	"percorso/internal/runs"
)

func init() {
	commands = append(commands, command{"rebuild", "", "start every open run anew from Postgres, after Temporal was lost", alone(rebuild)})
}

// rebuild starts every open run from what Postgres keeps, under a higher epoch:
// should the lost cluster come back, its runs are fenced. It may be run again.
func rebuild(ctx context.Context, out io.Writer) error {
	c, err := config.ReadRebuild()
	if err != nil {
		return err
	}
	parts, err := connect(ctx, newLog("rebuild"), c.Database, c.Processes, nil)
	if err != nil {
		return err
	}
	defer parts.close()
	open, err := machine.OpenRuns(ctx, parts.pool)
	if err != nil {
		return err
	}
	processes := runs.New(parts.temporal)
	for i, run := range open {
		if err := processes.Restart(ctx, run); err != nil {
			return fmt.Errorf("%d of %d runs rebuilt, then %s: %w", i, len(open), run.ID, err)
		}
	}
	_, err = fmt.Fprintf(out, "%d runs rebuilt\n", len(open))
	return err
}
