package metrics

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"percorso/activities"
	"percorso/internal/ledger"
)

// steps counts the steps that others write.
type steps struct {
	activities.Steps
	m *Metrics
}

// Steps counts the steps that are written through it.
func (m *Metrics) Steps(next activities.Steps) activities.Steps { return &steps{Steps: next, m: m} }

// Record writes a step and counts what became of it.
func (s *steps) Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error) {
	began := time.Now()
	res, err := s.Steps.Record(ctx, step)
	kind := attribute.String("kind", string(ledger.KindOf(step.Run)))
	if err != nil {
		s.m.failures.Add(ctx, 1, metric.WithAttributes(kind))
		return res, err
	}
	s.count(ctx, step, res)
	s.m.writing.Record(ctx, time.Since(began).Seconds(), metric.WithAttributes(kind))
	if res.Verdict == ledger.Refused {
		s.m.refusals.Add(ctx, 1, metric.WithAttributes(kind, attribute.String("code", res.Result.Refusal)))
	}
	return res, nil
}

// Defer notes a step that cannot be written, and counts it.
func (s *steps) Defer(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error) {
	res, err := s.Steps.Defer(ctx, step, code)
	if err == nil {
		s.count(ctx, step, res)
	}
	return res, err
}

// Postpone notes a step that could not be written for a reason that may pass, and
// counts it.
func (s *steps) Postpone(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error) {
	res, err := s.Steps.Postpone(ctx, step, code)
	if err == nil {
		s.count(ctx, step, res)
	}
	return res, err
}

func (s *steps) count(ctx context.Context, step ledger.Step, res ledger.StepResult) {
	s.m.steps.Add(ctx, 1, metric.WithAttributes(attribute.String("kind", string(ledger.KindOf(step.Run))),
		attribute.String("operation", string(step.Entry.Answer.Operation)), attribute.String("verdict", string(res.Verdict))))
}
