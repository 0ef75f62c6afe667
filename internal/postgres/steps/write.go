package steps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// writer turns one step into records: all its statements go to Postgres in one
// batch, inside the transaction that holds the run's row.
type writer struct {
	ctx    context.Context
	tx     postgres.Tx
	step   ledger.Step
	run    runRow
	entry  commandRow
	about  subject
	policy *postgres.Ruleset
	rules  *postgres.Rules
	batch  pgx.Batch
	waits  []care.OpenPoint
	permit *permit // the person's, once it was asked for
	result ledger.StepResult
}

func (w *writer) queue(sql string, args ...any) { w.batch.Queue(sql, args...) }

// caseID is the opaque id of the case.
func (w *writer) caseID() string { return ledger.BareID(w.step.Case) }

// by is the member of staff who caused the step; nil for a machine.
func (w *writer) by() *string {
	if w.entry.machine() {
		return nil
	}
	return &w.entry.Caller
}

func (w *writer) write() (ledger.StepResult, error) {
	effects := w.step.Effects
	operation := w.step.Entry.Answer.Operation
	if operation == care.OpClock {
		due, err := w.clocks()
		if err != nil {
			return ledger.StepResult{}, err
		}
		if due == 0 && effects.Empty() && !w.waitsClosed() && !w.suspends() && !w.resumes() {
			return w.idle()
		}
	}
	if operation == care.OpOpen && w.run.Kind == care.RunCase && !w.entry.machine() {
		if err := w.openCase(); err != nil {
			return ledger.StepResult{}, err
		}
	}
	if operation == care.OpRenewPolicy || effects.Stage != "" {
		if err := w.renewPolicy(); err != nil {
			return ledger.StepResult{}, err
		}
	}
	w.keepForm()
	for _, work := range []func() error{
		w.beside, w.suspension, w.permitUpdate, w.appointments, w.referrals, w.equipe, w.tasks, w.planChange, w.setWaits, w.messages,
	} {
		if err := work(); err != nil {
			return ledger.StepResult{}, err
		}
	}
	w.mergeAway()
	w.stage(effects)
	if err := w.close(); err != nil {
		return ledger.StepResult{}, err
	}
	w.queue("COMMIT")
	err := w.tx.SendBatch(w.ctx, &w.batch).Close()
	return w.result, err
}

// idle answers a clock that found nothing due: the run arms its timer for what is next.
func (w *writer) idle() (ledger.StepResult, error) {
	w.result = ledger.StepResult{Verdict: ledger.Idle, Revision: w.run.Rev}
	w.queue(`UPDATE command SET state = 'worked', worked_at = $2 WHERE id = $1`, w.step.Entry.ID, w.step.At)
	w.queueNextDue(`UPDATE run SET next_due = ` + nextDue + ` WHERE id = $1 RETURNING next_due`)
	err := w.tx.SendBatch(w.ctx, &w.batch).Close()
	return w.result, err
}

// nextDue is when the next clock of a run falls due; a task that has ended has none.
const nextDue = `(SELECT min(due) FROM (SELECT min(next_at) AS due FROM task WHERE run_id = $1
	UNION ALL SELECT min(due_at) FROM wait WHERE run_id = $1) AS clocks)`

func (w *writer) queueNextDue(sql string, more ...any) {
	w.batch.Queue(sql, append([]any{w.step.Run}, more...)...).QueryRow(func(row pgx.Row) error { return row.Scan(&w.result.NextDue) })
}

