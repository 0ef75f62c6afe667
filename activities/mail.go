package activities

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/wneessen/go-mail"

	"percorso/internal/store"
)

// ErrMailRejected says that the mail server will never take a mail.
var ErrMailRejected = errors.New("mail rejected")

// Mailer sends mails to staff. A mail says that something waits and where: it
// holds no personal data, since mailboxes are read on phones and forwarded.
type Mailer struct {
	Address   string // host:port of the mail server
	From      string
	PublicURL string // of the pages
	TLS       bool   // demand STARTTLS; off for a receiver on the same machine
}

// mailTexts are the Italian subject and sentence of each template.
var mailTexts = map[string]struct{ subject, sentence string }{
	"reminder":   {"Percorso: un compito ti aspetta", "Un compito affidato a te o al tuo servizio aspetta di essere preso in carico o completato."},
	"escalation": {"Percorso: un compito è in ritardo", "Un compito della tua zona ha superato la scadenza e chiede il tuo intervento."},
}

// Send sends one mail to its recipients, each unseen by the others.
func (m *Mailer) Send(ctx context.Context, mail store.Mail) error {
	text, ok := mailTexts[mail.Template]
	if !ok {
		return fmt.Errorf("%w: unknown template %s", ErrMailRejected, mail.Template)
	}
	message, err := compose(m, mail, text.subject, text.sentence)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMailRejected, err)
	}
	client, err := m.client()
	if err != nil {
		return err
	}
	return m.deliver(ctx, client, message)
}

func compose(m *Mailer, in store.Mail, subject, sentence string) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := msg.From(m.From); err != nil {
		return nil, err
	}
	if err := msg.Bcc(in.Recipients...); err != nil {
		return nil, err
	}
	msg.Subject(subject)
	msg.SetMessageIDWithValue(in.ID + "@percorso")
	msg.SetGenHeader("X-Percorso-Run", in.Run) // for the mail system's report of one that comes back
	msg.SetBodyString(mail.TypeTextPlain, sentence+"\n\n"+m.PublicURL+in.Link+"\n\nPercorso\n")
	return msg, nil
}

func (m *Mailer) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(m.Address)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	policy := mail.NoTLS
	if m.TLS {
		policy = mail.TLSMandatory
	}
	return mail.NewClient(host, mail.WithPort(number), mail.WithTLSPolicy(policy))
}

func (m *Mailer) deliver(ctx context.Context, client *mail.Client, message *mail.Msg) error {
	err := client.DialAndSendWithContext(ctx, message)
	var failed *mail.SendError
	if errors.As(err, &failed) && !failed.IsTemp() {
		return fmt.Errorf("%w: %w", ErrMailRejected, err)
	}
	return err
}
