package metrics

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Pool measures a pool of connections to Postgres, by its name.
func (m *Metrics) Pool(name string, pool *pgxpool.Pool) error {
	if m.registry == nil {
		return nil
	}
	used, err := m.meter.Int64ObservableGauge("percorso.pool.used", metric.WithDescription("Connections to Postgres in use"))
	if err != nil {
		return err
	}
	idle, err := m.meter.Int64ObservableGauge("percorso.pool.idle", metric.WithDescription("Connections to Postgres that are idle"))
	if err != nil {
		return err
	}
	most, err := m.meter.Int64ObservableGauge("percorso.pool.max", metric.WithDescription("Connections to Postgres at most"))
	if err != nil {
		return err
	}
	waits, err := m.meter.Int64ObservableCounter("percorso.pool.waits", metric.WithDescription("Times that a connection was waited for"))
	if err != nil {
		return err
	}
	waited, err := m.meter.Float64ObservableCounter("percorso.pool.wait", metric.WithUnit("s"), metric.WithDescription("How long connections were waited for, in all"))
	if err != nil {
		return err
	}
	_, err = m.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		stat, of := pool.Stat(), metric.WithAttributes(attribute.String("pool", name))
		o.ObserveInt64(used, int64(stat.AcquiredConns()), of)
		o.ObserveInt64(idle, int64(stat.IdleConns()), of)
		o.ObserveInt64(most, int64(stat.MaxConns()), of)
		o.ObserveInt64(waits, stat.EmptyAcquireCount(), of)
		o.ObserveFloat64(waited, stat.EmptyAcquireWaitTime().Seconds(), of)
		return nil
	}, used, idle, most, waits, waited)
	return err
}
