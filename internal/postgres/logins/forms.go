package logins

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/kept"
	"percorso/internal/ledger"
)

// Bounds of the forms that wait.
const (
	formsOfOne = 5    // of an account: the oldest gives way
	formsOfAll = 2000 // of everybody: no more are kept
	formAge    = 8 * time.Hour
	formShown  = time.Hour // at most after it was given back
)

// ErrFull says that no more forms are kept for now.
var ErrFull = errors.New("too many forms wait")

// KeepForm keeps a form until its author is logged in again. ErrFull: it does not.
func (s *Store) KeepForm(ctx context.Context, f kept.Form) error {
	tag, err := s.pool.Exec(ctx, `WITH gone AS (DELETE FROM waiting_form WHERE ends_at < clock_timestamp() OR id IN
			(SELECT id FROM waiting_form WHERE subject = $2 ORDER BY kept_at DESC OFFSET $5))
		INSERT INTO waiting_form (id, subject, browser, sealed, ends_at)
		SELECT $1, $2, $3, $4, clock_timestamp() + $6::interval WHERE (SELECT count(*) FROM waiting_form WHERE ends_at >= clock_timestamp()) < $7`,
		f.ID, f.Subject, f.Browser, f.Sealed, formsOfOne-1, formAge, formsOfAll)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrFull
	}
	return err
}

// WaitingForm gives a form back to the account and browser that it is of. It can be
// asked for again for a while. ledger.ErrNotFound: there is none.
func (s *Store) WaitingForm(ctx context.Context, id, subject string, browser []byte) (f kept.Form, err error) {
	rows, _ := s.pool.Query(ctx, `UPDATE waiting_form SET ends_at = least(ends_at, clock_timestamp() + $4::interval)
		WHERE id = $1 AND subject = $2 AND browser = $3 AND ends_at > clock_timestamp() RETURNING id::text, subject, browser, sealed`, id, subject, browser, formShown)
	f, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[kept.Form])
	if errors.Is(err, pgx.ErrNoRows) {
		err = ledger.ErrNotFound
	}
	return f, err
}
