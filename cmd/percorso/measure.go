package main

import (
	"context"
	"net/http"

	"go.uber.org/zap"

	"percorso/internal/metrics"
	"percorso/internal/probe"
)

// measured counts what a process does where somebody may look, and else nothing.
func measured(address, process, build string, log *zap.Logger) (*metrics.Metrics, error) {
	if address == "" {
		return metrics.Off(), nil
	}
	return metrics.New(process, build, log)
}

// serveMetrics serves what is counted until ctx ends.
func serveMetrics(ctx context.Context, address string, m *metrics.Metrics, log *zap.Logger) {
	if address == "" {
		return
	}
	handler := http.NewServeMux()
	handler.Handle("GET /metrics", m.Handler())
	(&probe.Port{Address: address, Variable: "PERCORSO_METRICS_LISTEN", Handler: handler, Log: log}).Serve(ctx)
}
