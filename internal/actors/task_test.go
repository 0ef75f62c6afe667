package actors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/actors"
	"percorso/internal/care"
)

var (
	supervisor = care.Staff{ID: "s", Role: care.Supervisor, Agency: "comune"}
	worker     = care.Staff{ID: "w", Role: care.SocialWorker, Agency: "comune"}
	cpi        = care.Staff{ID: "c", Role: care.CPIOperator, Agency: "cpi"}
)

func TestWhoMayDoWhatWithATask(t *testing.T) {
	ready := func(kind care.TaskKind, of care.Staff) actors.Task {
		return actors.Task{Kind: kind, State: care.TaskReady, Role: of.Role, Agency: of.Agency}
	}
	held := func(kind care.TaskKind, of care.Staff, gone bool) actors.Task {
		return actors.Task{Kind: kind, State: care.TaskReserved, Role: of.Role, Agency: of.Agency, HolderID: "h", HolderGone: gone}
	}
	for _, c := range []struct {
		name          string
		task          actors.Task
		who           care.Staff
		claim, giveUp bool
	}{
		{"its role", ready(care.Review, worker), worker, true, false},
		{"another agency's staff", ready(care.Measure, cpi), worker, false, false},
		{"the supervisor", ready(care.Review, worker), supervisor, true, false},
		{"the supervisor, what another agency told", ready(care.Measure, cpi), supervisor, true, false},
		{"the supervisor, another agency's seat", ready(care.EquipeOpinion, cpi), supervisor, false, false},
		{"the supervisor, the own agency's seat", ready(care.EquipeOpinion, worker), supervisor, true, false},
		{"the addressee's answer, by the sender", ready(care.ReferralAnswer, cpi), supervisor, false, false},
		{"a colleague's", held(care.Review, worker, false), worker, false, false},
		{"a colleague's who has left", held(care.Review, worker, true), worker, false, false},
		{"the supervisor, of who is at work", held(care.Review, worker, false), supervisor, false, true},
		{"the supervisor, of who has left", held(care.Review, worker, true), supervisor, true, true},
		{"the supervisor, of who has left another agency", held(care.Measure, cpi, true), supervisor, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.claim, c.task.Claimable(c.who))
			require.Equal(t, c.giveUp, c.task.Releasable(c.who))
		})
	}
	mine := held(care.Measure, cpi, false)
	mine.HolderID = cpi.ID
	require.True(t, mine.Releasable(cpi))
}

func TestToWhomATaskIsGiven(t *testing.T) {
	answer := actors.Task{Kind: care.ReferralAnswer, State: care.TaskReserved, Role: care.CPIOperator, Agency: "cpi"}
	require.Equal(t, care.RuleOtherAgency, answer.ToRole(care.SocialWorker, "comune"))
	require.Equal(t, care.RuleOtherAgency, answer.ToPerson(worker))
	require.Equal(t, care.RuleOtherAgency, answer.ToPerson(supervisor))
	require.Empty(t, answer.ToRole(care.CPIOperator, "cpi"), "the task's own role")
	require.Empty(t, answer.ToPerson(cpi))

	desk := care.Staff{Role: care.DeskOperator, Agency: "comune"}
	review := actors.Task{Kind: care.Review, Role: care.SocialWorker, Agency: "comune"}
	require.Empty(t, review.ToRole(care.DeskOperator, "comune"))
	require.Equal(t, care.DeskOperator, review.RoleFor(desk))
	approval := actors.Task{Kind: care.ClosureApproval, Role: care.Supervisor, Agency: "comune"}
	require.Equal(t, care.RuleOtherRole, approval.ToRole(care.DeskOperator, "comune"))
	require.Equal(t, care.RuleOtherRole, approval.ToPerson(desk))
	require.Empty(t, approval.ToPerson(supervisor))
	opinion := actors.Task{Kind: care.EquipeOpinion, Role: care.SocialWorker, Agency: "comune"}
	require.Equal(t, care.RuleOtherRole, opinion.ToRole(care.DeskOperator, "comune"))
	require.Equal(t, care.RuleOtherRole, opinion.ToPerson(desk))
	require.Empty(t, opinion.ToPerson(supervisor))
	require.Equal(t, care.SocialWorker, opinion.RoleFor(supervisor), "the seat stays its role's")
}

