// Package seals seals the lines of audit and timeline, so that percorso audit verify
// can find one that was changed, taken out or put in afterwards.
package seals

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"percorso/internal/postgres"
)

// chunk is how many lines a seal is over at most: what there was before there were
// seals comes in many of them, each in a transaction of its own.
const chunk = 5000

// Made is a seal as the sealer made it.
type Made struct {
	Number int64
	Book   string // audit or timeline
	Lines  int64
	Digest string // in hexadecimal: what an installation keeps elsewhere
}

// Seal makes the next seal, in a transaction of its own. nil: there is nothing to seal
// now, or another process seals.
func Seal(ctx context.Context, pool *pgxpool.Pool, most int) (*Made, error) {
	var made *Made
	err := postgres.Within(ctx, pool, postgres.Watch(), nil, func(tx postgres.Tx) error {
		var m Made
		var digest []byte
		err := tx.QueryRow(ctx, `SELECT sealed, of_book, of_lines, made FROM seal_lines($1)`, most).Scan(&m.Number, &m.Book, &m.Lines, &digest)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		m.Digest = hex.EncodeToString(digest)
		made = &m
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

const (
	period  = time.Minute
	timeout = 30 * time.Second // of one seal
	// late is for how long a line may wait for its seal before somebody has to look.
	late = 10 * time.Minute
)

// Run seals each minute until ctx is done. All API processes run it: most lines come
// from what people read there, and it needs neither a worker nor Temporal. One at a
// time seals, by an advisory lock that nobody else waits for.
func Run(ctx context.Context, pool *pgxpool.Pool, log *zap.Logger) {
	behind := false
	for {
		if err := all(ctx, pool, log); err != nil && ctx.Err() == nil {
			log.Warn("the audit cannot be sealed", zap.Error(err))
		}
		since, err := UnsealedSince(ctx, pool)
		isLate := err == nil && since != nil && time.Since(*since) > late //nolint:forbidigo // how long the machine has not sealed
		switch {
		case isLate && !behind:
			log.Error("the audit is not sealed any more", zap.Timep("since", since))
			behind = true
		case err == nil && !isLate && behind:
			log.Info("the audit is sealed again")
			behind = false
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(period):
		}
	}
}

// all seals what there is.
func all(ctx context.Context, pool *pgxpool.Pool, log *zap.Logger) error {
	for {
		one, cancel := context.WithTimeout(ctx, timeout)
		made, err := Seal(one, pool, chunk)
		cancel()
		if err != nil || made == nil {
			return err
		}
		log.Info("lines are sealed", zap.Int64("seal", made.Number), zap.String("book", made.Book), zap.Int64("lines", made.Lines), zap.String("digest", made.Digest))
	}
}

// Late says whether a line of the audit has waited for its seal for too long.
func Late(ctx context.Context, pool *pgxpool.Pool) (isLate bool, err error) {
	err = postgres.Promptly(ctx, pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT coalesce(unsealed_since() < clock_timestamp() - $1::interval, false)`, late).Scan(&isLate)
	})
	return isLate, err
}

// UnsealedSince says since when the audit has had a line that no seal is over; nil: it
// has none.
func UnsealedSince(ctx context.Context, pool *pgxpool.Pool) (since *time.Time, err error) {
	err = postgres.Promptly(ctx, pool, postgres.Watch(), func(ctx context.Context, tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT unsealed_since()`).Scan(&since)
	})
	return since, err
}
