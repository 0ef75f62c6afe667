package arrival_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/arrival"
	"percorso/internal/care"
)

func TestWhoMayBeMarked(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 12, 0, 0, time.UTC)
	for _, c := range []struct {
		state   care.AppointmentState
		at      time.Time
		arrived *time.Time
		back    bool
		rule    string
	}{
		{care.AppointmentBooked, now.Add(time.Hour), nil, false, ""},
		{care.AppointmentConfirmed, now.Add(-time.Hour), nil, false, ""},
		{care.AppointmentConfirmed, now.AddDate(0, 0, 1), nil, false, arrival.OtherDay},
		{care.AppointmentConfirmed, now, &now, false, arrival.Already},
		{care.AppointmentConfirmed, now, &now, true, ""},
		{care.AppointmentConfirmed, now, nil, true, arrival.NotMarked},
		{care.AppointmentHeld, now, &now, true, agenda.NotStanding},
		{care.AppointmentCancelled, now, nil, false, agenda.NotStanding},
	} {
		require.Equal(t, c.rule, arrival.Expected{State: c.state, At: c.at, Arrived: c.arrived}.Refuses(arrival.Mark{Back: c.back}, now), c)
	}
}

func TestHowLateSomebodyCame(t *testing.T) {
	at := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)
	for came, minutes := range map[time.Duration]int{-time.Hour: 0, 30 * time.Second: 0, 12 * time.Minute: 12, 20 * time.Hour: 480} {
		arrived := at.Add(came)
		require.Equal(t, minutes, arrival.Late(at, &arrived), came)
	}
	require.Zero(t, arrival.Late(at, nil))
	for typed, right := range map[string]bool{"": true, "0": true, "12": true, "-1": false, "481": false, "un’ora": false} {
		require.Equal(t, right, len(arrival.CheckLate(arrival.Minutes(typed))) == 0, typed)
	}
}
