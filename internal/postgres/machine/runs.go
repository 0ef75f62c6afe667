package machine

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// OpenRuns lists every open run for a rebuild, cases first.
func OpenRuns(ctx context.Context, pool *pgxpool.Pool) (runs []ledger.OpenRun, err error) {
	err = postgres.Within(ctx, pool, postgres.Rebuild(), nil, func(tx postgres.Tx) error {
		runs, err = postgres.Many[ledger.OpenRun](ctx, tx, `SELECT id, case_id::text, epoch FROM run WHERE ended_at IS NULL ORDER BY started_at, id`)
		return err
	})
	return runs, err
}
