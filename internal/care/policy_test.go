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
	FollowUps: []FollowUpRule{
		{After: StageSecondLevel, Deadline: DeadlineReviewAfterService, Reviews: 2},
		{After: StagePlacement, Deadline: DeadlineReviewAfterPlacement, Reviews: 3},
	},
}

func TestRhythm(t *testing.T) {
	for _, test := range []struct {
		outcome, deadline string
		reviews           int
	}{
		{Placed, DeadlineReviewAfterPlacement, 3},
		{InTraining, DeadlineReviewAfterPlacement, 3},
		{Resolved, DeadlineReviewAfterService, 2},
		{Unsuccessful, DeadlineReviewAfterService, 2},
	} {
		if deadline, reviews := testPolicy.Rhythm(Code(test.outcome)); deadline != test.deadline || reviews != test.reviews {
			t.Errorf("after %s: %s, %d", test.outcome, deadline, reviews)
		}
	}
	if _, reviews := (Policy{}).Rhythm(Placed); reviews != 1 {
		t.Errorf("%d reviews of an empty policy", reviews)
	}
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
