// Package waiting reads what cases wait for.
package waiting

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// MaybeStuck is what every case file f that does not wait as planned at $1 fulfils;
// what exactly holds is computed for those alone. Of a transfer the task is another
// zone's.
const MaybeStuck = `f.closed_at IS NULL AND (
	EXISTS (SELECT FROM task t WHERE t.case_id = f.id AND t.ended_at IS NULL AND NOT t.suspended AND (t.escalated OR t.escalate_at < $1
		OR NOT EXISTS (SELECT FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role)))
	OR EXISTS (SELECT FROM task t WHERE t.case_id = f.id AND t.ended_at IS NULL AND t.kind IN ('referral_answer', 'referral_outcome')
		AND undelivered(t.id) IS NOT NULL)
	OR EXISTS (SELECT FROM run WHERE run.case_id = f.id AND run.ended_at IS NULL
		AND (run.kind = 'transfer' OR run.next_due < $1 - interval '30 seconds'))
	OR case_unworked(f.id) < $1 - interval '30 seconds' OR EXISTS (SELECT FROM case_deferred(f.id))
	OR EXISTS (SELECT FROM run_trouble r WHERE r.case_id = f.id)
	OR NOT EXISTS (SELECT FROM task t WHERE t.case_id = f.id AND t.ended_at IS NULL)
		AND NOT EXISTS (SELECT FROM wait w WHERE w.case_id = f.id AND w.due_at IS NOT NULL) AND case_unworked(f.id) IS NULL)`

// Of says what each of some cases waits for at a time, by the rules of who asks.
func Of(ctx context.Context, tx postgres.Tx, rules *postgres.Ruleset, now time.Time, cases []ledger.CaseFile) (map[string]health.Waiting, error) {
	facts := map[string]*health.Facts{}
	ids := make([]string, 0, len(cases))
	for _, c := range cases {
		facts[c.ID] = &health.Facts{Now: now, Closed: c.Closed != nil, SuspendedAt: c.SuspendedAt, SuspendedUntil: c.SuspendedUntil}
		ids = append(ids, c.ID)
	}
	if err := readTasks(ctx, tx, rules.Policy, ids, facts); err != nil {
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
		waiting[id] = health.Explain(*f, rules.Calendar)
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
		Answered   bool           `db:"answered"`    // its answer is on its way
		NotReached *time.Time     `db:"not_reached"` // since when the partner's mail has failed
	}
	rows, err := postgres.Many[row](ctx, tx, `SELECT t.case_id::text, CASE WHEN t.zone = my('zone') THEN t.id::text ELSE '' END AS id, t.kind, t.state, t.role, t.agency,
			CASE t.zone WHEN my('zone') THEN '' ELSE t.zone END AS zone,
			coalesce((SELECT r.to_agency FROM referral r WHERE r.id = t.referral_id), '') AS addressee,
			coalesce(t.reserved_at, t.ready_at) AS since, t.reminded, t.remind_at, t.escalate_at, t.escalated, t.suspended,
			(SELECT count(*) FROM staff s WHERE s.active AND s.zone = t.zone AND s.agency = t.agency AND s.role = t.role) AS candidates,
			answer_on_its_way(t.id) AS answered,
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
		if t.Answered {
			t.ID = "" // nothing of it is offered
		}
		facts[t.Case].Tasks = append(facts[t.Case].Tasks, health.FactTask{
			ID: t.ID, Kind: t.Kind, State: t.State, Role: t.Role, Agency: t.Agency, Zone: t.Zone, Partner: partner.Code, Since: t.Since, RemindAt: t.RemindAt,
			EscalateAt: t.EscalateAt, Escalated: t.Escalated, Suspended: t.Suspended, Candidates: t.Candidates,
			Answered: t.Answered, NotReached: t.NotReached,
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
// or what fell due is unworked, or the watch sees a run that does not go on.
func readMachine(ctx context.Context, tx postgres.Tx, now time.Time, ids []string, facts map[string]*health.Facts) error {
	report, err := readReport(ctx, tx, now)
	if err != nil {
		return err
	}
	type row struct {
		Case     string     `db:"id"`
		Unworked *time.Time `db:"unworked"`
		Due      *time.Time `db:"due"`
		Trouble  *string    `db:"trouble"` // why a run does not go on, and since when
		Since    *time.Time `db:"since"`
		Deferred *time.Time `db:"deferred"` // since when an accepted entry cannot be worked
	}
	rows, err := postgres.Many[row](ctx, tx, `SELECT c.id::text, case_unworked(c.id) AS unworked,
			(SELECT min(next_due) FROM run WHERE run.case_id = c.id AND run.ended_at IS NULL) AS due,
			t.cause AS trouble, t.since, (SELECT min(since) FROM case_deferred(c.id)) AS deferred
		FROM unnest($1::uuid[]) AS c (id) LEFT JOIN LATERAL (SELECT t.cause, t.since FROM run_trouble t WHERE t.case_id = c.id
			ORDER BY t.cause, t.since LIMIT 1) t ON $2`, ids, report.fresh)
	for _, m := range rows {
		f := facts[m.Case]
		late := f.Now.Add(-health.Grace)
		cause := func(code string, since time.Time) {
			f.Cause, f.CauseSince = code, since
			switch {
			case report.TemporalAway:
				f.Cause = "temporal_away"
			case report.fresh && report.Pollers == 0 && report.StandBy > 0:
				f.Cause = "no_current_worker"
			case report.fresh && report.Pollers == 0:
				f.Cause = "no_worker"
			}
		}
		switch {
		case f.Closed:
		case m.Trouble != nil:
			cause(*m.Trouble, *m.Since)
		case m.Deferred != nil:
			f.Cause, f.CauseSince = health.CauseDeferred, *m.Deferred
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
