package steps_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/testclock"
	"percorso/internal/zone"
)

func TestASuspendedCaseStandsStill(t *testing.T) { testclock.Each(t, standsStill) }

func standsStill(t *testing.T, now time.Time) {
	p := newPlayAt(t, now)
	at := func(text any) time.Time {
		t.Helper()
		when, err := time.Parse(time.RFC3339, text.(string))
		require.NoError(t, err)
		return when
	}
	expiry := p.Now.AddDate(1, 0, 0)
	first := ledger.TaskChange{Kind: care.FirstListening, ID: uuid.NewString(), State: care.TaskReady}
	permitWait := care.OpenPoint{Point: "permit", Kind: care.OpenWait}
	run, _ := p.Begin(ledger.Person{PermitExpiry: &expiry}, ledger.Effects{
		Tasks: []ledger.TaskChange{first}, Waits: []ledger.Wait{{Point: "permit", Deadline: care.DeadlinePermitWarning}}}, permitWait)
	service := postgrestest.NewRun(care.RunService)
	ready, held := postgrestest.Opens(service, "ready", ledger.TaskChange{Kind: care.Orientation}), postgrestest.Opens(service, "held", ledger.TaskChange{Kind: care.Orientation})
	rebook := care.OpenPoint{Point: "rebook", Kind: care.OpenWait}
	p.Branch(run, service, care.Answer{}, ledger.Effects{
		Tasks: []ledger.TaskChange{ready, held}, Waits: []ledger.Wait{{Point: "rebook", Deadline: care.DeadlineRebook}}}, rebook)
	require.NoError(t, p.Claim("desk_operator.prato", held.ID))

	until := p.Now.Add(30 * postgrestest.DayLong)
	suspend := agenda.SuspendForm{Until: &until, Reason: "abroad"}
	over := ledger.Wait{Point: care.SuspensionOver, Deadline: care.SuspensionOver, At: &until}
	during := ledger.TaskChange{Kind: care.Orientation, ID: uuid.NewString(), State: care.TaskReady}
	// Asked twice at once; the second is refused under lock.
	asked, again := p.Ask("supervisor.prato", run, catalogue.Suspend.Command("", "", suspend)), p.Ask("supervisor.prato", run, catalogue.Suspend.Command("", "", suspend))
	res := p.Does(run, asked, ledger.Effects{
		Waits: []ledger.Wait{over}, Tasks: []ledger.TaskChange{during, {Kind: care.PermitRenewal, ID: ledger.DerivedID(run, "renewal"), State: care.TaskReady}},
		Tell: []ledger.Message{{Run: service, Answer: care.Answer{Operation: care.OpSuspend, Until: &until}}},
	}, func(s *care.RunState) {
		s.Suspended = &until
		s.Open = append(s.Open, care.OpenPoint{Point: care.SuspensionOver, Kind: care.OpenWait})
	})
	require.Equal(t, []care.OpenPoint{{Point: care.SuspensionOver, Kind: care.OpenWait, Due: &until}}, res.Waits, "the permit's wait goes on as it is")
	require.True(t, res.NextDue.Equal(until))
	tasks := func(run string) []map[string]any {
		return p.Rows(`SELECT kind, suspended, next_at, remind_at, escalate_at FROM task WHERE run_id = $1 AND ended_at IS NULL ORDER BY kind, state`, run)
	}
	for _, task := range tasks(run) {
		require.Equal(t, task["kind"] != string(care.PermitRenewal), task["suspended"])
		require.Equal(t, task["suspended"], task["next_at"] == nil)
	}
	file := p.Row(`SELECT suspended_at, suspended_until FROM case_file WHERE id = $1`, ledger.BareID(run))
	require.True(t, at(file["suspended_until"]).Equal(until))
	p.Refused(p.Tries(run, again, ledger.Effects{}, nil), again, "until", care.RuleSuspended)

	res = p.Does(service, p.Hear(service, care.OpSuspend), ledger.Effects{}, func(s *care.RunState) { s.Suspended = &until })
	require.Equal(t, []care.OpenPoint{rebook}, res.Waits, "without a time")
	require.Nil(t, res.NextDue)
	require.Zero(t, p.Count(`wait WHERE run_id = $1 AND due_at IS NOT NULL`, service))

	// Its date comes: nothing but the resumption happens, and that is a step.
	p.Now = until.Add(time.Second)
	res = p.Does(run, p.Clock(), ledger.Effects{Tell: []ledger.Message{{Run: service, Answer: care.Answer{Operation: care.OpResume}}}}, func(s *care.RunState) {
		s.Suspended, s.Open = nil, slices.DeleteFunc(s.Open, func(o care.OpenPoint) bool { return o.Point == care.SuspensionOver })
	})
	require.Zero(t, p.Count(`wait WHERE run_id = $1 AND code = 'suspension_over'`, run))
	for _, task := range tasks(run) {
		require.Equal(t, false, task["suspended"])
		require.True(t, task["kind"] == string(care.PermitRenewal) || at(task["remind_at"]).After(p.Now))
	}
	require.Nil(t, p.Row(`SELECT suspended_at FROM case_file WHERE id = $1`, ledger.BareID(run))["suspended_at"])

	res = p.Does(service, p.Hear(service, care.OpResume), ledger.Effects{}, func(s *care.RunState) { s.Suspended = nil })
	require.Len(t, res.Waits, 1)
	require.True(t, res.Waits[0].Due.After(p.Now))
	clocks := tasks(service)
	require.Len(t, clocks, 2)
	require.NotEqual(t, clocks[0]["escalate_at"], clocks[1]["escalate_at"], "one has the time to claim, the other to complete")
	require.Equal(t, []string{"suspended", "permit_warning", "resumed"}, p.Moments(run)[slices.Index(p.Moments(run), "suspended"):])
}

