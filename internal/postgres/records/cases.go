package records

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// cases is the case files: as lists, as a whole, and what happened on them.
type cases struct{ *store }

const selectCase = `SELECT f.id::text, f.number, f.zone, p.given_name || ' ' || p.family_name AS person, f.stage, f.needs, f.opened_at,
	f.closed_at, f.outcome, f.suspended_at, f.suspended_until, coalesce(f.merged_into::text, '') AS merged_into, f.last_stage,
	r.policy_version, r.revision
	FROM case_file f JOIN person p ON p.case_id = f.id JOIN run r ON r.id = 'case/' || f.id`

// CaseFiles lists the cases that the caller's agency works on, the newest
// first, each with what it waits for.
func (r cases) CaseFiles(ctx context.Context, s care.Staff, f ledger.CaseFilter, p ledger.Paging) (page ledger.Page[ledger.CaseFile], err error) {
	var q query
	l := reading{kind: ledger.ListCases}
	l.ask("open", f.Open != nil && *f.Open, "")
	l.ask("closed", f.Open != nil && !*f.Open, "")
	l.ask("stage", f.Stage != "", string(f.Stage))
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
	if len(f.Search) >= 2 {
		q.and("(f.number ILIKE '%' || ? || '%' OR p.given_name || ' ' || p.family_name ILIKE '%' || ? || '%')", f.Search, f.Search)
		l.kind, l.search = ledger.SearchCases, f.Search
	}
	keep := func(ledger.CaseFile) bool { return true }
	if f.Health != "" {
		q.and("f.closed_at IS NULL")
		q.choice = string(f.Health)
		keep = func(c ledger.CaseFile) bool { return c.Waiting.Health == f.Health }
	}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		page, err = r.cases(ctx, tx, s, q, p, keep)
		l.cases = casesOf(page.Items, func(c ledger.CaseFile) string { return c.ID })
		return err
	})
	return page, err
}

// maybeStuck is what every case that does not wait as planned at $1 fulfils; what
// exactly holds is computed for those alone. Of a transfer the task is another zone's.
const maybeStuck = `f.closed_at IS NULL AND (
	EXISTS (SELECT FROM task t WHERE t.case_id = f.id AND t.ended_at IS NULL AND NOT t.suspended AND (t.escalated OR t.escalate_at < $1
		OR NOT EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role)))
	OR EXISTS (SELECT FROM task t WHERE t.case_id = f.id AND t.ended_at IS NULL AND t.kind IN ('referral_answer', 'referral_outcome')
		AND undelivered(t.id) IS NOT NULL)
	OR EXISTS (SELECT FROM run WHERE run.case_id = f.id AND run.ended_at IS NULL
		AND (run.kind = 'transfer' OR run.next_due < $1 - interval '30 seconds'))
	OR case_unworked(f.id) < $1 - interval '30 seconds'
	OR EXISTS (SELECT FROM run, machine_report m WHERE run.case_id = f.id AND m.report -> 'FailingRuns' ? run.id)
	OR NOT EXISTS (SELECT FROM task t WHERE t.case_id = f.id AND t.ended_at IS NULL)
		AND NOT EXISTS (SELECT FROM wait w WHERE w.case_id = f.id AND w.due_at IS NOT NULL) AND case_unworked(f.id) IS NULL)`

// StuckCases lists the open cases of the zone that do not wait as planned.
func (r cases) StuckCases(ctx context.Context, s care.Staff, p ledger.Paging) (page ledger.Page[ledger.StuckCase], err error) {
	if s.Role != care.Supervisor {
		return page, ledger.ErrForbidden
	}
	q := query{where: []string{maybeStuck}, args: []any{r.Clock()}, clocks: []int{0}}
	l := reading{kind: ledger.ListStuckCases}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		cases, err := r.cases(ctx, tx, s, q, p, func(c ledger.CaseFile) bool { return c.Waiting.Health != health.Planned })
		page.Next = cases.Next
		for _, c := range cases.Items {
			page.Items = append(page.Items, ledger.StuckCase{CaseFile: c, TaskID: c.Waiting.TaskID})
		}
		l.cases = casesOf(page.Items, func(c ledger.StuckCase) string { return c.ID })
		return err
	})
	return page, err
}

