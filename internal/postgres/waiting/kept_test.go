package waiting_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/testclock"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// clinic is a play with what keeps the health of its cases.
type clinic struct {
	*postgrestest.Play
	health *machine.Health
}

func newClinic(p *postgrestest.Play) *clinic {
	c := &clinic{Play: p, health: machine.NewHealth(p.API, testclock.Rome)}
	c.health.Clock = func() time.Time { return c.Now }
	return c
}

// kept is what is kept of an open case.
type kept struct {
	Health  health.Health  `json:"health"`
	Cause   string         `json:"cause"`
	Waiting health.Waiting `json:"waiting"`
	Harm    int            `json:"harm"`
	LateDay int            `json:"late_day"`
	GoesOn  int            `json:"goes_on"`
	Marked  bool           `json:"marked"`
}

func (c *clinic) kept(caseRun string) (k kept) {
	c.T.Helper()
	var text []byte
	require.NoError(c.T, c.Owner.QueryRow(c.T.Context(), `SELECT to_jsonb(h) || jsonb_build_object('marked', changes_at <= $2)
		FROM case_health h WHERE case_id = $1`, ledger.BareID(caseRun), c.Now).Scan(&text))
	require.NoError(c.T, json.Unmarshal(text, &k))
	return k
}

// refresh has the refresher make its round.
func (c *clinic) refresh() {
	c.T.Helper()
	require.NoError(c.T, c.health.Look(c.T.Context()))
	_, err := c.health.Refresh(c.T.Context(), 100)
	require.NoError(c.T, err)
}

func (c *clinic) put(sql string, args ...any) {
	c.T.Helper()
	_, err := c.Owner.Exec(c.T.Context(), sql, args...)
	require.NoError(c.T, err)
}

// withTask opens a case with a task of a kind, and one to review besides.
func (c *clinic) withTask(kind care.TaskKind) (caseRun, task string) {
	c.T.Helper()
	caseRun, _ = c.Begin(ledger.Person{}, ledger.Effects{})
	opens := postgrestest.Opens(caseRun, uuid.NewString(), ledger.TaskChange{Kind: kind})
	c.Does(caseRun, c.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{opens}}, nil)
	return caseRun, opens.ID
}

// A step keeps how its case stands; what is claimed and the like is computed within a
// second. Closing the case takes the row away.
func TestWhatIsKeptByWhoChangesACase(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	caseRun, task := c.withTask(care.SocialConsult)
	k := c.kept(caseRun)
	require.False(t, k.Marked)
	require.Equal(t, health.Planned, k.Health)
	require.Equal(t, care.SocialConsult, k.Waiting.Task)
	require.Equal(t, care.TaskReady, k.Waiting.State)

	require.NoError(t, c.Claim("social_worker.prato", task))
	require.True(t, c.kept(caseRun).Marked)
	c.refresh()
	k = c.kept(caseRun)
	require.False(t, k.Marked)
	require.Equal(t, care.TaskReserved, k.Waiting.State)
	// Passed on to those of another role, it is kept as theirs.
	reassign := catalogue.Reassign.Command(uuid.NewString(), task, catalogue.Assignment{Role: care.DeskOperator, Note: "Prova"})
	_, err := c.Records.Assign(t.Context(), c.Accounts["supervisor.prato"], reassign.NewCommand)
	require.NoError(t, err)
	require.NoError(t, c.Claim("desk_operator.prato", task))
	c.refresh()
	k = c.kept(caseRun)
	require.False(t, k.Marked)
	require.Equal(t, care.DeskOperator, k.Waiting.Role)
	require.Equal(t, care.TaskReserved, k.Waiting.State)

	c.Does(caseRun, c.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeMovedAway, Ending: care.OutcomeMovedAway,
		Tasks: []ledger.TaskChange{{ID: task, State: care.TaskObsolete}}}, nil)
	require.Zero(t, c.Count(`case_health WHERE case_id = $1`, ledger.BareID(caseRun)))
}

