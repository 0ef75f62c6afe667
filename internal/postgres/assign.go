package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/store"
)

// Assign works at once what assigns work, or records a contact: such commands
// are plain transactions, since they do not move a path.
func (r *Records) Assign(ctx context.Context, s care.Staff, c store.NewCommand) (cmd store.Command, err error) {
	if !s.Role.MayAsk(c.Operation) {
		return cmd, store.ErrForbidden
	}
	err = r.within(ctx, s, func(tx querier) error {
		cmd, err = r.earlier(ctx, tx, s, c)
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if c.Operation == care.OpContact {
			cmd, err = r.contact(ctx, tx, s, c, id.String())
			return err
		}
		set, err := r.rules.current(ctx, tx, s.Zone)
		if err != nil {
			return err
		}
		a := assignment{ctx: ctx, tx: tx, staff: s, policy: set, now: time.Now(), id: id.String()}
		refusal, err := a.work(c)
		if err != nil {
			return err
		}
		state := store.CommandWorked
		if refusal != nil {
			state = store.CommandRefused
		}
		c.Run = a.task.Run
		cmd, err = r.insert(ctx, tx, s, c, id.String(), a.task.CaseID, state, refusal)
		if err != nil || refusal != nil {
			return err
		}
		return r.audit(ctx, tx, s, string(c.Operation), a.task.CaseID)
	})
	if err == nil && cmd.Refusal != nil {
		return cmd, cmd.Refusal
	}
	return cmd, err
}

// contact records a contact at the desk.
func (r *Records) contact(ctx context.Context, tx querier, s care.Staff, c store.NewCommand, id string) (store.Command, error) {
	form, ok := c.Data.(store.NewContact)
	if !ok {
		return store.Command{}, errors.New("a contact without its form")
	}
	_, err := tx.Exec(ctx, `INSERT INTO contact (id, zone, agency, topic, language, channel, citizenship, outcome, note, at, by_staff)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now(), $10)`,
		id, s.Zone, s.Agency, form.Topic, form.Language, form.Channel, form.Citizenship, form.Outcome, form.Note, s.ID)
	if err != nil {
		return store.Command{}, err
	}
	if err := r.audit(ctx, tx, s, string(c.Operation), ""); err != nil {
		return store.Command{}, err
	}
	return r.insert(ctx, tx, s, c, id, "", store.CommandWorked, nil)
}

// assignment is one change of who does a task, or by when.
type assignment struct {
	ctx    context.Context
	tx     querier
	staff  care.Staff
	policy *ruleset
	now    time.Time
	id     string // of the command
	task   assignedTask
}

type assignedTask struct {
	taskRow
	CaseID string `db:"case_id"`
}

// work changes the task, or says why not.
func (a *assignment) work(c store.NewCommand) (*care.Refusal, error) {
	if uuid.Validate(c.Target) != nil {
		return nil, store.ErrNotFound
	}
	var err error
	a.task, err = one[assignedTask](a.ctx, a.tx, `SELECT `+taskColumns+`, t.case_id::text FROM task t WHERE id = $1`, c.Target)
	if err != nil {
		return nil, missing(err)
	}
	// Only who may assign the task may lock it; anybody else is refused by role.
	locked, err := one[assignedTask](a.ctx, a.tx, `SELECT `+taskColumns+`, t.case_id::text FROM task t WHERE id = $1 FOR UPDATE OF t`, c.Target)
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
	form, _ := c.Data.(care.Assignment)
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

func (a *assignment) claim() (*care.Refusal, error) {
	mine := a.task.Role == a.staff.Role && a.task.Agency == a.staff.Agency || a.staff.Role == care.Supervisor
	switch {
	case a.task.Holder != nil && *a.task.Holder == a.staff.ID:
		return nil, nil
	case a.task.State == care.TaskReserved:
		return a.task.heldBy(a.staff.ID), nil
	case !mine:
		return &care.Refusal{Code: care.RefusedForbidden, Role: a.task.Role}, nil
	case a.task.Kind == care.ReferralAnswer: // a referral is acknowledged, which moves it
		return &care.Refusal{Code: care.RefusedNotAwaited}, nil
	}
	from := a.now
	if a.task.ClockFrom.After(from) {
		from = a.task.ClockFrom
	}
	remind, escalate := a.policy.complete(a.task.Kind, from)
	return nil, a.set("task_claimed", `state = 'reserved', holder = $2, reserved_at = $3, remind_at = $4, escalate_at = $5,
		reminded = false, escalated = false`, a.staff.ID, a.now, remind, escalate)
}

func (a *assignment) release() (*care.Refusal, error) {
	if refusal := a.task.heldBy(a.staff.ID); refusal != nil {
		return refusal, nil
	}
	remind, escalate := a.policy.claim(a.task.Kind, a.now)
	return nil, a.set("task_released", `state = 'ready', holder = NULL, reserved_at = NULL, remind_at = $2, escalate_at = $3,
		reminded = false, escalated = false`, remind, escalate)
}

// reassign gives the task to another role, whose clocks begin anew.
func (a *assignment) reassign(role care.Role) (*care.Refusal, error) {
	remind, escalate := a.policy.claim(a.task.Kind, a.now)
	return nil, a.set("task_reassigned", `state = 'ready', holder = NULL, reserved_at = NULL, role = $2, agency = $3,
		remind_at = $4, escalate_at = $5, reminded = false, escalated = false`, role, a.policy.RoleAgency(role), remind, escalate)
}

// extend gives more time: half of it until a reminder.
func (a *assignment) extend(until time.Time) (*care.Refusal, error) {
	remind := a.now.Add(until.Sub(a.now) / 2)
	return nil, a.set("task_extended", `remind_at = $2, escalate_at = $3, reminded = false, escalated = false`, remind, until)
}

// remind reminds who should act, now.
func (a *assignment) remind() (*care.Refusal, error) {
	if err := a.set("reminder_sent", `reminders = reminders + 1`); err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	queueMail(batch, a.id, a.task.Run, a.task.CaseID, a.staff.Zone, "reminder", a.task.ID, a.now, a.task.Holder, a.task.Role, a.task.Agency)
	return nil, a.tx.SendBatch(a.ctx, batch).Close()
}

// set changes the task's row and tells the timeline. A clock that now comes
// earlier than the run knows wakes it.
func (a *assignment) set(moment, change string, args ...any) error {
	var next *time.Time
	err := a.tx.QueryRow(a.ctx, `UPDATE task SET `+change+` WHERE id = $1 RETURNING next_at`, append([]any{a.task.ID}, args...)...).Scan(&next)
	if err != nil {
		return err
	}
	_, err = a.tx.Exec(a.ctx, `INSERT INTO timeline (case_id, run_id, zone, at, code, detail, by_staff) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a.task.CaseID, a.task.Run, a.staff.Zone, a.now, moment, a.task.Kind, a.staff.ID)
	if err != nil || next == nil {
		return err
	}
	_, err = a.tx.Exec(a.ctx, `SELECT rearm($1, $2)`, a.task.Run, *next)
	return err
}
