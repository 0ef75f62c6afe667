package machine

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Pass is one rebuild of all runs.
type Pass struct {
	ID      int64     `db:"id"`
	Started time.Time `db:"started_at"`
	Total   int       `db:"total"` // open runs that it is about
	Done    int       `db:"done"`  // of them, those that it has started already
}

// RunsOf lists the open runs of a case, which is named by its number or its id, or
// the one run of that id. ledger.ErrNotFound: there is no such case, and no such run.
func RunsOf(ctx context.Context, pool *pgxpool.Pool, named string) (runs []ledger.OpenRun, err error) {
	err = rebuild(ctx, pool, func(ctx context.Context, tx postgres.Tx) error {
		if strings.Contains(named, "/") {
			runs, err = postgres.Many[ledger.OpenRun](ctx, tx, `SELECT id, case_id::text, epoch FROM run WHERE ended_at IS NULL AND id = $1`, named)
			if err == nil && len(runs) == 0 {
				return ledger.ErrNotFound
			}
			return err
		}
		var exists bool
		if err := tx.QueryRow(ctx, `SELECT case_exists($1)`, named).Scan(&exists); err != nil {
			return err
		}
		if !exists {
			return ledger.ErrNotFound
		}
		runs, err = postgres.Many[ledger.OpenRun](ctx, tx, `SELECT * FROM runs_of_case($1)`, named)
		return err
	})
	return runs, err
}

// AskNewCourse asks the open runs of a kind, of one case or of all, to go over to a
// newer course: each gets an entry, which the relay brings. It says how many it asked.
func AskNewCourse(ctx context.Context, pool *pgxpool.Pool, kind care.RunKind, course int, caseID string) (asked int, err error) {
	err = rebuild(ctx, pool, func(ctx context.Context, tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT ask_new_course($1, $2, nullif($3, '')::uuid)`, kind, course, caseID).Scan(&asked)
	})
	return asked, err
}

// OpenCourses counts the open runs by kind and course.
func OpenCourses(ctx context.Context, pool *pgxpool.Pool) (open []ledger.OpenCourse, err error) {
	err = rebuild(ctx, pool, func(ctx context.Context, tx postgres.Tx) error {
		open, err = postgres.Many[ledger.OpenCourse](ctx, tx, `SELECT kind, course, count(*)::int AS runs FROM run WHERE ended_at IS NULL GROUP BY kind, course ORDER BY kind, course`)
		return err
	})
	return open, err
}

// BeginPass begins a rebuild of all runs, or goes on with one that was cut off,
// unless it is to begin anew.
func BeginPass(ctx context.Context, pool *pgxpool.Pool, anew bool) (pass Pass, err error) {
	err = rebuild(ctx, pool, func(ctx context.Context, tx postgres.Tx) error {
		var unattended bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM unattended)`).Scan(&unattended); err != nil {
			return err
		}
		if unattended {
			return postgres.ErrUnattended
		}
		if anew {
			if err := endPasses(ctx, tx); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO rebuild_pass DEFAULT VALUES ON CONFLICT DO NOTHING`); err != nil {
			return err
		}
		pass, err = postgres.One[Pass](ctx, tx, `SELECT p.id, p.started_at,
				(SELECT count(*) FROM run r WHERE r.ended_at IS NULL AND r.started_at <= p.started_at) AS total,
				(SELECT count(*) FROM run r JOIN rebuilt b ON b.run_id = r.id AND b.pass = p.id WHERE r.ended_at IS NULL AND r.started_at <= p.started_at) AS done
			FROM rebuild_pass p WHERE p.ended_at IS NULL`)
		return err
	})
	return pass, err
}

// PassRuns lists the next open runs that a pass has not started yet, after the one
// given. What began after the pass is none of its matter.
func PassRuns(ctx context.Context, pool *pgxpool.Pool, pass int64, after string, most int) (runs []ledger.OpenRun, err error) {
	err = rebuild(ctx, pool, func(ctx context.Context, tx postgres.Tx) error {
		runs, err = postgres.Many[ledger.OpenRun](ctx, tx, `SELECT r.id, r.case_id::text, r.epoch FROM run r JOIN rebuild_pass p ON p.id = $1
			WHERE r.ended_at IS NULL AND r.started_at <= p.started_at AND r.id > $2
				AND NOT EXISTS (SELECT FROM rebuilt b WHERE b.pass = $1 AND b.run_id = r.id) ORDER BY r.id LIMIT $3`, pass, after, most)
		return err
	})
	return runs, err
}

// Rebuilt keeps that a pass has started runs.
func Rebuilt(ctx context.Context, pool *pgxpool.Pool, pass int64, runs []string) error {
	return rebuild(ctx, pool, func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO rebuilt (pass, run_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`, pass, runs)
		return err
	})
}

// EndPass ends the pass, of which nothing is left to do.
func EndPass(ctx context.Context, pool *pgxpool.Pool) error { return rebuild(ctx, pool, endPasses) }

func endPasses(ctx context.Context, tx postgres.Tx) error {
	for _, statement := range []string{
		`UPDATE rebuild_pass SET ended_at = clock_timestamp() WHERE ended_at IS NULL`,
		`DELETE FROM rebuilt b USING rebuild_pass p WHERE p.id = b.pass AND p.ended_at IS NOT NULL`,
	} {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func rebuild(ctx context.Context, pool *pgxpool.Pool, work func(context.Context, postgres.Tx) error) error {
	return postgres.Within(ctx, pool, postgres.Rebuild(), nil, func(tx postgres.Tx) error { return work(ctx, tx) })
}
