package noted_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/noted"
)

func TestTheSecondIsTold(t *testing.T) {
	const one, two = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
	meanwhile := care.RefuseChanged(noted.RuleMeanwhile)
	for name, c := range map[string]struct {
		seen   *noted.Seen
		latest string
		want   *care.Refusal
	}{
		"it is not asked":          {nil, one, nil},
		"there was none":           {&noted.Seen{}, "", nil},
		"the one that was seen":    {&noted.Seen{two, one}, one, nil},
		"one since":                {&noted.Seen{one}, two, meanwhile},
		"the first, to two people": {&noted.Seen{}, one, meanwhile},
	} {
		require.Equal(t, c.want, c.seen.Meanwhile(c.latest), name)
	}
	var faults care.Faults
	(*noted.Seen)(nil).Check(&faults)
	(&noted.Seen{one}).Check(&faults)
	require.Empty(t, faults)
	(&noted.Seen{"Prova"}).Check(&faults)
	require.Equal(t, care.Faults{{Field: "seen", Rule: care.RuleUnknownCode}}, faults)
}
