package postgres_test

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/zone"
)

// archive is a database of a real Postgres with the three zones, their staff, and
// cases whose steps the tests write themselves, as a worker would.
type archive struct {
	t        *testing.T
	stack    *standalone.Stack
	database string
	records  *postgres.Records
	steps    *postgres.Steps
	accounts map[string]care.Staff
}

// cluster is the Postgres of all tests of the binary. Its database percorso is
// the pattern that each test's own is a copy of.
type cluster struct {
	stack     *standalone.Stack
	folder    string
	staff     []care.Staff
	databases atomic.Int64 // made so far
}

// theCluster starts when the first test asks for it, and stops after the last.
var (
	theCluster = sync.OnceValues(startCluster)
	started    *cluster
)

func TestMain(m *testing.M) {
	code := m.Run()
	if started != nil {
		started.stop()
	}
	os.Exit(code)
}

func startCluster() (c *cluster, err error) {
	c = &cluster{}
	started = c
	if c.folder, err = os.MkdirTemp("", "percorso-postgres-"); err != nil {
		return nil, err
	}
	// Postgres refuses root: the launcher starts it as another user, who has to come through here.
	if err := os.Chmod(c.folder, 0o711); err != nil {
		return nil, err
	}
	ports, err := standalone.FreePorts()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), stacktest.StartLimit)
	defer cancel()
	c.stack, err = standalone.Start(ctx, standalone.Options{
		DataDir: c.folder, BinDir: cmp.Or(os.Getenv("PERCORSO_BIN_DIR"), "../../bin"), NodeModules: "../../node_modules", Ports: ports,
		Parts: []standalone.Part{standalone.Postgres},
	})
	if err != nil {
		return nil, err
	}
	return c, c.fill(ctx)
}

// fill makes the pattern: the schema, the zones and their staff.
func (c *cluster) fill(ctx context.Context) error {
	owner, err := postgres.Open(ctx, databaseURL(c.stack, standalone.Migrate, "percorso"))
	if err != nil {
		return err
	}
	defer owner.Close()
	if _, err := postgres.Migrate(ctx, owner); err != nil {
		return err
	}
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		return err
	}
	if err := postgres.LoadPolicies(ctx, owner, policies); err != nil {
		return err
	}
	for _, p := range policies {
		for _, h := range p.Roles {
			for _, n := range []string{"", "_2"} {
				subject := string(h.Role) + n + "." + p.Zone
				c.staff = append(c.staff, care.Staff{Subject: subject, Name: "Personale Prova " + subject, Role: h.Role, Zone: p.Zone, Agency: h.Agency, Email: subject + "@percorso.example"})
			}
		}
	}
	return postgres.LoadStaff(ctx, owner, c.staff)
}

func (c *cluster) stop() {
	if c.stack != nil {
		c.stack.Stop()
	}
	_ = os.RemoveAll(c.folder)
}

func newArchive(t *testing.T) *archive {
	c, err := theCluster()
	require.NoError(t, err)
	a := &archive{t: t, stack: c.stack, database: fmt.Sprintf("percorso_%d", c.databases.Add(1)), accounts: map[string]care.Staff{}}
	a.administer(
		"CREATE DATABASE "+a.database+" OWNER percorso_migrate TEMPLATE percorso",
		"REVOKE ALL ON DATABASE "+a.database+" FROM PUBLIC",
		"GRANT CONNECT ON DATABASE "+a.database+" TO percorso_api, percorso_work, percorso_ops",
	)
	t.Cleanup(func() { a.administer("DROP DATABASE " + a.database + " WITH (FORCE)") })
	a.records = postgres.NewRecords(a.pool(standalone.API), calendar.New)
	a.steps = postgres.NewSteps(a.pool(standalone.Worker), calendar.New)
	for _, s := range c.staff {
		a.accounts[s.Subject], err = a.records.Staff(t.Context(), s.Subject)
		require.NoError(t, err)
	}
	return a
}

func (a *archive) administer(statements ...string) {
	ctx := context.Background()
	connection, err := pgx.Connect(ctx, a.stack.AdministratorURL("postgres"))
	require.NoError(a.t, err)
	defer func() { _ = connection.Close(ctx) }()
	for _, statement := range statements {
		_, err := connection.Exec(ctx, statement)
		require.NoError(a.t, err)
	}
}

