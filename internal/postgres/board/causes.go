package board

import (
	"context"

	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// mostHeld is how many of the stuck cases are looked at, those first whose harm is worst.
const mostHeld = 1000

// held are the stuck cases of the zone that the caller may know of, with why each is.
const held = `(SELECT h.case_id, h.harm, h.late_day, h.goes_on, h.opened_at, h.waiting, CASE WHEN h.health = 'orphaned' THEN 'nobody' WHEN h.cause = 'mail' THEN 'mail' WHEN h.health = 'broken' THEN 'machine'
			ELSE 'agency/' || coalesce(h.waiting ->> 'partner', h.waiting ->> 'agency', '') END AS cause
		FROM (SELECT * FROM case_health WHERE zone = my('zone') AND health <> 'planned' AND health <> 'unknown'
			ORDER BY harm, late_day, goes_on, opened_at, case_id LIMIT $1) h) x`

// Held counts the stuck cases of the zone by why they are, and since when. more: there are more
// than were looked at. ledger.ErrForbidden: the caller is no supervisor.
func (b *Boards) Held(ctx context.Context, s care.Staff) (counts []board.Held, more bool, err error) {
	if s.Role != care.Supervisor {
		return nil, false, ledger.ErrForbidden
	}
	err = postgres.Within(ctx, b.pool, postgres.App(s, b.clock()), nil, func(tx postgres.Tx) error {
		counts, err = postgres.Many[board.Held](ctx, tx, `SELECT x.cause, coalesce(x.waiting ->> 'role', '') AS role,
				coalesce(day_of((x.waiting ->> 'since')::timestamptz), day_of(my_now())) AS since, count(*)::int AS cases FROM `+held+` GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, mostHeld+1)
		return err
	})
	n := 0
	for _, c := range counts {
		n += c.Cases
	}
	return counts, n > mostHeld, err
}

// HeldBy lists the people whose cases are stuck for a cause, at most so many, those first whose
// harm is worst. The reading leaves a line, with the cases that it showed.
func (b *Boards) HeldBy(ctx context.Context, s care.Staff, cause board.Cause, most int) (rows []board.Row, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	err = postgres.Within(ctx, b.pool, postgres.App(s, b.clock()), nil, func(tx postgres.Tx) error {
		if rows, err = postgres.Many[board.Row](ctx, tx, who+`coalesce(x.waiting ->> 'task', '') AS code, '' AS detail, coalesce((x.waiting ->> 'since')::timestamptz, f.opened_at) AS at
			FROM `+held+person+` WHERE x.cause = $2 ORDER BY x.harm, x.late_day, x.goes_on, x.opened_at, x.case_id LIMIT $3`, mostHeld, cause, most); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, '')`, ledger.ListBoard, ledger.ReadingPurposes[ledger.ListBoard],
			postgres.IDs(rows, func(row board.Row) string { return row.CaseID }))
		return err
	})
	return rows, err
}