// cases reads pages of cases until enough of them are kept, or there are no more.
func (r cases) cases(ctx context.Context, tx postgres.Tx, s care.Staff, q query, p ledger.Paging, keep func(ledger.CaseFile) bool) (ledger.Page[ledger.CaseFile], error) {
	var kept ledger.Page[ledger.CaseFile]
	limit := limitOf(p)
	by := order{list: "cases", at: "f.opened_at", id: "f.id", desc: true}
	for {
		next := q
		next.where, next.args = slices.Clone(q.where), slices.Clone(q.args)
		page, err := list(ctx, tx, &next, selectCase, by, p, func(c ledger.CaseFile) cursor {
			return cursor{At: c.Opened, ID: c.ID}
		})
		if err != nil {
			return kept, err
		}
		waiting, err := r.waiting(ctx, tx, s, page.Items)
		if err != nil {
			return kept, err
		}
		for i, c := range page.Items {
			c.Waiting = waiting[c.ID]
			if !keep(c) {
				continue
			}
			kept.Items = append(kept.Items, c)
			if len(kept.Items) == limit && (i < len(page.Items)-1 || page.Next != "") {
				kept.Next = cursor{Of: q.mark(by), At: c.Opened, ID: c.ID}.encode()
				return kept, nil
			}
		}
		if page.Next == "" {
			return kept, nil
		}
		p.Cursor = page.Next
	}
}

// waiting computes what each of some cases waits for.
func (r cases) waiting(ctx context.Context, tx postgres.Tx, s care.Staff, cases []ledger.CaseFile) (map[string]health.Waiting, error) {
	facts := map[string]*health.Facts{}
	ids := make([]string, 0, len(cases))
	now := r.Clock()
	for _, c := range cases {
		facts[c.ID] = &health.Facts{Now: now, Closed: c.Closed != nil, SuspendedAt: c.SuspendedAt, SuspendedUntil: c.SuspendedUntil}
		ids = append(ids, c.ID)
	}
	set, err := r.rules.Current(ctx, tx, s.Zone)
	if err != nil {
		return nil, err
	}
	if err := readTasks(ctx, tx, set.Policy, ids, facts); err != nil {
		return nil, err
	}
	if err := readWaits(ctx, tx, ids, facts); err != nil {
		return nil, err
	}
	if err := readMachine(ctx, tx, now, ids, facts); err != nil {
		return nil, err
	}
	waiting := map[string]health.Waiting{}
	for id, f := range facts {
		waiting[id] = health.Explain(*f, set.Calendar)
	}
	return waiting, nil
}

// readTasks reads the open tasks of some cases, be they of the other zone that
// is asked to take one over. What a partner answers through a link is named by it.
func readTasks(ctx context.Context, tx postgres.Tx, p care.Policy, ids []string, facts map[string]*health.Facts) error {
	type row struct {
		Case       string         `db:"case_id"`
		ID         string         `db:"id"`
		Kind       care.TaskKind  `db:"kind"`
		State      care.TaskState `db:"state"`
		Role       care.Role      `db:"role"`
		Agency     string         `db:"agency"`
		Zone       string         `db:"zone"`
		Addressee  string         `db:"addressee"` // of the referral that it is about
		Since      time.Time      `db:"since"`
		Reminded   bool           `db:"reminded"`
		RemindAt   *time.Time     `db:"remind_at"`
		EscalateAt *time.Time     `db:"escalate_at"`
		Escalated  bool           `db:"escalated"`
		Suspended  bool           `db:"suspended"`
		Candidates int            `db:"candidates"`
		NotReached *time.Time     `db:"not_reached"` // since when the partner's mail has failed
	}
	rows, err := postgres.Many[row](ctx, tx, `SELECT t.case_id::text, CASE t.zone WHEN my('zone') THEN t.id::text ELSE '' END AS id, t.kind, t.state, t.role, t.agency,
			CASE t.zone WHEN my('zone') THEN '' ELSE t.zone END AS zone,
			coalesce((SELECT r.to_agency FROM referral r WHERE r.id = t.referral_id), '') AS addressee,
			coalesce(t.reserved_at, t.ready_at) AS since, t.reminded, t.remind_at, t.escalate_at, t.escalated, t.suspended,
			(SELECT count(*) FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role) AS candidates,
			CASE WHEN t.kind IN ('referral_answer', 'referral_outcome') THEN undelivered(t.id) END AS not_reached
		FROM (SELECT * FROM task WHERE case_id = ANY ($1::uuid[]) AND ended_at IS NULL
			UNION ALL SELECT e.* FROM unnest($1::uuid[]) AS c (id), asked_elsewhere(c.id) e) t ORDER BY t.ready_at, t.id`, ids)
	for _, t := range rows {
		if t.Reminded {
			t.RemindAt = nil
		}
		partner, _ := p.Agency(t.Addressee)
		if !partner.ByLink() || t.Kind != care.ReferralAnswer && t.Kind != care.ReferralOutcome {
			partner.Code, t.NotReached = "", nil
		}
		facts[t.Case].Tasks = append(facts[t.Case].Tasks, health.FactTask{
			ID: t.ID, Kind: t.Kind, State: t.State, Role: t.Role, Agency: t.Agency, Zone: t.Zone, Partner: partner.Code, Since: t.Since, RemindAt: t.RemindAt,
			EscalateAt: t.EscalateAt, Escalated: t.Escalated, Suspended: t.Suspended, Candidates: t.Candidates,
			NotReached: t.NotReached,
		})
	}
	return err
}

