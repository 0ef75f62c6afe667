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

func TestASeatKeepsWhatItsRoleSaid(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	worker := ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited}
	cpi := ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}
	private := ledger.SeatChange{ID: uuid.NewString(), Role: care.ThirdSectorOperator, Agency: "terzo_settore", State: care.SeatInvited}
	equipe := p.Equipe(run, worker, cpi, private)
	require.Equal(t, 1, p.Count(`share WHERE run_id = $1 AND agency = 'cpi' AND purpose = 'equipe' AND notice_version = '2026-01'`, equipe),
		"the case's own agency needs none, a private one none without consent")
	require.Equal(t, 1, p.Count(`share WHERE run_id = $1`, equipe))

	invitation := postgrestest.Opens(equipe, "invitation", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.CPIOperator, Agency: "cpi"})
	p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{invitation}}, nil)
	opinion := postgrestest.Opens(equipe, "opinion", ledger.TaskChange{Kind: care.EquipeOpinion, Role: care.CPIOperator, Agency: "cpi", Like: invitation.ID})
	p.Complete("cpi_operator.prato", equipe, invitation.ID, care.Completion{Outcome: care.Confirmed}, ledger.Effects{
		Tasks: []ledger.TaskChange{opinion}, Seats: []ledger.SeatChange{{ID: cpi.ID, State: care.SeatConfirmed}}}, nil)
	task := p.Row(`SELECT state, holder, escalate_at IS NOT NULL AS due FROM task WHERE id = $1`, opinion.ID)
	member := p.Accounts["cpi_operator.prato"].ID
	require.Equal(t, map[string]any{"state": "reserved", "holder": member, "due": true}, task, "who confirmed gives the opinion")

	said := care.Completion{Outcome: care.WithConditions, Note: "Prova: dopo il corso"}
	p.Does(equipe, p.Ask("cpi_operator.prato", equipe, catalogue.Complete.Command("", opinion.ID, said)), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: opinion.ID, State: care.TaskCompleted, Outcome: care.Code(said.Outcome)}},
		Seats: []ledger.SeatChange{{ID: cpi.ID, State: care.SeatSpoken, Opinion: care.Code(said.Outcome)}}}, nil)
	seat := p.Row(`SELECT state, member, opinion, opinion_note, minuted, signature FROM seat WHERE id = $1`, cpi.ID)
	require.Equal(t, map[string]any{"state": "spoken", "member": member, "opinion": said.Outcome, "opinion_note": said.Note, "minuted": false, "signature": ""}, seat)

	// In a meeting each seat is found by its role and agency.
	minutes := catalogue.MinutesForm{At: p.Now, Text: "Verbale di prova", Votes: []catalogue.MinutedVote{
		{Vote: care.Vote{Role: care.SocialWorker, Agency: "comune", Outcome: care.Dissenting}, Note: "Prova: contraria"},
		{Vote: care.Vote{Role: care.CPIOperator, Agency: "cpi", Outcome: care.Favourable}},
	}}
	p.Does(equipe, p.Ask("social_worker.prato", equipe, catalogue.Minutes.Command("", "", minutes)), ledger.Effects{Seats: []ledger.SeatChange{
		{ID: worker.ID, State: care.SeatSpoken, Opinion: care.Dissenting}, {ID: cpi.ID, Signature: care.Signed}, {ID: private.ID, State: care.SeatWaived}}}, nil)
	seat = p.Row(`SELECT opinion, opinion_note, minuted FROM seat WHERE id = $1`, worker.ID)
	require.Equal(t, map[string]any{"opinion": care.Dissenting, "opinion_note": "Prova: contraria", "minuted": true}, seat)
	seat = p.Row(`SELECT state, opinion_note, signature, signature_note, minuted FROM seat WHERE id = $1`, cpi.ID)
	require.Equal(t, map[string]any{"state": "spoken", "opinion_note": said.Note, "signature": care.Signed, "signature_note": "", "minuted": true}, seat)
	require.Equal(t, 1, p.Count(`minutes WHERE run_id = $1 AND text = 'Verbale di prova'`, equipe))
	require.Equal(t, []map[string]any{{"code": "seat_waived", "detail": string(care.ThirdSectorOperator)}},
		p.Rows(`SELECT code, detail FROM timeline WHERE code = 'seat_waived'`))

	// A seat of the équipe keeps its minutes too, and another agency does not.
	cmd := catalogue.Minutes.Command(uuid.NewString(), "", minutes).InRun(equipe).NewCommand
	_, err := p.Records.Accept(t.Context(), p.Accounts["social_worker.lucca"], cmd)
	require.ErrorIs(t, err, ledger.ErrNotFound)
}

