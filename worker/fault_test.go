package worker_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.uber.org/zap"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/steps"
	"percorso/worker"
	"percorso/workflows/contract"
)

// A worker under fault, or of another course than another, is a process of its own:
// this test binary, run again with these variables. One under fault kills itself with
// SIGKILL where the fault is placed, and leaves a file that says so.
const (
	faultVariable    = "PERCORSO_TEST_FAULT"
	courseVariable   = "PERCORSO_TEST_COURSE"
	firedVariable    = "PERCORSO_TEST_FIRED"
	temporalVariable = "PERCORSO_TEST_TEMPORAL"
	databaseVariable = "PERCORSO_TEST_DATABASE"
)

// Where a fault may be placed.
const (
	afterCommit    = "after the commit of a completed task"
	afterRedirect  = "after the commit of a redirection"
	beforeDelivery = "between the commit and the delivery of what the step told"
	noFault        = "none"
)

func TestMain(m *testing.M) {
	switch fault, course := os.Getenv(faultVariable), os.Getenv(courseVariable); {
	case fault != "":
		faultyWorker(fault)
	case course != "":
		workerOfACourse(course)
	}
	os.Exit(m.Run())
}

// faultyWorker works until its fault fires.
func faultyWorker(fault string) {
	ctx := context.Background()
	t := &testing.T{}
	pool, err := postgres.Open(ctx, os.Getenv(databaseVariable))
	if err != nil {
		panic(err)
	}
	place := place{fault: fault, fired: os.Getenv(firedVariable)}
	err = worker.Run(ctx, worker.Options{
		Temporal: dial(t, os.Getenv(temporalVariable)),
		Steps:    &faultySteps{Steps: steps.New(pool, calendar.New), place: place},
		Outbox:   &faultyOutbox{Outbox: outbox.New(pool), place: place},
		Mailer:   nobody{}, Log: zap.NewNop(),
	})
	panic(err)
}

// faultySteps kills the process at a place in the course of a step.
type faultySteps struct {
	*steps.Steps
	place
}

// faultyOutbox kills it at one in the course of a delivery.
type faultyOutbox struct {
	*outbox.Outbox
	place
}

// place is where a process is killed, and the file that tells of it.
type place struct{ fault, fired string }

func (f *faultySteps) Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error) {
	res, err := f.Steps.Record(ctx, step)
	fatal := map[string]care.Operation{afterCommit: care.OpComplete, afterRedirect: care.OpRedirect}
	if op, ok := fatal[f.fault]; ok && step.Entry.Answer.Operation == op && res.Verdict == ledger.Recorded {
		f.die()
	}
	return res, err
}

func (f *faultyOutbox) TakeWakes(ctx context.Context, most int, busy []string) ([]ledger.Wake, error) {
	wakes, err := f.Outbox.TakeWakes(ctx, most, busy)
	if f.fault == beforeDelivery && len(wakes) > 0 {
		f.die()
	}
	return wakes, err
}

func (p place) die() {
	if err := os.WriteFile(p.fired, []byte(p.fault), 0o600); err != nil {
		panic(err)
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// process starts a worker as a process of its own, which these variables tell what it is.
func (s *site) process(variables ...string) *exec.Cmd {
	s.t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(append(os.Environ(), variables...),
		temporalVariable+"="+s.stack.Addresses().Temporal, databaseVariable+"="+s.url(standalone.Worker))
	command.Stderr = os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(s.t, command.Start())
	return command
}

// workUnder runs a worker with a fault in a process of its own, which is gone
// when the returned function has seen the fault fire.
func (s *site) workUnder(fault string) (fires func()) {
	s.t.Helper()
	fired := filepath.Join(s.t.TempDir(), "fired")
	command := s.process(faultVariable+"="+fault, firedVariable+"="+fired)
	done := make(chan struct{})
	go func() { _ = command.Wait(); close(done) }()
	s.t.Cleanup(func() { _ = command.Process.Kill(); <-done })
	return func() {
		s.t.Helper()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
		}
		text, err := os.ReadFile(fired)
		require.NoError(s.t, err, "the fault did not fire")
		require.Equal(s.t, fault, string(text))
	}
}

// once asserts that each of these happened exactly once on a case's timeline.
func (s *site) once(caseID string, moments ...string) {
	s.t.Helper()
	count := s.moments(caseID)
	for _, m := range moments {
		require.Equal(s.t, 1, count[m], "%s in %v", m, count)
	}
}

// moments counts what happened on a case, by code and detail.
func (s *site) moments(caseID string) map[string]int {
	s.t.Helper()
	page, err := s.records.Timeline(s.t.Context(), s.staff[care.Supervisor], caseID, ledger.Paging{Limit: 100})
	require.NoError(s.t, err)
	count := map[string]int{}
	for _, m := range page.Items {
		count[strings.TrimSuffix(m.Code+" "+m.Detail, " ")]++
	}
	return count
}

var (
	heard  = care.Completion{Outcome: care.Heard, Needs: []string{"labour"}}
	booked = care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: "uoc", At: time.Now().Add(time.Hour).Truncate(time.Second)}}}
)

