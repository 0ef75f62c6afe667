package logins

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/postgres"
)

// Lines writes what the audit keeps of logins and of what was refused: ids, codes
// and keyed digests, never an address or a name.
type Lines struct {
	pool *pgxpool.Pool
	key  []byte
	now  func() time.Time
}

// NewLines writes through a pool whose login may join the API's role; key makes the
// digests.
func NewLines(pool *pgxpool.Pool, key []byte, now func() time.Time) *Lines {
	return &Lines{pool, key, now}
}

// Acted leaves a line of what a member of staff did with their own logins.
func (l *Lines) Acted(ctx context.Context, who care.Staff, action string) error {
	return postgres.Within(ctx, l.pool, postgres.App(who, l.now()), nil, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `SELECT note_act($1, NULL)`, action)
		return err
	})
}

// Forbidden leaves a line of what a member of staff may not do or see: the template
// of an address, which holds no id.
func (l *Lines) Forbidden(ctx context.Context, who care.Staff, asked string) error {
	return postgres.Within(ctx, l.pool, postgres.App(who, l.now()), nil, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `SELECT note_forbidden($1)`, asked)
		return err
	})
}

// Unknown leaves a line of somebody whom nobody knows, with a digest of who or where
// they are.
func (l *Lines) Unknown(ctx context.Context, action, asked, who string) error {
	digest := hmac.New(sha256.New, l.key)
	digest.Write([]byte(who))
	return postgres.Within(ctx, l.pool, postgres.Anyone(), nil, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `SELECT note_unknown($1, $2, $3)`, action, asked, digest.Sum(nil))
		return err
	})
}
