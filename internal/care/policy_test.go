package care

import "testing"

var testPolicy = Policy{
	Agencies: []Agency{
		{Code: "comune", Kind: KindMunicipality, Answers: SocialWorker},
		{Code: "cpi", Kind: KindCPI, Answers: CPIOperator},
		{Code: "asl", Kind: KindHealth},
	},
	Roles: []RoleHolder{
		{DeskOperator, "comune"}, {SocialWorker, "comune"}, {ImmigrationExpert, "comune"}, {CPIOperator, "cpi"},
	},
}

func TestLookups(t *testing.T) {
	if testPolicy.CPI() != "cpi" || testPolicy.NoShowAttempts() != 1 {
		t.Error("CPI or attempts")
	}
	if !testPolicy.HasRole(SocialWorker) || testPolicy.HasRole(LabourPolicyExpert) {
		t.Error("roles")
	}
	if KindThirdSector.LegalBasis() != Consent || KindCPI.LegalBasis() != PublicTask {
		t.Error("legal basis")
	}
}
