// Package trace says which click a context belongs to, in the ids of W3C's trace
// context. A caller may bring them; they go into whatever Postgres keeps of the click,
// so that they outlast a Temporal that is away and a run that is rebuilt.
package trace

import (
	"context"
	"crypto/rand"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Header is where a caller gives the ids.
const Header = "traceparent"

// FromCaller takes the ids over that a caller gives, if they are some. What else such
// a caller may say (tracestate, baggage) can be any text, and is left out.
func FromCaller(ctx context.Context, given []string) context.Context {
	if len(given) != 1 {
		return ctx
	}
	return With(ctx, given[0])
}

// With is a context of the click that a text names; one that names none changes nothing.
func With(ctx context.Context, parent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{Header: parent})
}

// Ensured is a context that has ids: its own, else new ones.
func Ensured(ctx context.Context) context.Context {
	if trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	var ids trace.SpanContextConfig
	_, _ = rand.Read(ids.TraceID[:]) // never fails
	_, _ = rand.Read(ids.SpanID[:])
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(ids))
}

// Parent names the click that a context belongs to, for whoever goes on with it;
// empty: none.
func Parent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier[Header]
}

// ID is the id by which logs and stored rows of the click are found; empty: none.
func ID(ctx context.Context) string {
	ids := trace.SpanContextFromContext(ctx)
	if !ids.HasTraceID() {
		return ""
	}
	return ids.TraceID().String()
}
