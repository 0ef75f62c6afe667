package waiting_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

func (c *clinic) assign(account string, cmd catalogue.Command) {
	c.T.Helper()
	cmd.Key = uuid.NewString()
	_, err := c.Records.Assign(c.T.Context(), c.Accounts[account], cmd.NewCommand)
	require.NoError(c.T, err)
	c.refresh()
}

// The sentence names who really has the task, and what they really have to do.
func TestWhoIsNamedHasTheTask(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	caseRun, task := c.withTask(care.FirstListening)
	c.assign("supervisor.prato", catalogue.Claim.Command("", task, catalogue.None{}))
	w := c.kept(caseRun).Waiting
	require.Equal(t, care.DeskOperator, w.Role)
	require.Equal(t, &health.Who{Role: care.Supervisor, Agency: "comune"}, w.Holder)
	require.Equal(t, []actors.Means{actors.Release, actors.Give}, w.Means)
	c.assign("supervisor.prato", catalogue.Release.Command("", task, catalogue.None{}))
	require.Nil(t, c.kept(caseRun).Waiting.Holder)

	// Whoever is given it after somebody acknowledged the referral need not do that again.
	run, referral := postgrestest.NewRun(care.RunPlacement), uuid.NewString()
	sent, _ := c.Begin(ledger.Person{}, ledger.Effects{})
	ask := postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Referral: referral})
	c.Branch(sent, run, care.Answer{Agency: "cpi", Matter: "labour"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}, Tasks: []ledger.TaskChange{ask},
	})
	require.False(t, c.kept(sent).Waiting.Known)
	c.Does(run, c.Ask("cpi_operator.prato", run, catalogue.Moves[care.OpAcknowledge].Command("", referral, catalogue.ReferralMoveForm{})), ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralReceived}}, Tasks: []ledger.TaskChange{{ID: ask.ID, State: care.TaskReserved}},
	}, nil)
	require.True(t, c.kept(sent).Waiting.Known)
	c.assign("supervisor.prato", catalogue.Reassign.Command("", ask.ID, catalogue.Assignment{Role: care.CPIOperator, Note: "Prova"}))
	w = c.kept(sent).Waiting
	require.Equal(t, care.TaskReady, w.State)
	require.True(t, w.Known)
}

// A task is given to a colleague where its agency has one.
func TestNobodyIsToldToGiveATaskToNobody(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	caseRun, task := c.withTask(care.PlacementAppointment)
	require.Contains(t, c.kept(caseRun).Waiting.Means, actors.Give)
	c.assign("cpi_operator.prato", catalogue.Claim.Command("", task, catalogue.None{}))
	c.put(`UPDATE staff SET active = false WHERE zone = 'prato' AND agency = 'cpi' AND subject <> 'cpi_operator.prato'`)
	require.True(t, c.kept(caseRun).Marked)
	c.refresh()
	require.NotContains(t, c.kept(caseRun).Waiting.Means, actors.Give)
	c.put(`INSERT INTO staff (subject, name, role, zone, agency, email) VALUES ('new.prato', 'Prova', 'labour_policy_expert', 'prato', 'cpi', 'nuova@prova.invalid')`)
	require.True(t, c.kept(caseRun).Marked)
	c.refresh()
	require.Contains(t, c.kept(caseRun).Waiting.Means, actors.Give, "to a colleague of another role")
}

// What a partner was asked by a link is taken back by who sent it, as what another agency's
// staff were asked; and where the zone has no supervisor none is said to be told.
func TestWhoCanTakeBackAndWhoIsTold(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	sent, _, _, _ := c.Referred()
	require.Equal(t, []actors.Means{actors.Give, actors.Withdraw}, c.kept(sent).Waiting.Means)
	require.Empty(t, c.kept(sent).Waiting.Tells)
	c.put(`UPDATE staff SET active = false WHERE zone = 'prato' AND role = 'supervisor'`)
	c.refresh()
	require.Equal(t, health.TellsNobody, c.kept(sent).Waiting.Tells)
	require.Empty(t, c.kept(sent).Waiting.Means)
}

// The supervisor, who sits in one seat of an équipe, is not said to take another's place
// in it too.
func TestASupervisorWhoSitsTakesNoOtherSeat(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	caseRun, _ := c.Begin(ledger.Person{}, ledger.Effects{})
	theirs := ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited}
	other := ledger.SeatChange{ID: uuid.NewString(), Role: care.DeskOperator, Agency: "comune", State: care.SeatInvited}
	equipe := c.Equipe(caseRun, theirs, other)
	first := postgrestest.Opens(equipe, "first", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.SocialWorker, Agency: "comune"})
	second := postgrestest.Opens(equipe, "second", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.DeskOperator, Agency: "comune"})
	c.put(`UPDATE staff SET active = false WHERE zone = 'prato' AND role = 'supervisor' AND subject <> 'supervisor.prato'`)
	c.Does(equipe, c.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{first}}, nil)
	require.Contains(t, c.kept(caseRun).Waiting.Means, actors.TakeOver)
	c.Complete("supervisor.prato", equipe, first.ID, care.Completion{Outcome: care.Confirmed}, ledger.Effects{
		Tasks: []ledger.TaskChange{second}, Seats: []ledger.SeatChange{{ID: theirs.ID, State: care.SeatConfirmed}}}, nil)
	w := c.kept(caseRun).Waiting
	require.Equal(t, []any{care.EquipeInvitation, care.DeskOperator}, []any{w.Task, w.Role})
	require.NotContains(t, w.Means, actors.TakeOver)
}
