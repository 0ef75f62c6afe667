// Package working keeps what is said of a person's work.
package working

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Work takes what a member of staff says of a person's work, or says why not. The form is
// the record, of which the next that is given takes its copy.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	var closed bool
	err := tx.QueryRow(ctx, `SELECT closed_at IS NOT NULL FROM case_file WHERE id = $1`, own).Scan(&closed)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, ledger.ErrNotFound
	case err != nil:
		return nil, err
	case closed:
		return &care.Refusal{Code: care.RefusedEnded}, nil
	}
	return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, "work_profile", "")
}
