package offered_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/italian/offered"
	"percorso/internal/testclock"
)

func TestPlacesAreSaidAsPeopleSayThem(t *testing.T) {
	first, tenth := time.Date(2026, time.December, 1, 9, 30, 0, 0, testclock.Rome), time.Date(2026, time.December, 10, 15, 0, 0, 0, testclock.Rome)
	require.Equal(t, "mar 1º dicembre, ore 9.30", offered.Place(first.UTC()))
	require.Equal(t, "gio 10 dicembre, ore 15.00, per telefono", offered.Slot(agenda.Slot{At: tenth, Mode: agenda.ByPhone}))
	require.Equal(t, " I primi posti liberi: mar 1º dicembre, ore 9.30; gio 10 dicembre, ore 15.00.", offered.Next([]care.Booking{{At: first}, {At: tenth}}))
	require.Equal(t, " Il primo posto libero: mar 1º dicembre, ore 9.30.", offered.Next([]care.Booking{{At: first}}))
	require.Empty(t, offered.Next(nil))
}
