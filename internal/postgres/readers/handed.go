package readers

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// mostHanded is how many cases are listed, the newest first.
const mostHanded = 500

// HandedOver lists the cases that the supervisor's zone has handed over to another one:
// numbers and days alone. ledger.ErrForbidden: the caller is no supervisor.
func (r *Answers) HandedOver(ctx context.Context, s care.Staff) (list []ledger.HandedOver, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	err = postgres.Within(ctx, r.pool, postgres.App(s, r.clock()), nil, func(tx postgres.Tx) error {
		list, err = postgres.Many[ledger.HandedOver](ctx, tx, `SELECT id::text, number, at FROM handed_over_here() ORDER BY at DESC, id LIMIT $1`, mostHanded)
		return err
	})
	return list, err
}
