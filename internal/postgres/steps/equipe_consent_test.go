package steps_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// member adds somebody of a private agency, who sits in équipes.
func (p *play) member(agency string) (account string) {
	p.T.Helper()
	account = "third_sector_operator.prato"
	s := care.Staff{ID: uuid.NewString(), Subject: account, Name: "Personale Privato", Role: care.ThirdSectorOperator, Zone: "prato", Agency: agency}
	_, err := p.Owner.Exec(p.T.Context(), `INSERT INTO staff (id, subject, name, role, zone, agency, email) VALUES ($1, $2, $3, $4, $5, $6, 'privato@prova.invalid')`,
		s.ID, s.Subject, s.Name, s.Role, s.Zone, s.Agency)
	require.NoError(p.T, err)
	p.Accounts[account] = s
	return account
}

// TestAPrivateMemberReadsByConsent: who invites asks for the consent with the same form;
// without it the seat is there and reads nothing, which who works on the case is told; and
// what is read ends with it. A consent to something else shows nothing of équipe and plan.
func TestAPrivateMemberReadsByConsent(t *testing.T) {
	p := newPlay(t)
	p.Law("with a private member", func(rules *care.Policy) {
		rules.Roles = append(rules.Roles, care.RoleHolder{Role: care.ThirdSectorOperator, Agency: "terzo_settore"})
		rules.Equipes = []care.EquipeRule{{Kind: care.BetweenAgencies, Seats: []care.SeatRule{{Role: care.SocialWorker}, {Role: care.ThirdSectorOperator}}}}
	})
	private := p.member("terzo_settore")
	caseRun := p.zonesCase("prato")
	seat := ledger.SeatChange{ID: uuid.NewString(), Role: care.ThirdSectorOperator, Agency: "terzo_settore", State: care.SeatInvited}
	convenes := func(agrees bool) (equipe, opinion string) {
		p.says(caseRun, catalogue.Convene.Command("", "", catalogue.ConveneForm{Kind: care.BetweenAgencies, Consent: agrees}))
		seat.ID = uuid.NewString()
		equipe = p.Equipe(caseRun, seat)
		invitation := postgrestest.Opens(equipe, "invitation", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.ThirdSectorOperator, Agency: "terzo_settore"})
		p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{invitation}}, nil)
		task := postgrestest.Opens(equipe, "opinion", ledger.TaskChange{Kind: care.EquipeOpinion, Role: care.ThirdSectorOperator, Agency: "terzo_settore", Like: invitation.ID})
		p.Complete(private, equipe, invitation.ID, care.Completion{Outcome: care.Confirmed}, ledger.Effects{
			Tasks: []ledger.TaskChange{task}, Seats: []ledger.SeatChange{{ID: seat.ID, State: care.SeatConfirmed}}}, nil)
		minutes := catalogue.MinutesForm{At: p.Now, Text: "Verbale di prova"}
		p.Does(equipe, p.Ask("social_worker.prato", equipe, catalogue.Minutes.Command("", "", minutes)), ledger.Effects{}, nil)
		until := p.Now.Add(90 * postgrestest.DayLong)
		p.Propose(equipe, uuid.NewString(), care.PlanForm{Changes: "Prova", Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}},
			Actions: []care.PlanAction{{Text: "Prova", Agency: "terzo_settore", Until: &until}}})
		return equipe, task.ID
	}
	unread := func(equipe string) bool {
		e, err := p.Records.Equipe(t.Context(), p.Accounts["social_worker.prato"], equipe)
		require.NoError(t, err)
		return e.Seats[0].Unread
	}
	equipe, task := convenes(false)
	require.Equal(t, reader{}, p.reading(private, caseRun, equipe, task), "nothing but that there is a task")
	require.True(t, unread(equipe))

	p.consentsTo(caseRun, "terzo_settore", "housing")
	require.Equal(t, reader{}, p.reading(private, caseRun, equipe, task))
	p.owner(`UPDATE plan SET state = 'active', activated_at = now() WHERE run_id = $1`, equipe)
	require.Equal(t, reader{}, p.reading(private, caseRun, equipe, task), "nor the plan that gives it a part")

	p.consentsTo(caseRun, "terzo_settore", "equipe")
	sits := reader{Equipe: true, Minutes: true, Plans: true, Person: true}
	require.Equal(t, sits, p.reading(private, caseRun, equipe, task))
	require.False(t, unread(equipe))
	p.withdrawsFrom(caseRun, "terzo_settore")
	require.Equal(t, reader{}, p.reading(private, caseRun, equipe, task), "the sight ends with the consent")
	require.True(t, unread(equipe))

	// With the form that convenes it, for this agency and purpose alone.
	p.Does(equipe, p.Clock(), ledger.Effects{Ending: care.NoPlan}, nil)
	again, task := convenes(true)
	require.Equal(t, sits, p.reading(private, caseRun, again, task))
	require.Equal(t, []map[string]any{{"agency": "terzo_settore", "purpose": "equipe"}},
		p.Rows(`SELECT agency, purpose FROM consent WHERE case_id = $1 AND withdrawn_at IS NULL`, ledger.BareID(caseRun)))
}
