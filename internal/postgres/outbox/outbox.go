// Package outbox hands out what the worker is to deliver: entries to the relay,
// mails to the post.
package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Outbox hands out what is to be delivered, to the relay and to the post.
type Outbox struct {
	pool *pgxpool.Pool
}

// New builds the outbox on a pool whose login may join the worker's role.
func New(pool *pgxpool.Pool) *Outbox { return &Outbox{pool: pool} }

// mailChannel tells the post of a mail; a trigger of the table sends it.
const mailChannel = "percorso_mail"

// wakeRow is an entry to be delivered, with an answer that may not read.
type wakeRow struct {
	ledger.Wake
	Answer postgres.Accepted `db:"answer"`
}

// TakeWakes hands out entries that are due to be delivered to their runs, none of
// the cases that are busy, and of no other case more than a quarter. Each comes
// again, later and later (at most every 20 s), until its run has worked it.
func (o *Outbox) TakeWakes(ctx context.Context, most int, busy []string) (wakes []ledger.Wake, err error) {
	err = postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		rows, err := postgres.Many[wakeRow](ctx, tx, `SELECT id::text, run_id, coalesce(case_id::text, '') AS case_id, target, answer FROM take_wakes($1, $2::text[]::uuid[]) ORDER BY seq`,
			most, postgres.OrEmpty(busy))
		wakes = nil
		for _, row := range rows {
			row.Wake.Answer = care.Answer(row.Answer)
			wakes = append(wakes, row.Wake)
		}
		return err
	})
	return wakes, err
}

// WakeOverdue makes entries of clocks that are overdue for half a minute, at most one
// in ten minutes of each run, and says of how many. The clock of a mistake that waits for a
// second person has no run, since its case is closed, and that of a day after which something
// is lost moves no path: both are worked here. So is it told that a term is over, once there is
// somebody whom that reaches. What cannot be worked of the ones holds up none of the others; where Postgres
// does not answer, none of them is asked for, since each would wait as long.
func (o *Outbox) WakeOverdue(ctx context.Context, most int) (count int, err error) {
	for _, fall := range []string{`SELECT mistakes_fall_due(clock_timestamp())`, `SELECT dates_fall_due(clock_timestamp())`, `SELECT tell_untold(clock_timestamp())`} {
		fault := postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
			_, err := tx.Exec(ctx, fall)
			return err
		})
		if err = errors.Join(err, fault); fault != nil && !postgres.Unwritable(fault) {
			return 0, err
		}
	}
	err = errors.Join(err, postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT wake_overdue($1)`, most).Scan(&count)
	}))
	return count, err
}

// RefuseEnded refuses an entry whose run has ended; it leaves any other alone.
func (o *Outbox) RefuseEnded(ctx context.Context, id string) error {
	return postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `SELECT refuse_ended($1)`, id)
		return err
	})
}

// AwaitWake rests until an entry may be due, for as long as the longest given.
// Entries of cases that are busy do not count.
func (o *Outbox) AwaitWake(ctx context.Context, longest time.Duration, busy []string) error {
	return o.await(ctx, postgres.WakeChannel, longest, `SELECT next_wake($1::text[]::uuid[]) - clock_timestamp()`, postgres.OrEmpty(busy))
}

// await rests until a channel is told of something, until what a query says is
// left to wait, or for as long as the longest given.
func (o *Outbox) await(ctx context.Context, channel string, longest time.Duration, left string, args ...any) error {
	asking, cancel := context.WithTimeout(ctx, postgres.PromptLimit)
	defer cancel()
	conn, err := o.pool.Acquire(asking)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(asking, "LISTEN "+channel); err != nil {
		return err
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), postgres.PromptLimit)
		defer cancel()
		_, _ = conn.Exec(last, "UNLISTEN "+channel)
	}()
	// What became due between the last look and the LISTEN would wait for nothing.
	wait := longest
	err = postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
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
