// Package handed reads which cases a zone has handed over to another one, for who
// answers for their readers of before.
package handed

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Cases reads them.
type Cases struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds them on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Cases { return &Cases{pool, clock} }

// most is how many are listed, the newest first.
const most = 500

// HandedOver lists those of the supervisor's zone: numbers and days alone.
// ledger.ErrForbidden: the caller is none.
func (h *Cases) HandedOver(ctx context.Context, s care.Staff) (list []ledger.HandedOver, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	err = postgres.Within(ctx, h.pool, postgres.App(s, h.clock()), nil, func(tx postgres.Tx) error {
		list, err = postgres.Many[ledger.HandedOver](ctx, tx, `SELECT id::text, number, at FROM handed_over_here() ORDER BY at DESC, id LIMIT $1`, most)
		return err
	})
	return list, err
}
