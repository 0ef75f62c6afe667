// Package steps writes the steps of runs, as the worker. All that a step writes is
// one transaction, under the lock of its run.
package steps

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/gates"
	"percorso/internal/postgres/locks"
	"percorso/internal/postgres/standing"
	"percorso/internal/postgres/subject"
	"percorso/internal/postgres/tries"
	"percorso/internal/postgres/waiting"
)

// Steps writes the steps of runs, as the worker's role.
type Steps struct {
	*tries.Notes
	pool  *pgxpool.Pool
	rules *postgres.Rules
}

// New builds the steps on a pool whose login may join the worker's role.
func New(pool *pgxpool.Pool, calendars postgres.Calendars) *Steps {
	return &Steps{Notes: tries.New(pool), pool: pool, rules: postgres.NewRules(calendars)}
}

// runRow is a run as stored, locked for the step.
type runRow struct {
	Kind    care.RunKind  `db:"kind"`
	Zone    string        `db:"zone"`
	Policy  string        `db:"policy_version"`      // of its deadlines: renewed at each stage
	Decides string        `db:"path_policy_version"` // of what its path decides by: fixed at its start
	Course  int           `db:"course"`              // that its path follows
	Epoch   int           `db:"epoch"`
	Rev     int           `db:"revision"`
	State   care.RunState `db:"state"`
	NextDue *time.Time    `db:"next_due"`
	Ended   *time.Time    `db:"ended_at"`
}

// selectRun reads and locks a run. Whoever knows its state as it stands at the
// revision $2 gets it without the answers, which grow with the path.
const selectRun = `SELECT kind, zone, policy_version, path_policy_version, course, epoch, revision,
	CASE WHEN revision = $2 THEN state - 'answers' ELSE state END AS state, next_due, ended_at FROM run WHERE id = $1 FOR UPDATE`

// noRevision is none that a run has.
const noRevision = -1

// commandRow is the entry as stored: what was accepted, whatever the message says.
type commandRow struct {
	Target  string        `db:"target"`
	Answer  care.Answer   `db:"answer"`
	Caller  string        `db:"caller"`
	Role    care.Role     `db:"role"`
	Agency  string        `db:"agency"`
	State   string        `db:"state"`
	Refusal *care.Refusal `db:"refusal"`
	Rev     *int          `db:"revision"`
	Data    []byte        `db:"data"`
	Held    bool          `db:"held"`   // an earlier one of its sender could not be written
	Passes  bool          `db:"passes"` // some earlier one could not
	Rests   bool          `db:"rests"`  // it could not be written itself, and comes again later
	Told    told          `db:"told"`   // what its run was told that ends what it is about, and has yet to hear of
	Trace   string        `db:"trace"`  // the click that it belongs to
}

// selectCommand finds it in the inbox of its run. What the step writes belongs to
// the same click.
const selectCommand = `SELECT target, answer, caller, role, agency, state, refusal, revision, data,
	EXISTS (SELECT FROM command e WHERE e.run_id = c.run_id AND e.caller = c.caller AND e.seq < c.seq AND e.state = 'accepted' AND e.deferrals > 0) AS held,
	EXISTS (SELECT FROM command e WHERE e.run_id = c.run_id AND e.seq < c.seq AND e.state = 'accepted' AND e.deferrals > 0) AS passes,
	coalesce(rests_until > clock_timestamp(), false) AS rests,
	ARRAY (SELECT e.answer FROM command e WHERE e.run_id = c.run_id AND e.state = 'accepted' AND e.operation IN ('end', 'withdraw_consent')) AS told,
	set_config('percorso.trace', trace, true) AS trace
	FROM command c WHERE id = $1 AND run_id = $2`

// told is what others accepted for the run: one that does not read holds up itself alone.
type told []postgres.Accepted

func (t told) answers() (all []care.Answer) {
	for _, a := range t {
		all = append(all, care.Answer(a))
	}
	return all
}

