// Package board reads the supervisor's board.
package board

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/critical"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Boards reads it as the supervisor who asks.
type Boards struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds it on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Boards { return &Boards{pool, clock} }

// dates are where days come from on which a person loses something, as case_id, code and day,
// between the days $2 and $3. Each is found by an index that begins with its day.
var dates = []string{
	`SELECT p.case_id, '` + string(critical.Permit) + `' AS code, p.permit_expiry AS day FROM person p
		WHERE p.permit_expiry BETWEEN $2 AND $3 AND p.permit <> 'requested' AND p.receipt_on IS NULL`,
	`SELECT case_id, kind, on_day FROM dates_between($2, $3)`,
}

// person joins who a row called x is about, of those cases that are open.
const person = ` JOIN case_file f ON f.id = x.case_id AND f.closed_at IS NULL AND f.zone = my('zone') JOIN person p ON p.case_id = f.id`

const who = `SELECT f.id::text AS case_id, f.number, btrim(p.given_name || ' ' || p.family_name) AS person, `

// lists are how each is read: at most $1 of them, from the day or time $2 to $3.
var lists = map[board.List]string{
	board.Dated: who + `x.code, '' AS detail, x.day AT TIME ZONE 'UTC' AS at FROM (` + strings.Join(dates, " UNION ALL ") + `) x` + person +
		` ORDER BY x.day, x.case_id LIMIT $1`,
	// The newest are looked at, so that a zone in which nobody names a lead costs no more.
	board.New: who + `f.stage AS code, '' AS detail, f.opened_at AS at FROM nobodys_here($2, $3, 150) x` + person + `
		ORDER BY f.opened_at, f.id LIMIT $1`,
	// Of each person the last thing that the supervisor did, where nobody has done anything since:
	// what the machinery tells of by itself moves nothing, but for an answer through a link.
	board.Unmoved: who + `x.code, x.detail, x.at FROM (SELECT m.* FROM touched_since($2) c JOIN timeline m ON m.id = c.line) x` + person + `
		WHERE x.at < $3 AND x.code IN ('reminder_sent', 'reminder_unsent', 'task_reassigned', 'task_given', 'task_released', 'task_extended')
			AND NOT EXISTS (SELECT FROM timeline n WHERE n.case_id = x.case_id AND n.id > x.id AND (n.by_staff IS NOT NULL OR n.code = 'link_used'))
		ORDER BY x.at, x.id LIMIT $1`,
}

// span is from when to when a list goes; there is where its days are counted.
func span(list board.List, now time.Time, there *time.Location) (from, to any) {
	today := care.DayOf(now.In(there))
	switch list {
	case board.Dated:
		return today, today.AddDate(0, 0, board.Days[list])
	case board.Unmoved: // what was done today has had no time yet
		year, month, day := now.In(there).Date()
		to = time.Date(year, month, day, 0, 0, 0, 0, there)
	default:
		to = now
	}
	return now.AddDate(0, 0, -board.Days[list]), to
}

// Board reads lists of the board, at most so many rows of each. there is where the zone's days
// are counted. The reading leaves a line, with the cases that it showed. ledger.ErrForbidden:
// the caller is no supervisor.
func (b *Boards) Board(ctx context.Context, s care.Staff, there *time.Location, most int, of ...board.List) (rows map[board.List][]board.Row, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	now := b.clock()
	err = postgres.Within(ctx, b.pool, postgres.App(s, now), nil, func(tx postgres.Tx) error {
		rows = map[board.List][]board.Row{}
		var cases []string
		for _, list := range of {
			from, to := span(list, now, there)
			if rows[list], err = postgres.Many[board.Row](ctx, tx, lists[list], most, from, to); err != nil {
				return err
			}
			cases = append(cases, postgres.IDs(rows[list], func(row board.Row) string { return row.CaseID })...)
		}
		if len(cases) == 0 {
			return nil
		}
		slices.Sort(cases)
		_, err := tx.Exec(ctx, `SELECT note_reading($1, $2, '', NULL, $3, '')`, ledger.ListBoard, ledger.ReadingPurposes[ledger.ListBoard], slices.Compact(cases))
		return err
	})
	return rows, err
}

// LastActs says what was done last for some people, by their cases: of those that the caller
// sees. ledger.ErrForbidden: they are no supervisor.
func (b *Boards) LastActs(ctx context.Context, s care.Staff, cases []string) (acts map[string]board.Row, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	acts = map[string]board.Row{}
	err = postgres.Within(ctx, b.pool, postgres.App(s, b.clock()), nil, func(tx postgres.Tx) error {
		rows, err := postgres.Many[board.Row](ctx, tx, `SELECT c.id::text AS case_id, '' AS number, '' AS person, l.code, l.detail, l.at FROM unnest($1::uuid[]) c (id)
			CROSS JOIN LATERAL (SELECT * FROM timeline t WHERE t.case_id = c.id AND t.by_staff IS NOT NULL ORDER BY t.id DESC LIMIT 1) l`, postgres.OrEmpty(cases))
		for _, row := range rows {
			acts[row.CaseID] = row
		}
		return err
	})
	return acts, err
}

// mostCounted is how far the open tasks of one person are counted.
const mostCounted = 100

// Loads say how many open tasks each member of staff of the zone has now, by their ids; nothing
// of what they had before. ledger.ErrForbidden: the caller is no supervisor.
func (b *Boards) Loads(ctx context.Context, s care.Staff) (loads map[string]int, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	type load struct {
		Staff string `db:"staff"`
		Tasks int    `db:"tasks"`
	}
	loads = map[string]int{}
	err = postgres.Within(ctx, b.pool, postgres.App(s, b.clock()), nil, func(tx postgres.Tx) error {
		rows, err := postgres.Many[load](ctx, tx, `SELECT staff, tasks FROM loads_here($1)`, mostCounted)
		for _, row := range rows {
			loads[row.Staff] = row.Tasks
		}
		return err
	})
	return loads, err
}
