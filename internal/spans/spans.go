// Package spans tells a collector of traces how long each part of a click took. It
// tells of routes, operations and ids, never of what somebody typed or looked for, and
// nothing at all unless an address is given.
package spans

import (
	"context"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Spans are those of one process.
type Spans struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// Start makes the spans of a process, which go where OTEL_EXPORTER_OTLP_ENDPOINT says;
// the exporter reads it, and its other variables, itself. Whoever starts them ends them.
func Start(ctx context.Context, process, build string) (*Spans, error) {
	exporter, err := otlptracegrpc.New(ctx)
	if err != nil {
		return nil, err
	}
	about := resource.NewSchemaless(attribute.String("service.name", "percorso-"+process), attribute.String("service.version", build))
	return over(sdk.NewTracerProvider(sdk.WithBatcher(wordless{exporter}), sdk.WithResource(about))), nil
}

// wordless leaves out of spans what errors say: those of Postgres may quote a value.
type wordless struct{ sdk.SpanExporter }

// ExportSpans exports the spans without their words.
func (w wordless) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	bare := make([]sdk.ReadOnlySpan, len(spans))
	for i, s := range spans {
		bare[i] = bareSpan{s}
	}
	return w.SpanExporter.ExportSpans(ctx, bare)
}

type bareSpan struct{ sdk.ReadOnlySpan }

// Events are where errors are recorded.
func (bareSpan) Events() []sdk.Event { return nil }

// Status says that there was an error, and not which.
func (s bareSpan) Status() sdk.Status { return sdk.Status{Code: s.ReadOnlySpan.Status().Code} }

func over(provider *sdk.TracerProvider) *Spans {
	return &Spans{provider: provider, tracer: provider.Tracer("percorso")}
}

// End sends what was not sent yet.
func (s *Spans) End(ctx context.Context) error { return s.provider.Shutdown(ctx) }

// Pool lets a pool tell of its statements: which verb, and never the text or a value.
func (s *Spans) Pool(c *pgxpool.Config) {
	c.ConnConfig.Tracer = otelpgx.NewTracer(otelpgx.WithTracerProvider(s.provider),
		otelpgx.WithDisableSQLStatementInAttributes(), otelpgx.WithDisableConnectionDetailsInAttributes(), otelpgx.WithDisableAcquireTracer())
}

// Request is the span of a request by its route, which is the template and never the
// address. Whoever answers it ends it with the status.
func (s *Spans) Request(ctx context.Context, route, method string) (context.Context, func(status int)) {
	ctx, span := s.tracer.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.route", route), attribute.String("http.request.method", method)))
	return ctx, func(status int) {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= 500 {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}
