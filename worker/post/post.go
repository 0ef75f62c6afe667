// Package post sends the mails that wait.
package post

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"percorso/internal/ledger"
	"percorso/internal/loops"
)

// Outbox is the mails that wait. Package postgres implements it.
type Outbox interface {
	// TakeMails hands out mails that are due; each comes again after a minute,
	// unless MailTried says before what became of it.
	TakeMails(ctx context.Context, most int) ([]ledger.Mail, error)
	// MailTried keeps what became of a try, and gives what it made of it: a mail
	// that is put off for too long has failed.
	MailTried(ctx context.Context, id string, r ledger.MailResult) (ledger.MailOutcome, error)
	// RetryHeldMails makes the mails due that wait for the operator.
	RetryHeldMails(ctx context.Context) error
	// AwaitMail rests until a mail may be due, for as long as the longest given.
	AwaitMail(ctx context.Context, longest time.Duration) error
}

// Sender sends mails.
type Sender interface {
	// Send sends one mail, and says what became of it.
	Send(ctx context.Context, m ledger.Mail) ledger.MailResult
}

// Post sends mails to their recipients. Several share the work.
type Post struct {
	Outbox Outbox
	Sender Sender
	Log    *zap.Logger

	mu   sync.Mutex
	held ledger.MailResult // the last that held mails and was logged; zero: mails go
}

const (
	hands       = 4 // mails side by side
	longestRest = 5 * time.Second
	afterFault  = time.Second
)

// Run sends mails until the context ends. Mails that wait for the operator are
// tried when it begins: it may have been given what they wait for.
func (p *Post) Run(ctx context.Context) error {
	fresh := true
	for ctx.Err() == nil {
		loops.Moves(ctx)
		err := p.once(ctx, fresh)
		if err == nil {
			fresh = false
			continue
		}
		var panicked *loops.Panicked
		if errors.As(err, &panicked) {
			return err
		}
		if ctx.Err() == nil {
			// Postgres is away; what waits is durable.
			p.Log.Warn("the post cannot look", zap.Error(err))
			select {
			case <-ctx.Done():
			case <-time.After(afterFault):
			}
		}
	}
	return nil
}

// once sends what is due, or rests until something is. It takes no more than it
// has hands for, so that nothing that was handed out waits to be sent.
func (p *Post) once(ctx context.Context, fresh bool) error {
	if fresh {
		if err := p.Outbox.RetryHeldMails(ctx); err != nil {
			return err
		}
	}
	mails, err := p.Outbox.TakeMails(ctx, hands)
	if err != nil {
		return err
	}
	if len(mails) == 0 {
		return p.Outbox.AwaitMail(ctx, longestRest)
	}
	sending := make([]func(context.Context) error, len(mails))
	for i, m := range mails {
		sending[i] = func(ctx context.Context) error { p.send(ctx, m); return nil }
	}
	return loops.Together(ctx, sending...)
}

// send sends one mail and keeps what became of it. Who ends the post waits for
// that: a mail whose result is lost is sent again.
func (p *Post) send(ctx context.Context, m ledger.Mail) {
	ctx = context.WithoutCancel(ctx)
	result := p.Sender.Send(ctx, m)
	made, err := p.Outbox.MailTried(ctx, m.ID, result)
	if err != nil {
		p.Log.Warn("noting a mail", zap.String("mail", m.ID), zap.Error(err))
		made = result.Outcome
	}
	p.tell(m, result, made)
}

// tell logs what became of a mail: of those that are held one line, however many
// they are.
func (p *Post) tell(m ledger.Mail, r ledger.MailResult, made ledger.MailOutcome) {
	about := []zap.Field{zap.String("mail", m.ID), zap.String("run", m.Run), zap.String("cause", string(r.Cause)), zap.Int("code", r.Code)}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch made {
	case ledger.MailHeld:
		if r != p.held {
			p.held = r
			p.Log.Error("mails are held: "+Describe(r), about[2:]...)
		}
	case ledger.MailFailed:
		p.Log.Warn("a mail cannot be delivered", about...)
	case ledger.MailLater:
		p.Log.Info("a mail is put off", about...)
	case ledger.MailSent:
		if p.held.All {
			p.held = ledger.MailResult{}
			p.Log.Info("mails go out again")
		}
	}
}
