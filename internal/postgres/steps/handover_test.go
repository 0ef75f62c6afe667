package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// transferred asks Lucca to take a case over, and gives its task to answer.
func (p *play) transferred(caseRun string) (run, task string) {
	p.t.Helper()
	run = newRun(care.RunTransfer)
	form := catalogue.TransferForm{Zone: "lucca", Notice: true, Note: "Prova: va ad abitare a Lucca"}
	p.does(caseRun, p.ask("social_worker.prato", caseRun, catalogue.Transfer.Command("", "", form)), ledger.Effects{
		Tell: []ledger.Message{{Run: run, Answer: care.Answer{Operation: care.OpOpen, Zone: "lucca"}}}}, nil)
	ask := opens(run, "answer", ledger.TaskChange{Kind: care.TransferAnswer, Zone: "lucca"})
	p.does(run, p.hear(run, care.OpOpen), ledger.Effects{Tasks: []ledger.TaskChange{ask}}, nil)
	return run, ask.ID
}

func TestACaseHandedOver(t *testing.T) {
	p := newPlay(t)
	run, _ := p.begin(ledger.Person{Phone: "0574 000000"}, ledger.Effects{Tasks: []ledger.TaskChange{{ID: uuid.NewString(), State: care.TaskReady, Kind: care.FirstListening}}})
	id := ledger.BareID(run)
	until, plan := p.now.Add(90*dayLong), uuid.NewString()
	equipe := p.equipe(run)
	p.propose(equipe, plan, care.PlanForm{Goals: []care.PlanGoal{{Area: "labour", Text: "Prova: un lavoro"}},
		Actions: []care.PlanAction{{Text: "Prova", Agency: "comune", Until: &until}}})
	p.becomes(equipe, plan, care.PlanActive)
	plans, err := p.records.Plans(t.Context(), p.accounts["social_worker.prato"], id)
	require.NoError(t, err)
	action := plans[0].Content.Actions[0].ID
	_, err = p.records.Assign(t.Context(), p.accounts["social_worker.prato"], catalogue.Progress.Command("p", action, catalogue.ProgressForm{State: care.ActionInProgress}).InRun(run).NewCommand)
	require.NoError(t, err)

	transfer, task := p.transferred(run)
	there := p.accounts["social_worker.lucca"]
	given, err := p.records.Share(t.Context(), there, task)
	require.NoError(t, err)
	require.Contains(t, string(given.Snapshot), "va ad abitare a Lucca")
	require.Contains(t, string(given.Snapshot), "Prova: un lavoro")
	_, err = p.records.CaseFile(t.Context(), there, id)
	require.ErrorIs(t, err, ledger.ErrNotFound, "not before it is accepted")
	require.Equal(t, "lucca", p.row(`SELECT zone FROM task WHERE id = $1`, task)["zone"])

	accept := care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp}
	p.complete("social_worker.lucca", transfer, task, accept, ledger.Effects{Ending: care.Accepted}, nil)
	next := newRun(care.RunCase)
	p.does(run, p.clock(), ledger.Effects{
		Stage: care.StageClosed, Closure: care.OutcomeTransferred, Ending: care.OutcomeTransferred,
		Handover: &ledger.Handover{Zone: "lucca", Run: next, Stage: care.StageFollowUp},
	}, nil)

	// The old zone sees nothing of it any more.
	for _, account := range []string{"social_worker.prato", "desk_operator.prato", "supervisor.prato"} {
		s := p.accounts[account]
		_, err = p.records.CaseFile(t.Context(), s, id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		files, err := p.records.CaseFiles(t.Context(), s, ledger.CaseFilter{}, ledger.Paging{})
		require.NoError(t, err)
		require.Empty(t, files.Items)
		tasks, err := p.records.Tasks(t.Context(), s, ledger.TaskFilter{}, ledger.Paging{})
		require.NoError(t, err)
		require.Empty(t, tasks.Items)
		_, err = p.records.Timeline(t.Context(), s, id, ledger.Paging{})
		require.ErrorIs(t, err, ledger.ErrNotFound)
		_, err = p.records.Plans(t.Context(), s, id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		referrals, err := p.records.Referrals(t.Context(), s, ledger.ReferralFilter{}, ledger.Paging{})
		require.NoError(t, err)
		require.Empty(t, referrals.Items)
	}
	for _, table := range []string{"run", "task", "share", "record", "equipe", "plan"} {
		require.Zero(t, p.count(table+` WHERE case_id = $1 AND zone NOT LIKE 'archive/%'`, id), table)
	}
	for _, lines := range []string{"timeline", "audit"} { // stay where they were written, and nobody reads them
		require.Zero(t, p.count(lines+` WHERE case_id = $1 AND zone LIKE 'archive/%'`, id), lines)
	}
	old := p.row(`SELECT zone, outcome, continued_in FROM case_file WHERE id = $1`, id)
	require.Equal(t, map[string]any{"zone": "archive/prato", "outcome": "transferred", "continued_in": ledger.BareID(next)}, old)

	// The new zone goes on with its own file.
	file, err := p.records.CaseFile(t.Context(), there, ledger.BareID(next))
	require.NoError(t, err)
	require.Equal(t, "lucca", file.Zone)
	require.Contains(t, file.Number, "LUCCA-")
	require.Equal(t, "0574 000000", file.PersonData.Phone)
	require.Equal(t, []string{"labour", "housing"}, file.Needs)
	require.Nil(t, file.Consent, "it was given to the old zone")
	plans, err = p.records.Plans(t.Context(), there, ledger.BareID(next))
	require.NoError(t, err)
	require.Len(t, plans, 1)
	require.Equal(t, care.PlanActive, plans[0].State)
	require.Equal(t, action, plans[0].Content.Actions[0].ID)
	require.Equal(t, care.ActionInProgress, plans[0].Content.Actions[0].State)
	opening := p.hear(next, care.OpOpen)
	require.Equal(t, care.Answer{Operation: care.OpOpen, Stage: care.StageFollowUp, Case: next}, opening.Answer)
	review := ledger.TaskChange{ID: uuid.NewString(), State: care.TaskReady, Kind: care.Review}
	p.does(next, opening, ledger.Effects{Stage: care.StageFollowUp, Tasks: []ledger.TaskChange{review}}, nil)
	require.Equal(t, []string{"case_opened", "transfer_accepted", "stage"}, p.moments(next))
	require.Equal(t, "social_worker.prato@percorso.example", p.row(`SELECT recipient FROM mail WHERE template = 'transfer_done'`)["recipient"])
}

func TestATransferThatIsRefused(t *testing.T) {
	p := newPlay(t)
	run, _ := p.begin(ledger.Person{}, ledger.Effects{})
	transfer, task := p.transferred(run)
	no := care.Completion{Outcome: care.Rejected, Reason: "no_capacity"}
	p.complete("social_worker.lucca", transfer, task, no, ledger.Effects{Ending: care.Rejected}, nil)
	for _, account := range []string{"social_worker.lucca", "supervisor.lucca"} {
		require.Empty(t, p.readsOf(account, run), "there is nothing to decide any more")
	}
	given, err := p.records.Share(t.Context(), p.accounts["social_worker.lucca"], task)
	require.NoError(t, err)
	require.Equal(t, care.EndAnswered, given.Why)
	require.Contains(t, p.moments(run), "transfer_rejected")
	require.Equal(t, 1, p.count(`mail WHERE template = 'transfer_refused' AND link = '/fascicoli'`))
}

// TestFilesMergedIntoOneThatIsHandedOverGoWithIt: the zone that gave the case
// away does not go on reading the person in a file that was merged into it.
func TestFilesMergedIntoOneThatIsHandedOverGoWithIt(t *testing.T) {
	p := newPlay(t)
	kept, _ := p.begin(ledger.Person{}, ledger.Effects{})
	p.does(kept, p.clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	from, _ := p.begin(ledger.Person{}, ledger.Effects{})
	res, _ := p.merge("supervisor.prato", from, kept)
	require.Equal(t, ledger.Recorded, res.Verdict)
	transfer, task := p.transferred(kept)
	accept := care.Completion{Outcome: care.Accepted, Stage: care.StageFollowUp}
	p.complete("social_worker.lucca", transfer, task, accept, ledger.Effects{Ending: care.Accepted}, nil)
	p.does(kept, p.clock(), ledger.Effects{
		Stage: care.StageClosed, Closure: care.OutcomeTransferred, Ending: care.OutcomeTransferred,
		Handover: &ledger.Handover{Zone: "lucca", Run: newRun(care.RunCase), Stage: care.StageFollowUp},
	}, nil)
	for _, account := range []string{"supervisor.prato", "social_worker.prato", "desk_operator.prato"} {
		for _, run := range []string{from, kept} {
			_, err := p.records.CaseFile(t.Context(), p.accounts[account], ledger.BareID(run))
			require.ErrorIs(t, err, ledger.ErrNotFound)
			_, err = p.records.Timeline(t.Context(), p.accounts[account], ledger.BareID(run), ledger.Paging{})
			require.ErrorIs(t, err, ledger.ErrNotFound)
			require.Empty(t, p.readsOf(account, run))
		}
	}
}
