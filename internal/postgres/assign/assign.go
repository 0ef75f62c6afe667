// Package assign changes who does a task, or by when, for the member of staff who
// asks.
package assign

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/terms"
	"percorso/internal/told"
)

// Assignment is one change of who does a task, or by when, in a transaction of the
// API.
type Assignment struct {
	Run    string // of the task, once it was found
	CaseID string
	Result json.RawMessage // what was done

	ctx    context.Context
	tx     postgres.Tx
	staff  care.Staff
	policy *postgres.Ruleset
	now    time.Time
	id     string // of the command
	task   assignedTask
	done   ledger.Assigned
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
	if err := a.task.FindHour(a.ctx, a.tx); err != nil {
		return nil, err
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
	faults, err := catalogue.Check(c.Operation, c.Data, catalogue.Around{Policy: a.policy.Policy, Now: a.policy.There(a.now), Calendar: a.policy.Calendar})
	if err != nil || len(faults) > 0 {
		return care.Refuse(faults...), err
	}
	if form.Stamp != "" && form.Stamp != a.task.Stamp {
		return a.changed(), nil
	}
	switch c.Operation {
	case care.OpClaim:
		return a.claim()
	case care.OpRelease:
		return a.release()
	case care.OpReassign:
		return a.pass(form)
	case care.OpExtend:
		return a.extend(*form.Until, form.Note)
	default:
		return a.remind()
	}
}

func (a *Assignment) claim() (*care.Refusal, error) {
	task := a.task.Actors()
	switch {
	case task.HolderID == a.staff.ID:
		return nil, nil
	case a.task.Kind == care.ReferralAnswer && a.task.State == care.TaskReady && a.mine(): // a referral is acknowledged, which moves it
		return &care.Refusal{Code: care.RefusedNotAwaited}, nil
	case !task.Claimable(a.staff):
		if a.task.State == care.TaskReserved {
			return a.task.HeldBy(a.staff), nil
		}
		return &care.Refusal{Code: care.RefusedForbidden, Role: a.task.Role}, nil
	}
	if refusal, err := a.oneSeat(a.staff.ID, ""); err != nil || refusal != nil {
		return refusal, err
	}
	if a.task.Holder != nil { // who has left
		a.done.To = &ledger.Hands{Staff: a.staff.ID}
	}
	return nil, a.set("task_claimed", a.policy.Terms(a.task.Kind).Claimed(a.task.Clock(), a.now),
		`state = 'reserved', holder = $8, reserved_at = $9`, a.staff.ID, a.now)
}

func (a *Assignment) release() (*care.Refusal, error) {
	if !a.task.Actors().Releasable(a.staff) {
		return a.task.HeldBy(a.staff), nil
	}
	// A task of another role that was kept for its holder, as the opinion of who took a
	// seat in somebody's place, would be out of their reach: they complete it, or the
	// supervisor gives it to that role.
	own := a.task.Agency == a.staff.Agency && a.task.Role == a.staff.Role
	if !own && a.staff.Role != care.Supervisor {
		return &care.Refusal{Code: care.RefusedForbidden, Role: a.task.Role}, nil
	}
	if a.task.Holder != nil && *a.task.Holder != a.staff.ID {
		a.done.To = &ledger.Hands{Role: a.task.Role}
	}
	return nil, a.set("task_released", a.released(), `state = 'ready', holder = NULL, reserved_at = NULL`)
}

// released is the task's clock once nobody holds it.
func (a *Assignment) released() terms.Clock {
	return a.policy.Terms(a.task.Kind).Released(a.task.Clock(), a.now)
}

// extend gives more time.
func (a *Assignment) extend(until time.Time, reason string) (*care.Refusal, error) {
	until = terms.Rolled(a.policy.Calendar, until, a.policy.There(a.now))
	extension := terms.Extension{Kind: a.task.Kind, Until: until, Now: a.policy.There(a.now), Term: a.task.EscalateAt, Set: a.task.Clock().Set != nil, Reason: strings.TrimSpace(reason) != ""}
	if d, ok := a.policy.Deadline(care.DeadlineExtension); ok {
		extension.Freely = d.Duration
	}
	// A permit whose renewal was asked for does not end on its last day.
	err := a.tx.QueryRow(a.ctx, `SELECT permit_expiry FROM person WHERE case_id = $1 AND receipt_on IS NULL`, a.task.CaseID).Scan(&extension.PermitEnds)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}
	if faults := extension.Faults(a.policy.Calendar); len(faults) > 0 {
		return care.Refuse(faults...), nil
	}
	a.done.To = &ledger.Hands{Until: &until}
	return nil, a.set("task_extended", a.policy.Terms(a.task.Kind).Extended(a.task.Clock(), until, a.now), `term_set = $8`, until)
}

