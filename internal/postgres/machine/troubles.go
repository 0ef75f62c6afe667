package machine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Troubles is what the watch keeps of single runs: which do not go on, and which are
// to be looked at.
type Troubles struct {
	pool *pgxpool.Pool
}

// NewTroubles builds it on a pool whose login may join the watch's role.
func NewTroubles(pool *pgxpool.Pool) *Troubles { return &Troubles{pool: pool} }

func (t *Troubles) promptly(ctx context.Context, work func(context.Context, postgres.Tx) error) error {
	return postgres.Promptly(ctx, t.pool, postgres.Watch(), work)
}

// Unattended says whether nobody works this database, which was only filled to be measured.
func (t *Troubles) Unattended(ctx context.Context) (yes bool, err error) {
	err = t.promptly(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM unattended)`).Scan(&yes)
	})
	return yes, err
}

const openRun = `SELECT r.id, r.case_id::text, r.epoch FROM run r WHERE r.ended_at IS NULL`

// Suspects lists the open runs that are to be looked at: to which something could not
// be brought, whose clock is overdue, or that were found to be missing, what is due
// first before the others.
func (t *Troubles) Suspects(ctx context.Context, most int) (runs []ledger.OpenRun, err error) {
	err = t.promptly(ctx, func(ctx context.Context, tx postgres.Tx) error {
		// In an array they are looked up one by one: of a join Postgres thinks that it has to
		// read every run. The time is asked once, as it may be another for each row otherwise.
		runs, err = postgres.Many[ledger.OpenRun](ctx, tx, openRun+` AND r.id = ANY (ARRAY(
				(SELECT s.run_id FROM run_suspect s ORDER BY s.at LIMIT $2)
				UNION (SELECT d.id FROM run d WHERE d.ended_at IS NULL AND d.next_due < (SELECT clock_timestamp() - $1::interval)
					AND NOT EXISTS (SELECT FROM run_trouble f WHERE f.run_id = d.id) ORDER BY d.next_due LIMIT $2)
				UNION (SELECT m.run_id FROM run_trouble m WHERE m.cause = $3 ORDER BY m.seen_at LIMIT $2)))
			ORDER BY r.next_due NULLS LAST, r.id`, health.Grace, most, ledger.TroubleMissing)
		return err
	})
	return runs, err
}

// lookedUp is how many runs are looked up at once: with all of Temporal lost there may be
// hundreds of thousands, and no statement of the watch may take long.
const lookedUp = 5000

// StillOpen gives of some runs those that are open, as they stand now, what is due
// first before the others.
func (t *Troubles) StillOpen(ctx context.Context, ids []string) (runs []ledger.OpenRun, err error) {
	type row struct {
		ledger.OpenRun
		Due *time.Time `db:"next_due"`
	}
	var all []row
	for some := range slices.Chunk(ids, lookedUp) {
		var rows []row
		err := t.promptly(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			rows, err = postgres.Many[row](ctx, tx, `SELECT r.id, r.case_id::text, r.epoch, r.next_due FROM run r WHERE r.ended_at IS NULL AND r.id = ANY ($1)`, some)
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	never := time.Unix(1<<40, 0)
	due := func(r row) time.Time { return *cmp.Or(r.Due, &never) }
	slices.SortFunc(all, func(a, b row) int { return cmp.Or(due(a).Compare(due(b)), cmp.Compare(a.ID, b.ID)) })
	for _, r := range all {
		runs = append(runs, r.OpenRun)
	}
	return runs, nil
}

// Missing keeps that runs are lost, until they are back.
func (t *Troubles) Missing(ctx context.Context, runs []string) error {
	return t.promptly(ctx, func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO run_trouble AS t (run_id, case_id, cause, since, seen_at)
			SELECT r.id, r.case_id, $2, clock_timestamp(), clock_timestamp() FROM run r WHERE r.id = ANY ($1) AND r.ended_at IS NULL ORDER BY r.id
			ON CONFLICT (run_id) DO UPDATE SET cause = excluded.cause, seen_at = excluded.seen_at,
				since = CASE WHEN t.cause = excluded.cause THEN t.since ELSE excluded.since END`, runs, ledger.TroubleMissing)
		return err
	})
}

// There takes back what was suspected of runs: they are there, or have ended.
func (t *Troubles) There(ctx context.Context, runs []string) error {
	return t.promptly(ctx, func(ctx context.Context, tx postgres.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(`DELETE FROM run_suspect WHERE run_id = ANY ($1)`, runs)
		batch.Queue(`DELETE FROM run_trouble WHERE run_id = ANY ($1) AND cause = $2`, runs, ledger.TroubleMissing)
		// What has ended is nobody's trouble any more.
		batch.Queue(`DELETE FROM run_suspect s WHERE NOT EXISTS (SELECT FROM run r WHERE r.id = s.run_id AND r.ended_at IS NULL)`)
		batch.Queue(`DELETE FROM run_trouble t WHERE NOT EXISTS (SELECT FROM run r WHERE r.id = t.run_id AND r.ended_at IS NULL)`)
		return tx.SendBatch(ctx, batch).Close()
	})
}

// Counts counts the open runs by kind.
func (t *Troubles) Counts(ctx context.Context) (counts map[care.RunKind]int, err error) {
	type row struct {
		Kind  care.RunKind `db:"kind"`
		Count int          `db:"count"`
	}
	var rows []row
	err = t.promptly(ctx, func(ctx context.Context, tx postgres.Tx) error {
		// The id says the kind, and stands in the index of the open runs alone.
		rows, err = postgres.Many[row](ctx, tx, `SELECT split_part(id, '/', 1) AS kind, count(*) FROM run WHERE ended_at IS NULL GROUP BY 1`)
		return err
	})
	counts = map[care.RunKind]int{}
	for _, r := range rows {
		counts[r.Kind] = r.Count
	}
	return counts, err
}

// OpenOf lists a page of the open runs of a kind by their ids, after the one given.
func (t *Troubles) OpenOf(ctx context.Context, kind care.RunKind, after string, most int) (ids []string, err error) {
	err = t.promptly(ctx, func(ctx context.Context, tx postgres.Tx) error {
		rows, _ := tx.Query(ctx, `SELECT id FROM run WHERE ended_at IS NULL AND id > $1 AND id < $2 ORDER BY id LIMIT $3`,
			max(after, string(kind)+"/"), string(kind)+"0", most) // 0 comes after /
		ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return ids, err
}
