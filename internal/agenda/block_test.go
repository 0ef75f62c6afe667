package agenda_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/testclock"
)

// TestPlacesAreSharedOut between a service and the PUA: each has its own until those of the
// PUA come back.
func TestPlacesAreSharedOut(t *testing.T) {
	shared := mornings
	shared.Places, shared.PUA, shared.Release = 3, 2, 24
	at := on(t, "2026-11-26 09:00")
	taken := func(service, pua int) (list []agenda.Taken) {
		for i := range service + pua {
			list = append(list, agenda.Taken{At: at, Until: at.Add(agenda.Usual), PUA: i < pua})
		}
		return list
	}
	for name, test := range map[string]struct {
		now          string
		service, pua int // who have a place
		own, theirs  string
	}{
		"all are free":                    {"2026-11-23 09:00", 0, 0, "", ""},
		"the service has its own":         {"2026-11-23 09:00", 1, 0, agenda.NoPlace, ""},
		"the PUA has its own":             {"2026-11-23 09:00", 0, 2, "", agenda.NoPlace},
		"all are taken":                   {"2026-11-23 09:00", 1, 2, agenda.NoPlace, agenda.NoPlace},
		"more than its own":               {"2026-11-23 09:00", 2, 1, agenda.NoPlace, agenda.NoPlace},
		"the moment before they are back": {"2026-11-25 08:59", 1, 1, agenda.NoPlace, ""},
		"they are back":                   {"2026-11-25 09:00", 1, 1, "", agenda.NoPlace},
		"back, and all are taken":         {"2026-11-25 09:00", 2, 1, agenda.NoPlace, agenda.NoPlace},
	} {
		t.Run(name, func(t *testing.T) {
			a := of(t, on(t, test.now), shared)
			require.Equal(t, test.own, a.Broken(at, taken(test.service, test.pua)))
			require.Equal(t, test.theirs, a.ForPUA().Broken(at, taken(test.service, test.pua)))
		})
	}
	require.Empty(t, of(t, testclock.Monday, mornings).ForPUA().Broken(at, taken(0, 1)), "what is not shared out is for both")
}

// TestTheBlock is what the employment centre gives: sessions with a share, or the whole of a
// shared agenda. A centre that gives nothing receives nobody who is sent, at no hour.
func TestTheBlock(t *testing.T) {
	delivered := delivered(t)
	block := func(p care.Policy) []string {
		cal, err := calendar.New(p)
		require.NoError(t, err)
		return hours(agenda.Block(p, cal, testclock.Monday), on(t, "2026-11-25 12:00"))
	}
	prato := delivered["prato"]
	require.Equal(t, []string{"09:00", "09:45", "10:30", "11:15"}, block(prato))
	given, own := mornings, mornings
	given.Days, given.PUA, given.Places = []care.Weekday{"wed"}, 1, 2
	own.Days, own.From, own.To = given.Days, "15:00", "16:00"
	for i, s := range prato.Services {
		if s.Code == "cpi" {
			prato.Services[i].Sessions = []care.Session{own, given}
		}
	}
	require.Equal(t, []string{"09:00", "09:30", "10:00", "10:30"}, block(prato))
	pistoia := delivered["pistoia"]
	require.Empty(t, block(pistoia))
	cal, err := calendar.New(pistoia)
	require.NoError(t, err)
	require.Equal(t, agenda.OutsideSessions, agenda.Block(pistoia, cal, testclock.Monday).Broken(on(t, "2026-11-25 10:00"), nil))
}
