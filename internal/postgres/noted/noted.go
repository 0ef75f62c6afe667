// Package noted keeps what is said of a person beside their path, where the form is the record
// and nothing else of the case changes.
package noted

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// The columns of case_file that end what may be said once they are filled in.
const (
	Closed = "closed_at"
	Merged = "merged_into" // a closed file takes it too: say the number in a system that goes on after it
)

// Work takes what a member of staff says until the file is over, or says why not, with a line
// in the timeline of that code.
func Work(until, code string) func(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	return func(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
		own := ledger.BareID(c.Run)
		if !care.IsID(own) {
			return nil, ledger.ErrNotFound
		}
		var over bool
		err := tx.QueryRow(ctx, `SELECT `+until+` IS NOT NULL FROM case_file WHERE id = $1`, own).Scan(&over)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil, ledger.ErrNotFound
		case err != nil:
			return nil, err
		case over:
			return &care.Refusal{Code: care.RefusedEnded}, nil
		}
		return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, code, "")
	}
}