// What changes a case past its steps is seen to change what is kept of it.
func TestEachCauseChangesWhatIsKept(t *testing.T) {
	t.Run("who holds the task leaves, though others have the role", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, task := c.withTask(care.FirstListening)
		other, _ := c.withTask(care.FirstListening)
		c.put(`INSERT INTO staff (subject, name, role, zone, agency, email) SELECT 'more.' || n, 'Prova', 'desk_operator', 'prato', 'comune', 'piu@prova.invalid' FROM generate_series(1, 3) n`)
		require.NoError(t, c.Claim("desk_operator.prato", task))
		c.refresh()
		c.put(`UPDATE staff SET active = false WHERE subject = 'desk_operator.prato'`)
		require.True(t, c.kept(caseRun).Marked)
		require.False(t, c.kept(other).Marked)
		c.refresh()
		require.Equal(t, health.Orphaned, c.kept(caseRun).Health)
		c.put(`UPDATE staff SET active = true WHERE subject = 'desk_operator.prato'`)
		c.refresh()
		require.Equal(t, health.Planned, c.kept(caseRun).Health)
	})
	t.Run("the zone has no supervisor any more, and has one again", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, _ := c.withTask(care.FirstListening)
		require.NotEmpty(t, c.kept(caseRun).Waiting.Means)
		c.put(`UPDATE staff SET active = false WHERE role = 'supervisor' AND zone = 'prato'`)
		require.True(t, c.kept(caseRun).Marked)
		c.refresh()
		require.Empty(t, c.kept(caseRun).Waiting.Means)
		c.put(`INSERT INTO staff (subject, name, role, zone, agency, email) VALUES ('new.supervisor', 'Prova', 'supervisor', 'prato', 'comune', 'nuova@prova.invalid')`)
		require.True(t, c.kept(caseRun).Marked)
		c.refresh()
		require.NotEmpty(t, c.kept(caseRun).Waiting.Means)
	})
	t.Run("nobody is left who may act, and somebody is again", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, _ := c.withTask(care.SocialConsult)
		other, _ := c.withTask(care.FirstListening)
		require.Contains(t, c.kept(caseRun).Waiting.StandIns, care.SocialWorker)
		c.put(`UPDATE staff SET active = false WHERE subject = 'social_worker_2.prato'`)
		require.True(t, c.kept(caseRun).Marked)
		require.False(t, c.kept(other).Marked, "a case whose tasks are others'")
		c.refresh()
		require.NotContains(t, c.kept(caseRun).Waiting.StandIns, care.SocialWorker)
		c.put(`UPDATE staff SET active = false WHERE subject = 'social_worker.prato'`)
		c.refresh()
		require.Equal(t, health.Orphaned, c.kept(caseRun).Health)
		c.put(`INSERT INTO staff (subject, name, role, zone, agency, email) SELECT 'neu.prato', 'Prova', role, zone, agency, 'neu@percorso.example'
			FROM staff WHERE subject = 'social_worker.prato'`)
		c.refresh()
		require.Equal(t, health.Planned, c.kept(caseRun).Health)
		c.put(`UPDATE staff SET email = 'anders@percorso.example' WHERE subject = 'neu.prato'`)
		require.False(t, c.kept(caseRun).Marked, "as many as before")
	})
	t.Run("a policy says otherwise how a partner answers", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, _, _, _ := c.Referred()
		other, _ := c.withTask(care.SocialConsult)
		require.Equal(t, "asl", c.kept(caseRun).Waiting.Partner)
		c.Law("with an account", func(p *care.Policy) {
			for i, a := range p.Agencies {
				if a.Code == "asl" {
					p.Agencies[i].Answers = care.SocialWorker
				}
			}
		})
		require.True(t, c.kept(caseRun).Marked)
		require.False(t, c.kept(other).Marked)
		c.refresh()
		require.Empty(t, c.kept(caseRun).Waiting.Partner)
	})
	t.Run("a run cannot go on, and can again", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, _ := c.withTask(care.SocialConsult)
		report := func(failing ...string) {
			c.put(`INSERT INTO machine_report (at, report) VALUES ($1, $2)
				ON CONFLICT (one) DO UPDATE SET at = excluded.at, report = excluded.report`, c.Now, ledger.MachineReport{At: c.Now, Pollers: 1})
			c.put(`DELETE FROM run_trouble`)
			c.put(`INSERT INTO run_trouble (run_id, case_id, cause, since, seen_at) SELECT id, case_id, 'workflow_task', $2, $2 FROM run WHERE id = ANY ($1)`, failing, c.Now)
		}
		report(caseRun)
		c.refresh()
		require.Equal(t, health.CauseFailing, c.kept(caseRun).Cause)
		report()
		c.refresh()
		require.Equal(t, health.Planned, c.kept(caseRun).Health)
		// An old report says nothing.
		report(caseRun)
		c.refresh()
		require.Equal(t, health.Broken, c.kept(caseRun).Health)
		c.Now = c.Now.Add(ledger.ReportMaxAge)
		c.refresh()
		require.Equal(t, health.Planned, c.kept(caseRun).Health)
		// Nothing is new about the run when the watch is back.
		c.put(`UPDATE machine_report SET at = $1`, c.Now)
		c.refresh()
		require.Equal(t, health.Broken, c.kept(caseRun).Health)
	})
	t.Run("an entry cannot be worked, and is", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, _ := c.withTask(care.SocialConsult)
		e := c.Ask("social_worker.prato", caseRun, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: c.Now}))
		r := c.Runs[caseRun]
		step := ledger.Step{Run: caseRun, Case: caseRun, Epoch: r.Epoch, Revision: r.Revision, Entry: e, At: c.Now, State: r.State}
		_, err := c.Steps.Defer(t.Context(), step, "22003")
		require.NoError(t, err)
		require.True(t, c.kept(caseRun).Marked)
		c.refresh()
		require.Equal(t, health.CauseDeferred, c.kept(caseRun).Cause)
		require.False(t, c.kept(caseRun).Marked)
		c.put(`UPDATE command SET state = 'refused', refusal = '{"code": "by_hand"}', worked_at = now() WHERE id = $1`, e.ID)
		require.True(t, c.kept(caseRun).Marked)
		c.refresh()
		require.Equal(t, health.Planned, c.kept(caseRun).Health)
	})
	t.Run("a mail fails, and a new link is sent", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, run, _, task := c.Referred()
		c.put(`UPDATE mail SET failed_at = now() WHERE run_id = $1`, run)
		require.True(t, c.kept(caseRun).Marked)
		c.refresh()
		k := c.kept(caseRun)
		require.Equal(t, health.Broken, k.Health)
		require.Equal(t, health.CauseMail, k.Cause)
		c.put(`INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
			SELECT gen_random_uuid(), case_id, run_id, zone, agency, referral_id, task_id, created_at + interval '1 hour', expires_at FROM link WHERE task_id = $1`, task)
		c.refresh()
		require.Equal(t, health.Planned, c.kept(caseRun).Health)
	})
	t.Run("what was accepted is not worked", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlayToday(t))
		caseRun, _ := c.withTask(care.SocialConsult)
		until := c.Now.AddDate(0, 1, 0)
		e := c.Ask("social_worker.prato", caseRun, catalogue.Suspend.Command("", "", agenda.SuspendForm{Until: &until, Reason: "health"}))
		c.Now = c.Now.Add(health.Grace)
		c.refresh()
		require.Equal(t, health.Planned, c.kept(caseRun).Health)
		c.Now = c.Now.Add(time.Minute)
		c.refresh()
		require.Equal(t, health.CauseInbox, c.kept(caseRun).Cause)
		c.Does(caseRun, e, ledger.Effects{}, nil)
		require.Equal(t, health.Planned, c.kept(caseRun).Health)

		// It may be refused instead: by its run, or because that has ended.
		for _, refuse := range []string{"relay", "run"} {
			e = c.Ask("social_worker.prato", caseRun, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: c.Now}))
			c.Now = c.Now.Add(2 * time.Minute)
			c.refresh()
			require.Equal(t, health.CauseInbox, c.kept(caseRun).Cause)
			if refuse == "relay" {
				c.put(`UPDATE command SET state = 'refused', refusal = '{"code": "ended"}', worked_at = now() WHERE id = $1`, e.ID)
			} else {
				r := c.Runs[caseRun]
				res, err := c.Steps.Record(t.Context(), ledger.Step{Run: caseRun, Case: caseRun, Epoch: r.Epoch, Revision: r.Revision, Entry: e, At: c.Now, State: r.State})
				require.NoError(t, err)
				require.Equal(t, ledger.Refused, res.Verdict)
			}
			require.True(t, c.kept(caseRun).Marked)
			c.refresh()
			require.Equal(t, health.Planned, c.kept(caseRun).Health)
		}
	})
	t.Run("a clock is not worked", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, _ := c.Begin(ledger.Person{}, ledger.Effects{})
		due := c.Now.Add(time.Hour)
		c.Does(caseRun, c.Clock(), ledger.Effects{Waits: []ledger.Wait{{Point: "review", Deadline: care.DeadlineReviewAfterPlan, At: &due}}}, func(s *care.RunState) {
			s.Open = []care.OpenPoint{{Point: "review", Kind: care.OpenWait}}
		})
		require.Equal(t, health.WaitTime, c.kept(caseRun).Waiting.For)
		c.Now = due.Add(health.Grace)
		require.False(t, c.kept(caseRun).Marked)
		c.Now = c.Now.Add(time.Second)
		require.True(t, c.kept(caseRun).Marked)
		c.refresh()
		require.Equal(t, health.CauseClock, c.kept(caseRun).Cause)
	})
	t.Run("a term passes", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, task := c.withTask(care.SocialConsult)
		var remind, escalate time.Time
		require.NoError(t, c.Owner.QueryRow(t.Context(), `SELECT remind_at, escalate_at FROM task WHERE id = $1`, task).Scan(&remind, &escalate))
		c.put(`UPDATE run SET next_due = NULL WHERE id = $1`, caseRun) // the machinery is not what this is about
		c.refresh()
		require.Equal(t, "remind", c.kept(caseRun).Waiting.Then)
		c.Now = remind
		c.refresh()
		require.Equal(t, "escalate", c.kept(caseRun).Waiting.Then)
		c.Now = escalate.Add(time.Second)
		c.refresh()
		k := c.kept(caseRun)
		require.Equal(t, health.Late, k.Health)
		require.NotEqual(t, health.NeverLate, k.LateDay)
		require.Zero(t, k.GoesOn)
	})
	t.Run("the code of before writes", func(t *testing.T) {
		c := newClinic(postgrestest.NewPlay(t))
		caseRun, task := c.withTask(care.SocialConsult)
		c.put(`UPDATE task SET state = 'obsolete', ended_at = now() WHERE id = $1`, task)
		c.refresh()
		require.Equal(t, health.Orphaned, c.kept(caseRun).Health)
		c.put(`UPDATE run SET revision = revision + 1 WHERE id = $1`, caseRun)
		require.True(t, c.kept(caseRun).Marked)
	})
}

