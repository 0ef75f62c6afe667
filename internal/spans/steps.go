package spans

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	otel "go.opentelemetry.io/otel/trace"

	"percorso/activities"
	"percorso/internal/ledger"
	"percorso/internal/trace"
)

// Commands tells which click an accepted entry belongs to.
type Commands interface {
	// Trace gives what trace.Parent gave when the entry was accepted; empty: none.
	Trace(ctx context.Context, caseRun, id string) (string, error)
}

type steps struct {
	activities.Steps
	commands Commands
	s        *Spans
}

// Steps tells of the steps that are written through it, as parts of the click that
// they belong to. That is asked of the entry as it is stored: it may have waited for
// weeks, and been brought by the relay.
func (s *Spans) Steps(next activities.Steps, commands Commands) activities.Steps {
	return &steps{Steps: next, commands: commands, s: s}
}

// Record writes a step within its span.
func (s *steps) Record(ctx context.Context, step ledger.Step) (ledger.StepResult, error) {
	if parent, err := s.commands.Trace(ctx, step.Case, step.Entry.ID); err == nil { // without it the span stands alone
		ctx = trace.With(ctx, parent)
	}
	op := string(step.Entry.Answer.Operation)
	ctx, span := s.s.tracer.Start(ctx, "step "+op, otel.WithSpanKind(otel.SpanKindConsumer), otel.WithAttributes(
		attribute.String("percorso.operation", op), attribute.String("percorso.run", step.Run), attribute.String("percorso.command", step.Entry.ID)))
	defer span.End()
	res, err := s.Steps.Record(ctx, step)
	if err != nil {
		span.SetStatus(codes.Error, "") // the text is in the log
		return res, err
	}
	span.SetAttributes(attribute.String("percorso.verdict", string(res.Verdict)))
	return res, nil
}
