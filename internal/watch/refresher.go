package watch

import (
	"context"
	"time"

	"go.uber.org/zap"

	"percorso/internal/loops"
)

// Health is what the refresher needs of Postgres.
type Health interface {
	// TryLead takes the advisory lock that makes this process the one that
	// refreshes, as that of Records does for the watch.
	TryLead(ctx context.Context) (holds func(context.Context) error, release func(), ok bool, err error)
	// Look marks the cases that have changed without anything telling so.
	Look(ctx context.Context) error
	// Refresh computes the health of some cases whose time has come, and says how
	// many those were.
	Refresh(ctx context.Context, most int) (done int, err error)
}

// Refresher keeps how the open cases stand up to date, where no step of theirs does.
// All API processes run one, and one at a time is at work.
type Refresher struct {
	health Health
	log    *zap.Logger
}

// NewRefresher makes a refresher; it computes nothing yet.
func NewRefresher(health Health, log *zap.Logger) *Refresher { return &Refresher{health, log} }

const (
	refreshPeriod = time.Second
	refreshBatch  = 100 // cases that are locked at once, for a few hundredths of a second
)

// Run refreshes until ctx is done.
func (r *Refresher) Run(ctx context.Context) error {
	for {
		loops.Moves(ctx)
		asking, cancel := context.WithTimeout(ctx, timeout)
		holds, release, ok, err := r.health.TryLead(asking)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			r.log.Warn("the refresher cannot ask who leads", zap.Error(err))
		case ok:
			if err := r.lead(ctx, holds); err != nil && ctx.Err() == nil {
				r.log.Warn("the refresher cannot keep how cases stand", zap.Error(err))
			}
			release()
		}
		if !pause(ctx, period) {
			return nil
		}
	}
}

// lead refreshes every period until something fails: then the lock may be lost too.
func (r *Refresher) lead(ctx context.Context, holds func(context.Context) error) error {
	for {
		loops.Moves(ctx)
		if err := holds(ctx); err != nil {
			return err
		}
		if err := r.health.Look(ctx); err != nil {
			return err
		}
		for done := refreshBatch; done == refreshBatch; {
			var err error
			loops.Moves(ctx)
			if done, err = r.health.Refresh(ctx, refreshBatch); err != nil {
				return err
			}
		}
		if !pause(ctx, refreshPeriod) {
			return nil
		}
	}
}
