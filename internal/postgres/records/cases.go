package records

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"percorso/internal/care"
	"percorso/internal/finding"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/consented"
	"percorso/internal/postgres/correcting"
	"percorso/internal/postgres/critical"
	"percorso/internal/postgres/leads"
	"percorso/internal/postgres/merging"
	"percorso/internal/postgres/moments"
	"percorso/internal/postgres/protect"
	"percorso/internal/postgres/undo"
	"percorso/internal/postgres/waiting"
	"percorso/internal/postgres/worklist"
	"percorso/internal/postgres/written"
)

// cases is the case files: as lists, as a whole, and what happened on them.
type cases struct{ *store }

// The case's run is found by its case, and not by an id made of it: a join on what a
// function makes of a row waits for row-level security, and reads every run for it.
const selectCase = `SELECT f.id::text, f.number, f.zone, btrim(p.given_name || ' ' || p.family_name) AS person, f.stage, f.needs, f.opened_at,
	f.closed_at, f.outcome, f.suspended_at, f.suspended_until, coalesce(f.merged_into::text, '') AS merged_into, f.last_stage,
	r.policy_version, r.revision, ` + waiting.Columns + `
	FROM case_file f JOIN person p ON p.case_id = f.id JOIN run r ON r.case_id = f.id AND r.kind = 'case' LEFT JOIN case_health h ON h.case_id = f.id`

// caseRow is a case with what is kept of how it stands.
type caseRow struct {
	ledger.CaseFile
	waiting.Row
}

// CaseFiles lists the cases that the caller's agency works on, the newest
// first, each with what it waits for.
func (r cases) CaseFiles(ctx context.Context, s care.Staff, f ledger.CaseFilter, p ledger.Paging) (page ledger.Page[ledger.CaseFile], err error) {
	var q query
	l := reading{kind: ledger.ListCases}
	l.ask("open", f.Open != nil && *f.Open, "")
	l.ask("closed", f.Open != nil && !*f.Open, "")
	l.ask("stage", f.Stage != "", string(f.Stage))
	l.ask("lead", f.Led != nil && *f.Led, "")
	l.ask("health", f.Health != "", string(f.Health))
	if f.Open != nil && *f.Open {
		q.and("f.closed_at IS NULL")
	}
	if f.Open != nil && !*f.Open {
		q.and("f.closed_at IS NOT NULL")
	}
	if f.Stage != "" {
		q.and("f.stage = ?", f.Stage)
	}
	if f.Led != nil {
		q.and("? = "+leads.Led, *f.Led, s.ID)
	}
	var asked []finding.Way // nil: nothing is searched
	if len(f.Search) >= 2 {
		asked, q.choice = append([]finding.Way{}, finding.Read(f.Search)...), "search "+f.Search
		l.kind, l.search = ledger.SearchCases, f.Search
		l.ask("by", true, finding.Kinds(asked))
	}
	by, keep := newestFirst, func(health.Health) bool { return true }
	if f.Health == "" {
		q.or([]string{"true"}) // the page is chosen among the files alone, and joined after that
	} else {
		by, keep = newestKept, func(h health.Health) bool { return h == f.Health }
		q.standing("h.health = ?", r.Clock(), f.Health)
	}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = r.cases(ctx, tx, s, q, by, asked, p, keep)
		l.cases = postgres.IDs(page.Items, func(c ledger.CaseFile) string { return c.ID })
		return err
	})
	return page, err
}

// keptCases is what is kept of how open cases stand, each with its case: OFFSET has that looked at last.
const keptCases = "case_health h CROSS JOIN LATERAL (SELECT * FROM case_file f WHERE f.id = h.case_id OFFSET 0) f"

// The orders of lists of cases. What is chosen by how it stands goes by the columns
// of what is kept of that.
var (
	newestFirst = order{list: "cases", table: "case_file f", at: "f.opened_at", id: "f.id", desc: true}
	newestKept  = order{list: "cases by health", table: keptCases, at: "h.opened_at", id: "h.case_id", desc: true}
	worstFirst  = order{list: "stuck", table: keptCases, rank: []string{"h.harm", "h.late_day", "h.goes_on"}, at: "h.opened_at", id: "h.case_id"}
)

// cursor is where a case stands in an order.
func (c caseRow) cursor(by order) cursor {
	at := cursor{At: c.Opened, ID: c.ID}
	if len(by.rank) > 0 {
		at.Rank = []int{c.Harm, c.LateDay, c.GoesOn}
	}
	return at
}

// standing chooses open cases by how they stand, which the condition says of what is
// kept, and with them those whose time has come, of which only computing tells: the
// list leaves out what it finds not to be so. A range with two ends is planned as the few that it has.
func (q *query) standing(condition string, now time.Time, args ...any) {
	q.or([]string{condition + " AND h.changes_at > ?", "h.changes_at BETWEEN '-infinity' AND ?"}, append(args, now, now)...)
	q.passing = append(q.passing, len(q.args)-2, len(q.args)-1)
}

