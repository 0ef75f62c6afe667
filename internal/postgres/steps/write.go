package steps

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/days"
	"percorso/internal/postgres/places"
	"percorso/internal/postgres/shares"
	"percorso/internal/postgres/subject"
	"percorso/internal/postgres/takeover"
	"percorso/internal/postgres/waiting"
	"percorso/internal/postgres/written"
)

// writer turns one step into records: all its statements go to Postgres in one
// batch, inside the transaction that holds the run's row.
type writer struct {
	ctx    context.Context
	tx     postgres.Tx
	step   ledger.Step
	run    runRow
	entry  commandRow
	about  subject.Subject
	policy *postgres.Ruleset
	rules  *postgres.Rules
	batch  pgx.Batch
	result ledger.StepResult

	// Its parts, each of which writes one kind of thing.
	caseFile   caseFile
	life       life
	suspension suspension
	permits    permits
	tasks      tasks
	waits      waits
	equipes    equipes
	plans      plans
	referrals  referrals
	links      links
	beginnings beginnings
	courses    courses

	born *days.Born // the person, where the step has written who they are
}

// withParts gives the writer its parts.
func (w *writer) withParts() *writer {
	w.caseFile, w.life, w.suspension = caseFile{w}, life{w}, suspension{w}
	w.permits, w.tasks, w.waits = permits{writer: w}, tasks{w}, waits{writer: w}
	w.equipes, w.plans, w.referrals, w.links = equipes{w}, plans{w}, referrals{w}, links{w}
	w.beginnings, w.courses = beginnings{writer: w}, courses{w}
	return w
}

func (w *writer) queue(sql string, args ...any) { w.batch.Queue(sql, args...) }

// caseID is the opaque id of the case.
func (w *writer) caseID() string { return ledger.BareID(w.step.Case) }

// sharesOf writes what a step gives other agencies of the person.
func sharesOf(w *writer) shares.Of {
	return shares.Of{Case: w.caseID(), Run: w.step.Run, Zone: w.run.Zone, At: w.step.At, Policy: w.policy, Queue: w.queue}
}

// days is the case as the days that ask for somebody see it.
func (w *writer) days() days.Case {
	return days.Case{Context: w.ctx, Tx: w.tx, Policy: w.policy, ID: w.caseID(), At: w.step.At}
}

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
		due, err := w.tasks.clocks()
		if err != nil {
			return ledger.StepResult{}, err
		}
		if due == 0 && effects.Empty() && !w.waits.closed() && !w.suspension.begins() && !w.suspension.ends() {
			return w.idle()
		}
	}
	if operation == care.OpOpen && w.run.Kind == care.RunCase && !w.entry.machine() {
		if err := w.caseFile.open(); err != nil {
			return ledger.StepResult{}, err
		}
	}
	if operation == care.OpRenewPolicy || effects.Stage != "" {
		if err := w.renewPolicy(); err != nil {
			return ledger.StepResult{}, err
		}
	}
	for _, work := range []func() error{
		w.keepForm, w.caseFile.remember, func() error { return tellConcerned(w) }, w.life.beside, w.suspension.write, w.permits.update, w.appointments, w.referrals.write, w.equipes.write, w.tasks.write, w.plans.write, w.waits.write, w.messages,
		w.caseFile.merge,
	} {
		if err := work(); err != nil {
			return ledger.StepResult{}, err
		}
	}
	w.caseFile.move(effects)
	if err := w.close(); err != nil {
		return ledger.StepResult{}, err
	}
	err := waiting.Commit(w.ctx, w.tx, &w.batch, w.caseID(), w.step.At, w.policy.Calendar.Location())
	return w.result, err
}

