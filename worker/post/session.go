package post

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"percorso/internal/ledger"
)

// Security is how the connection to the mail server is encrypted.
type Security string

// No encryption, for a server on this machine; STARTTLS, which the server must
// offer; or TLS from the first byte.
const (
	None     Security = "none"
	STARTTLS Security = "starttls"
	Implicit Security = "implicit"
)

// Server is the mail server that takes our mails.
type Server struct {
	Address  string // host:port
	Security Security
	User     string         // empty: without login
	Password string         //
	Roots    *x509.CertPool // that its certificate may come from; nil: the system's
}

// sendTime bounds all that is said to the server for one mail.
const sendTime = 5 * time.Second

// session opens a session, up to where mails may be given. Where it fails the
// result says which of the settings, or that the server, is to be mended.
func (s Server) session(ctx context.Context) (*smtp.Client, ledger.MailResult, error) {
	host, _, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, held(ledger.MailUnreachable, err), err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return nil, held(ledger.MailUnreachable, err), err
	}
	// Whatever the server does, nothing is read or written once the time is over.
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	failed := func(cause ledger.MailCause, err error) (*smtp.Client, ledger.MailResult, error) {
		_ = conn.Close()
		if ctx.Err() != nil {
			cause = ledger.MailSilent
		}
		return nil, held(cause, err), err
	}

	config := &tls.Config{ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	if s.Security == Implicit {
		encrypted := tls.Client(conn, config)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return failed(ledger.MailTLS, err)
		}
		conn = encrypted
	}
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		return failed(ledger.MailGreeting, err)
	}
	name, err := os.Hostname()
	if err != nil {
		name = "localhost"
	}
	if err := client.Hello(name); err != nil {
		return failed(ledger.MailGreeting, err)
	}
	if s.Security == STARTTLS {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return failed(ledger.MailTLS, errors.New("the server offers no STARTTLS"))
		}
		if err := client.StartTLS(config); err != nil {
			return failed(ledger.MailTLS, err)
		}
	}
	if s.User == "" {
		return client, ledger.MailResult{}, nil
	}
	auth := s.auth(client, host)
	if auth == nil {
		return failed(ledger.MailLogin, errors.New("the server offers no login that is known here"))
	}
	if err := client.Auth(auth); err != nil {
		return failed(ledger.MailLogin, err)
	}
	return client, ledger.MailResult{}, nil
}

// auth logs in by the best way that the server offers; nil: none.
func (s Server) auth(client *smtp.Client, host string) smtp.Auth {
	_, offered := client.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	open := s.Security == None // on this machine alone
	switch {
	case slices.Contains(ways, "SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(s.User, s.Password)
	case slices.Contains(ways, "PLAIN"):
		return smtp.PlainAuth("", s.User, s.Password, host, open)
	case slices.Contains(ways, "LOGIN"):
		return smtp.LoginAuth(s.User, s.Password, host, open)
	case slices.Contains(ways, "CRAM-MD5"):
		return smtp.CRAMMD5Auth(s.User, s.Password)
	}
	return nil
}

// Check opens a session and names the sender, as for a mail, without sending one.
// The error says in one line what is to be mended.
func (m *Mailer) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	client, result, err := m.Server.session(ctx)
	if err == nil {
		if err = client.Mail("<" + m.address() + ">"); err != nil {
			result = held(ledger.MailSender, err)
		}
		_ = client.Reset()
		_ = client.Quit()
	}
	if err == nil {
		return nil
	}
	// Of what the server or the system says, the encryption's faults alone are
	// told: they hold no secret, and no reply code says them.
	if result.Cause == ledger.MailTLS && result.Code == 0 {
		return errors.New(Describe(result) + ": " + strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return errors.New(Describe(result))
}
