package outbox

import (
	"context"
	"time"

	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// mailPatience is how long a server may put a mail off before the mail has failed.
const mailPatience = 5 * 24 * time.Hour

// mailRow is a mail with what it says besides.
type mailRow struct {
	ledger.Mail
	ledger.MailAbout
}

// TakeMails hands out mails that are due to be sent. Each comes again after a
// minute, unless MailTried says before what became of it. While one is held by what
// would hold every mail, it alone is handed out, with growing pauses.
func (o *Outbox) TakeMails(ctx context.Context, most int) (mails []ledger.Mail, err error) {
	err = postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		rows, err := postgres.Many[mailRow](ctx, tx, `SELECT m.id::text, m.run_id, m.template, m.link, m.recipient, m.tries, m.expires_at,
				coalesce(a.asker, '') AS asker, coalesce(a.asker_role, '') AS asker_role, coalesce(a.phone, '') AS phone, coalesce(a.task, '') AS task, coalesce(a.due, mail_mistake(m.id), mail_date(m.id)) AS due, a.asked,
				g.meets, coalesce(g.place, '') AS place, coalesce(g.how, '') AS how, coalesce(g.by_name, '') AS by_name
			FROM take_mails($1) m LEFT JOIN LATERAL mail_about(m.id) a ON true LEFT JOIN LATERAL mail_meeting(m.id) g ON true`, most)
		for _, row := range rows {
			row.About = row.MailAbout
			mails = append(mails, row.Mail)
		}
		return err
	})
	return mails, err
}

// MailTried keeps what became of a try to send a mail. A mail that the server has
// put off for five days has failed; a failed one is written into its case's
// timeline. It gives what it made of the result.
func (o *Outbox) MailTried(ctx context.Context, id string, r ledger.MailResult) (made ledger.MailOutcome, err error) {
	err = postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		return tx.QueryRow(ctx, `SELECT mail_tried($1, $2, $3, $4, $5, $6)`, id, r.Outcome, r.Cause, r.Code, r.All, mailPatience).Scan(&made)
	})
	return made, err
}

// RetryHeldMails makes the mails due that wait for the operator.
func (o *Outbox) RetryHeldMails(ctx context.Context) error {
	return postgres.Promptly(ctx, o.pool, postgres.Worker(""), func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `SELECT retry_held_mails()`)
		return err
	})
}

// AwaitMail rests until a mail may be due, for as long as the longest given.
func (o *Outbox) AwaitMail(ctx context.Context, longest time.Duration) error {
	return o.await(ctx, mailChannel, longest, `SELECT next_mail() - clock_timestamp()`)
}
