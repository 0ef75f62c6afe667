package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"percorso/internal/care"
	"percorso/internal/config"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// floorType is the workflow type of the floor.
const floorType = "Floor"

const (
	// floorQueue keeps the floor's runs from the product's workers.
	floorQueue = contract.TaskQueue + "-floor"
	// floorArgument makes this binary the floor's worker.
	floorArgument = "floor-worker"
)

// Floor takes the update of our processes, with its shape checked and one timer
// pending, and does nothing with it. It goes on as new as often as they do.
func Floor(ctx workflow.Context, start ledger.Start) error {
	const updatesPerExecution = 500
	worked := 0
	err := workflow.SetUpdateHandlerWithOptions(ctx, contract.Work,
		func(workflow.Context, ledger.Entry) (ledger.Result, error) {
			worked++
			return ledger.Result{Revision: worked}, nil
		},
		workflow.UpdateHandlerOptions{Validator: func(_ workflow.Context, e ledger.Entry) error {
			if e.ID == "" || e.Answer.Operation == "" {
				return temporal.NewApplicationError("entry without id or operation", "malformed_entry")
			}
			return nil
		}})
	if err != nil {
		return err
	}
	if _, err := workflow.AwaitWithTimeout(ctx, 48*time.Hour, func() bool { return worked >= updatesPerExecution }); err != nil {
		return err
	}
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	return workflow.NewContinueAsNewError(ctx, floorType, start)
}

// runFloorWorker hosts the floor in a process of its own, as the product's
// worker is one, with the same settings: both ways pay the same for them.
func runFloorWorker() error {
	c, err := config.ReadAPI()
	if err != nil {
		return err
	}
	connection, err := dial(c.Processes)
	if err != nil {
		return err
	}
	defer connection.Close()
	worker.SetStickyWorkflowCacheSize(10_000)
	w := worker.New(connection, floorQueue, worker.Options{
		StickyScheduleToStartTimeout:     time.Second,
		MaxConcurrentWorkflowTaskPollers: 8,
		DisableRegistrationAliasing:      true,
	})
	w.RegisterWorkflowWithOptions(Floor, workflow.RegisterOptions{Name: floorType, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade})
	return w.Run(worker.InterruptCh())
}

// floor drives the yardstick.
type floor struct {
	site   *site
	worker *exec.Cmd
	runs   []string
}

// startFloor starts the floor's worker and as many runs as there are cases.
func startFloor(ctx context.Context, s *site, runs int) (*floor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f := &floor{site: s, worker: exec.Command(self, floorArgument)} // #nosec G204 -- this binary
	f.worker.Stderr = os.Stderr
	f.worker.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := f.worker.Start(); err != nil {
		return nil, err
	}
	for range runs {
		run := "floor/" + uuid.NewString()
		f.runs = append(f.runs, run)
		_, err := s.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: run, TaskQueue: floorQueue, WorkflowTaskTimeout: contract.WorkflowTaskTimeout,
		}, floorType, ledger.Start{Run: run, Case: run, Epoch: 1})
		if err != nil {
			f.stop()
			return nil, fmt.Errorf("starting the floor: %w", err)
		}
	}
	return f, nil
}

func (f *floor) pid() int { return f.worker.Process.Pid }

// stop ends the floor's runs and its worker.
func (f *floor) stop() {
	for _, run := range f.runs {
		_ = f.site.temporal.TerminateWorkflow(context.Background(), run, "", "the measurement is over")
	}
	_ = f.worker.Process.Signal(syscall.SIGTERM)
	_ = f.worker.Wait()
}

// step sends a run of the floor what the other ways send to a process.
func (f *floor) step(ctx context.Context, c *openCase) error {
	entry := ledger.Entry{ID: uuid.NewString(), Target: c.referral, Answer: care.Answer{Operation: c.next(), Case: c.run()}}
	res, err := f.site.update(ctx, f.runs[c.index], entry)
	if err == nil && res.Revision == 0 {
		err = fmt.Errorf("the floor answered %+v", res)
	}
	c.held = !c.held
	return err
}
