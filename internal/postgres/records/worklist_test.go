package records_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/changes"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/worklist"
)

// list reads one of the lists of somebody's work.
func (p *play) list(account string, tab worklist.Tab, f worklist.Filter) worklist.List {
	list, err := p.Records.WorkList(p.T.Context(), p.Accounts[account], worklist.Ask{Tab: tab, Filter: f, There: time.UTC})
	require.NoError(p.T, err)
	return list
}

// tasksOf are the tasks of a list's rows.
func tasksOf(list worklist.List) (ids []string) {
	for _, row := range list.Rows {
		ids = append(ids, row.Task.ID)
	}
	return ids
}

// A task stands on the list of whoever may do it, then on that of who took it; who took the
// first one follows the person, and finds her again for a week.
func TestAWorkListFollowsTheTask(t *testing.T) {
	p := newPlay(t)
	const first, other = "social_worker.prato", "social_worker_2.prato"
	run, _ := p.withTask()
	task := postgrestest.Opens(run, uuid.NewString(), ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	for _, who := range []string{first, other} {
		require.Contains(t, tasksOf(p.list(who, worklist.Free, worklist.Filter{})), task.ID)
		require.NotContains(t, tasksOf(p.list(who, worklist.Mine, worklist.Filter{})), task.ID)
		require.Zero(t, p.list(who, worklist.Followed, worklist.Filter{}).Total)
	}
	require.NoError(t, p.Claim(first, task.ID))
	for _, who := range []string{first, other} {
		require.NotContains(t, tasksOf(p.list(who, worklist.Free, worklist.Filter{})), task.ID)
	}
	mine := p.list(first, worklist.Mine, worklist.Filter{})
	require.Contains(t, tasksOf(mine), task.ID)
	for _, tab := range worklist.Tabs { // each tab says as much of the others as they say of themselves
		for counted, n := range p.list(first, tab, worklist.Filter{}).Counts {
			require.Equal(t, p.list(first, counted, worklist.Filter{}).Total, n, "%s, seen from %s", counted, tab)
		}
	}
	followed := p.list(first, worklist.Followed, worklist.Filter{})
	require.Equal(t, 1, followed.Total)
	require.Equal(t, ledger.BareID(run), followed.Rows[0].CaseID)
	require.NotEmpty(t, followed.Rows[0].Person)
	// With whom nobody may go on comes first, whatever is due of others.
	alone, _ := p.withTask()
	for _, change := range []string{`INSERT INTO lead (case_id, agency, staff, since) VALUES ($1, 'comune', $2, now())`, `UPDATE case_health SET health = 'orphaned' WHERE case_id = $1 AND $2::uuid IS NOT NULL`} {
		_, err := p.Owner.Exec(t.Context(), change, ledger.BareID(alone), p.Accounts[first].ID)
		require.NoError(t, err)
	}
	two := p.list(first, worklist.Followed, worklist.Filter{})
	require.Equal(t, []string{ledger.BareID(alone), ledger.BareID(run)}, []string{two.Rows[0].CaseID, two.Rows[1].CaseID})
	require.Equal(t, worklist.Stepless, two.Rows[0].Grouped)
	require.NotEqual(t, worklist.Stepless, two.Rows[1].Grouped)
	_, err := p.Owner.Exec(t.Context(), `DELETE FROM lead WHERE case_id = $1`, ledger.BareID(alone))
	require.NoError(t, err)
	recent := p.list(first, worklist.Recent, worklist.Filter{})
	require.Equal(t, "task_claimed", recent.Rows[0].Code)
	require.Zero(t, p.list(other, worklist.Recent, worklist.Filter{}).Total, "what a colleague did is theirs")

	// What is new comes to who follows the person first, and is free for others all the same.
	next := postgrestest.Opens(run, uuid.NewString(), ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{next}}, nil)
	require.Contains(t, tasksOf(p.list(first, worklist.Mine, worklist.Filter{})), next.ID)
	require.NotContains(t, tasksOf(p.list(first, worklist.Free, worklist.Filter{})), next.ID)
	require.Contains(t, tasksOf(p.list(other, worklist.Free, worklist.Filter{})), next.ID)

	// A filter finds her by the beginning of a name; the line keeps a digest of it.
	name := followed.Rows[0].Person[:3]
	require.Equal(t, 1, p.list(first, worklist.Followed, worklist.Filter{Person: name}).Total)
	require.Zero(t, p.list(first, worklist.Followed, worklist.Filter{Person: "nessuno"}).Total)
	require.Equal(t, 1, p.Count(`audit WHERE action = 'list_tasks' AND asked = 'list=followed' AND searched IS NOT NULL`))

	// After a week it is no longer recent.
	now := p.Records.Clock()
	p.Records.Clock = func() time.Time { return now.Add(worklist.RecentFor + time.Hour) }
	require.Zero(t, p.list(first, worklist.Recent, worklist.Filter{}).Total)
}

