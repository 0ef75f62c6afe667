// Package waiting reads and keeps what cases wait for.
package waiting

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Row is what is kept of a case, beside the case in a list.
type Row struct {
	Kept      *health.Waiting `db:"waiting"` // nil: closed, or never computed
	TaskID    string          `db:"task_id"`
	ChangesAt *time.Time      `db:"changes_at"` // nil: closed
	Harm      int             `db:"harm"`
	LateDay   int             `db:"late_day"`
	GoesOn    int             `db:"goes_on"`
}

// Columns are a Row's, of a case_health called h that may be missing.
const Columns = `h.waiting, coalesce(h.task_id::text, '') AS task_id, h.changes_at, coalesce(h.harm, 0) AS harm, coalesce(h.late_day, 0) AS late_day,
	coalesce(h.goes_on, 0) AS goes_on`

// waiting is what the row says of its case; false: its time has come, and it is to
// be computed.
func (r Row) waiting(now time.Time) (health.Waiting, bool) {
	if r.ChangesAt == nil {
		return health.Waiting{Health: health.Planned, For: health.WaitNothing}, true
	}
	if r.Kept == nil || !now.Before(*r.ChangesAt) {
		return health.Waiting{}, false
	}
	w := *r.Kept
	w.TaskID = r.TaskID
	return w, true
}

// Of says what each of some cases waits for at a time, by the calendar of their zone:
// what is kept, or what is computed where the time of that has come, or where
// something was accepted that is not worked yet.
func Of(ctx context.Context, tx postgres.Tx, cal care.Calendar, now time.Time, rows map[string]Row) (map[string]health.Waiting, error) {
	waiting := map[string]health.Waiting{}
	moving, err := inFlight(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	due := moving
	for id, row := range rows {
		w, ok := row.waiting(now)
		switch {
		case ok:
			waiting[id] = w.Counted(now, cal)
		case !slices.Contains(moving, id):
			due = append(due, id)
		}
	}
	if len(due) > 0 {
		facts, err := readFacts(ctx, tx, due)
		if err != nil {
			return nil, err
		}
		for _, r := range facts {
			waiting[r.Case] = health.Explain(r.at(now), cal)
		}
	}
	machine, err := readMachine(ctx, tx, now)
	for id, w := range waiting {
		if w.Answered || w.Zone != "" { // nothing of the task is offered
			w.TaskID = ""
		}
		waiting[id] = w.Under(machine)
	}
	return waiting, err
}

// inFlight gives the open ones of some cases for which something was accepted that is
// not worked yet.
func inFlight(ctx context.Context, tx postgres.Tx, rows map[string]Row) ([]string, error) {
	var open []string
	for id, row := range rows {
		if row.ChangesAt != nil {
			open = append(open, id)
		}
	}
	found, _ := tx.Query(ctx, `SELECT id::text FROM unnest($1::uuid[]) AS c (id) WHERE case_unworked(id) IS NOT NULL`, open)
	return pgx.CollectRows(found, pgx.RowTo[string])
}

// readMachine reads what the watch last saw of the machinery. An old report says nothing.
func readMachine(ctx context.Context, tx postgres.Tx, now time.Time) (m health.Machine, err error) {
	var report ledger.MachineReport
	err = tx.QueryRow(ctx, `SELECT report FROM machine_report`).Scan(&report)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, nil
	}
	if err == nil && now.Sub(report.At) < ledger.ReportMaxAge {
		m = health.Machine{Away: report.TemporalAway, NoWorker: report.Pollers == 0, StandBy: report.StandBy > 0}
	}
	return m, err
}
