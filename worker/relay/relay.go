// Package relay brings entries to their runs.
package relay

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"percorso/internal/ledger"
	"percorso/internal/loops"
)

// Outbox is what waits to be delivered. Package postgres implements it.
type Outbox interface {
	// TakeWakes hands out entries that are due, none of the cases that are busy and
	// of no other more than a quarter; each comes again until it is worked.
	TakeWakes(ctx context.Context, most int, busy []string) ([]ledger.Wake, error)
	// WakeOverdue makes entries of clocks that their runs have not come to, and says
	// of how many.
	WakeOverdue(ctx context.Context, most int) (int, error)
	// RefuseEnded refuses an entry whose run has ended; it leaves any other alone.
	RefuseEnded(ctx context.Context, id string) error
	// AwaitWake rests until an entry may be due of a case that is not busy, for as
	// long as the longest given.
	AwaitWake(ctx context.Context, longest time.Duration, busy []string) error
}

// Runs is where entries are brought; package runs implements it.
type Runs interface {
	// Wake brings an entry. ledger.ErrNotFound: there is no such run, or it is over.
	Wake(ctx context.Context, w ledger.Wake) error
}

// Relay brings entries to their runs, again and again until they are worked:
// side by side, those of one run in their order. Several relays share the work.
type Relay struct {
	Outbox Outbox
	Runs   Runs
	Log    *zap.Logger
}

const (
	batch       = 64                    // entries in hand at most
	hands       = 16                    // wakes side by side
	timeout     = 5 * time.Second       // of one wake
	longestRest = 5 * time.Second       // between two looks
	shortRest   = 50 * time.Millisecond // while a case has its share in hand
	afterFault  = time.Second
	overdue     = 15 * time.Second // between two looks for clocks that are overdue
)

// Run relays until the context ends.
func (r *Relay) Run(ctx context.Context) error {
	desk := newDesk()
	work := []func(context.Context) error{func(ctx context.Context) error { return r.look(ctx, desk) }}
	for range hands {
		work = append(work, func(ctx context.Context) error { r.bring(ctx, desk); return nil })
	}
	return loops.Together(ctx, work...)
}

// look keeps the desk filled until the context ends.
func (r *Relay) look(ctx context.Context, desk *desk) error {
	stop := context.AfterFunc(ctx, desk.close)
	defer stop()
	var clocks time.Time // when to look for overdue ones: at once when Postgres is back
	for ctx.Err() == nil {
		loops.Moves(ctx)
		r.bringClocks(ctx, &clocks)
		loops.Moves(ctx)
		if err := r.fill(ctx, desk); err != nil && ctx.Err() == nil {
			clocks = time.Time{}
			// Postgres is away; what waits is durable.
			r.Log.Warn("the relay cannot look", zap.Error(err))
			select {
			case <-ctx.Done():
			case <-time.After(afterFault):
			}
		}
	}
	return nil
}

// bringClocks makes entries of overdue clocks, if it is time to. That one of them cannot
// be worked holds up nothing else that is to be brought.
func (r *Relay) bringClocks(ctx context.Context, at *time.Time) {
	now := time.Now() //nolint:forbidigo // how long ago the last look was
	if now.Before(*at) {
		return
	}
	if _, err := r.Outbox.WakeOverdue(ctx, batch); err != nil && ctx.Err() == nil {
		r.Log.Warn("overdue clocks cannot be brought", zap.Error(err))
	}
	*at = now.Add(overdue)
}

// fill takes what is due onto the desk, or rests until something is.
func (r *Relay) fill(ctx context.Context, desk *desk) error {
	free, busy := desk.room()
	wakes, err := r.Outbox.TakeWakes(ctx, free, busy)
	if err != nil {
		return err
	}
	if len(wakes) > 0 {
		desk.put(wakes)
		return nil
	}
	rest := longestRest
	if len(busy) > 0 {
		rest = shortRest
	}
	return r.Outbox.AwaitWake(ctx, rest, busy)
}

// bring brings what lies on the desk until the desk is closed.
func (r *Relay) bring(ctx context.Context, desk *desk) {
	for {
		w, ok := desk.take()
		if !ok {
			return
		}
		err := r.wake(ctx, w)
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("waking a run", zap.String("run", w.Run), zap.String("command", w.ID), zap.Error(err))
		}
		desk.done(w, err != nil && !errors.Is(err, ledger.ErrNotFound))
	}
}

// wake brings one entry. Of a run that is not there, either it has ended, and the
// entry is refused, or Temporal lost it: the watch is told, and starts it again.
func (r *Relay) wake(ctx context.Context, w ledger.Wake) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := r.Runs.Wake(ctx, w)
	if errors.Is(err, ledger.ErrNotFound) {
		return errors.Join(err, r.Outbox.RefuseEnded(ctx, w.ID))
	}
	return err
}
