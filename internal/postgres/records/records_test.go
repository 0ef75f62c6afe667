package records_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/records"
)

func TestWhoSeesACase(t *testing.T) {
	a := postgrestest.NewArchive(t)
	id, task := a.Open("prato")
	for account, sees := range map[string]bool{
		"desk_operator.prato": true, "social_worker.prato": true, "supervisor.prato": true,
		"cpi_operator.prato": false, "desk_operator.pistoia": false, "supervisor.pistoia": false, "supervisor.lucca": false,
	} {
		t.Run(account, func(t *testing.T) {
			s := a.Accounts[account]
			_, err := a.Records.CaseFile(t.Context(), s, id)
			page, listErr := a.Records.CaseFiles(t.Context(), s, ledger.CaseFilter{}, ledger.Paging{})
			found, searchErr := a.Records.CaseFiles(t.Context(), s, ledger.CaseFilter{Search: "Prova prato"}, ledger.Paging{})
			_, taskErr := a.Records.Task(t.Context(), s, task)
			_, timelineErr := a.Records.Timeline(t.Context(), s, id, ledger.Paging{})
			_, commandErr := a.Records.Accept(t.Context(), s, catalogue.Complete.Command(uuid.NewString(), task, care.Completion{}).InRun("case/"+id).NewCommand)
			require.NoError(t, listErr)
			require.NoError(t, searchErr)
			if sees {
				require.NoError(t, err)
				require.Len(t, page.Items, 1)
				require.Len(t, found.Items, 1)
				require.NoError(t, taskErr)
				require.NoError(t, timelineErr)
				require.NoError(t, commandErr)
				return
			}
			require.ErrorIs(t, err, ledger.ErrNotFound)
			require.Empty(t, page.Items)
			require.Empty(t, found.Items)
			require.ErrorIs(t, taskErr, ledger.ErrNotFound)
			require.ErrorIs(t, timelineErr, ledger.ErrNotFound)
			require.ErrorIs(t, commandErr, ledger.ErrNotFound)
		})
	}
}

