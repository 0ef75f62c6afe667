package offered_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/calledoff"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/testclock"
)

func TestDaysCalledOffHaveTheirWords(t *testing.T) {
	for _, code := range calledoff.Reasons {
		require.NotEmpty(t, offered.OffReason(code), code)
	}
	for _, code := range agenda.BeyondWhys {
		require.NotEmpty(t, italian.BeyondWhy(code), code)
	}
	require.Equal(t, "In più: è urgente", offered.Beyond(agenda.Given{As: agenda.Extra, Why: "urgent"}))
	for _, code := range calledoff.Tries {
		require.NotEmpty(t, offered.Try(code), code)
	}
	require.Equal(t, "Lunedì 23 novembre 2026", offered.OffDays(testclock.Monday, testclock.Monday))
	require.Equal(t, "Da lunedì 23 novembre 2026 a martedì 24 novembre 2026", offered.OffDays(testclock.Monday, testclock.Monday.AddDate(0, 0, 1)))
}