// A suspension that ends while the case has no branch changes no record, but is a step.
func TestAResumptionWithoutEffectsIsNoIdleClock(t *testing.T) {
	testclock.Each(t, resumesWithoutEffects)
}

func resumesWithoutEffects(t *testing.T, now time.Time) {
	p := newPlayAt(t, now)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	until := p.Now.Add(postgrestest.DayLong)
	form := agenda.SuspendForm{Until: &until, Reason: "health"}
	p.Does(run, p.Ask("social_worker.prato", run, catalogue.Suspend.Command("", "", form)), ledger.Effects{
		Waits: []ledger.Wait{{Point: care.SuspensionOver, Deadline: care.SuspensionOver, At: &until}},
	}, func(s *care.RunState) {
		s.Suspended, s.Open = &until, []care.OpenPoint{{Point: care.SuspensionOver, Kind: care.OpenWait}}
	})
	require.Equal(t, ledger.Idle, p.Tries(run, p.Clock(), ledger.Effects{}, nil).Verdict)
	p.Now = until
	p.Does(run, p.Clock(), ledger.Effects{}, func(s *care.RunState) { s.Suspended, s.Open = nil, nil })
}

func TestWhenAPermitAsksForAttention(t *testing.T) { testclock.Each(t, watchesAPermit) }

