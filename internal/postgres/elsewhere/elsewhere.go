// Package elsewhere keeps the numbers under which people are known in other systems.
package elsewhere

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Work takes a number that a member of staff writes, or says why not. The form is the
// record. A closed file takes one too: other systems go on after it.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	var merged bool
	err := tx.QueryRow(ctx, `SELECT merged_into IS NOT NULL FROM case_file WHERE id = $1`, own).Scan(&merged)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, ledger.ErrNotFound
	case err != nil:
		return nil, err
	case merged:
		return &care.Refusal{Code: care.RefusedEnded}, nil
	}
	return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, "number_elsewhere", "")
}
