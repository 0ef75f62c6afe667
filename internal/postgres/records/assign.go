package records

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/deferred"
)

// Assign works at once what assigns work, records a contact, or says how an
// action of the plan comes along: such commands are plain transactions, since
// they do not move a path.
func (r commands) Assign(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	cmd, err := r.once(ctx, s, c, nil, func(tx postgres.Tx, id string) (ledger.Command, error) {
		switch c.Operation {
		case care.OpContact:
			return r.contact(ctx, tx, s, c, id)
		case care.OpProgress:
			return r.progress(ctx, tx, s, c, id)
		case care.OpRetryEntry, care.OpRefuseEntry:
			return r.mend(ctx, tx, s, c, id)
		default:
			return r.assign(ctx, tx, s, c, id)
		}
	})
	if err == nil && cmd.Refusal != nil {
		return cmd, cmd.Refusal
	}
	return cmd, err
}

// settle stores a command that was worked at once, or refused.
func (r commands) settle(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id, caseID string, refusal *care.Refusal) (ledger.Command, error) {
	state := ledger.CommandWorked
	if refusal != nil {
		state = ledger.CommandRefused
	}
	cmd, err := insert(ctx, tx, s, c, id, caseID, state, refusal)
	if err != nil || refusal != nil {
		return cmd, err
	}
	if _, err = tx.Exec(ctx, `SELECT note_act($1, nullif($2, '')::uuid)`, c.Operation, caseID); err != nil || caseID == "" || len(c.Data) == 0 {
		return cmd, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO record (id, case_id, run_id, zone, agency, kind, data, by_staff, created_at)
		SELECT $1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9 WHERE $7::jsonb <> '{}'`,
		id, caseID, c.Run, s.Zone, s.Agency, c.Operation, postgres.OrNull(c.Data), s.ID, r.Clock())
	return cmd, err
}

// mend refuses an entry that cannot be worked, or has it tried again now.
func (r commands) mend(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	e, err := deferred.Mend(ctx, tx, c.Target, c.Operation == care.OpRefuseEntry)
	if err != nil {
		return ledger.Command{}, err
	}
	if c.Run = e.Run; e.CaseID != "" {
		if err := tellMoment(ctx, tx, s, id, e.CaseID, e.Run, r.Clock(), "entry_mended", string(c.Operation)); err != nil {
			return ledger.Command{}, err
		}
	}
	return r.settle(ctx, tx, s, c, id, e.CaseID, nil)
}

// assign changes who does a task, or by when.
func (r commands) assign(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	set, err := r.rules.Current(ctx, tx, s.Zone)
	if err != nil {
		return ledger.Command{}, err
	}
	a := assignment{ctx: ctx, tx: tx, staff: s, policy: set, now: r.Clock(), id: id}
	refusal, err := a.work(c)
	if err != nil {
		return ledger.Command{}, err
	}
	c.Run = a.task.Run
	return r.settle(ctx, tx, s, c, id, a.task.CaseID, refusal)
}

// contact records a contact at the desk.
func (r commands) contact(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	form, err := catalogue.Contact.Decode(c.Data)
	if err != nil {
		return ledger.Command{}, &ledger.Fault{Place: "a contact whose form does not read"}
	}
	_, err = tx.Exec(ctx, `INSERT INTO contact (id, zone, agency, topic, language, channel, citizenship, outcome, note, at, by_staff)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, s.Zone, s.Agency, form.Topic, form.Language, form.Channel, form.Citizenship, form.Outcome, form.Note, r.Clock(), s.ID)
	if err != nil {
		return ledger.Command{}, err
	}
	return r.settle(ctx, tx, s, c, id, "", nil)
}

// assignment is one change of who does a task, or by when.
type assignment struct {
	ctx    context.Context
	tx     postgres.Tx
	staff  care.Staff
	policy *postgres.Ruleset
	now    time.Time
	id     string // of the command
	task   assignedTask
}

type assignedTask struct {
	postgres.TaskRow
	CaseID string `db:"case_id"`
}

// work changes the task, or says why not.
func (a *assignment) work(c ledger.NewCommand) (*care.Refusal, error) {
	if !care.IsID(c.Target) {
		return nil, ledger.ErrNotFound
	}
	var err error
	a.task, err = postgres.One[assignedTask](a.ctx, a.tx, `SELECT `+postgres.TaskColumns+`, t.case_id::text FROM task t WHERE id = $1`, c.Target)
	if err != nil {
		return nil, missing(err)
	}
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

func (a *assignment) claim() (*care.Refusal, error) {
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
func (a *assignment) keepsClocks() bool { return a.task.Kind == care.PermitRenewal }

func (a *assignment) release() (*care.Refusal, error) {
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
func (a *assignment) reassign(role care.Role) (*care.Refusal, error) {
	const change = `state = 'ready', holder = NULL, reserved_at = NULL, role = $2, agency = $3`
	if a.keepsClocks() {
		return nil, a.set("task_reassigned", change, role, a.policy.RoleAgency(role))
	}
	remind, escalate := a.policy.Claim(a.task.Kind, a.now)
	return nil, a.set("task_reassigned", change+`, remind_at = $4, escalate_at = $5, reminded = false, escalated = false`,
		role, a.policy.RoleAgency(role), remind, escalate)
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
	postgres.QueueMail(batch, a.id, a.task.Run, a.task.CaseID, a.staff.Zone, "reminder", a.task.ID, a.now, a.task.Holder, a.task.Role, a.task.Agency)
	return nil, a.tx.SendBatch(a.ctx, batch).Close()
}

// set changes the task's row and tells the timeline. A clock that now comes
// earlier than the run knows wakes it; those of a suspended task stand still
// and are computed anew when its case goes on.
func (a *assignment) set(moment, change string, args ...any) error {
	var next *time.Time
	err := a.tx.QueryRow(a.ctx, `UPDATE task SET `+change+` WHERE id = $1 RETURNING next_at`, append([]any{a.task.ID}, args...)...).Scan(&next)
	if err != nil {
		return err
	}
	err = tellMoment(a.ctx, a.tx, a.staff, a.id, a.task.CaseID, a.task.Run, a.now, moment, string(a.task.Kind))
	if err != nil || next == nil {
		return err
	}
	_, err = a.tx.Exec(a.ctx, `SELECT rearm($1, $2, $3)`, a.task.Run, *next, a.now)
	return err
}

// tellMoment writes a line of the case's timeline for what a member of staff did at once by a command.
func tellMoment(ctx context.Context, tx postgres.Tx, s care.Staff, command, caseID, run string, at time.Time, code, detail string) error {
	_, err := tx.Exec(ctx, `INSERT INTO timeline (case_id, run_id, zone, at, code, detail, command_id, by_staff) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		caseID, run, s.Zone, at, code, detail, command, s.ID)
	return err
}
