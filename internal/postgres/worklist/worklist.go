// Package worklist reads the list that people work from, as whoever asks.
package worklist

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/leads"
	"percorso/internal/worklist"
)

// Store reads the list.
type Store struct {
	pool   *pgxpool.Pool
	clock  func() time.Time
	digest func(text string) []byte
}

// New builds the store on a pool whose login may join the API's role; digest makes the
// keyed digests of what is searched.
func New(pool *pgxpool.Pool, clock func() time.Time, digest func(string) []byte) *Store {
	return &Store{pool, clock, digest}
}

// Each list is chosen along an index, $1 being the caller, $2 their agency, $3 their role
// and $4 the time since when something is recent. The caller's own come from what they
// hold, and from the cases that they follow: those are few, and asked for once.
var (
	own = func() string {
		text := leads.Own
		for _, arg := range []string{"$2", "$3", "$1"} {
			text = strings.Replace(text, "?", arg, 1)
		}
		return "(" + text + ")"
	}()
	sorted = " ORDER BY t.suspended, " + DueOrReady + ", t.id"
	most   = fmt.Sprintf(" LIMIT %d", worklist.Most+1) // one more says that there are more

	// first is what is open of a case that is due first, called t.
	first = "LEFT JOIN LATERAL (SELECT * FROM task t WHERE t.case_id = c.case_id AND t.ended_at IS NULL" + sorted + " LIMIT 1) t ON true"

	mine     = "FROM task t WHERE t.ended_at IS NULL AND t.id IN (SELECT t.id FROM task t WHERE t.holder = $1 AND t.ended_at IS NULL UNION ALL SELECT t.id FROM task t WHERE t.ended_at IS NULL AND " + own + ")"
	free     = "FROM task t WHERE t.ended_at IS NULL AND t.state = 'ready' AND t.agency = $2 AND t.role = $3 AND NOT " + own
	followed = "FROM (SELECT l.case_id FROM lead l JOIN case_file f ON f.id = l.case_id AND f.closed_at IS NULL WHERE l.staff = $1 AND l.until IS NULL" + most + ") c"
	recent   = "FROM (SELECT m.case_id, max(m.id) AS line FROM timeline m WHERE m.by_staff = $1 AND m.at > $4 GROUP BY m.case_id ORDER BY max(m.id) DESC" + most + ") c"
)

// entry are the columns of a row of a list, chosen with t and, where it has one, the line m
// of what the caller did. What an agency was given of the person counts as what it knows.
func entry(caseID, touched string) string {
	return "SELECT " + caseID + "::text AS case_id, coalesce(t.id::text, '') AS task_id, coalesce(t.kind, '') AS kind, coalesce(t.service, '') AS service, " +
		"CASE WHEN NOT t.suspended THEN t.escalate_at END AS due, coalesce(f.number, case_number(" + caseID + ")) AS number, " +
		"btrim(coalesce(p.given_name || ' ' || p.family_name, (s.snapshot ->> 'given_name') || ' ' || (s.snapshot ->> 'family_name'), '')) AS person, " +
		"coalesce(p.languages, '{}') AS languages, " + touched + " "
}

// around joins what a row says of the case.
func around(caseID string) string {
	return " LEFT JOIN case_file f ON f.id = " + caseID + " LEFT JOIN person p ON p.case_id = " + caseID +
		" LEFT JOIN LATERAL (SELECT g.snapshot FROM share g WHERE p.case_id IS NULL AND g.run_id = t.run_id AND g.agency = $2 LIMIT 1) s ON true"
}

const untouched = "NULL::timestamptz AS touched, '' AS code, '' AS detail"

// lists are the statements of the lists, in their order.
var lists = map[worklist.Tab]string{
	worklist.Mine:     entry("t.case_id", untouched) + "FROM (SELECT t.* " + mine + sorted + most + ") t" + around("t.case_id") + sorted,
	worklist.Free:     entry("t.case_id", untouched) + "FROM (SELECT t.* " + free + sorted + most + ") t" + around("t.case_id") + sorted,
	worklist.Followed: entry("c.case_id", untouched) + followed + " " + first + around("c.case_id") + " ORDER BY t.suspended NULLS LAST, " + DueOrReady + " NULLS LAST, c.case_id",
	worklist.Recent:   entry("c.case_id", "m.at AS touched, m.code, m.detail") + recent + " JOIN timeline m ON m.id = c.line " + first + around("c.case_id") + " ORDER BY c.line DESC",
}

