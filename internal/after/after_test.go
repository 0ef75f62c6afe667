package after_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/after"
	"percorso/internal/care"
	"percorso/internal/testclock"
)

// TestADayFollowsWhatCameBefore: on the same day it is well, at whatever hour; the day before is
// not; and of what is not known nothing is asked.
func TestADayFollowsWhatCameBefore(t *testing.T) {
	testclock.Each(t, func(t *testing.T, now time.Time) {
		noon := care.DayOf(now.In(testclock.Rome)).Add(11 * time.Hour)
		known := after.Known{Birth: care.DayOf(noon), Opened: noon, Convened: noon, Sent: noon}
		for meaning, rule := range map[care.Meaning]string{
			care.MeetingTime: after.Opened, care.MinutesTime: after.Convened, care.ServiceDay: after.Sent, care.ReceiptDay: after.Birth, care.PermitLastDay: after.Birth,
			care.AppointmentTime: "", care.MeasureEnd: "", care.BirthDay: "", care.SuspensionEnd: "",
		} {
			at := func(day int) []care.Dated {
				that := care.DayOf(noon).AddDate(0, 0, day).Add(5 * time.Hour)
				return []care.Dated{{Field: "at", Meaning: meaning, At: &that}, {Field: "other", Meaning: meaning}}
			}
			require.Equal(t, rule != "", after.Asked(at(-1)), meaning)
			require.Empty(t, after.Check(at(0), known, testclock.Rome), meaning)
			require.Empty(t, after.Check(at(-1), after.Known{}, testclock.Rome), meaning)
			var want care.Faults
			if rule != "" {
				want = care.Faults{{Field: "at", Rule: rule}}
			}
			require.Equal(t, want, after.Check(at(-1), known, testclock.Rome), meaning)
		}
	})
	require.False(t, after.Asked([]care.Dated{{Meaning: care.MeetingTime}}))
	born := care.DayOf(testclock.Monday)
	eve := born.AddDate(0, 0, -1)
	require.Equal(t, care.Faults{{Field: "on", Rule: after.Birth}}, after.Born("on", &eve, born, testclock.Rome))
	require.Empty(t, after.Born("on", &born, born, testclock.Rome))
	require.Empty(t, after.Born("on", nil, born, testclock.Rome))
	require.Empty(t, after.Born("on", &eve, time.Time{}, testclock.Rome), "nobody knows when")
}