// databaseURL is how a part logs in to a database of the stack.
func databaseURL(stack *standalone.Stack, part standalone.Part, database string) string {
	for _, v := range stack.Env(part) {
		if text, ok := strings.CutPrefix(v, "PERCORSO_DATABASE_URL="); ok {
			if address, err := url.Parse(text); err == nil {
				address.Path = "/" + database
				return address.String()
			}
		}
	}
	return ""
}

func (a *archive) pool(part standalone.Part) *pgxpool.Pool {
	pool, err := postgres.Open(context.Background(), databaseURL(a.stack, part, a.database))
	require.NoError(a.t, err)
	a.t.Cleanup(pool.Close)
	return pool
}

// open opens a case in a zone and writes the step that makes its file, with a
// first task for the desk.
func (a *archive) open(zone string) (caseID, task string) {
	a.t.Helper()
	cmd, err := a.records.Accept(a.t.Context(), a.accounts["desk_operator."+zone], catalogue.Open.Command(uuid.NewString(), "", ledger.CaseOpening{
		Person: ledger.Person{GivenName: "Persona", FamilyName: "Prova " + zone, BirthDate: time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK", Permit: "work"},
		Needs:  []string{"labour"}, NoticeGiven: true,
	}).NewCommand)
	require.NoError(a.t, err)
	task = ledger.DerivedID(cmd.Run, "first_listening/1")
	res := a.record(cmd.Run, 0, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, ledger.Effects{
		Stage: care.StageFirstLevel, Tasks: []ledger.TaskChange{{ID: task, State: care.TaskReady, Kind: care.FirstListening}},
	})
	require.Equal(a.t, ledger.Recorded, res.Verdict)
	return ledger.BareID(cmd.Run), task
}

func (a *archive) record(run string, revision int, e ledger.Entry, effects ledger.Effects) ledger.StepResult {
	a.t.Helper()
	res, err := a.steps.Record(a.t.Context(), ledger.Step{
		Run: run, Case: run, Epoch: 1, Revision: revision, Entry: e, Taken: true, At: a.today(), Effects: effects,
		State: care.RunState{Answers: []care.PointAnswer{{Point: fmt.Sprint(revision), Answer: e.Answer}}},
	})
	require.NoError(a.t, err)
	return res
}

// today is the database's own time.
func (a *archive) today() (now time.Time) {
	a.t.Helper()
	connection, err := pgx.Connect(a.t.Context(), a.stack.AdministratorURL(a.database))
	require.NoError(a.t, err)
	defer func() { _ = connection.Close(context.WithoutCancel(a.t.Context())) }()
	require.NoError(a.t, connection.QueryRow(a.t.Context(), `SELECT clock_timestamp()`).Scan(&now))
	return now
}

func (a *archive) claim(account, task string) error {
	_, err := a.records.Assign(a.t.Context(), a.accounts[account], catalogue.Claim.Command(uuid.NewString(), task, catalogue.None{}).NewCommand)
	return err
}

func TestLoginThatBypassesRowLevelSecurityIsRefused(t *testing.T) {
	a := newArchive(t)
	_, err := postgres.Open(t.Context(), a.stack.AdministratorURL(a.database))
	require.ErrorIs(t, err, postgres.ErrBypass)
}

func TestWhoSeesACase(t *testing.T) {
	a := newArchive(t)
	id, task := a.open("prato")
	for account, sees := range map[string]bool{
		"desk_operator.prato": true, "social_worker.prato": true, "supervisor.prato": true,
		"cpi_operator.prato": false, "desk_operator.pistoia": false, "supervisor.pistoia": false, "supervisor.lucca": false,
	} {
		t.Run(account, func(t *testing.T) {
			s := a.accounts[account]
			_, err := a.records.CaseFile(t.Context(), s, id)
			page, listErr := a.records.CaseFiles(t.Context(), s, ledger.CaseFilter{}, ledger.Paging{})
			found, searchErr := a.records.CaseFiles(t.Context(), s, ledger.CaseFilter{Search: "Prova prato"}, ledger.Paging{})
			_, taskErr := a.records.Task(t.Context(), s, task)
			_, timelineErr := a.records.Timeline(t.Context(), s, id, ledger.Paging{})
			_, commandErr := a.records.Accept(t.Context(), s, catalogue.Complete.Command(uuid.NewString(), task, care.Completion{}).InRun("case/"+id).NewCommand)
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
	a := newArchive(t)
	a.open("prato")
	pool := a.pool(standalone.API)
	config := pool.Config()
	config.MaxConns = 1
	single, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(single.Close)
	page, err := postgres.NewRecords(single, calendar.New).CaseFiles(t.Context(), a.accounts["supervisor.prato"], ledger.CaseFilter{}, ledger.Paging{})
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
	a := newArchive(t)
	_, task := a.open("prato")
	var wait sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		wait.Go(func() {
			account := []string{"desk_operator.prato", "desk_operator_2.prato"}[i%2]
			errs[i] = a.claim(account, task)
		})
	}
	wait.Wait()
	held, err := a.records.Task(t.Context(), a.accounts["desk_operator.prato"], task)
	require.NoError(t, err)
	require.Equal(t, care.TaskReserved, held.State)
	for i, err := range errs {
		if a.accounts[[]string{"desk_operator.prato", "desk_operator_2.prato"}[i%2]].ID == held.HolderID {
			require.NoError(t, err)
			continue
		}
		var refusal *care.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, care.Refusal{Code: care.RefusedTaken, Role: care.DeskOperator}, *refusal)
	}
	// Who has another role is told whose task it is.
	var refusal *care.Refusal
	_, other := a.open("prato")
	require.ErrorAs(t, a.claim("social_worker.prato", other), &refusal)
	require.Equal(t, care.Refusal{Code: care.RefusedForbidden, Role: care.DeskOperator}, *refusal)
}

func TestAKeyHasOneEffect(t *testing.T) {
	a := newArchive(t)
	s := a.accounts["desk_operator.prato"]
	contact := ledger.NewContact{Topic: "school", Language: "it", Channel: "phone", Outcome: "information"}
	first, err := a.records.Assign(t.Context(), s, catalogue.Contact.Command("once", "", contact).NewCommand)
	require.NoError(t, err)
	again, err := a.records.Assign(t.Context(), s, catalogue.Contact.Command("once", "", contact).NewCommand)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	contact.Topic = "labour"
	_, err = a.records.Assign(t.Context(), s, catalogue.Contact.Command("once", "", contact).NewCommand)
	require.ErrorIs(t, err, ledger.ErrKeyReused)
	page, err := a.records.Contacts(t.Context(), s, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	// The same words about another case are another command.
	one, _ := a.open("prato")
	other, _ := a.open("prato")
	social := a.accounts["social_worker.prato"]
	_, err = a.records.Accept(t.Context(), social, catalogue.ReferToCPI.Command("cpi", one, catalogue.SendToCPI{}).NewCommand)
	require.NoError(t, err)
	_, err = a.records.Accept(t.Context(), social, catalogue.ReferToCPI.Command("cpi", other, catalogue.SendToCPI{}).NewCommand)
	require.ErrorIs(t, err, ledger.ErrKeyReused)
	// Another caller's key is another key.
	_, err = a.records.Assign(t.Context(), a.accounts["desk_operator_2.prato"], catalogue.Contact.Command("once", "", contact).NewCommand)
	require.NoError(t, err)
}

// A step is written once, whoever brings it and however often, and only by the
// run that stands where Postgres does.
func TestAStepIsComparedAndSet(t *testing.T) {
	a := newArchive(t)
	id, task := a.open("prato")
	run := "case/" + id
	require.NoError(t, a.claim("desk_operator.prato", task))
	form := care.Completion{Outcome: care.Heard, Needs: []string{"housing"}}
	cmd, err := a.records.Accept(t.Context(), a.accounts["desk_operator.prato"], catalogue.Complete.Command(uuid.NewString(), task, form).InRun(run).NewCommand)
	require.NoError(t, err)
	entry := ledger.Entry{ID: cmd.ID, Target: task, Answer: cmd.Answer}
	done := ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskCompleted, Outcome: care.Heard}}}

	behind := a.record(run, 0, entry, done)
	require.Equal(t, ledger.Behind, behind.Verdict)
	require.Equal(t, 1, behind.Revision)
	require.NotNil(t, behind.State)

	require.Equal(t, ledger.Recorded, a.record(run, 1, entry, done).Verdict)
	known := a.record(run, 1, entry, done)
	require.Equal(t, ledger.Known, known.Verdict)
	require.Equal(t, 2, known.Revision)
	require.NotNil(t, known.State, "the run is behind by its own step, whose answer was lost")

	file, err := a.records.CaseFile(t.Context(), a.accounts["desk_operator.prato"], id)
	require.NoError(t, err)
	require.Equal(t, []string{"housing"}, file.Needs)
	require.Empty(t, file.Tasks)

	// A newer epoch takes the run over; the older one is fenced.
	taken, err := a.steps.Load(t.Context(), ledger.Start{Run: run, Case: run, Epoch: 2})
	require.NoError(t, err)
	require.Equal(t, ledger.Recorded, taken.Verdict)
	require.Equal(t, ledger.Fenced, a.record(run, 2, ledger.Entry{ID: uuid.NewString(), Answer: care.Answer{Operation: care.OpMailBounced}}, ledger.Effects{}).Verdict)
}

