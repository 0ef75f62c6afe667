// Package postgres is the kit of the packages below it, of which there is one for
// each database role. It has transactions on PostgreSQL through pgx that join a role
// and say for whom they act, the errors of Postgres, the rules of the zones, and the
// schema.
package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
	"percorso/internal/trace"
)

// Within runs work in one transaction of a database role. What first queues is sent
// along in the same round trip. work may end the transaction itself, with its last
// batch.
func Within(ctx context.Context, pool *pgxpool.Pool, as Role, first func(*pgx.Batch), work func(Tx) error) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return FaultOf(err, true)
	}
	defer conn.Release()
	batch := &pgx.Batch{}
	as.inTrace(trace.Parent(ctx)).Begin(batch)
	if first != nil {
		first(batch)
	}
	if err = conn.SendBatch(ctx, batch).Close(); err == nil {
		err = work(conn.Conn())
	}
	switch status := conn.Conn().PgConn().TxStatus(); {
	case status == idle: // work has sent the commit along with its last statements
	case err != nil:
		// What failed is what counts; a connection that does not roll back in time is
		// thrown away, and Postgres then ends the transaction itself.
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackLimit)
		_, _ = conn.Exec(last, "ROLLBACK")
		cancel()
	default:
		_, err = conn.Exec(ctx, "COMMIT")
	}
	return FaultOf(err, conn.Conn().IsClosed())
}

// rollbackLimit is how long a ROLLBACK may take. Whoever waits for the answer has
// one already.
const rollbackLimit = time.Second

// Acting is Within for who is not to hear that somebody else was in the way: where two
// transactions crossed and Postgres undid this one, it is begun again, a few times.
// first and work begin from scratch each time.
func Acting(ctx context.Context, pool *pgxpool.Pool, as Role, first func(*pgx.Batch), work func(Tx) error) error {
	for try := 1; ; try++ {
		err := Within(ctx, pool, as, first, work)
		var fault *ledger.Fault
		if try == mostTries || !errors.As(err, &fault) || !fault.Conflict() {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(try) * 10 * time.Millisecond):
		}
	}
}

// mostTries is how often a transaction is begun whose like was undone.
const mostTries = 5

// idle is the transaction status of a connection outside a transaction.
const idle = 'I'

// Tx is a connection inside a transaction of Within.
type Tx interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// PromptLimit is how long a transaction of the relay, the post or the watch may
// take. They work for everybody in turn, so none may hang on one statement: the
// server gives it up, and where the server is not heard of any more, the caller does.
const PromptLimit = 5 * time.Second

// Promptly is Acting for a transaction that must not hang.
func Promptly(ctx context.Context, pool *pgxpool.Pool, as Role, work func(context.Context, Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, PromptLimit)
	defer cancel()
	bound := func(b *pgx.Batch) {
		b.Queue(`SELECT set_config('statement_timeout', $1, true)`, strconv.FormatInt(PromptLimit.Milliseconds(), 10))
	}
	return Acting(ctx, pool, as, bound, func(tx Tx) error { return work(ctx, tx) })
}

// WakeChannel tells the relay of an entry to be delivered.
const WakeChannel = "percorso_wake"
