package steps_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
)

// proposesClosure has somebody ask that the case is closed early, and gives the task by
// which that is approved.
func (p *play) proposesClosure(account, run string) (task string) {
	p.T.Helper()
	task = uuid.NewString()
	form := catalogue.EarlyClosure{Outcome: care.OutcomeMovedAway, Note: "Motivi di prova"}
	p.Does(run, p.Ask(account, run, catalogue.Close.Command("", "", form)), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: task, State: care.TaskReady, Kind: care.ClosureApproval, Role: care.Supervisor}}}, nil)
	return task
}

// The only supervisor of a zone proposes a closure: the one of another zone approves it,
// who sees this case for this approval, and no longer.
func TestAClosureIsApprovedByAnotherZone(t *testing.T) {
	p := newPlay(t)
	_, err := p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE subject = 'supervisor_2.prato'`)
	require.NoError(t, err)
	run, _ := p.Begin(ledger.Person{GivenName: "Prova", FamilyName: "Persona", Phone: "0574 000000"}, ledger.Effects{})
	id := ledger.BareID(run)
	require.Equal(t, "prato", p.Row(`SELECT zone FROM task WHERE id = $1`, p.proposesClosure("social_worker.prato", run))["zone"], "there is somebody else")
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{{ID: p.openApproval(run), State: care.TaskObsolete}}}, nil)

	task := p.proposesClosure("supervisor.prato", run)
	require.Equal(t, map[string]any{"zone": "lucca", "role": "supervisor"}, p.Row(`SELECT zone, role FROM task WHERE id = $1`, task))
	require.Contains(t, p.Moments(run), "approval_elsewhere")
	there := p.Accounts["supervisor.lucca"]
	given, err := p.Records.Share(t.Context(), there, task)
	require.NoError(t, err)
	require.Equal(t, []any{care.PublicTask, "approval", "prato"}, []any{given.LegalBasis, given.Purpose, given.From})
	var shown map[string]any
	require.NoError(t, json.Unmarshal(given.Snapshot, &shown))
	require.Equal(t, []any{"Persona", "Motivi di prova", care.OutcomeMovedAway}, []any{shown["family_name"], shown["note"], shown["outcome"]})
	for _, field := range []string{"phone", "birth_date", "citizenship", "languages"} {
		require.NotContains(t, shown, field, "it is not needed")
	}
	nobodyElse := func() {
		t.Helper()
		for _, account := range []string{"social_worker.lucca", "desk_operator.lucca", "supervisor.pistoia", "social_worker.pistoia"} {
			_, err := p.Records.Task(t.Context(), p.Accounts[account], task)
			require.ErrorIs(t, err, ledger.ErrNotFound, account)
			_, err = p.Records.Share(t.Context(), p.Accounts[account], task)
			require.ErrorIs(t, err, ledger.ErrNotFound, account)
		}
	}
	noMore := func() {
		t.Helper()
		_, err := p.Records.CaseFile(t.Context(), there, id)
		require.ErrorIs(t, err, ledger.ErrNotFound)
		_, err = p.Records.Timeline(t.Context(), there, id, ledger.Paging{})
		require.ErrorIs(t, err, ledger.ErrNotFound)
		files, err := p.Records.CaseFiles(t.Context(), there, ledger.CaseFilter{Search: "persona"}, ledger.Paging{})
		require.NoError(t, err)
		require.Empty(t, files.Items)
	}
	nobodyElse()
	noMore()

	// Not approved: what was given is out of sight. Who proposes again gives it anew.
	p.Complete("supervisor.lucca", run, task, care.Completion{Outcome: care.NotApproved, Note: "Prova"}, ledger.Effects{}, nil)
	over := func() {
		t.Helper()
		after, err := p.Records.Share(t.Context(), there, task)
		require.NoError(t, err)
		require.Nil(t, after.Snapshot)
		require.Equal(t, care.EndAnswered, after.Why)
		read, err := p.Records.Task(t.Context(), there, task)
		require.NoError(t, err, "their own act")
		require.Empty(t, read.Person)
	}
	over()
	nobodyElse()
	task = p.proposesClosure("supervisor.prato", run)
	given, err = p.Records.Share(t.Context(), there, task)
	require.NoError(t, err)
	require.NotNil(t, given.Snapshot)
	p.Complete("supervisor.lucca", run, task, care.Completion{Outcome: care.Approved}, ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeMovedAway, Ending: care.OutcomeMovedAway}, nil)
	over()
	nobodyElse()
	noMore()
	require.Equal(t, 2, p.Count(`share WHERE case_id = $1 AND purpose = 'approval' AND ended_at IS NOT NULL`, id))
}

// openApproval is the task by which a case's closure waits to be approved.
func (p *play) openApproval(run string) string {
	p.T.Helper()
	return p.Row(`SELECT id FROM task WHERE run_id = $1 AND kind = 'closure_approval' AND ended_at IS NULL`, run)["id"].(string)
}

// Where nobody anywhere may approve it, the case is an orphan and says why.
func TestAClosureThatNobodyMayApprove(t *testing.T) {
	p := newPlay(t)
	_, err := p.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE role = 'supervisor' AND subject <> 'supervisor.prato'`)
	require.NoError(t, err)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	task := p.proposesClosure("supervisor.prato", run)
	require.Equal(t, "prato", p.Row(`SELECT zone FROM task WHERE id = $1`, task)["zone"])
	file, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], ledger.BareID(run))
	require.NoError(t, err)
	require.Equal(t, []any{health.Orphaned, health.CauseProposer}, []any{file.Waiting.Health, file.Waiting.Cause})
}

