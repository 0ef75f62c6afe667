package machine

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
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

// AskNewCourse asks the open runs of a kind, of one case or of all, to go over to a
// newer course: each gets an entry, which the relay brings. It says how many it asked.
func AskNewCourse(ctx context.Context, pool *pgxpool.Pool, kind care.RunKind, course int, caseID string) (asked int, err error) {
	err = postgres.Within(ctx, pool, postgres.Rebuild(), nil, func(tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT ask_new_course($1, $2, nullif($3, '')::uuid)`, kind, course, caseID).Scan(&asked)
	})
	return asked, err
}

// OpenCourses counts the open runs by kind and course.
func OpenCourses(ctx context.Context, pool *pgxpool.Pool) (open []ledger.OpenCourse, err error) {
	err = postgres.Within(ctx, pool, postgres.Rebuild(), nil, func(tx postgres.Tx) error {
		open, err = postgres.Many[ledger.OpenCourse](ctx, tx, `SELECT kind, course, count(*)::int AS runs FROM run WHERE ended_at IS NULL GROUP BY kind, course ORDER BY kind, course`)
		return err
	})
	return open, err
}
