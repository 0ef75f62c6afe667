package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/terms"
)

// TaskRow is a task as it is locked by whoever changes it.
type TaskRow struct {
	ID         string         `db:"id"`
	Run        string         `db:"run_id"`
	Zone       string         `db:"zone"` // whose staff do it
	Kind       care.TaskKind  `db:"kind"`
	State      care.TaskState `db:"state"`
	Role       care.Role      `db:"role"`
	Agency     string         `db:"agency"`
	Holder     *string        `db:"holder"`
	HolderRole *care.Role     `db:"holder_role"`
	Proposer   *string        `db:"proposer"` // identity of who proposed the closure that it is to approve
	ClockFrom  time.Time      `db:"clock_from"`
	Begun      *time.Time     `db:"begun_at"` // when somebody first claimed it
	TermSet    *time.Time     `db:"term_set"` // by hand
	Stood      *time.Time     `db:"stood_at"` // since when its clocks stand still
	RemindAt   *time.Time     `db:"remind_at"`
	EscalateAt *time.Time     `db:"escalate_at"`
	AlarmAt    *time.Time     `db:"alarm_at"` // besides its clock: of a permit's last day, or last alarm
	Reminded   bool           `db:"reminded"`
	Escalated  bool           `db:"escalated"`
	Gone       bool           `db:"holder_gone"`
	Stamp      string         `db:"stamp"`

	Expected *time.Time `db:"-"` // where FindHour asked: when the person is, of an appointment that nobody has confirmed yet
	Away     *Away      `db:"-"` // where that was asked; nil: who holds it is there
}

// Away is until when who holds a task is away, and who works it meanwhile by name.
type Away struct {
	Last       time.Time `db:"last_day"`
	Substitute *string   `db:"substitute"`
}

// SelectAway finds it of a task that is locked, at a time: of an earlier moment than the lock
// it could say what is no longer so.
const SelectAway = `SELECT last_day, substitute::text FROM holder_away($1, $2)`

// TaskColumns are its columns, of a table called t.
const TaskColumns = `t.id::text, t.run_id, t.zone, t.kind, t.state, t.role, t.agency, t.holder::text, identity_of(t.proposed_by) AS proposer,
	(SELECT role FROM staff WHERE staff.id = t.holder) AS holder_role, t.clock_from, coalesce(t.begun_at, t.reserved_at) AS begun_at, t.term_set, t.stood_at, t.remind_at, t.escalate_at, t.alarm_at, t.reminded, t.escalated,
	` + HolderGone + ` AS holder_gone, ` + TaskStamp + ` AS stamp`

// HolderGone says of a task called t whether who holds it has left, or works for
// another agency now. The supervisor holds tasks of every agency of the zone.
const HolderGone = `(t.state = 'reserved' AND NOT EXISTS (SELECT FROM staff h WHERE h.id = t.holder AND h.active
	AND h.zone = t.zone AND (h.agency = t.agency OR h.role = 'supervisor')))`

// TaskStamp tells a task called t from what it was before somebody changed who does
// it, or by when.
const TaskStamp = `md5(concat_ws(' ', t.state, t.role, t.agency, t.holder, extract(epoch FROM t.escalate_at), t.suspended))`

// Actors is the task as far as it says who may act.
func (t *TaskRow) Actors() actors.Task {
	task := actors.Task{Kind: t.Kind, State: t.State, Role: t.Role, Agency: t.Agency, HolderGone: t.Gone}
	if t.Holder != nil {
		task.HolderID = *t.Holder
	}
	if t.Proposer != nil {
		task.Proposer = *t.Proposer
	}
	if t.Away != nil {
		task.Away = true
		if t.Away.Substitute != nil {
			task.Substitute = *t.Away.Substitute
		}
	}
	return task
}

// Clock is how the task's clocks stand.
func (t *TaskRow) Clock() terms.Clock {
	return terms.Clock{
		From: t.ClockFrom, Expected: t.Expected, Begun: t.Begun, Set: t.TermSet, Remind: t.RemindAt, Escalate: t.EscalateAt, Reminded: t.Reminded, Escalated: t.Escalated,
	}
}

// FindHour finds the hour of the appointment that the task is to confirm, where that is what
// it does; of one that was missed, and whose next hour nobody has said yet, there is none.
func (t *TaskRow) FindHour(ctx context.Context, tx Tx) error {
	if t.Kind != care.ConfirmAppointment {
		return nil
	}
	return tx.QueryRow(ctx, `SELECT max(a.at) FROM task t JOIN appointment a ON a.run_id = t.run_id AND a.state = 'booked' AND a.at > t.ready_at WHERE t.id = $1`, t.ID).Scan(&t.Expected)
}

// Due says whether one of its clocks has come and was not worked.
func (t *TaskRow) Due(now time.Time) bool {
	came := func(at *time.Time, done bool) bool { return at != nil && !done && !at.After(now) }
	return came(t.RemindAt, t.Reminded) || came(t.EscalateAt, t.Escalated)
}

// AskedOf gives the referral that a task asks its addressee about, and who that is; empty:
// it asks nobody, or the caller does not see the referral.
func (t *TaskRow) AskedOf(ctx context.Context, tx Tx) (referral, agency string, err error) {
	if t.Kind != care.ReferralAnswer && t.Kind != care.ReferralOutcome {
		return "", "", nil
	}
	err = tx.QueryRow(ctx, `SELECT r.id::text, r.to_agency FROM task t JOIN referral r ON r.id = t.referral_id WHERE t.id = $1`, t.ID).Scan(&referral, &agency)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", nil
	}
	return referral, agency, err
}

// HeldBy refuses anybody but the task's holder, and who stands in for them.
func (t *TaskRow) HeldBy(who care.Staff) *care.Refusal {
	if t.Actors().Workable(who) {
		return nil
	}
	if t.HolderRole != nil && t.State == care.TaskReserved {
		return &care.Refusal{Code: care.RefusedTaken, Role: *t.HolderRole}
	}
	return &care.Refusal{Code: care.RefusedNotHeld}
}

// TaskOpen is whether a task is open, asked by its state: the indices by ended_at
// are of all that is open in a zone, and Postgres would rather read the whole of
// one than a run's own tasks.
const TaskOpen = `state IN ('ready', 'reserved')`
