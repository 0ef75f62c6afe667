package machine

import (
	"context"
	"errors"

	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/waiting"
)

// Figures are counts and ages of what waits, and how many cases stand how.
func (w *Watch) Figures(ctx context.Context) (f ledger.Figures, err error) {
	err = postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		f, err = postgres.One[ledger.Figures](ctx, tx, `SELECT f.*, d.entries AS deferred,
				coalesce(extract(epoch FROM clock_timestamp() - unsealed_since()), 0)::float8 AS unsealed FROM figures() f, deferred_entries() d`)
		if err == nil {
			f.Cases, err = waiting.Counts(ctx, tx, `SELECT health, cases FROM health_counts()`)
		}
		return err
	})
	return f, err
}

// Reported is what the watch last saw, and how many seconds ago.
func (w *Watch) Reported(ctx context.Context) (r ledger.MachineReport, age float64, err error) {
	err = postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT report, extract(epoch FROM clock_timestamp() - at)::float8 FROM machine_report`).Scan(&r, &age)
	})
	if errors.Is(err, ledger.ErrNotFound) { // nobody has watched yet
		err = nil
	}
	return r, age, err
}
