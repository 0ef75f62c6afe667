package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/testclock"
	"percorso/internal/zone"
)

// play is an archive whose runs the tests play the workflows of: they say what a
// step does, and it keeps each run's revision and state.
type play struct {
	*archive
	owner *pgxpool.Pool
	api   *pgxpool.Pool // as the API logs in
	runs  map[string]*played
	now   time.Time // of the steps and of the records
}

type played struct {
	caseRun  string
	epoch    int
	revision int
	state    care.RunState
}

// newPlay is a play on an ordinary Monday.
func newPlay(t *testing.T) *play { return newPlayAt(t, testclock.Monday) }

func newPlayAt(t *testing.T, now time.Time) *play {
	a := newArchive(t)
	p := &play{archive: a, owner: a.pool(standalone.Migrate), api: a.pool(standalone.API), runs: map[string]*played{}, now: now}
	a.records.Clock = func() time.Time { return p.now }
	return p
}

// newPlayToday is a play on the day of the database, by whose clock links end
// and mails are sent.
func newPlayToday(t *testing.T) *play {
	p := newPlay(t)
	p.now = p.today().Truncate(time.Second)
	return p
}

// law changes what Prato decides, in a version of its own.
func (p *play) law(version string, change func(*care.Policy)) {
	policies, err := zone.Load(deploy.Zones())
	require.NoError(p.t, err)
	i := slices.IndexFunc(policies, func(q care.Policy) bool { return q.Zone == "prato" })
	policies[i].Version = version
	change(&policies[i])
	require.NoError(p.t, postgres.LoadPolicies(p.t.Context(), p.owner, policies[i:i+1]))
}

// begin opens a case of a person born in 1992, with what the path opens first.
func (p *play) begin(person ledger.Person, effects ledger.Effects, open ...care.OpenPoint) (caseRun string, res ledger.StepResult) {
	p.t.Helper()
	if person.GivenName == "" {
		person.GivenName, person.FamilyName = "Persona", "Prova 0001"
	}
	person.BirthDate, person.Citizenship = time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC), "PK"
	if person.Permit == "" {
		person.Permit = "work"
	}
	cmd, err := p.records.Accept(p.t.Context(), p.accounts["desk_operator.prato"], catalogue.Open.Command(uuid.NewString(), "", ledger.CaseOpening{Person: person, Needs: []string{"labour", "housing"}, NoticeGiven: true, NoticeVersion: "2026-01"}).NewCommand)
	require.NoError(p.t, err)
	effects.Stage = care.StageFirstLevel
	return cmd.Run, p.does(cmd.Run, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, effects, func(s *care.RunState) { s.Open = open })
}

// does records a step that must be recorded.
func (p *play) does(run string, e ledger.Entry, effects ledger.Effects, change func(*care.RunState)) ledger.StepResult {
	p.t.Helper()
	res := p.tries(run, e, effects, change)
	require.Equal(p.t, ledger.Recorded, res.Verdict, res.Result.Refusal)
	return res
}

// tries records a step, whatever becomes of it.
func (p *play) tries(run string, e ledger.Entry, effects ledger.Effects, change func(*care.RunState)) ledger.StepResult {
	p.t.Helper()
	r := p.runs[run]
	if r == nil {
		r = &played{caseRun: e.Answer.Case, epoch: 1}
		if ledger.KindOf(run) == care.RunCase {
			r.caseRun = run
		}
		p.runs[run] = r
	}
	state := r.state.Clone()
	if change != nil {
		change(&state)
	}
	res, err := p.steps.Record(p.t.Context(), ledger.Step{
		Run: run, Case: r.caseRun, Epoch: r.epoch, Revision: r.revision, Entry: e, Taken: true, At: p.now, State: state, Effects: effects,
	})
	require.NoError(p.t, err)
	if res.Verdict == ledger.Recorded {
		r.revision, r.state = res.Revision, state
		for i, o := range r.state.Open {
			for _, w := range res.Waits {
				if o.Point == w.Point {
					r.state.Open[i].Due = w.Due
				}
			}
		}
	}
	return res
}

// ask has somebody ask for something, and gives the entry that the run gets.
func (p *play) ask(account, run string, c catalogue.Command) ledger.Entry {
	p.t.Helper()
	c = c.InRun(run)
	c.Key = uuid.NewString()
	cmd, err := p.records.Accept(p.t.Context(), p.accounts[account], c.NewCommand)
	require.NoError(p.t, err)
	require.Equal(p.t, ledger.CommandAccepted, cmd.State)
	return ledger.Entry{ID: cmd.ID, Target: c.Target, Answer: cmd.Answer}
}

// complete has somebody claim a task if nobody holds it, and complete it.
func (p *play) complete(account, run, task string, form care.Completion, effects ledger.Effects, change func(*care.RunState)) ledger.StepResult {
	p.t.Helper()
	e := p.completion(account, run, task, form)
	effects.Tasks = append([]ledger.TaskChange{{ID: task, State: care.TaskCompleted, Outcome: care.Code(form.Outcome)}}, effects.Tasks...)
	return p.does(run, e, effects, change)
}

func (p *play) completion(account, run, task string, form care.Completion) ledger.Entry {
	p.t.Helper()
	require.NoError(p.t, p.claim(account, task))
	return p.ask(account, run, catalogue.Complete.Command("", task, form))
}