func watchesAPermit(t *testing.T, now time.Time) {
	p := newPlayAt(t, now)
	p.Law("permit", func(q *care.Policy) {
		for i, d := range q.Deadlines {
			days := map[string]int{care.DeadlinePermitWarning: 90, care.DeadlinePermitReminder: 75, care.DeadlinePermitAlarm: 60, care.DeadlinePermitReceipt: 45}[d.Code]
			if days > 0 {
				q.Deadlines[i].Duration = care.Duration{N: days, Unit: care.CalendarDays}
			}
		}
	})
	rome, err := time.LoadLocation("Europe/Rome")
	require.NoError(t, err)
	today := time.Date(p.Now.In(rome).Year(), p.Now.In(rome).Month(), p.Now.In(rome).Day(), 0, 0, 0, 0, time.UTC)
	policy := func() care.Policy {
		policies, err := zone.Load(deploy.Zones())
		require.NoError(t, err)
		return policies[slices.IndexFunc(policies, func(q care.Policy) bool { return q.Zone == "prato" })]
	}()
	cal, err := calendar.New(policy)
	require.NoError(t, err)
	startOf := func(d time.Time, days int) time.Time {
		return time.Date(d.Year(), d.Month(), d.Day()+days, 0, 0, 0, 0, rome)
	}
	in := func(days int) *time.Time { d := today.AddDate(0, 0, days); return &d }
	watch := ledger.Wait{Point: "permit", Deadline: care.DeadlinePermitWarning}
	open := care.OpenPoint{Point: "permit", Kind: care.OpenWait}
	begin := func(person ledger.Person) (string, *time.Time) {
		run, res := p.Begin(person, ledger.Effects{Waits: []ledger.Wait{watch}}, open)
		require.Len(t, res.Waits, 1)
		return run, res.Waits[0].Due
	}
	_, due := begin(ledger.Person{PermitExpiry: in(200)})
	require.True(t, due.Equal(cal.LastOpen(startOf(today, 200-90))), due)
	_, due = begin(ledger.Person{})
	require.Nil(t, due, "it does not expire")
	run, due := begin(ledger.Person{Permit: care.PermitRequested})
	require.WithinDuration(t, cal.NextOpen(p.Now.AddDate(0, 0, 45)), *due, postgrestest.DayLong)
	require.Equal(t, today.Format(time.DateOnly), p.Row(`SELECT receipt_on FROM person WHERE case_id = $1`, ledger.BareID(run))["receipt_on"])
	run, due = begin(ledger.Person{PermitExpiry: in(20)})
	require.True(t, due.Equal(p.Now), "it is late already")

	// The task to see to it has its clocks by the same day.
	task := postgrestest.Opens(run, "renewal", ledger.TaskChange{Kind: care.PermitRenewal})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, func(s *care.RunState) { s.Open = nil })
	row := func() map[string]any {
		return p.Row(`SELECT state, remind_at, escalate_at, alarm_at FROM task WHERE id = $1`, task.ID)
	}
	asTime := func(v any) time.Time {
		when, err := time.Parse(time.RFC3339, v.(string))
		require.NoError(t, err)
		return when
	}
	require.True(t, asTime(row()["remind_at"]).Equal(p.Now.Add(time.Second)))
	require.True(t, asTime(row()["escalate_at"]).Equal(p.Now.Add(time.Second)), "its ordinary term is over")
	require.True(t, asTime(row()["alarm_at"]).Equal(startOf(today, 20)), "its last day, whatever the calendar says of it")
	require.Zero(t, p.Count(`wait WHERE run_id = $1`, run))

	// Somebody is told on the last day, and on the day of the last alarm.
	began := p.Now
	p.Now = began.Add(2 * time.Second)
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	p.Now = startOf(today, 20)
	told := p.Does(run, p.Clock(), ledger.Effects{}, nil)
	require.Equal(t, 1, p.Count(`timeline WHERE case_id = $1 AND code = 'permit_last_day'`, ledger.BareID(run)))
	require.True(t, told.NextDue.Equal(startOf(today, 20+60)), told.NextDue)
	mails := p.Count(`mail WHERE run_id = $1`, run)
	p.Now = startOf(today, 80)
	require.Nil(t, p.Does(run, p.Clock(), ledger.Effects{}, nil).NextDue)
	require.Equal(t, 1, p.Count(`timeline WHERE case_id = $1 AND code = 'permit_last_alarm'`, ledger.BareID(run)))
	require.Greater(t, p.Count(`mail WHERE run_id = $1`, run), mails+1, "to who must act and to the supervisor")
	p.Now = began

	// A receipt: one asks again after a while, whatever its day was.
	shown := p.Now.Add(-3 * postgrestest.DayLong)
	rearm := ledger.Effects{Waits: []ledger.Wait{watch}}
	reopen := func(s *care.RunState) { s.Open = []care.OpenPoint{open} }
	res := p.Complete("social_worker.prato", run, task.ID, care.Completion{Outcome: care.ReceiptShown, At: &shown}, rearm, reopen)
	require.WithinDuration(t, cal.NextOpen(shown.AddDate(0, 0, 45)), *res.Waits[0].Due, postgrestest.DayLong)
	person := p.Row(`SELECT permit, permit_expiry, receipt_on FROM person WHERE case_id = $1`, ledger.BareID(run))
	require.Equal(t, care.PermitRequested, person["permit"])
	require.Equal(t, in(20).Format(time.DateOnly), person["permit_expiry"], "of the permit that runs out")
	require.NotNil(t, person["receipt_on"])

	form := catalogue.PermitForm{Permit: "family", Expiry: care.DateOf(*in(300))}
	res = p.Does(run, p.Ask("desk_operator.prato", run, catalogue.Permit.Command("", "", form)), rearm, reopen)
	require.True(t, res.Waits[0].Due.Equal(cal.LastOpen(startOf(today, 300-90))))
	person = p.Row(`SELECT permit, permit_expiry, receipt_on FROM person WHERE case_id = $1`, ledger.BareID(run))
	require.Equal(t, map[string]any{"permit": "family", "permit_expiry": in(300).Format(time.DateOnly), "receipt_on": nil}, person)

	// Who was not renewed is looked after all the same: on the last day, on the day of
	// the last alarm, and then again and again.
	for i, look := range []struct {
		day int // on which it is said
		due time.Time
	}{
		{0, startOf(today, 300)}, {300, startOf(today, 360)}, {360, cal.NextOpen(startOf(today, 360+45).Add(10 * time.Hour))},
	} {
		p.Now = startOf(today, look.day).Add(10 * time.Hour)
		again := postgrestest.Opens(run, fmt.Sprint("renewal/", i+2), ledger.TaskChange{Kind: care.PermitRenewal})
		p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{again}}, func(s *care.RunState) { s.Open = nil })
		res = p.Complete("social_worker.prato", run, again.ID, care.Completion{Outcome: care.NotRenewed, Note: "Prova"}, rearm, reopen)
		require.NotNil(t, res.Waits[0].Due)
		require.True(t, res.Waits[0].Due.Equal(look.due), "%s, want %s", res.Waits[0].Due, look.due)
	}
	require.Equal(t, "family", p.Row(`SELECT permit FROM person WHERE case_id = $1`, ledger.BareID(run))["permit"])
}

