package machine

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// silence is how long a worker that says every five seconds that it is at work may
// be silent: then it counts as gone.
const silence = 20 * time.Second

// Workers is where workers say that they are at work.
type Workers struct {
	pool *pgxpool.Pool
}

// NewWorkers builds it on a pool whose login may join the workers' role.
func NewWorkers(pool *pgxpool.Pool) *Workers { return &Workers{pool: pool} }

// AtWork says that a worker is at work, in place of what it said before.
func (w *Workers) AtWork(ctx context.Context, worker ledger.Worker) error {
	return w.say(ctx, worker, false)
}

// Ended says that a worker ends.
func (w *Workers) Ended(ctx context.Context, worker ledger.Worker) error {
	return w.say(ctx, worker, true)
}

func (w *Workers) say(ctx context.Context, worker ledger.Worker, ends bool) error {
	courses := worker.Courses
	if courses == nil {
		courses = map[string]int{}
	}
	return postgres.Promptly(ctx, w.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `SELECT worker_seen($1, $2, $3, $4, $5)`, worker.ID, worker.Build, courses, worker.Schema, ends)
		return err
	})
}

// AtWorkOf counts the workers of a build that are at work, as ledger.Workers does.
func (w *Workers) AtWorkOf(ctx context.Context, build string, polling int) (int, error) {
	all, err := workersOfLate(ctx, w.pool, postgres.Worker(""))
	return all.AtWork(build, polling), err
}

// Workers lists the workers that said something within the last hour, the newest first.
func (w *Watch) Workers(ctx context.Context) (ledger.Workers, error) {
	return workersOfLate(ctx, w.pool, postgres.Watch())
}

// WorkersForRelease lists the same for whoever releases a version.
func WorkersForRelease(ctx context.Context, pool *pgxpool.Pool) (ledger.Workers, error) {
	return workersOfLate(ctx, pool, postgres.Rebuild())
}

func workersOfLate(ctx context.Context, pool *pgxpool.Pool, as postgres.Role) (all ledger.Workers, err error) {
	err = postgres.Promptly(ctx, pool, as, func(ctx context.Context, tx postgres.Tx) error {
		all, err = postgres.Many[ledger.Worker](ctx, tx, `SELECT id::text, build, courses, schema, seen_at,
			ended_at IS NULL AND seen_at > clock_timestamp() - $1::interval AS at_work FROM worker ORDER BY started_at DESC`, silence)
		return err
	})
	return all, err
}
