package crossing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
)

// TestConsentIsSaidAgencyByAgency: one box stands for one agency alone, and a no is to
// somebody who would be told, who was not consented to, and was not said yes to.
func TestConsentIsSaidAgencyByAgency(t *testing.T) {
	two := []string{"a", "b"}
	for name, c := range map[string]struct {
		said             Said
		private, unasked []string
		want             []care.Fault
	}{
		"yes to both":                {Said{Agreed: two}, two, two, nil},
		"yes to one, no to another":  {Said{Agreed: two[:1], LeftOut: two[1:]}, two, two, nil},
		"no to both":                 {Said{LeftOut: two}, two, two, nil},
		"one box for one":            {Said{Agrees: true}, two, two[1:], nil},
		"one box for none":           {Said{Agrees: true}, nil, nil, nil},
		"one box for both":           {Said{Agrees: true}, two, two, []care.Fault{{Field: "consents", Rule: RuleEach}}},
		"one box, and no":            {Said{Agrees: true, LeftOut: two[:1]}, two[:1], two[:1], []care.Fault{{Field: "left_out", Rule: RuleBoth}}},
		"yes and no":                 {Said{Agreed: two, LeftOut: two[:1]}, two, two, []care.Fault{{Field: "left_out", Rule: RuleBoth}}},
		"no to what stands":          {Said{LeftOut: two}, two, two[1:], []care.Fault{{Field: "left_out", Rule: RuleInForce}}},
		"yes to who is told nothing": {Said{Agreed: []string{"cpi"}}, two, two, []care.Fault{{Field: "consents", Rule: RuleNeedsNone}}},
		"no to who is told nothing":  {Said{LeftOut: []string{"cpi"}}, two, two, []care.Fault{{Field: "left_out", Rule: RuleNeedsNone}}},
	} {
		require.Equal(t, c.want, c.said.Faults(c.private, c.unasked), name)
	}
	require.Equal(t, two, Agencies([]Consent{{"a", "x"}, {"a", "y"}, {"b", "x"}}))
}
