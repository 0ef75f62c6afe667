package records

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// bounce takes the report that a mail about a run came back. It is worked at
// once, since nothing of a path hangs on it: the case's timeline gets its line,
// whether or not the run has ended, one for each mail, whoever reports it and
// however often. ledger.ErrNotFound: no such mail was sent for that run.
func bounce(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	var caseID *string
	if err := tx.QueryRow(ctx, `SELECT mail_came_back($1, $2)::text`, c.Run, c.Target).Scan(&caseID); err != nil {
		return ledger.Command{}, err
	}
	if caseID == nil {
		return ledger.Command{}, ledger.ErrNotFound
	}
	return insert(ctx, tx, s, c, id, *caseID, ledger.CommandWorked, nil)
}