func TestWhatASupervisorCanDo(t *testing.T) {
	gone := func(kind care.TaskKind, of care.Staff) actors.Task {
		return actors.Task{Kind: kind, State: care.TaskReserved, Role: of.Role, Agency: of.Agency, HolderGone: true}
	}
	require.Equal(t, []actors.Means{actors.TakeOver, actors.Release, actors.Give}, gone(care.Review, worker).Means("comune", false))
	require.Equal(t, []actors.Means{actors.Report, actors.Give, actors.Withdraw}, gone(care.Measure, cpi).Means("comune", true))
	require.Equal(t, []actors.Means{actors.Give, actors.Withdraw}, gone(care.ReferralAnswer, cpi).Means("comune", true))
	require.Equal(t, []actors.Means{actors.Give}, gone(care.EquipeOpinion, cpi).Means("comune", false))
	theirs := actors.Task{Kind: care.QuorumDecision, State: care.TaskReady, Role: care.Supervisor, Agency: "comune"}
	require.Equal(t, []actors.Means{actors.Give}, theirs.Means("comune", false), "what is the supervisor's to do they do in nobody's place")
	require.Equal(t, []actors.Means{actors.TakeOver, actors.Release, actors.Give}, gone(care.QuorumDecision, supervisor).Means("comune", false), "but for a supervisor's who has left")
}

func TestWhoActsForWhoIsAway(t *testing.T) {
	colleague, desk := care.Staff{ID: "c", Role: care.SocialWorker, Agency: "comune"}, care.Staff{ID: "d", Role: care.DeskOperator, Agency: "comune"}
	twice := care.Staff{ID: "t", Role: care.SocialWorker, Agency: "comune", Identity: "one"}
	elsewhere := care.Staff{ID: "e", Role: care.SocialWorker, Agency: "cpi"}
	of := func(kind care.TaskKind, change func(*actors.Task)) actors.Task {
		task := actors.Task{Kind: kind, State: care.TaskReserved, Role: care.SocialWorker, Agency: "comune", HolderID: worker.ID, Away: true}
		if change != nil {
			change(&task)
		}
		return task
	}
	named := of(care.Review, func(t *actors.Task) { t.Substitute = desk.ID })
	for _, c := range []struct {
		name string
		task actors.Task
		who  care.Staff
		may  bool
	}{
		{"nobody by name: a colleague of its role", of(care.Review, nil), colleague, true},
		{"of another role", of(care.Review, nil), desk, false},
		{"of another agency", of(care.Review, nil), elsewhere, false},
		{"the supervisor, who takes it over or gives it", of(care.Review, nil), supervisor, false},
		{"the substitute", named, desk, true},
		{"a colleague beside the substitute", named, colleague, false},
		{"who is there", of(care.Review, func(t *actors.Task) { t.Away = false }), colleague, false},
		{"a free task", of(care.Review, func(t *actors.Task) { t.State, t.HolderID = care.TaskReady, "" }), colleague, false},
		{"a seat", of(care.EquipeOpinion, nil), colleague, false},
		{"a closure that one proposed", of(care.ClosureApproval, func(t *actors.Task) { t.Proposer = colleague.ID }), colleague, false},
		{"a closure that they proposed with another account", of(care.ClosureApproval, func(t *actors.Task) { t.Proposer = actors.Identity(care.Staff{ID: "y", Identity: "one"}) }), twice, false},
		{"a closure that another proposed", of(care.ClosureApproval, func(t *actors.Task) { t.Proposer = "x" }), colleague, true},
		{"an answer to a referral", of(care.ReferralAnswer, nil), colleague, true},
		{"nobody", of(care.Review, nil), care.Staff{Role: care.SocialWorker, Agency: "comune"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.may, c.task.OnBehalf(c.who))
			require.Equal(t, c.may, c.task.Workable(c.who))
			require.False(t, c.task.State == care.TaskReserved && c.task.Claimable(c.who), "it is not taken from who holds it")
			require.False(t, c.task.Releasable(c.who) && c.who != supervisor, "nor given back for them")
		})
	}
	require.True(t, named.Workable(worker), "who is away and looks in all the same")
}
