package places

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Busy is when one of the staff is expected somewhere, and nothing of where or with whom.
type Busy struct {
	Staff string    `db:"staff"`
	At    time.Time `db:"at"`
	Until time.Time `db:"until"`
	Meets bool      `db:"meets"` // in a meeting of an équipe
}

// BusyIn says when some of the staff are expected somewhere in a stretch, but for one
// appointment, or one meeting; empty: for none.
func BusyIn(ctx context.Context, tx postgres.Tx, staff []string, from, until time.Time, butFor string) ([]Busy, error) {
	return postgres.Many[Busy](ctx, tx, `SELECT staff, at, until, meets FROM busy_staff($1, $2, $3, nullif($4, '')::uuid) ORDER BY at, staff`, staff, from, until, butFor)
}

// StaffKey is by which a day of a zone's staff is locked, by whoever fixes when one of them is
// expected; it is taken with the days of services, in their order.
func StaffKey(zone string, day time.Time) string {
	return "staff/" + zone + "/" + day.Format(time.DateOnly)
}

// LockStaff keeps whoever fixes when one of a zone's staff is expected on a day waiting.
func LockStaff(ctx context.Context, tx postgres.Tx, zone string, at time.Time) error {
	_, err := tx.Exec(ctx, `SELECT lock_places(ARRAY['staff/' || $1::text || '/' || day_of($2)::text])`, zone, at)
	return err
}

// PersonKey is by which the person of a case is locked, by whoever fixes when she is expected.
func PersonKey(caseID string) string { return "person/" + caseID }

// RunKey is by which what a run expects its person for is locked, by whoever gives it another
// hour and whoever changes who takes part in it.
func RunKey(run string) string { return "run/" + run }

// attended says whether others take part in what a run expects its person for, who are
// expected somewhere else in a stretch. At the appointment whose place it is to have they are not.
func attended(ctx context.Context, tx postgres.Tx, run, joins string, from, until time.Time) (elsewhere bool, err error) {
	if ledger.KindOf(run) == care.RunCase {
		return false, nil // what it asks for is another appointment
	}
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM attending($1) a, busy_but(ARRAY[a.staff], $2, $3, array_remove(ARRAY[a.appointment, nullif($4, '')::uuid], NULL)))`, run, from, until, joins).Scan(&elsewhere)
	return elsewhere, err
}

// visited says by which rule the visit at home that a run has, if it has one, is not moved to a
// time; empty: it is.
func visited(ctx context.Context, tx postgres.Tx, run string, at time.Time) (rule string, err error) {
	workers, err := postgres.Many[homevisit.Worker](ctx, tx, `SELECT * FROM visitors_moved($1, $2)`, run, at)
	return homevisit.Moves(workers), err
}
