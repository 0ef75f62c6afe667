package zone_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/zone"
	"percorso/internal/zone/fault"
)

// TestProvidersOfMediators: what Pistoia's file says of a lot is read, and each fault is told.
func TestProvidersOfMediators(t *testing.T) {
	p := delivered(t)["pistoia"]
	require.Len(t, p.Providers, 2)
	lot := p.Providers[0].Lots[0]
	require.Equal(t, care.Duration{N: 2, Unit: care.WorkingDays}, lot.Notice)
	require.Equal(t, []any{60, 30, 2, []string{"bn", "ur", "hi", "pa"}}, []any{lot.Hours, lot.Unit, lot.Parallel, lot.Languages})
	require.Equal(t, 1, p.Providers[0].Lots[1].Parallel, "left out")

	data, err := os.ReadFile(filepath.Join("..", "..", "deploy", "zones", "pistoia.yaml"))
	require.NoError(t, err)
	for _, test := range []struct{ old, new, field, rule string }{
		{"hours: 60", "hours: 0", "lots[0].hours", fault.RuleRange},
		{"languages: [bn, ur, hi, pa]", "languages: [bn, bengalese]", "lots[0].languages[1]", fault.RuleLanguage},
		{"languages: [bn, ur, hi, pa]", "languages: []", "lots[0].languages", fault.RuleMissing},
		{"notice: 2 working_days, unit: 30, modes: [in_person, phone], parallel", "notice: 2 calendar_days, unit: 30, modes: [in_person, phone], parallel", "lots[0].notice", fault.RuleUnit},
		{"unit: 30, modes: [in_person, phone], parallel", "unit: 0, modes: [in_person, phone], parallel", "lots[0].unit", fault.RuleRange},
		{"modes: [in_person, phone], parallel", "modes: [video], parallel", "lots[0].modes[0]", fault.RuleValue},
		{"code: lingue_africane", "code: lingue_asiatiche", "lots[1].code", fault.RuleDuplicate},
		{"    email: mediazione.pistoia@partner.example\n", "", "email", fault.RuleMissing},
		{"parallel: 2,", "parallel: 2, ends: domani,", "lots[0].ends", fault.RuleDate},
	} {
		changed := strings.Replace(string(data), test.old, test.new, 1)
		require.NotEqual(t, string(data), changed, test.old)
		_, faults := zone.Read("pistoia.yaml", []byte(changed))
		require.Len(t, faults, 1, test.new)
		require.Equal(t, []string{"mediation_providers[0]." + test.field, test.rule}, []string{faults[0].Field, faults[0].Rule})
	}
	// The lots of one provider are not those of another.
	changed := strings.Replace(string(data), "code: telefono", "code: lingue_asiatiche", 1)
	_, faults := zone.Read("pistoia.yaml", []byte(changed))
	require.Len(t, faults, 1)
	require.Equal(t, "mediation_providers[1].lots[0].code", faults[0].Field)
}