// known says whether there is a command; without one it is the zero value.
func (c commandRow) known() bool { return c.State != "" }

// machine says whether the entry comes from a run or through a partner's link,
// and not from a member of staff.
func (c commandRow) machine() bool { return c.Role == "" }

// who is the member of staff that it comes from.
func (c commandRow) who() care.Staff {
	return care.Staff{ID: c.Caller, Role: c.Role, Agency: c.Agency}
}

// byLink says whether it comes through a partner's one-time link.
func (c commandRow) byLink() bool { return strings.HasPrefix(c.Caller, "link/") }

// byCase says whether it comes from a case: what a merge has another one hear of.
func (c commandRow) byCase() bool { return strings.HasPrefix(c.Caller, "case/") }

// Load gives the state of a run to the execution that begins to work it. An
// execution of a newer epoch takes the run over; an older one is fenced. A run
// that has ended stays so, unless somebody asked to reopen it.
func (s *Steps) Load(ctx context.Context, start ledger.Start) (res ledger.StepResult, err error) {
	kept := "" // where the run's case was merged into another
	err = s.within(ctx, start.Case, nil, func(tx postgres.Tx) error {
		run, err := postgres.One[runRow](ctx, tx, selectRun, start.Run, noRevision)
		if errors.Is(err, pgx.ErrNoRows) {
			res = ledger.StepResult{Verdict: ledger.Known, Ended: true}
			kept, err = locks.CaseNow(ctx, tx, start.Run, start.Case)
			return err
		}
		if err == nil {
			res, err = s.load(ctx, tx, start, run)
		}
		return err
	})
	if err == nil && kept != "" {
		start.Case = kept
		return s.Load(ctx, start)
	}
	return res, err
}

func (s *Steps) load(ctx context.Context, tx postgres.Tx, start ledger.Start, run runRow) (ledger.StepResult, error) {
	epoch := start.Epoch
	if start.Reopen {
		asked, err := reopens(ctx, tx, start.Run, run)
		if err != nil {
			return ledger.StepResult{}, err
		}
		if asked {
			run.Ended, epoch = nil, run.Epoch+1
		}
	}
	knows := max(start.Knows, care.FirstCourse)
	switch {
	case run.Ended != nil:
		return ledger.StepResult{Verdict: ledger.Known, Ended: true}, nil
	case epoch < run.Epoch:
		return ledger.StepResult{Verdict: ledger.Fenced}, nil
	case run.Course > knows:
		return s.newer(ctx, tx, run, run.Course)
	case epoch > run.Epoch:
		if err := takeOver(ctx, tx, start, epoch); err != nil {
			return ledger.StepResult{}, err
		}
	}
	policy, err := s.rules.At(ctx, tx, run.Zone, run.Decides)
	if err != nil {
		return ledger.StepResult{}, err
	}
	forRun := policy.ForRun()
	return ledger.StepResult{
		Verdict: ledger.Recorded, Revision: run.Rev, Epoch: epoch, NextDue: run.NextDue, State: &run.State, Policy: &forRun, Course: knows,
	}, nil
}

// newer answers a worker that does not know the course of a run. It says when the
// run's next clock is due, and whether a worker that knows the course is at work.
func (s *Steps) newer(ctx context.Context, tx postgres.Tx, run runRow, course int) (ledger.StepResult, error) {
	res := ledger.StepResult{Verdict: ledger.Newer, Revision: run.Rev, NextDue: run.NextDue}
	err := tx.QueryRow(ctx, `SELECT course_known($1, $2)`, run.Kind, course).Scan(&res.Able)
	return res, err
}

