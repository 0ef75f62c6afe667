package records_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

// gives has the employment centre receive three people side by side on Mondays and Thursdays
// from 9 to 11, by the half hour, and give two of the places to the PUA until a day before.
func gives(p *play) {
	p.Law("block", func(policy *care.Policy) {
		for i, s := range policy.Services {
			if s.Code == "cpi" {
				policy.Services[i].Sessions = []care.Session{{Days: []care.Weekday{"mon", "thu"}, From: "09:00", To: "11:00", Seconds: 1800, Places: 3, PUA: 2, Release: 24, Mode: agenda.InPerson}}
			}
		}
	})
}

// sends sends the person of a case to the employment centre with a place of its block.
func (p *play) sends(caseRun string, at time.Time) (ledger.Command, error) {
	return p.Records.Accept(p.T.Context(), p.Accounts["social_worker.prato"],
		catalogue.ReferToCPI.Command(uuid.NewString(), ledger.BareID(caseRun), catalogue.SendToCPI{At: &at}).NewCommand)
}

// TestManySendersAndFewPlaces: of eight who send somebody at once two have a place of the
// block at that hour, and the others are told what is free of it. The centre has the third.
func TestManySendersAndFewPlaces(t *testing.T) {
	p := newPlay(t)
	gives(p)
	runs := make([]string, 8)
	for i := range runs {
		runs[i], _ = p.Begin(ledger.Person{}, ledger.Effects{})
	}
	var group sync.WaitGroup
	accepted := make([]bool, len(runs))
	for i, run := range runs {
		group.Go(func() {
			cmd, err := p.sends(run, thursday(9, 0))
			accepted[i] = err == nil && cmd.State == ledger.CommandAccepted
			if err != nil || !accepted[i] && (len(cmd.Refusal.Offers) != 3 || cmd.Refusal.Faults[0] != care.Fault{Field: "at", Rule: agenda.NoPlace}) {
				t.Errorf("%d: %v, %+v", i, err, cmd.Refusal)
			}
		})
	}
	group.Wait()
	require.Equal(t, 2, p.Count(`booking WHERE state = 'held' AND service = 'cpi' AND pua`))
	first := func(account string) time.Time {
		free, err := p.Records.Offers(t.Context(), p.Accounts[account], "cpi", thursday(0, 0), 1)
		require.NoError(t, err)
		return free[0].At.In(testclock.Rome)
	}
	require.Equal(t, thursday(9, 0), first("cpi_operator.prato"))
	require.Equal(t, thursday(9, 30), first("desk_operator.prato"), "who books from outside books in the block")
}

// TestWhatTheBlockGives comes back to the employment centre at the hour that its session says.
func TestWhatTheBlockGives(t *testing.T) {
	p := newPlay(t)
	gives(p)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	block := func() time.Time {
		free, err := p.Records.Block(t.Context(), p.Accounts["social_worker.prato"], thursday(0, 0), 1)
		require.NoError(t, err)
		return free[0].At.In(testclock.Rome)
	}
	p.Now = thursday(9, 0).AddDate(0, 0, -1).Add(-time.Second)
	require.Equal(t, thursday(9, 0), block())
	cmd, err := p.sends(run, thursday(9, 0))
	require.NoError(t, err)
	require.Equal(t, ledger.CommandAccepted, cmd.State)
	p.Now = p.Now.Add(time.Second)
	require.Equal(t, thursday(9, 30), block(), "that of 9 has come back")
	other, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	cmd, err = p.sends(other, thursday(9, 0))
	require.NoError(t, err)
	require.Equal(t, agenda.NoPlace, cmd.Refusal.Faults[0].Rule)
	taken, err := p.Records.Taken(t.Context(), p.Accounts["cpi_operator.prato"], "cpi", thursday(9, 0), thursday(9, 30))
	require.NoError(t, err)
	require.Len(t, taken, 1)
	require.True(t, taken[0].PUA)
}
