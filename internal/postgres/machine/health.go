package machine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/loops"
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
// first, and says how many those were. Where that of one cannot be computed, those of
// the others are all the same: it is put off, and the error names it.
func (h *Health) Refresh(ctx context.Context, most int) (done int, err error) {
	var cases []string
	err = postgres.Promptly(ctx, h.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) (err error) {
		cases, err = waiting.Refresh(ctx, tx, h.there, h.Clock(), most)
		return err
	})
	if postgres.Unwritable(err) && len(cases) > 0 { // none: it is the look for them that fails
		return len(cases), h.refreshEach(ctx, cases)
	}
	return len(cases), err
}

// beforeNext is how long a case is put off whose health cannot be computed.
const beforeNext = 10 * time.Minute

// refreshEach computes the health of cases one by one.
func (h *Health) refreshEach(ctx context.Context, cases []string) error {
	var faults []error
	for _, id := range cases {
		loops.Moves(ctx) // with all of them the round lasts longer than one that hangs
		err := postgres.Promptly(ctx, h.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
			return waiting.RefreshOne(ctx, tx, h.there, h.Clock(), id)
		})
		if postgres.Unwritable(err) {
			faults = append(faults, fmt.Errorf("how case %s stands: %w", id, err))
			err = postgres.Promptly(ctx, h.pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
				return waiting.PutOff(ctx, tx, id, h.Clock().Add(beforeNext))
			})
		}
		if err != nil {
			return errors.Join(append(faults, err)...)
		}
	}
	return errors.Join(faults...)
}