func TestUnderLockOnlyTheHolderCompletes(t *testing.T) {
	a := newArchive(t)
	id, task := a.open("prato")
	run := "case/" + id
	require.NoError(t, a.claim("desk_operator.prato", task))
	form := care.Completion{Outcome: care.Heard, Needs: []string{"housing"}}
	cmd, err := a.records.Accept(t.Context(), a.accounts["desk_operator_2.prato"], catalogue.Complete.Command(uuid.NewString(), task, form).InRun(run).NewCommand)
	require.NoError(t, err)
	res := a.record(run, 1, ledger.Entry{ID: cmd.ID, Target: task, Answer: cmd.Answer}, ledger.Effects{})
	require.Equal(t, ledger.Refused, res.Verdict)
	require.Equal(t, 1, res.Revision)
	stored, err := a.records.Command(t.Context(), a.accounts["desk_operator_2.prato"], cmd.ID)
	require.NoError(t, err)
	require.Equal(t, ledger.CommandRefused, stored.State)
	require.Equal(t, care.Refusal{Code: care.RefusedTaken, Role: care.DeskOperator}, *stored.Refusal)
	_, err = a.records.Command(t.Context(), a.accounts["desk_operator.prato"], cmd.ID)
	require.ErrorIs(t, err, ledger.ErrNotFound, "a command is its caller's own")
}

