package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
)

// wakeChannel tells the relay that something is to be delivered.
const wakeChannel = "percorso_wake"

// TakeWakes hands out entries that are due to be delivered to their runs. Each
// comes again, later and later (at most every 20 s), until its run has worked it.
func (s *Steps) TakeWakes(ctx context.Context, most int) (wakes []ledger.Wake, err error) {
	err = within(ctx, s.pool, roleWorker, nil, nil, func(tx querier) error {
		wakes, err = many[ledger.Wake](ctx, tx, `SELECT id::text, run_id, target, answer FROM take_wakes($1) ORDER BY seq`, most)
		return err
	})
	return wakes, err
}

// TakeMails hands out mails that are due to be sent; each comes again until MailDone.
func (s *Steps) TakeMails(ctx context.Context, most int) (mails []ledger.Mail, err error) {
	err = within(ctx, s.pool, roleWorker, nil, nil, func(tx querier) error {
		mails, err = many[ledger.Mail](ctx, tx, `SELECT id::text, run_id, template, link, recipients, tries, expires_at FROM take_mails($1)`, most)
		return err
	})
	return mails, err
}

// MailDone says that a mail was sent, or that it never will be.
func (s *Steps) MailDone(ctx context.Context, id string, sent bool) error {
	return within(ctx, s.pool, roleWorker, nil, nil, func(tx querier) error {
		_, err := tx.Exec(ctx, `SELECT mail_done($1, $2)`, id, sent)
		return err
	})
}

// RefuseEnded refuses an entry whose run has ended; it leaves any other alone.
func (s *Steps) RefuseEnded(ctx context.Context, id string) error {
	return within(ctx, s.pool, roleWorker, nil, nil, func(tx querier) error {
		_, err := tx.Exec(ctx, `SELECT refuse_ended($1)`, id)
		return err
	})
}

// AwaitWake rests until something may be due, for as long as the longest given.
func (s *Steps) AwaitWake(ctx context.Context, longest time.Duration) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return faultOf(err, true)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "LISTEN "+wakeChannel); err != nil {
		return faultOf(err, conn.Conn().IsClosed())
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), "UNLISTEN "+wakeChannel) }()
	// What became due between the last look and the LISTEN would wait for nothing.
	wait, err := s.untilNext(ctx, longest)
	if err != nil || wait <= 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	_, err = conn.Conn().WaitForNotification(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return faultOf(err, conn.Conn().IsClosed())
}

func (s *Steps) untilNext(ctx context.Context, longest time.Duration) (wait time.Duration, err error) {
	err = within(ctx, s.pool, roleWorker, nil, nil, func(tx querier) error {
		var next *time.Time
		if err := tx.QueryRow(ctx, `SELECT next_wake()`).Scan(&next); err != nil {
			return err
		}
		wait = longest
		if next != nil {
			wait = min(wait, time.Until(*next))
		}
		return nil
	})
	return wait, err
}

// OpenRuns lists every open run for a rebuild, cases first.
func OpenRuns(ctx context.Context, pool *pgxpool.Pool) (runs []ledger.OpenRun, err error) {
	err = within(ctx, pool, roleRebuild, nil, nil, func(tx querier) error {
		runs, err = many[ledger.OpenRun](ctx, tx, `SELECT id, case_id::text, epoch FROM run WHERE ended_at IS NULL ORDER BY started_at, id`)
		return err
	})
	return runs, err
}
