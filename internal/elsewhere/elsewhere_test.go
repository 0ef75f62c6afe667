package elsewhere_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/elsewhere"
)

func TestANumberElsewhere(t *testing.T) {
	require.Empty(t, elsewhere.Number{System: elsewhere.DID, Number: "DID-1"}.Check())
	for _, c := range []struct {
		number elsewhere.Number
		want   care.Fault
	}{
		{elsewhere.Number{Number: "1"}, care.Fault{Field: "system", Rule: care.RuleRequired}},
		{elsewhere.Number{System: "other", Number: "1"}, care.Fault{Field: "system", Rule: care.RuleUnknownCode}},
		{elsewhere.Number{System: elsewhere.DID, Number: " "}, care.Fault{Field: "number", Rule: care.RuleRequired}},
		{elsewhere.Number{System: elsewhere.DID, Number: strings.Repeat("1", 51)}, care.Fault{Field: "number", Rule: care.RuleTooLong}},
	} {
		require.Equal(t, []care.Fault{c.want}, c.number.Check(), c.number)
	}
	for _, system := range elsewhere.Systems {
		fields, ok := elsewhere.Wants(system)
		require.True(t, ok && len(fields) > 0, system)
	}
}

// A later number of a system stands in the place of the one before.
func TestALaterNumberStandsInItsPlace(t *testing.T) {
	kept := func(system, number string, day int) elsewhere.Kept {
		return elsewhere.Kept{Number: elsewhere.Number{System: system, Number: number}, At: time.Date(2026, 12, day, 0, 0, 0, 0, time.UTC)}
	}
	newer, did, older := kept(elsewhere.SocialRecord, "2", 3), kept(elsewhere.DID, "1", 2), kept(elsewhere.SocialRecord, "1", 1)
	now, before := elsewhere.Standing([]elsewhere.Kept{did, newer, older})
	require.Equal(t, []elsewhere.Kept{newer, did}, now)
	require.Equal(t, []elsewhere.Kept{older}, before)
}
