package worker_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/steps"
	"percorso/worker"
	"percorso/workflows/contract"
	"percorso/workflows/run"
)

var comings = flag.Int("comings", 2, "how often the newer worker comes and goes")

// consulting is a process whose second course has one task more in the middle, at
// every turn.
func consulting(course int) *run.Process {
	return &run.Process{Course: course, Path: func(r *run.Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		r.Enter(care.StageFirstLevel)
		for turn := 1; ; turn++ {
			for _, kind := range []care.TaskKind{care.FirstListening, care.SocialConsult, care.Orientation} {
				if kind == care.SocialConsult && r.Course() < 2 {
					continue
				}
				if _, err := r.Perform(run.Turn(string(kind), turn), ledger.TaskChange{Kind: kind}); err != nil {
					return "", err
				}
			}
		}
	}}
}

// workerOfACourse works until it is killed.
func workerOfACourse(number string) {
	ctx := context.Background()
	t := &testing.T{}
	course, err := strconv.Atoi(number)
	if err != nil {
		panic(err)
	}
	pool, err := postgres.Open(ctx, os.Getenv(databaseVariable))
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			_ = machine.NewWorkers(pool).AtWork(ctx, ledger.Worker{
				ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", os.Getpid()), Build: "prova", Courses: map[string]int{"case": course},
			})
			time.Sleep(5 * time.Second)
		}
	}()
	panic(worker.Run(ctx, worker.Options{
		Temporal: dial(t, os.Getenv(temporalVariable)), Steps: steps.New(pool, calendar.New), Outbox: outbox.New(pool), Mailer: nobody{}, Log: zap.NewNop(),
		Register: func(w sdk.WorkflowRegistry) {
			w.RegisterWorkflowWithOptions(func(ctx workflow.Context, start ledger.Start) error {
				return run.Execute(ctx, start, consulting(course))
			}, workflow.RegisterOptions{Name: contract.CasePath, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade})
		},
	}))
}

// knowing starts a worker of a course, and gives what kills it. It is a process of its
// own, since two in one process would share the runs that they have in memory.
func (s *site) knowing(course int) (kill func()) {
	s.t.Helper()
	c := s.process(courseVariable + "=" + strconv.Itoa(course))
	gone := false
	kill = func() {
		if !gone {
			gone = true
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	}
	s.t.Cleanup(kill)
	return kill
}

// answers accepts the completion of the task that a case waits for.
func (s *site) answers(caseID string) ledger.Command {
	s.t.Helper()
	page, err := s.records.Tasks(s.t.Context(), s.staff[care.Supervisor], ledger.TaskFilter{CaseID: caseID}, ledger.Paging{})
	require.NoError(s.t, err)
	require.Len(s.t, page.Items, 1, "a case waits for one task")
	form := map[care.TaskKind]care.Completion{
		care.FirstListening: {Outcome: care.Heard, Needs: []string{"labour"}},
		care.SocialConsult:  {Outcome: care.NotNeeded},
		care.Orientation:    {Outcome: care.Informed},
	}[page.Items[0].Kind]
	return s.completing(caseID, page.Items[0].Kind, form)
}

// Two workers side by side, of which the newer comes and goes: what it alone can work
// waits for it, and what the older one can work does not.
func TestCoursesSideBySide(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.WorkingDays}))
	const each = 8
	kill := s.knowing(1)
	var old, young []string
	for range each {
		old = append(old, s.open())
	}
	kill()
	kill = s.knowing(2)
	for range each {
		young = append(young, s.open())
	}
	s.knowing(1)

	for coming := range *comings {
		kill()
		var waiting []ledger.Command
		for _, id := range append(append([]string{}, old...), young...) {
			cmd := s.answers(id)
			s.wake(cmd)
			waiting = append(waiting, cmd)
		}
		for _, cmd := range waiting[:each] {
			require.Equal(t, ledger.CommandWorked, s.worked(s.roleOf(cmd), cmd.ID).State)
		}
		time.Sleep(3 * time.Second) // the relay comes again meanwhile
		for _, cmd := range waiting[each:] {
			now, err := s.records.Command(t.Context(), s.staff[s.roleOf(cmd)], cmd.ID)
			require.NoError(t, err)
			require.Equal(t, ledger.CommandAccepted, now.State, "the older worker leaves it")
		}
		kill = s.knowing(2)
		back := time.Now()
		for _, cmd := range waiting {
			require.Equal(t, ledger.CommandWorked, s.worked(s.roleOf(cmd), cmd.ID).State)
		}
		t.Logf("time %d: all worked %s after the newer worker came back", coming+1, time.Since(back).Round(time.Millisecond))
		// Under load with both at work.
		for _, id := range append(append([]string{}, young...), old...) {
			cmd := s.answers(id)
			s.wake(cmd)
			require.Equal(t, ledger.CommandWorked, s.worked(s.roleOf(cmd), cmd.ID).State)
		}
	}
	for _, id := range append(append([]string{}, old...), young...) {
		s.quiet(ledger.CaseRun(id))
	}
	pool := s.pool(standalone.Worker)
	for _, of := range []struct {
		cases  []string
		course int
	}{{old, 1}, {young, 2}} {
		for _, id := range of.cases {
			var course int
			require.NoError(t, postgres.Within(t.Context(), pool, postgres.Worker(id), nil, func(tx postgres.Tx) error {
				return tx.QueryRow(t.Context(), `SELECT course FROM run WHERE id = $1`, ledger.CaseRun(id)).Scan(&course)
			}))
			require.Equal(t, of.course, course)
		}
	}

	// Operations bring the old ones to the new course, each in one step.
	asked, err := machine.AskNewCourse(t.Context(), s.pool(standalone.Ops), care.RunCase, 2, "")
	require.NoError(t, err)
	require.Equal(t, each, asked)
	for _, id := range old {
		require.Eventually(t, func() bool { return s.moments(id)["new_course case"] == 1 }, time.Minute, 50*time.Millisecond)
		cmd := s.answers(id)
		s.wake(cmd)
		require.Equal(t, ledger.CommandWorked, s.worked(s.roleOf(cmd), cmd.ID).State)
	}
}

// quiet asserts that a run is at work, that none of its workflow tasks failed, and
// that its history is small.
func (s *site) quiet(id string) {
	s.t.Helper()
	events := 0
	history := s.temporal.GetWorkflowHistory(s.t.Context(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		e, err := history.Next()
		require.NoError(s.t, err)
		require.NotEqual(s.t, enums.EVENT_TYPE_WORKFLOW_TASK_FAILED, e.GetEventType(), "%s: %v", id, e.GetWorkflowTaskFailedEventAttributes())
		events++
	}
	require.Less(s.t, events, 500, id)
}
