package machine

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/waiting"
)

// Health keeps how the open cases stand, where no step of theirs does: when a term
// passes, or when something else changes that their health depends on. It sees ids,
// codes and times of all cases, and nothing of a person.
type Health struct {
	// Clock tells the time by which a term has passed. Tests that skip time set it.
	Clock func() time.Time

	pool  *pgxpool.Pool
	there *time.Location
}

// NewHealth builds it on a pool whose login may join the role of the watch; there is
// where days are counted.
func NewHealth(pool *pgxpool.Pool, there *time.Location) *Health {
	return &Health{Clock: time.Now, pool: pool, there: there} //nolint:forbidigo // the clock where nobody sets another
}

// TryLead takes the lock that makes this process the one that refreshes, for as long
// as its connection lives.
func (h *Health) TryLead(ctx context.Context) (holds func(context.Context) error, release func(), ok bool, err error) {
	return tryLead(ctx, h.pool, refreshLock)
}

// Look marks the cases that have changed without anything telling so: what was
// accepted for them is not worked in time, or a run cannot go on. It keeps the counts
// by health short besides.
func (h *Health) Look(ctx context.Context) error {
	return postgres.Promptly(ctx, h.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		now := h.Clock()
		_, err := tx.Exec(ctx, `SELECT mark_unmoved($1, $2)`, now.Add(-health.Grace), now.Add(-ledger.ReportMaxAge))
		if err == nil {
			_, err = tx.Exec(ctx, `SELECT fold_health($1)`, mostLines)
		}
		return err
	})
}

// mostLines is how many lines the counts of cases by health may have before they are
// folded: as many as are added up in a fraction of a millisecond.
const mostLines = 200

// Refresh computes the health of some cases whose time has come, the longest due
// first, and says how many those were.
func (h *Health) Refresh(ctx context.Context, most int) (done int, err error) {
	err = postgres.Promptly(ctx, h.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		done, err = waiting.Refresh(ctx, tx, h.there, h.Clock(), most)
		return err
	})
	return done, err
}
