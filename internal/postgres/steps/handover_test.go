package steps_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// transferred asks Lucca to take a case over, and gives its task to answer.
func (p *play) transferred(caseRun string) (run, task string) {
	p.T.Helper()
	run = postgrestest.NewRun(care.RunTransfer)
	form := catalogue.TransferForm{Zone: "lucca", Notice: true, Note: "Prova: va ad abitare a Lucca"}
	p.Does(caseRun, p.Ask("social_worker.prato", caseRun, catalogue.Transfer.Command("", "", form)), ledger.Effects{
		Tell: []ledger.Message{{Run: run, Answer: care.Answer{Operation: care.OpOpen, Zone: "lucca"}}}}, nil)
	ask := postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.TransferAnswer, Zone: "lucca"})
	p.Does(run, p.Hear(run, care.OpOpen), ledger.Effects{Tasks: []ledger.TaskChange{ask}}, nil)
	return run, ask.ID
}

func TestACaseHandedOver(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{Phone: "0574 000000"}, ledger.Effects{Tasks: []ledger.TaskChange{{ID: uuid.NewString(), State: care.TaskReady, Kind: care.FirstListening}}})
	id := ledger.BareID(run)
	until, plan := p.Now.Add(90*postgrestest.DayLong), uuid.NewString()
	equipe := p.Equipe(run)
	p.Propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova: un lavoro"}},
		Actions: []care.PlanAction{{Text: "Prova", Agency: "comune", Until: &until}}})
	p.Becomes(equipe, plan, care.PlanActive)
	plans, err := p.Records.Plans(t.Context(), p.Accounts["social_worker.prato"], id)
	require.NoError(t, err)
	action := plans[0].Content.Actions[0].ID
	_, err = p.Records.Assign(t.Context(), p.Accounts["social_worker.prato"], catalogue.Progress.Command("p", action, catalogue.ProgressForm{State: care.ActionInProgress}).InRun(run).NewCommand)
	require.NoError(t, err)

	transfer, task := p.transferred(run)
	there := p.Accounts["social_worker.lucca"]
	given, err := p.Records.Share(t.Context(), there, task)
	require.NoError(t, err)
	require.Contains(t, string(given.Snapshot), "va ad abitare a Lucca")
	require.Contains(t, string(given.Snapshot), "Prova: un lavoro")
	_, err = p.Records.CaseFile(t.Context(), there, id)
	require.ErrorIs(t, err, ledger.ErrNotFound, "not before it is accepted")
	require.Equal(t, "lucca", p.Row(`SELECT zone FROM task WHERE id = $1`, task)["zone"])

	accept := care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp}
	p.Complete("social_worker.lucca", transfer, task, accept, ledger.Effects{Ending: care.Accepted}, nil)
	next := postgrestest.NewRun(care.RunCase)
	p.Does(run, p.Clock(), ledger.Effects{
		Stage: care.StageClosed, Closure: care.OutcomeTransferred, Ending: care.OutcomeTransferred,
		Handover: &ledger.Handover{Zone: "lucca", Run: next, Stage: care.StageFollowUp},
	}, nil)

	// The old zone sees nothing of it any more.
	for _, account := range []string{"social_worker.prato", "desk_operator.prato", "supervisor.prato"} {
		s := p.Accounts[account]
		_, err = p.Records.CaseFile(t.Context(), s, id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		files, err := p.Records.CaseFiles(t.Context(), s, ledger.CaseFilter{}, ledger.Paging{})
		require.NoError(t, err)
		require.Empty(t, files.Items)
		tasks, err := p.Records.Tasks(t.Context(), s, ledger.TaskFilter{}, ledger.Paging{})
		require.NoError(t, err)
		require.Empty(t, tasks.Items)
		_, err = p.Records.Timeline(t.Context(), s, id, ledger.Paging{})
		require.ErrorIs(t, err, ledger.ErrNotFound)
		_, err = p.Records.Plans(t.Context(), s, id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		referrals, err := p.Records.Referrals(t.Context(), s, ledger.ReferralFilter{}, ledger.Paging{})
		require.NoError(t, err)
		require.Empty(t, referrals.Items)
	}
	for _, table := range []string{"run", "task", "share", "record", "equipe", "plan"} {
		require.Zero(t, p.Count(table+` WHERE case_id = $1 AND zone NOT LIKE 'archive/%'`, id), table)
	}
	for _, lines := range []string{"timeline", "audit"} { // stay where they were written, and nobody reads them
		require.Zero(t, p.Count(lines+` WHERE case_id = $1 AND zone LIKE 'archive/%'`, id), lines)
	}
	old := p.Row(`SELECT zone, outcome, continued_in FROM case_file WHERE id = $1`, id)
	require.Equal(t, map[string]any{"zone": "archive/prato", "outcome": "transferred", "continued_in": ledger.BareID(next)}, old)

	// The new zone goes on with its own file.
	file, err := p.Records.CaseFile(t.Context(), there, ledger.BareID(next))
	require.NoError(t, err)
	require.Equal(t, "lucca", file.Zone)
	require.Contains(t, file.Number, "LUCCA-")
	require.Equal(t, "0574 000000", file.PersonData.Phone)
	found, err := p.Records.CaseFiles(t.Context(), there, ledger.CaseFilter{Search: "prova persona"}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, found.Items, 1)
	require.Equal(t, ledger.BareID(next), found.Items[0].ID)
	found, err = p.Records.CaseFiles(t.Context(), there, ledger.CaseFilter{Search: file.Number}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, found.Items, 1)
	require.Equal(t, 1, p.Count(`person WHERE case_id = $1 AND keys > 0`, ledger.BareID(next)))
	require.Zero(t, p.Count(`person_key WHERE case_id = $1 AND zone NOT LIKE 'archive/%'`, id))
	require.Equal(t, []string{"labour", "housing"}, file.Needs)
	require.Nil(t, file.Consent, "it was given to the old zone")
	plans, err = p.Records.Plans(t.Context(), there, ledger.BareID(next))
	require.NoError(t, err)
	require.Len(t, plans, 1)
	require.Equal(t, care.PlanActive, plans[0].State)
	require.Equal(t, action, plans[0].Content.Actions[0].ID)
	require.Equal(t, care.ActionInProgress, plans[0].Content.Actions[0].State)
	opening := p.Hear(next, care.OpOpen)
	require.Equal(t, care.Answer{Operation: care.OpOpen, Stage: care.StageFollowUp, Case: next}, opening.Answer)
	review := ledger.TaskChange{ID: uuid.NewString(), State: care.TaskReady, Kind: care.Review}
	p.Does(next, opening, ledger.Effects{Stage: care.StageFollowUp, Tasks: []ledger.TaskChange{review}}, nil)
	require.Equal(t, []string{"case_opened", "transfer_accepted", "stage"}, p.Moments(next))
	require.Equal(t, "social_worker.prato@percorso.example", p.Row(`SELECT recipient FROM mail WHERE template = 'transfer_done'`)["recipient"])
}

func TestATransferThatIsRefused(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	transfer, task := p.transferred(run)
	no := care.Completion{Outcome: care.Rejected, Reason: "no_capacity"}
	p.Complete("social_worker.lucca", transfer, task, no, ledger.Effects{Ending: care.Rejected}, nil)
	for _, account := range []string{"social_worker.lucca", "supervisor.lucca"} {
		require.Empty(t, p.readsOf(account, run), "there is nothing to decide any more")
	}
	given, err := p.Records.Share(t.Context(), p.Accounts["social_worker.lucca"], task)
	require.NoError(t, err)
	require.Equal(t, care.EndAnswered, given.Why)
	require.Contains(t, p.Moments(run), "transfer_rejected")
	require.Equal(t, 1, p.Count(`mail WHERE template = 'transfer_refused' AND link = '/fascicoli'`))
}

// TestFilesMergedIntoOneThatIsHandedOverGoWithIt: the zone that gave the case
// away does not go on reading the person in a file that was merged into it.
func TestFilesMergedIntoOneThatIsHandedOverGoWithIt(t *testing.T) {
	p := newPlay(t)
	kept, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	p.Does(kept, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	from, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	res, _ := p.Merge("supervisor.prato", from, kept)
	require.Equal(t, ledger.Recorded, res.Verdict)
	transfer, task := p.transferred(kept)
	accept := care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp}
	p.Complete("social_worker.lucca", transfer, task, accept, ledger.Effects{Ending: care.Accepted}, nil)
	p.Does(kept, p.Clock(), ledger.Effects{
		Stage: care.StageClosed, Closure: care.OutcomeTransferred, Ending: care.OutcomeTransferred,
		Handover: &ledger.Handover{Zone: "lucca", Run: postgrestest.NewRun(care.RunCase), Stage: care.StageFollowUp},
	}, nil)
	for _, account := range []string{"supervisor.prato", "social_worker.prato", "desk_operator.prato"} {
		for _, run := range []string{from, kept} {
			_, err := p.Records.CaseFile(t.Context(), p.Accounts[account], ledger.BareID(run))
			require.ErrorIs(t, err, ledger.ErrNotFound)
			_, err = p.Records.Timeline(t.Context(), p.Accounts[account], ledger.BareID(run), ledger.Paging{})
			require.ErrorIs(t, err, ledger.ErrNotFound)
			require.Empty(t, p.readsOf(account, run))
		}
	}
}

// TestATransferKeepsTheSuspension: the case stands still in the other zone until the same day,
// which is told that it does and not why.
func TestATransferKeepsTheSuspension(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	transfer, task := p.transferred(run)
	until := p.Now.Add(60 * postgrestest.DayLong)
	p.Does(run, p.Ask("social_worker.prato", run, catalogue.Suspend.Command("", "", agenda.SuspendForm{Until: &until, Reason: "health"})), ledger.Effects{}, func(s *care.RunState) { s.Suspended = &until })
	p.Complete("social_worker.lucca", transfer, task, care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp}, ledger.Effects{Ending: care.Accepted}, nil)
	next := postgrestest.NewRun(care.RunCase)
	p.Does(run, p.Clock(), ledger.Effects{
		Stage: care.StageClosed, Closure: care.OutcomeTransferred, Ending: care.OutcomeTransferred,
		Handover: &ledger.Handover{Zone: "lucca", Run: next, Stage: care.StageFollowUp},
	}, nil)
	p.Does(next, p.Hear(next, care.OpOpen), ledger.Effects{}, nil)
	told := p.Hear(next, care.OpSuspend)
	require.True(t, told.Answer.Until.Equal(until))
	require.Empty(t, told.Answer.Reason)
	p.Does(next, told, ledger.Effects{}, func(s *care.RunState) { s.Suspended = &until })
	require.NotNil(t, p.Row(`SELECT suspended_until FROM case_file WHERE id = $1`, ledger.BareID(next))["suspended_until"])
}
