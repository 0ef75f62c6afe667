package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/store"
	"percorso/workflows/contract"
)

// writer turns one step into records: all its statements go to Postgres in one
// batch, inside the transaction that holds the run's row.
type writer struct {
	ctx    context.Context
	step   contract.Step
	run    runRow
	entry  commandRow
	about  subject
	policy *ruleset
	rules  *rules
	batch  pgx.Batch
	waits  []care.OpenStep
	result contract.StepResult
}

func (w *writer) queue(sql string, args ...any) { w.batch.Queue(sql, args...) }

// caseID is the opaque id of the case.
func (w *writer) caseID() string { return contract.BareID(w.step.Case) }

// by is the member of staff who caused the step; nil for a machine.
func (w *writer) by() *string {
	if w.entry.machine() {
		return nil
	}
	return &w.entry.Caller
}

func (w *writer) write(tx querier) (contract.StepResult, error) {
	effects := w.step.Effects
	operation := w.step.Entry.Answer.Operation
	if operation == care.OpClock {
		due, err := w.clocks(tx)
		if err != nil {
			return contract.StepResult{}, err
		}
		if due == 0 && effects.Empty() {
			return w.idle(tx)
		}
	}
	if operation == care.OpOpen && w.run.Kind == care.RunCase {
		if err := w.openCase(tx); err != nil {
			return contract.StepResult{}, err
		}
	}
	if operation == care.OpRenewPolicy || effects.Stage != "" {
		if err := w.renewPolicy(tx); err != nil {
			return contract.StepResult{}, err
		}
	}
	w.keepForm()
	for _, a := range effects.Appointments {
		w.appointment(a)
	}
	for _, r := range effects.Referrals {
		w.referral(r)
	}
	for _, t := range effects.Tasks {
		w.task(t)
	}
	for _, wait := range effects.Waits {
		w.wait(wait)
	}
	for _, m := range effects.Tell {
		w.tell(m)
	}
	switch operation {
	case care.OpMailBounced:
		w.moment("mail_bounced", "")
	case care.OpClose: // its branches end first, so the closure itself may come later
		w.moment("closure_asked", "")
	}
	w.stage(effects)
	return w.close(tx)
}

// idle answers a clock that found nothing due: the run arms its timer for what is next.
func (w *writer) idle(tx querier) (contract.StepResult, error) {
	w.result = contract.StepResult{Verdict: contract.Idle, Revision: w.run.Rev}
	w.queue(`UPDATE command SET state = 'worked', worked_at = $2 WHERE id = $1`, w.step.Entry.ID, w.step.At)
	w.queueNextDue(`UPDATE run SET next_due = ` + nextDue + ` WHERE id = $1 RETURNING next_due`)
	err := tx.SendBatch(w.ctx, &w.batch).Close()
	return w.result, err
}

const nextDue = `(SELECT min(due) FROM (SELECT min(next_at) AS due FROM task WHERE run_id = $1 AND ended_at IS NULL
	UNION ALL SELECT min(due_at) FROM wait WHERE run_id = $1) AS clocks)`

func (w *writer) queueNextDue(sql string, more ...any) {
	w.batch.Queue(sql, append([]any{w.step.Run}, more...)...).QueryRow(func(row pgx.Row) error { return row.Scan(&w.result.NextDue) })
}

