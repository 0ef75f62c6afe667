// Package worker assembles what works the processes: it hosts workflows and
// activities, and runs the relay and the post. It keeps
// no state, and runs in as many copies as wanted.
package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"

	"percorso/activities"
	"percorso/internal/ledger"
	"percorso/internal/loops"
	"percorso/internal/runs"
	"percorso/internal/versions"
	"percorso/worker/offering"
	"percorso/worker/post"
	"percorso/worker/relay"
	"percorso/worker/reminding"
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
	Reminder *reminding.Reminding // of people, before their appointments; nil: nobody is reminded
	Offering *offering.Offering   // of places to who waits for one; nil: nobody is offered any
	Patience activities.Patience  // of runs that find Postgres away; zero: the usual
	// Register registers what the worker works, another version of the processes; nil: Register.
	Register func(worker.WorkflowRegistry)

	Build     string // the version that the worker polls as; it may be versions.Unversioned
	ByRelease bool   // it becomes current when an operator says so, not by itself

	Presence Presence   // where it says that it is at work; nil: nowhere
	Polls    *Polls     // of Temporal's connection; nil: nobody sees them
	Loops    *loops.Set // where its loops are seen; nil: nowhere
	Schema   int64      // the newest migration that it knows
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

// errFatal: Temporal's SDK has given the worker up.
var errFatal = errors.New("the worker of Temporal has ended")

// Run works until the context ends, or until something of the worker ends by itself:
// a process whose worker polls nothing, or whose relay is gone, must not go on.
func Run(ctx context.Context, o Options) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
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
		OnFatalError:                            func(err error) { end(fmt.Errorf("%w: %w", errFatal, err)) },
	})
	register := o.Register
	if register == nil {
		register = Register
	}
	register(w)
	w.RegisterActivity(&activities.HumanTasks{Steps: &loggedSteps{o.Steps, o.Log}, Patience: o.Patience})
	if err := w.Start(); err != nil {
		return fmt.Errorf("starting the worker: %w", err)
	}
	defer w.Stop()
	set := o.Loops
	if set == nil {
		set = &loops.Set{}
	}
	wakes := &relay.Relay{Outbox: o.Outbox, Runs: runs.New(o.Temporal), Log: o.Log}
	mails := &post.Post{Outbox: o.Outbox, Sender: o.Mailer, Log: o.Log}
	keeper := &versions.Keeper{Versions: versions.New(o.Temporal), Build: o.Build, ByRelease: o.ByRelease, Log: o.Log}
	all := []loops.Loop{{Name: "relay", Run: wakes.Run}, {Name: "post", Run: mails.Run}, {Name: "versions", Run: keeper.Run}}
	if o.Reminder != nil {
		all = append(all, loops.Loop{Name: "reminders", Run: o.Reminder.Run})
	}
	if o.Offering != nil {
		all = append(all, loops.Loop{Name: "waiting lists", Run: o.Offering.Run})
	}
	if o.Presence != nil {
		keeper.AtWork = o.Presence.AtWorkOf
		here := &presence{place: o.Presence, loops: set, polls: o.Polls, log: o.Log,
			worker: ledger.Worker{ID: uuid.NewString(), Build: o.Build, Courses: courses(), Schema: o.Schema}}
		all = append(all, loops.Loop{Name: "presence", Run: here.run})
	}
	err := set.Run(ctx, all...)
	if cause := context.Cause(ctx); err == nil && errors.Is(cause, errFatal) {
		return cause
	}
	return err
}

// courses are the numbers of the newest courses that this worker knows, by kind of run.
func courses() map[string]int {
	known := map[string]int{}
	for kind, course := range workflows.Courses() {
		known[string(kind)] = course
	}
	return known
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
