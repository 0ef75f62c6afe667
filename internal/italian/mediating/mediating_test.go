package mediating_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/italian/mediating"
	"percorso/internal/mediation"
)

func TestWhatIsSaidOfMediators(t *testing.T) {
	for _, state := range mediation.States {
		require.NotEmpty(t, mediating.State(state), state)
	}
	require.Equal(t, "bengalese, arabo (Marocco), cinese tradizionale", mediating.Languages([]string{"bn", "ar-MA", "zh-Hant"}))
	for minutes, want := range map[int]string{0: "0 ore", 1: "1 minuto", 60: "1 ora", 90: "1 ora e 30 minuti"} {
		require.Equal(t, want, mediating.Hours(minutes))
	}
	b := mediation.Balance{Lot: care.Lot{Hours: 10}, Used: 420, Held: 60}
	require.Equal(t, "usate 7 ore su 10 (70 %), promesse 1 ora; restano 2 ore", mediating.Balance(b))
	b.Used = 570
	require.Equal(t, "usate 9 ore e 30 minuti su 10 (95 %), promesse 1 ora; non resta niente", mediating.Balance(b))
}