// close writes the run's new state and marks the entry worked.
func (w *writer) close() error {
	revision := w.run.Rev + 1
	state := w.step.State.Clone()
	open := make([]string, 0, len(state.Open))
	for i := range state.Open {
		for _, wait := range w.waits {
			if state.Open[i].Point == wait.Point {
				state.Open[i].Due = wait.Due
			}
		}
		open = append(open, state.Open[i].Point)
	}
	w.result = ledger.StepResult{
		Verdict: ledger.Recorded, Revision: revision, Waits: w.waits,
		Result: ledger.Result{Revision: revision},
	}
	if w.waitsClosed() || w.step.Effects.Ending != "" {
		w.queue(`DELETE FROM wait WHERE run_id = $1 AND NOT step = ANY ($2)`, w.step.Run, open)
	}
	if !w.entry.known() { // a clock of the run's own timer was no entry until now
		w.queue(`INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, state, revision, worked_at)
			VALUES ($1, $2, $3, $4, '', $2, '', $5, '', $6, $7, 'worked', $8, $9)`,
			w.step.Entry.ID, w.step.Run, w.caseID(), w.run.Zone, w.step.Entry.ID, w.step.Entry.Answer.Operation, w.step.Entry.Answer,
			revision, w.step.At)
	} else {
		w.queue(`UPDATE command SET state = 'worked', revision = $2, worked_at = $3, case_id = $4 WHERE id = $1`,
			w.step.Entry.ID, revision, w.step.At, w.caseID())
	}
	if !w.entry.machine() {
		w.queue(`SELECT note_step($1)`, w.step.Entry.ID)
	}
	ended := &w.step.At
	if w.step.Effects.Ending == "" {
		ended = nil
	}
	w.queueNextDue(`UPDATE run SET revision = $2, state = $3, policy_version = $4, ended_at = $5, outcome = $6, next_due = `+nextDue+`
		WHERE id = $1 RETURNING next_due`, revision, state, w.policy.Version, ended, w.step.Effects.Ending)
	w.settleShares()
	if handover := w.step.Effects.Handover; handover != nil {
		return w.handover(*handover) // last, since nothing of the case is the zone's then
	}
	return nil
}

// waitsClosed says whether the run waits for fewer times than before the step.
func (w *writer) waitsClosed() bool {
	return slices.ContainsFunc(w.run.State.Open, func(o care.OpenPoint) bool {
		now, open := w.step.State.Opened(o.Point)
		return o.Kind == care.OpenWait && (!open || now.Kind != care.OpenWait)
	})
}