// StuckCases lists the open cases of the zone that do not wait as planned, those
// first whose harm is worst.
func (r cases) StuckCases(ctx context.Context, s care.Staff, p ledger.Paging) (page ledger.Page[ledger.StuckCase], err error) {
	if s.Role != care.Supervisor {
		return page, ledger.ErrForbidden
	}
	var q query
	q.standing("h.health <> 'planned'", r.Clock())
	l := reading{kind: ledger.ListStuckCases}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		cases, err := r.cases(ctx, tx, s, q, worstFirst, nil, p, func(h health.Health) bool { return h != health.Planned })
		page.Next = cases.Next
		for _, c := range cases.Items {
			page.Items = append(page.Items, ledger.StuckCase{CaseFile: c, TaskID: c.Waiting.TaskID})
		}
		l.cases = postgres.IDs(page.Items, func(c ledger.StuckCase) string { return c.ID })
		return err
	})
	return page, err
}

// HealthCounts says how many open cases of the supervisor's zone stand how.
// ledger.ErrForbidden: the caller is none.
func (r cases) HealthCounts(ctx context.Context, s care.Staff) (counts health.Counts, err error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	err = r.within(ctx, s, func(tx postgres.Tx) error {
		counts, err = waiting.Counts(ctx, tx, `SELECT health, cases FROM health_counts_here()`)
		return err
	})
	return counts, err
}

// cases reads pages of cases until enough of them are kept, or there are no more.
// asked is what is searched; nil: nothing is.
func (r cases) cases(ctx context.Context, tx postgres.Tx, s care.Staff, q query, by order, asked []finding.Way, p ledger.Paging, keep func(health.Health) bool) (ledger.Page[ledger.CaseFile], error) {
	var kept ledger.Page[ledger.CaseFile]
	limit := limitOf(p)
	for {
		next := q
		next.where, next.args, next.passing = slices.Clone(q.where), slices.Clone(q.args), slices.Clone(q.passing)
		found, further, err := next.amongFound(ctx, tx, asked, by, p)
		if err != nil {
			return kept, err
		}
		mark := next.mark(by)
		page, err := list(ctx, tx, &next, selectCase, by, p, func(c caseRow) cursor { return c.cursor(by) })
		if err != nil {
			return kept, err
		}
		if page.Next == "" && further != nil { // other conditions left out some of what was found
			page.Next = cursor{Of: mark, At: further.Opened, ID: further.ID}.encode()
		}
		files, err := r.waiting(ctx, tx, s, page.Items)
		if err != nil {
			return kept, err
		}
		for i, c := range files {
			if !keep(c.Waiting.Health) {
				continue
			}
			if f, ok := found[c.ID]; ok {
				c.By, c.Known = f.By, &ledger.Person{BirthDate: f.Born}
			}
			kept.Items = append(kept.Items, c)
			if len(kept.Items) == limit && (i < len(page.Items)-1 || page.Next != "") {
				last := page.Items[i].cursor(by)
				last.Of = mark
				kept.Next = last.encode()
				return kept, nil
			}
		}
		if page.Next == "" {
			return kept, nil
		}
		p.Cursor = page.Next
	}
}

// waiting gives the cases with what each of them waits for.
func (r cases) waiting(ctx context.Context, tx postgres.Tx, s care.Staff, cases []caseRow) ([]ledger.CaseFile, error) {
	set, err := r.rules.Current(ctx, tx, s.Zone)
	if err != nil {
		return nil, err
	}
	rows := map[string]waiting.Row{}
	for _, c := range cases {
		rows[c.ID] = c.Row
	}
	of, err := waiting.Of(ctx, tx, set.Calendar, r.Clock(), rows)
	files := make([]ledger.CaseFile, len(cases))
	for i, c := range cases {
		files[i] = c.CaseFile
		files[i].Waiting = of[c.ID]
	}
	return files, err
}

