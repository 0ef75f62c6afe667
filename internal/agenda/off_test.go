package agenda_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
)

// TestADayThatIsCalledOff offers nothing and says why; the day after is as always.
func TestADayThatIsCalledOff(t *testing.T) {
	a := of(t, on(t, "2026-12-02 10:00"), mornings)
	off := agenda.Off{ID: "off", First: care.DayOf(on(t, "2026-12-03 00:00")), Last: care.DayOf(on(t, "2026-12-05 00:00")), Reason: "strike"}
	require.Empty(t, a.Broken(on(t, "2026-12-03 09:00"), nil))
	a = a.Without([]agenda.Off{off})
	require.Equal(t, agenda.CalledOff, a.Broken(on(t, "2026-12-03 09:00"), nil))
	require.Equal(t, care.RuleClosedDay, a.Broken(on(t, "2026-12-05 09:00"), nil), "a Saturday is closed as it is")
	require.Equal(t, on(t, "2026-12-07 09:00"), a.Next(on(t, "2026-12-03 00:00"), 1, nil)[0].At)
	week := a.Week(agenda.Monday(on(t, "2026-12-03 12:00")), nil)
	require.Equal(t, agenda.Day{At: on(t, "2026-12-03 00:00"), Open: true, Off: &off}, week[3])
	require.Nil(t, week[5].Off)
	require.Equal(t, agenda.CalledOff, of(t, on(t, "2026-12-02 10:00")).Without([]agenda.Off{off}).Broken(on(t, "2026-12-03 15:00"), nil), "of a service without sessions too")
}