// hear gives the oldest entry that waits in a run's inbox.
func (p *play) hear(run string, op care.Operation) (e ledger.Entry) {
	p.t.Helper()
	err := p.owner.QueryRow(p.t.Context(), `SELECT id::text, target, answer FROM command WHERE run_id = $1 AND operation = $2 AND state = 'accepted' ORDER BY seq LIMIT 1`,
		run, op).Scan(&e.ID, &e.Target, &e.Answer)
	require.NoError(p.t, err)
	return e
}

// clock is the entry of a run's timer.
func (p *play) clock() ledger.Entry {
	return ledger.Entry{ID: uuid.NewString(), Answer: care.Answer{Operation: care.OpClock, At: &p.now}}
}

// refused asks that a step was refused for a field that breaks a rule.
func (p *play) refused(res ledger.StepResult, e ledger.Entry, field, rule string) {
	p.t.Helper()
	require.Equal(p.t, ledger.Refused, res.Verdict)
	var refusal care.Refusal
	require.NoError(p.t, p.owner.QueryRow(p.t.Context(), `SELECT refusal FROM command WHERE id = $1`, e.ID).Scan(&refusal))
	require.Contains(p.t, refusal.Faults, care.Fault{Field: field, Rule: rule})
}

// row reads one row of what the owner sees, as JSON.
func (p *play) row(sql string, args ...any) map[string]any {
	p.t.Helper()
	rows := p.rows(sql, args...)
	require.Len(p.t, rows, 1)
	return rows[0]
}

func (p *play) rows(sql string, args ...any) []map[string]any {
	p.t.Helper()
	rows, err := p.owner.Query(p.t.Context(), `SELECT to_jsonb(r) FROM (`+sql+`) r`, args...)
	require.NoError(p.t, err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[map[string]any])
	require.NoError(p.t, err)
	return found
}

func (p *play) count(sql string, args ...any) int {
	p.t.Helper()
	var n int
	require.NoError(p.t, p.owner.QueryRow(p.t.Context(), `SELECT count(*) FROM `+sql, args...).Scan(&n))
	return n
}

// moments are the codes of a case's timeline, in order.
func (p *play) moments(caseRun string) (codes []string) {
	for _, row := range p.rows(`SELECT code FROM timeline WHERE case_id = $1 ORDER BY id`, ledger.BareID(caseRun)) {
		codes = append(codes, row["code"].(string))
	}
	return codes
}

// branch opens a branch of a case, which makes its first step.
func (p *play) branch(caseRun, run string, opening care.Answer, effects ledger.Effects, open ...care.OpenPoint) {
	p.t.Helper()
	opening.Operation = care.OpOpen
	p.does(caseRun, p.clock(), ledger.Effects{Tell: []ledger.Message{{Run: run, Answer: opening}}}, func(s *care.RunState) {
		s.Open = append(s.Open, care.OpenPoint{Point: run, Kind: care.OpenRun, ID: run})
	})
	p.does(run, p.hear(run, care.OpOpen), effects, func(s *care.RunState) { s.Open = open })
}

// referred is a case whose person was referred to a health authority, which
// answers through links alone.
func (p *play) referred() (caseRun, run, referral, task string) {
	p.t.Helper()
	caseRun, _ = p.begin(ledger.Person{}, ledger.Effects{})
	run = newRun(care.RunReferral)
	referral = uuid.NewString()
	ask := opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "asl", Referral: referral})
	p.branch(caseRun, run, care.Answer{Agency: "asl", Matter: "health"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "asl", Purpose: "health"}},
		Tasks:     []ledger.TaskChange{ask},
	})
	return caseRun, run, referral, ask.ID
}

// mailed gives the ids of the links that were mailed on a run, the newest last.
func (p *play) mailed(run, template string) (links []string) {
	for _, m := range p.rows(`SELECT link, recipient FROM mail WHERE run_id = $1 AND template = $2 ORDER BY created_at, next_try`, run, template) {
		require.Equal(p.t, "asl.prato@partner.example", m["recipient"])
		links = append(links, strings.TrimPrefix(m["link"].(string), ledger.Invitation))
	}
	return links
}

// equipe convenes an équipe with some seats, in its run.
func (p *play) equipe(caseRun string, seats ...ledger.SeatChange) (run string) {
	run = newRun(care.RunEquipe)
	p.branch(caseRun, run, care.Answer{Equipe: care.BetweenAgencies}, ledger.Effects{
		Equipe: &ledger.EquipeChange{Kind: care.BetweenAgencies, Reason: "revise"}, Seats: seats})
	return run
}

// propose writes a draft's task, and completes it with a plan.
func (p *play) propose(run, id string, plan care.PlanForm) ledger.StepResult {
	p.t.Helper()
	task := opens(run, uuid.NewString(), ledger.TaskChange{Kind: care.PlanDraft})
	p.does(run, p.clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}, Plan: &ledger.PlanChange{ID: id, State: care.PlanDrafting}}, nil)
	form := care.Completion{Outcome: care.Proposed, Plan: &plan}
	return p.complete("social_worker.prato", run, task.ID, form, ledger.Effects{Plan: &ledger.PlanChange{ID: id, State: care.PlanProposed}}, nil)
}

func (p *play) becomes(run, id string, state care.PlanState) {
	p.t.Helper()
	p.does(run, p.clock(), ledger.Effects{Plan: &ledger.PlanChange{ID: id, State: state}}, nil)
}

func opens(run, step string, task ledger.TaskChange) ledger.TaskChange {
	task.ID, task.State = ledger.DerivedID(run, step), care.TaskReady
	return task
}

func newRun(kind care.RunKind) string { return ledger.RunID(kind, uuid.NewString()) }

const dayLong = 24 * time.Hour
