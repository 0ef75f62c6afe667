// Package postgrestest gives tests a database of their own on a real Postgres.
package postgrestest

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/manual"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/records"
	"percorso/internal/postgres/steps"
)

// Archive is a database of a real Postgres with the three zones, their staff, and
// cases whose steps the tests write themselves, as a worker would.
type Archive struct {
	T        testing.TB
	Stack    *standalone.Stack
	Database string
	Records  *records.Records
	Steps    *steps.Steps
	Outbox   *outbox.Outbox
	Accounts map[string]care.Staff
}

// cluster is the Postgres of all tests of the binary. Its database percorso is
// the pattern that each test's own is a copy of.
type cluster struct {
	stack     *standalone.Stack
	folder    string
	databases atomic.Int64 // made so far
}

// theCluster starts when the first test asks for it, and stops after the last.
var (
	theCluster = sync.OnceValues(startCluster)
	started    *cluster
)

// Main runs the tests of a binary, and stops their Postgres after the last.
func Main(m *testing.M) (code int) {
	defer func() {
		if started != nil {
			started.stop()
		}
	}()
	return m.Run()
}

func startCluster() (c *cluster, err error) {
	c = &cluster{}
	started = c
	if c.folder, err = stacktest.NewFolder("percorso-postgres-"); err != nil {
		return nil, err
	}
	ports, err := standalone.FreePorts()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), stacktest.StartLimit)
	defer cancel()
	root := manual.Root()
	c.stack, err = standalone.Start(ctx, standalone.Options{
		DataDir: c.folder, BinDir: cmp.Or(os.Getenv("PERCORSO_BIN_DIR"), filepath.Join(root, "bin")), NodeModules: filepath.Join(root, "node_modules"), Ports: ports,
		Parts: []standalone.Part{standalone.Postgres},
	})
	if err != nil {
		return nil, err
	}
	return c, c.fill(ctx)
}

// fill makes the pattern: the schema, the zones and their staff.
func (c *cluster) fill(ctx context.Context) error {
	login, err := postgres.Open(ctx, databaseURL(c.stack, standalone.Migrate, "percorso"))
	if err != nil {
		return err
	}
	defer login.Close()
	if _, err := postgres.Migrate(ctx, login); err != nil {
		return err
	}
	policies, err := Zones()
	if err != nil {
		return err
	}
	var staff []care.Staff
	for _, p := range policies {
		officer := care.RoleHolder{Role: care.PrivacyOfficer, Agency: p.RoleAgency(care.DeskOperator)}
		for _, h := range append(slices.Clone(p.Roles), officer) {
			for _, n := range []string{"", "_2"} {
				subject := string(h.Role) + n + "." + p.Zone
				staff = append(staff, care.Staff{Subject: subject, Name: "Personale Prova " + subject, Role: h.Role, Zone: p.Zone, Agency: h.Agency, Email: subject + "@percorso.example"})
			}
		}
	}
	return Load(ctx, login, policies, staff)
}

// Load makes these the zones' rules and the staff of every zone that they name,
// without asking whether they fit together.
func Load(ctx context.Context, pool *pgxpool.Pool, policies []care.Policy, staff []care.Staff) error {
	for i := range policies {
		if err := machine.ChangeSetup(ctx, pool, func(ledger.Setup) (ledger.SetupChange, error) {
			return ledger.SetupChange{Policy: &policies[i]}, nil
		}); err != nil {
			return err
		}
	}
	return machine.ChangeSetup(ctx, pool, func(stored ledger.Setup) (ledger.SetupChange, error) {
		change := ledger.SetupChange{Staff: staff}
		for _, a := range stored.Accounts {
			named := func(s care.Staff) bool { return s.Subject == a.Subject }
			if slices.ContainsFunc(staff, func(s care.Staff) bool { return s.Zone == a.Zone }) && !slices.ContainsFunc(staff, named) {
				change.Off = append(change.Off, a.Subject)
			}
		}
		return change, nil
	})
}

func (c *cluster) stop() {
	if c.stack != nil {
		c.stack.Stop()
	}
	_ = os.RemoveAll(c.folder)
}

// NewArchive makes a database of the test's own.
func NewArchive(t testing.TB) *Archive {
	a := newDatabase(t, "percorso")
	a.enter()
	return a
}

