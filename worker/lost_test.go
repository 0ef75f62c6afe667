package worker_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/machine"
	"percorso/internal/runs"
	"percorso/internal/watch"
)

// silenceVariable says for how long Temporal does not answer in a test.
const silenceVariable = "PERCORSO_TEST_SILENCE"

// mend has lost runs looked for by way of a Temporal, until the test ends.
func (s *site) mend(temporal client.Client) *observer.ObservedLogs {
	core, logs := observer.New(zap.InfoLevel)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	mender := watch.NewMender(machine.NewTroubles(s.pool(standalone.API)), runs.New(temporal), zap.New(core))
	go func() { done <- mender.Run(ctx) }()
	s.t.Cleanup(func() {
		cancel()
		require.NoError(s.t, <-done)
	})
	return logs
}

// terminate takes runs away from Temporal, and asks it whether they are gone.
func (s *site) terminate(ids ...string) {
	s.t.Helper()
	for _, id := range ids {
		require.NoError(s.t, s.temporal.TerminateWorkflow(s.t.Context(), id, "", "taken away by a test"))
		there, err := runs.New(s.temporal).There(s.t.Context(), id)
		require.NoError(s.t, err)
		require.False(s.t, there, "the fault did not fire")
	}
}

// open runs of the site, as Postgres has them.
func (s *site) runs() (all []ledger.OpenRun) {
	s.t.Helper()
	troubles := machine.NewTroubles(s.pool(standalone.API))
	var ids []string
	for _, kind := range care.RunKinds {
		some, err := troubles.OpenOf(s.t.Context(), kind, "", 1000)
		require.NoError(s.t, err)
		ids = append(ids, some...)
	}
	all, err := troubles.StillOpen(s.t.Context(), ids)
	require.NoError(s.t, err)
	return all
}

// back waits until runs are in Temporal again, each taken over once.
func (s *site) back(before []ledger.OpenRun) {
	s.t.Helper()
	troubles := machine.NewTroubles(s.pool(standalone.API))
	epoch := func(run string) int {
		open, err := troubles.StillOpen(s.t.Context(), []string{run})
		require.NoError(s.t, err)
		require.Len(s.t, open, 1)
		return open[0].Epoch
	}
	for _, run := range before {
		require.Eventually(s.t, func() bool {
			there, err := runs.New(s.temporal).There(s.t.Context(), run.ID)
			return err == nil && there && epoch(run.ID) > run.Epoch
		}, 5*time.Minute, 200*time.Millisecond, "%s never came back", run.ID)
		require.Equal(s.t, run.Epoch+1, epoch(run.ID), "%s was started more than once", run.ID)
	}
}

// A run that is terminated comes back by itself, nobody having asked for anything, and
// goes on; the case's timeline says so.
func TestLostRunComesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Hours}))
	defer s.work()()
	id, other := s.open(), s.open()
	logs := s.mend(s.temporal)
	s.complete(id, care.FirstListening, heard)
	before, untouched := s.runOf("case/"+id), s.runOf("case/"+other)
	s.terminate(before.ID)
	s.back([]ledger.OpenRun{before})
	s.complete(id, care.Orientation, booked)
	s.once(id, "task_completed first_listening/heard", "task_completed orientation/booked", "run_restarted case")
	require.Equal(t, untouched, s.runOf("case/"+other))
	require.NotZero(t, logs.FilterMessage("Temporal has lost runs, which are started again").Len())
}

// All runs are terminated, one of them while an answer to it is on its way: all come
// back, the answer is worked, and nothing happens twice.
func TestAllRunsLost(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Hours}))
	defer s.work()()
	var ids []string
	for range 5 {
		ids = append(ids, s.open())
	}
	s.complete(ids[0], care.FirstListening, heard)
	s.complete(ids[0], care.Orientation, booked) // which begins a branch
	before := s.runs()
	require.Greater(t, len(before), 5)
	s.mend(s.temporal)
	for _, run := range before {
		s.terminate(run.ID)
	}
	listening := s.completing(ids[1], care.FirstListening, heard)
	s.back(before)
	require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, listening.ID).State, "an accepted answer stayed accepted")
	for i, id := range ids {
		s.once(id, "run_restarted case")
		if i > 1 {
			s.complete(id, care.FirstListening, heard)
		}
		s.once(id, "task_completed first_listening/heard")
	}
}

