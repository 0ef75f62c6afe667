package postgrestest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// Play is an archive whose runs the tests play the workflows of: they say what a
// step does, and it keeps each run's revision and state.
type Play struct {
	*Archive
	Owner *pgxpool.Pool
	API   *pgxpool.Pool // as the API logs in
	Runs  map[string]*Played
	Now   time.Time // of the steps and of the records

	clocks time.Duration
}

// Played is a run as the play last left it.
type Played struct {
	CaseRun  string
	Epoch    int
	Revision int
	State    care.RunState
}

// NewPlay is a play on an ordinary Monday.
func NewPlay(t testing.TB) *Play { return NewPlayAt(t, testclock.Monday) }

// NewPlayAt is one at a moment.
func NewPlayAt(t testing.TB, now time.Time) *Play { return playIn(NewArchive(t), now) }

func playIn(a *Archive, now time.Time) *Play {
	p := &Play{Archive: a, Owner: a.Owner(), API: a.Pool(standalone.API), Runs: map[string]*Played{}, Now: now}
	a.Records.Clock = func() time.Time { return p.Now }
	return p
}

// NewPlayToday is a play on the day of the database, by whose clock links end
// and mails are sent.
func NewPlayToday(t testing.TB) *Play {
	p := NewPlay(t)
	p.Now = p.Today().Truncate(time.Second)
	return p
}

// Law changes what Prato decides, in a version of its own.
func (p *Play) Law(version string, change func(*care.Policy)) {
	policies, err := Zones()
	require.NoError(p.T, err)
	i := slices.IndexFunc(policies, func(q care.Policy) bool { return q.Zone == "prato" })
	policies[i].Version = version
	change(&policies[i])
	require.NoError(p.T, Load(p.T.Context(), p.Owner, policies[i:i+1], nil))
}

// Begin opens a case of a person born in 1992, with what the path opens first.
func (p *Play) Begin(person ledger.Person, effects ledger.Effects, open ...care.OpenPoint) (caseRun string, res ledger.StepResult) {
	p.T.Helper()
	if person.GivenName == "" {
		person.GivenName, person.FamilyName = "Persona", "Prova 0001"
	}
	person.BirthDate, person.Citizenship = time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC), "PK"
	if person.Permit == "" {
		person.Permit = "work"
	}
	cmd, err := p.Records.Accept(p.T.Context(), p.Accounts["desk_operator.prato"], catalogue.Open.Command(uuid.NewString(), "", ledger.CaseOpening{Person: person, Needs: []string{"labour", "housing"}, NoticeGiven: true, NoticeVersion: "2026-01"}).NewCommand)
	require.NoError(p.T, err)
	effects.Stage = care.StageFirstLevel
	return cmd.Run, p.Does(cmd.Run, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, effects, func(s *care.RunState) { s.Open = open })
}

// Resume takes up a run of a case where the database says that it stands.
func (p *Play) Resume(caseRun, run string) {
	p.T.Helper()
	res, err := p.Steps.Load(p.T.Context(), ledger.Start{Run: run, Case: caseRun, Epoch: 1})
	require.NoError(p.T, err)
	require.Equal(p.T, ledger.Recorded, res.Verdict)
	p.Runs[run] = &Played{CaseRun: caseRun, Epoch: res.Epoch, Revision: res.Revision, State: *res.State}
}

// Does records a step that must be recorded.
func (p *Play) Does(run string, e ledger.Entry, effects ledger.Effects, change func(*care.RunState)) ledger.StepResult {
	p.T.Helper()
	res := p.Tries(run, e, effects, change)
	require.Equal(p.T, ledger.Recorded, res.Verdict, res.Result.Refusal)
	return res
}

// Tries records a step, whatever becomes of it.
func (p *Play) Tries(run string, e ledger.Entry, effects ledger.Effects, change func(*care.RunState)) ledger.StepResult {
	p.T.Helper()
	r := p.Runs[run]
	if r == nil {
		r = &Played{CaseRun: e.Answer.Case, Epoch: 1}
		if ledger.KindOf(run) == care.RunCase {
			r.CaseRun = run
		}
		p.Runs[run] = r
	}
	if e.Answer.Operation == care.OpClock {
		e = ledger.ClockEntry(run, *e.Answer.At)
	}
	state := r.State.Clone()
	if change != nil {
		change(&state)
	}
	res, err := p.Steps.Record(p.T.Context(), ledger.Step{
		Run: run, Case: r.CaseRun, Epoch: r.Epoch, Revision: r.Revision, Entry: e, Taken: true, At: p.Now, State: state, Effects: effects,
	})
	require.NoError(p.T, err)
	if res.Verdict == ledger.Recorded {
		r.Revision, r.State = res.Revision, state
		for i, o := range r.State.Open {
			for _, w := range res.Waits {
				if o.Point == w.Point {
					r.State.Open[i].Due = w.Due
				}
			}
		}
	}
	return res
}

