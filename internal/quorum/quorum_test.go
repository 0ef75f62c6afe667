package quorum_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/quorum"
)

func TestWhenAPlanIsSignedOff(t *testing.T) {
	rule := care.QuorumRule{Roles: 3, Agencies: 2}
	vote := func(role care.Role, agency, outcome care.Code) care.Vote {
		return care.Vote{Role: role, Agency: agency, Outcome: outcome}
	}
	social, mediator, labour := vote(care.SocialWorker, "comune", care.Signed), vote(care.InterculturalMediator, "comune", care.Signed), vote(care.LabourPolicyExpert, "comune", care.Signed)
	cpi := vote(care.CPIOperator, "cpi", care.Signed)
	silent := func(v care.Vote) care.Vote { return vote(v.Role, v.Agency, care.Tacit) }
	for _, c := range []struct {
		name    string
		votes   []care.Vote
		reached bool
	}{
		{"nobody", nil, false},
		{"three roles of two agencies", []care.Vote{social, mediator, cpi}, true},
		{"three roles of one agency", []care.Vote{social, mediator, labour}, false},
		{"the same role three times", []care.Vote{social, social, cpi}, false},
		{"one dissents", []care.Vote{social, vote(care.InterculturalMediator, "comune", care.Dissenting), cpi}, false},
		{"one is waived", []care.Vote{social, vote(care.InterculturalMediator, "comune", "waived"), cpi}, false},
		{"a silent role makes the third", []care.Vote{social, silent(mediator), cpi}, true},
		{"silence never makes the second agency", []care.Vote{social, mediator, silent(cpi)}, false},
		{"nor any agency", []care.Vote{silent(social), silent(mediator), silent(cpi)}, false},
		{"an agency of which one signs and one is silent", []care.Vote{silent(social), mediator, cpi}, true},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.reached, quorum.Reached(rule, c.votes)) })
	}
}