func TestARunTellsTheSameThingAgain(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	other := postgrestest.NewRun(care.RunService)
	p.Branch(run, other, care.Answer{}, ledger.Effects{})
	tell := ledger.Message{Run: other, Answer: care.Answer{Operation: care.OpResume}}
	for range 2 {
		p.Does(run, p.Clock(), ledger.Effects{Tell: []ledger.Message{tell, tell}}, nil)
	}
	require.Equal(t, 2, p.Count(`command WHERE run_id = $1 AND operation = 'resume'`, other), "once a step")
}

func TestConsentAndMeetings(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.Does(run, p.Ask("desk_operator.prato", run, catalogue.Consent.Command("", "", crossing.ConsentForm{Agency: "terzo_settore", Purpose: "housing"})), ledger.Effects{}, nil)
	require.Equal(t, 1, p.Count(`consent WHERE withdrawn_at IS NULL`))
	p.Does(run, p.Ask("desk_operator.prato", run, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{})), ledger.Effects{}, nil)
	require.Zero(t, p.Count(`consent WHERE withdrawn_at IS NULL`))
	p.owner(`UPDATE case_file SET opened_at = opened_at - interval '60 days'`) // no meeting was held before

	// Any agency at work on the case records that it met the person; no other may.
	held := p.Now.Add(-postgrestest.DayLong)
	meeting := catalogue.MeetingForm{At: held}
	meet := catalogue.Meet.Command(uuid.NewString(), "", meeting).InRun(run).NewCommand
	_, err := p.Records.Accept(t.Context(), p.Accounts["cpi_operator.prato"], meet)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	placement := postgrestest.NewRun(care.RunPlacement)
	pact := postgrestest.Opens(placement, "pact", ledger.TaskChange{Kind: care.ServicePact, Agency: "cpi"})
	p.Branch(run, placement, care.Answer{Agency: "cpi"}, ledger.Effects{Tasks: []ledger.TaskChange{pact}})
	p.Does(run, p.Ask("cpi_operator.prato", run, catalogue.Meet.Command("", "", meeting)), ledger.Effects{}, nil)
	p.Complete("cpi_operator.prato", placement, pact.ID, care.Completion{Outcome: care.Signed}, ledger.Effects{
		Tell: []ledger.Message{{Run: run, Answer: care.Answer{Operation: care.OpMeet}}}}, nil)
	p.Does(run, p.Hear(run, care.OpMeet), ledger.Effects{}, nil)
	meetings := p.Rows(`SELECT agency, role, by_staff, held_at FROM meeting ORDER BY held_at`)
	require.Len(t, meetings, 2)
	for _, m := range meetings {
		require.Equal(t, "cpi", m["agency"])
		require.Equal(t, p.Accounts["cpi_operator.prato"].ID, m["by_staff"])
	}
	_, err = p.Records.Accept(t.Context(), p.Accounts["cpi_operator.lucca"], meet)
	require.ErrorIs(t, err, ledger.ErrNotFound)

	// Its work is done: what it did is still there to read, and nothing more to record.
	over := catalogue.Meet.Command(uuid.NewString(), "", catalogue.MeetingForm{At: held.Add(time.Hour)}).InRun(run).NewCommand
	cmd, err := p.Records.Accept(t.Context(), p.Accounts["cpi_operator.prato"], over)
	require.NoError(t, err)
	require.Equal(t, care.Refuse(care.Fault{Rule: care.RuleNotAtWork}), cmd.Refusal)
}

