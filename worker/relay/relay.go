// Package relay brings entries to their runs.
package relay

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"percorso/internal/ledger"
)

// Outbox is what waits to be delivered. Package postgres implements it.
type Outbox interface {
	// TakeWakes hands out entries that are due; each comes again until it is worked.
	TakeWakes(ctx context.Context, most int) ([]ledger.Wake, error)
	// RefuseEnded refuses an entry whose run has ended; it leaves any other alone.
	RefuseEnded(ctx context.Context, id string) error
}

// Runs is where entries are brought; package runs implements it.
type Runs interface {
	// Wake brings an entry. ledger.ErrNotFound: there is no such run, or it is over.
	Wake(ctx context.Context, w ledger.Wake) error
}

// Relay brings entries to their runs, again and again until they are worked.
// Several relays share the work.
type Relay struct {
	Outbox Outbox
	Runs   Runs
	Log    *zap.Logger
}

const (
	batch   = 50
	timeout = 5 * time.Second // of one wake
)

// Once brings what is due, and says how much there was.
func (r *Relay) Once(ctx context.Context) (int, error) {
	wakes, err := r.Outbox.TakeWakes(ctx, batch)
	if err != nil {
		return 0, err
	}
	for _, w := range wakes {
		if err := r.wake(ctx, w); err != nil {
			r.Log.Warn("waking a run", zap.String("run", w.Run), zap.Error(err))
		}
	}
	return len(wakes), nil
}

// wake brings one entry. Of a run that is not there, either it has ended, and the
// entry is refused, or Temporal lost it: a broken case, which a rebuild brings back.
func (r *Relay) wake(ctx context.Context, w ledger.Wake) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := r.Runs.Wake(ctx, w)
	if errors.Is(err, ledger.ErrNotFound) {
		return errors.Join(err, r.Outbox.RefuseEnded(ctx, w.ID))
	}
	return err
}
