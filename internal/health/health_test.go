package health_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/testclock"
)

func TestWhatACaseWaitsFor(t *testing.T) { testclock.Each(t, waitsFor) }

func waitsFor(t *testing.T, now time.Time) {
	cal, err := calendar.New(care.Policy{Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Patrono"}})
	require.NoError(t, err)
	day := func(n int) *time.Time { at := now.AddDate(0, 0, n); return &at }
	task := func(kind care.TaskKind, remind, escalate *time.Time) health.FactTask {
		return health.FactTask{ID: string(kind), Kind: kind, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune",
			Since: *day(-1), RemindAt: remind, EscalateAt: escalate, Candidates: 1}
	}
	wait := func(code string, due *time.Time) health.FactWait {
		return health.FactWait{Code: code, Set: *day(-1), Due: *due}
	}
	frozen := func(t health.FactTask) health.FactTask { t.Suspended = true; return t }
	warned := task(care.PermitRenewal, nil, day(-1))
	warned.Escalated = true
	elsewhere := task(care.TransferAnswer, day(1), day(2))
	elsewhere.Zone = "lucca"
	unreached := task(care.ReferralAnswer, day(1), day(2))
	unreached.Partner, unreached.NotReached = "scuola", day(0)
	nobody := task(care.Review, day(1), day(2))
	nobody.Candidates = 0
	proposer := task(care.ClosureApproval, day(1), day(2))
	proposer.Candidates, proposer.ProposerCould = 0, true
	holds := proposer
	holds.State, holds.ProposerHolds = care.TaskReserved, true
	answered := func(t health.FactTask) health.FactTask { t.Answered = true; return t }
	tasks := func(tasks ...health.FactTask) []health.FactTask { return tasks }
	waits := func(waits ...health.FactWait) []health.FactWait { return waits }
	const planned, late, broken, orphaned = health.Planned, health.Late, health.Broken, health.Orphaned

	for _, c := range []struct {
		name  string
		facts health.Facts
		is    health.Health
		waits health.WaitFor
		names string // the task, or what happens then, or the cause
	}{
		{"closed", health.Facts{Closed: true, Tasks: tasks(warned)}, planned, health.WaitNothing, ""},
		{"a task", health.Facts{Tasks: tasks(task(care.Review, day(1), day(2)))}, planned, health.WaitTask, "review"},
		{"what is due first", health.Facts{Tasks: tasks(task(care.Review, day(3), day(4)), task(care.Closure, day(1), day(2)))}, planned, health.WaitTask, "closure"},
		{"what is late first", health.Facts{Tasks: tasks(task(care.Review, day(1), day(2)), task(care.Closure, nil, day(-2)))}, late, health.WaitTask, "closure"},
		{"what nobody may do before what is late", health.Facts{Tasks: tasks(nobody, task(care.Closure, nil, day(-2)))}, orphaned, health.WaitTask, "review"},
		{"a closure that only its proposer could approve", health.Facts{Tasks: tasks(proposer)}, orphaned, health.WaitTask, "closure_approval"},
		{"and that one holds it", health.Facts{Tasks: tasks(holds)}, orphaned, health.WaitTask, "closure_approval"},
		{"a partner that the mail did not reach before what nobody may do", health.Facts{Tasks: tasks(nobody, unreached)}, broken, health.WaitTask, "referral_answer"},
		{"a suspended one's mail matters when it goes on", health.Facts{Tasks: tasks(frozen(unreached), task(care.Closure, nil, day(-2)))}, late, health.WaitTask, "closure"},
		{"a date", health.Facts{Waits: waits(wait(care.DeadlineReviewAfterPlan, day(30)))}, planned, health.WaitTime, care.DeadlineReviewAfterPlan},
		{"a date that the machinery let pass", health.Facts{Waits: waits(wait(care.DeadlineReviewAfterPlan, day(-1)))}, broken, health.WaitMachine, "clock"},
		{"an answered task", health.Facts{Tasks: tasks(answered(task(care.Review, day(1), day(2))))}, planned, health.WaitTask, "review"},
		{"what is answered after what is due later", health.Facts{Tasks: tasks(answered(task(care.Review, day(1), day(2))), task(care.Closure, day(3), day(4)))}, planned, health.WaitTask, "closure"},
		{"what is answered late before what is planned", health.Facts{Tasks: tasks(answered(task(care.Review, nil, day(-1))), task(care.Closure, day(3), day(4)))}, late, health.WaitTask, "review"},
		{"nothing", health.Facts{}, orphaned, health.WaitMachine, "nothing_open"},
		{"a step under way", health.Facts{Unworked: &now}, planned, health.WaitMachine, "moving"},

		{"a seat's task, though its deadline falls first", health.Facts{
			Tasks: tasks(task(care.EquipeInvitation, day(3), day(5))), Waits: waits(wait(care.DeadlineEquipeAnswer, day(1)))}, planned, health.WaitTask, "equipe_invitation"},
		{"an agency's evaluation, though its deadline falls first", health.Facts{
			Tasks: tasks(task(care.GoalEvaluation, day(3), day(5))), Waits: waits(wait(care.DeadlineGoalEvaluation, day(1)))}, planned, health.WaitTask, "goal_evaluation"},
		{"a review, though the permit is warned of before", health.Facts{
			Waits: waits(wait(care.DeadlinePermitWarning, day(5)), wait(care.DeadlineReviewAfterPlan, day(30)))}, planned, health.WaitTime, care.DeadlineReviewAfterPlan},
		{"the permit alone, which is no next step", health.Facts{Waits: waits(wait(care.DeadlinePermitWarning, day(5)))}, orphaned, health.WaitMachine, "nothing_open"},
		{"a birthday alone", health.Facts{Waits: waits(wait(care.TurnsSixteen, day(5)))}, orphaned, health.WaitMachine, "nothing_open"},
		{"the permit, while a step is under way", health.Facts{Unworked: &now, Waits: waits(wait(care.DeadlinePermitWarning, day(5)))}, planned, health.WaitMachine, "moving"},
		{"a deadline beside before the permit", health.Facts{
			Waits: waits(wait(care.DeadlinePermitWarning, day(5)), wait(care.DeadlineEquipeSignOff, day(9)))}, planned, health.WaitTime, care.DeadlineEquipeSignOff},
		{"a renewal that was escalated before the day", health.Facts{
			Tasks: tasks(task(care.Review, day(1), day(2)), warned)}, late, health.WaitTask, "permit_renewal"},

		{"its date, suspended", health.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90),
			Tasks: tasks(frozen(task(care.Review, nil, day(-2)))), Waits: waits(wait(care.SuspensionOver, day(90)), wait(care.DeadlinePermitWarning, day(40)))},
			planned, health.WaitTime, health.ThenResume},
		{"its date, suspended, with a renewal that is in time", health.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90),
			Tasks: tasks(task(care.PermitRenewal, day(1), day(2)))}, planned, health.WaitTime, health.ThenResume},
		{"a late renewal, suspended", health.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90),
			Tasks: tasks(frozen(task(care.Review, nil, day(-2))), warned)}, late, health.WaitTask, "permit_renewal"},
		{"the machinery, suspended", health.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90), Cause: "inbox", CauseSince: *day(-1)}, broken, health.WaitMachine, "inbox"},
		{"a resumption that the machinery let pass", health.Facts{SuspendedAt: day(-3), SuspendedUntil: day(-1),
			Waits: waits(wait(care.SuspensionOver, day(-1)))}, broken, health.WaitMachine, "clock"},
		{"a task that nobody may do, suspended", health.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90), Tasks: tasks(frozen(nobody))},
			planned, health.WaitTime, health.ThenResume},
		{"a task that is not told yet that its case goes on", health.Facts{Tasks: tasks(frozen(task(care.Review, nil, day(-2))))}, planned, health.WaitTask, "review"},
		{"another zone", health.Facts{Tasks: tasks(elsewhere), Waits: waits(wait(care.DeadlinePermitWarning, day(1)))}, planned, health.WaitTask, "transfer_answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.facts.Now = now
			w := health.Explain(c.facts, cal)
			require.Equal(t, c.is, w.Health)
			require.Equal(t, c.waits, w.For)
			named := map[health.WaitFor]string{health.WaitTask: string(w.Task), health.WaitTime: w.Then, health.WaitMachine: w.Cause}
			require.Equal(t, c.names, named[w.For])
			if w.Then == health.ThenResume {
				require.Equal(t, c.facts.SuspendedUntil, w.Until)
				require.Equal(t, *c.facts.SuspendedAt, w.Since)
			}
			if w.Task == care.TransferAnswer {
				require.Equal(t, "lucca", w.Zone)
			}
		})
	}
}
