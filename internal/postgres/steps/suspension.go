package steps

import (
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/postgres"
	"percorso/internal/terms"
)

// While a case is suspended the clocks of its runs stand still: open tasks
// remind nobody and are not late, and waits have no end. Only what hangs on a
// date of its own goes on: the permit's, the person's, the plan's, and the suspension's.

// neverFreeze are the codes of the waits that go on.
var neverFreeze = []string{care.DeadlinePermitWarning, care.SuspensionOver, care.TurnsSixteen, care.NearlyAdult, care.PlanActionDate, care.PermitGranted}

// goOn are the kinds of task that do: a person is told of an appointment before its hour.
var goOn = []care.TaskKind{care.PermitRenewal, care.TellPerson}

// suspension is whether the clocks of the run stand still.
type suspension struct{ *writer }

// begins says whether the step lets the run's clocks stand still.
func (w *suspension) begins() bool {
	return w.run.State.Suspended == nil && w.step.State.Suspended != nil
}

// ends says whether the step lets them go on.
func (w *suspension) ends() bool {
	return w.run.State.Suspended != nil && w.step.State.Suspended == nil
}

// holds says whether the clocks of a task that is opened now stand still.
func (w *suspension) holds(kind care.TaskKind) bool {
	return w.step.State.Suspended != nil && !slices.Contains(goOn, kind)
}

// write freezes the run's clocks, or lets them go on with what was left.
func (w *suspension) write() error {
	switch {
	case w.begins():
		return w.freeze()
	case w.ends():
		return w.thaw()
	}
	return nil
}

func (w *suspension) freeze() error {
	rows, _ := w.tx.Query(w.ctx, `UPDATE wait SET due_at = NULL, stood_at = $3, stood_due = due_at WHERE run_id = $1 AND NOT code = ANY ($2) RETURNING step`,
		w.step.Run, neverFreeze, w.step.At)
	points, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, point := range points {
		w.waits.set = append(w.waits.set, care.OpenPoint{Point: point, Kind: care.OpenWait})
	}
	w.queue(`UPDATE task SET suspended = true, stood_at = $3 WHERE run_id = $1 AND NOT kind = ANY ($2) AND `+postgres.TaskOpen, w.step.Run, goOn, w.step.At)
	if w.run.Kind == care.RunCase {
		w.queue(`UPDATE case_file SET suspended_at = $2, suspended_until = $3 WHERE id = $1`, w.caseID(), w.step.At, w.step.State.Suspended)
		w.moment("suspended", string(w.step.Entry.Answer.Reason))
	}
	return nil
}

func (w *suspension) thaw() error {
	tasks, err := postgres.Many[postgres.TaskRow](w.ctx, w.tx, `SELECT `+postgres.TaskColumns+` FROM task t WHERE run_id = $1 AND suspended AND `+postgres.TaskOpen, w.step.Run)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if err := t.FindHour(w.ctx, w.tx); err != nil {
			return err
		}
		clock := w.days().Resumed(t)
		w.queue(`UPDATE task SET suspended = false, stood_at = NULL, remind_at = $2, escalate_at = $3, clock_from = $4, begun_at = $5 WHERE id = $1`,
			t.ID, clock.Remind, clock.Escalate, clock.From, clock.Begun)
	}
	type frozen struct {
		Point string     `db:"step"`
		Code  string     `db:"code"`
		Stood *time.Time `db:"stood_at"`
		Due   *time.Time `db:"stood_due"` // as it was when it began to stand still; nil: begun meanwhile
	}
	waits, err := postgres.Many[frozen](w.ctx, w.tx, `SELECT step, code, stood_at, stood_due FROM wait WHERE run_id = $1 AND due_at IS NULL`, w.step.Run)
	if err != nil {
		return err
	}
	for _, wait := range waits {
		due := w.policy.Due(wait.Code, w.step.At)
		if wait.Due != nil && wait.Stood != nil {
			deadline, _ := w.policy.Deadline(wait.Code)
			due = *terms.Resumed(w.policy.Calendar, deadline.Duration.Unit, wait.Due, *wait.Stood, w.step.At)
		}
		w.waits.set = append(w.waits.set, care.OpenPoint{Point: wait.Point, Kind: care.OpenWait, Due: &due})
		w.queue(`UPDATE wait SET set_at = $3, due_at = $4, stood_at = NULL, stood_due = NULL WHERE run_id = $1 AND step = $2`, w.step.Run, wait.Point, w.step.At, due)
	}
	if w.run.Kind == care.RunCase {
		w.queue(`UPDATE case_file SET suspended_at = NULL, suspended_until = NULL WHERE id = $1`, w.caseID())
		if op := w.step.Entry.Answer.Operation; op == care.OpResume || op == care.OpClock {
			w.moment("resumed", "")
		}
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