// readWaits reads what some cases wait for, but what stands still.
func readWaits(ctx context.Context, tx postgres.Tx, ids []string, facts map[string]*health.Facts) error {
	type row struct {
		Case string    `db:"case_id"`
		Code string    `db:"code"`
		Set  time.Time `db:"set_at"`
		Due  time.Time `db:"due_at"`
	}
	rows, err := postgres.Many[row](ctx, tx, `SELECT case_id::text, code, set_at, due_at FROM wait WHERE case_id = ANY ($1::uuid[]) AND due_at IS NOT NULL ORDER BY due_at`, ids)
	for _, w := range rows {
		facts[w.Case].Waits = append(facts[w.Case].Waits, health.FactWait{Code: w.Code, Set: w.Set, Due: w.Due})
	}
	return err
}

// readMachine finds where the machinery does not move a case: what it accepted
// or what fell due is unworked, or Temporal reports a failing run.
func readMachine(ctx context.Context, tx postgres.Tx, now time.Time, ids []string, facts map[string]*health.Facts) error {
	report, err := readReport(ctx, tx, now)
	if err != nil {
		return err
	}
	type row struct {
		Case     string     `db:"id"`
		Unworked *time.Time `db:"unworked"`
		Due      *time.Time `db:"due"`
		Failing  bool       `db:"failing"`
	}
	rows, err := postgres.Many[row](ctx, tx, `SELECT c.id::text, case_unworked(c.id) AS unworked,
			(SELECT min(next_due) FROM run WHERE run.case_id = c.id AND run.ended_at IS NULL) AS due,
			EXISTS (SELECT FROM run WHERE run.case_id = c.id AND run.id = ANY ($2)) AS failing
		FROM unnest($1::uuid[]) AS c (id)`, ids, report.FailingRuns)
	for _, m := range rows {
		f := facts[m.Case]
		late := f.Now.Add(-health.Grace)
		cause := func(code string, since time.Time) {
			f.Cause, f.CauseSince = code, since
			switch {
			case report.TemporalAway:
				f.Cause = "temporal_away"
			case report.fresh && report.Pollers == 0:
				f.Cause = "no_worker"
			}
		}
		switch {
		case f.Closed:
		case m.Failing:
			f.Cause, f.CauseSince = "workflow_task", report.At
		case m.Unworked != nil && m.Unworked.Before(late):
			cause("inbox", *m.Unworked)
		case m.Due != nil && m.Due.Before(late):
			cause("clock", *m.Due)
		case m.Unworked != nil && len(f.Tasks)+len(f.Waits) == 0:
			f.Moving = true
		}
	}
	return err
}

type freshReport struct {
	ledger.MachineReport
	fresh bool
}

// readReport reads what the watch last saw. An old report says nothing.
func readReport(ctx context.Context, tx postgres.Tx, now time.Time) (report freshReport, err error) {
	err = tx.QueryRow(ctx, `SELECT report FROM machine_report`).Scan(&report.MachineReport)
	if errors.Is(err, pgx.ErrNoRows) {
		return freshReport{}, nil
	}
	report.fresh = now.Sub(report.At) < ledger.ReportMaxAge
	if !report.fresh {
		report.MachineReport = ledger.MachineReport{At: report.At}
	}
	return report, err
}