// A worker dies between the commit of a step and the end of its workflow task, and the
// run is terminated before anybody could finish it.
func TestRunLostInTheMiddleOfAStep(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Hours}))
	stop := s.work()
	id := s.open()
	listening := s.completing(id, care.FirstListening, heard)
	stop()
	fires := s.workUnder(afterCommit)
	s.send(listening)
	fires()
	before := s.runOf("case/" + id)
	s.terminate(before.ID)
	defer s.work()()
	s.mend(s.temporal)
	s.back([]ledger.OpenRun{before})
	require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, listening.ID).State)
	s.complete(id, care.Orientation, booked)
	s.once(id, "task_completed first_listening/heard", "task_completed orientation/booked", "run_restarted case")
}

// A Temporal that says nothing has lost nothing, for however long it is silent, though
// commands wait and clocks are overdue.
func TestSilentTemporalHasLostNothing(t *testing.T) {
	t.Parallel()
	silence, err := time.ParseDuration(orText(os.Getenv(silenceVariable), "20s"))
	require.NoError(t, err)
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Hours}))
	defer s.work()()
	id, idle := s.open(), s.open()
	s.complete(id, care.FirstListening, heard)

	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(proxies, "temporal", "127.0.0.1:0", s.stack.Addresses().Temporal)
	require.NoError(t, proxy.Start())
	t.Cleanup(proxy.Stop)
	logs := s.mend(dial(t, proxy.Listen))
	before := s.runs()
	_, err = proxy.Toxics.AddToxicJson(strings.NewReader(`{"type": "timeout", "stream": "downstream", "attributes": {"timeout": 0}}`))
	require.NoError(t, err)
	// Something is suspected meanwhile, so that Temporal is asked about single runs too.
	suspected, err := s.pool(standalone.API).Begin(t.Context())
	require.NoError(t, err)
	for _, statement := range []string{"SET LOCAL ROLE percorso_watch", "INSERT INTO run_suspect (run_id, at) SELECT id, now() FROM run WHERE ended_at IS NULL"} {
		_, err = suspected.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, suspected.Commit(t.Context()))
	time.Sleep(silence)
	require.Eventually(t, func() bool { return logs.FilterMessage("lost runs are not looked for").Len() > 0 }, time.Minute, 100*time.Millisecond,
		"the fault did not fire: Temporal answered")
	require.NoError(t, proxy.Toxics.RemoveToxic(t.Context(), "timeout_downstream"))
	proxy.Stop() // connections that swallowed their answers are of no use any more
	require.NoError(t, proxy.Start())
	require.Eventually(t, func() bool { return logs.FilterMessage("lost runs are looked for again").Len() > 0 }, 2*time.Minute, 100*time.Millisecond)
	require.Zero(t, logs.FilterMessage("Temporal has lost runs, which are started again").Len())
	require.Equal(t, before, s.runs(), "a run was taken over")
	s.complete(id, care.Orientation, booked)
	for _, c := range []string{id, idle} {
		require.Zero(t, s.moments(c)["run_restarted case"])
	}
}

// Nobody works a database that was only filled to be measured: none of its runs is started.
func TestUnattendedDatabaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Hours}))
	stop := s.work()
	id := s.open()
	stop()
	before := s.runOf("case/" + id)
	_, err := s.owner().Exec(t.Context(), `INSERT INTO unattended DEFAULT VALUES`)
	require.NoError(t, err)
	s.terminate(before.ID)
	logs := s.mend(s.temporal)
	time.Sleep(12 * time.Second) // two rounds, of which the first one compares everything
	require.Zero(t, logs.Len())
	there, err := runs.New(s.temporal).There(t.Context(), before.ID)
	require.NoError(t, err)
	require.False(t, there)
	// Without the mark the same run comes back: it was the mark that kept it.
	_, err = s.owner().Exec(t.Context(), `DELETE FROM unattended`)
	require.NoError(t, err)
	defer s.work()()
	s.back([]ledger.OpenRun{before})
}

func (s *site) runOf(id string) ledger.OpenRun {
	s.t.Helper()
	open, err := machine.NewTroubles(s.pool(standalone.API)).StillOpen(s.t.Context(), []string{id})
	require.NoError(s.t, err)
	require.Len(s.t, open, 1)
	return open[0]
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
