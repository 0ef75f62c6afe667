// Package reminding tells people of their appointments, once each, before they come.
package reminding

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"percorso/internal/agenda"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/loops"
	"percorso/internal/remind"
	"percorso/internal/slip"
	"percorso/internal/speech"
)

// Outbox is the reminders that are due. Package postgres implements it.
type Outbox interface {
	// Take hands out reminders that are due, each to one worker; one comes again after a
	// minute, unless Tried says before what became of it.
	Take(ctx context.Context, now time.Time, most int) (due []remind.Taken, rest time.Duration, err error)
	// PutOff has one wait until people are written to.
	PutOff(ctx context.Context, id string, until time.Time) error
	// Tried keeps what became of one.
	Tried(ctx context.Context, id string, made remind.Outcome, way remind.Way, now time.Time) error
}

// Texts sends text messages.
type Texts interface {
	// Knows says whether there is what a gateway of the zone asks for.
	Knows(zone string) bool
	Send(ctx context.Context, gateway string, m remind.Message) remind.Outcome
}

// Mailer sends mails to people.
type Mailer interface {
	Write(ctx context.Context, m remind.Message) ledger.MailResult
}

// Reminding is what reminds people. Several share the work.
type Reminding struct {
	Outbox Outbox
	Texts  Texts
	Mailer Mailer
	Log    *zap.Logger
	Now    func() time.Time
}

const (
	hands     = 8 // messages side by side, and at most in one round
	afterWork = time.Second
)

// Run reminds people until the context ends.
func (r *Reminding) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		loops.Moves(ctx)
		rest, err := r.Round(ctx)
		var panicked *loops.Panicked
		if errors.As(err, &panicked) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			// Postgres is away; what is due stays so.
			r.Log.Warn("reminders cannot be looked for", zap.Error(err))
			rest = remind.LongestRest
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
	return nil
}

// Round tries what is due once. It says how long to rest: after work a second, which holds
// back a gateway's flood.
func (r *Reminding) Round(ctx context.Context) (time.Duration, error) {
	due, rest, err := r.Outbox.Take(ctx, r.Now(), hands)
	if err != nil || len(due) == 0 {
		return rest, err
	}
	trying := make([]func(context.Context) error, len(due))
	for i, d := range due {
		trying[i] = func(ctx context.Context) error { return r.try(context.WithoutCancel(ctx), d) }
	}
	return min(rest, afterWork), loops.Together(ctx, trying...)
}

// try tries one and keeps what became of it.
func (r *Reminding) try(ctx context.Context, d remind.Taken) error {
	way, to := remind.How(d.Due, d.Policy.SMS != "" && r.Texts.Knows(d.Zone))
	made := map[remind.Way]remind.Outcome{remind.Call: remind.ToCall, remind.None: remind.Nobody}[way]
	if way == remind.SMS || way == remind.Email {
		now := r.Now()
		switch from := remind.NextHour(d.Policy, d.Calendar, now); {
		case !from.Before(d.At): // nobody is written to any more before the appointment: somebody calls
			way, made = remind.Call, remind.ToCall
		case from.After(now):
			return r.Outbox.PutOff(ctx, d.ID, from)
		}
	}
	switch way {
	case remind.SMS:
		made = r.Texts.Send(ctx, d.Policy.SMS, r.message(d, to))
	case remind.Email:
		made = outcome(r.Mailer.Write(ctx, r.message(d, to)))
	}
	if made == remind.Later && d.Tries >= remind.MostTries {
		made = remind.Failed
	}
	if made == remind.Later || made == remind.Failed {
		r.Log.Warn("a reminder was not sent", zap.String("appointment", d.ID), zap.String("way", string(way)), zap.String("outcome", string(made)))
	}
	return r.Outbox.Tried(ctx, d.ID, made, way, r.Now())
}

// message is what one person reads.
func (r *Reminding) message(d remind.Taken, to string) remind.Message {
	there := d.At.In(d.Calendar.Location())
	slot, inSession := agenda.Of(d.Policy, d.Service, d.Calendar, r.Now()).At(d.At)
	language, _ := slip.Own(d.Policy, d.Languages)
	subject, text := slip.Message(d.Policy, slip.Expected{
		At: there, Date: italian.Date(there), Hour: italian.Hour(there), Service: d.Service, ByPhone: inSession && slot.Mode == agenda.ByPhone,
		AtHome: d.AtHome, Unheard: !speech.OnThePhone(d.Speech),
	}, language)
	return remind.Message{ID: d.ID, Zone: d.Zone, To: to, Subject: subject, Text: text}
}

// outcome is what became of a mail: one that is held waits for nobody, since the hour comes.
func outcome(r ledger.MailResult) remind.Outcome {
	switch r.Outcome {
	case ledger.MailSent:
		return remind.Sent
	case ledger.MailFailed:
		return remind.Failed
	}
	return remind.Later
}
