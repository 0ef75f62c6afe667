package machine

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// ErrBusy says that somebody else is changing zones or staff.
var ErrBusy = errors.New("somebody else is changing zones or staff right now: try again in a moment")

// lockNotAvailable is what a statement gets that waited too long for a lock.
const lockNotAvailable = "55P03"

// Setup reads the zones and the staff as they are stored.
func Setup(ctx context.Context, pool *pgxpool.Pool) (stored ledger.Setup, err error) {
	err = postgres.Within(ctx, pool, postgres.Setup().AtOneMoment(), nil, func(tx postgres.Tx) error {
		stored, err = readSetup(ctx, tx)
		return err
	})
	return stored, err
}

// ChangeSetup changes zones and staff, all or nothing. What is changed is decided
// with what is stored at hand, under a lock that lets nobody else change it
// meanwhile; people go on reading. It may be decided anew, where the change crossed
// what somebody did. Who waits for the lock for ten seconds gives up (ErrBusy).
func ChangeSetup(ctx context.Context, pool *pgxpool.Pool, decide func(ledger.Setup) (ledger.SetupChange, error)) error {
	// An error of decide is the caller's own, and comes back as it is.
	var refused error
	lock := func(b *pgx.Batch) {
		b.Queue(`SET LOCAL lock_timeout = '10s'`)
		b.Queue(`LOCK TABLE zone_policy, staff IN SHARE ROW EXCLUSIVE MODE`)
	}
	err := postgres.Acting(ctx, pool, postgres.Setup(), lock, func(tx postgres.Tx) error {
		stored, err := readSetup(ctx, tx)
		if err != nil {
			return err
		}
		var change ledger.SetupChange
		if change, refused = decide(stored); refused != nil {
			return refused
		}
		return writeSetup(ctx, tx, change)
	})
	if refused != nil {
		return refused
	}
	var fault *ledger.Fault
	if errors.As(err, &fault) && fault.SQLSTATE == lockNotAvailable {
		return ErrBusy
	}
	return err
}

// readSetup reads zones and staff, each in one order.
func readSetup(ctx context.Context, tx postgres.Tx) (stored ledger.Setup, err error) {
	rows, _ := tx.Query(ctx, `SELECT policy FROM zone_policy WHERE current ORDER BY zone`)
	if stored.Policies, err = pgx.CollectRows(rows, pgx.RowTo[care.Policy]); err != nil {
		return stored, err
	}
	rows, _ = tx.Query(ctx, `SELECT id::text, subject, name, role, zone, agency, email, coalesce(identity, ''), active FROM staff ORDER BY subject`)
	stored.Accounts, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a ledger.Account, err error) {
		err = row.Scan(&a.ID, &a.Subject, &a.Name, &a.Role, &a.Zone, &a.Agency, &a.Email, &a.Identity, &a.Active)
		return a, err
	})
	if err != nil {
		return stored, err
	}
	rows, _ = tx.Query(ctx, `SELECT zone, agency, role, holder, tasks FROM open_tasks() ORDER BY zone, agency, role, holder`)
	stored.Tasks, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (t ledger.OpenTasks, err error) {
		err = row.Scan(&t.Zone, &t.Agency, &t.Role, &t.Holder, &t.Count)
		return t, err
	})
	return stored, err
}

// writeSetup writes a change. A policy that was the newest before stays, for the
// runs that hold it; who is off keeps their name in what they did.
func writeSetup(ctx context.Context, tx postgres.Tx, change ledger.SetupChange) error {
	batch := &pgx.Batch{}
	if p := change.Policy; p != nil {
		batch.Queue(`UPDATE zone_policy SET current = false WHERE zone = $1 AND current`, p.Zone)
		batch.Queue(`INSERT INTO zone_policy (zone, version, policy) VALUES ($1, $2, $3)
			ON CONFLICT (zone, version) DO UPDATE SET current = true, loaded_at = now()`, p.Zone, p.Version, p)
	}
	for _, s := range change.Staff {
		batch.Queue(`INSERT INTO staff (subject, name, role, zone, agency, email, identity) VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''))
			ON CONFLICT (subject) DO UPDATE SET name = excluded.name, role = excluded.role, zone = excluded.zone,
				agency = excluded.agency, email = excluded.email, identity = excluded.identity, active = true`,
			s.Subject, s.Name, s.Role, s.Zone, s.Agency, s.Email, s.Identity)
	}
	if len(change.Off) > 0 {
		batch.Queue(`UPDATE staff SET active = false WHERE subject = ANY ($1)`, change.Off)
	}
	return tx.SendBatch(ctx, batch).Close()
}
