package cases

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
		for _, s := range pathOf(care.Policy{}, noDays, ledger.Case{CaseFile: ledger.CaseFile{Stage: test.stage}, Branches: test.branches}, testclock.Monday) {
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

func noDays(_, _ time.Time) int { return 0 }

// TestThePathSaysWhatWas: days and how long, where it came back to, and of what was not
// recorded nothing.
func TestThePathSaysWhatWas(t *testing.T) {
	require.Len(t, daysOf(span{testclock.Monday, testclock.Monday.Add(time.Hour)}, noDays, testclock.Monday), 1, "one day is said once")
	day := func(n int) time.Time { return testclock.Monday.AddDate(0, 0, n) }
	ended, again := day(4), day(9)
	file := ledger.Case{CaseFile: ledger.CaseFile{Stage: care.StageSecondLevel, Opened: day(0)}, Branches: []ledger.Branch{
		{Kind: care.RunService, Service: "pas", Started: day(1), Ended: &ended, Outcome: care.ToCPI},
		{Kind: care.RunPlacement, Started: day(4), Ended: &again, Outcome: care.Unsuccessful},
		{Kind: care.RunService, Service: "pas", Started: day(10)},
	}}
	path := pathOf(care.Policy{}, func(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }, file, day(12))
	said := make([]string, len(path))
	for i, s := range path {
		said[i] = strings.Join(append([]string{s.State}, s.Days...), ", ") + s.Back
	}
	want := []string{
		"poi si è proseguito, dal 23 novembre 2026, al 24 novembre 2026, 1 giorno lavorativo", "siamo qui, dal 24 novembre 2026, da 11 giorni lavorativisi è tornati qui il 3 dicembre 2026",
		"non ancora", "concluso, dal 27 novembre 2026, al 2 dicembre 2026, 5 giorni lavorativi", "non ancora", "non ancora",
	}
	if !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
	if path[1].Arc == "" || path[3].Arc != "" {
		t.Errorf("the way back is drawn wrong: %q %q", path[1].Arc, path[3].Arc)
	}
	closed := day(3)
	file = ledger.Case{CaseFile: ledger.CaseFile{Stage: care.StageClosed, Opened: day(0), Closed: &closed}}
	for i, want := range []string{"poi il percorso si è chiuso", "non c’è stato"} {
		if got := pathOf(care.Policy{}, noDays, file, day(5))[i].State; got != want {
			t.Errorf("a file that was closed at once says %q, want %q", got, want)
		}
	}
}
