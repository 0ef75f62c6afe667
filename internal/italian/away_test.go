package italian_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/italian"
)

func TestTheSentenceSaysWhoStandsIn(t *testing.T) {
	now, last := at(t, "2026-11-25 10:00"), at(t, "2026-12-04 01:00")
	w := health.Waiting{Health: health.Planned, For: health.WaitTask, Task: care.Review, State: care.TaskReserved, Role: care.SocialWorker, Agency: "comune", Since: at(t, "2026-11-25 09:00")}
	p := care.Policy{Agencies: []care.Agency{{Code: "comune", Name: "Comune di Prova"}}}
	for away, says := range map[health.Away]string{
		{Last: last, Substitute: "Personale Prova 02"}: "È assente fino a ven 4 dic: può farla Personale Prova 02, al suo posto.",
		{Last: last, Others: true}:                     "È assente fino a ven 4 dic: può farla un collega che è assistente sociale (Comune di Prova).",
		{Last: last}:                                   "È assente fino a ven 4 dic.",
		{Last: at(t, "2026-11-25 01:00")}:              "È assente fino a oggi.",
		{Last: at(t, "2026-11-26 01:00")}:              "È assente fino a domani.",
	} {
		w.Away = &away
		require.Contains(t, italian.Sentence(w, p, now), says)
	}
	w.Away, w.State, w.NobodyUntil, w.NoSupervisorUntil = nil, care.TaskReady, &last, &last
	require.Contains(t, italian.Sentence(w, p, now), "Chi può prenderla è assente fino a ven 4 dic.")
	require.Contains(t, italian.Sentence(w, p, now), "Il responsabile è assente fino a ven 4 dic.")
	w.NobodyUntil, w.NoSupervisorUntil = nil, nil
	require.NotContains(t, italian.Sentence(w, p, now), "assente")
}

// A permit expires on a date, and nobody goes anywhere that day; what is near is said as it is.
func TestADayIsSaidWithItsWeekdayWhereSomebodyActsOnIt(t *testing.T) {
	now := at(t, "2026-11-25 10:00")
	for _, c := range []struct {
		kind, on, want string
	}{
		{"permit", "2027-08-08", "8 agosto 2027: ultimo giorno del permesso"},
		{"permit", "2026-11-25", "oggi: ultimo giorno del permesso"},
		{"eviction", "2026-12-03", "giovedì 3 dicembre: sfratto"},
	} {
		day, err := time.Parse(time.DateOnly, c.on)
		if err != nil {
			t.Fatal(err)
		}
		if got := italian.CriticalDate(c.kind, day, now); got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.kind, c.on, got, c.want)
		}
	}
}