// openCase makes the case file from the desk's form: the person, the number,
// and the grant of the agency that opens it.
func (w *writer) openCase() error {
	form, err := formOf(w, catalogue.Open)
	if err != nil {
		return err
	}
	year := w.step.At.In(w.policy.Calendar.Location()).Year()
	var number int
	if err := w.tx.QueryRow(w.ctx, `SELECT nextval('case_number')`).Scan(&number); err != nil {
		return err
	}
	p := form.Person
	w.permit = &permit{Kind: p.Permit, Expiry: p.PermitExpiry}
	if p.Permit == care.PermitRequested {
		w.permit.Receipt = w.today() // nothing else is known of its day
	}
	w.queue(`INSERT INTO case_file (id, number, zone, agency, stage, needs, notice_version, opened_at, opened_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.caseID(), ledger.CaseNumber(w.run.Zone, year, number), w.run.Zone,
		w.entry.Agency, care.StageFirstLevel, postgres.OrEmpty(form.Needs), form.NoticeVersion, w.step.At, w.entry.Caller)
	w.queue(`INSERT INTO person (id, case_id, given_name, family_name, birth_date, citizenship, permit, permit_expiry, receipt_on, languages, phone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, ledger.DerivedID(w.step.Run, "person"), w.caseID(),
		p.GivenName, p.FamilyName, p.BirthDate, p.Citizenship, p.Permit, p.PermitExpiry, w.permit.Receipt, postgres.OrEmpty(p.Languages), p.Phone)
	w.queue(`INSERT INTO case_grant (case_id, agency, granted_at) VALUES ($1, $2, $3)`, w.caseID(), w.entry.Agency, w.step.At)
	if form.ContactID != "" {
		w.queue(`UPDATE contact SET case_id = $2 WHERE id = $1`, form.ContactID, w.caseID())
	}
	w.moment("case_opened", "")
	return nil
}

// renewPolicy brings the zone's newest deadlines to all open runs of the case: at
// each stage, and when a supervisor asks.
func (w *writer) renewPolicy() error {
	newest, err := w.rules.Current(w.ctx, w.tx, w.run.Zone)
	if err != nil {
		return err
	}
	w.policy = newest
	w.queue(`UPDATE run SET policy_version = $2 WHERE case_id = $1 AND ended_at IS NULL`, w.caseID(), newest.Version)
	return nil
}

// keepForm keeps the form as it was filled in.
func (w *writer) keepForm() {
	if w.entry.machine() || len(w.entry.Data) == 0 {
		return
	}
	kind := string(w.step.Entry.Answer.Operation)
	if w.about.task != nil {
		kind = string(w.about.task.Kind)
	}
	w.queue(`INSERT INTO record (id, case_id, run_id, zone, agency, kind, data, by_staff, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.step.Entry.ID, w.caseID(), w.step.Run, w.run.Zone, w.entry.Agency,
		kind, w.entry.Data, w.entry.Caller, w.step.At)
	if w.about.task != nil && w.about.task.Kind == care.FirstListening {
		w.queue(`UPDATE case_file SET needs = ARRAY (SELECT jsonb_array_elements_text($2::jsonb -> 'needs')) WHERE id = $1`,
			w.caseID(), w.entry.Data)
	}
}

// tasks opens, reserves and ends tasks.
func (w *writer) tasks() error {
	for _, t := range w.step.Effects.Tasks {
		switch t.State {
		case care.TaskReady:
			if err := w.openTask(t); err != nil {
				return err
			}
		case care.TaskReserved:
			w.acknowledged(t)
		default:
			w.endTask(t)
		}
	}
	return nil
}

func (w *writer) openTask(t ledger.TaskChange) error {
	zone, policy, err := w.zoneOf(t)
	if err != nil {
		return err
	}
	role, agency := policy.Performer(t)
	from := w.step.At
	if t.From != nil && t.From.After(from) {
		from = *t.From
	}
	remind, escalate := policy.Claim(t.Kind, from)
	switch {
	case t.Like != "":
		w.openTaskLike(t, role, agency, from)
		return nil
	case t.Kind == care.PermitRenewal:
		if remind, escalate, err = w.permitClocks(remind, escalate); err != nil {
			return err
		}
		w.moment("permit_warning", "")
	case t.Zone != "":
		w.discloseTransfer(zone, agency)
	}
	w.queue(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, service, referral_id, state, ready_at, clock_from, remind_at, escalate_at, suspended)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, '')::uuid, 'ready', $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
		t.ID, w.step.Run, w.caseID(), zone, agency, role, t.Kind, t.Service, t.Referral, w.step.At, from, remind, escalate, w.standsStill(t.Kind))
	if partner, ok := policy.TaskByLink(t); ok {
		w.invite(partner, t.Kind, t.ID, t.Referral)
	}
	return nil
}

// openTaskLike opens a task that is for whoever held an earlier one, if they are
// still at work; else for all of the role.
func (w *writer) openTaskLike(t ledger.TaskChange, role care.Role, agency string, from time.Time) {
	ready, late := w.policy.Claim(t.Kind, from)
	remind, escalate := w.policy.Complete(t.Kind, from)
	w.queue(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, service, referral_id, ready_at, clock_from, suspended,
			state, holder, reserved_at, remind_at, escalate_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, nullif($9, '')::uuid, $10::timestamptz, $11, $12, CASE WHEN h.id IS NULL THEN 'ready' ELSE 'reserved' END, h.id,
			CASE WHEN h.id IS NOT NULL THEN $10 END, CASE WHEN h.id IS NULL THEN $13::timestamptz ELSE $15 END,
			CASE WHEN h.id IS NULL THEN $14::timestamptz ELSE $16 END
		FROM (VALUES (1)) AS once LEFT JOIN staff h ON h.active AND h.id = (SELECT holder FROM task WHERE id = $17) ON CONFLICT DO NOTHING`,
		t.ID, w.step.Run, w.caseID(), w.run.Zone, agency, role, t.Kind, t.Service, t.Referral, w.step.At, from, w.standsStill(t.Kind),
		ready, late, remind, escalate, t.Like)
}

// zoneOf gives whose task it is, and by whose rules: the case's, unless the step says another.
func (w *writer) zoneOf(t ledger.TaskChange) (string, *postgres.Ruleset, error) {
	if t.Zone == "" {
		return w.run.Zone, w.policy, nil
	}
	policy, err := w.rules.Current(w.ctx, w.tx, string(t.Zone))
	return string(t.Zone), policy, err
}

// acknowledged reserves the task to answer a referral for who acknowledged it. A
// partner that did so through a link holds nothing, but has the time to answer.
func (w *writer) acknowledged(t ledger.TaskChange) {
	remind, escalate := w.policy.Complete(w.about.answerKind(), w.step.At)
	w.queue(`UPDATE task SET state = CASE WHEN $2::uuid IS NULL THEN state ELSE 'reserved' END, holder = coalesce($2, holder),
		reserved_at = CASE WHEN $2 IS NULL THEN reserved_at ELSE $3 END, remind_at = $4, escalate_at = $5,
		reminded = false, escalated = false WHERE id = $1 AND `+isOpen, t.ID, w.by(), w.step.At, remind, escalate)
	if w.entry.byLink() && w.about.referral != nil {
		if partner, ok := w.policy.PartnerByLink(w.about.referral.To); ok {
			w.invite(partner, care.ReferralAnswer, t.ID, w.step.Entry.Target)
		}
	}
}

func (w *writer) endTask(t ledger.TaskChange) {
	w.queue(`UPDATE task SET state = $2, outcome = $3, ended_at = $4 WHERE id = $1 AND `+isOpen,
		t.ID, t.State, t.Outcome, w.step.At)
	if t.State == care.TaskCompleted && w.about.task != nil && w.about.task.ID == t.ID {
		detail := string(w.about.task.Kind) + "/" + string(t.Outcome)
		if t.Outcome == care.Closed || t.Outcome == care.ProposeClose {
			detail += "/" + string(w.step.Entry.Answer.Reason) // the closure outcome that is decided or proposed
		}
		w.moment("task_completed", detail)
	}
}

// appointments books appointments and moves them.
func (w *writer) appointments() error {
	for _, a := range w.step.Effects.Appointments {
		if a.Service != "" {
			agency := w.policy.ServiceAgency(string(a.Service))
			w.share(share{run: w.step.Run, zone: w.run.Zone, agency: agency, purpose: forAppointment})
			w.queue(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, matter, state, at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
				a.ID, w.step.Run, w.caseID(), w.run.Zone, agency, a.Service, a.Matter, a.State, a.At)
			w.queue(`UPDATE run SET service = $2, agency = $3 WHERE id = $1`, w.step.Run, a.Service, agency)
		} else {
			w.queue(`UPDATE appointment SET state = $2, at = coalesce($3, at) WHERE id = $1`, a.ID, a.State, orZero(a.At))
		}
		w.moment("appointment_"+string(a.State), "")
	}
	return nil
}

// setWaits fixes when the waits of the path are over.
func (w *writer) setWaits() error {
	for _, wait := range w.step.Effects.Waits {
		if _, open := w.step.State.Opened(wait.Point); !open {
			continue // begun and over in the same step: nothing would ever end its row
		}
		due, err := w.dueOf(wait)
		if err != nil {
			return err
		}
		w.waits = append(w.waits, care.OpenPoint{Point: wait.Point, Kind: care.OpenWait, Due: due})
		if due == nil && wait.Deadline == care.DeadlinePermitWarning { // nothing asks for attention
			w.queue(`DELETE FROM wait WHERE run_id = $1 AND step = $2`, w.step.Run, wait.Point)
			continue
		}
		w.queue(`INSERT INTO wait (run_id, step, case_id, zone, code, set_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (run_id, step) DO UPDATE SET code = excluded.code, set_at = excluded.set_at, due_at = excluded.due_at`,
			w.step.Run, wait.Point, w.caseID(), w.run.Zone, wait.Deadline, w.step.At, due)
	}
	return nil
}

// dueOf says when a wait is over; nil: nobody knows yet.
func (w *writer) dueOf(wait ledger.Wait) (*time.Time, error) {
	switch {
	case wait.Deadline == care.DeadlinePermitWarning:
		return w.permitDue()
	case wait.At != nil:
		return wait.At, nil
	case w.step.State.Suspended != nil:
		return nil, nil
	}
	due := w.policy.Due(wait.Deadline, w.step.At)
	return &due, nil
}

// messages writes entries for other runs, which the relay delivers. An opening
// makes the run as well.
func (w *writer) messages() error {
	branches := beginnings{writer: w}
	for _, m := range w.step.Effects.Tell {
		if m.Answer.Operation == care.OpOpen {
			begun, err := branches.begin(m)
			if err != nil {
				return err
			}
			if !begun {
				continue
			}
		}
		// A run may tell another the same thing again at a later step.
		id := ledger.DerivedID(w.step.Run, fmt.Sprintf("tell %s %s %d", m.Run, m.Answer.Operation, w.step.Revision))
		w.enqueue(id, w.step.Run, m.Run, m.Answer)
	}
	return nil
}

// enqueue writes an entry for a run's inbox, which the relay delivers.
func (w *writer) enqueue(id, from, to string, a care.Answer) {
	a.Case = w.step.Case
	w.queue(`INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
		VALUES ($1, $2, $3, $4, '', $5, '', $6, '', $7, $8, clock_timestamp(), clock_timestamp()) ON CONFLICT DO NOTHING`,
		id, to, w.caseID(), w.run.Zone, from, id, a.Operation, a)
	w.queue(`SELECT pg_notify($1, '')`, postgres.WakeChannel)
}

// stage moves the case along its line, and closes it.
func (w *writer) stage(e ledger.Effects) {
	if e.Stage != "" && e.Stage != care.StageClosed {
		w.queue(`UPDATE case_file SET stage = $2 WHERE id = $1`, w.caseID(), e.Stage)
		w.moment("stage", string(e.Stage))
	}
	if e.Ending != "" && w.run.Kind != care.RunCase {
		w.moment("branch_ended", string(w.run.Kind)+"/"+string(e.Ending))
	}
	if e.Closure != "" {
		w.queue(`UPDATE case_file SET last_stage = CASE WHEN closed_at IS NULL THEN stage ELSE last_stage END, stage = $2, closed_at = $3, outcome = $4,
			suspended_at = NULL, suspended_until = NULL WHERE id = $1`, w.caseID(), care.StageClosed, w.step.At, e.Closure)
		if e.Handover == nil { // which takes the active plan along
			w.endPlans()
		}
		w.moment("case_closed", string(e.Closure))
	}
}

// moment writes a line of the case's timeline.
func (w *writer) moment(code, detail string) {
	var command *string
	if !w.entry.machine() {
		command = &w.step.Entry.ID
	}
	w.queue(`INSERT INTO timeline (case_id, run_id, zone, at, code, detail, command_id, by_staff) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		w.caseID(), w.step.Run, w.run.Zone, w.step.At, code, detail, command, w.by())
}

// clocks works the clocks of the run's tasks that are due: first a reminder to
// who should act, then a notice to the supervisor. It returns how many were due.
func (w *writer) clocks() (int, error) {
	due, err := postgres.Many[postgres.TaskRow](w.ctx, w.tx, `SELECT `+postgres.TaskColumns+` FROM task t
		WHERE run_id = $1 AND next_at <= $2 ORDER BY t.id FOR UPDATE OF t`, w.step.Run, w.step.At)
	for _, t := range due {
		if t.EscalateAt != nil && !t.EscalateAt.After(w.step.At) {
			w.queue(`UPDATE task SET reminded = true, escalated = true WHERE id = $1`, t.ID)
			w.mail("escalation", t, nil, care.Supervisor, "")
			w.moment("escalated", string(t.Kind))
			continue
		}
		w.queue(`UPDATE task SET reminded = true, reminders = reminders + 1 WHERE id = $1`, t.ID)
		w.mail("reminder", t, t.Holder, t.Role, t.Agency)
		w.moment("reminder_sent", string(t.Kind))
		if err := w.inviteAgain(t); err != nil {
			return 0, err
		}
	}
	return len(due), err
}

// mail writes a mail to one member of staff, or to all of a role (in an agency,
// unless that is empty), of the task's zone. It names the task's page and nothing else.
func (w *writer) mail(template string, t postgres.TaskRow, to *string, role care.Role, agency string) {
	postgres.QueueMail(&w.batch, ledger.DerivedID(w.step.Run, "mail "+template+" "+t.ID+" "+w.step.Entry.ID),
		w.step.Run, w.caseID(), t.Zone, template, t.ID, w.step.At, to, role, agency)
}

// answerKind is the kind of the task that the entry's subject asks to be answered.
func (s *subject) answerKind() care.TaskKind {
	if s.answer != nil {
		return s.answer.Kind
	}
	return care.ReferralAnswer
}

func orZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