// close writes the run's new state, marks the entry worked, and sends the batch.
func (w *writer) close(tx querier) (contract.StepResult, error) {
	revision := w.run.Rev + 1
	state := w.step.State.Clone()
	open := make([]string, 0, len(state.Open))
	for i := range state.Open {
		for _, wait := range w.waits {
			if state.Open[i].Step == wait.Step {
				state.Open[i].Due = wait.Due
			}
		}
		open = append(open, state.Open[i].Step)
	}
	w.result = contract.StepResult{
		Verdict: contract.Recorded, Revision: revision, Waits: w.waits,
		Result: contract.Result{Revision: revision},
	}
	if w.step.Entry.Answer.Operation == care.OpClock || w.step.Effects.Ending != "" {
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
	if by := w.by(); by != nil {
		w.queue(`INSERT INTO audit (at, staff, role, agency, zone, action, case_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			w.step.At, *by, w.entry.Role, w.entry.Agency, w.run.Zone, w.step.Entry.Answer.Operation, w.caseID())
	}
	ended := &w.step.At
	if w.step.Effects.Ending == "" {
		ended = nil
	}
	w.queueNextDue(`UPDATE run SET revision = $2, state = $3, policy_version = $4, ended_at = $5, outcome = $6, next_due = `+nextDue+`
		WHERE id = $1 RETURNING next_due`, revision, state, w.policy.Version, ended, w.step.Effects.Ending)
	w.queue("COMMIT")
	err := tx.SendBatch(w.ctx, &w.batch).Close()
	return w.result, err
}

// openCase makes the case file from the desk's form: the person, the number,
// and the grant of the agency that opens it.
func (w *writer) openCase(tx querier) error {
	var form store.CaseOpening
	if err := json.Unmarshal(w.entry.Data, &form); err != nil {
		return fmt.Errorf("the form that opens the case: %w", err)
	}
	year := w.step.At.In(w.policy.calendar.Location()).Year()
	var number int
	if err := tx.QueryRow(w.ctx, `SELECT nextval('case_number')`).Scan(&number); err != nil {
		return err
	}
	p := form.Person
	w.queue(`INSERT INTO case_file (id, number, zone, agency, stage, needs, notice_version, opened_at, opened_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.caseID(), store.CaseNumber(w.run.Zone, year, number), w.run.Zone,
		w.entry.Agency, care.StageFirstLevel, orEmpty(form.Needs), form.NoticeVersion, w.step.At, w.entry.Caller)
	w.queue(`INSERT INTO person (id, case_id, given_name, family_name, birth_date, citizenship, permit, permit_expiry, languages, phone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, contract.DerivedID(w.step.Run, "person"), w.caseID(),
		p.GivenName, p.FamilyName, p.BirthDate, p.Citizenship, p.Permit, p.PermitExpiry, orEmpty(p.Languages), p.Phone)
	w.queue(`INSERT INTO case_grant (case_id, agency, granted_at) VALUES ($1, $2, $3)`, w.caseID(), w.entry.Agency, w.step.At)
	if form.ContactID != "" {
		w.queue(`UPDATE contact SET case_id = $2 WHERE id = $1`, form.ContactID, w.caseID())
	}
	w.moment("case_opened", "")
	return nil
}

// renewPolicy brings the zone's newest deadlines to all open runs of the case: at
// each stage, and when a supervisor asks.
func (w *writer) renewPolicy(tx querier) error {
	newest, err := w.rules.current(w.ctx, tx, w.run.Zone)
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

// task opens, reserves or ends a task.
func (w *writer) task(t contract.TaskChange) {
	switch t.State {
	case care.TaskReady:
		w.openTask(t)
	case care.TaskReserved: // by who acknowledges a referral
		remind, escalate := w.policy.complete(w.about.answerKind(), w.step.At)
		w.queue(`UPDATE task SET state = 'reserved', holder = $2, reserved_at = $3, remind_at = $4, escalate_at = $5,
			reminded = false, escalated = false WHERE id = $1 AND ended_at IS NULL`, t.ID, w.by(), w.step.At, remind, escalate)
	default:
		w.queue(`UPDATE task SET state = $2, outcome = $3, ended_at = $4 WHERE id = $1 AND ended_at IS NULL`,
			t.ID, t.State, t.Outcome, w.step.At)
		if t.State == care.TaskCompleted && w.about.task != nil && w.about.task.ID == t.ID {
			w.moment("task_completed", string(w.about.task.Kind)+"/"+t.Outcome)
		}
	}
}

func (w *writer) openTask(t contract.TaskChange) {
	role, agency := w.policy.performer(t)
	from := w.step.At
	if t.From != nil && t.From.After(from) {
		from = *t.From
	}
	remind, escalate := w.policy.claim(t.Kind, from)
	w.queue(`INSERT INTO task (id, run_id, case_id, zone, agency, role, kind, service, referral_id, state, ready_at, clock_from, remind_at, escalate_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, '')::uuid, 'ready', $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
		t.ID, w.step.Run, w.caseID(), w.run.Zone, agency, role, t.Kind, t.Service, t.Referral, w.step.At, from, remind, escalate)
}

// referral creates a referral with what its addressee may see, or moves it.
func (w *writer) referral(r contract.ReferralChange) {
	if r.State == care.ReferralRequested {
		w.share(r.Agency, "referral")
		w.queue(`INSERT INTO referral (id, run_id, case_id, zone, from_agency, to_agency, share_id, continues, state, requested_at, changed_at)
			SELECT $1, $2, $3, $4, f.agency, $5, s.id, nullif($6, '')::uuid, $7, $8, $8
			FROM case_file f JOIN share s ON s.run_id = $2 AND s.agency = $5 WHERE f.id = $3 ON CONFLICT DO NOTHING`,
			r.ID, w.step.Run, w.caseID(), w.run.Zone, r.Agency, r.From, r.State, w.step.At)
	} else {
		w.queue(`UPDATE referral SET state = $2, reason = $3, changed_at = $4, note = coalesce(nullif($5::jsonb ->> 'note', ''), note)
			WHERE id = $1`, r.ID, r.State, r.Reason, w.step.At, orNull(w.entry.Data))
	}
	w.moment("referral_"+string(r.State), r.Reason)
}

// share copies for another agency what it needs of the person, with its legal basis.
func (w *writer) share(agency, purpose string) {
	w.queue(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, jsonb_build_object('given_name', p.given_name, 'family_name', p.family_name,
			'birth_date', p.birth_date, 'citizenship', p.citizenship, 'languages', p.languages, 'phone', p.phone, 'needs', f.needs,
			'case_number', f.number), $8
		FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = $2 AND (f.agency <> $5 OR $7 = 'referral') ON CONFLICT DO NOTHING`,
		contract.DerivedID(w.step.Run, "share "+agency), w.caseID(), w.step.Run, w.run.Zone, agency,
		w.policy.LegalBasis(agency), purpose, w.step.At)
}

// appointment books an appointment or moves it.
func (w *writer) appointment(a contract.AppointmentChange) {
	if a.Service != "" {
		agency := w.policy.serviceAgency(a.Service)
		w.share(agency, "appointment")
		w.queue(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, matter, state, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
			a.ID, w.step.Run, w.caseID(), w.run.Zone, agency, a.Service, a.Matter, a.State, a.At)
		w.queue(`UPDATE run SET service = $2, agency = $3 WHERE id = $1`, w.step.Run, a.Service, agency)
	} else {
		w.queue(`UPDATE appointment SET state = $2, at = coalesce($3, at) WHERE id = $1`, a.ID, a.State, orZero(a.At))
	}
	w.moment("appointment_"+string(a.State), "")
}

// wait fixes when a wait of the path is over.
func (w *writer) wait(wait contract.Wait) {
	due := w.policy.deadline(wait.Deadline, w.step.At)
	w.waits = append(w.waits, care.OpenStep{Step: wait.Step, Kind: care.OpenWait, Due: &due})
	w.queue(`INSERT INTO wait (run_id, step, case_id, zone, code, set_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		w.step.Run, wait.Step, w.caseID(), w.run.Zone, wait.Deadline, w.step.At, due)
}

// tell writes an entry for another run, which the relay delivers. An opening
// makes the run as well.
func (w *writer) tell(m contract.Message) {
	kind := contract.KindOf(m.Run)
	if m.Answer.Operation == care.OpOpen {
		w.queue(`INSERT INTO run (id, kind, case_id, zone, service, agency, policy_version, course_version, started_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8) ON CONFLICT DO NOTHING`,
			m.Run, kind, w.caseID(), w.run.Zone, m.Answer.Service, m.Answer.Agency, w.policy.Version, w.step.At)
	}
	m.Answer.Case = w.step.Case
	id := contract.DerivedID(w.step.Run, "tell "+m.Run+" "+string(m.Answer.Operation))
	w.queue(`INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
		VALUES ($1, $2, $3, $4, '', $5, '', $6, '', $7, $8, clock_timestamp(), clock_timestamp()) ON CONFLICT DO NOTHING`,
		id, m.Run, w.caseID(), w.run.Zone, w.step.Run, id, m.Answer.Operation, m.Answer)
	w.queue(`SELECT pg_notify($1, '')`, wakeChannel)
}

// stage moves the case along its line, and closes it.
func (w *writer) stage(e contract.Effects) {
	if e.Stage != "" && e.Stage != care.StageClosed {
		w.queue(`UPDATE case_file SET stage = $2 WHERE id = $1`, w.caseID(), e.Stage)
		w.moment("stage", string(e.Stage))
	}
	if e.Ending != "" && w.run.Kind != care.RunCase {
		w.moment("branch_ended", string(w.run.Kind)+"/"+e.Ending)
	}
	if e.Closure != "" {
		w.queue(`UPDATE case_file SET stage = $2, closed_at = $3, outcome = $4 WHERE id = $1`, w.caseID(), care.StageClosed, w.step.At, e.Closure)
		w.moment("case_closed", e.Closure)
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
func (w *writer) clocks(tx querier) (int, error) {
	due, err := many[taskRow](w.ctx, tx, `SELECT `+taskColumns+` FROM task t
		WHERE run_id = $1 AND ended_at IS NULL AND next_at <= $2 ORDER BY t.id FOR UPDATE OF t`, w.step.Run, w.step.At)
	for _, t := range due {
		if t.EscalateAt != nil && !t.EscalateAt.After(w.step.At) {
			w.queue(`UPDATE task SET reminded = true, escalated = true WHERE id = $1`, t.ID)
			w.mail("escalation", t.ID, nil, care.Supervisor, "")
			w.moment("escalated", string(t.Kind))
			continue
		}
		w.queue(`UPDATE task SET reminded = true, reminders = reminders + 1 WHERE id = $1`, t.ID)
		w.remind(t)
		w.moment("reminder_sent", string(t.Kind))
	}
	return len(due), err
}

// remind mails who should act: the holder, or all who may claim the task.
func (w *writer) remind(t taskRow) { w.mail("reminder", t.ID, t.Holder, t.Role, t.Agency) }

// mail writes a mail to one member of staff, or to all of a role (in an agency,
// unless that is empty). It names the task's page and nothing else.
func (w *writer) mail(template, task string, to *string, role care.Role, agency string) {
	queueMail(&w.batch, contract.DerivedID(w.step.Run, "mail "+template+" "+task+" "+w.step.Entry.ID),
		w.step.Run, w.caseID(), w.run.Zone, template, task, w.step.At, to, role, agency)
}

// queueMail queues a mail that names a task's page.
func queueMail(b *pgx.Batch, id, run, caseID, zone, template, task string, at time.Time, to *string, role care.Role, agency string) {
	b.Queue(`INSERT INTO mail (id, run_id, case_id, template, link, recipients, created_at, next_try)
		SELECT $1, $2, $3, $4, $5, array_agg(email), $6::timestamptz, $6 FROM staff
		WHERE active AND zone = $7 AND (id = $8 OR $8 IS NULL AND role = $9 AND (agency = $10 OR $10 = ''))
		HAVING count(*) > 0 ON CONFLICT DO NOTHING`,
		id, run, caseID, template, "/compiti/"+task, at, zone, to, role, agency)
	b.Queue(`SELECT pg_notify($1, '')`, wakeChannel)
}

// answerKind is the kind of the task that the entry's subject asks to be answered.
func (s *subject) answerKind() care.TaskKind {
	if s.answer != nil {
		return s.answer.Kind
	}
	return care.ReferralAnswer
}

// orEmpty is for columns that hold a list, be it an empty one, and never NULL.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func orNull(data []byte) any {
	if len(data) == 0 {
		return nil
	}
	return data
}

func orZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
