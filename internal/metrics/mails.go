package metrics

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"percorso/internal/ledger"
)

// sender is whatever sends mails.
type sender interface {
	Send(ctx context.Context, m ledger.Mail) ledger.MailResult
}

type mails struct {
	next sender
	m    *Metrics
}

// Mails counts the mails that are sent through it.
func (m *Metrics) Mails(next sender) sender { return &mails{next: next, m: m} }

// Send sends a mail and counts what became of it.
func (s *mails) Send(ctx context.Context, mail ledger.Mail) ledger.MailResult {
	result := s.next.Send(ctx, mail)
	s.m.mails.Add(ctx, 1, metric.WithAttributes(attribute.String("outcome", string(result.Outcome))))
	return result
}
