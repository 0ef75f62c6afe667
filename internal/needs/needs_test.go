package needs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/needs"
)

func TestWhatANeedSays(t *testing.T) {
	zone := care.Policy{Needs: []care.NeedArea{{Code: "labour"}}}
	require.Empty(t, needs.Found{Area: "labour", Note: "Prova"}.Check(zone))
	require.Equal(t, []care.Fault{{Field: "area", Rule: care.RuleRequired}, {Field: "note", Rule: care.RuleRequired}}, needs.Over{}.Check(zone))
	require.Equal(t, []care.Fault{{Field: "area", Rule: care.RuleUnknownCode}}, needs.Found{Area: "other", Note: "Prova"}.Check(zone))
}