// TestASecondProposalIsUnsigned: nothing of what was signed of the first stands under it.
func TestASecondProposalIsUnsigned(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	seat := ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited}
	equipe, id := p.Equipe(run, seat), uuid.NewString()
	until := p.Now.Add(30 * postgrestest.DayLong)
	form := care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}}, Actions: []care.PlanAction{{Text: "Prova", Agency: "comune", Until: &until}}}
	p.Propose(equipe, id, form)
	p.Does(equipe, p.Clock(), ledger.Effects{Seats: []ledger.SeatChange{
		{ID: seat.ID, State: care.SeatSpoken, Opinion: care.Favourable}, {ID: seat.ID, Signature: care.Code(care.SeatWaived)}}}, nil)
	require.Equal(t, 1, p.Count(`seat WHERE id = $1 AND signature = 'waived' AND signature_at IS NOT NULL`, seat.ID))
	first := p.Row(`SELECT created_at FROM plan WHERE id = $1`, id)

	p.Now = p.Now.Add(postgrestest.DayLong)
	p.Propose(equipe, id, form)
	require.Equal(t, 1, p.Count(`seat WHERE id = $1 AND opinion = 'favourable' AND signature = '' AND signature_at IS NULL`, seat.ID))
	require.NotEqual(t, first, p.Row(`SELECT created_at FROM plan WHERE id = $1`, id), "it is of when it was proposed")
}

