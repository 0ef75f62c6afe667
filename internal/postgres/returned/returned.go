// Package returned reads whose mail comes back.
package returned

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Mailboxes reads which members of staff no mail reaches.
type Mailboxes struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Mailboxes { return &Mailboxes{pool, clock} }

// Returned lists those of the supervisor's zone, by their names and without the address.
// ledger.ErrForbidden: the caller is none.
func (m *Mailboxes) Returned(ctx context.Context, s care.Staff) (list []ledger.Returned, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	err = postgres.Within(ctx, m.pool, postgres.App(s, m.clock()), nil, func(tx postgres.Tx) error {
		list, err = postgres.Many[ledger.Returned](ctx, tx, `SELECT name, role, agency, since FROM returned_here()`)
		return err
	})
	return list, err
}