// Ask has somebody ask for something, and gives the entry that the run gets.
func (p *Play) Ask(account, run string, c catalogue.Command) ledger.Entry {
	p.T.Helper()
	c = c.InRun(run)
	c.Key = uuid.NewString()
	cmd, err := p.Records.Accept(p.T.Context(), p.Accounts[account], c.NewCommand)
	require.NoError(p.T, err)
	require.Equal(p.T, ledger.CommandAccepted, cmd.State)
	return ledger.Entry{ID: cmd.ID, Target: c.Target, Answer: cmd.Answer}
}

// Complete has somebody claim a task if nobody holds it, and complete it.
func (p *Play) Complete(account, run, task string, form care.Completion, effects ledger.Effects, change func(*care.RunState)) ledger.StepResult {
	p.T.Helper()
	e := p.Completion(account, run, task, form)
	effects.Tasks = append([]ledger.TaskChange{{ID: task, State: care.TaskCompleted, Outcome: care.Code(form.Outcome)}}, effects.Tasks...)
	return p.Does(run, e, effects, change)
}

// Completion has somebody claim a task and ask to complete it.
func (p *Play) Completion(account, run, task string, form care.Completion) ledger.Entry {
	p.T.Helper()
	require.NoError(p.T, p.Claim(account, task))
	return p.Ask(account, run, catalogue.Complete.Command("", task, form))
}

// Hear gives the oldest entry that waits in a run's inbox.
func (p *Play) Hear(run string, op care.Operation) (e ledger.Entry) {
	p.T.Helper()
	err := p.Owner.QueryRow(p.T.Context(), `SELECT id::text, target, answer FROM command WHERE run_id = $1 AND operation = $2 AND state = 'accepted' ORDER BY seq LIMIT 1`,
		run, op).Scan(&e.ID, &e.Target, &e.Answer)
	require.NoError(p.T, err)
	return e
}

// Clock is what the timer of a run says now, which is given its id with its run.
// No two are of the same moment.
func (p *Play) Clock() ledger.Entry {
	p.clocks++
	return ledger.ClockEntry("", p.Now.Add(-p.clocks))
}

// Refused asks that a step was refused for a field that breaks a rule.
func (p *Play) Refused(res ledger.StepResult, e ledger.Entry, field, rule string) {
	p.T.Helper()
	require.Equal(p.T, ledger.Refused, res.Verdict)
	require.Contains(p.T, p.Refusal(e.ID).Faults, care.Fault{Field: field, Rule: rule})
}

// Refusal is that of a refused command.
func (p *Play) Refusal(id string) (refusal care.Refusal) {
	p.T.Helper()
	require.NoError(p.T, p.Owner.QueryRow(p.T.Context(), `SELECT refusal FROM command WHERE id = $1`, id).Scan(&refusal))
	return refusal
}

// Row reads one row of what the owner sees, as JSON.
func (p *Play) Row(sql string, args ...any) map[string]any {
	p.T.Helper()
	rows := p.Rows(sql, args...)
	require.Len(p.T, rows, 1)
	return rows[0]
}

// Rows reads rows of what the owner sees, as JSON.
func (p *Play) Rows(sql string, args ...any) []map[string]any {
	p.T.Helper()
	rows, err := p.Owner.Query(p.T.Context(), `SELECT to_jsonb(r) FROM (`+sql+`) r`, args...)
	require.NoError(p.T, err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[map[string]any])
	require.NoError(p.T, err)
	return found
}

// Count counts the rows of a table, or of a table WHERE something holds.
func (p *Play) Count(sql string, args ...any) int {
	p.T.Helper()
	var n int
	require.NoError(p.T, p.Owner.QueryRow(p.T.Context(), `SELECT count(*) FROM `+sql, args...).Scan(&n))
	return n
}

