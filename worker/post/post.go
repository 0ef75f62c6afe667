// Package post sends the mails that wait.
package post

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"percorso/internal/ledger"
)

// Outbox is the mails that wait. Package postgres implements it.
type Outbox interface {
	// TakeMails hands out mails that are due; each comes again until MailDone.
	TakeMails(ctx context.Context, most int) ([]ledger.Mail, error)
	// MailDone says that a mail was sent, or that it never will be.
	MailDone(ctx context.Context, id string, sent bool) error
	// AwaitMail rests until a mail may be due, for as long as the longest given.
	AwaitMail(ctx context.Context, longest time.Duration) error
}

// Sender sends mails. ErrRejected: the mail will never be taken.
type Sender interface {
	Send(ctx context.Context, m ledger.Mail) error
}

// Runs is what hears of a mail that will never arrive; package runs implements it.
type Runs interface {
	// Tell signals an entry to a run.
	Tell(ctx context.Context, run string, e ledger.Entry) error
}

// Post sends mails to their recipients. Several share the work.
type Post struct {
	Outbox Outbox
	Sender Sender
	Runs   Runs
	Log    *zap.Logger
}

const (
	batch       = 50
	timeout     = 5 * time.Second // of telling a run
	longestRest = 5 * time.Second // between two looks
	afterFault  = time.Second
)

// Run sends mails until the context ends.
func (p *Post) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := p.once(ctx); err != nil && ctx.Err() == nil {
			// Postgres is away; what waits is durable.
			p.Log.Warn("the post cannot look", zap.Error(err))
			select {
			case <-ctx.Done():
			case <-time.After(afterFault):
			}
		}
	}
}

// once sends what is due, or rests until something is.
func (p *Post) once(ctx context.Context) error {
	mails, err := p.Outbox.TakeMails(ctx, batch)
	if err != nil {
		return err
	}
	for _, m := range mails {
		p.mail(ctx, m)
	}
	if len(mails) > 0 {
		return nil
	}
	return p.Outbox.AwaitMail(ctx, longestRest)
}

func (p *Post) mail(ctx context.Context, m ledger.Mail) {
	err := p.Sender.Send(ctx, m)
	rejected := errors.Is(err, ErrRejected)
	if err != nil {
		p.Log.Warn("sending a mail", zap.String("mail", m.ID), zap.Bool("rejected", rejected))
	}
	if err != nil && !rejected {
		return // it comes again
	}
	if rejected {
		p.bounced(ctx, m)
	}
	if err := p.Outbox.MailDone(ctx, m.ID, err == nil); err != nil {
		p.Log.Warn("noting a mail", zap.String("mail", m.ID), zap.Error(err))
	}
}

// bounced tells the run of a mail that will never arrive. The case's timeline
// shows it; the deadline goes on, and ends with the supervisor.
func (p *Post) bounced(ctx context.Context, m ledger.Mail) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := p.Runs.Tell(ctx, m.Run, ledger.Bounced(m.Run, m.ID)); err != nil {
		p.Log.Warn("telling a run of its mail", zap.String("run", m.Run), zap.Error(err))
	}
}
