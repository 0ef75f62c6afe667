// Package offering offers places of services that become free to whoever waits for one.
package offering

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"percorso/internal/loops"
)

// Lists are those of the zones. Package postgres keeps them.
type Lists interface {
	// Round keeps each place that is free for the first of a list whom it suits.
	Round(ctx context.Context, now time.Time) error
}

// Offering is what offers them. Several share the work.
type Offering struct {
	Lists Lists
	Log   *zap.Logger
	Now   func() time.Time
}

// pause is how long it rests between two rounds: for so long a place may be free before it is
// kept for the list.
const pause = 5 * time.Second

// Run offers places until the context ends.
func (o *Offering) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		loops.Moves(ctx)
		err := o.Lists.Round(ctx, o.Now())
		var panicked *loops.Panicked
		if errors.As(err, &panicked) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			o.Log.Warn("waiting lists cannot be looked through", zap.Error(err)) // Postgres is away
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}