// Moments are the codes of a case's timeline, in order.
func (p *Play) Moments(caseRun string) (codes []string) {
	for _, row := range p.Rows(`SELECT code FROM timeline WHERE case_id = $1 ORDER BY id`, ledger.BareID(caseRun)) {
		codes = append(codes, row["code"].(string))
	}
	return codes
}

// Branch opens a branch of a case, which makes its first step.
func (p *Play) Branch(caseRun, run string, opening care.Answer, effects ledger.Effects, open ...care.OpenPoint) {
	p.T.Helper()
	opening.Operation = care.OpOpen
	p.Does(caseRun, p.Clock(), ledger.Effects{Tell: []ledger.Message{{Run: run, Answer: opening}}}, func(s *care.RunState) {
		s.Open = append(s.Open, care.OpenPoint{Point: run, Kind: care.OpenRun, ID: run})
	})
	p.Does(run, p.Hear(run, care.OpOpen), effects, func(s *care.RunState) { s.Open = open })
}

// Referred is a case whose person was referred to a health authority, which
// answers through links alone.
func (p *Play) Referred() (caseRun, run, referral, task string) {
	p.T.Helper()
	caseRun, _ = p.Begin(ledger.Person{}, ledger.Effects{})
	run = NewRun(care.RunReferral)
	referral = uuid.NewString()
	ask := Opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "asl", Referral: referral})
	p.Branch(caseRun, run, care.Answer{Agency: "asl", Matter: "health"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "asl", Purpose: "health"}},
		Tasks:     []ledger.TaskChange{ask},
	})
	return caseRun, run, referral, ask.ID
}

// Mailed gives the ids of the links that were mailed on a run, the newest last.
func (p *Play) Mailed(run, template string) (links []string) {
	for _, m := range p.Rows(`SELECT link, recipient FROM mail WHERE run_id = $1 AND template = $2 ORDER BY created_at, next_try`, run, template) {
		require.Equal(p.T, "asl.prato@partner.example", m["recipient"])
		links = append(links, strings.TrimPrefix(m["link"].(string), ledger.Invitation))
	}
	return links
}

// Equipe convenes an équipe with some seats, in its run.
func (p *Play) Equipe(caseRun string, seats ...ledger.SeatChange) (run string) {
	run = NewRun(care.RunEquipe)
	p.Branch(caseRun, run, care.Answer{Equipe: care.BetweenAgencies}, ledger.Effects{
		Equipe: &ledger.EquipeChange{Kind: care.BetweenAgencies, Reason: "revise"}, Seats: seats})
	return run
}

// Propose writes a draft's task, and completes it with a plan.
func (p *Play) Propose(run, id string, plan care.PlanForm) ledger.StepResult {
	p.T.Helper()
	task := Opens(run, uuid.NewString(), ledger.TaskChange{Kind: care.PlanDraft})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}, Plan: &ledger.PlanChange{ID: id, State: care.PlanDrafting}}, nil)
	form := care.Completion{Outcome: care.Proposed, Plan: &plan}
	return p.Complete("social_worker.prato", run, task.ID, form, ledger.Effects{Plan: &ledger.PlanChange{ID: id, State: care.PlanProposed}}, nil)
}

// Becomes writes what becomes of a plan.
func (p *Play) Becomes(run, id string, state care.PlanState) {
	p.T.Helper()
	p.Does(run, p.Clock(), ledger.Effects{Plan: &ledger.PlanChange{ID: id, State: state}}, nil)
}

// Merge has somebody merge a case into another one.
func (p *Play) Merge(account, from, into string) (ledger.StepResult, ledger.Entry) {
	p.T.Helper()
	form := catalogue.MergeForm{Into: ledger.BareID(into), Note: "Prova: la stessa persona"}
	e := p.Ask(account, from, catalogue.Merge.Command("", "", form))
	require.Equal(p.T, into, e.Answer.Case)
	return p.Tries(from, e, ledger.Effects{
		Stage: care.StageClosed, Closure: care.OutcomeMerged, Ending: care.OutcomeMerged, MergeInto: e.Answer.Case}, nil), e
}

// Opens is a task that a step of a run opens.
func Opens(run, step string, task ledger.TaskChange) ledger.TaskChange {
	task.ID, task.State = ledger.DerivedID(run, step), care.TaskReady
	return task
}

// NewRun is the id of a run that there is not yet.
func NewRun(kind care.RunKind) string { return ledger.RunID(kind, uuid.NewString()) }

// DayLong is a day by the clock.
const DayLong = 24 * time.Hour
