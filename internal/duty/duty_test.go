package duty

import (
	"testing"

	"percorso/internal/care"
)

var policy = care.Policy{
	Agencies: []care.Agency{
		{Code: "comune", Kind: care.KindMunicipality, Answers: care.SocialWorker},
		{Code: "cpi", Kind: care.KindCPI, Answers: care.CPIOperator},
		{Code: "asl", Kind: care.KindHealth},
	},
	Roles: []care.RoleHolder{
		{Role: care.DeskOperator, Agency: "comune"}, {Role: care.SocialWorker, Agency: "comune"},
		{Role: care.ImmigrationExpert, Agency: "comune"}, {Role: care.CPIOperator, Agency: "cpi"},
	},
	Services: []care.Service{{Code: "immigrazione", Agency: "comune", Role: care.ImmigrationExpert}},
	Tasks: []care.TaskRule{
		{Kind: care.FirstListening, Role: care.DeskOperator}, {Kind: care.Interview}, {Kind: care.ReferralAnswer},
		{Kind: care.ServicePact, Role: care.CPIOperator},
	},
}

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name            string
		kind            care.TaskKind
		service, agency string
		role            care.Role
		of              string
		ok              bool
	}{
		{"as the zone says", care.FirstListening, "", "", care.DeskOperator, "comune", true},
		{"of its service", care.Interview, "immigrazione", "", care.ImmigrationExpert, "comune", true},
		{"of a service that is not there", care.Interview, "sconosciuto", "", "", "", false},
		{"the addressee's", care.ReferralAnswer, "", "cpi", care.CPIOperator, "cpi", true},
		{"of an agency where nobody answers", care.ReferralAnswer, "", "asl", "", "asl", false},
		{"of the agency that the referral was redirected to", care.ServicePact, "", "comune", care.SocialWorker, "comune", true},
		{"of an unknown kind", care.TaskKind("other"), "", "", "", "", false},
	} {
		role, of, ok := Of(policy, test.kind, test.service, test.agency)
		if role != test.role || of != test.of || ok != test.ok {
			t.Errorf("%s: %q of %q, %v", test.name, role, of, ok)
		}
	}
}
