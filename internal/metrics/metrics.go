// Package metrics counts what a process does, for Prometheus. No label tells of a
// person, a case, a member of staff or an agency: labels are kinds, operations, codes
// and routes, of which there are few. Labels holds the list of them.
package metrics

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.uber.org/zap"
)

// Metrics are those of one process.
type Metrics struct {
	registry *prometheus.Registry // nil: nobody looks, and nothing is counted
	provider metric.MeterProvider
	meter    metric.Meter
	log      *zap.Logger

	requests metric.Float64Histogram
	steps    metric.Int64Counter
	writing  metric.Float64Histogram
	refusals metric.Int64Counter
	failures metric.Int64Counter
	mails    metric.Int64Counter
	restarts metric.Int64Counter
}

// Off counts nothing.
func Off() *Metrics {
	m := &Metrics{provider: noop.NewMeterProvider(), log: zap.NewNop()}
	_ = m.instruments() // of one that counts nothing none fails
	return m
}

// New counts what a process of some build does.
func New(process, build string, log *zap.Logger) (*Metrics, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo(), exporter.WithoutTargetInfo(),
		exporter.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithSuffixes))
	if err != nil {
		return nil, err
	}
	m := &Metrics{registry: registry, provider: sdk.NewMeterProvider(sdk.WithReader(reader)), log: log}
	if err := m.instruments(); err != nil {
		return nil, err
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "percorso_build_info", Help: "Which process this is, of which build",
		ConstLabels: prometheus.Labels{"process": process, "build": build}})
	info.Set(1)
	return m, registry.Register(info)
}

// durations are the bounds of what takes some milliseconds, up to what somebody waits for.
var durations = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func (m *Metrics) instruments() (err error) {
	m.meter = m.provider.Meter("percorso")
	make := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	counter := func(into *metric.Int64Counter, name, about string) {
		make(func() (err error) { *into, err = m.meter.Int64Counter(name, metric.WithDescription(about)); return })
	}
	histogram := func(into *metric.Float64Histogram, name, about string) {
		make(func() (err error) {
			*into, err = m.meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(about), metric.WithExplicitBucketBoundaries(durations...))
			return
		})
	}
	histogram(&m.requests, "percorso.http.request.duration", "How long requests took")
	counter(&m.steps, "percorso.steps", "Steps of runs, by what became of them")
	histogram(&m.writing, "percorso.step.duration", "How long a step took in Postgres")
	counter(&m.refusals, "percorso.refusals", "Entries that a step refused, by why")
	counter(&m.failures, "percorso.step.failures", "Tries to write a step that came to nothing")
	counter(&m.restarts, "percorso.runs.restarted", "Lost runs that were started again")
	counter(&m.mails, "percorso.mails", "Tries to send a mail, by what became of them")
	return err
}

// Handler serves what was counted, in Prometheus' format; nil: nothing is.
func (m *Metrics) Handler() http.Handler {
	if m.registry == nil {
		return nil
	}
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorLog: zap.NewStdLog(m.log)})
}

// Temporal counts what Temporal's SDK does with a client.
func (m *Metrics) Temporal(o *client.Options) {
	if m.registry == nil {
		return
	}
	o.MetricsHandler = opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter: m.provider.Meter("temporal-sdk-go"), UseMonotonicCounters: true,
		OnError: func(err error) { m.log.Warn("a metric of Temporal's SDK", zap.Error(err)) },
	})
}

// Request counts a request that was answered. Its route is the template, never the
// address; of the status the class is enough.
func (m *Metrics) Request(ctx context.Context, route, method string, status int, took time.Duration) {
	class := strconv.Itoa(status/100) + "xx"
	m.requests.Record(ctx, took.Seconds(), metric.WithAttributes(attribute.String("route", route), attribute.String("method", method), attribute.String("status", class)))
}

// Restarts counts the lost runs that this process starts again, from none on: so the
// first of them is seen to be one more.
func (m *Metrics) Restarts() func(ctx context.Context, runs int) {
	m.restarts.Add(context.Background(), 0)
	return func(ctx context.Context, runs int) { m.restarts.Add(ctx, int64(runs)) }
}

// Labels are all that the metrics may have, those of Go and of Temporal's SDK
// included. A test walks the metrics of a stack that was worked with.
var Labels = []string{
	"le", "quantile", "version", // of histograms, and of Go
	"process", "build", // which process this is
	"route", "method", "status", // of requests
	"kind", "operation", "verdict", "code", // of steps
	"outcome",                                                                                  // of mails
	"health",                                                                                   // of cases
	"pool",                                                                                     // of connections
	"namespace", "client_name", "worker_type", "poller_type", "workflow_type", "activity_type", // of the SDK
	"task_queue", "status_code", "failure_reason", "error_type", "cause", "slot_type", "query_type", "nexus_service", "nexus_operation", "service_name",
}
