// Package deferred reads the accepted entries that cannot be worked as they are, and
// has them tried again or refused.
package deferred

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Store reads what is deferred.
type Store struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Store { return &Store{pool, clock} }

// DeferredEntries lists those of the supervisor's zone, the oldest first.
// ledger.ErrForbidden: the caller is none.
func (d *Store) DeferredEntries(ctx context.Context, s care.Staff) (list []ledger.DeferredEntry, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	err = postgres.Within(ctx, d.pool, postgres.App(s, d.clock()), nil, func(tx postgres.Tx) error {
		list, err = postgres.Many[ledger.DeferredEntry](ctx, tx, `SELECT * FROM deferred_here()`)
		return err
	})
	return list, err
}

// DeferredCount says how many entries are deferred, of all zones.
func (d *Store) DeferredCount(ctx context.Context) (count int, err error) {
	err = postgres.Within(ctx, d.pool, postgres.Anyone(), nil, func(tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT entries FROM deferred_entries()`).Scan(&count)
	})
	return count, err
}

// Mend refuses a deferred entry of the supervisor's zone, or has it tried again now,
// in the transaction of the command that asks for it. It gives the entry as it was.
// ledger.ErrNotFound: there is none; it may have been worked meanwhile.
func Mend(ctx context.Context, tx postgres.Tx, id string, refuse bool) (e ledger.DeferredEntry, err error) {
	if !care.IsID(id) {
		return e, ledger.ErrNotFound
	}
	e, err = postgres.One[ledger.DeferredEntry](ctx, tx, `SELECT * FROM deferred_here() d WHERE d.id = $1`, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, ledger.ErrNotFound
	}
	if err != nil {
		return e, err
	}
	var mended bool
	err = tx.QueryRow(ctx, `SELECT mend_entry_here($1, $2)`, id, refuse).Scan(&mended)
	if err == nil && !mended {
		err = ledger.ErrNotFound
	}
	return e, err
}