// counts says how many rows each list has, as far as they are counted.
var counts = "SELECT (SELECT count(*) FROM (SELECT " + mine + most + ") x), (SELECT count(*) FROM (SELECT " + free + most + ") x), (SELECT count(*) " + followed + "), (SELECT count(*) " + recent + ")"

// WorkList reads a page of a list. That it was read leaves a line, with the cases that it
// showed; of the words of a name that was looked for it keeps a digest alone.
func (r *Store) WorkList(ctx context.Context, s care.Staff, ask worklist.Ask) (page worklist.List, err error) {
	now := r.clock()
	args := []any{s.ID, s.Agency, s.Role, now.Add(-worklist.RecentFor)}
	err = postgres.Within(ctx, r.pool, postgres.App(s, now), nil, func(tx postgres.Tx) error {
		all, err := postgres.Many[worklist.Entry](ctx, tx, using(lists[ask.Tab]), args...)
		if err != nil {
			return err
		}
		page = ask.Cut(all, now)
		n := make([]int, len(worklist.Tabs))
		if err := tx.QueryRow(ctx, using(counts), args...).Scan(&n[0], &n[1], &n[2], &n[3]); err != nil {
			return err
		}
		page.Counts = map[worklist.Tab]int{}
		for i, tab := range worklist.Tabs {
			page.Counts[tab] = n[i]
		}
		if err := fill(ctx, tx, page.Rows, now); err != nil || len(page.Rows) == 0 {
			return err
		}
		cases := make([]string, 0, len(page.Rows))
		for _, row := range page.Rows {
			cases = append(cases, row.CaseID)
		}
		var digest []byte
		if ask.Filter.Person != "" {
			digest = r.digest(ask.Filter.Person)
		}
		_, err = tx.Exec(ctx, `SELECT note_reading($1, $2, $3, $4, $5, '')`, ledger.ListTasks, ledger.ReadingPurposes[ledger.ListTasks], asked(ask), digest, cases)
		return err
	})
	return page, err
}

// using has a statement use all four of the arguments, whichever list it is of: Postgres
// refuses one that is given and not used.
func using(sql string) string {
	return "WITH given AS (SELECT $1::uuid, $2::text, $3::text, $4::timestamptz) " + sql
}

// asked are the list and its filters, as codes.
func asked(ask worklist.Ask) string {
	said := []string{"list=" + string(ask.Tab)}
	for _, f := range []struct{ name, value string }{
		{"kind", string(ask.Filter.Kind)}, {"service", ask.Filter.Service}, {"when", string(ask.Filter.When)}, {"language", ask.Filter.Language},
	} {
		if f.value != "" {
			said = append(said, f.name+"="+f.value)
		}
	}
	return strings.Join(said, " ")
}

// coming is the next appointment of a case that the caller sees.
type coming struct {
	CaseID  string    `db:"case_id"`
	At      time.Time `db:"at"`
	Service string    `db:"service"`
}

// fill reads what a page shows of its rows besides.
func fill(ctx context.Context, tx postgres.Tx, rows []worklist.Row, now time.Time) error {
	var ids, cases []string
	for _, row := range rows {
		cases = append(cases, row.CaseID)
		if row.TaskID != "" {
			ids = append(ids, row.TaskID)
		}
	}
	tasks, err := postgres.Many[ledger.Task](ctx, tx, SelectTask+` WHERE t.id = ANY ($1)`, postgres.OrEmpty(ids))
	if err != nil {
		return err
	}
	next, err := postgres.Many[coming](ctx, tx, `SELECT DISTINCT ON (a.case_id) a.case_id::text, a.at, a.service FROM appointment a
		WHERE a.case_id = ANY ($1) AND a.at >= $2 AND a.state IN ('booked', 'confirmed') ORDER BY a.case_id, a.at, a.id`, postgres.OrEmpty(cases), now)
	if err != nil {
		return err
	}
	for i := range rows {
		if at := slices.IndexFunc(tasks, func(t ledger.Task) bool { return t.ID == rows[i].TaskID }); at >= 0 {
			rows[i].Task = tasks[at]
		}
		if at := slices.IndexFunc(next, func(n coming) bool { return n.CaseID == rows[i].CaseID }); at >= 0 {
			rows[i].Next, rows[i].NextAt = &next[at].At, next[at].Service
		}
	}
	return nil
}