// newDatabase makes a copy of a database of the cluster.
func newDatabase(t testing.TB, pattern string) *Archive {
	c, err := theCluster()
	require.NoError(t, err)
	a := &Archive{T: t, Stack: c.stack, Database: fmt.Sprintf("percorso_%d", c.databases.Add(1)), Accounts: map[string]care.Staff{}}
	a.Administer(
		"CREATE DATABASE "+a.Database+" OWNER percorso_owner TEMPLATE "+pattern,
		"REVOKE ALL ON DATABASE "+a.Database+" FROM PUBLIC",
		"GRANT CONNECT ON DATABASE "+a.Database+" TO percorso_migrate, percorso_api, percorso_work, percorso_ops",
	)
	t.Cleanup(func() { a.Administer("DROP DATABASE " + a.Database + " WITH (FORCE)") })
	return a
}

// enter lets today's code in, and those who are staff.
func (a *Archive) enter() {
	a.Records = records.New(a.Pool(standalone.API), calendar.New)
	work := a.Pool(standalone.Worker)
	a.Steps, a.Outbox = steps.New(work, calendar.New), outbox.New(work)
	stored, err := machine.Setup(a.T.Context(), a.Pool(standalone.Migrate))
	require.NoError(a.T, err)
	for _, s := range stored.Accounts {
		if !s.Active {
			continue
		}
		a.Accounts[s.Subject], err = a.Records.Staff(a.T.Context(), s.Subject)
		require.NoError(a.T, err)
	}
}

// Administer runs statements as the administrator of the server.
func (a *Archive) Administer(statements ...string) {
	ctx := context.Background()
	connection, err := pgx.Connect(ctx, a.Stack.AdministratorURL("postgres"))
	require.NoError(a.T, err)
	defer func() { _ = connection.Close(ctx) }()
	for _, statement := range statements {
		_, err := connection.Exec(ctx, statement)
		require.NoError(a.T, err)
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

// Pool logs in to the database as a part does.
func (a *Archive) Pool(part standalone.Part) *pgxpool.Pool {
	pool, err := postgres.Open(context.Background(), databaseURL(a.Stack, part, a.Database))
	require.NoError(a.T, err)
	a.T.Cleanup(pool.Close)
	return pool
}

// Owner acts as the owner of the tables, as a migration does: it sees and changes every row.
func (a *Archive) Owner() *pgxpool.Pool {
	pool, err := postgres.AsOwner(context.Background(), a.Pool(standalone.Migrate))
	require.NoError(a.T, err)
	a.T.Cleanup(pool.Close)
	return pool
}

// Open opens a case in a zone and writes the step that makes its file, with a
// first task for the desk.
func (a *Archive) Open(zone string) (caseID, task string) {
	a.T.Helper()
	cmd, err := a.Records.Accept(a.T.Context(), a.Accounts["desk_operator."+zone], catalogue.Open.Command(uuid.NewString(), "", ledger.CaseOpening{
		Person: ledger.Person{GivenName: "Persona", FamilyName: "Prova " + zone, BirthDate: time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK", Permit: "work"},
		Needs:  []string{"labour"}, NoticeGiven: true,
	}).NewCommand)
	require.NoError(a.T, err)
	task = ledger.DerivedID(cmd.Run, "first_listening/1")
	res := a.Record(cmd.Run, 0, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, ledger.Effects{
		Stage: care.StageFirstLevel, Tasks: []ledger.TaskChange{{ID: task, State: care.TaskReady, Kind: care.FirstListening}},
	})
	require.Equal(a.T, ledger.Recorded, res.Verdict)
	return ledger.BareID(cmd.Run), task
}

// Record writes a step of a case.
func (a *Archive) Record(run string, revision int, e ledger.Entry, effects ledger.Effects) ledger.StepResult {
	a.T.Helper()
	res, err := a.Steps.Record(a.T.Context(), ledger.Step{
		Run: run, Case: run, Epoch: 1, Revision: revision, Entry: e, Taken: true, At: a.Today(), Effects: effects,
		State: care.RunState{Answers: []care.PointAnswer{{Point: fmt.Sprint(revision), Answer: e.Answer}}},
	})
	require.NoError(a.T, err)
	return res
}

// Today is the database's own time.
func (a *Archive) Today() (now time.Time) {
	a.T.Helper()
	connection, err := pgx.Connect(a.T.Context(), a.Stack.AdministratorURL(a.Database))
	require.NoError(a.T, err)
	defer func() { _ = connection.Close(context.WithoutCancel(a.T.Context())) }()
	require.NoError(a.T, connection.QueryRow(a.T.Context(), `SELECT clock_timestamp()`).Scan(&now))
	return now
}

// Claim has somebody claim a task.
func (a *Archive) Claim(account, task string) error {
	_, err := a.Records.Assign(a.T.Context(), a.Accounts[account], catalogue.Claim.Command(uuid.NewString(), task, catalogue.None{}).NewCommand)
	return err
}
