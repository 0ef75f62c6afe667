// Package versions says which version of the worker Temporal gives the runs to, and
// makes another one current. Versions stand side by side: each worker polls as the
// build that it is, and only those of the current one are given anything.
package versions

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// Unversioned stands for the workers that poll as no version, those of before there
// were any among them. While it is current they are given everything.
const Unversioned = ""

// Named is a build as people read it.
func Named(build string) string {
	if build == Unversioned {
		return "unversioned"
	}
	return build
}

// pollerAge is how long ago a worker may have polled last: an idle one asks
// again after a minute, and Temporal remembers those that are gone for five.
const pollerAge = 75 * time.Second

// Standing is how the versions stand now.
type Standing struct {
	Current string         // the build that is given the runs
	Polling map[string]int // how many workers poll, by build
}

// Only says whether a build polls, and no other does.
func (s Standing) only(build string) bool { return s.Polling[build] > 0 && len(s.Polling) == 1 }

// Version is a version that Temporal knows of, or that polls.
type Version struct {
	Build   string
	Created time.Time // zero where Temporal does not keep it
	Current bool
	Polling int // workers that Temporal saw poll of late
	Workers int // that are at work
}

// Versions are the versions of the worker of one Temporal.
type Versions struct {
	temporal client.Client
	// Workers says what workers have said of themselves of late. Nil: nobody knows
	// better than Temporal, which notices a minute late that one is gone.
	Workers func(context.Context) (ledger.Workers, error)
}

// New speaks of the versions through a client.
func New(temporal client.Client) *Versions { return &Versions{temporal: temporal} }

// Look asks how the versions stand.
func (v *Versions) Look(ctx context.Context, now time.Time) (Standing, error) {
	queue, err := v.temporal.DescribeTaskQueue(ctx, contract.TaskQueue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Current: queue.GetVersioningInfo().GetCurrentDeploymentVersion().GetBuildId(), Polling: map[string]int{}}
	for _, p := range queue.GetPollers() {
		if now.Sub(p.GetLastAccessTime().AsTime()) >= pollerAge {
			continue
		}
		build := Unversioned
		if as := p.GetDeploymentOptions(); as.GetWorkerVersioningMode() == enums.WORKER_VERSIONING_MODE_VERSIONED {
			build = as.GetBuildId()
		}
		s.Polling[build]++
	}
	return s, nil
}

// List lists the versions, the newest first, those without one last.
func (v *Versions) List(ctx context.Context, now time.Time) ([]Version, error) {
	standing, err := v.Look(ctx, now)
	if err != nil {
		return nil, err
	}
	said, err := v.said(ctx)
	if err != nil {
		return nil, err
	}
	var list []Version
	known, err := v.deployment().Describe(ctx, client.WorkerDeploymentDescribeOptions{})
	var none *serviceerror.NotFound
	if err != nil && !errors.As(err, &none) {
		return nil, err
	}
	// Of a version that was forced no queue knows, only the deployment.
	if routed := known.Info.RoutingConfig.CurrentVersion; routed != nil {
		standing.Current = routed.BuildID
	}
	version := func(build string, created time.Time) Version {
		polling := standing.Polling[build]
		return Version{Build: build, Created: created, Current: build == standing.Current, Polling: polling, Workers: said.AtWork(build, polling)}
	}
	for _, s := range known.Info.VersionSummaries {
		list = append(list, version(s.Version.BuildID, s.CreateTime))
	}
	slices.SortFunc(list, func(a, b Version) int { return b.Created.Compare(a.Created) })
	// Temporal keeps nothing of those that poll as no version.
	for _, build := range append(slices.Sorted(maps.Keys(standing.Polling)), standing.Current) {
		if !slices.ContainsFunc(list, func(v Version) bool { return v.Build == build }) {
			list = append(list, version(build, time.Time{}))
		}
	}
	return list, nil
}

func (v *Versions) deployment() client.WorkerDeploymentHandle {
	return v.temporal.WorkerDeploymentClient().GetHandle(contract.Deployment)
}

// said is what workers have said of themselves.
func (v *Versions) said(ctx context.Context) (ledger.Workers, error) {
	if v.Workers == nil {
		return nil, nil
	}
	said, err := v.Workers(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking which workers say that they are at work: %w", err)
	}
	return said, nil
}

