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
	outbox   *postgres.Outbox
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
	work := a.pool(standalone.Worker)
	a.steps, a.outbox = postgres.NewSteps(work, calendar.New), postgres.NewOutbox(work)
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
