package machine

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Deferred is an accepted entry that cannot be worked as it is, for operations: who
// asked for it, and what they typed, is none of theirs.
type Deferred struct {
	ID         string         `db:"id"` // of the command
	Run        string         `db:"run_id"`
	CaseID     string         `db:"case_id"` // empty where the case has no file yet
	CaseNumber string         `db:"case_number"`
	Zone       string         `db:"zone"`
	Operation  care.Operation `db:"operation"`
	Since      time.Time      `db:"since"`
	Code       string         `db:"fault"` // why: the SQLSTATE, or a code of ours
	Tries      int            `db:"tries"`
	Next       time.Time      `db:"next_try"`
	Behind     int            `db:"behind"` // later entries of the same sender that wait for it
}

// AllDeferred lists the deferred entries of all zones, the oldest first.
func AllDeferred(ctx context.Context, pool *pgxpool.Pool) (all []Deferred, err error) {
	err = rebuild(ctx, pool, func(ctx context.Context, tx postgres.Tx) error {
		all, err = postgres.Many[Deferred](ctx, tx, `SELECT * FROM all_deferred()`)
		return err
	})
	return all, err
}

// MendEntry refuses a deferred entry, with a notice to its author, or has it tried
// again now. ledger.ErrNotFound: there is none of that id; it may have been worked.
func MendEntry(ctx context.Context, pool *pgxpool.Pool, id string, refuse bool) error {
	if !care.IsID(id) {
		return ledger.ErrNotFound
	}
	return rebuild(ctx, pool, func(ctx context.Context, tx postgres.Tx) error {
		var mended bool
		err := tx.QueryRow(ctx, `SELECT mend_entry_by_operations($1, $2)`, id, refuse).Scan(&mended)
		if err == nil && !mended {
			err = ledger.ErrNotFound
		}
		return err
	})
}
