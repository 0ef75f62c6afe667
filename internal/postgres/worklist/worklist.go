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
	"percorso/internal/health"
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
	few    = fmt.Sprintf(" LIMIT %d", worklist.Counted+1)

	// first is what is open of a case that is due first, called t.
	first = "LEFT JOIN LATERAL (SELECT * FROM task t WHERE t.case_id = c.case_id AND t.ended_at IS NULL" + sorted + " LIMIT 1) t ON true"

	mine     = "FROM (SELECT t.* FROM task t WHERE t.holder = $1 AND t.ended_at IS NULL UNION ALL SELECT t.* FROM task t WHERE t.holder IS DISTINCT FROM $1 AND t.ended_at IS NULL AND " + own + ") t"
	onBehalf = "FROM task t WHERE t.ended_at IS NULL AND " + OnBehalf
	free     = "FROM task t WHERE t.ended_at IS NULL AND t.state = 'ready' AND t.agency = $2 AND t.role = $3 AND NOT " + own
	followed = "FROM lead l JOIN case_file f ON f.id = l.case_id AND f.closed_at IS NULL WHERE l.staff = $1 AND l.until IS NULL"
	// Whether the caller sees the person still is asked of one line for each, not of all.
	recent = func(so string) string {
		return "FROM (SELECT t.line FROM touched_since($4) t ORDER BY t.line DESC" + so + ") c JOIN timeline m ON m.id = c.line"
	}
)

// entry are the columns of a row of a list, chosen with t. Who it is about is read where it
// is filtered by that, else of the rows of a page alone: each person costs a look of her own.
// What an agency was given of the person counts as what it knows.
func entry(caseID, touched string, about bool) string {
	columns := "SELECT " + caseID + "::text AS case_id, coalesce(t.id::text, '') AS task_id, coalesce(t.kind, '') AS kind, coalesce(t.service, '') AS service, " +
		"CASE WHEN NOT t.suspended THEN t.escalate_at END AS due, " + touched
	if !about {
		return columns + ", '' AS number, '' AS person, '{}'::text[] AS languages "
	}
	return columns + ", coalesce(f.number, case_number(" + caseID + ")) AS number, " +
		"btrim(coalesce(p.given_name || ' ' || p.family_name, (s.snapshot ->> 'given_name') || ' ' || (s.snapshot ->> 'family_name'), '')) AS person, " +
		"coalesce(p.languages, '{}') AS languages "
}

// around joins what a row says of the person.
func around(caseID string, about bool) string {
	if !about {
		return ""
	}
	return " LEFT JOIN case_file f ON f.id = " + caseID + " LEFT JOIN person p ON p.case_id = " + caseID +
		" LEFT JOIN LATERAL (SELECT g.snapshot FROM share g WHERE p.case_id IS NULL AND g.run_id = t.run_id AND g.agency = $2 LIMIT 1) s ON true"
}

// listed is the statement of a list, in its order.
func listed(tab worklist.Tab, about bool) string {
	const untouched, stepless = "NULL::timestamptz AS touched, '' AS code, '' AS detail, false AS stepless", "coalesce(h.health = 'orphaned', false)"
	switch tab {
	case worklist.OnBehalf:
		return entry("t.case_id", untouched, about) + "FROM (SELECT t.* " + onBehalf + sorted + most + ") t" + around("t.case_id", about) + sorted
	case worklist.Free:
		return entry("t.case_id", untouched, about) + "FROM (SELECT t.* " + free + sorted + most + ") t" + around("t.case_id", about) + sorted
	case worklist.Followed:
		// How a case stands is kept, so that it is looked up and not computed.
		return entry("c.case_id", strings.Replace(untouched, "false AS", stepless+" AS", 1), about) + "FROM (SELECT l.case_id " + followed + most + ") c " + first +
			" LEFT JOIN case_health h ON h.case_id = c.case_id" + around("c.case_id", about) + " ORDER BY " + stepless + " DESC, t.suspended NULLS LAST, " + DueOrReady + " NULLS LAST, c.case_id"
	case worklist.Recent:
		return entry("c.case_id", "c.at AS touched, c.code, c.detail, false AS stepless", about) + "FROM (SELECT m.* " + recent(most) + ") c " + first + around("c.case_id", about) + " ORDER BY c.id DESC"
	}
	return entry("t.case_id", untouched, about) + "FROM (SELECT t.* " + mine + sorted + most + ") t" + around("t.case_id", about) + sorted
}

// counts says how many rows each list has but the one that is read, which are counted as it
// is; the others so far as is worth saying.
func counts(but worklist.Tab) string {
	from := map[worklist.Tab]string{worklist.Mine: mine, worklist.OnBehalf: onBehalf, worklist.Free: free, worklist.Followed: followed, worklist.Recent: recent(few)}
	columns := make([]string, 0, len(worklist.Tabs))
	for _, tab := range worklist.Tabs {
		if tab == but {
			columns = append(columns, "0")
			continue
		}
		columns = append(columns, "(SELECT count(*) FROM (SELECT "+from[tab]+few+") x)")
	}
	return "SELECT " + strings.Join(columns, ", ")
}

