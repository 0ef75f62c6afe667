package records_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// A task's clocks are not set anew by whoever claims it and gives it back, and a
// term that somebody set stays until somebody sets another.
func TestTermsStand(t *testing.T) {
	p := newPlay(t)
	now := p.Now
	task := ledger.TaskChange{Kind: care.FirstListening, ID: uuid.NewString(), State: care.TaskReady}
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{Tasks: []ledger.TaskChange{task}})
	assign := func(account string, c catalogue.Command) {
		t.Helper()
		c.Key = uuid.NewString()
		_, err := p.Records.Assign(t.Context(), p.Accounts[account], c.NewCommand)
		require.NoError(t, err)
	}
	row := func() ledger.Task {
		t.Helper()
		found, err := p.Records.Task(t.Context(), p.Accounts["supervisor.prato"], task.ID)
		require.NoError(t, err)
		return found
	}
	stuck := func() bool {
		t.Helper()
		page, err := p.Records.StuckCases(t.Context(), p.Accounts["supervisor.prato"], ledger.Paging{})
		require.NoError(t, err)
		return len(page.Items) > 0
	}
	claim := catalogue.Claim.Command("", task.ID, catalogue.None{})
	release := catalogue.Release.Command("", task.ID, catalogue.None{})

	first := *row().Due
	assign("desk_operator.prato", claim)
	assign("desk_operator.prato", release)
	require.Equal(t, first, *row().Due, "the first clock runs from readiness")
	second := func() time.Time {
		assign("desk_operator.prato", claim)
		return *row().Due
	}()
	p.Now = now.Add(time.Hour)
	assign("desk_operator.prato", release)
	assign("desk_operator.prato", claim)
	require.Equal(t, second, *row().Due, "the second runs from the first claim")
	assign("desk_operator.prato", release)

	p.Now = now.AddDate(0, 0, 14)
	p.Does(run, p.Clock(), ledger.Effects{}, nil)
	for range 2 {
		require.True(t, row().Escalated)
		require.Equal(t, first, *row().Due)
		require.Equal(t, first, *row().LateSince)
		require.True(t, stuck())
		assign("desk_operator.prato", claim)
		require.True(t, row().Escalated)
		require.Equal(t, first, *row().Due)
		require.True(t, stuck())
		assign("desk_operator.prato", release)
	}
	require.Equal(t, 1, p.Count(`timeline WHERE code = 'escalated' AND case_id = $1`, ledger.BareID(run)), "the supervisor is told once")

	until := p.Now.AddDate(0, 2, 2) // an open day
	extend := catalogue.Extend.Command("", task.ID, catalogue.Assignment{Until: &until, Note: "Prova"})
	assign("supervisor.prato", extend)
	for _, c := range []catalogue.Command{claim, release, claim} {
		require.True(t, until.Equal(*row().Due))
		require.False(t, row().Escalated)
		require.Equal(t, first, *row().LateSince, "that it was late stays written")
		assign("desk_operator.prato", c)
	}
	back := p.Now.Add(30 * postgrestest.DayLong)
	p.Does(run, p.Ask("supervisor.prato", run, catalogue.Suspend.Command("", "", agenda.SuspendForm{Until: &back, Reason: "abroad"})),
		ledger.Effects{}, func(s *care.RunState) { s.Suspended = &back })
	require.Nil(t, row().Due)
	p.Now = p.Now.AddDate(0, 0, 10)
	p.Does(run, p.Ask("supervisor.prato", run, catalogue.Resume.Command("", "", catalogue.None{})),
		ledger.Effects{}, func(s *care.RunState) { s.Suspended = nil })
	require.True(t, until.Equal(*row().Due), "a suspension leaves it as well")
}
