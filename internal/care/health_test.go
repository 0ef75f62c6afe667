package care_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/testclock"
)

func TestWhatACaseWaitsFor(t *testing.T) { testclock.Each(t, waitsFor) }

func waitsFor(t *testing.T, now time.Time) {
	cal, err := calendar.New(care.Policy{Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Patrono"}})
	require.NoError(t, err)
	day := func(n int) *time.Time { at := now.AddDate(0, 0, n); return &at }
	task := func(kind care.TaskKind, remind, escalate *time.Time) care.FactTask {
		return care.FactTask{ID: string(kind), Kind: kind, State: care.TaskReady, Role: care.SocialWorker, Agency: "comune",
			Since: *day(-1), RemindAt: remind, EscalateAt: escalate, Candidates: 1}
	}
	wait := func(code string, due *time.Time) care.FactWait {
		return care.FactWait{Code: code, Set: *day(-1), Due: *due}
	}
	frozen := func(t care.FactTask) care.FactTask { t.Suspended = true; return t }
	warned := task(care.PermitRenewal, nil, day(-1))
	warned.Escalated = true
	elsewhere := task(care.TransferAnswer, day(1), day(2))
	elsewhere.Zone = "lucca"
	unreached := task(care.ReferralAnswer, day(1), day(2))
	unreached.Partner, unreached.NotReached = "scuola", day(0)
	nobody := task(care.Review, day(1), day(2))
	nobody.Candidates = 0
	tasks := func(tasks ...care.FactTask) []care.FactTask { return tasks }
	waits := func(waits ...care.FactWait) []care.FactWait { return waits }
	const planned, late, broken, orphaned = care.HealthPlanned, care.HealthLate, care.HealthBroken, care.HealthOrphaned

	for _, c := range []struct {
		name  string
		facts care.Facts
		is    care.Health
		waits care.WaitFor
		names string // the task, or what happens then, or the cause
	}{
		{"closed", care.Facts{Closed: true, Tasks: tasks(warned)}, planned, care.WaitNothing, ""},
		{"a task", care.Facts{Tasks: tasks(task(care.Review, day(1), day(2)))}, planned, care.WaitTask, "review"},
		{"what is due first", care.Facts{Tasks: tasks(task(care.Review, day(3), day(4)), task(care.Closure, day(1), day(2)))}, planned, care.WaitTask, "closure"},
		{"what is late first", care.Facts{Tasks: tasks(task(care.Review, day(1), day(2)), task(care.Closure, nil, day(-2)))}, late, care.WaitTask, "closure"},
		{"what nobody may do before what is late", care.Facts{Tasks: tasks(nobody, task(care.Closure, nil, day(-2)))}, orphaned, care.WaitTask, "review"},
		{"a partner that the mail did not reach before what nobody may do", care.Facts{Tasks: tasks(nobody, unreached)}, broken, care.WaitTask, "referral_answer"},
		{"a suspended one's mail matters when it goes on", care.Facts{Tasks: tasks(frozen(unreached), task(care.Closure, nil, day(-2)))}, late, care.WaitTask, "closure"},
		{"a date", care.Facts{Waits: waits(wait(care.DeadlineReviewAfterPlan, day(30)))}, planned, care.WaitTime, care.DeadlineReviewAfterPlan},
		{"a date that the machinery let pass", care.Facts{Waits: waits(wait(care.DeadlineReviewAfterPlan, day(-1)))}, broken, care.WaitMachine, "clock"},
		{"nothing", care.Facts{}, orphaned, care.WaitMachine, "nothing_open"},
		{"a step under way", care.Facts{Moving: true}, planned, care.WaitMachine, "moving"},

		{"a seat's task, though its deadline falls first", care.Facts{
			Tasks: tasks(task(care.EquipeInvitation, day(3), day(5))), Waits: waits(wait(care.DeadlineEquipeAnswer, day(1)))}, planned, care.WaitTask, "equipe_invitation"},
		{"an agency's evaluation, though its deadline falls first", care.Facts{
			Tasks: tasks(task(care.GoalEvaluation, day(3), day(5))), Waits: waits(wait(care.DeadlineGoalEvaluation, day(1)))}, planned, care.WaitTask, "goal_evaluation"},
		{"a review, though the permit is warned of before", care.Facts{
			Waits: waits(wait(care.DeadlinePermitWarning, day(5)), wait(care.DeadlineReviewAfterPlan, day(30)))}, planned, care.WaitTime, care.DeadlineReviewAfterPlan},
		{"the permit alone", care.Facts{Waits: waits(wait(care.DeadlinePermitWarning, day(5)))}, planned, care.WaitTime, care.DeadlinePermitWarning},
		{"a deadline beside before the permit", care.Facts{
			Waits: waits(wait(care.DeadlinePermitWarning, day(5)), wait(care.DeadlineEquipeSignOff, day(9)))}, planned, care.WaitTime, care.DeadlineEquipeSignOff},
		{"a renewal that was escalated before the day", care.Facts{
			Tasks: tasks(task(care.Review, day(1), day(2)), warned)}, late, care.WaitTask, "permit_renewal"},

		{"its date, suspended", care.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90),
			Tasks: tasks(frozen(task(care.Review, nil, day(-2)))), Waits: waits(wait(care.SuspensionOver, day(90)), wait(care.DeadlinePermitWarning, day(40)))},
			planned, care.WaitTime, care.ThenResume},
		{"its date, suspended, with a renewal that is in time", care.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90),
			Tasks: tasks(task(care.PermitRenewal, day(1), day(2)))}, planned, care.WaitTime, care.ThenResume},
		{"a late renewal, suspended", care.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90),
			Tasks: tasks(frozen(task(care.Review, nil, day(-2))), warned)}, late, care.WaitTask, "permit_renewal"},
		{"the machinery, suspended", care.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90), Cause: "inbox", CauseSince: *day(-1)}, broken, care.WaitMachine, "inbox"},
		{"a resumption that the machinery let pass", care.Facts{SuspendedAt: day(-3), SuspendedUntil: day(-1),
			Waits: waits(wait(care.SuspensionOver, day(-1)))}, broken, care.WaitMachine, "clock"},
		{"a task that nobody may do, suspended", care.Facts{SuspendedAt: day(-3), SuspendedUntil: day(90), Tasks: tasks(frozen(nobody))},
			planned, care.WaitTime, care.ThenResume},
		{"a task that is not told yet that its case goes on", care.Facts{Tasks: tasks(frozen(task(care.Review, nil, day(-2))))}, planned, care.WaitTask, "review"},
		{"another zone", care.Facts{Tasks: tasks(elsewhere), Waits: waits(wait(care.DeadlinePermitWarning, day(1)))}, planned, care.WaitTask, "transfer_answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.facts.Now = now
			w := care.Explain(c.facts, cal)
			require.Equal(t, c.is, w.Health)
			require.Equal(t, c.waits, w.For)
			named := map[care.WaitFor]string{care.WaitTask: string(w.Task), care.WaitTime: w.Then, care.WaitMachine: w.Cause}
			require.Equal(t, c.names, named[w.For])
			if w.Then == care.ThenResume {
				require.Equal(t, c.facts.SuspendedUntil, w.Until)
				require.Equal(t, *c.facts.SuspendedAt, w.Since)
			}
			if w.Task == care.TransferAnswer {
				require.Equal(t, "lucca", w.Zone)
			}
		})
	}
}
