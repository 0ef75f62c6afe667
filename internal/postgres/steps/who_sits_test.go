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

// reader is what a member of staff reads of an équipe and what belongs to it.
type reader struct {
	Equipe, Words, Minutes, Plans, Findings, Person, Outcome bool
}

// reading tries every way in which an équipe, its plan and the person may be read.
func (p *play) reading(account, caseRun, equipe, task string) (r reader) {
	p.T.Helper()
	ctx, s, id := p.T.Context(), p.Accounts[account], ledger.BareID(caseRun)
	one, err := p.Records.Equipe(ctx, s, equipe)
	if err != nil {
		require.ErrorIs(p.T, err, ledger.ErrNotFound)
	}
	r.Equipe, r.Minutes = err == nil, len(one.Minutes) > 0
	for _, seat := range one.Seats {
		r.Words = r.Words || seat.OpinionNote != ""
	}
	all, err := p.Records.Equipes(ctx, s, id)
	require.Equal(p.T, r.Equipe, err == nil && len(all) > 0, "the list shows what the page shows")
	plans, _ := p.Records.Plans(ctx, s, id)
	findings, err := p.Records.GoalFindings(ctx, s, id)
	r.Plans, r.Findings = len(plans) > 0, err == nil && len(findings) > 0
	shown, err := p.Records.Task(ctx, s, task)
	require.NoError(p.T, err, "that there is a task is known to its agency")
	r.Person, r.Outcome = shown.Person != "", shown.Outcome != ""
	if given, err := p.Records.Share(ctx, s, task); err == nil {
		require.Equal(p.T, r.Person, given.Snapshot != nil, "a list names whom its reader may know")
	}
	return r
}

// TestWhoSitsReads: who took a seat reads the équipe and its plan, who was asked to
// one what the invitation needs, and no colleague anything of it.
func TestWhoSitsReads(t *testing.T) {
	const first, second = "cpi_operator.prato", "cpi_operator_2.prato"
	p := newPlay(t)
	caseRun := p.zonesCase("prato")
	seat := ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}
	worker := ledger.SeatChange{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatInvited}
	equipe := p.Equipe(caseRun, seat, worker)
	invitation := postgrestest.Opens(equipe, "invitation", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.CPIOperator, Agency: "cpi"})
	p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{invitation}}, nil)
	minutes := catalogue.MinutesForm{At: p.Now, Text: "Verbale di prova", Votes: []catalogue.MinutedVote{
		{Vote: care.Vote{Role: care.SocialWorker, Agency: "comune", Outcome: care.Favourable}, Note: "Prova: parere"}}}
	p.Does(equipe, p.Ask("social_worker.prato", equipe, catalogue.Minutes.Command("", "", minutes)), ledger.Effects{Seats: []ledger.SeatChange{
		{ID: worker.ID, State: care.SeatSpoken, Opinion: care.Favourable}}}, nil)
	until := p.Now.Add(90 * postgrestest.DayLong)
	p.Propose(equipe, uuid.NewString(), care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}}, Actions: []care.PlanAction{{Text: "Prova", Agency: "comune", Until: &until}}})

	everything := reader{Equipe: true, Words: true, Minutes: true, Plans: true, Person: true}
	asked := reader{Equipe: true, Person: true}
	reads := func(account, task string, want reader) {
		t.Helper()
		require.Equal(t, want, p.reading(account, caseRun, equipe, task), account)
	}
	reads(first, invitation.ID, asked)
	reads(second, invitation.ID, asked)
	require.NoError(t, p.Claim(first, invitation.ID))
	reads(first, invitation.ID, asked)
	reads(second, invitation.ID, reader{})

	// "Not competent": a colleague is asked, and who said so reads nothing any more.
	again := postgrestest.Opens(equipe, "invitation/2", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.CPIOperator, Agency: "cpi"})
	p.Does(equipe, p.Ask(first, equipe, catalogue.Complete.Command("", invitation.ID, care.Completion{Outcome: care.Unavailable, Reason: "not_competent"})), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: invitation.ID, State: care.TaskCompleted, Outcome: care.Unavailable}, again}, Seats: []ledger.SeatChange{seat}}, nil)
	reads(first, invitation.ID, reader{Outcome: true})
	reads(second, again.ID, asked)

	opinion := postgrestest.Opens(equipe, "opinion", ledger.TaskChange{Kind: care.EquipeOpinion, Role: care.CPIOperator, Agency: "cpi", Like: again.ID})
	p.Complete(second, equipe, again.ID, care.Completion{Outcome: care.Confirmed}, ledger.Effects{
		Tasks: []ledger.TaskChange{opinion}, Seats: []ledger.SeatChange{{ID: seat.ID, State: care.SeatConfirmed}}}, nil)
	reads(second, opinion.ID, everything)
	reads(first, opinion.ID, reader{})

	said := care.Completion{Outcome: care.Favourable, Note: "Prova: d'accordo"}
	p.Does(equipe, p.Ask(second, equipe, catalogue.Complete.Command("", opinion.ID, said)), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: opinion.ID, State: care.TaskCompleted, Outcome: care.Favourable}},
		Seats: []ledger.SeatChange{{ID: seat.ID, State: care.SeatSpoken, Opinion: care.Favourable}}}, nil)
	heard := everything
	heard.Outcome = true
	reads(second, opinion.ID, heard)
	reads(first, opinion.ID, reader{})
	require.Empty(t, p.readsOf(first, caseRun))

	// Who works on the case goes on reading all of it; another zone nothing.
	reads("social_worker.prato", opinion.ID, heard)
	require.Empty(t, p.readsOf("cpi_operator.lucca", caseRun))

	// The seat is waived in the end: its member reads no more either.
	p.Does(equipe, p.Clock(), ledger.Effects{Seats: []ledger.SeatChange{{ID: seat.ID, State: care.SeatWaived}}}, nil)
	reads(second, opinion.ID, reader{Outcome: true})
}

