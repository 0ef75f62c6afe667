package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// bounce takes the report that a mail about a run came back, and makes it an
// entry of the run's inbox: one for each mail, whoever reports it and however
// often. ledger.ErrNotFound: no such mail was sent for that run.
func bounce(ctx context.Context, tx querier, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	var caseID *string
	if err := tx.QueryRow(ctx, `SELECT bounced_mail($1, $2)::text`, c.Run, c.Target).Scan(&caseID); err != nil {
		return ledger.Command{}, err
	}
	if caseID == nil {
		return ledger.Command{}, ledger.ErrNotFound
	}
	cmd, err := insert(ctx, tx, s, c, ledger.Bounced(c.Run, c.Target).ID, *caseID, ledger.CommandAccepted, nil)
	if errors.Is(err, pgx.ErrNoRows) { // reported before, under another key or by somebody else
		return insert(ctx, tx, s, c, id, *caseID, ledger.CommandWorked, nil)
	}
	return cmd, err
}
