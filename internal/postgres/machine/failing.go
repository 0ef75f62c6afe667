package machine

import (
	"context"

	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// SawFailing keeps that runs cannot go on, as a look sees them. What ended meanwhile is left out.
func (w *Watch) SawFailing(ctx context.Context, runs []string) error {
	return postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO run_trouble AS t (run_id, case_id, cause, since, seen_at)
			SELECT r.id, r.case_id, $2, clock_timestamp(), clock_timestamp() FROM run r WHERE r.id = ANY ($1) AND r.ended_at IS NULL ORDER BY r.id
			ON CONFLICT (run_id) DO UPDATE SET seen_at = excluded.seen_at WHERE t.cause = excluded.cause`, runs, ledger.TroubleFailing)
		return err
	})
}

// BeginLook gives the time from which a look over all failing runs sees them.
func (w *Watch) BeginLook(ctx context.Context) (at ledger.Look, err error) {
	err = postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&at.Since)
	})
	return at, err
}

// EndLook forgets the failing runs that a whole look did not see.
func (w *Watch) EndLook(ctx context.Context, look ledger.Look) error {
	return postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM run_trouble WHERE cause = $1 AND seen_at < $2`, ledger.TroubleFailing, look.Since)
		return err
	})
}

// Troubled counts the runs that do not go on, by cause.
func (w *Watch) Troubled(ctx context.Context) (failing, missing int, err error) {
	err = postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE cause = $1), count(*) FILTER (WHERE cause = $2) FROM run_trouble`,
			ledger.TroubleFailing, ledger.TroubleMissing).Scan(&failing, &missing)
	})
	return failing, missing, err
}
