// Package postgres is the kit of the packages below it, of which there is one for
// each database role. It has transactions on PostgreSQL through pgx that join a role
// and say for whom they act, the errors of Postgres, the rules of the zones, and the
// schema.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/trace"
)

// ErrBypass: the login would see past row-level security.
var ErrBypass = errors.New("the database login is a superuser or bypasses row-level security: give Percorso a login of its own (deploy/postgres/roles.sql)")

// Open connects and refuses a login that bypasses row-level security. What change
// does to the pool's settings is what is particular to one process.
func Open(ctx context.Context, url string, change ...func(*pgxpool.Config)) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database address cannot be read: it should look like postgres://login@host:port/percorso")
	}
	config.MaxConns = max(config.MaxConns, 16)
	// Statements find their rows by an index whatever their values are; planning
	// one anew, with its row-level security, costs more than running it.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	// Nor is one worth compiling, whatever a plan without values is thought to cost.
	config.ConnConfig.RuntimeParams["jit"] = "off"
	// A lost Postgres is noticed by the statement, not by the kernel's minutes.
	config.ConnConfig.ConnectTimeout = 3 * time.Second
	for _, f := range change {
		f(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connecting to Postgres: %w", err)
	}
	var bypass bool
	err = pool.QueryRow(ctx, `SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user`).Scan(&bypass)
	if err == nil && bypass {
		err = ErrBypass
	}
	if err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

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
		// What failed is what counts; a connection that cannot roll back is not used again.
		_, _ = conn.Exec(context.WithoutCancel(ctx), "ROLLBACK")
	default:
		_, err = conn.Exec(ctx, "COMMIT")
	}
	return FaultOf(err, conn.Conn().IsClosed())
}

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

// Promptly runs a transaction that must not hang.
func Promptly(ctx context.Context, pool *pgxpool.Pool, as Role, work func(context.Context, Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, PromptLimit)
	defer cancel()
	bound := func(b *pgx.Batch) {
		b.Queue(`SELECT set_config('statement_timeout', $1, true)`, strconv.FormatInt(PromptLimit.Milliseconds(), 10))
	}
	return Within(ctx, pool, as, bound, func(tx Tx) error { return work(ctx, tx) })
}

// WakeChannel tells the relay of an entry to be delivered.
const WakeChannel = "percorso_wake"
