package records_test

import (
	"slices"
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

// hires adds a colleague of somebody, with their role and agency.
func (p *play) hires(account string) care.Staff {
	p.T.Helper()
	s := p.Accounts[account]
	s.ID, s.Subject, s.Name = uuid.NewString(), "second."+account, "Seconda Prova"
	_, err := p.Owner.Exec(p.T.Context(), `INSERT INTO staff (id, subject, name, role, zone, agency, email) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.ID, s.Subject, s.Name, s.Role, s.Zone, s.Agency, "seconda@prova.invalid")
	require.NoError(p.T, err)
	p.Accounts[s.Subject] = s
	return s
}

// leaves has somebody leave.
func (p *play) leaves(account string) {
	p.T.Helper()
	_, err := p.Owner.Exec(p.T.Context(), `UPDATE staff SET active = false WHERE id = $1`, p.Accounts[account].ID)
	require.NoError(p.T, err)
}

// waiting is what a case waits for, as the supervisor reads it.
func (p *play) waiting(run string) health.Waiting {
	p.T.Helper()
	file, err := p.Records.CaseFile(p.T.Context(), p.Accounts["supervisor.prato"], ledger.BareID(run))
	require.NoError(p.T, err)
	return file.Waiting
}

// breaks asserts the rule by which a change of who does a task is refused.
func breaks(t *testing.T, field, rule string, err error) {
	t.Helper()
	require.Equal(t, care.Refuse(care.Fault{Field: field, Rule: rule}), err)
}

func is(t *testing.T, code string, err error) {
	t.Helper()
	var refusal *care.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, code, refusal.Code)
}

// TestWhoHoldsATaskLeaves: the case has nobody at once. The supervisor of the task's
// own agency frees it in each of three ways, and nobody else does.
func TestWhoHoldsATaskLeaves(t *testing.T) {
	p := newPlay(t)
	listening := postgrestest.Opens("", "", ledger.TaskChange{Kind: care.FirstListening})
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{Tasks: []ledger.TaskChange{listening}})
	colleague := p.hires("desk_operator.prato")
	claim := catalogue.Claim.Command("", listening.ID, catalogue.None{})
	release := catalogue.Release.Command("", listening.ID, catalogue.None{})
	require.NoError(t, p.assignsAtOnce("desk_operator.prato", claim))
	w := p.waiting(run)
	require.Equal(t, health.Planned, w.Health)
	require.Equal(t, []care.Role{care.Supervisor}, w.StandIns, "no colleague can take it from who holds it")

	p.leaves("desk_operator.prato")
	w = p.waiting(run)
	require.Equal(t, health.Orphaned, w.Health)
	require.Equal(t, []actors.Means{actors.TakeOver, actors.Release, actors.Give}, w.Means)
	stuck, err := p.Records.StuckCases(t.Context(), p.Accounts["supervisor.prato"], ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, stuck.Items, 1)
	is(t, care.RefusedTaken, p.assignsAtOnce(colleague.Subject, claim))
	is(t, care.RefusedTaken, p.assignsAtOnce(colleague.Subject, release))

	require.NoError(t, p.assignsAtOnce("supervisor.prato", release))
	require.Equal(t, health.Planned, p.waiting(run).Health)
	_, err = p.Owner.Exec(t.Context(), `UPDATE task SET state = 'reserved', holder = $2 WHERE id = $1`, listening.ID, p.Accounts["desk_operator.prato"].ID)
	require.NoError(t, err)
	give := func(to string) error {
		return p.assignsAtOnce("supervisor.prato", catalogue.Reassign.Command("", listening.ID, catalogue.Assignment{To: to}))
	}
	shown, err := p.Records.Task(t.Context(), p.Accounts["supervisor.prato"], listening.ID)
	require.NoError(t, err)
	require.True(t, shown.HolderGone)
	require.Contains(t, shown.GivenTo, ledger.Colleague{ID: colleague.ID, Name: colleague.Name, Role: colleague.Role})
	for _, account := range []string{"desk_operator.prato", "cpi_operator.prato"} { // who has left, and another agency's
		require.False(t, slices.ContainsFunc(shown.GivenTo, func(c ledger.Colleague) bool { return c.ID == p.Accounts[account].ID }), account)
	}
	breaks(t, "to", care.RuleNotHere, give(p.Accounts["desk_operator.prato"].ID))
	breaks(t, "to", care.RuleNotHere, give(p.Accounts["desk_operator.lucca"].ID))
	breaks(t, "to", care.RuleOtherAgency, give(p.Accounts["cpi_operator.prato"].ID))
	require.NoError(t, give(colleague.ID))
	require.Equal(t, map[string]any{"holder": colleague.ID, "role": "desk_operator"}, p.Row(`SELECT holder, role FROM task WHERE id = $1`, listening.ID))
	p.leaves(colleague.Subject)
	require.NoError(t, p.assignsAtOnce("supervisor.prato", claim), "takes it over")
	require.Equal(t, health.Planned, p.waiting(run).Health)
}

// TestAnAnswerStaysInItsAgency, also where who was to give it has left.
func TestAnAnswerStaysInItsAgency(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	placement, referral := postgrestest.NewRun(care.RunPlacement), uuid.NewString()
	ask := postgrestest.Opens(placement, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Referral: referral})
	p.Branch(run, placement, care.Answer{Agency: "cpi"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi"}}, Tasks: []ledger.TaskChange{ask}})
	p.Does(placement, p.Ask("cpi_operator.prato", placement, catalogue.Acknowledge.Command("", referral, catalogue.ReferralMoveForm{})), ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralReceived}}, Tasks: []ledger.TaskChange{{ID: ask.ID, State: care.TaskReserved}}}, nil)
	passes := func(form catalogue.Assignment) error {
		return p.assignsAtOnce("supervisor.prato", catalogue.Reassign.Command("", ask.ID, form))
	}
	colleague := p.hires("cpi_operator.prato")
	p.leaves("cpi_operator.prato")
	require.Equal(t, health.Orphaned, p.waiting(run).Health)
	require.Equal(t, []actors.Means{actors.Give, actors.Withdraw}, p.waiting(run).Means)
	for _, role := range []care.Role{care.SocialWorker, care.DeskOperator, care.Supervisor} {
		breaks(t, "role", care.RuleOtherAgency, passes(catalogue.Assignment{Role: role}))
	}
	for _, account := range []string{"social_worker.prato", "supervisor.prato"} {
		breaks(t, "to", care.RuleOtherAgency, passes(catalogue.Assignment{To: p.Accounts[account].ID}))
	}
	is(t, care.RefusedTaken, p.assignsAtOnce("supervisor.prato", catalogue.Claim.Command("", ask.ID, catalogue.None{})))
	is(t, care.RefusedTaken, p.assignsAtOnce("supervisor.prato", catalogue.Release.Command("", ask.ID, catalogue.None{})))
	require.NoError(t, passes(catalogue.Assignment{To: colleague.ID}))
	p.Does(placement, p.Ask(colleague.Subject, placement, catalogue.Accept.Command("", referral, catalogue.ReferralMoveForm{})), ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralAccepted}}, Tasks: []ledger.TaskChange{{ID: ask.ID, State: care.TaskCompleted}}}, nil)
}

// TestTheSecondOfTwoSeesWhatTheFirstDid: a form is made from how the task was.
func TestTheSecondOfTwoSeesWhatTheFirstDid(t *testing.T) {
	p := newPlay(t)
	listening := postgrestest.Opens("", "", ledger.TaskChange{Kind: care.FirstListening})
	p.Begin(ledger.Person{}, ledger.Effects{Tasks: []ledger.TaskChange{listening}})
	shown, err := p.Records.Task(t.Context(), p.Accounts["supervisor.prato"], listening.ID)
	require.NoError(t, err)
	until := p.Now.Add(21 * postgrestest.DayLong)
	forms := []catalogue.Command{
		catalogue.Reassign.Command("", listening.ID, catalogue.Assignment{Role: care.SocialWorker, Stamp: shown.Stamp}),
		catalogue.Reassign.Command("", listening.ID, catalogue.Assignment{Role: care.ImmigrationExpert, Stamp: shown.Stamp}),
		catalogue.Extend.Command("", listening.ID, catalogue.Assignment{Until: &until, Stamp: shown.Stamp}),
	}
	require.NoError(t, p.assignsAtOnce("supervisor.prato", forms[0]))
	is(t, care.RefusedChanged, p.assignsAtOnce("supervisor.prato", forms[1]))
	is(t, care.RefusedChanged, p.assignsAtOnce("supervisor.prato", forms[2]))
	require.Equal(t, "social_worker", p.Row(`SELECT role FROM task WHERE id = $1`, listening.ID)["role"])
	shown, err = p.Records.Task(t.Context(), p.Accounts["supervisor.prato"], listening.ID)
	require.NoError(t, err)
	require.NoError(t, p.assignsAtOnce("supervisor.prato", catalogue.Extend.Command("", listening.ID, catalogue.Assignment{Until: &until, Note: "Prova", Stamp: shown.Stamp})))
}

// TestOnePersonHoldsOneSeat, whoever gives it to them, and of their own agency.
func TestOnePersonHoldsOneSeat(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	seat := func(role care.Role, agency care.Code) ledger.SeatChange {
		return ledger.SeatChange{ID: uuid.NewString(), Role: role, Agency: agency, State: care.SeatInvited}
	}
	equipe := p.Equipe(run, seat(care.SocialWorker, "comune"), seat(care.ImmigrationExpert, "comune"), seat(care.CPIOperator, "cpi"))
	invites := func(role care.Role, agency care.Code) ledger.TaskChange {
		return postgrestest.Opens(equipe, "invitation/"+string(role), ledger.TaskChange{Kind: care.EquipeInvitation, Role: role, Agency: agency})
	}
	social, immigration, cpi := invites(care.SocialWorker, "comune"), invites(care.ImmigrationExpert, "comune"), invites(care.CPIOperator, "cpi")
	p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{social, immigration, cpi}}, nil)
	claims := func(account, task string) error {
		return p.assignsAtOnce(account, catalogue.Claim.Command("", task, catalogue.None{}))
	}
	gives := func(task, account string) error {
		return p.assignsAtOnce("supervisor.prato", catalogue.Reassign.Command("", task, catalogue.Assignment{To: p.Accounts[account].ID}))
	}
	require.NoError(t, claims("social_worker.prato", social.ID))
	breaks(t, "to", care.RuleOtherRole, gives(immigration.ID, "social_worker.prato"))
	is(t, care.RefusedForbidden, claims("supervisor.prato", cpi.ID))
	breaks(t, "to", care.RuleOtherAgency, gives(cpi.ID, "social_worker.prato"))
	require.NoError(t, claims("supervisor.prato", immigration.ID))
	breaks(t, "to", care.RuleOtherRole, gives(social.ID, "desk_operator.prato"))
	require.NoError(t, gives(social.ID, "social_worker_2.prato"))
	require.Equal(t, "social_worker", p.Row(`SELECT role FROM task WHERE id = $1`, social.ID)["role"])
	breaks(t, "to", care.RuleOneSeat, gives(social.ID, "supervisor.prato"))
}
