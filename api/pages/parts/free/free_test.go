package free_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/api/pages/parts/free"
	"percorso/internal/agenda"
	"percorso/internal/care"
)

// records have a place by telephone and then one in person, be it of a service or of the block.
type records struct{ speaks bool }

func (records) slots(most int) []agenda.Slot {
	return []agenda.Slot{{Mode: agenda.ByPhone}, {Mode: agenda.InPerson}}[:min(most, 2)]
}

func (r records) Offers(_ context.Context, _ care.Staff, _ string, _ time.Time, most int) ([]agenda.Slot, error) {
	return r.slots(most), nil
}

func (r records) Block(_ context.Context, _ care.Staff, _ time.Time, most int) ([]agenda.Slot, error) {
	return r.slots(most), nil
}

func (r records) OnThePhone(context.Context, care.Staff, string) (bool, error) { return r.speaks, nil }

// TestNoPlaceByTelephone for somebody who does not speak on one, whoever asks about them.
func TestNoPlaceByTelephone(t *testing.T) {
	for speaks, mode := range map[bool]string{true: agenda.ByPhone, false: agenda.InPerson} {
		reachable, err := free.ReachableIn(t.Context(), records{speaks}, care.Staff{}, "placement/1")
		require.NoError(t, err)
		for _, of := range []func() ([]agenda.Slot, error){
			func() ([]agenda.Slot, error) {
				return reachable.Offers(t.Context(), care.Staff{}, "cpi", time.Time{}, 1)
			},
			func() ([]agenda.Slot, error) { return reachable.Block(t.Context(), care.Staff{}, time.Time{}, 1) },
		} {
			slots, err := of()
			require.NoError(t, err)
			require.Equal(t, []agenda.Slot{{Mode: mode}}, slots)
		}
	}
}
