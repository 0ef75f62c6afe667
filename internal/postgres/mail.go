package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// QueueMail queues a mail that names a task's page, to each address once; also to one
// whose mail comes back, since that may have been mended. Who is away is passed over for those
// who work the task meanwhile. id is what the ids of the mails are derived from.
func QueueMail(b *pgx.Batch, id, run, caseID, zone, template, task string, at time.Time, to *string, role care.Role, agency string) {
	b.Queue(`INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
		SELECT DISTINCT ON (email) md5($1::text || m.id)::uuid, $2, $3::uuid, $4, $5, email, $6::timestamptz, $6 FROM mailed($11, $7, $8, $9, $10, $6) m
		ORDER BY email, m.id ON CONFLICT DO NOTHING`,
		id, run, caseID, template, "/compiti/"+task, at, zone, to, role, agency, task)
}

// Reaches says whether a mail about a task reaches anybody: who holds it, or else
// somebody of its role who is at work there, or who stands in for whom, and whose mail does
// not come back.
func Reaches(ctx context.Context, tx Tx, now time.Time, zone, task string, to *string, role care.Role, agency string) (reached bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM mailed($6, $1, $2, $3, $4, $5) m WHERE m.there AND mail_returns(m.email, $5) IS NULL)`,
		zone, to, role, agency, now, task).Scan(&reached)
	return reached, err
}

// MailState reads how the mails do, for the roles that may ask.
func MailState(ctx context.Context, pool *pgxpool.Pool, as Role) (m ledger.MailState, err error) {
	err = Promptly(ctx, pool, as, func(ctx context.Context, tx Tx) error {
		m, err = One[ledger.MailState](ctx, tx, `SELECT * FROM mail_state()`)
		return err
	})
	return m, err
}
