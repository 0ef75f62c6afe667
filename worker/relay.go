package worker

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"percorso/activities"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

// Outbox is what waits to be delivered.
type Outbox interface {
	TakeWakes(ctx context.Context, most int) ([]ledger.Wake, error)
	TakeMails(ctx context.Context, most int) ([]ledger.Mail, error)
	MailDone(ctx context.Context, id string, sent bool) error
	RefuseEnded(ctx context.Context, id string) error
	AwaitWake(ctx context.Context, longest time.Duration) error
}

// Mailer sends mails. activities.ErrMailRejected: the mail will never be taken.
type Mailer interface {
	Send(ctx context.Context, m ledger.Mail) error
}

// Relay brings entries to their runs, again and again until they are worked,
// and mails to their recipients. Several relays share the work.
type Relay struct {
	Outbox   Outbox
	Temporal client.Client
	Mailer   Mailer
	Log      *zap.Logger
}

const (
	relayBatch = 50
	relayRest  = 5 * time.Second // at most, between two looks
)

// Run relays until the context ends.
func (r *Relay) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := r.once(ctx); err != nil && ctx.Err() == nil {
			// Postgres or Temporal is away; what waits is durable.
			r.Log.Warn("relay", zap.Error(err))
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
	return nil
}

func (r *Relay) once(ctx context.Context) error {
	wakes, err := r.Outbox.TakeWakes(ctx, relayBatch)
	if err != nil {
		return err
	}
	for _, w := range wakes {
		if err := r.wake(ctx, w); err != nil {
			r.Log.Warn("waking a run", zap.String("run", w.Run), zap.Error(err))
		}
	}
	mails, err := r.Outbox.TakeMails(ctx, relayBatch)
	if err != nil {
		return err
	}
	for _, m := range mails {
		r.mail(ctx, m)
	}
	if len(wakes)+len(mails) > 0 {
		return nil
	}
	return r.Outbox.AwaitWake(ctx, relayRest)
}

// wake signals an entry to its run. An entry that opens a run starts it, and one
// that reopens it starts it again. Of a run that is not there otherwise, either
// it has ended, and the entry is refused, or Temporal lost it: a broken case,
// which a rebuild brings back.
func (r *Relay) wake(ctx context.Context, w ledger.Wake) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	entry := ledger.Entry{ID: w.ID, Target: w.Target, Answer: w.Answer}
	start := ledger.Start{Run: w.Run, Case: w.Answer.Case, Epoch: 1}
	switch w.Answer.Operation {
	case care.OpOpen:
		return r.start(ctx, entry, start, enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE)
	case care.OpReopen:
		start.Reopen = true
		return r.start(ctx, entry, start, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
	}
	err := r.Temporal.SignalWorkflow(ctx, w.Run, "", contract.Wake, entry)
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return errors.Join(err, r.Outbox.RefuseEnded(ctx, w.ID))
	}
	return err
}

// start signals an entry to its run, which it starts unless it is at work.
func (r *Relay) start(ctx context.Context, entry ledger.Entry, start ledger.Start, reuse enums.WorkflowIdReusePolicy) error {
	_, err := r.Temporal.SignalWithStartWorkflow(ctx, start.Run, contract.Wake, entry, client.StartWorkflowOptions{
		ID:                    start.Run,
		TaskQueue:             contract.TaskQueue,
		WorkflowTaskTimeout:   contract.WorkflowTaskTimeout,
		WorkflowIDReusePolicy: reuse,
	}, contract.WorkflowType(ledger.KindOf(start.Run)), start)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &started) {
		return nil
	}
	return err
}

func (r *Relay) mail(ctx context.Context, m ledger.Mail) {
	err := r.Mailer.Send(ctx, m)
	rejected := errors.Is(err, activities.ErrMailRejected)
	if err != nil {
		r.Log.Warn("sending a mail", zap.String("mail", m.ID), zap.Bool("rejected", rejected))
	}
	if err != nil && !rejected {
		return // it comes again
	}
	if rejected {
		r.bounced(ctx, m)
	}
	if err := r.Outbox.MailDone(ctx, m.ID, err == nil); err != nil {
		r.Log.Warn("noting a mail", zap.String("mail", m.ID), zap.Error(err))
	}
}

// bounced tells the run of a mail that will never arrive. The case's timeline
// shows it; the deadline goes on, and ends with the supervisor.
func (r *Relay) bounced(ctx context.Context, m ledger.Mail) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := r.Temporal.SignalWorkflow(ctx, m.Run, "", contract.Wake, ledger.Bounced(m.Run, m.ID)); err != nil {
		r.Log.Warn("telling a run of its mail", zap.String("run", m.Run), zap.Error(err))
	}
}
