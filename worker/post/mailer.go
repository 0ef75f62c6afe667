package post

import (
	"context"
	"errors"
	"net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"percorso/internal/invitation"
	"percorso/internal/italian/mails"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
	"percorso/internal/remind"
)

// Mailer sends mails to staff, and to partners without accounts. A mail says
// that something waits and where: it holds no personal data, since mailboxes are
// read on phones and forwarded.
type Mailer struct {
	Server    Server
	From      string
	PublicURL string // of the pages
	LinkKey   []byte // signs the one-time links of partners
}

// errUnwritten: there is no text of that kind.
var errUnwritten = errors.New("no such kind of mail")

// Send sends one mail to its recipient, within five seconds.
func (m *Mailer) Send(ctx context.Context, in ledger.Mail) ledger.MailResult {
	message, err := m.compose(in)
	if err != nil {
		return ledger.MailResult{Outcome: ledger.MailFailed, Cause: ledger.MailUnwritten}
	}
	to, err := message.GetRecipients()
	if err != nil {
		return ledger.MailResult{Outcome: ledger.MailFailed, Cause: ledger.MailUnwritten}
	}
	return m.deliver(ctx, message, to[0])
}

// Write writes to a person, what they are reminded of. Nobody answers it; where it comes back
// somebody calls them.
func (m *Mailer) Write(ctx context.Context, in remind.Message) ledger.MailResult {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := errors.Join(message.From(m.From), message.To(in.To)); err != nil {
		return ledger.MailResult{Outcome: ledger.MailFailed, Cause: ledger.MailUnwritten}
	}
	to, err := message.GetRecipients()
	if err != nil {
		return ledger.MailResult{Outcome: ledger.MailFailed, Cause: ledger.MailUnwritten}
	}
	m.mark(message, in.ID, in.Subject)
	message.SetGenHeader("X-Percorso-Run", "reminder/"+in.ID) // for the mail system's report of one that comes back
	message.SetBodyString(gomail.TypeTextPlain, in.Text+"\n")
	return m.deliver(ctx, message, to[0])
}

// mark says that a program wrote a mail, the same one at every try.
func (m *Mailer) mark(message *gomail.Msg, id, subject string) {
	_, domain, _ := strings.Cut(m.address(), "@")
	message.Subject(subject)
	message.SetDate()
	message.SetMessageIDWithValue(id + "@" + domain)
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("X-Auto-Response-Suppress", "OOF, AutoReply, RN, NRN, DR")
}

// deliver brings a mail to the server, within five seconds.
func (m *Mailer) deliver(ctx context.Context, message *gomail.Msg, to string) ledger.MailResult {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	client, result, err := m.Server.session(ctx)
	if err != nil {
		return result
	}
	defer func() { _ = client.Close() }()
	if err := client.Mail("<" + m.address() + ">"); err != nil {
		return held(ledger.MailSender, err)
	}
	if err := client.Rcpt(to); err != nil {
		return refused(ledger.MailRecipient, err)
	}
	content, err := client.Data()
	if err != nil {
		return refused(ledger.MailContent, err)
	}
	if _, err := message.WriteTo(content); err != nil {
		return refused(ledger.MailContent, err)
	}
	if err := content.Close(); err != nil {
		return refused(ledger.MailContent, err)
	}
	_ = client.Quit() // it has the mail, whatever it says to that
	return ledger.MailResult{Outcome: ledger.MailSent}
}

// compose writes a mail. It says that a program wrote it, so that no program
// answers it; a report that it cannot be delivered is wanted all the same.
func (m *Mailer) compose(in ledger.Mail) (*gomail.Msg, error) {
	subject, text, ok := mails.Text(in)
	if !ok {
		return nil, errUnwritten
	}
	page := ""
	if in.Link != "" {
		page = "\n\n" + m.PublicURL + m.path(in)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(m.From); err != nil {
		return nil, err
	}
	if err := msg.To(in.Recipient); err != nil {
		return nil, err
	}
	m.mark(msg, in.ID, subject)
	if !strings.HasPrefix(in.Link, ledger.Invitation) {
		msg.SetGenHeader("Precedence", "bulk") // to staff; who is asked something by a link is not one of many
	}
	msg.SetGenHeader("X-Percorso-Run", in.Run) // for the mail system's report of one that comes back
	msg.SetBodyString(gomail.TypeTextPlain, text+page+"\n\nPercorso\n")
	return msg, nil
}

// address is the sender's, without a name.
func (m *Mailer) address() string {
	if parsed, err := mail.ParseAddress(m.From); err == nil {
		return parsed.Address
	}
	return m.From
}

// oneTime are the paths of links for people without an account, the longest first, with what
// stands before the id that is signed.
var oneTime = []struct{ path, signed string }{{mediation.Path, mediation.Signed}, {ledger.Invitation, ""}}

// path is the path of the page that a mail names. A one-time link gets its
// signature only here, so that nobody has it who has not the mail.
func (m *Mailer) path(in ledger.Mail) string {
	for _, of := range oneTime {
		if id, invites := strings.CutPrefix(in.Link, of.path); invites && in.Expires != nil {
			return of.path + invitation.Sign(m.LinkKey, of.signed+id, *in.Expires)
		}
	}
	return in.Link
}