// WorkList reads a page of a list. That it was read leaves a line, with the cases that it
// showed; of the words of a name that was looked for it keeps a digest alone.
func (r *Store) WorkList(ctx context.Context, s care.Staff, ask worklist.Ask) (page worklist.List, err error) {
	now := r.clock()
	args := []any{s.ID, s.Agency, s.Role, now.Add(-worklist.RecentFor)}
	err = postgres.Within(ctx, r.pool, postgres.App(s, now), nil, func(tx postgres.Tx) error {
		all, err := postgres.Many[worklist.Entry](ctx, tx, using(listed(ask.Tab, ask.Filter.Person != "" || ask.Filter.Language != "")), args...)
		if err != nil {
			return err
		}
		page = ask.Cut(all, now)
		n := make([]int, len(worklist.Tabs))
		if err := tx.QueryRow(ctx, using(counts(ask.Tab)), args...).Scan(&n[0], &n[1], &n[2], &n[3], &n[4]); err != nil {
			return err
		}
		page.Counts = map[worklist.Tab]int{}
		for i, tab := range worklist.Tabs {
			page.Counts[tab] = n[i]
		}
		page.Counts[ask.Tab] = len(all)
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

// shown is a task with what else its row shows.
type shown struct {
	ledger.Task
	Languages []string `db:"languages"`
}

// person is whom a row is about for whom there is nothing to do.
type person struct {
	CaseID    string   `db:"case_id"`
	Number    string   `db:"number"`
	Name      string   `db:"name"`
	Languages []string `db:"languages"`
}

// coming is the next appointment of a case that the caller sees.
type coming struct {
	CaseID  string    `db:"case_id"`
	At      time.Time `db:"at"`
	Service string    `db:"service"`
}

// nearDay is the next day of a case after which something is lost.
type nearDay struct {
	CaseID string    `db:"case_id"`
	On     time.Time `db:"on_day"`
	Kind   string    `db:"kind"`
}

// spoken chooses what shown has besides the task.
var spoken = strings.Replace(SelectTask, "\n\tFROM task t", ", coalesce(p.languages, '{}') AS languages\n\tFROM task t", 1)

// fill reads what a page shows of its rows.
func fill(ctx context.Context, tx postgres.Tx, rows []worklist.Row, now time.Time) error {
	var ids, idle, cases []string
	for _, row := range rows {
		cases = append(cases, row.CaseID)
		if row.TaskID != "" {
			ids = append(ids, row.TaskID)
		} else {
			idle = append(idle, row.CaseID)
		}
	}
	tasks, err := postgres.Many[shown](ctx, tx, spoken+` WHERE t.id = ANY ($1)`, postgres.OrEmpty(ids))
	if err != nil {
		return err
	}
	persons, err := postgres.Many[person](ctx, tx, `SELECT u.id::text AS case_id, coalesce(f.number, case_number(u.id)) AS number, btrim(coalesce(p.given_name || ' ' || p.family_name, '')) AS name, coalesce(p.languages, '{}') AS languages
		FROM unnest($1::uuid[]) AS u (id) LEFT JOIN case_file f ON f.id = u.id LEFT JOIN person p ON p.case_id = u.id`, postgres.OrEmpty(idle))
	if err != nil {
		return err
	}
	next, err := postgres.Many[coming](ctx, tx, `SELECT DISTINCT ON (a.case_id) a.case_id::text, a.at, a.service FROM appointment a
		WHERE a.case_id = ANY ($1) AND a.at >= $2 AND a.state IN ('booked', 'confirmed') ORDER BY a.case_id, a.at, a.id`, postgres.OrEmpty(cases), now)
	if err != nil {
		return err
	}
	days, err := postgres.Many[nearDay](ctx, tx, `SELECT DISTINCT ON (case_id) case_id, on_day, kind FROM watched_dates($1, $2) WHERE near <= $3 ORDER BY case_id, on_day`, postgres.OrEmpty(cases), health.CriticalDays, now)
	if err != nil {
		return err
	}
	for i := range rows {
		row := &rows[i]
		if at := slices.IndexFunc(days, func(d nearDay) bool { return d.CaseID == row.CaseID }); at >= 0 {
			row.Day, row.DayKind = &days[at].On, days[at].Kind
		}
		if at := slices.IndexFunc(tasks, func(t shown) bool { return t.ID == row.TaskID }); at >= 0 {
			row.Task, row.Number, row.Person, row.Languages = tasks[at].Task, tasks[at].CaseNumber, tasks[at].Person, tasks[at].Languages
		}
		if at := slices.IndexFunc(persons, func(p person) bool { return row.TaskID == "" && p.CaseID == row.CaseID }); at >= 0 {
			row.Number, row.Person, row.Languages = persons[at].Number, persons[at].Name, persons[at].Languages
		}
		if at := slices.IndexFunc(next, func(n coming) bool { return n.CaseID == row.CaseID }); at >= 0 {
			row.Next, row.NextAt = &next[at].At, next[at].Service
		}
	}
	return nil
}
