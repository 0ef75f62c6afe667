package metrics

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"percorso/activities"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
)

// page is what Prometheus reads.
func page(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code)
	return w.Body.String()
}

// store tells what a test puts in.
type store struct {
	figures ledger.Figures
	report  ledger.MachineReport
	err     error
	asked   int
}

func (s *store) Figures(context.Context) (ledger.Figures, error) { s.asked++; return s.figures, s.err }
func (s *store) Reported(context.Context) (ledger.MachineReport, float64, error) {
	return s.report, 2, s.err
}

// written gives one result for each step.
type written struct {
	activities.Steps // of which the test needs no other
	results          []ledger.StepResult
	err              error
}

func (w *written) Load(context.Context, ledger.Start) (ledger.StepResult, error) {
	return ledger.StepResult{}, nil
}

func (w *written) Defer(context.Context, ledger.Step, string) (ledger.StepResult, error) {
	return ledger.StepResult{Verdict: ledger.Deferred}, nil
}
func (w *written) Postpone(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error) {
	return w.Defer(ctx, step, code)
}

func (w *written) Record(context.Context, ledger.Step) (res ledger.StepResult, err error) {
	if len(w.results) == 0 {
		return res, w.err
	}
	res, w.results = w.results[0], w.results[1:]
	return res, nil
}

func TestWhatIsCounted(t *testing.T) {
	m, err := New("worker", "1.2.3", zap.NewNop())
	require.NoError(t, err)
	steps := m.Steps(&written{err: errors.New("away"), results: []ledger.StepResult{
		{Verdict: ledger.Recorded}, {Verdict: ledger.Refused, Result: ledger.Result{Refusal: "not_awaited"}},
	}})
	step := ledger.Step{Run: "case/1", Entry: ledger.Entry{ID: "Zqxmarker", Answer: care.Answer{Operation: care.OpComplete}}}
	for range 3 {
		_, _ = steps.Record(t.Context(), step)
	}
	_, _ = steps.Defer(t.Context(), step, "22000")
	_, _ = steps.Postpone(t.Context(), step, "57014")
	m.Request(t.Context(), "/api/v1/tasks/:id", http.MethodGet, http.StatusNotFound, time.Millisecond)
	told := &store{figures: ledger.Figures{Entries: 3, OldestEntry: 61, Cases: map[health.Health]int{health.Late: 5, health.Broken: 0}}, report: ledger.MachineReport{Pollers: 2, Mails: ledger.MailState{Held: 7}}}
	require.NoError(t, m.Store(told))
	for range 2 {
		text := page(t, m)
		for _, line := range []string{
			`percorso_build_info{build="1.2.3",process="worker"} 1`,
			`percorso_steps_total{kind="case",operation="complete",verdict="recorded"} 1`,
			`percorso_steps_total{kind="case",operation="complete",verdict="refused"} 1`,
			`percorso_steps_total{kind="case",operation="complete",verdict="deferred"} 2`,
			`percorso_refusals_total{code="not_awaited",kind="case"} 1`,
			`percorso_step_failures_total{kind="case"} 1`,
			`percorso_http_request_duration_seconds_count{method="GET",route="/api/v1/tasks/:id",status="4xx"} 1`,
			`percorso_store_answers 1`, `percorso_workers 2`, `percorso_mails_held 7`, `percorso_entries_waiting 3`, `percorso_oldest_entry_age_seconds 61`, `percorso_watch_age_seconds 2`,
			`percorso_cases{health="late"} 5`, `percorso_cases{health="broken"} 0`,
		} {
			require.Contains(t, text, line+"\n")
		}
		require.NotContains(t, text, "Zqxmarker")
	}
	require.Equal(t, 1, told.asked, "whoever looks often costs Postgres no more")
}

// Where Postgres does not answer nothing is known, and no old figure stands for it.
func TestAStoreThatDoesNotAnswer(t *testing.T) {
	m, err := New("api", "1.2.3", zap.NewNop())
	require.NoError(t, err)
	require.NoError(t, m.Store(&store{err: errors.New("away")}))
	text := page(t, m)
	require.Contains(t, text, "percorso_store_answers 0\n")
	require.NotContains(t, text, "percorso_workers")
}

func TestOffCountsNothing(t *testing.T) {
	m := Off()
	require.Nil(t, m.Handler())
	require.NoError(t, m.Store(&store{err: errors.New("away")}))
	m.Request(t.Context(), "/", http.MethodGet, http.StatusOK, time.Millisecond)
	var o client.Options
	m.Temporal(&o)
	require.Nil(t, o.MetricsHandler, "the SDK pays nothing for it either")
	_, err := m.Steps(&written{}).Record(t.Context(), ledger.Step{Run: "case/1"})
	require.NoError(t, err)
}