// TestOnlyWhoIsAtWorkRecordsAMeeting: not who was asked and has not looked, and not
// who was, by the time that it is worked.
func TestOnlyWhoIsAtWorkRecordsAMeeting(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	placement, referral := postgrestest.NewRun(care.RunPlacement), uuid.NewString()
	ask := postgrestest.Opens(placement, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Referral: referral})
	p.Branch(run, placement, care.Answer{Agency: "cpi"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi"}}, Tasks: []ledger.TaskChange{ask}})
	moves := func(account string, op care.Operation, to care.ReferralState, task ledger.TaskChange) {
		p.Does(placement, p.Ask(account, placement, catalogue.Moves[op].Command("", referral, catalogue.ReferralMoveForm{})),
			ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: to}}, Tasks: []ledger.TaskChange{task}}, nil)
	}
	meets := func(account string, seconds int) ledger.Command {
		meet := catalogue.Meet.Command(uuid.NewString(), "", catalogue.MeetingForm{At: p.Now.Add(-time.Duration(seconds) * time.Second)}).InRun(run)
		cmd, err := p.Records.Accept(t.Context(), p.Accounts[account], meet.NewCommand)
		require.NoError(t, err)
		return cmd
	}
	refused := func(cmd ledger.Command) {
		t.Helper()
		require.Equal(t, care.Refuse(care.Fault{Rule: care.RuleNotAtWork}), cmd.Refusal)
	}
	refused(meets("cpi_operator.prato", 1))
	moves("cpi_operator.prato", care.OpAcknowledge, care.ReferralReceived, ledger.TaskChange{ID: ask.ID, State: care.TaskReserved})
	accepted := meets("cpi_operator.prato", 2)
	require.Equal(t, ledger.CommandAccepted, accepted.State)
	moves("social_worker.prato", care.OpWithdraw, care.ReferralWithdrawn, ledger.TaskChange{ID: ask.ID, State: care.TaskObsolete})
	e := ledger.Entry{ID: accepted.ID, Answer: accepted.Answer}
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "", care.RuleNotAtWork)
	refused(meets("cpi_operator.prato", 3))
	for _, account := range []string{"desk_operator.prato", "supervisor.prato"} {
		require.Equal(t, ledger.CommandAccepted, meets(account, 4).State)
	}
	require.Zero(t, p.Count(`meeting`))
}

