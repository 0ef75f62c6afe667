package machine

import (
	"context"
	"time"

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
func (w *Watch) Troubled(ctx context.Context) (t ledger.Troubled, err error) {
	err = postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		t, err = postgres.One[ledger.Troubled](ctx, tx, `SELECT count(*) FILTER (WHERE cause = $1)::int AS failing,
				count(*) FILTER (WHERE cause = $2)::int AS missing, count(*) FILTER (WHERE cause = $3)::int AS beyond FROM run_trouble`,
			ledger.TroubleFailing, ledger.TroubleMissing, ledger.TroubleBeyond)
		return err
	})
	return t, err
}

// Beyond keeps which runs wait for a worker of a newer version; known are the courses
// that those know which are given work. nil: nobody says, and none is kept.
func (w *Watch) Beyond(ctx context.Context, known map[string]int) error {
	return postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		var began time.Time
		if err := tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&began); err != nil {
			return err
		}
		if known != nil {
			if _, err := tx.Exec(ctx, `INSERT INTO run_trouble AS t (run_id, case_id, cause, since, seen_at)
				SELECT run_id, case_id, $2, since, clock_timestamp() FROM runs_beyond($1) ORDER BY run_id
				ON CONFLICT (run_id) DO UPDATE SET seen_at = excluded.seen_at WHERE t.cause = excluded.cause`, known, ledger.TroubleBeyond); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `DELETE FROM run_trouble WHERE cause = $1 AND seen_at < $2`, ledger.TroubleBeyond, began)
		return err
	})
}
