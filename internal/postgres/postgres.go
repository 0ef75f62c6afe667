// Package postgres keeps what package ledger names: on PostgreSQL through pgx,
// with row-level security. Each transaction joins one database role and says
// who acts; nothing is read or written outside one.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
)

// ErrBypass: the login would see past row-level security.
var ErrBypass = errors.New("the database login is a superuser or bypasses row-level security: give Percorso a login of its own (deploy/postgres/roles.sql)")

// The database roles that a login joins for a transaction.
const (
	roleApp     = "percorso_app"
	roleWorker  = "percorso_worker"
	roleWatch   = "percorso_watch"
	roleRebuild = "percorso_rebuild"
)

// Open connects and refuses a login that bypasses row-level security.
func Open(ctx context.Context, url string) (*pgxpool.Pool, error) {
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

// setting is one setting of a transaction: what row-level security asks for.
type setting struct{ name, value string }

// within runs work in one transaction of a database role. The role and the
// settings end with the transaction, so they cannot leak through the pool. One
// statement sets them all; what first queues is sent along in the same round
// trip. work may end the transaction itself, with its last batch.
func within(ctx context.Context, pool *pgxpool.Pool, role string, settings []setting, first func(*pgx.Batch), work func(querier) error) error {
	set, args := "SELECT set_config('role', $1, true)", []any{role}
	for _, s := range settings {
		args = append(args, "percorso."+s.name, s.value)
		set += fmt.Sprintf(", set_config($%d, $%d, true)", len(args)-1, len(args))
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return faultOf(err, true)
	}
	defer conn.Release()
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	batch.Queue(set, args...)
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
	return faultOf(err, conn.Conn().IsClosed())
}

// idle is the transaction status of a connection outside a transaction.
const idle = 'I'

// querier is a connection inside a transaction of within.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// asStaff gives the settings of a member of staff, with the time by which a term
// has passed.
func asStaff(s care.Staff, now time.Time) []setting {
	return []setting{{"staff", s.ID}, {"role", string(s.Role)}, {"zone", s.Zone}, {"agency", s.Agency}, {"now", now.Format(time.RFC3339Nano)}}
}
