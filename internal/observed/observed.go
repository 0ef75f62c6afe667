// Package observed has a process seen from outside: what it counts, and how long each
// part of a click takes, where its settings say who looks.
package observed

import (
	"context"
	"net/http"
	"time"

	"go.uber.org/zap"

	"percorso/internal/metrics"
	"percorso/internal/probe"
	"percorso/internal/spans"
)

// Counts counts what a process does where somebody may look, and else nothing.
func Counts(address, process, build string, log *zap.Logger) (*metrics.Metrics, error) {
	if address == "" {
		return metrics.Off(), nil
	}
	return metrics.New(process, build, log)
}

// Traces tells a collector how long each part of a click takes, where there is one,
// until end is called.
func Traces(ctx context.Context, on bool, process, build string, log *zap.Logger) (told *spans.Spans, end func(), err error) {
	if !on {
		return nil, func() {}, nil
	}
	if told, err = spans.Start(ctx, process, build); err != nil {
		return nil, nil, err
	}
	return told, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := told.End(last); err != nil {
			log.Warn("the last spans were not sent", zap.Error(err))
		}
	}, nil
}

// Serve serves what is counted until ctx ends.
func Serve(ctx context.Context, address string, m *metrics.Metrics, log *zap.Logger) {
	if address == "" {
		return
	}
	handler := http.NewServeMux()
	handler.Handle("GET /metrics", m.Handler())
	(&probe.Port{Address: address, Variable: "PERCORSO_METRICS_LISTEN", Handler: handler, Log: log}).Serve(ctx)
}