// takeOver raises the run's epoch, which nothing else does: what an execution of
// before still sends is fenced. Of a run that was started anew, because Temporal had
// lost it or somebody rebuilt it, the case's timeline says so.
func takeOver(ctx context.Context, tx postgres.Tx, start ledger.Start, epoch int) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE run SET epoch = $2 WHERE id = $1`, start.Run, epoch)
	batch.Queue(`DELETE FROM run_trouble WHERE run_id = $1`, start.Run)
	if !start.Reopen {
		batch.Queue(`INSERT INTO timeline (case_id, run_id, zone, at, code, detail)
			SELECT r.case_id, r.id, r.zone, clock_timestamp(), 'run_restarted', r.kind FROM run r JOIN case_file f ON f.id = r.case_id WHERE r.id = $1`, start.Run)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// reopens says whether the run is to be worked again: its reopening is accepted
// and not worked, or was the run's last step, whose worker died with it.
func reopens(ctx context.Context, tx postgres.Tx, id string, run runRow) (asked bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM command WHERE run_id = $1 AND operation = 'reopen'
		AND CASE WHEN $2 THEN state = 'accepted' ELSE state = 'worked' AND revision = $3 END)`, id, run.Ended != nil, run.Rev).Scan(&asked)
	return asked, err
}

// Record writes one step with compare-and-set on the run's revision.
func (s *Steps) Record(ctx context.Context, step ledger.Step) (res ledger.StepResult, err error) {
	var (
		run   runRow
		entry commandRow
		about subject.Subject
		found = true
		kept  string
		again bool
	)
	first := func(b *pgx.Batch) {
		locks.Before(b, step)
		postgres.QueueOne(b, &run, &found, selectRun, step.Run, step.Revision)
		var known bool
		postgres.QueueOne(b, &entry, &known, selectCommand, step.Entry.ID, step.Run)
		if step.Entry.Target != "" {
			about.Queue(b, step)
		}
	}
	err = postgres.Within(ctx, s.pool, postgres.Keeping(ledger.BareID(step.Case)), first, func(tx postgres.Tx) error {
		if !found {
			res = ledger.StepResult{Verdict: ledger.Refused, Ended: true, Result: ledger.Result{Refusal: care.RefusedEnded}}
			kept, err = locks.CaseNow(ctx, tx, step.Run, step.Case)
			return err
		}
		if entry.State == "" && !step.OwnClock() {
			if again, err = locks.Follow(ctx, tx, step.Entry.ID); err != nil || again {
				return err
			}
		}
		w := &writer{ctx: ctx, tx: tx, step: step, run: run, entry: entry, about: about, rules: s.rules}
		if course := w.asksFor(); course > max(step.Knows, care.FirstCourse) {
			res, err = s.newer(ctx, tx, run, course)
			return err
		}
		res, err = w.withParts().record()
		res.Trace = entry.Trace
		return err
	})
	switch {
	case err == nil && kept != "":
		return s.Record(ctx, step.InCase(kept))
	case err == nil && again:
		return s.Record(ctx, step)
	}
	return res, err
}