// CaseFile reads the whole of a case. The read is audited.
func (r cases) CaseFile(ctx context.Context, s care.Staff, id string) (c ledger.Case, err error) {
	if !care.IsID(id) {
		return c, ledger.ErrNotFound
	}
	l := reading{kind: ledger.ReadCase, of: "case", id: id, cases: []string{id}}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		file, err := postgres.One[ledger.CaseFile](ctx, tx, selectCase+` WHERE f.id = $1`, id)
		if err != nil {
			return missing(err)
		}
		waiting, err := r.waiting(ctx, tx, s, []ledger.CaseFile{file})
		if err != nil {
			return err
		}
		c.CaseFile = file
		c.Waiting = waiting[id]
		if c.PersonData, err = personOf(ctx, tx, id); err != nil {
			return err
		}
		if c.Branches, err = postgres.Many[ledger.Branch](ctx, tx, `SELECT id AS run_id, kind, service, agency, matter, needs, equipe, started_at, ended_at, outcome
			FROM run WHERE case_id = $1 AND kind <> 'case' ORDER BY started_at, id`, id); err != nil {
			return err
		}
		if c.Tasks, err = postgres.Many[ledger.Task](ctx, tx, selectTask+` WHERE t.case_id = $1 AND t.ended_at IS NULL ORDER BY t.suspended, `+dueOrReady+`, t.id`, id); err != nil {
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
		if c.Consent, err = consentOf(ctx, tx, id); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT coalesce((SELECT zone FROM asked_elsewhere($1) LIMIT 1), ''), r.state ? 'interrupt' FROM run r WHERE r.id = 'case/' || $1`, id).
			Scan(&c.Transfer, &c.Closing)
	})
	return c, err
}

// personOf reads the person of a case.
func personOf(ctx context.Context, tx postgres.Tx, caseID string) (ledger.Person, error) {
	return postgres.One[ledger.Person](ctx, tx, `SELECT id::text, given_name, family_name, birth_date, citizenship, permit, permit_expiry, receipt_on,
		languages, phone FROM person WHERE case_id = $1`, caseID)
}

// consentOf says since when the person of a case consents to data reaching
// private partners; nil: no consent is in force.
func consentOf(ctx context.Context, tx postgres.Tx, caseID string) (since *time.Time, err error) {
	err = tx.QueryRow(ctx, `SELECT max(given_at) FROM consent WHERE case_id = $1 AND withdrawn_at IS NULL`, caseID).Scan(&since)
	return since, err
}

const selectMoment = `SELECT l.id, l.at, l.run_id, l.code, l.detail, coalesce(s.role, '') AS by_role, coalesce(s.name, '') AS by_name,
	coalesce(d.data ->> 'note', '') AS note
	FROM timeline l LEFT JOIN staff s ON s.id = l.by_staff LEFT JOIN record d ON d.id = l.command_id`

type momentRow struct {
	ID int64 `db:"id"`
	ledger.Moment
}

// Timeline lists what happened on a case, and on those that were merged into
// it, the newest first.
func (r cases) Timeline(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (page ledger.Page[ledger.Moment], err error) {
	var rows ledger.Page[momentRow]
	err = r.ofCase(ctx, s, ledger.ReadTimeline, caseID, seesCase, func(tx postgres.Tx) error {
		var q query
		q.and("l.case_id = ANY (same_file(?))", caseID)
		by := order{list: "l", at: "l.at", id: "l.id", numbered: true, desc: true}
		rows, err = list(ctx, tx, &q, selectMoment, by, p, func(m momentRow) cursor { return cursor{At: m.At, ID: strconv.FormatInt(m.ID, 10)} })
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
// and when; also in lists and searches, and through a partner's link.
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
	err = r.ofCase(ctx, s, ledger.ReadReads, caseID, seesCase, func(tx postgres.Tx) error {
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

// seesCase answers ledger.ErrNotFound where the caller does not see the case's file.
func seesCase(ctx context.Context, tx postgres.Tx, caseID string) error {
	var seen bool
	return missing(tx.QueryRow(ctx, `SELECT true FROM case_file WHERE id = $1`, caseID).Scan(&seen))
}