// idle answers a clock that found nothing due: the run arms its timer for what is next.
func (w *writer) idle() (ledger.StepResult, error) {
	w.result = ledger.StepResult{Verdict: ledger.Idle, Revision: w.run.Rev}
	w.queue(`UPDATE command SET state = 'worked', worked_at = $2 WHERE id = $1`, w.step.Entry.ID, w.step.At)
	w.queueNextDue(`UPDATE run SET next_due = ` + nextDue + ` WHERE id = $1 RETURNING next_due`)
	err := waiting.Commit(w.ctx, w.tx, &w.batch, w.caseID(), w.step.At, w.policy.Calendar.Location())
	return w.result, err
}

// nextDue is when the next clock of a run falls due; a task that has ended has none.
const nextDue = `(SELECT min(due) FROM (SELECT min(least(next_at, CASE WHEN ended_at IS NULL THEN alarm_at END)) AS due FROM task WHERE run_id = $1
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
		for _, wait := range w.waits.set {
			if state.Open[i].Point == wait.Point {
				state.Open[i].Due = wait.Due
			}
		}
		open = append(open, state.Open[i].Point)
	}
	w.result = ledger.StepResult{
		Verdict: ledger.Recorded, Revision: revision, Waits: w.waits.set,
		Result: ledger.Result{Revision: revision}, Course: w.step.State.Course, Ended: w.step.Effects.Ending != "",
	}
	if w.waits.closed() || w.step.Effects.Ending != "" {
		w.queue(`DELETE FROM wait WHERE run_id = $1 AND NOT step = ANY ($2)`, w.step.Run, open)
	}
	if !w.entry.known() { // a clock of the run's own timer was no entry until now
		w.queue(`INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, state, revision, worked_at)
			VALUES ($1, $2, $3, $4, '', $2, '', $5, '', $6, $7, 'worked', $8, $9)`,
			w.step.Entry.ID, w.step.Run, w.caseID(), w.run.Zone, w.step.Entry.ID, w.step.Entry.Answer.Operation, w.step.Entry.Answer,
			revision, w.step.At)
	} else {
		w.queue(`UPDATE command SET state = 'worked', revision = $2, worked_at = $3, case_id = $4, data = NULL WHERE id = $1`,
			w.step.Entry.ID, revision, w.step.At, w.caseID())
	}
	w.overtake()
	if !w.entry.machine() {
		w.queue(`SELECT note_step($1)`, w.step.Entry.ID)
	}
	ended := &w.step.At
	if w.step.Effects.Ending == "" {
		ended = nil
	}
	w.queueNextDue(`UPDATE run SET revision = $2, state = $3, policy_version = $4, ended_at = $5, outcome = $6, course = $7, next_due = `+nextDue+`
		WHERE id = $1 RETURNING next_due`, revision, state, w.policy.Version, ended, w.step.Effects.Ending, state.CourseNumber())
	cases := []string{w.caseID()}
	if kept := w.step.Effects.MergeInto; kept != "" {
		cases = append(cases, ledger.BareID(kept))
	}
	sharesOf(w).Settle(cases...)
	if handover := w.step.Effects.Handover; handover != nil {
		return w.caseFile.handOver(*handover) // last, since nothing of the case is the zone's then
	}
	return takeover.Keep(w.ctx, w.tx, w.policy, w.run.Kind, w.step, w.by(), w.queue, w.moment)
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

// keepForm keeps the form as it was filled in, but for what has a row of its own.
// The command that brought it keeps its digest alone from now on.
func (w *writer) keepForm() error {
	if len(w.entry.Data) == 0 || w.entry.byCase() {
		return nil
	}
	kind := string(w.step.Entry.Answer.Operation)
	if w.about.Task != nil {
		kind = string(w.about.Task.Kind)
	}
	err := written.KeepApart(written.Entry{ID: w.step.Entry.ID, Case: w.caseID(), Run: w.step.Run, Zone: w.run.Zone, Agency: w.entry.Agency,
		Form: kind, Role: w.entry.Role, By: w.by(), At: w.step.At, Data: w.entry.Data}, w.queue)
	if err == nil && written.FindsNeeds(kind) {
		w.queue(written.KeepNeeds, w.caseID(), kind, w.entry.Data)
	}
	return err
}

// appointments books appointments and moves them.
func (w *writer) appointments() error {
	for _, a := range w.step.Effects.Appointments {
		if a.Service != "" {
			agency := w.policy.ServiceAgency(string(a.Service))
			sharesOf(w).Give(shares.Share{Run: w.step.Run, Agency: agency, For: shares.Appointment, Needs: crossing.Appointment(w.policy.Policy, agency)})
			w.queue(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, matter, state, at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
				a.ID, w.step.Run, w.caseID(), w.run.Zone, agency, a.Service, a.Matter, a.State, a.At)
			w.queue(`UPDATE run SET service = $2, agency = $3 WHERE id = $1`, w.step.Run, a.Service, agency)
		} else {
			if err := places.Write(w.ctx, w.tx, w.policy, w.step, w.entry.Data, a, w.queue); err != nil {
				return err
			}
		}
		if a.State != "" { // else it is moved, as its operation says
			w.moment("appointment_"+string(a.State), "")
		}
	}
	return nil
}

// messages writes entries for other runs, which the relay delivers. An opening
// makes the run as well.
func (w *writer) messages() error {
	for _, m := range w.step.Effects.Tell {
		if m.Answer.Operation == care.OpOpen {
			begun, err := w.beginnings.begin(m)
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

// moment writes a line of the case's timeline.
func (w *writer) moment(code, detail string) {
	var command *string
	if !w.entry.machine() || w.entry.byLink() {
		command = &w.step.Entry.ID
	}
	w.queue(`INSERT INTO timeline (case_id, run_id, zone, at, code, detail, command_id, by_staff) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		w.caseID(), w.step.Run, w.run.Zone, w.step.At, code, detail, command, w.by())
}

