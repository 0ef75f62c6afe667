package worker_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"percorso/activities"
	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/codec"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/records"
	"percorso/internal/postgres/steps"
	"percorso/internal/runs"
	"percorso/worker"
	"percorso/worker/post"
)

// key encrypts what these tests give to Temporal.
var key = "test:" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))

// site is a real Postgres and a real Temporal with the records of one zone.
type site struct {
	t        *testing.T
	stack    *standalone.Stack
	temporal client.Client
	records  *records.Records
	mailer   post.Sender
	patience activities.Patience
	staff    map[care.Role]care.Staff
	keys     int
}

// newSite starts the parts and loads a zone with its staff.
func newSite(t *testing.T, policy care.Policy) *site {
	ctx := t.Context()
	ports, err := standalone.FreePorts()
	require.NoError(t, err)
	stack, err := standalone.Start(ctx, standalone.Options{
		DataDir: stacktest.DataDir(t), BinDir: binaries(t), Ports: ports,
		Parts: []standalone.Part{standalone.Postgres, standalone.Temporal},
	})
	require.NoError(t, err)
	t.Cleanup(stack.Stop)
	s := &site{t: t, stack: stack, mailer: nobody{}, staff: map[care.Role]care.Staff{}}

	owner := s.pool(standalone.Migrate)
	_, err = postgres.Migrate(ctx, owner)
	require.NoError(t, err)
	var staff []care.Staff
	for _, h := range policy.Roles {
		subject := string(h.Role) + "." + policy.Zone
		staff = append(staff, care.Staff{Subject: subject, Name: "Prova " + string(h.Role), Role: h.Role, Zone: policy.Zone, Agency: h.Agency, Email: subject + "@percorso.example"})
	}
	require.NoError(t, postgrestest.Load(ctx, owner, []care.Policy{policy}, staff))

	s.records = records.New(s.pool(standalone.API), calendar.New)
	for _, who := range staff {
		s.staff[who.Role], err = s.records.Staff(ctx, who.Subject)
		require.NoError(t, err)
	}
	s.temporal = dial(t, stack.Addresses().Temporal)
	return s
}

// binaries is where make build puts what the tests start.
func binaries(t *testing.T) string {
	dir := os.Getenv("PERCORSO_BIN_DIR")
	if dir == "" {
		dir = "../bin"
	}
	dir, err := filepath.Abs(dir)
	require.NoError(t, err)
	return dir
}

func dial(t *testing.T, address string) client.Client {
	keys, err := codec.New(key)
	require.NoError(t, err)
	c, err := client.Dial(client.Options{
		HostPort: address, Namespace: "percorso", DataConverter: keys.DataConverter(), FailureConverter: keys.FailureConverter(), Logger: silent{},
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// pool connects with the login of a part.
func (s *site) pool(part standalone.Part) *pgxpool.Pool {
	return s.connect(s.url(part))
}

func (s *site) connect(url string) *pgxpool.Pool {
	pool, err := postgres.Open(context.Background(), url)
	require.NoError(s.t, err)
	s.t.Cleanup(pool.Close)
	return pool
}

// url is the database address of a part's login.
func (s *site) url(part standalone.Part) string {
	for _, v := range s.stack.Env(part) {
		if url, ok := strings.CutPrefix(v, "PERCORSO_DATABASE_URL="); ok {
			return url
		}
	}
	s.t.Fatalf("no database for %s", part)
	return ""
}

// work runs a worker in this process until the returned function is called.
func (s *site) work() (stop func()) { return s.workOn(s.pool(standalone.Worker)) }

// workOn runs one that has its own way to Postgres.
func (s *site) workOn(pool *pgxpool.Pool) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- worker.Run(ctx, worker.Options{Temporal: s.temporal,
			Steps: steps.New(pool, calendar.New), Outbox: outbox.New(pool), Mailer: s.mailer, Patience: s.patience, Log: zap.NewNop()})
	}()
	return func() {
		cancel()
		require.NoError(s.t, <-done)
	}
}

type nobody struct{}

func (nobody) Send(context.Context, ledger.Mail) ledger.MailResult {
	return ledger.MailResult{Outcome: ledger.MailSent}
}

// rejecting is a mail server that takes nothing.
type rejecting struct{}

func (rejecting) Send(context.Context, ledger.Mail) ledger.MailResult {
	return ledger.MailResult{Outcome: ledger.MailFailed, Cause: ledger.MailRecipient, Code: 550}
}

// silent drops the SDK's log.
type silent struct{}

func (silent) Debug(string, ...any)     {}
func (silent) Info(string, ...any)      {}
func (silent) Warn(string, ...any)      {}
func (silent) Error(m string, a ...any) { fmt.Fprintln(os.Stderr, m, a) }

// ask accepts a command and brings it to its run, as the API does.
func (s *site) ask(role care.Role, c catalogue.Command) ledger.Command {
	s.t.Helper()
	cmd := s.accept(role, c)
	if cmd.State == ledger.CommandAccepted {
		s.wake(cmd)
	}
	return s.worked(role, cmd.ID)
}

func (s *site) accept(role care.Role, c catalogue.Command) ledger.Command {
	s.t.Helper()
	s.keys++
	c.Key = fmt.Sprint("key ", s.keys)
	cmd, err := s.records.Accept(s.t.Context(), s.staff[role], c.NewCommand)
	require.NoError(s.t, err)
	return cmd
}

func (s *site) wake(cmd ledger.Command) {
	s.t.Helper()
	if err := s.deliver(cmd); err != nil {
		s.t.Logf("update: %v", err)
	}
}

// deliver brings a command to its run and waits for its result.
func (s *site) deliver(cmd ledger.Command) error {
	_, err := runs.New(s.temporal).Work(context.Background(), cmd)
	return err
}

// worked waits until a command is no longer just accepted.
func (s *site) worked(role care.Role, id string) (cmd ledger.Command) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		var err error
		cmd, err = s.records.Command(s.t.Context(), s.staff[role], id)
		return err == nil && cmd.State != ledger.CommandAccepted
	}, 2*time.Minute, 20*time.Millisecond, "the command was never worked")
	return cmd
}