// Whoever follows a list hears that it has changed once that is durable, and nobody else
// does; what they hear names no case. A connection that was lost is made anew, and what
// was missed meanwhile is told.
func TestListsTellThatTheyHaveChanged(t *testing.T) {
	p := newPlay(t)
	run, _ := p.withTask()
	listener := changes.New(p.Pool(standalone.API))
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- listener.Run(ctx) }()
	heard := map[string]<-chan struct{}{}
	for _, account := range []string{"social_worker_2.prato", "cpi_operator.prato", "social_worker.lucca"} {
		told, stop := listener.Follow(p.Accounts[account])
		defer stop()
		heard[account] = told
	}
	tells := func(account string) {
		t.Helper()
		select {
		case <-heard[account]:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s is told nothing", account)
		}
	}
	for account := range heard { // that it hears now
		tells(account)
	}
	task := postgrestest.Opens(run, uuid.NewString(), ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	tells("social_worker_2.prato")
	require.NoError(t, p.Claim("social_worker.prato", task.ID))
	tells("social_worker_2.prato")
	require.Empty(t, heard["cpi_operator.prato"], "it is none of their list")
	require.Empty(t, heard["social_worker.lucca"], "it is another zone's")

	// That a colleague has read what was sent to their agency changes the list of all there.
	referral, sent := uuid.NewString(), postgrestest.NewRun(care.RunReferral)
	answer := postgrestest.Opens(sent, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Role: care.CPIOperator, Referral: referral})
	p.Branch(run, sent, care.Answer{Agency: "cpi", Matter: "labour"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}, Tasks: []ledger.TaskChange{answer}})
	tells("cpi_operator.prato")
	p.Does(sent, p.Ask("cpi_operator_2.prato", sent, catalogue.Acknowledge.Command("", referral, catalogue.ReferralMoveForm{})), ledger.Effects{
		Tasks: []ledger.TaskChange{{ID: answer.ID, State: care.TaskReserved}}, Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralReceived}}}, nil)
	tells("cpi_operator.prato")

	// What is said holds the list's name alone.
	conn, err := p.Owner.Acquire(ctx)
	require.NoError(t, err)
	defer conn.Release()
	_, err = conn.Exec(ctx, "LISTEN percorso_lists")
	require.NoError(t, err)
	_, err = p.assigns("social_worker.prato", catalogue.Release.Command("", task.ID, catalogue.None{}).NewCommand)(uuid.NewString())
	require.NoError(t, err)
	said, err := conn.Conn().WaitForNotification(ctx)
	require.NoError(t, err)
	require.Equal(t, "prato/comune/social_worker", said.Payload)
	tells("social_worker_2.prato")

	p.Administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + p.Database + "' AND query = 'LISTEN percorso_lists' AND usename = 'percorso_api'")
	for account := range heard {
		tells(account)
	}
	end()
	require.NoError(t, <-ended)
}
