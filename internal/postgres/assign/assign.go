// Package assign changes who does a task, or by when, for the member of staff who
// asks.
package assign

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Assignment is one change of who does a task, or by when, in a transaction of the
// API.
type Assignment struct {
	Run    string // of the task, once it was found
	CaseID string

	ctx    context.Context
	tx     postgres.Tx
	staff  care.Staff
	policy *postgres.Ruleset
	now    time.Time
	id     string // of the command
	task   assignedTask
}

// New is a change that a command with an id asks for, by the rules of the zone.
func New(ctx context.Context, tx postgres.Tx, s care.Staff, policy *postgres.Ruleset, now time.Time, id string) *Assignment {
	return &Assignment{ctx: ctx, tx: tx, staff: s, policy: policy, now: now, id: id}
}

type assignedTask struct {
	postgres.TaskRow
	CaseID string `db:"case_id"`
}

// Work changes the task, or says why not.
func (a *Assignment) Work(c ledger.NewCommand) (*care.Refusal, error) {
	if !care.IsID(c.Target) {
		return nil, ledger.ErrNotFound
	}
	var err error
	a.task, err = postgres.One[assignedTask](a.ctx, a.tx, `SELECT `+postgres.TaskColumns+`, t.case_id::text FROM task t WHERE id = $1`, c.Target)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ledger.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	a.Run, a.CaseID = a.task.Run, a.task.CaseID
	// Only who may assign the task may lock it; anybody else is refused by role.
	locked, err := postgres.One[assignedTask](a.ctx, a.tx, `SELECT `+postgres.TaskColumns+`, t.case_id::text FROM task t WHERE id = $1 FOR UPDATE OF t`, c.Target)
	if errors.Is(err, pgx.ErrNoRows) {
		return &care.Refusal{Code: care.RefusedForbidden, Role: a.task.Role}, nil
	}
	if err != nil {
		return nil, err
	}
	a.task = locked
	if !a.task.State.Open() {
		return &care.Refusal{Code: care.RefusedNotAwaited}, nil
	}
	// Asked in a statement of its own: what was accepted while this one waited for the lock counts.
	var answered bool
	if err := a.tx.QueryRow(a.ctx, `SELECT answer_on_its_way($1)`, a.task.ID).Scan(&answered); err != nil {
		return nil, err
	}
	if answered {
		return &care.Refusal{Code: care.RefusedInFlight}, nil
	}
	form, err := catalogue.Reassign.Decode(c.Data)
	if err != nil {
		return nil, &ledger.Fault{Place: "a repair whose form does not read"}
	}
	faults, err := catalogue.Check(c.Operation, c.Data, catalogue.Around{Policy: a.policy.Policy, Now: a.policy.There(a.now)})
	if err != nil || len(faults) > 0 {
		return care.Refuse(faults...), err
	}
	switch c.Operation {
	case care.OpClaim:
		return a.claim()
	case care.OpRelease:
		return a.release()
	case care.OpReassign:
		return a.reassign(form.Role)
	case care.OpExtend:
		return a.extend(*form.Until)
	default:
		return a.remind()
	}
}

func (a *Assignment) claim() (*care.Refusal, error) {
	mine := a.task.Role == a.staff.Role && a.task.Agency == a.staff.Agency || a.staff.Role == care.Supervisor
	switch {
	case a.task.Holder != nil && *a.task.Holder == a.staff.ID:
		return nil, nil
	case a.task.State == care.TaskReserved:
		return a.task.HeldBy(a.staff.ID), nil
	case !mine:
		return &care.Refusal{Code: care.RefusedForbidden, Role: a.task.Role}, nil
	case a.task.Kind == care.ReferralAnswer: // a referral is acknowledged, which moves it
		return &care.Refusal{Code: care.RefusedNotAwaited}, nil
	}
	from := a.now
	if a.task.ClockFrom.After(from) {
		from = a.task.ClockFrom
	}
	const change = `state = 'reserved', holder = $2, reserved_at = $3`
	if a.keepsClocks() {
		return nil, a.set("task_claimed", change, a.staff.ID, a.now)
	}
	remind, escalate := a.policy.Complete(a.task.Kind, from)
	return nil, a.set("task_claimed", change+`, remind_at = $4, escalate_at = $5, reminded = false, escalated = false`,
		a.staff.ID, a.now, remind, escalate)
}

// keepsClocks says whether the task's clocks run towards a day that is fixed,
// whoever holds it: a permit expires when it does.
func (a *Assignment) keepsClocks() bool { return a.task.Kind == care.PermitRenewal }

func (a *Assignment) release() (*care.Refusal, error) {
	if refusal := a.task.HeldBy(a.staff.ID); refusal != nil {
		return refusal, nil
	}
	const change = `state = 'ready', holder = NULL, reserved_at = NULL`
	if a.keepsClocks() {
		return nil, a.set("task_released", change)
	}
	remind, escalate := a.policy.Claim(a.task.Kind, a.now)
	return nil, a.set("task_released", change+`, remind_at = $2, escalate_at = $3, reminded = false, escalated = false`, remind, escalate)
}

// reassign gives the task to another role, whose clocks begin anew.
func (a *Assignment) reassign(role care.Role) (*care.Refusal, error) {
	const change = `state = 'ready', holder = NULL, reserved_at = NULL, role = $2, agency = $3`
	if a.keepsClocks() {
		return nil, a.set("task_reassigned", change, role, a.policy.RoleAgency(role))
	}
	remind, escalate := a.policy.Claim(a.task.Kind, a.now)
	return nil, a.set("task_reassigned", change+`, remind_at = $4, escalate_at = $5, reminded = false, escalated = false`,
		role, a.policy.RoleAgency(role), remind, escalate)
}

// extend gives more time: half of it until a reminder.
func (a *Assignment) extend(until time.Time) (*care.Refusal, error) {
	remind := a.now.Add(until.Sub(a.now) / 2)
	return nil, a.set("task_extended", `remind_at = $2, escalate_at = $3, reminded = false, escalated = false`, remind, until)
}

// remind reminds who should act, now.
func (a *Assignment) remind() (*care.Refusal, error) {
	if err := a.set("reminder_sent", `reminders = reminders + 1`); err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	postgres.QueueMail(batch, a.id, a.task.Run, a.task.CaseID, a.staff.Zone, "reminder", a.task.ID, a.now, a.task.Holder, a.task.Role, a.task.Agency)
	return nil, a.tx.SendBatch(a.ctx, batch).Close()
}

// set changes the task's row and tells the timeline. A clock that now comes
// earlier than the run knows wakes it; those of a suspended task stand still
// and are computed anew when its case goes on.
func (a *Assignment) set(moment, change string, args ...any) error {
	var next *time.Time
	err := a.tx.QueryRow(a.ctx, `UPDATE task SET `+change+` WHERE id = $1 RETURNING next_at`, append([]any{a.task.ID}, args...)...).Scan(&next)
	if err != nil {
		return err
	}
	err = postgres.TellMoment(a.ctx, a.tx, a.staff, a.id, a.task.CaseID, a.task.Run, a.now, moment, string(a.task.Kind))
	if err != nil || next == nil {
		return err
	}
	_, err = a.tx.Exec(a.ctx, `SELECT rearm($1, $2, $3)`, a.task.Run, *next, a.now)
	return err
}
