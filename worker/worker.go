// Package worker assembles what works the processes: it hosts workflows and
// activities, and runs the relay and the post. It keeps
// no state, and runs in as many copies as wanted.
package worker

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"

	"percorso/activities"
	"percorso/internal/runs"
	"percorso/internal/versions"
	"percorso/worker/post"
	"percorso/worker/relay"
	"percorso/workflows"
	"percorso/workflows/contract"
)

// Options are what a worker is built of.
type Options struct {
	Temporal client.Client // with the codec
	Steps    activities.Steps
	Outbox   Outbox
	Mailer   post.Sender
	Log      *zap.Logger

	Build     string // the version that the worker polls as; it may be versions.Unversioned
	ByRelease bool   // it becomes current when an operator says so, not by itself
}

// Outbox is what the relay and the post need of the store.
type Outbox interface {
	relay.Outbox
	post.Outbox
}

// stickyTimeout is how long a workflow task waits for the worker that has its
// run in memory before another one takes it: how long a killed worker's runs rest.
const stickyTimeout = time.Second

// stickyRuns is how many runs a worker keeps in memory, about 29 KB each.
const stickyRuns = 10_000

// Run works until the context ends.
func Run(ctx context.Context, o Options) error {
	worker.SetStickyWorkflowCacheSize(stickyRuns)
	var deployment worker.DeploymentOptions
	if o.Build != versions.Unversioned {
		deployment = worker.DeploymentOptions{
			UseVersioning:             true,
			Version:                   worker.WorkerDeploymentVersion{DeploymentName: contract.Deployment, BuildID: o.Build},
			DefaultVersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
		}
	}
	w := worker.New(o.Temporal, contract.TaskQueue, worker.Options{
		DeploymentOptions:                       deployment,
		StickyScheduleToStartTimeout:            stickyTimeout,
		MaxConcurrentWorkflowTaskPollers:        8,
		MaxConcurrentLocalActivityExecutionSize: 64,
		DisableRegistrationAliasing:             true,
	})
	Register(w)
	w.RegisterActivity(&activities.HumanTasks{Steps: o.Steps})
	if err := w.Start(); err != nil {
		return fmt.Errorf("starting the worker: %w", err)
	}
	defer w.Stop()
	wakes := &relay.Relay{Outbox: o.Outbox, Runs: runs.New(o.Temporal), Log: o.Log}
	mails := &post.Post{Outbox: o.Outbox, Sender: o.Mailer, Log: o.Log}
	keeper := &versions.Keeper{Versions: versions.New(o.Temporal), Build: o.Build, ByRelease: o.ByRelease, Log: o.Log}
	var delivering sync.WaitGroup
	delivering.Go(func() { wakes.Run(ctx) })
	delivering.Go(func() { mails.Run(ctx) })
	delivering.Go(func() { keeper.Run(ctx) })
	delivering.Wait()
	return nil
}

// Register registers the processes. Their types are their functions' names;
// runs go on with whichever version of the worker is current (auto-upgrade).
func Register(w worker.WorkflowRegistry) {
	for _, process := range []any{
		workflows.CasePath, workflows.SecondLevel, workflows.Equipe, workflows.Placement, workflows.Referral, workflows.FollowUp, workflows.Transfer,
	} {
		w.RegisterWorkflowWithOptions(process, workflow.RegisterOptions{VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade})
	}
}
