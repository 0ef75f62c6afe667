package machine

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Mails is what the API asks of mails.
type Mails struct {
	pool *pgxpool.Pool
}

// NewMails builds it on a pool whose login may join the API's role.
func NewMails(pool *pgxpool.Pool) *Mails { return &Mails{pool: pool} }

// State says how the mails do.
func (m *Mails) State(ctx context.Context) (ledger.MailState, error) {
	return postgres.MailState(ctx, m.pool, postgres.Anyone())
}