// An ended run is worked again under a new epoch, and only if somebody asked.
func TestAReopenedCase(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	ended := p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeWithdrew, Ending: care.OutcomeWithdrew}, nil)
	file := func() map[string]any {
		return p.Row(`SELECT stage, last_stage, outcome, closed_at IS NULL AS open FROM case_file WHERE id = $1`, ledger.BareID(run))
	}
	require.Equal(t, map[string]any{"stage": "closed", "last_stage": "first_level", "outcome": "withdrew", "open": false}, file())
	start := ledger.Start{Run: run, Case: run, Epoch: 1, Reopen: true}
	load := func() ledger.StepResult {
		res, err := p.Steps.Load(t.Context(), start)
		require.NoError(t, err)
		return res
	}
	require.True(t, load().Ended, "nobody asked for it")
	_, err := p.Records.Accept(t.Context(), p.Accounts["social_worker.prato"], catalogue.Close.Command("close", "", catalogue.EarlyClosure{}).InRun(run).NewCommand)
	require.NoError(t, err)

	form := catalogue.ReopenForm{Stage: care.StageFollowUp, Note: "Prova"}
	e := p.Ask("social_worker.prato", run, catalogue.Reopen.Command("", "", form))
	require.NoError(t, p.Outbox.RefuseEnded(t.Context(), e.ID))
	res := load()
	require.False(t, res.Ended)
	require.Equal(t, 2, res.Epoch)
	require.Equal(t, ended.Revision, res.Revision)
	require.NotNil(t, res.State)
	require.NotNil(t, res.Policy)
	require.Equal(t, ledger.Fenced, p.Tries(run, e, ledger.Effects{}, nil).Verdict, "the execution that ended")
	p.Runs[run].Epoch = 2
	reopened := func(s *care.RunState) { *s = care.RunState{Reopened: 1} }
	p.Does(run, e, ledger.Effects{Stage: care.StageFollowUp}, reopened)
	require.Equal(t, map[string]any{"stage": "follow_up", "last_stage": "first_level", "outcome": "", "open": true}, file())
	require.Contains(t, p.Moments(run), "case_reopened")

	// Its worker died before anybody knew of the step: another one takes it over.
	res = load()
	require.Equal(t, 3, res.Epoch)
	require.Equal(t, ledger.Recorded, res.Verdict)
	p.Runs[run].Epoch = 3
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: uuid.NewString(), State: care.TaskReady, Kind: care.Review}}}, nil)
	require.Equal(t, ledger.Fenced, load().Verdict, "a later step was not its own")

	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeDeceased, Ending: care.OutcomeDeceased}, nil)
	no := p.Ask("social_worker.prato", run, catalogue.Reopen.Command("", "", form))
	p.Runs[run].Epoch = load().Epoch
	p.Refused(p.Tries(run, no, ledger.Effects{}, reopened), no, "stage", care.RuleNoReopening)
}

// The next review is counted from the latest meeting, whenever it was typed.
func TestReviewsCountFromTheLatestMeeting(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.owner(`UPDATE case_file SET opened_at = opened_at - interval '60 days'`) // no meeting was held before
	reviews := postgrestest.NewRun(care.RunFollowUp)
	turn := 0
	wait := func() (string, ledger.Wait) {
		turn++
		point := "rhythm/" + uuid.NewString()
		return point, ledger.Wait{Point: point, Deadline: care.DeadlineReviewAfterPlan}
	}
	point, first := wait()
	p.Branch(run, reviews, care.Answer{}, ledger.Effects{Waits: []ledger.Wait{first}}, care.OpenPoint{Point: point, Kind: care.OpenWait})
	due := func() time.Time {
		t.Helper()
		at, err := time.Parse(time.RFC3339, p.Row(`SELECT coalesce(due_at, stood_due) AS due FROM wait WHERE run_id = $1`, reviews)["due"].(string))
		require.NoError(t, err)
		return at
	}
	meets := func(on time.Time) {
		t.Helper()
		p.Does(run, p.Ask("social_worker.prato", run, catalogue.Meet.Command("", "", catalogue.MeetingForm{At: on})),
			ledger.Effects{Tell: []ledger.Message{{Run: reviews, Answer: care.Answer{Operation: care.OpMeet}}}}, nil)
		point, next := wait()
		p.Does(reviews, p.Hear(reviews, care.OpMeet), ledger.Effects{Waits: []ledger.Wait{next}}, func(s *care.RunState) {
			s.Open = []care.OpenPoint{{Point: point, Kind: care.OpenWait}}
		})
	}
	began := due()
	meets(p.Now.AddDate(0, 0, -29))
	require.Equal(t, began, due(), "an older one changes nothing")

	p.Now = p.Now.AddDate(0, 0, 10)
	latest := p.Now.AddDate(0, 0, -2)
	meets(latest)
	counted := due()
	require.Equal(t, 8*postgrestest.DayLong, counted.Sub(began), "counted from the meeting, not from its typing")
	meets(latest.AddDate(0, 0, -3))
	require.Equal(t, counted, due())

	until := p.Now.AddDate(0, 0, 20)
	suspended := func(s *care.RunState) { s.Suspended = &until }
	p.Does(run, p.Ask("supervisor.prato", run, catalogue.Suspend.Command("", "", agenda.SuspendForm{Until: &until, Reason: "abroad"})),
		ledger.Effects{Tell: []ledger.Message{{Run: reviews, Answer: care.Answer{Operation: care.OpSuspend, Until: &until}}}}, suspended)
	p.Does(reviews, p.Hear(reviews, care.OpSuspend), ledger.Effects{}, suspended)
	require.Equal(t, counted, due())
	meets(latest.AddDate(0, 0, -2))
	require.Equal(t, counted, due(), "nor while the case stands still")
	resumed := func(s *care.RunState) { s.Suspended = nil }
	p.Now = p.Now.AddDate(0, 0, 5)
	p.Does(run, p.Ask("supervisor.prato", run, catalogue.Resume.Command("", "", catalogue.None{})),
		ledger.Effects{Tell: []ledger.Message{{Run: reviews, Answer: care.Answer{Operation: care.OpResume}}}}, resumed)
	p.Does(reviews, p.Hear(reviews, care.OpResume), ledger.Effects{}, resumed)
	require.Equal(t, 5*postgrestest.DayLong, due().Sub(counted), "what was left of it is left")
}