func TestVersionsOfAPlan(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	equipe := p.Equipe(run)
	until := p.Now.Add(30 * postgrestest.DayLong).UTC()
	action := func(agency string, send bool) care.PlanAction {
		return care.PlanAction{Text: "Prova", Agency: agency, Until: &until, Send: send}
	}
	form := care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}}, Actions: []care.PlanAction{action("cpi", true), action("comune", false)}}
	first, second := uuid.NewString(), uuid.NewString()
	p.Propose(equipe, first, form)
	p.Becomes(equipe, first, care.PlanSignedOff)
	p.Becomes(equipe, first, care.PlanAgreed)
	p.Becomes(run, first, care.PlanActive)
	plans := func() []ledger.Plan {
		all, err := p.Records.Plans(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(run))
		require.NoError(t, err)
		return all
	}
	active := plans()[0]
	require.Equal(t, care.PlanActive, active.State)
	require.Equal(t, []string{"cpi", "comune"}, active.Agencies)
	require.True(t, active.Content.Actions[0].Routed)
	require.False(t, active.Content.Actions[0].Send)
	require.False(t, active.Content.Actions[1].Routed)

	// The next version begins as a copy; what is kept keeps its id and what was done of it.
	task := postgrestest.Opens(equipe, "draft/2", ledger.TaskChange{Kind: care.PlanDraft})
	p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}, Plan: &ledger.PlanChange{ID: second, State: care.PlanDrafting}}, nil)
	draft := plans()[0]
	require.Equal(t, 2, draft.Version)
	require.Equal(t, active.Content, draft.Content)
	kept := care.PlanForm{Goals: []care.PlanGoal{draft.Content.Goals[0], {ID: "made up", Area: "housing", Text: "Prova"}}}
	kept.Actions = []care.PlanAction{draft.Content.Actions[0].PlanAction, action("asl", true)}
	kept.Actions[0].Send = true
	propose := care.Completion{Outcome: care.Proposed, Plan: &kept}
	e := p.Completion("social_worker.prato", equipe, task.ID, propose)
	p.Refused(p.Tries(equipe, e, ledger.Effects{}, nil), e, "plan.changes", care.RuleRequired)
	kept.Changes = "Prova: la casa"
	kept.Actions[1].ID = uuid.NewString()
	e = p.Ask("social_worker.prato", equipe, catalogue.Complete.Command("", task.ID, propose))
	res := p.Tries(equipe, e, ledger.Effects{}, nil)
	p.Refused(res, e, "plan.goals[1].id", care.RuleUnknownPart)
	p.Refused(res, e, "plan.actions[1].id", care.RuleUnknownPart)
	// An action that is late may stay so; changed, it is to be done on a day to come.
	past := p.Now.Add(-30 * postgrestest.DayLong)
	kept.Goals[1].ID, kept.Actions[1].ID, kept.Actions[0].Until = "", "", &past
	e = p.Ask("social_worker.prato", equipe, catalogue.Complete.Command("", task.ID, propose))
	p.Refused(p.Tries(equipe, e, ledger.Effects{}, nil), e, "plan.actions[0].until", care.RuleInThePast)
	kept.Actions[0].Until = draft.Content.Actions[0].Until
	e = p.Ask("social_worker.prato", equipe, catalogue.Complete.Command("", task.ID, propose))
	p.Does(equipe, e, ledger.Effects{Plan: &ledger.PlanChange{ID: second, State: care.PlanProposed}}, nil)
	proposed := plans()[0]
	require.Equal(t, active.Content.Goals[0], proposed.Content.Goals[0])
	require.NoError(t, uuid.Validate(proposed.Content.Goals[1].ID))
	require.Equal(t, active.Content.Actions[0].ID, proposed.Content.Actions[0].ID)
	require.True(t, proposed.Content.Actions[0].Routed)
	require.False(t, proposed.Content.Actions[0].Send, "the person was sent there before")
	require.True(t, proposed.Content.Actions[1].Send)
	require.Equal(t, "Prova: la casa", proposed.Changes)
	p.Becomes(equipe, second, care.PlanDrafting)
	require.Equal(t, proposed.Content, plans()[0].Content, "changes were asked: the draft goes on from what was proposed")

	p.Becomes(run, second, care.PlanActive)
	require.Equal(t, care.PlanActive, plans()[0].State)
	require.Equal(t, care.PlanRevised, plans()[1].State)
	require.NotNil(t, plans()[1].Ended)

	// Evaluations speak of the active plan's goals.
	goals := plans()[0].Content.Goals
	evaluate := postgrestest.Opens(run, "evaluation", ledger.TaskChange{Kind: care.GoalEvaluation, Agency: "cpi"})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{evaluate}}, nil)
	found := care.Completion{Outcome: care.Evaluated, Goals: []care.GoalFinding{{Goal: "made up", Result: "reached"}}}
	e = p.Completion("cpi_operator.prato", run, evaluate.ID, found)
	p.Refused(p.Tries(run, e, ledger.Effects{}, nil), e, "goals[0].goal", care.RuleUnknownGoal)
	found.Goals = []care.GoalFinding{{Goal: goals[0].ID, Result: "partly", Note: "Prova"}, {Goal: goals[1].ID, Result: "reached"}}
	p.Does(run, p.Ask("cpi_operator.prato", run, catalogue.Complete.Command("", evaluate.ID, found)), ledger.Effects{}, nil)
	require.Equal(t, 2, p.Count(`goal_finding WHERE agency = 'cpi' AND case_id = $1`, ledger.BareID(run)))

	third := uuid.NewString()
	p.Becomes(equipe, third, care.PlanDrafting)
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomePlaced, Ending: care.OutcomePlaced}, nil)
	require.Equal(t, care.PlanDropped, plans()[0].State)
	require.Equal(t, care.PlanCompleted, plans()[1].State)
}