// CaseFile reads the whole of a case. The read is audited.
func (r cases) CaseFile(ctx context.Context, s care.Staff, id string) (c ledger.Case, err error) {
	if !care.IsID(id) {
		return c, ledger.ErrNotFound
	}
	l := reading{kind: ledger.ReadCase, of: "case", id: id, cases: []string{id}}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		row, err := postgres.One[caseRow](ctx, tx, selectCase+` WHERE f.id = $1`, id)
		if err != nil {
			return postgres.Missing(err)
		}
		files, err := r.waiting(ctx, tx, s, []caseRow{row})
		if err != nil {
			return err
		}
		c.CaseFile = files[0]
		if c.PersonData, err = correcting.Shown(ctx, tx, id); err != nil {
			return err
		}
		if c.Branches, err = postgres.Many[ledger.Branch](ctx, tx, `SELECT id AS run_id, kind, service, agency, matter, needs, equipe, started_at, ended_at, outcome
			FROM run WHERE case_id = $1 AND kind <> 'case' ORDER BY started_at, id`, id); err != nil {
			return err
		}
		if c.Tasks, err = postgres.Many[ledger.Task](ctx, tx, worklist.SelectTask+` WHERE t.case_id = $1 AND t.ended_at IS NULL ORDER BY t.suspended, `+worklist.DueOrReady+`, t.id`, id); err != nil {
			return err
		}
		if c.Referrals, err = postgres.Many[ledger.Referral](ctx, tx, selectReferral+` WHERE r.case_id = $1 ORDER BY r.requested_at, r.id`, id); err != nil {
			return err
		}
		if c.Appointments, err = postgres.Many[ledger.Appointment](ctx, tx, selectAppointment+` WHERE a.case_id = $1 ORDER BY a.at, a.id`, id); err != nil {
			return err
		}
		if c.Meetings, err = postgres.Many[ledger.Meeting](ctx, tx, `SELECT m.held_at, m.agency, m.role, coalesce(s.name, '') AS by_name
			FROM meeting m LEFT JOIN staff s ON s.id = m.by_staff WHERE m.case_id = $1 ORDER BY m.held_at DESC, m.id`, id); err != nil {
			return err
		}
		if c.Consents, c.Consent, err = consented.Of(ctx, tx, id); err != nil {
			return err
		}
		if c.SetAside, err = merging.SetAside(ctx, tx, id); err != nil {
			return err
		}
		if err = cmp.Or(protect.Of(ctx, tx, &c), leads.Of(ctx, tx, &c), critical.Of(ctx, tx, &c), written.Of(ctx, tx, &c), undo.Of(ctx, tx, &c, r.Clock())); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT coalesce((SELECT zone FROM asked_elsewhere($1) WHERE kind = 'transfer_answer' LIMIT 1), ''), r.state ? 'interrupt' FROM run r WHERE r.id = 'case/' || $1`, id).
			Scan(&c.Transfer, &c.Closing)
	})
	return c, err
}

// Timeline lists what happened on a case, and on those that were merged into
// it, the newest first.
func (r cases) Timeline(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (page ledger.Page[ledger.Moment], err error) {
	var rows ledger.Page[moments.Row]
	err = r.ofCase(ctx, s, ledger.ReadTimeline, caseID, seesCase, func(tx postgres.Tx) error {
		var q query
		q.and("l.case_id = ANY (same_file(?))", caseID)
		by := order{list: "l", at: "l.at", id: "l.id", numbered: true, desc: true}
		rows, err = list(ctx, tx, &q, moments.Select, by, p, func(m moments.Row) cursor { return cursor{At: m.At, ID: strconv.FormatInt(m.ID, 10)} })
		return err
	})
	for _, row := range rows.Items {
		page.Items = append(page.Items, row.Moment)
	}
	page.Next = rows.Next
	return page, err
}

type readRow struct {
	ID int64 `db:"id"`
	ledger.Read
}

// Reads lists who read or changed a case file, or one that was merged into it,
// and when; also in lists and searches, and through a partner's link. Of a case that
// was handed over to another zone its supervisor of before is told.
func (r cases) Reads(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (page ledger.Page[ledger.Read], err error) {
	var q query
	q.and("case", caseID)
	by := order{list: "a", numbered: true}
	mark, limit, before := q.mark(by), limitOf(p), int64(math.MaxInt64)
	if p.Cursor != "" {
		after, err := by.after(p.Cursor, mark)
		if err != nil {
			return page, err
		}
		if before, err = strconv.ParseInt(after.ID, 10, 64); err != nil {
			return page, ledger.ErrCursor
		}
	}
	err = r.ofCase(ctx, s, ledger.ReadReads, caseID, seesReads, func(tx postgres.Tx) error {
		rows, err := postgres.Many[readRow](ctx, tx, `SELECT * FROM reads_of($1, $2, $3)`, caseID, before, limit+1)
		if err == nil && len(rows) > limit {
			rows = rows[:limit]
			page.Next = cursor{Of: mark, At: rows[limit-1].At, ID: strconv.FormatInt(rows[limit-1].ID, 10)}.encode()
		}
		for _, row := range rows {
			page.Items = append(page.Items, row.Read)
		}
		return err
	})
	return page, err
}

// seesReads answers ledger.ErrNotFound where the caller neither sees the case's file
// nor answers for who read it.
func seesReads(ctx context.Context, tx postgres.Tx, caseID string) error {
	var seen bool
	return postgres.Missing(tx.QueryRow(ctx, `SELECT true WHERE EXISTS (SELECT FROM case_file WHERE id = $1) OR answers_for($1)`, caseID).Scan(&seen))
}

// seesCase answers ledger.ErrNotFound where the caller does not see the case's file.
func seesCase(ctx context.Context, tx postgres.Tx, caseID string) error {
	var seen bool
	return postgres.Missing(tx.QueryRow(ctx, `SELECT true FROM case_file WHERE id = $1`, caseID).Scan(&seen))
}