// TestWhoTakesASeatOverReads: a task of a seat that nobody holds any more shows those
// who may take it over what it is about; who holds it reads as its member does.
func TestWhoTakesASeatOverReads(t *testing.T) {
	const first, second = "cpi_operator.prato", "cpi_operator_2.prato"
	p := newPlay(t)
	caseRun := p.zonesCase("prato")
	seat := ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}
	equipe := p.Equipe(caseRun, seat)
	invitation := postgrestest.Opens(equipe, "invitation", ledger.TaskChange{Kind: care.EquipeInvitation, Role: care.CPIOperator, Agency: "cpi"})
	p.Does(equipe, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{invitation}}, nil)
	opinion := postgrestest.Opens(equipe, "opinion", ledger.TaskChange{Kind: care.EquipeOpinion, Role: care.CPIOperator, Agency: "cpi", Like: invitation.ID})
	p.Complete(first, equipe, invitation.ID, care.Completion{Outcome: care.Confirmed}, ledger.Effects{
		Tasks: []ledger.TaskChange{opinion}, Seats: []ledger.SeatChange{{ID: seat.ID, State: care.SeatConfirmed}}}, nil)
	p.Propose(equipe, uuid.NewString(), care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova"}}, Actions: []care.PlanAction{{Text: "Prova", Agency: "comune", Until: &p.Now}}})
	sits, asked := reader{Equipe: true, Plans: true, Person: true}, reader{Equipe: true, Person: true}
	require.Equal(t, sits, p.reading(first, caseRun, equipe, opinion.ID))
	require.Equal(t, reader{}, p.reading(second, caseRun, equipe, opinion.ID))

	_, err := p.Records.Assign(t.Context(), p.Accounts[first], catalogue.Release.Command(uuid.NewString(), opinion.ID, catalogue.None{}).NewCommand)
	require.NoError(t, err)
	require.Equal(t, asked, p.reading(second, caseRun, equipe, opinion.ID))
	require.Equal(t, sits, p.reading(first, caseRun, equipe, opinion.ID), "they still sit")
	require.NoError(t, p.Claim(second, opinion.ID))
	require.Equal(t, sits, p.reading(second, caseRun, equipe, opinion.ID))
}

// What somebody else's minutes say of a seat takes nobody to work on the case: its agency
// is at work once one of its own has taken the seat.
func TestWhoIsReportedIsNotAtWork(t *testing.T) {
	p := newPlay(t)
	caseRun := p.zonesCase("prato")
	seat := ledger.SeatChange{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatInvited}
	equipe := p.Equipe(caseRun, seat)
	opinion := postgrestest.Opens(equipe, "opinion", ledger.TaskChange{Kind: care.EquipeOpinion, Role: care.CPIOperator, Agency: "cpi"})
	minutes := catalogue.MinutesForm{At: p.Now, Text: "Verbale di prova", Votes: []catalogue.MinutedVote{
		{Vote: care.Vote{Role: care.CPIOperator, Agency: "cpi", Outcome: care.Favourable}}}}
	p.Does(equipe, p.Ask("social_worker.prato", equipe, catalogue.Minutes.Command("", "", minutes)), ledger.Effects{
		Seats: []ledger.SeatChange{{ID: seat.ID, State: care.SeatConfirmed, Opinion: care.Favourable, Reported: true}}, Tasks: []ledger.TaskChange{opinion}}, nil)
	row := p.Row(`SELECT reported, minuted, member IS NULL AS untaken, at_work($2, 'cpi') AS works FROM seat WHERE id = $1`, seat.ID, ledger.BareID(caseRun))
	require.Equal(t, map[string]any{"reported": true, "minuted": true, "untaken": true, "works": false}, row)
	require.NoError(t, p.Claim("cpi_operator.prato", opinion.ID))
	require.Equal(t, 1, p.Count(`case_file WHERE id = $1 AND at_work(id, 'cpi')`, ledger.BareID(caseRun)))
}