// A connection goes back to the pool without who used it last.
func TestNobodySeesNothing(t *testing.T) {
	a := postgrestest.NewArchive(t)
	a.Open("prato")
	pool := a.Pool(standalone.API)
	config := pool.Config()
	config.MaxConns = 1
	single, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(single.Close)
	page, err := records.New(single, calendar.New).CaseFiles(t.Context(), a.Accounts["supervisor.prato"], ledger.CaseFilter{}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	_, err = single.Exec(t.Context(), `SELECT FROM case_file`)
	require.ErrorContains(t, err, "permission denied", "the login itself may do nothing")
	tx, err := single.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(t.Context()) }()
	_, err = tx.Exec(t.Context(), `SET LOCAL ROLE percorso_app`)
	require.NoError(t, err)
	var n int
	require.NoError(t, tx.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM case_file) + (SELECT count(*) FROM person) + (SELECT count(*) FROM task)`).Scan(&n))
	require.Zero(t, n, "a role without who acts sees nothing")
}

func TestOneClaimWins(t *testing.T) {
	a := postgrestest.NewArchive(t)
	_, task := a.Open("prato")
	var wait sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		wait.Go(func() {
			account := []string{"desk_operator.prato", "desk_operator_2.prato"}[i%2]
			errs[i] = a.Claim(account, task)
		})
	}
	wait.Wait()
	held, err := a.Records.Task(t.Context(), a.Accounts["desk_operator.prato"], task)
	require.NoError(t, err)
	require.Equal(t, care.TaskReserved, held.State)
	for i, err := range errs {
		if a.Accounts[[]string{"desk_operator.prato", "desk_operator_2.prato"}[i%2]].ID == held.HolderID {
			require.NoError(t, err)
			continue
		}
		var refusal *care.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, care.Refusal{Code: care.RefusedTaken, Role: care.DeskOperator}, *refusal)
	}
	// Who has another role is told whose task it is.
	var refusal *care.Refusal
	_, other := a.Open("prato")
	require.ErrorAs(t, a.Claim("social_worker.prato", other), &refusal)
	require.Equal(t, care.Refusal{Code: care.RefusedForbidden, Role: care.DeskOperator}, *refusal)
}

func TestAKeyHasOneEffect(t *testing.T) {
	a := postgrestest.NewArchive(t)
	s := a.Accounts["desk_operator.prato"]
	contact := ledger.NewContact{Topic: "school", Language: "it", Channel: "phone", Outcome: "information"}
	first, err := a.Records.Assign(t.Context(), s, catalogue.Contact.Command("once", "", contact).NewCommand)
	require.NoError(t, err)
	again, err := a.Records.Assign(t.Context(), s, catalogue.Contact.Command("once", "", contact).NewCommand)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	contact.Topic = "labour"
	_, err = a.Records.Assign(t.Context(), s, catalogue.Contact.Command("once", "", contact).NewCommand)
	require.ErrorIs(t, err, ledger.ErrKeyReused)
	page, err := a.Records.Contacts(t.Context(), s, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	// The same words about another case are another command.
	one, _ := a.Open("prato")
	other, _ := a.Open("prato")
	social := a.Accounts["social_worker.prato"]
	_, err = a.Records.Accept(t.Context(), social, catalogue.ReferToCPI.Command("cpi", one, catalogue.SendToCPI{}).NewCommand)
	require.NoError(t, err)
	_, err = a.Records.Accept(t.Context(), social, catalogue.ReferToCPI.Command("cpi", other, catalogue.SendToCPI{}).NewCommand)
	require.ErrorIs(t, err, ledger.ErrKeyReused)
	// Another caller's key is another key.
	_, err = a.Records.Assign(t.Context(), a.Accounts["desk_operator_2.prato"], catalogue.Contact.Command("once", "", contact).NewCommand)
	require.NoError(t, err)
}

func TestPagesAreWholeAndInOrder(t *testing.T) {
	a := postgrestest.NewArchive(t)
	for range 7 {
		a.Open("lucca")
	}
	seen := map[string]bool{}
	var last time.Time
	for p := (ledger.Paging{Limit: 3}); ; {
		page, err := a.Records.CaseFiles(t.Context(), a.Accounts["supervisor.lucca"], ledger.CaseFilter{}, p)
		require.NoError(t, err)
		for _, c := range page.Items {
			require.False(t, seen[c.ID])
			require.True(t, last.IsZero() || !c.Opened.After(last), "the newest first")
			seen[c.ID], last = true, c.Opened
			require.Equal(t, health.Planned, c.Waiting.Health)
			require.Equal(t, care.FirstListening, c.Waiting.Task)
		}
		if p.Cursor = page.Next; p.Cursor == "" {
			break
		}
	}
	require.Len(t, seen, 7)
}

// A case is orphaned once nobody is left for its task, and the supervisor sees it.
func TestOrphanedCase(t *testing.T) {
	a := postgrestest.NewArchive(t)
	id, _ := a.Open("pistoia")
	supervisor := a.Accounts["supervisor.pistoia"]
	stuck, err := a.Records.StuckCases(t.Context(), supervisor, ledger.Paging{})
	require.NoError(t, err)
	require.Empty(t, stuck.Items)
	require.NoError(t, postgrestest.Load(t.Context(), a.Pool(standalone.Migrate), nil, []care.Staff{supervisor}))
	stuck, err = a.Records.StuckCases(t.Context(), supervisor, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, stuck.Items, 1)
	require.Equal(t, id, stuck.Items[0].ID)
	require.Equal(t, health.Orphaned, stuck.Items[0].Waiting.Health)
	_, err = a.Records.StuckCases(t.Context(), a.Accounts["social_worker.pistoia"], ledger.Paging{})
	require.ErrorIs(t, err, ledger.ErrForbidden)
}

func TestErrorsHoldNoValue(t *testing.T) {
	a := postgrestest.NewArchive(t)
	_, err := a.Records.Assign(t.Context(), a.Accounts["desk_operator.prato"], catalogue.Contact.Command("x", "", ledger.NewContact{Topic: "Zqxmarker\x00"}).NewCommand)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "Zqxmarker")
}
