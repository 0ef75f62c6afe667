// Package promises keeps what people remind themselves of.
package promises

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/promise"
)

// Store keeps promises. Row-level security shows each to its author alone, while they see the case.
type Store struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Store { return &Store{pool, clock} }

// selectPromises reads those whose time is not over, the first first.
const selectPromises = `SELECT r.id::text, coalesce(r.case_id::text, '') AS case_id, coalesce(f.number, '') AS number,
		btrim(coalesce(p.given_name || ' ' || p.family_name, '')) AS person, r.on_day, r.minute, r.sealed, r.done_at
	FROM promise r LEFT JOIN case_file f ON f.id = r.case_id LEFT JOIN person p ON p.case_id = r.case_id
	WHERE CASE WHEN r.done_at IS NULL THEN r.on_day >= $1 ELSE r.done_at >= $2 END `

const inOrder = ` ORDER BY r.on_day, r.minute NULLS FIRST, r.id`

// Promises lists those of the caller that are not done, or else those that are. The reading of
// whom they name leaves a line.
func (s *Store) Promises(ctx context.Context, who care.Staff, done bool) (list []promise.Promise, err error) {
	since := s.clock().Add(-promise.Life)
	err = s.within(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[promise.Promise](ctx, tx, selectPromises+`AND (r.done_at IS NOT NULL) = $3`+inOrder, care.DayOf(since), since, done)
		if err != nil {
			return err
		}
		return note(ctx, tx, postgres.IDs(list, func(r promise.Promise) string { return r.CaseID }))
	})
	return list, err
}

// PromisesOf lists those about a case that are not done, for whoever is shown the case.
func (s *Store) PromisesOf(ctx context.Context, who care.Staff, caseID string) (list []promise.Promise, err error) {
	since := s.clock().Add(-promise.Life)
	err = s.within(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[promise.Promise](ctx, tx, selectPromises+`AND r.done_at IS NULL AND r.case_id = $3`+inOrder, care.DayOf(since), since, caseID)
		return err
	})
	return list, err
}

// PromisesLeft lists those of others about cases that the caller follows, which their authors
// see no more: that there were any, without what they say.
func (s *Store) PromisesLeft(ctx context.Context, who care.Staff) (list []promise.Left, err error) {
	err = s.within(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[promise.Left](ctx, tx, `SELECT * FROM promises_left()`)
		if err != nil {
			return err
		}
		return note(ctx, tx, postgres.IDs(list, func(r promise.Left) string { return r.CaseID }))
	})
	return list, err
}

func note(ctx context.Context, tx postgres.Tx, cases []string) error {
	if len(cases) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT note_reading($1, $2, 'promises', NULL, $3, '')`, ledger.ListCases, ledger.ReadingPurposes[ledger.ListCases], cases)
	return err
}

// AddPromise keeps a new one; kept once already it is well. Of two forms of the same author the
// second waits, so that nobody has more than they may. ledger.ErrNotFound: the caller does not see the case.
func (s *Store) AddPromise(ctx context.Context, who care.Staff, r promise.Promise) error {
	return s.within(ctx, who, func(tx postgres.Tx) error {
		var known bool
		var open int
		var sees bool
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('promise ' || $1, 0))`, who.ID); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM promise WHERE id = $1), (SELECT count(*) FROM promise WHERE done_at IS NULL),
			$2 = '' OR EXISTS (SELECT FROM case_file WHERE id = nullif($2, '')::uuid)`, r.ID, r.CaseID).Scan(&known, &open, &sees)
		switch {
		case err != nil || known:
			return err
		case !sees:
			return ledger.ErrNotFound
		case open >= promise.Most:
			return care.Refuse(care.Fault{Field: "note", Rule: promise.RuleMost})
		}
		_, err = tx.Exec(ctx, `INSERT INTO promise (id, staff, case_id, on_day, minute, sealed, made_at) VALUES ($1, $2, nullif($3, '')::uuid, $4, $5, $6, $7)`,
			r.ID, who.ID, r.CaseID, r.Day, r.Minute, r.Sealed, s.clock())
		return err
	})
}

// MovePromise moves one of the caller's to another day.
func (s *Store) MovePromise(ctx context.Context, who care.Staff, id string, to promise.When) error {
	return s.change(ctx, who, `UPDATE promise SET on_day = $2, minute = $3 WHERE id = $1 AND done_at IS NULL`, id, to.Day, to.Minute)
}

// EndPromise says that one of the caller's is done, or takes that back.
func (s *Store) EndPromise(ctx context.Context, who care.Staff, id string, done bool) error {
	return s.change(ctx, who, `UPDATE promise SET done_at = CASE WHEN $2 THEN coalesce(done_at, $3) END WHERE id = $1`, id, done, s.clock())
}

// DropPromise deletes one of the caller's.
func (s *Store) DropPromise(ctx context.Context, who care.Staff, id string) error {
	return s.change(ctx, who, `DELETE FROM promise WHERE id = $1`, id)
}

// change does something to one of the caller's. ledger.ErrNotFound: they have none of that id.
func (s *Store) change(ctx context.Context, who care.Staff, sql string, args ...any) error {
	return s.within(ctx, who, func(tx postgres.Tx) error {
		tag, err := tx.Exec(ctx, sql, args...)
		if err == nil && tag.RowsAffected() == 0 {
			err = ledger.ErrNotFound
		}
		return err
	})
}

// DropLeft deletes one of PromisesLeft, of which the caller has taken note; none is well.
func (s *Store) DropLeft(ctx context.Context, who care.Staff, id string) error {
	return s.within(ctx, who, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `SELECT drop_left_promise($1)`, id)
		return err
	})
}

// Forgetting deletes those of everybody whose time is over.
func Forgetting(pool *pgxpool.Pool) func(context.Context) error {
	return func(ctx context.Context) error {
		return postgres.Within(ctx, pool, postgres.Anyone(), nil, func(tx postgres.Tx) error {
			_, err := tx.Exec(ctx, `SELECT forget_promises($1)`, promise.Life)
			return err
		})
	}
}

func (s *Store) within(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, work)
}
