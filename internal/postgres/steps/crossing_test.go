package steps_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/records"
	"percorso/internal/postgres/steps"
)

// colliding is a play in which two things are done at once. Postgres undoes none of two
// that wait for each other, so that they would wait until they give up.
func colliding(t *testing.T) *play {
	p := newPlayToday(t)
	p.Administer("ALTER DATABASE " + p.Database + " SET deadlock_timeout = '10min'")
	work := p.Pool(standalone.Worker)
	p.Steps, p.Outbox, p.API = steps.New(work, calendar.New), outbox.New(work), p.Pool(standalone.API)
	p.Records = records.New(p.API, calendar.New)
	p.Records.Clock = func() time.Time { return p.Now }
	return p
}

// crosses has both done while somebody holds a row that both need, the first of them
// a little earlier. Neither may fail.
func (p *play) crosses(hold string, of any, first, second func() error) {
	p.T.Helper()
	admin, err := pgx.Connect(p.T.Context(), p.Stack.AdministratorURL(p.Database)) // who alone sees for what others wait
	require.NoError(p.T, err)
	defer func() { _ = admin.Close(context.Background()) }()
	tx, err := p.Owner.Begin(p.T.Context())
	require.NoError(p.T, err)
	_, err = tx.Exec(p.T.Context(), hold, of)
	require.NoError(p.T, err)
	done := make(chan error, 2)
	for i, act := range []func() error{first, second} {
		go func() { done <- act() }()
		require.Eventually(p.T, func() bool {
			var waiting int
			err := admin.QueryRow(p.T.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
			return err == nil && waiting == i+1
		}, time.Minute, 5*time.Millisecond, "it waits for nothing")
	}
	require.NoError(p.T, tx.Commit(p.T.Context()))
	require.NoError(p.T, <-done)
	require.NoError(p.T, <-done)
}

const (
	holdRun  = `SELECT FROM run WHERE id = $1 FOR UPDATE`
	holdFile = `SELECT FROM case_file WHERE id = $1 FOR UPDATE`
	holdTask = `SELECT FROM task WHERE id = $1 FOR UPDATE`
)

// step is one that a run makes later, with what becomes of it.
type step struct {
	ledger.Step
	res ledger.StepResult
}

// plans a step of a run.
func (p *play) plans(run string, e ledger.Entry, effects ledger.Effects) *step {
	r := p.Runs[run]
	if e.Answer.Operation == care.OpClock {
		e = ledger.ClockEntry(run, *e.Answer.At)
	}
	return &step{Step: ledger.Step{Run: run, Case: r.CaseRun, Epoch: r.Epoch, Revision: r.Revision, Entry: e, Taken: true, At: p.Now, State: r.State, Effects: effects}}
}

// merging plans that a case is merged into another.
func (p *play) merging(from, into string) *step {
	p.T.Helper()
	e := p.Ask("supervisor.prato", from, catalogue.Merge.Command("", "", catalogue.MergeForm{Into: ledger.BareID(into), Note: "Prova"}))
	return p.plans(from, e, ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeMerged, Ending: care.OutcomeMerged, MergeInto: into})
}

// makes a planned step, as the activity would that does not try again.
func (p *play) makes(s *step) func() error {
	return func() (err error) {
		s.res, err = p.Steps.Record(p.T.Context(), s.Step)
		return err
	}
}

// two are files of one person on the second level, in the order of their ids.
func (p *play) two() (low, high string) {
	p.T.Helper()
	task := ledger.Effects{Tasks: []ledger.TaskChange{{ID: uuid.NewString(), State: care.TaskReady, Kind: care.FirstListening}}}
	low, _ = p.Begin(ledger.Person{}, task)
	high, _ = p.Begin(ledger.Person{}, ledger.Effects{})
	for _, run := range []string{low, high} {
		p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	}
	return low, high // ids grow with time
}

func TestMergesThatCross(t *testing.T) {
	p := colliding(t)
	for _, held := range []int{0, 1} {
		low, high := p.two()
		runs := []string{low, high}
		one, other := p.merging(low, high), p.merging(high, low)
		waits := map[int][2]*step{0: {one, other}, 1: {other, one}}[held]
		p.crosses(holdRun, runs[held], p.makes(waits[0]), p.makes(waits[1]))
		require.ElementsMatch(t, []ledger.Verdict{ledger.Recorded, ledger.Refused}, []ledger.Verdict{one.res.Verdict, other.res.Verdict}, "one of them is the file that stays")
	}

	// A third file: whatever comes first, all ends up in one, or what is left is open.
	for _, last := range []bool{true, false} {
		a, b := p.two()
		c, _ := p.two()
		into, on := p.merging(a, b), p.merging(b, c)
		first, second := into, on
		if last {
			first, second = on, into
		}
		p.crosses(holdRun, b, p.makes(first), p.makes(second))
		require.Equal(t, ledger.Recorded, on.res.Verdict)
		require.Equal(t, last, into.res.Verdict == ledger.Refused, "nothing is merged into what has ended")
		open := 0
		for _, run := range []string{a, b, c} {
			open += p.Count(`run WHERE id = $1 AND ended_at IS NULL`, run)
		}
		require.Equal(t, map[bool]int{true: 2, false: 1}[last], open)
	}
}

