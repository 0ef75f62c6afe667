// Package drafts keeps forms that people have begun and not sent.
package drafts

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/kept"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Bounds of what is kept.
const (
	age  = 30 * 24 * time.Hour // since somebody last wrote in it
	most = 50                  // of one author: the oldest gives way
)

// Store keeps drafts. Row-level security shows each to its author alone.
type Store struct {
	pool  *pgxpool.Pool
	clock func() time.Time
}

// New builds the store on a pool whose login may join the API's role.
func New(pool *pgxpool.Pool, clock func() time.Time) *Store { return &Store{pool, clock} }

// KeepDraft keeps a draft in the place of the author's earlier one of the same form,
// which keeps its id and its page.
func (s *Store) KeepDraft(ctx context.Context, who care.Staff, d kept.Draft) error {
	return s.within(ctx, who, func(tx postgres.Tx) error {
		var b pgx.Batch
		b.Queue(`INSERT INTO draft (staff, path, id, page, sealed, kept_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (staff, path) DO UPDATE SET sealed = excluded.sealed, kept_at = excluded.kept_at,
				page = CASE draft.page WHEN '' THEN excluded.page ELSE draft.page END`, who.ID, d.Path, d.ID, d.Page, d.Sealed, s.clock())
		b.Queue(`DELETE FROM draft WHERE kept_at < $1 OR path IN (SELECT path FROM draft ORDER BY kept_at DESC OFFSET $2)`, s.clock().Add(-age), most)
		return tx.SendBatch(ctx, &b).Close()
	})
}

// Drafts lists those of the caller, the newest first, without what was typed.
func (s *Store) Drafts(ctx context.Context, who care.Staff) (list []kept.Draft, err error) {
	err = s.within(ctx, who, func(tx postgres.Tx) error {
		list, err = postgres.Many[kept.Draft](ctx, tx, `SELECT id::text, path, page, ''::bytea AS sealed, kept_at FROM draft WHERE kept_at >= $1 ORDER BY kept_at DESC, path`, s.clock().Add(-age))
		return err
	})
	return list, err
}

// Draft reads one of the caller. ledger.ErrNotFound: they have none with that id.
func (s *Store) Draft(ctx context.Context, who care.Staff, id string) (d kept.Draft, err error) {
	err = s.within(ctx, who, func(tx postgres.Tx) error {
		d, err = postgres.One[kept.Draft](ctx, tx, `SELECT id::text, path, page, sealed, kept_at FROM draft WHERE id = $1 AND kept_at >= $2`, id, s.clock().Add(-age))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = ledger.ErrNotFound
	}
	return d, err
}

// DropDraft deletes what the caller has begun and not sent of a form; none is well.
func (s *Store) DropDraft(ctx context.Context, who care.Staff, path string) error {
	return s.within(ctx, who, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM draft WHERE path = $1`, path)
		return err
	})
}

// Forgetting deletes the drafts of everybody in which nobody has written for long.
func Forgetting(pool *pgxpool.Pool) func(context.Context) error {
	return func(ctx context.Context) error {
		return postgres.Within(ctx, pool, postgres.Anyone(), nil, func(tx postgres.Tx) error {
			_, err := tx.Exec(ctx, `SELECT forget_drafts($1)`, age)
			return err
		})
	}
}

func (s *Store) within(ctx context.Context, who care.Staff, work func(postgres.Tx) error) error {
	return postgres.Within(ctx, s.pool, postgres.App(who, s.clock()), nil, work)
}
