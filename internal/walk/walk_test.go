package walk

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/zone"
)

// The walks are written for any zone: each that is delivered has what they need.
func TestDeliveredZonesCanBeWalked(t *testing.T) {
	policies, err := zone.Load(deploy.Zones())
	require.NoError(t, err)
	require.NotEmpty(t, policies)
	for _, p := range policies {
		town := &Town{Policy: p}
		require.Len(t, p.NeedAreas([]string{"labour", "school"}), 2, p.Zone)
		require.Greater(t, len(town.Seated()), 2, "%s: the équipe", p.Zone)
		require.NotEmpty(t, town.Partner(care.KindSchool), p.Zone)
		require.NotEmpty(t, town.Partner(care.KindThirdSector), p.Zone)
		require.Equal(t, care.CPIOperator, town.Answers(p.CPI()), p.Zone)
		require.Equal(t, care.SocialWorker, town.Answers(town.Partner(care.KindSchool)), "%s: who records what the school says", p.Zone)
	}
}

func TestPeopleDiffer(t *testing.T) {
	one, _ := Origin(1)
	two, language := Origin(2)
	require.NotEqual(t, one, two)
	require.NotEmpty(t, language)
	policies, err := zone.Load(deploy.Zones())
	require.NoError(t, err)
	for number := range 30 {
		p := Person{Town: &Town{Policy: policies[0]}, Number: number}
		require.Contains(t, p.needs(), "labour")
	}
}

func TestAwaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		require.NoError(t, Await(t.Context(), "the third time", func() (bool, error) {
			asked++
			return asked == 3, nil
		}))
		require.ErrorContains(t, Await(t.Context(), "what never comes", func() (bool, error) { return false, nil }), "what never comes did not come within 1m0s")
		gone := errors.New("gone")
		require.ErrorIs(t, Await(t.Context(), "", func() (bool, error) { return false, gone }), gone)
		ended, end := context.WithCancelCause(t.Context())
		end(gone)
		require.ErrorIs(t, Await(ended, "", func() (bool, error) { return false, nil }), gone)
	})
}
