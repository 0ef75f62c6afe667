package agenda_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
)

func TestAWeekOfAService(t *testing.T) {
	a := of(t, on(t, "2026-12-02 10:00"), mornings)
	monday := agenda.Monday(on(t, "2026-12-06 23:59"))
	require.Equal(t, on(t, "2026-11-30 00:00"), monday)
	taken := []agenda.Taken{{At: on(t, "2026-12-03 09:00"), Until: on(t, "2026-12-03 09:30")}, {At: on(t, "2026-12-03 10:45"), Until: on(t, "2026-12-03 11:15")}, {At: on(t, "2026-12-03 11:00"), Until: on(t, "2026-12-03 11:30")}}
	week := a.Week(monday, taken)
	require.Len(t, week, 7)
	thursday := agenda.Held{From: on(t, "2026-12-03 09:00"), Until: on(t, "2026-12-03 11:00"), Places: 8, Taken: 2, Mode: agenda.InPerson}
	require.Equal(t, agenda.Day{At: on(t, "2026-12-03 00:00"), Open: true, Sessions: []agenda.Held{thursday}}, week[3])
	require.Equal(t, agenda.Day{At: on(t, "2026-12-01 00:00"), Open: true}, week[1], "it receives on Mondays and Thursdays")
	require.Equal(t, agenda.Day{At: on(t, "2026-12-06 00:00")}, week[6], "a Sunday")
	taken[1].Unseen = true
	require.Equal(t, agenda.Held{From: thursday.From, Until: thursday.Until, Places: 7, Taken: 1, Mode: agenda.InPerson}, a.Week(monday, taken)[3].Sessions[0], "one place is of somebody unknown")
	closed := a.Week(agenda.Monday(on(t, "2026-12-24 12:00")), nil)
	require.Equal(t, agenda.Day{At: on(t, "2026-12-24 00:00")}, closed[3], "a closure")
}
