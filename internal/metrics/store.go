package metrics

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"percorso/internal/ledger"
)

// Store tells how the machinery stands, as Postgres has it.
type Store interface {
	// Figures are counts and ages of what waits.
	Figures(ctx context.Context) (ledger.Figures, error)
	// Reported is what the watch last saw, and how many seconds ago.
	Reported(ctx context.Context) (ledger.MachineReport, float64, error)
}

// How long what was read counts, however often somebody looks. A report is one row,
// and a worker that is gone is to be seen soon; the figures are counted.
const (
	figuresAge = 15 * time.Second
	reportAge  = 2 * time.Second
	reading    = 4 * time.Second // of each at most
)

// seen is what the store told last.
type seen struct {
	store Store
	log   *zap.Logger

	mu       sync.Mutex
	counted  time.Time
	figures  ledger.Figures
	reported time.Time
	report   ledger.MachineReport
	age      float64 // of the report, in seconds
	err      error
}

func (s *seen) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reading)
	defer cancel()
	fresh := func(at *time.Time, age time.Duration) bool {
		if time.Since(*at) < age {
			return true
		}
		*at = time.Now()
		return false
	}
	if !fresh(&s.reported, reportAge) {
		s.report, s.age, s.err = s.store.Reported(ctx)
		if s.err == nil && !fresh(&s.counted, figuresAge) {
			if s.figures, s.err = s.store.Figures(ctx); s.err != nil {
				s.counted = time.Time{}
			}
		}
		if s.err != nil {
			s.log.Warn("how the machinery stands cannot be read", zap.Error(s.err))
		}
	}
	return s.err
}

// gauge is one figure: what it is called, what it says, and how it is taken.
type gauge struct {
	name, about, unit string
	of                func(*seen) float64
}

var gauges = []gauge{
	{"percorso.oldest.entry.age", "How long the oldest entry waits that no run has worked", "s", func(s *seen) float64 { return s.figures.OldestEntry }},
	{"percorso.overdue.clock.age", "How long ago the most overdue clock of a run should have fired", "s", func(s *seen) float64 { return s.figures.OverdueClock }},
	{"percorso.oldest.mail.age", "How long the oldest mail waits that was not sent", "s", func(s *seen) float64 { return s.figures.OldestMail }},
	{"percorso.entries.waiting", "Entries that no run has worked yet", "", func(s *seen) float64 { return float64(s.figures.Entries) }},
	{"percorso.entries.deferred", "Entries that cannot be written as they are", "", func(s *seen) float64 { return float64(s.figures.Deferred) }},
	{"percorso.audit.unsealed.age", "How long the oldest line of the audit waits for its seal", "s", func(s *seen) float64 { return s.figures.Unsealed }},
	{"percorso.mails.waiting", "Mails that were not sent yet", "", func(s *seen) float64 { return float64(s.figures.Mails) }},
	{"percorso.mails.held", "Mails that wait for the operator", "", func(s *seen) float64 { return float64(s.report.Mails.Held) }},
	{"percorso.mails.failed", "Mails that failed within a day", "", func(s *seen) float64 { return float64(s.report.Mails.Failed) }},
	{"percorso.workers", "Workers of the current version that are at work", "", func(s *seen) float64 { return float64(s.report.Pollers) }},
	{"percorso.runs.failing", "Runs whose workflow task keeps failing", "", func(s *seen) float64 { return float64(s.report.Failing) }},
	{"percorso.runs.missing", "Runs that Temporal has lost and that are not back yet", "", func(s *seen) float64 { return float64(s.report.Missing) }},
	{"percorso.runs.beyond", "Runs that wait for a worker of a newer version", "", func(s *seen) float64 { return float64(s.report.Beyond) }},
	{"percorso.temporal.away", "1 while Temporal does not answer the watch", "", func(s *seen) float64 { return said(s.report.TemporalAway) }},
	{"percorso.watch.age", "How long ago the watch looked at the machinery", "s", func(s *seen) float64 { return s.age }},
}

func said(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// Store measures what Postgres knows of the machinery. While it does not answer,
// percorso_store_answers is 0, and the other figures are not there: nothing is known.
func (m *Metrics) Store(store Store) error {
	if m.registry == nil {
		return nil
	}
	f := &seen{store: store, log: m.log}
	answers, err := m.meter.Float64ObservableGauge("percorso.store.answers", metric.WithDescription("1 while Postgres answers how the machinery stands"))
	if err != nil {
		return err
	}
	cases, err := m.meter.Float64ObservableGauge("percorso.cases", metric.WithDescription("Open cases, by how they stand"))
	if err != nil {
		return err
	}
	made, all := make([]metric.Float64ObservableGauge, len(gauges)), []metric.Observable{answers, cases}
	for i, g := range gauges {
		if made[i], err = m.meter.Float64ObservableGauge(g.name, metric.WithUnit(g.unit), metric.WithDescription(g.about)); err != nil {
			return err
		}
		all = append(all, made[i])
	}
	_, err = m.meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		err := f.read(ctx)
		o.ObserveFloat64(answers, said(err == nil))
		if err != nil {
			return nil //nolint:nilerr // percorso_store_answers tells it
		}
		for i, g := range gauges {
			o.ObserveFloat64(made[i], g.of(f))
		}
		for health, n := range f.figures.Cases {
			o.ObserveFloat64(cases, float64(n), metric.WithAttributes(attribute.String("health", string(health))))
		}
		return nil
	}, all...)
	return err
}