// Whatever is done in a file at the moment in which it is merged goes along.
func TestWhatCrossesAMerge(t *testing.T) {
	p := colliding(t)
	begin := func() (from, into string, task ledger.TaskChange) {
		from, into = p.two()
		service := postgrestest.NewRun(care.RunService)
		task = postgrestest.Opens(service, "interview", ledger.TaskChange{Kind: care.Interview, Role: care.SocialWorker})
		p.Branch(from, service, care.Answer{Service: care.Code(service)}, ledger.Effects{Tasks: []ledger.TaskChange{task}})
		return from, into, task
	}
	merged := func(s *step, from string) {
		t.Helper()
		require.Equal(t, ledger.Recorded, s.res.Verdict)
		for _, table := range []string{"task", "record", "mail", "action_progress", `run WHERE kind <> 'case' AND case_id = $1 --`} {
			require.Zero(t, p.Count(table+` WHERE case_id = $1`, ledger.BareID(from)), table)
		}
	}

	t.Run("a branch's step", func(t *testing.T) {
		for _, first := range []bool{true, false} {
			from, into, task := begin()
			service := p.branchOf(from)
			merge, step := p.merging(from, into), p.plans(service, p.Clock(), ledger.Effects{
				Tasks: []ledger.TaskChange{{ID: task.ID, State: care.TaskObsolete}}, Ending: care.EndedEarly,
				Tell: []ledger.Message{{Run: from, Answer: care.Answer{Operation: care.OpReport, Run: service}}},
			})
			if first {
				p.crosses(holdFile, ledger.BareID(from), p.makes(step), p.makes(merge))
				require.Zero(t, p.Count(`command WHERE run_id = $1 AND operation = 'adopt'`, into), "it has ended")
			} else {
				p.crosses(holdFile, ledger.BareID(from), p.makes(merge), p.makes(step))
				require.Equal(t, into, p.Hear(into, care.OpReport).Answer.Case)
			}
			merged(merge, from)
			require.Equal(t, ledger.Recorded, step.res.Verdict)
		}
	})
	t.Run("a claim", func(t *testing.T) {
		from, into, task := begin()
		merge := p.merging(from, into)
		p.crosses(holdFile, ledger.BareID(from), p.makes(merge), func() error { return p.Claim("social_worker.prato", task.ID) })
		merged(merge, from)
		require.Equal(t, 1, p.Count(`task WHERE id = $1 AND state = 'reserved'`, task.ID))
	})
	t.Run("an answer", func(t *testing.T) {
		from, into, task := begin()
		require.NoError(t, p.Claim("social_worker.prato", task.ID))
		merge, key := p.merging(from, into), uuid.NewString()
		var cmd ledger.Command
		p.crosses(holdTask, task.ID, p.makes(merge), func() (err error) {
			cmd, err = p.Records.Accept(t.Context(), p.Accounts["social_worker.prato"],
				catalogue.Complete.Command(key, task.ID, care.Completion{Outcome: care.NoShow}).NewCommand)
			return err
		})
		merged(merge, from)
		require.Equal(t, into, cmd.Answer.Case)
	})
	t.Run("a mail that fails", func(t *testing.T) {
		from, into, task := begin()
		p.Now = p.Now.Add(60 * postgrestest.DayLong)
		service := p.branchOf(from)
		p.Does(service, p.Clock(), ledger.Effects{}, nil)
		id := p.Rows(`SELECT id FROM mail WHERE link LIKE '%' || $1`, task.ID)[0]["id"].(string)
		merge := p.merging(from, into)
		p.crosses(holdFile, ledger.BareID(from), p.makes(merge), func() error {
			_, err := p.Outbox.MailTried(t.Context(), id, ledger.MailResult{Outcome: ledger.MailFailed, Cause: "unknown_recipient"})
			return err
		})
		merged(merge, from)
	})
	t.Run("a progress", func(t *testing.T) {
		from, into := p.two()
		until, equipe, plan := p.Now.Add(postgrestest.DayLong), p.Equipe(from), uuid.NewString()
		p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}}, Actions: []care.PlanAction{{Text: "Prova", Agency: "comune", Until: &until}}})
		p.Becomes(equipe, plan, care.PlanActive)
		plans, err := p.Records.Plans(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(from))
		require.NoError(t, err)
		says := func(state care.ActionState) error {
			_, err := p.Records.Assign(t.Context(), p.Accounts["social_worker.prato"],
				catalogue.Progress.Command(uuid.NewString(), plans[0].Content.Actions[0].ID, catalogue.ProgressForm{State: state}).InRun(from).NewCommand)
			return err
		}
		require.NoError(t, says(care.ActionInProgress))
		merge := p.merging(from, into)
		p.crosses(holdFile, ledger.BareID(from), p.makes(merge), func() error { return says(care.ActionDone) })
		require.Equal(t, ledger.Recorded, merge.res.Verdict)
	})
	t.Run("a transfer's end", func(t *testing.T) {
		for _, first := range []bool{true, false} {
			from, into := p.two()
			transfer, task := p.transferred(into)
			p.Complete("social_worker.lucca", transfer, task, care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp}, ledger.Effects{Ending: care.Accepted}, nil)
			merge, end := p.merging(from, into), p.plans(into, p.Clock(), ledger.Effects{
				Stage: care.StageClosed, Closure: care.OutcomeTransferred, Ending: care.OutcomeTransferred,
				Handover: &ledger.Handover{Zone: "lucca", Run: postgrestest.NewRun(care.RunCase), Stage: care.StageFollowUp},
			})
			if first {
				p.crosses(holdRun, into, p.makes(end), p.makes(merge))
				require.Equal(t, ledger.Refused, merge.res.Verdict)
			} else {
				p.crosses(holdRun, into, p.makes(merge), p.makes(end))
				require.Equal(t, ledger.Recorded, merge.res.Verdict)
				require.Equal(t, 1, p.Count(`case_file WHERE id = $1 AND zone = 'archive/prato'`, ledger.BareID(from)), "it goes along")
			}
			require.Equal(t, ledger.Recorded, end.res.Verdict)
		}
	})
}