// open opens a case file for a visibly synthetic person.
func (s *site) open() (caseID string) {
	s.t.Helper()
	cmd := s.ask(care.DeskOperator, catalogue.Open.Command("", "", ledger.CaseOpening{
		Person: ledger.Person{GivenName: "Persona", FamilyName: "Prova 0001", BirthDate: time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC),
			Citizenship: "PK", Permit: "work", Languages: []string{"ur"}},
		Needs: []string{"labour", "housing"}, Channel: "in_person", NoticeGiven: true,
	}))
	require.Equal(s.t, ledger.CommandWorked, cmd.State)
	return ledger.BareID(cmd.Run)
}

// task waits for an open task of a kind.
func (s *site) task(caseID string, kind care.TaskKind) (found ledger.Task) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		page, err := s.records.Tasks(s.t.Context(), s.staff[care.Supervisor], ledger.TaskFilter{CaseID: caseID}, ledger.Paging{})
		require.NoError(s.t, err)
		for _, t := range page.Items {
			if t.Kind == kind {
				found = t
				return true
			}
		}
		return false
	}, 20*time.Second, 20*time.Millisecond, "no task %s", kind)
	return found
}

// claim claims a task for the role that it waits for.
func (s *site) claim(t ledger.Task) {
	s.t.Helper()
	s.keys++
	_, err := s.records.Assign(s.t.Context(), s.staff[t.Role], catalogue.Claim.Command(fmt.Sprint("key ", s.keys), t.ID, catalogue.None{}).NewCommand)
	require.NoError(s.t, err)
}

// complete claims and completes a task of a case.
func (s *site) complete(caseID string, kind care.TaskKind, form care.Completion) {
	s.t.Helper()
	cmd := s.completing(caseID, kind, form)
	s.wake(cmd)
	require.Equal(s.t, ledger.CommandWorked, s.worked(s.roleOf(cmd), cmd.ID).State, "completing %s", kind)
}

// completing claims a task and accepts its completion, without waking its run.
func (s *site) completing(caseID string, kind care.TaskKind, form care.Completion) ledger.Command {
	s.t.Helper()
	t := s.task(caseID, kind)
	s.claim(t)
	return s.accept(t.Role, catalogue.Complete.Command("", t.ID, form).InRun(t.Run))
}

func (s *site) roleOf(cmd ledger.Command) care.Role {
	t, err := s.records.Task(s.t.Context(), s.staff[care.Supervisor], cmd.Target)
	require.NoError(s.t, err)
	return t.Role
}

// move does an operation on a referral.
func (s *site) move(role care.Role, f ledger.Referral, op care.Operation, form catalogue.ReferralMoveForm) {
	s.t.Helper()
	cmd := s.ask(role, catalogue.Moves[op].Command("", f.ID, form).InRun(f.Run))
	require.Equal(s.t, ledger.CommandWorked, cmd.State, "%s: %v", op, cmd.Refusal)
}
