package actors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/actors"
	"percorso/internal/care"
)

func TestWhoseClosuresAreApproved(t *testing.T) {
	holders := []care.RoleHolder{{Role: care.Supervisor, Agency: "comune"}, {Role: care.DeskOperator, Agency: "comune"}}
	none := care.Policy{Roles: holders}
	all := care.Policy{Roles: holders, ClosureApproval: care.SocialWorker}
	some := care.Policy{Roles: holders, ClosureApproval: care.Supervisor, ApprovalOf: []string{care.OutcomeWithdrew}}
	early := care.Policy{Roles: holders, ClosureApproval: care.Supervisor, ApprovalOf: []string{care.OutcomeWithdrew, actors.EarlyClosure}}
	desk := care.Policy{Roles: holders, ClosureApproval: care.DeskOperator}
	for _, c := range []struct {
		name    string
		policy  care.Policy
		outcome care.Code
		early   bool
		role    care.Role // empty: it is not asked
	}{
		{"the zone asks for none", none, care.OutcomeWithdrew, false, ""},
		{"the zone asks for none, early", none, care.OutcomeWithdrew, true, ""},
		{"what cannot be undone", none, care.OutcomeDeceased, false, care.Supervisor},
		{"what cannot be undone, early", none, care.OutcomeDeceased, true, care.Supervisor},
		{"a mistake cannot be undone either", none, care.OutcomeOpenedByMistake, true, care.Supervisor},
		{"a role alone: all", all, care.OutcomePlaced, false, care.SocialWorker},
		{"a role alone: all, early", all, care.OutcomeMovedAway, true, care.SocialWorker},
		{"by outcome", some, care.OutcomeWithdrew, false, care.Supervisor},
		{"by outcome, early", some, care.OutcomeWithdrew, true, care.Supervisor},
		{"another outcome", some, care.OutcomePlaced, false, ""},
		{"another outcome, early", some, care.OutcomeMovedAway, true, ""},
		{"left out, and cannot be undone", some, care.OutcomeDeceased, false, care.Supervisor},
		{"whatever is early", early, care.OutcomeMovedAway, true, care.Supervisor},
		{"the same in its own time", early, care.OutcomeMovedAway, false, ""},
		{"never the desk", desk, care.OutcomeWithdrew, false, care.Supervisor},
	} {
		t.Run(c.name, func(t *testing.T) {
			role, asked := actors.Approver(c.policy, c.outcome, c.early)
			require.Equal(t, c.role != "", asked)
			require.Equal(t, c.role, role)
		})
	}
}

func TestNobodyIsGivenWhatTheyProposed(t *testing.T) {
	approval := actors.Task{Kind: care.ClosureApproval, Role: care.Supervisor, Agency: "comune", Proposer: supervisor.ID}
	require.Equal(t, care.RuleOtherPerson, approval.ToPerson(supervisor))
	require.Empty(t, approval.ToPerson(care.Staff{ID: "another", Role: care.Supervisor, Agency: "comune"}))
}