// How an appointment went is recorded from its hour on, and nobody is summoned on a
// day on which the offices are closed.
func TestOutcomesWaitForTheirHour(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	for _, kind := range []struct {
		task    care.TaskKind
		branch  care.RunKind
		account string
		forms   []care.Completion
	}{
		{care.Interview, care.RunService, "immigration_expert.prato", []care.Completion{{Outcome: care.NoShow, Reason: "no_reason_given"}, {Outcome: care.Held}}},
		{care.ServicePact, care.RunPlacement, "cpi_operator.prato", []care.Completion{{Outcome: care.NoShow, Reason: "no_reason_given"}, {Outcome: care.Signed}}},
	} {
		branch, appointment := postgrestest.NewRun(kind.branch), uuid.NewString()
		at := p.Now.AddDate(0, 0, 21)
		task := postgrestest.Opens(branch, "outcome", ledger.TaskChange{Kind: kind.task, Service: "uoc_immigrazione", Agency: ""})
		if kind.task == care.ServicePact {
			task.Service, task.Agency = "", "cpi"
		}
		p.Branch(run, branch, care.Answer{}, ledger.Effects{
			Tasks:        []ledger.TaskChange{task},
			Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentBooked, Service: "uoc_immigrazione", At: at}},
		})
		booked := p.Now
		for _, form := range kind.forms {
			for _, before := range []time.Time{booked, at.Add(-time.Minute)} {
				p.Now = before
				e := p.Completion(kind.account, branch, task.ID, form)
				p.Refused(p.Tries(branch, e, ledger.Effects{}, nil), e, "outcome", care.RuleItsHour)
			}
		}
		p.Now = at.Add(2 * postgrestest.DayLong)
		p.Complete(kind.account, branch, task.ID, kind.forms[1], ledger.Effects{
			Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentHeld}}}, nil)
		held, err := time.Parse(time.RFC3339, p.Row(`SELECT held_at FROM meeting WHERE run_id = $1`, branch)["held_at"].(string))
		require.NoError(t, err)
		require.True(t, held.Equal(at), "it was held when the appointment was, not when it was typed")
	}
	sunday := time.Date(2027, 1, 17, 10, 0, 0, 0, time.UTC)
	require.True(t, sunday.After(p.Now))
	e := p.Ask("social_worker.prato", run, catalogue.Book.Command("", "", catalogue.BookingForm{Booking: care.Booking{Service: "pas", At: sunday.AddDate(0, 0, 1)}}))
	_, err := p.Owner.Exec(t.Context(), `UPDATE command SET data = jsonb_set(data, '{at}', to_jsonb($2::text)) WHERE id = $1`, e.ID, sunday.Format(time.RFC3339)) // as code of before accepted it
	require.NoError(t, err)
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "at", care.RuleClosedDay)
}
