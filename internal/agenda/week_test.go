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

// TestAMonthOfAService: all its days and no other, over a change of the clocks, 29 February and
// the end of a year.
func TestAMonthOfAService(t *testing.T) {
	a := of(t, on(t, "2026-12-02 10:00"), mornings)
	for text, want := range map[string]int{"2026-12-31 23:59": 31, "2027-03-28 02:30": 31, "2027-10-31 12:00": 31, "2028-02-01 00:00": 29, "2027-02-28 12:00": 28} {
		month := a.Month(on(t, text).UTC(), nil)
		require.Len(t, month, want, text)
		require.Equal(t, agenda.First(on(t, text)), month[0].At, text)
		require.Equal(t, on(t, text).Month(), month[want-1].At.Month(), text)
	}
	month := a.Month(on(t, "2026-12-10 12:00"), []agenda.Taken{{At: on(t, "2026-12-03 09:00"), Until: on(t, "2026-12-03 09:30")}})
	for day, want := range map[int][2]int{1: {0, 0}, 3: {8, 1}, 7: {8, 0}, 8: {0, 0}, 24: {0, 0}} {
		places, taken := month[day-1].Sum()
		require.Equal(t, want, [2]int{places, taken}, "December %d", day)
	}
	over := agenda.Day{Sessions: []agenda.Held{{Places: 2, Taken: 3}, {Places: 2}}}
	places, taken := over.Sum()
	require.Equal(t, []int{4, 2}, []int{places, taken}, "more than there are places")
}