// The supervisor's list goes by harm over all its pages, and the counts are those of
// what is kept.
func TestStuckCasesGoByHarm(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	day := 24 * time.Hour
	late := func(task string, days time.Duration) {
		c.put(`UPDATE task SET remind_at = $2, escalate_at = $2 WHERE id = $1`, task, c.Now.Add(-days*day))
	}
	two, task := c.withTask(care.SocialConsult)
	late(task, 2)
	nine, task := c.withTask(care.SocialConsult)
	late(task, 9)
	permit, task := c.withTask(care.PermitRenewal)
	c.put(`UPDATE person SET permit = 'work', permit_expiry = $2 WHERE case_id = $1`, ledger.BareID(permit), c.Now.Add(5*day))
	late(task, 1)
	nobody, task := c.withTask(care.SocialConsult)
	c.put(`UPDATE task SET role = $2, agency = 'cpi' WHERE id = $1`, task, care.CPIOperator)
	c.put(`UPDATE staff SET active = false WHERE role = $1`, care.CPIOperator)
	deferred, _ := c.withTask(care.SocialConsult)
	e := c.Ask("social_worker.prato", deferred, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: c.Now}))
	r := c.Runs[deferred]
	_, err := c.Steps.Defer(t.Context(), ledger.Step{Run: deferred, Case: deferred, Epoch: r.Epoch, Revision: r.Revision, Entry: e, At: c.Now, State: r.State}, "22003")
	require.NoError(t, err)
	c.withTask(care.SocialConsult) // waits as planned
	c.put(`UPDATE run SET next_due = NULL`)
	lead := c.Accounts["supervisor.prato"]

	all := func() (cases []string) {
		for p := (ledger.Paging{Limit: 2}); ; {
			page, err := c.Records.StuckCases(t.Context(), lead, p)
			require.NoError(t, err)
			for _, s := range page.Items {
				cases = append(cases, ledger.CaseRun(s.ID))
			}
			if p.Cursor = page.Next; p.Cursor == "" {
				return cases
			}
		}
	}
	want := []string{permit, nobody, deferred, nine, two}
	require.ElementsMatch(t, want, all(), "computed where they are read, before the refresher came")
	c.refresh()
	require.Equal(t, want, all())

	counts := health.Counts{health.Broken: 1, health.Orphaned: 1, health.Late: 3, health.Planned: 1, health.Unknown: 0}
	for _, fold := range []int{1000, 0} {
		c.put(`SELECT fold_health($1)`, fold)
		found, err := c.Records.HealthCounts(t.Context(), lead)
		require.NoError(t, err)
		require.Equal(t, counts, found)
		figures, err := machine.NewWatch(c.API).Figures(t.Context())
		require.NoError(t, err)
		require.Equal(t, counts, figures.Cases)
	}
	require.Equal(t, 4, c.Count(`health_count`), "a line for each that there is")
	_, err = c.Records.HealthCounts(t.Context(), c.Accounts["social_worker.prato"])
	require.ErrorIs(t, err, ledger.ErrForbidden)
	found, err := c.Records.HealthCounts(t.Context(), c.Accounts["supervisor.lucca"])
	require.NoError(t, err)
	require.Zero(t, found[health.Late], "another zone's")
}

