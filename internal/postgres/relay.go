package postgres

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
)

// The channels that tell of something to be delivered.
const (
	wakeChannel = "percorso_wake" // an entry, to the relay
	mailChannel = "percorso_mail" // a mail, to the post; a trigger of the table sends it
)

// deliveryTime is how long a transaction of the relay, the post or the watch may
// take. They work for everybody in turn, so none may hang on one statement: the
// server gives it up, and where the server is not heard of any more, the caller does.
const deliveryTime = 5 * time.Second

// promptly runs a transaction that must not hang.
func promptly(ctx context.Context, pool *pgxpool.Pool, role string, work func(context.Context, querier) error) error {
	ctx, cancel := context.WithTimeout(ctx, deliveryTime)
	defer cancel()
	bound := func(b *pgx.Batch) {
		b.Queue(`SELECT set_config('statement_timeout', $1, true)`, strconv.FormatInt(deliveryTime.Milliseconds(), 10))
	}
	return within(ctx, pool, role, nil, bound, func(tx querier) error { return work(ctx, tx) })
}

// TakeWakes hands out entries that are due to be delivered to their runs, none of
// the cases that are busy, and of no other case more than a quarter. Each comes
// again, later and later (at most every 20 s), until its run has worked it.
func (s *Steps) TakeWakes(ctx context.Context, most int, busy []string) (wakes []ledger.Wake, err error) {
	err = promptly(ctx, s.pool, roleWorker, func(ctx context.Context, tx querier) error {
		wakes, err = many[ledger.Wake](ctx, tx, `SELECT id::text, run_id, coalesce(case_id::text, '') AS case_id, target, answer FROM take_wakes($1, $2::text[]::uuid[]) ORDER BY seq`,
			most, orEmpty(busy))
		return err
	})
	return wakes, err
}

// RefuseEnded refuses an entry whose run has ended; it leaves any other alone.
func (s *Steps) RefuseEnded(ctx context.Context, id string) error {
	return promptly(ctx, s.pool, roleWorker, func(ctx context.Context, tx querier) error {
		_, err := tx.Exec(ctx, `SELECT refuse_ended($1)`, id)
		return err
	})
}

// AwaitWake rests until an entry may be due, for as long as the longest given.
// Entries of cases that are busy do not count.
func (s *Steps) AwaitWake(ctx context.Context, longest time.Duration, busy []string) error {
	return s.await(ctx, wakeChannel, longest, `SELECT next_wake($1::text[]::uuid[]) - clock_timestamp()`, orEmpty(busy))
}

// await rests until a channel is told of something, until what a query says is
// left to wait, or for as long as the longest given.
func (s *Steps) await(ctx context.Context, channel string, longest time.Duration, left string, args ...any) error {
	asking, cancel := context.WithTimeout(ctx, deliveryTime)
	defer cancel()
	conn, err := s.pool.Acquire(asking)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(asking, "LISTEN "+channel); err != nil {
		return err
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveryTime)
		defer cancel()
		_, _ = conn.Exec(last, "UNLISTEN "+channel)
	}()
	// What became due between the last look and the LISTEN would wait for nothing.
	wait := longest
	err = promptly(ctx, s.pool, roleWorker, func(ctx context.Context, tx querier) error {
		var due *time.Duration
		err := tx.QueryRow(ctx, left, args...).Scan(&due)
		if due != nil {
			wait = min(wait, *due)
		}
		return err
	})
	if err != nil || wait <= 0 {
		return err
	}
	resting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	_, err = conn.Conn().WaitForNotification(resting)
	if resting.Err() != nil {
		return nil
	}
	return err
}

// OpenRuns lists every open run for a rebuild, cases first.
func OpenRuns(ctx context.Context, pool *pgxpool.Pool) (runs []ledger.OpenRun, err error) {
	err = within(ctx, pool, roleRebuild, nil, nil, func(tx querier) error {
		runs, err = many[ledger.OpenRun](ctx, tx, `SELECT id, case_id::text, epoch FROM run WHERE ended_at IS NULL ORDER BY started_at, id`)
		return err
	})
	return runs, err
}
