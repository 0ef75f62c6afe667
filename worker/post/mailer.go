package post

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"percorso/internal/invitation"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// ErrRejected: the mail server will never take the mail.
var ErrRejected = errors.New("mail rejected")

// Mailer sends mails to staff, and to partners without accounts. A mail says
// that something waits and where: it holds no personal data, since mailboxes are
// read on phones and forwarded.
type Mailer struct {
	Address   string // host:port of the mail server
	From      string
	PublicURL string // of the pages
	TLS       bool   // demand STARTTLS; off for a receiver on the same machine
	LinkKey   []byte // signs the one-time links of partners
}

// Send sends one mail to its recipients, each unseen by the others.
func (m *Mailer) Send(ctx context.Context, mail ledger.Mail) error {
	subject, sentence, ok := italian.Mail(mail.Template)
	if !ok {
		return fmt.Errorf("%w: unknown template %s", ErrRejected, mail.Template)
	}
	message, err := compose(m, mail, subject, sentence)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	client, err := m.client()
	if err != nil {
		return err
	}
	return m.deliver(ctx, client, message)
}

func compose(m *Mailer, in ledger.Mail, subject, sentence string) (*mail.Msg, error) {
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
	msg.SetBodyString(mail.TypeTextPlain, sentence+"\n\n"+m.PublicURL+m.path(in)+"\n\nPercorso\n")
	return msg, nil
}

// path is the path of the page that a mail names. A one-time link gets its
// signature only here, so that nobody has it who has not the mail.
func (m *Mailer) path(in ledger.Mail) string {
	id, invites := strings.CutPrefix(in.Link, ledger.Invitation)
	if !invites || in.Expires == nil {
		return in.Link
	}
	return ledger.Invitation + invitation.Sign(m.LinkKey, id, *in.Expires)
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
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	return err
}
