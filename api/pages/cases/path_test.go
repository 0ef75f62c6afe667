package cases

import (
	"strings"
	"testing"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

func TestPathOf(t *testing.T) {
	ended := testclock.Monday
	service := ledger.Branch{Kind: care.RunService, Service: "pas", Ended: &ended, Outcome: care.ToCPI}
	placement := ledger.Branch{Kind: care.RunPlacement}
	followUp := ledger.Branch{Kind: care.RunFollowUp}
	for _, test := range []struct {
		stage    care.Stage
		branches []ledger.Branch
		want     string
	}{
		{care.StageFirstLevel, nil, "now ahead ahead ahead ahead ahead"},
		{care.StageSecondLevel, []ledger.Branch{{Kind: care.RunService}}, "done now ahead ahead ahead ahead"},
		{care.StagePlacement, []ledger.Branch{service, placement}, "done done skipped now ahead ahead"},
		{care.StagePlacement, []ledger.Branch{{Kind: care.RunService}, placement}, "done partly skipped now ahead ahead"},
		{care.StageFollowUp, []ledger.Branch{service, followUp}, "done done skipped skipped now ahead"},
		{care.StageFollowUp, []ledger.Branch{service, placement, followUp}, "done done skipped partly now ahead"},
		{care.StageClosed, []ledger.Branch{service, {Kind: care.RunFollowUp, Ended: &ended}}, "done done skipped skipped done done"},
		{care.StageEquipe, []ledger.Branch{service, {Kind: care.RunEquipe}, {Kind: care.RunReferral, Agency: "cpia", Ended: &ended}}, "done done now ahead ahead ahead"},
		{care.StagePlacement, []ledger.Branch{service, {Kind: care.RunEquipe, Ended: &ended}, placement, {Kind: care.RunTransfer}}, "done done done now ahead ahead"},
		{care.StageClosed, nil, "done skipped skipped skipped skipped done"},
	} {
		var classes []string
		for _, s := range pathOf(care.Policy{}, ledger.Case{CaseFile: ledger.CaseFile{Stage: test.stage}, Branches: test.branches}) {
			classes = append(classes, s.Class)
			if s.Name == "" || s.State == "" {
				t.Errorf("%s: a stage says nothing", test.stage)
			}
		}
		if got := strings.Join(classes, " "); got != test.want {
			t.Errorf("%s with %d branches: %s, want %s", test.stage, len(test.branches), got, test.want)
		}
	}
}