// remind reminds who should act, now: a partner that answers by a link gets a new one,
// once a day. Where nobody can be reached, the caller and the timeline are told so.
func (a *Assignment) remind() (*care.Refusal, error) {
	if partner, err := a.partner(); err != nil || partner {
		if err != nil {
			return nil, err
		}
		return a.remindPartner()
	}
	reached, err := postgres.Reaches(a.ctx, a.tx, a.now, a.task.Zone, a.task.ID, a.task.Holder, a.task.Role, a.task.Agency)
	if err != nil {
		return nil, err
	}
	var today bool
	if err := a.tx.QueryRow(a.ctx, `SELECT reminded_today($1, $2, $3)`, a.task.ID, a.task.Holder, a.now).Scan(&today); err != nil {
		return nil, err
	}
	if reached && today {
		return &care.Refusal{Code: told.Today, Role: a.task.Role}, nil
	}
	batch := &pgx.Batch{}
	postgres.QueueMail(batch, a.id, a.task.Run, a.task.CaseID, a.staff.Zone, "reminder", a.task.ID, a.now, a.task.Holder, a.task.Role, a.task.Agency)
	if err := a.tx.SendBatch(a.ctx, batch).Close(); err != nil {
		return nil, err
	}
	var away *postgres.Away
	if a.task.Holder != nil && !a.task.Actors().Seat() {
		if away, err = postgres.OneOrNone[postgres.Away](a.ctx, a.tx, postgres.SelectAway, a.task.ID, a.now); err != nil {
			return nil, err
		}
	}
	switch {
	case !reached:
		return a.unreached()
	case away != nil && away.Substitute != nil:
		a.done = ledger.Assigned{Reached: told.Holder, To: &ledger.Hands{Staff: *away.Substitute}}
	case a.task.Holder != nil && away == nil:
		a.done = ledger.Assigned{Reached: told.Holder, To: &ledger.Hands{Staff: *a.task.Holder}}
	default:
		a.done = ledger.Assigned{Reached: told.Role, To: &ledger.Hands{Role: a.task.Role}}
	}
	return nil, a.set("reminder_sent", a.task.Clock(), `reminders = reminders + 1`)
}

// partner says whether the task is a question to a partner that answers by a link.
func (a *Assignment) partner() (bool, error) {
	_, to, err := a.task.AskedOf(a.ctx, a.tx)
	_, ok := a.policy.PartnerByLink(to)
	return ok, err
}

func (a *Assignment) remindPartner() (*care.Refusal, error) {
	until := a.policy.Due(care.DeadlinePartnerLink, a.now)
	if a.task.EscalateAt != nil && a.task.EscalateAt.After(until) {
		until = *a.task.EscalateAt
	}
	var sent string
	err := a.tx.QueryRow(a.ctx, `SELECT remind_by_link($1, $2, $3, $4)`, a.task.ID, a.policy.There(a.now).Format(time.DateOnly), a.now, until).Scan(&sent)
	switch {
	case err != nil:
		return nil, err
	case sent == "today":
		return &care.Refusal{Code: told.Today}, nil
	case sent != "sent":
		return a.unreached()
	}
	a.done.Reached = told.Partner
	return nil, a.set("reminder_sent", a.task.Clock(), `reminders = reminders + 1`)
}

func (a *Assignment) unreached() (*care.Refusal, error) {
	err := postgres.TellMoment(a.ctx, a.tx, a.staff, a.id, a.task.CaseID, a.task.Run, a.now, "reminder_unsent", string(a.task.Kind))
	return &care.Refusal{Code: told.Nobody}, err
}

// tellChange has the record say in whose hands the task was, or until when.
func (a *Assignment) tellChange() {
	switch {
	case a.done.To == nil || a.done.Reached != "":
	case a.done.To.Until != nil:
		a.done.From = &ledger.Hands{Until: a.task.EscalateAt}
	case a.task.Holder != nil:
		a.done.From = &ledger.Hands{Staff: *a.task.Holder}
	default:
		a.done.From = &ledger.Hands{Role: a.task.Role}
	}
	if a.done != (ledger.Assigned{}) {
		a.Result = a.done.JSON()
	}
}

// set changes the task's row and its clock, and tells the timeline; the change counts
// its arguments from $8. A clock that now comes earlier than the run knows wakes it;
// those of a suspended task stand still, and go on with its case.
func (a *Assignment) set(moment string, c terms.Clock, change string, args ...any) error {
	if a.task.Kind == care.PermitRenewal && moment != "task_extended" {
		c = a.task.Clock() // runs towards a day that is fixed, whoever holds the task
	}
	a.tellChange()
	var next *time.Time
	err := a.tx.QueryRow(a.ctx, `UPDATE task SET begun_at = $2, remind_at = $3, escalate_at = $4, reminded = $5, escalated = $6,
			late_since = CASE WHEN escalate_at < $7 THEN coalesce(late_since, escalate_at) ELSE late_since END, `+change+` WHERE id = $1 RETURNING next_at`,
		append([]any{a.task.ID, c.Begun, c.Remind, c.Escalate, c.Reminded, c.Escalated, a.now}, args...)...).Scan(&next)
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