// branchOf is the branch that a case has.
func (p *play) branchOf(caseRun string) string {
	p.T.Helper()
	return p.Row(`SELECT id FROM run WHERE case_id = $1 AND kind <> 'case'`, ledger.BareID(caseRun))["id"].(string)
}

// What was accepted for a branch and committed just after its case was merged is
// worked all the same.
func TestAnEntryThatAMergeDidNotSee(t *testing.T) {
	p := newPlay(t)
	from, into := p.two()
	service := postgrestest.NewRun(care.RunService)
	p.Branch(from, service, care.Answer{Service: "x"}, ledger.Effects{})
	e := p.Ask("supervisor.prato", service, catalogue.RenewPolicy.Command("", "", catalogue.None{}))
	res, _ := p.Merge("supervisor.prato", from, into)
	require.Equal(t, ledger.Recorded, res.Verdict)
	_, err := p.Owner.Exec(t.Context(), `UPDATE command SET case_id = $2, answer = $3 WHERE id = $1`, e.ID, ledger.BareID(from), e.Answer)
	require.NoError(t, err)
	altered := p.Tries(service, e, ledger.Effects{}, nil)
	require.Equal(t, ledger.Altered, altered.Verdict)
	require.Equal(t, into, altered.Entry.Answer.Case)
	p.Does(service, *altered.Entry, ledger.Effects{}, nil)

	// Nothing comes from a case that has nothing to do with it.
	other, _ := p.two()
	e = p.Ask("supervisor.prato", other, catalogue.RenewPolicy.Command("", "", catalogue.None{}))
	forged := p.Tries(service, e, ledger.Effects{}, nil)
	require.Equal(t, care.RefusedForbidden, forged.Result.Refusal)
	require.Equal(t, 1, p.Count(`command WHERE id = $1 AND case_id = $2 AND state = 'accepted'`, e.ID, ledger.BareID(other)))
}

// A partner that asks for another link while its referral is taken back.
func TestALinkRenewedBesideAStep(t *testing.T) {
	p := colliding(t)
	_, run, referral, task := p.Referred()
	link := p.Mailed(run, "partner_request")[0]
	_, err := p.Owner.Exec(t.Context(), `UPDATE link SET created_at = created_at - interval '1 hour'`)
	require.NoError(t, err)
	e := p.Ask("desk_operator.prato", run, catalogue.Moves[care.OpWithdraw].Command("", referral, catalogue.ReferralMoveForm{Reason: "no_longer_needed"}))
	withdrawn := p.plans(run, e, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralWithdrawn}}, Tasks: []ledger.TaskChange{{ID: task, State: care.TaskObsolete}}, Ending: care.ReferralEnded,
	})
	p.crosses(holdTask, task, func() error { return p.Records.RenewLink(t.Context(), link) }, p.makes(withdrawn))
	require.Equal(t, ledger.Recorded, withdrawn.res.Verdict)
	require.Equal(t, 2, p.Count(`link WHERE task_id = $1`, task))
}
