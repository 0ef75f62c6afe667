package records_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// TestAPlaceIsKeptForWhoChoseIt: of two who choose the last one at once one has it for ten
// minutes, and sends the form; the other is told of the next. Nobody keeps more than three of
// a service.
func TestAPlaceIsKeptForWhoChoseIt(t *testing.T) {
	p := newPlay(t)
	receives(p, 1, "pas")
	p.Now = testclock.Monday
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	workers := []care.Staff{p.Accounts["social_worker.prato"], p.Accounts["desk_operator.prato"]}
	var group sync.WaitGroup
	for _, who := range workers {
		group.Go(func() {
			if err := p.Records.KeepPlaces(t.Context(), who, "/prova", []care.Booking{at("pas", thursday(9, 0))}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	first := func(who care.Staff) time.Time {
		free, err := p.Records.Offers(t.Context(), who, "pas", thursday(0, 0), 1)
		require.NoError(t, err)
		return free[0].At.In(testclock.Rome)
	}
	has, other := workers[0], workers[1]
	if first(other).Equal(thursday(9, 0)) {
		has, other = other, has
	}
	require.Equal(t, thursday(9, 0), first(has))
	require.Equal(t, thursday(9, 30), first(other))
	taken, err := p.Records.Taken(t.Context(), other, "pas", thursday(9, 0), thursday(11, 0))
	require.NoError(t, err)
	require.Len(t, taken, 1)
	require.True(t, taken[0].Kept)

	books := func(who care.Staff) ledger.Command {
		cmd, err := p.Records.Accept(t.Context(), who, bookingOf(run, at("pas", thursday(9, 0))))
		require.NoError(t, err)
		return cmd
	}
	require.Equal(t, agenda.NoPlace, books(other).Refusal.Faults[0].Rule)
	p.Now = p.Now.Add(agenda.KeptFor - time.Second)
	require.Equal(t, thursday(9, 30), first(other))
	p.Now = p.Now.Add(time.Second)
	require.Equal(t, thursday(9, 0), first(other), "ten minutes are over")

	keep := func(path string, hour, minute int) {
		require.NoError(t, p.Records.KeepPlaces(t.Context(), has, path, []care.Booking{at("pas", thursday(hour, minute))}))
	}
	keep("/prova", 9, 0)
	require.Equal(t, ledger.CommandAccepted, books(has).State)
	require.Zero(t, p.Count(`place_kept WHERE ends_at > $1`, p.Now), "it is the command's now")
	for i, path := range []string{"/a", "/b", "/c", "/d"} {
		p.Now = p.Now.Add(time.Second)
		keep(path, 9+(i+1)/2%2, 30*((i+1)%2))
	}
	keep("/a", 3, 0) // when nobody is received
	require.LessOrEqual(t, p.Count(`place_kept`), agenda.MostKeptPlaces)
	for _, path := range []string{"/a", "/b", "/c", "/d"} {
		require.NoError(t, p.Records.KeepPlaces(t.Context(), has, path, nil))
	}
	require.Zero(t, p.Count(`place_kept`))
}
