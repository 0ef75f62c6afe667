package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
)

// OpenRuns lists every open run for a rebuild, cases first.
func OpenRuns(ctx context.Context, pool *pgxpool.Pool) (runs []ledger.OpenRun, err error) {
	err = within(ctx, pool, Rebuild(), nil, func(tx querier) error {
		runs, err = many[ledger.OpenRun](ctx, tx, `SELECT id, case_id::text, epoch FROM run WHERE ended_at IS NULL ORDER BY started_at, id`)
		return err
	})
	return runs, err
}
