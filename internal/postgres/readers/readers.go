// Package readers tells those who answer for it who read a zone's case files.
package readers

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Answers is what the supervisor and the privacy officer of a zone are told.
type Answers struct {
	pool   *pgxpool.Pool
	clock  func() time.Time
	digest func(text string) []byte
}

// New builds it on a pool whose login may join the API's role; digest makes the keyed
// digests of what is searched.
func New(pool *pgxpool.Pool, clock func() time.Time, digest func(string) []byte) *Answers {
	return &Answers{pool, clock, digest}
}

// daysAtOnce is how many days are told at once.
const daysAtOnce = 31

// FindReadCase finds the case of a number whose readers the privacy officer answers for:
// one of the zone, or one that it has handed over. ledger.ErrNotFound: there is none.
// ledger.ErrForbidden: the caller is no such officer.
func (r *Answers) FindReadCase(ctx context.Context, s care.Staff, number string) (id string, err error) {
	if s.Role != care.PrivacyOfficer {
		return "", ledger.ErrForbidden
	}
	var found *string
	err = postgres.Within(ctx, r.pool, postgres.App(s, r.clock()), nil, func(tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT find_officers_case($1, $2)::text`, number, r.digest(number)).Scan(&found)
	})
	if err == nil && found == nil {
		return "", ledger.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return *found, nil
}

// Readers tells who read or changed a case file while it was in the officer's zone, on
// the newest days before one. ledger.ErrNotFound: it is none of theirs, which leaves a
// line. ledger.ErrForbidden: the caller is no such officer.
func (r *Answers) Readers(ctx context.Context, s care.Staff, caseID string, before time.Time) (told ledger.Readers, err error) {
	switch {
	case s.Role != care.PrivacyOfficer:
		return told, ledger.ErrForbidden
	case !care.IsID(caseID):
		return told, ledger.ErrNotFound
	}
	missing := false
	err = postgres.Within(ctx, r.pool, postgres.App(s, r.clock()), nil, func(tx postgres.Tx) error {
		told = ledger.Readers{CaseID: caseID}
		err := tx.QueryRow(ctx, `SELECT number, handed_at FROM officers_case($1)`, caseID).Scan(&told.Number, &told.HandedAt)
		if missing = errors.Is(err, pgx.ErrNoRows); missing {
			_, err = tx.Exec(ctx, `SELECT note_refusal('case', $1)`, caseID)
		}
		if err != nil || missing {
			return err
		}
		told.Lines, err = postgres.Many[ledger.DaysReading](ctx, tx, `SELECT * FROM readers_by_day($1, $2::date, $3)`, caseID, before.Format(time.DateOnly), daysAtOnce+1)
		return err
	})
	if err == nil && missing {
		err = ledger.ErrNotFound
	}
	told.Lines, told.Before = firstDays(told.Lines)
	return told, err
}

// firstDays keeps the lines of the days that are told at once, and says before which
// day to go on.
func firstDays(lines []ledger.DaysReading) ([]ledger.DaysReading, *care.Date) {
	days := 0
	for i, line := range lines {
		if i > 0 && line.Day.Equal(lines[i-1].Day) {
			continue
		}
		if days++; days > daysAtOnce {
			return lines[:i], care.DateOf(lines[i-1].Day)
		}
	}
	return lines, nil
}
