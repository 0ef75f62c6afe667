package spans

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	otel "go.opentelemetry.io/otel/trace"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/trace"
)

const (
	id     = "4bf92f3577b34da6a3ce929d0e0e4736"
	parent = "00-" + id + "-00f067aa0ba902b7-01"
)

// stored is a store of one command whose steps fail with words.
type stored struct{ within string }

func (s *stored) Trace(context.Context, string, string) (string, error) { return parent, nil }
func (s *stored) Load(context.Context, ledger.Start) (ledger.StepResult, error) {
	return ledger.StepResult{}, nil
}
func (s *stored) Defer(context.Context, ledger.Step, string) (ledger.StepResult, error) {
	return ledger.StepResult{Verdict: ledger.Deferred}, nil
}
func (s *stored) Postpone(context.Context, ledger.Step, string) (ledger.StepResult, error) {
	return ledger.StepResult{}, nil
}
func (s *stored) DeferRun(context.Context, ledger.Start, string, bool) error { return nil }
func (s *stored) Answers(context.Context) error                              { return nil }
func (s *stored) Record(ctx context.Context, _ ledger.Step) (ledger.StepResult, error) {
	s.within = trace.ID(ctx)
	otel.SpanFromContext(ctx).RecordError(errors.New("Zqxmarker"))
	return ledger.StepResult{}, errors.New("Zqxmarker")
}

// A step is part of the click that its entry was accepted in, and what goes out of
// the process has ids and codes and no words.
func TestAStepIsPartOfItsClick(t *testing.T) {
	sent := tracetest.NewInMemoryExporter()
	s := over(sdk.NewTracerProvider(sdk.WithSyncer(wordless{sent})))
	_, end := s.Request(trace.FromCaller(t.Context(), []string{parent}), "/api/v1/tasks/:id/complete", "POST")
	end(503)
	store := &stored{}
	_, err := s.Steps(store, store).Record(t.Context(), ledger.Step{
		Run: "case/1", Case: "case/1", Entry: ledger.Entry{ID: "c1", Answer: care.Answer{Operation: care.OpComplete}}})
	require.Error(t, err)
	require.Equal(t, id, store.within, "its statements are parts of it too")
	require.Len(t, sent.GetSpans(), 2)
	for i, name := range []string{"POST /api/v1/tasks/:id/complete", "step complete"} {
		span := sent.GetSpans()[i]
		require.Equal(t, name, span.Name)
		require.Equal(t, id, span.SpanContext.TraceID().String())
		require.Equal(t, "00f067aa0ba902b7", span.Parent.SpanID().String())
		require.NotContains(t, fmt.Sprintf("%+v", span), "Zqxmarker")
	}
	require.NoError(t, s.End(t.Context()))
}