// Whoever changes a case and whoever refreshes it take turns, and nothing that one of
// them saw too early is kept.
func TestNothingIsLostBetweenSteps(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	caseRun, task := c.withTask(care.SocialConsult)

	// A step waits for whoever has the row, and a refresher leaves it to them.
	ctx, done := t.Context(), make(chan error, 1)
	tx, err := c.Owner.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.Background()) }()
	_, err = tx.Exec(ctx, `SELECT FROM case_health WHERE case_id = $1 FOR UPDATE`, ledger.BareID(caseRun))
	require.NoError(t, err)
	var holder string
	require.NoError(t, tx.QueryRow(ctx, `SELECT pg_current_xact_id()::xid::text`).Scan(&holder))
	go func() { done <- c.Claim("social_worker.prato", task) }()
	require.Eventually(t, func() bool {
		var waits bool
		return c.Owner.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid::text = $1)`, holder).Scan(&waits) == nil && waits
	}, time.Minute, 5*time.Millisecond)
	c.refresh()
	_, err = tx.Exec(ctx, `UPDATE case_health SET cause = 'old', changes_at = 'epoch' WHERE case_id = $1`, ledger.BareID(caseRun))
	require.NoError(t, err)
	require.NoError(t, tx.Commit(ctx))
	require.NoError(t, <-done)
	require.True(t, c.kept(caseRun).Marked)
	c.refresh()
	require.Equal(t, care.TaskReserved, c.kept(caseRun).Waiting.State)
	require.Empty(t, c.kept(caseRun).Cause)

	// Two branches of a case step side by side, while its health is refreshed.
	var runs []string
	for _, matter := range []care.Code{"labour", "housing"} {
		run := postgrestest.NewRun(care.RunReferral)
		c.Branch(caseRun, run, care.Answer{Agency: "cpi", Matter: matter}, ledger.Effects{})
		runs = append(runs, run)
	}
	var steps sync.WaitGroup
	stop := make(chan struct{})
	refreshed := make(chan struct{})
	go func() {
		defer close(refreshed)
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = c.Owner.Exec(ctx, `UPDATE case_health SET changes_at = 'epoch'`)
				_, _ = c.health.Refresh(ctx, 100)
			}
		}
	}()
	for _, run := range runs {
		played := *c.Runs[run]
		steps.Go(func() {
			for i := range 20 {
				opens := postgrestest.Opens(run, uuid.NewString(), ledger.TaskChange{Kind: care.SupplyInformation})
				at := c.Now.Add(-time.Duration(i) * time.Second)
				res, err := c.Steps.Record(context.Background(), ledger.Step{Run: run, Case: caseRun, Epoch: played.Epoch, Revision: played.Revision + i,
					Entry: ledger.ClockEntry(run, at), Taken: true, At: c.Now, State: played.State, Effects: ledger.Effects{Tasks: []ledger.TaskChange{opens}}})
				if err != nil || res.Verdict != ledger.Recorded {
					t.Errorf("%v %v", res.Verdict, err)
					return
				}
			}
		})
	}
	steps.Wait()
	close(stop)
	<-refreshed
	c.sameAsComputed(caseRun)
}

// sameAsComputed asserts that of a case is kept what is computed.
func (c *clinic) sameAsComputed(caseRun string) {
	c.T.Helper()
	before := c.kept(caseRun)
	c.put(`UPDATE case_health SET changes_at = 'epoch' WHERE case_id = $1`, ledger.BareID(caseRun))
	c.refresh()
	require.Equal(c.T, c.kept(caseRun), before)
}

// A case whose health cannot be computed is named and put off; the others are computed.
func TestACaseThatCannotBeComputedHoldsUpNoOther(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	spoilt, _ := c.withTask(care.SocialConsult)
	other, _ := c.withTask(care.SocialConsult)
	c.put(`UPDATE case_file SET suspended_at = now(), suspended_until = '10000-01-01 12:00+00' WHERE id = $1`, ledger.BareID(spoilt))
	c.put(`UPDATE run SET next_due = '10000-01-01 12:00+00' WHERE case_id = $1`, ledger.BareID(spoilt))
	c.put(`UPDATE case_health SET changes_at = 'epoch'`)
	c.refresh() // an earlier version stored such times
	require.Equal(t, 9999, c.kept(spoilt).Waiting.Until.Year())
	c.put(`UPDATE case_file SET suspended_at = now(), suspended_until = 'infinity' WHERE id = $1`, ledger.BareID(spoilt))
	c.put(`UPDATE case_health SET changes_at = 'epoch', computed_at = 'epoch'`)
	done, err := c.health.Refresh(t.Context(), 100)
	require.ErrorContains(t, err, ledger.BareID(spoilt))
	require.NotContains(t, err.Error(), ledger.BareID(other))
	require.Equal(t, 2, done)
	require.False(t, c.kept(other).Marked)
	require.Equal(t, 1, c.Count(`case_health WHERE case_id = $1 AND computed_at > 'epoch'`, ledger.BareID(other)))
	c.refresh()
	c.put(`UPDATE case_file SET suspended_at = NULL, suspended_until = NULL WHERE id = $1`, ledger.BareID(spoilt))
	c.Now = c.Now.Add(time.Hour)
	c.refresh()
	require.Equal(t, 1, c.Count(`case_health WHERE case_id = $1 AND computed_at = $2`, ledger.BareID(spoilt), c.Now), "it is tried again")
	c.put(`REVOKE SELECT ON case_health FROM percorso_watch`)
	_, err = c.health.Refresh(t.Context(), 100)
	require.ErrorContains(t, err, "42501", "where they are not even found")
}