// mail writes a mail to one member of staff, or to all of a role (in an agency,
// unless that is empty), of the task's zone. It names the task's page and nothing else.
// The timeline says moment, or that nobody was reached.
func (w *writer) mail(template, moment string, t postgres.TaskRow, to *string, role care.Role, agency string) (reached bool, err error) {
	if reached, err = postgres.Reaches(w.ctx, w.tx, w.step.At, t.Zone, t.ID, to, role, agency); err != nil {
		return false, err
	}
	if !reached {
		moment = template + "_unsent"
	}
	if moment != "" {
		w.moment(moment, string(t.Kind))
	}
	postgres.QueueMail(&w.batch, ledger.DerivedID(w.step.Run, "mail "+template+" "+t.ID+" "+w.step.Entry.ID),
		w.step.Run, w.caseID(), t.Zone, template, t.ID, w.step.At, to, role, agency)
	return reached, nil
}

// mailAsker tells who asked for a transfer what became of it, or who stands in for them.
func (w *writer) mailAsker(template string) {
	w.queue(`INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
		SELECT DISTINCT ON (m.email) md5($1::text || m.id)::uuid, $2, $3::uuid, $4, '/fascicoli', m.email, $5::timestamptz, $5
		FROM staff s, addressees(ARRAY[s.id], s.zone, ARRAY[s.role], s.agency, $3, NULL, $5) m
		WHERE s.id = (SELECT t.by_staff FROM timeline t WHERE t.case_id = $3 AND t.code = 'transfer_asked' ORDER BY t.id DESC LIMIT 1)
		ORDER BY m.email, m.id ON CONFLICT DO NOTHING`,
		ledger.DerivedID(w.step.Run, "mail "+template+" "+w.step.Entry.ID), w.step.Run, w.caseID(), template, w.step.At)
}

// today is the step's day where the zone is.
func (w *writer) today() *time.Time {
	t := w.policy.There(w.step.At)
	return &t
}

// completes says whether the step completes a task of a kind.
func (w *writer) completes(kind care.TaskKind) bool {
	return w.step.Entry.Answer.Operation == care.OpComplete && w.about.Task != nil && w.about.Task.Kind == kind
}
