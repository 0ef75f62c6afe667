package health_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/actors"
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
	later := task(care.ReferralOutcome, day(3), day(4))
	later.Partner, later.From = "scuola", *day(3)
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
		{"a task before a date, though the date comes first", health.Facts{Tasks: tasks(task(care.Review, day(3), day(4))), Waits: waits(wait(care.DeadlineReviewAfterPlan, day(1)))}, planned, health.WaitTask, "review"},
		{"a date before what a partner is asked later", health.Facts{Tasks: tasks(later), Waits: waits(wait(care.DeadlineReviewAfterPlan, day(1)))}, planned, health.WaitTime, care.DeadlineReviewAfterPlan},
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

// What the sentence says besides of the task that it names.
func TestWhatIsSaidOfTheTaskThatIsNamed(t *testing.T) {
	cal, err := calendar.New(care.Policy{Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Patrono"}})
	require.NoError(t, err)
	now := testclock.Monday
	in := func(hours int) *time.Time { at := now.Add(time.Duration(hours) * time.Hour); return &at }
	task := func(id string, kind care.TaskKind, role care.Role, agency string, due int) health.FactTask {
		return health.FactTask{ID: id, Kind: kind, State: care.TaskReady, Role: role, Agency: agency, Since: now, EscalateAt: in(due), Candidates: 1}
	}
	held := func(t health.FactTask, role care.Role, agency string) health.FactTask {
		t.State, t.Holder = care.TaskReserved, &health.Who{Role: role, Agency: agency}
		return t
	}
	explain := func(tasks ...health.FactTask) health.Waiting {
		return health.Explain(health.Facts{Now: now, Tasks: tasks}, cal)
	}

	listening := task("1", care.FirstListening, care.DeskOperator, "comune", 5)
	require.Nil(t, explain(held(listening, care.DeskOperator, "comune")).Holder, "held by who should")
	require.Equal(t, &health.Who{Role: care.Supervisor, Agency: "comune"}, explain(held(listening, care.Supervisor, "comune")).Holder)
	left := held(listening, care.Supervisor, "comune")
	left.HolderGone = true
	require.Nil(t, explain(left).Holder, "who has left holds nothing")

	unconfirmed := task("1", care.ConfirmAppointment, care.ImmigrationExpert, "comune", 5)
	for hour, came := range map[int]bool{-1: true, 0: true, 1: false} {
		unconfirmed.Expected = in(hour)
		require.Equal(t, came, explain(unconfirmed).HourCame, hour)
	}

	answer := task("1", care.ReferralAnswer, care.CPIOperator, "cpi", 5)
	require.False(t, explain(answer).Known)
	answer.Acknowledged = true
	require.True(t, explain(answer).Known)

	own := task("1", care.ReferralAnswer, care.CPIOperator, "cpi", 5)
	own.Candidates, own.ProposerCould = 0, true
	require.Equal(t, []any{health.Orphaned, health.CauseAsker}, []any{explain(own).Health, explain(own).Cause}, "who of its role has asked it does not answer it")

	unknown := task("1", care.ReferralAnswer, care.CPIOperator, "cpi", 5)
	unknown.Candidates, unknown.Unknown, unknown.Means = 0, true, []actors.Means{actors.Withdraw}
	kept := explain(unknown)
	require.Equal(t, []any{health.Orphaned, health.CauseKeepers, []care.Role{care.Supervisor}}, []any{kept.Health, kept.Cause, kept.StandIns}, "none of its role knows of her")
	unknown.Taken = true
	require.Equal(t, health.CauseSeated, explain(unknown).Cause, "they sit already")
	unknown.State = care.TaskReserved
	require.Equal(t, health.Planned, explain(unknown).Health, "one of them holds it")

	invite := func(id string, role care.Role, agency string) health.FactTask {
		return task(id, care.EquipeInvitation, role, agency, 5)
	}
	answered, nobody, frozen := invite("4", care.ImmigrationExpert, "comune"), invite("5", care.AdministrativeExpert, "comune"), invite("6", care.CooperativeExpert, "coop")
	answered.Answered, nobody.Candidates, frozen.Suspended = true, 0, true
	w := explain(task("1", care.EquipeInvitation, care.SocialWorker, "comune", 1), held(invite("2", care.CPIOperator, "cpi"), care.CPIOperator, "cpi"), invite("3", care.InterculturalMediator, "comune"),
		answered, frozen, task("7", care.Review, care.SocialWorker, "comune", 6))
	require.Equal(t, []health.Who{{Role: care.CPIOperator, Agency: "cpi", Holds: true}, {Role: care.InterculturalMediator, Agency: "comune"}}, w.Also)
	require.Len(t, explain(nobody, invite("2", care.CPIOperator, "cpi"), nobody).Also, 1, "whom nobody can be expected to do it")

	school := task("1", care.ReferralAnswer, care.SocialWorker, "comune", 5)
	school.Partner, school.LinkUntil = "scuola", in(1)
	asked := health.Facts{Now: now, Tasks: []health.FactTask{school}}
	require.False(t, health.Explain(asked, cal).NoLink)
	require.Equal(t, *in(1), health.Keep(asked, time.UTC).ChangesAt, "its link ends")
	asked.Now = *in(1)
	require.True(t, health.Explain(asked, cal).NoLink)
	school.LinkUntil, school.From = nil, *in(2)
	require.False(t, explain(school).NoLink, "it is asked later")
}
