package gates_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// TestAPlanLeavesOutWhomThePersonSaysNoTo: each private partner is asked for by itself, a
// no to one leaves that one out, and the other is sent the person with what its purpose
// needs. What is said of somebody whom the plan does not send to is refused.
func TestAPlanLeavesOutWhomThePersonSaysNoTo(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	until := p.Now.Add(30 * postgrestest.DayLong)
	equipe, plan := p.Equipe(run), uuid.NewString()
	action := func(agency string, goal int) care.PlanAction {
		return care.PlanAction{Text: "Prova", Agency: agency, Goal: goal, Until: &until, Send: true}
	}
	p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}, {Area: "housing", Text: "Prova"}},
		Actions: []care.PlanAction{action("terzo_settore", 0), action("terzo_settore", 1), action("centri_sociali", 1), action("asl", 1)}})
	agreement := postgrestest.Opens(equipe, "agreement", ledger.TaskChange{Kind: care.PlanAgreement})
	p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{agreement}}, nil)
	require.NoError(t, p.Claim("social_worker.prato", agreement.ID))
	says := func(c care.Completion) ledger.Entry {
		c.Outcome = care.Agreed
		return p.Ask("social_worker.prato", equipe, catalogue.Complete.Command("", agreement.ID, c))
	}
	signed := ledger.Effects{Plan: &ledger.PlanChange{ID: plan, State: care.PlanAgreed}}
	for name, c := range map[string]struct {
		said  care.Completion
		fault care.Fault
	}{
		"nothing said":        {care.Completion{}, care.Fault{Field: "consents", Rule: care.RuleConsent}},
		"of one alone":        {care.Completion{Consents: []string{"terzo_settore"}}, care.Fault{Field: "consents", Rule: care.RuleConsent}},
		"one box for two":     {care.Completion{Consent: true}, care.Fault{Field: "consents", Rule: crossing.RuleEach}},
		"no to a public body": {care.Completion{Consents: []string{"terzo_settore", "centri_sociali"}, LeftOut: []string{"asl"}}, care.Fault{Field: "left_out", Rule: crossing.RuleNeedsNone}},
	} {
		e := says(c.said)
		require.Equal(t, ledger.Refused, p.Tries(equipe, e, signed, nil).Verdict, name)
		require.Equal(t, []care.Fault{c.fault}, p.Refusal(e.ID).Faults, name)
	}
	p.Does(equipe, says(care.Completion{Consents: []string{"terzo_settore"}, LeftOut: []string{"centri_sociali"}}), signed, nil)
	require.Equal(t, []map[string]any{{"agency": "terzo_settore", "purpose": "housing"}, {"agency": "terzo_settore", "purpose": "labour"}},
		p.Rows(`SELECT agency, purpose FROM consent WHERE withdrawn_at IS NULL ORDER BY purpose`))
	require.Equal(t, []map[string]any{{"code": "consent_given", "detail": "terzo_settore"}, {"code": "consent_refused", "detail": "centri_sociali"}},
		p.Rows(`SELECT code, detail FROM timeline WHERE code LIKE 'consent_%' ORDER BY code`))
	p.Does(run, p.Clock(), ledger.Effects{Plan: &ledger.PlanChange{ID: plan, State: care.PlanActive}}, nil)
	plans, err := p.Records.Plans(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(run))
	require.NoError(t, err)
	for i, sent := range []bool{true, true, false, true} {
		a := plans[0].Content.Actions[i]
		require.Equal(t, []bool{sent, !sent, false}, []bool{a.Routed, a.LeftOut, a.Send}, a.Agency)
	}

	// The next version asks anew; whoever was said yes to is not asked again, and a no to
	// them is a withdrawal.
	kept := plans[0].Content.Actions[2].PlanAction
	kept.Send = true
	p.Propose(equipe, plan, care.PlanForm{Changes: "Prova", Goals: plans[0].Content.Goals, Actions: []care.PlanAction{kept, action("terzo_settore", 1)}})
	e := says(care.Completion{})
	p.Refused(p.Tries(equipe, e, signed, nil), e, "consents", care.RuleConsent)
	e = says(care.Completion{Consents: []string{"centri_sociali"}, LeftOut: []string{"terzo_settore"}})
	p.Refused(p.Tries(equipe, e, signed, nil), e, "left_out", crossing.RuleInForce)
	p.Does(equipe, says(care.Completion{Consents: []string{"centri_sociali"}}), signed, nil)
	require.Equal(t, 3, p.Count(`consent WHERE withdrawn_at IS NULL`))
}

// TestBackToTheEquipeAsksForConsent: whoever sends the case back to its équipe may record
// what the person says to each private member, as whoever convenes it; and what is said of
// others is refused.
func TestBackToTheEquipeAsksForConsent(t *testing.T) {
	p := postgrestest.NewPlay(t)
	p.Law("with a private member", func(rules *care.Policy) {
		rules.Roles = append(rules.Roles, care.RoleHolder{Role: care.ThirdSectorOperator, Agency: "terzo_settore"})
		rules.Equipes = []care.EquipeRule{{Kind: care.BetweenAgencies, Seats: []care.SeatRule{{Role: care.SocialWorker}, {Role: care.ThirdSectorOperator}}},
			{Kind: care.WithinAgency, Seats: []care.SeatRule{{Role: care.SocialWorker}}}}
	})
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.Equipe(run)
	branch := postgrestest.NewRun(care.RunPlacement)
	p.Branch(run, branch, care.Answer{Agency: "cpi"}, ledger.Effects{})
	for _, c := range []struct {
		kind    care.TaskKind
		outcome string
	}{{care.NextStepAfterRejection, care.ToEquipe}, {care.Evaluation, care.Revise}} {
		task := postgrestest.Opens(branch, string(c.kind), ledger.TaskChange{Kind: c.kind, Role: care.SocialWorker})
		p.Does(branch, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
		require.NoError(t, p.Claim("social_worker.prato", task.ID))
		done := func(agencies ...string) ledger.Entry {
			form := care.Completion{Outcome: c.outcome, Note: "Prova", Consents: agencies}
			return p.Ask("social_worker.prato", branch, catalogue.Complete.Command("", task.ID, form))
		}
		no := p.Ask("social_worker.prato", branch, catalogue.Complete.Command("", task.ID, care.Completion{Outcome: c.outcome, Note: "Prova", Consents: []string{"terzo_settore"}, LeftOut: []string{"terzo_settore"}}))
		p.Refused(p.Tries(branch, no, ledger.Effects{}, nil), no, "left_out", crossing.RuleBoth)
		e := done("centri_sociali")
		p.Refused(p.Tries(branch, e, ledger.Effects{}, nil), e, "consents", crossing.RuleNeedsNone)
		p.Does(branch, done("terzo_settore"), ledger.Effects{}, nil)
		require.Equal(t, 1, p.Count(`consent WHERE agency = 'terzo_settore' AND purpose = 'equipe' AND withdrawn_at IS NULL`), c.kind)
		p.Now = p.Now.Add(postgrestest.DayLong)
		p.Does(run, p.Ask("social_worker.prato", run, catalogue.WithdrawConsent.Command("", "", crossing.WithdrawalForm{})), ledger.Effects{}, nil)
	}
}
