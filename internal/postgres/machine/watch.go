// Package machine serves those who look after Percorso itself: its watch, a rebuild
// of its runs, whoever loads its zones or staff.
package machine

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Watch is what the watch over the machinery needs: counts and run ids, no case.
type Watch struct {
	pool *pgxpool.Pool
}

// NewWatch builds the watch on a pool whose login may join its role.
func NewWatch(pool *pgxpool.Pool) *Watch { return &Watch{pool: pool} }

// Advisory locks of the one process that watches, and of the one that refreshes what
// is kept of the cases' health: "watch" and "fresh" in ASCII.
const (
	leadLock    = 0x7761746368
	refreshLock = 0x6672657368
)

// TryLead takes the lock that makes this process the one that watches, for as
// long as its connection lives. holds asks over that very connection whether it
// does: after a failover Postgres may answer everywhere but there.
func (w *Watch) TryLead(ctx context.Context) (holds func(context.Context) error, release func(), ok bool, err error) {
	return tryLead(ctx, w.pool, leadLock)
}

func tryLead(ctx context.Context, pool *pgxpool.Pool, lock int64) (holds func(context.Context) error, release func(), ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, postgres.PromptLimit)
	defer cancel()
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, nil, false, postgres.FaultOf(err, true)
	}
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lock).Scan(&ok); err != nil || !ok {
		defer conn.Release()
		return nil, nil, false, postgres.FaultOf(err, conn.Conn().IsClosed())
	}
	// The lock belongs to the connection: closing it is the surest way to give it back.
	own := conn.Hijack()
	holds = func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, postgres.PromptLimit)
		defer cancel()
		return postgres.FaultOf(own.Ping(ctx), own.IsClosed())
	}
	release = func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), postgres.PromptLimit)
		defer cancel()
		_ = own.Close(last)
	}
	return holds, release, true, nil
}

// Unworked counts what the machinery should have worked by now.
func (w *Watch) Unworked(ctx context.Context) (b ledger.Backlog, err error) {
	err = postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		b, err = postgres.One[ledger.Backlog](ctx, tx, `SELECT b.*, d.entries AS deferred FROM backlog(clock_timestamp() - $1::interval) b, deferred_entries() d`, health.Grace)
		return err
	})
	return b, err
}

// Report stores what was seen, in place of the report before it.
func (w *Watch) Report(ctx context.Context, r ledger.MachineReport) error {
	return postgres.Promptly(ctx, w.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO machine_report (at, report) VALUES ($1, $2)
			ON CONFLICT (one) DO UPDATE SET at = excluded.at, report = excluded.report`, r.At, r)
		return err
	})
}

// Mails says how the mails do.
func (w *Watch) Mails(ctx context.Context) (ledger.MailState, error) {
	return postgres.MailState(ctx, w.pool, postgres.Watch())
}