// Trace gives the click that an accepted entry belongs to.
func (s *Steps) Trace(ctx context.Context, caseRun, id string) (parent string, err error) {
	err = s.within(ctx, caseRun, nil, func(tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT trace FROM command WHERE id = $1`, id).Scan(&parent)
	})
	return parent, err
}

// record asks what forbids the step, and writes it or says why not.
func (w *writer) record() (ledger.StepResult, error) {
	step, run, entry := w.step, w.run, w.entry
	accepted := ledger.Entry{ID: step.Entry.ID, Target: entry.Target, Answer: entry.Answer}
	switch {
	case step.Epoch < run.Epoch:
		return ledger.StepResult{Verdict: ledger.Fenced}, nil
	case entry.State == "worked" || entry.State == "refused":
		res := ledger.StepResult{Verdict: ledger.Known, Revision: run.Rev, NextDue: run.NextDue, Ended: run.Ended != nil}
		if entry.Refusal != nil {
			res.Result.Refusal = entry.Refusal.Code
		}
		if run.Rev != step.Revision {
			res.State = &run.State
		}
		return res, nil
	case run.Ended != nil && entry.Answer.Operation != care.OpReopen:
		refusal, err := standing.Ended(w.ctx, w.tx, w.caseID(), entry.Answer.Operation)
		if err != nil {
			return ledger.StepResult{}, err
		}
		return w.refuse(refusal)
	case entry.Held, entry.Rests:
		return w.hold()
	case run.Rev != step.Revision:
		// Ahead after a crash between a commit and the end of its workflow task.
		return ledger.StepResult{Verdict: ledger.Behind, Revision: run.Rev, NextDue: run.NextDue, State: &run.State}, nil
	case !entry.known() && !step.OwnClock():
		return w.refuse(&care.Refusal{Code: care.RefusedForbidden})
	case entry.known() && !accepted.Same(step.Entry):
		return ledger.StepResult{Verdict: ledger.Altered, Revision: run.Rev, NextDue: run.NextDue, Entry: &accepted}, nil
	}
	var err error
	if w.policy, err = w.rules.At(w.ctx, w.tx, run.Zone, run.Policy); err != nil {
		return ledger.StepResult{}, err
	}
	if !step.Taken {
		if refusal := w.about.Foreign(step.Entry, entry.who(), w.policy.Policy); refusal != nil && !entry.machine() {
			return w.refuse(refusal)
		}
		refusal, err := gates.NotAwaited(w.ctx, w.tx, w.asked())
		if err != nil {
			return ledger.StepResult{}, err
		}
		return w.refuse(refusal)
	}
	if !entry.machine() {
		if refusal := w.about.Permits(step.Entry, entry.who()); refusal != nil {
			return w.refuse(refusal)
		}
	}
	if refusal, err := gates.Ask(w.ctx, w.tx, w.asked()); err != nil {
		return ledger.StepResult{}, err
	} else if refusal != nil {
		return w.refuse(refusal)
	}
	return w.write()
}

// asksFor is the course that the worker of the step has to know. It need not be the
// run's own: a newer worker may have begun the run, and an entry may bring it to
// another course. What was worked before, what is an older epoch's and what ended
// needs none.
func (w *writer) asksFor() int {
	if w.step.Epoch < w.run.Epoch || w.run.Ended != nil || w.entry.State == "worked" || w.entry.State == "refused" {
		return care.FirstCourse
	}
	return max(w.run.Course, w.step.Course, w.entry.Answer.Course)
}

// asked is the step as its gates see it.
func (w *writer) asked() gates.Step {
	step := gates.Step{
		Step: w.step, Kind: w.run.Kind, Policy: w.policy, Task: w.about.Task, Told: w.entry.Told.answers(),
		Caller: w.entry.Caller, ByLink: w.entry.byLink(), Role: w.entry.Role, Agency: w.entry.Agency, Form: w.entry.Data,
	}
	if w.about.Referral != nil {
		step.Addressee = w.about.Referral.To
	}
	return step
}

func (w *writer) refuse(r *care.Refusal) (ledger.StepResult, error) {
	if err := standing.Explain(w.ctx, w.tx, r, w.entry.Answer.Operation, w.step.Run, w.entry.Target); err != nil {
		return ledger.StepResult{}, err
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE command SET state = 'refused', refusal = $2, worked_at = $3 WHERE id = $1 AND run_id = $4`,
		w.step.Entry.ID, r, w.step.At, w.step.Run)
	waiting.QueueMark(b, w.caseID())
	err := w.tx.SendBatch(w.ctx, b).Close()
	return ledger.StepResult{
		Verdict: ledger.Refused, Result: ledger.Result{Refusal: r.Code}, Revision: w.run.Rev, NextDue: w.run.NextDue, Ended: w.run.Ended != nil,
	}, err
}

// within runs work as the worker on one case.
func (s *Steps) within(ctx context.Context, caseRun string, first func(*pgx.Batch), work func(postgres.Tx) error) error {
	return postgres.Within(ctx, s.pool, postgres.Worker(ledger.BareID(caseRun)), first, work)
}
