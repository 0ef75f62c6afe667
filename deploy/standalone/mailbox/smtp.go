package mailbox

import (
	"io"
	"time"

	"github.com/emersion/go-smtp"
)

const (
	maxMailBytes  = 10 << 20
	maxRecipients = 100
	smtpTimeout   = 30 * time.Second
)

// NewSMTP makes the server that takes mails into the box. It answers a mail only when it is kept.
func NewSMTP(box *Box, domain string) *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{box: box}, nil
	}))
	server.Domain = domain
	server.MaxMessageBytes = maxMailBytes
	server.MaxRecipients = maxRecipients
	server.ReadTimeout = smtpTimeout
	server.WriteTimeout = smtpTimeout
	return server
}

// session is one connection of a sender.
type session struct {
	box        *Box
	recipients []string
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.recipients = append(s.recipients, to)
	return nil
}

func (s *session) Data(mail io.Reader) error {
	_, err := s.box.Keep(s.recipients, mail)
	return err
}

func (s *session) Reset()        { s.recipients = nil }
func (s *session) Logout() error { return nil }
