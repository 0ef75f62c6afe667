package offered_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/calledoff"
	"percorso/internal/italian/offered"
	"percorso/internal/testclock"
)

func TestDaysCalledOffHaveTheirWords(t *testing.T) {
	for _, code := range calledoff.Reasons {
		require.NotEmpty(t, offered.OffReason(code), code)
	}
	for _, code := range calledoff.Tries {
		require.NotEmpty(t, offered.Try(code), code)
	}
	require.Equal(t, "Lunedì 23 novembre 2026", offered.OffDays(testclock.Monday, testclock.Monday))
	require.Equal(t, "Da lunedì 23 novembre 2026 a martedì 24 novembre 2026", offered.OffDays(testclock.Monday, testclock.Monday.AddDate(0, 0, 1)))
}