// send brings a command to its run without waiting for what becomes of it.
func (s *site) send(cmd ledger.Command) {
	go func() { _ = s.deliver(cmd) }()
}

func TestWorkerKilledBetweenCommitAndWorkflowTask(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"another command comes first", "a clock fires first"} {
		t.Run(first, func(t *testing.T) {
			policy := quick(care.Duration{N: 1, Unit: care.Seconds})
			if first == "a clock fires first" {
				for i := range policy.Tasks {
					policy.Tasks[i].Claim = care.Clock{Remind: care.Duration{N: 1, Unit: care.Seconds}, Escalate: care.Duration{N: 2, Unit: care.Seconds}}
					policy.Tasks[i].Complete = policy.Tasks[i].Claim
				}
			}
			s := newSite(t, policy)
			stop := s.work()
			id := s.open()
			listening := s.completing(id, care.FirstListening, heard)
			stop()

			fires := s.workUnder(afterCommit)
			s.send(listening)
			fires()
			// Postgres is ahead of Temporal now: the next task is there, its run does not know.
			require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, listening.ID).State)
			next := s.completing(id, care.Orientation, booked)
			if first == "another command comes first" {
				s.send(next)
			} else {
				time.Sleep(3 * time.Second) // the clocks of both tasks fall due
			}

			defer s.work()()
			s.wake(next)
			require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, next.ID).State)
			s.task(id, care.ConfirmAppointment)
			s.once(id, "task_completed first_listening/heard", "task_completed orientation/booked", "stage second_level", "appointment_booked")
		})
	}
}

// The last step of a run is committed, and its worker dies: the run ends all the same.
func TestWorkerKilledAfterTheLastStep(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	stop := s.work()
	id := s.open()
	s.complete(id, care.FirstListening, heard)
	s.complete(id, care.Orientation, care.Completion{Outcome: care.Informed})
	closing := s.completing(id, care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: care.OutcomeNeedsMet})
	stop()
	fires := s.workUnder(afterCommit)
	s.send(closing)
	fires()

	defer s.work()()
	require.Eventually(t, func() bool {
		described, err := s.temporal.DescribeWorkflowExecution(t.Context(), closing.Run, "")
		return err == nil && described.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_COMPLETED
	}, 30*time.Second, 100*time.Millisecond, "its run never ended")
	s.once(id, "task_completed closure/closed/needs_met", "case_closed needs_met")
}

func TestWorkerKilledBetweenCommitAndDelivery(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	stop := s.work()
	id := s.open()
	s.complete(id, care.FirstListening, heard)
	orientation := s.completing(id, care.Orientation, booked)
	stop()

	fires := s.workUnder(beforeDelivery)
	s.send(orientation)
	fires()

	defer s.work()()
	s.task(id, care.ConfirmAppointment)
	s.once(id, "task_completed orientation/booked", "appointment_booked")
}

func TestAcceptedAndNeverWoken(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	defer s.work()()
	id := s.open()
	// The API dies between its commit and the update: nobody wakes the run but the relay.
	listening := s.completing(id, care.FirstListening, heard)
	require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, listening.ID).State)
	s.once(id, "task_completed first_listening/heard")
}

// proxied is a worker's way to Postgres that can be taken away.
func (s *site) proxied() (*toxiproxy.Proxy, *pgxpool.Pool) {
	s.t.Helper()
	address, err := url.Parse(s.url(standalone.Worker))
	require.NoError(s.t, err)
	proxy := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "postgres", "127.0.0.1:0", address.Host)
	require.NoError(s.t, proxy.Start())
	s.t.Cleanup(proxy.Stop)
	address.Host = proxy.Listen
	return proxy, s.connect(address.String())
}

func TestPostgresAwayForLongerThanAWorkflowTask(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	stop := s.work()
	id := s.open()
	listening := s.completing(id, care.FirstListening, heard)
	stop()

	proxy, worker := s.proxied()
	defer s.workOn(worker)()

	proxy.Stop()
	s.send(listening)
	time.Sleep(2*contract.WorkflowTaskTimeout + time.Second)
	cmd, err := s.records.Command(t.Context(), s.staff[care.DeskOperator], listening.ID)
	require.NoError(t, err)
	require.Equal(t, ledger.CommandAccepted, cmd.State, "the fault did not fire")
	require.NoError(t, proxy.Start())
	require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, listening.ID).State)
	s.task(id, care.Orientation)
	s.once(id, "task_completed first_listening/heard")
}
