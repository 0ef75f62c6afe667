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
	Services: []Service{{Code: "immigrazione", Agency: "comune", Role: ImmigrationExpert}},
	Tasks: []TaskRule{
		{Kind: FirstListening, Role: DeskOperator}, {Kind: Interview}, {Kind: ReferralAnswer}, {Kind: ServicePact, Role: CPIOperator},
	},
	FollowUps: []FollowUpRule{
		{After: StageSecondLevel, Deadline: DeadlineReviewAfterService, Reviews: 2},
		{After: StagePlacement, Deadline: DeadlineReviewAfterPlacement, Reviews: 3},
	},
}

func TestTaskRole(t *testing.T) {
	for _, test := range []struct {
		name            string
		kind            TaskKind
		service, agency string
		role            Role
		of              string
		ok              bool
	}{
		{"as the zone says", FirstListening, "", "", DeskOperator, "comune", true},
		{"of its service", Interview, "immigrazione", "", ImmigrationExpert, "comune", true},
		{"of a service that is not there", Interview, "sconosciuto", "", "", "", false},
		{"the addressee's", ReferralAnswer, "", "cpi", CPIOperator, "cpi", true},
		{"of an agency where nobody answers", ReferralAnswer, "", "asl", "", "asl", false},
		{"of the agency that the referral was redirected to", ServicePact, "", "comune", SocialWorker, "comune", true},
		{"of an unknown kind", TaskKind("other"), "", "", "", "", false},
	} {
		role, of, ok := testPolicy.TaskRole(test.kind, test.service, test.agency)
		if role != test.role || of != test.of || ok != test.ok {
			t.Errorf("%s: %q of %q, %v", test.name, role, of, ok)
		}
	}
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