// Who is to approve a closure leaves before they do: another one of the zone who did not
// propose it is asked, else another zone's supervisor with a share of their own while the
// one before sees it no more; and where there is nobody, the case is an orphan and says so.
func TestWhoApprovesLeaves(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{GivenName: "Prova", FamilyName: "Persona"}, ledger.Effects{})
	id := ledger.BareID(run)
	task := p.proposesClosure("supervisor.prato", run)
	leaves := func(account string) {
		p.owner(`UPDATE staff SET active = false WHERE subject = $1`, account)
	}
	empties := func(zone string) {
		p.owner(`UPDATE staff SET active = false WHERE role = 'supervisor' AND zone = $1`, zone)
	}
	is := func(zone string) {
		t.Helper()
		require.Equal(t, map[string]any{"zone": zone, "role": "supervisor", "state": "ready", "free": true},
			p.Row(`SELECT zone, role, state, holder IS NULL AS free FROM task WHERE id = $1`, task))
	}
	shared := func() []map[string]any {
		return p.Rows(`SELECT zone, ended_at IS NULL AS stands FROM share WHERE task_id = $1 ORDER BY shared_at, zone`, task)
	}
	stands := func() []any {
		file, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], id)
		require.NoError(t, err)
		return []any{file.Waiting.Health, file.Waiting.Cause, file.Waiting.Zone}
	}
	is("prato")
	require.NoError(t, p.Claim("supervisor_2.prato", task))
	leaves("supervisor_2.prato")
	is("lucca")
	require.Equal(t, []map[string]any{{"zone": "lucca", "stands": true}}, shared())
	require.Contains(t, p.Moments(run), "approval_elsewhere")

	require.NoError(t, p.Claim("supervisor.lucca", task))
	empties("lucca")
	is("pistoia")
	require.Equal(t, []map[string]any{{"zone": "lucca", "stands": false}, {"zone": "pistoia", "stands": true}}, shared())
	given, err := p.Records.Share(t.Context(), p.Accounts["supervisor.pistoia"], task)
	require.NoError(t, err)
	require.Contains(t, string(given.Snapshot), "Motivi di prova")

	empties("pistoia")
	is("prato")
	require.Equal(t, []any{health.Orphaned, health.CauseProposer, ""}, stands())
	p.owner(`UPDATE staff SET active = true WHERE subject = 'supervisor_2.prato'`)
	require.NotEqual(t, health.Orphaned, stands()[0], "who comes may approve it")
	p.Complete("supervisor_2.prato", run, task, care.Completion{Outcome: care.Approved}, ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeMovedAway, Ending: care.OutcomeMovedAway}, nil)

	// One of two of the zone leaves with it in hand: the other one is asked.
	p.owner(`UPDATE staff SET active = true WHERE subject IN ('supervisor.lucca', 'supervisor.pistoia')`)
	run, _ = p.Begin(ledger.Person{}, ledger.Effects{})
	id, task = ledger.BareID(run), p.proposesClosure("social_worker.prato", run)
	require.NoError(t, p.Claim("supervisor_2.prato", task))
	leaves("supervisor_2.prato")
	is("prato")
	require.Contains(t, p.Moments(run), "approval_passed")
	require.Empty(t, shared())
	require.NotEqual(t, health.Orphaned, stands()[0])
}