func TestPagesAreWholeAndInOrder(t *testing.T) {
	a := newArchive(t)
	for range 7 {
		a.open("lucca")
	}
	seen := map[string]bool{}
	var last time.Time
	for p := (ledger.Paging{Limit: 3}); ; {
		page, err := a.records.CaseFiles(t.Context(), a.accounts["supervisor.lucca"], ledger.CaseFilter{}, p)
		require.NoError(t, err)
		for _, c := range page.Items {
			require.False(t, seen[c.ID])
			require.True(t, last.IsZero() || !c.Opened.After(last), "the newest first")
			seen[c.ID], last = true, c.Opened
			require.Equal(t, care.HealthPlanned, c.Waiting.Health)
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
	a := newArchive(t)
	id, _ := a.open("pistoia")
	supervisor := a.accounts["supervisor.pistoia"]
	stuck, err := a.records.StuckCases(t.Context(), supervisor, ledger.Paging{})
	require.NoError(t, err)
	require.Empty(t, stuck.Items)
	require.NoError(t, postgres.LoadStaff(t.Context(), a.pool(standalone.Migrate), []care.Staff{supervisor}))
	stuck, err = a.records.StuckCases(t.Context(), supervisor, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, stuck.Items, 1)
	require.Equal(t, id, stuck.Items[0].ID)
	require.Equal(t, care.HealthOrphaned, stuck.Items[0].Waiting.Health)
	_, err = a.records.StuckCases(t.Context(), a.accounts["social_worker.pistoia"], ledger.Paging{})
	require.ErrorIs(t, err, ledger.ErrForbidden)
}

func TestErrorsHoldNoValue(t *testing.T) {
	a := newArchive(t)
	_, err := a.records.Assign(t.Context(), a.accounts["desk_operator.prato"], catalogue.Contact.Command("x", "", ledger.NewContact{Topic: "Zqxmarker\x00"}).NewCommand)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "Zqxmarker")
}