// Why a build is not made current: nothing would be worked.
var (
	ErrNoWorker = errors.New("no worker of this build polls")
	// ErrGone: there were workers of the build, and all of them have ended or grown silent.
	ErrGone = errors.New("all workers of this build are gone")
	// errSilent: some are there by what they have said before, and have said nothing since.
	errSilent = fmt.Errorf("%w for sure", ErrNoWorker)
)

// again is how long Release waits between two tries.
const again = 200 * time.Millisecond

// Release makes a build current, Unversioned too, and returns once Temporal gives it
// the runs. It waits until a worker of it polls, for as long as ctx lasts, unless it
// is forced to do without, and until one says that it is at work: what it said before it
// may have said just before it was killed. Where the workers of the build have said
// themselves that they work and no longer do so, it does not wait. ErrNoWorker, ErrGone:
// nothing was changed.
func (v *Versions) Release(ctx context.Context, build string, forced bool) (before string, err error) {
	first, last := true, error(nil)
	var begun *ledger.Workers
	for {
		s, err := v.Look(ctx, time.Now())
		if err == nil && first {
			before, first = s.Current, false
		}
		var missing error
		if err == nil && !forced {
			var said ledger.Workers
			if said, err = v.said(ctx); err == nil {
				if begun == nil {
					begun = &said
				}
				missing = missingOf(said, *begun, build, s.Polling[build])
			}
		}
		switch {
		case err != nil:
			if last == nil || ctx.Err() == nil { // what was found before says more than that the time is over
				last = err
			}
		case errors.Is(missing, ErrGone):
			return before, missing
		case errors.Is(missing, errSilent) && s.Current == build:
			return before, nil
		case missing != nil:
			last = missing
		case s.Current == build:
			return before, nil
		default:
			last = v.set(ctx, build, forced)
			if forced && last == nil {
				return before, nil // where nobody polls, no queue ever tells that it is so
			}
			var invalid *serviceerror.InvalidArgument
			if errors.As(last, &invalid) {
				return before, last
			}
		}
		select {
		case <-ctx.Done():
			if last == nil {
				last = ctx.Err()
			}
			return before, last
		case <-time.After(again):
		}
	}
}

// missingOf says why nobody would work the runs that a build is given, by what workers say
// and what they said when it was first asked; nil: somebody would. Temporal remembers for
// a minute who polled, so that what workers say of themselves counts where both know of a
// build.
func missingOf(said, begun ledger.Workers, build string, polling int) error {
	known := slices.ContainsFunc(said, func(w ledger.Worker) bool { return w.Build == build })
	switch atWork := said.AtWork(build, polling); {
	case known && atWork == 0 && polling > 0:
		return fmt.Errorf("%w: %s: Temporal still lists %d that polled within the last %s, but none says in the table worker that it is at work, which counts",
			ErrGone, Named(build), polling, pollerAge)
	case known && atWork == 0:
		return fmt.Errorf("%w: %s", ErrGone, Named(build))
	case known && polling == 0:
		return fmt.Errorf("%w: %s: %d say in the table worker that they are at work, but Temporal sees none poll: do they have the same TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE?",
			ErrNoWorker, Named(build), atWork)
	case polling == 0:
		return fmt.Errorf("%w: %s", ErrNoWorker, Named(build))
	case known && !said.Heard(build, begun):
		return fmt.Errorf("%w: %s: %d said of late in the table worker that they are at work, and nothing since this began: they may have been killed",
			errSilent, Named(build), atWork)
	}
	return nil
}

// set asks once that a build become current. Temporal may refuse for a moment: it
// has to hear of a version, and of both its queues, before it takes it.
func (v *Versions) set(ctx context.Context, build string, forced bool) error {
	known, err := v.deployment().Describe(ctx, client.WorkerDeploymentDescribeOptions{})
	var none *serviceerror.NotFound
	if missing := errors.As(err, &none); err != nil && (!missing || !forced) {
		return err
	}
	_, err = v.deployment().SetCurrentVersion(ctx, client.WorkerDeploymentSetCurrentVersionOptions{
		BuildID: build, ConflictToken: known.ConflictToken, AllowNoPollers: forced, IgnoreMissingTaskQueues: forced,
	})
	return err
}
