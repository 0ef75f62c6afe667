package versions

import (
	"context"
	"time"

	"go.uber.org/zap"

	"percorso/internal/loops"
)

// Keeper keeps the version of its worker current by itself, so that nothing stands
// still after a first start, a restart with another build, a rollback, or a loss of
// Temporal: as soon as the worker polls, and later on whenever no worker of the
// current version is left.
type Keeper struct {
	Versions *Versions
	Build    string // of the worker, which may be Unversioned
	// ByRelease leaves it to an operator (percorso release), but where none is current
	// and nobody else is there, as at a first start or after Temporal was lost.
	ByRelease bool
	// AtWork counts the workers of a build that are at work; polling is how many Temporal
	// saw poll of late, which it notices a minute late when one is gone. Nil: nobody knows better.
	AtWork func(ctx context.Context, build string, polling int) (int, error)
	Log    *zap.Logger

	been bool // this build was current since the worker started
	gone int  // looks in a row at which no worker of the current version was at work
}

const (
	soon    = 200 * time.Millisecond // between two looks, until the build is current
	period  = 2 * time.Second        // after that
	onelook = 4 * time.Second        // how long a look and what follows may take
	surely  = 3                      // looks at which a version's workers are gone: one may be starting again
)

// Run keeps the version current until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		loops.Moves(ctx)
		k.look(ctx)
		wait := period
		if !k.been && !k.ByRelease {
			wait = soon
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// look makes the build current where it is to be. A Temporal that does not answer is
// asked again.
func (k *Keeper) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, onelook)
	defer cancel()
	standing, err := k.Versions.Look(ctx, time.Now())
	if err == nil {
		k.sift(ctx, standing)
	}
	switch {
	case err != nil || !k.takes(standing):
	case standing.Current == k.Build:
		k.been = true
	default:
		before, err := k.Versions.Release(ctx, k.Build, false)
		if err != nil {
			k.Log.Info("this version is not current yet", zap.String("build", Named(k.Build)), zap.Error(err))
			return
		}
		k.been = true
		k.Log.Info("this version is current now", zap.String("build", Named(k.Build)), zap.String("before", Named(before)))
	}
}

// sift leaves out of a standing the workers of other builds that are gone.
func (k *Keeper) sift(ctx context.Context, s Standing) {
	for build, polling := range s.Polling {
		if build == k.Build || k.AtWork == nil {
			continue
		}
		if n, err := k.AtWork(ctx, build, polling); err == nil && n == 0 {
			delete(s.Polling, build)
		}
	}
	k.gone++
	if s.Polling[s.Current] > 0 {
		k.gone = 0
	}
}

// takes says whether the build is to be current; whoever does not poll is given nothing.
func (k *Keeper) takes(s Standing) bool {
	switch {
	case s.Current == k.Build:
		return true
	case s.Polling[k.Build] == 0:
		return false
	case k.ByRelease:
		return s.Current == Unversioned && s.only(k.Build)
	}
	return !k.been || k.gone >= surely
}
