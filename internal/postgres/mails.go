package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
)

// mailPatience is how long a server may put a mail off before the mail has failed.
const mailPatience = 5 * 24 * time.Hour

// TakeMails hands out mails that are due to be sent. Each comes again after a
// minute, unless MailTried says before what became of it. While one is held by what
// would hold every mail, it alone is handed out, with growing pauses.
func (s *Steps) TakeMails(ctx context.Context, most int) (mails []ledger.Mail, err error) {
	err = promptly(ctx, s.pool, roleWorker, func(ctx context.Context, tx querier) error {
		mails, err = many[ledger.Mail](ctx, tx, `SELECT id::text, run_id, template, link, recipient, tries, expires_at FROM take_mails($1)`, most)
		return err
	})
	return mails, err
}

// MailTried keeps what became of a try to send a mail. A mail that the server has
// put off for five days has failed; a failed one is written into its case's
// timeline. It gives what it made of the result.
func (s *Steps) MailTried(ctx context.Context, id string, r ledger.MailResult) (made ledger.MailOutcome, err error) {
	err = promptly(ctx, s.pool, roleWorker, func(ctx context.Context, tx querier) error {
		return tx.QueryRow(ctx, `SELECT mail_tried($1, $2, $3, $4, $5, $6)`, id, r.Outcome, r.Cause, r.Code, r.All, mailPatience).Scan(&made)
	})
	return made, err
}

// RetryHeldMails makes the mails due that wait for the operator.
func (s *Steps) RetryHeldMails(ctx context.Context) error {
	return promptly(ctx, s.pool, roleWorker, func(ctx context.Context, tx querier) error {
		_, err := tx.Exec(ctx, `SELECT retry_held_mails()`)
		return err
	})
}

// AwaitMail rests until a mail may be due, for as long as the longest given.
func (s *Steps) AwaitMail(ctx context.Context, longest time.Duration) error {
	return s.await(ctx, mailChannel, longest, `SELECT next_mail() - clock_timestamp()`)
}

// Mails is what the API asks of mails.
type Mails struct {
	pool *pgxpool.Pool
}

// NewMails builds it on a pool whose login may join the API's role.
func NewMails(pool *pgxpool.Pool) *Mails { return &Mails{pool: pool} }

// State says how the mails do.
func (m *Mails) State(ctx context.Context) (ledger.MailState, error) {
	return mailState(ctx, m.pool, roleApp)
}

// Mails says how the mails do.
func (w *Watch) Mails(ctx context.Context) (ledger.MailState, error) {
	return mailState(ctx, w.pool, roleWatch)
}

func mailState(ctx context.Context, pool *pgxpool.Pool, role string) (m ledger.MailState, err error) {
	err = promptly(ctx, pool, role, func(ctx context.Context, tx querier) error {
		m, err = one[ledger.MailState](ctx, tx, `SELECT * FROM mail_state()`)
		return err
	})
	return m, err
}
