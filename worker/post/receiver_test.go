package post

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// receiver is a real mail server that answers as a test says.
type receiver struct {
	user, password string             // that it demands; empty: no login
	refuses        map[string]error   // recipients
	sender         error              // what it says to whoever sends
	content        error              // what it says to a mail that is there
	encrypted      func() *tls.Config // nil: it speaks no TLS
	implicit       bool               // TLS from the first byte

	address string

	mu       sync.Mutex
	received []letter
	tries    int // sessions in which a sender was named
}

// letter is a mail as it arrived.
type letter struct {
	to     []string // of the envelope
	header mail.Header
	text   string
}

// start makes the receiver listen until the test ends.
func (r *receiver) start(t *testing.T) *receiver {
	t.Helper()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{receiver: r}, nil }))
	server.Domain = "localhost"
	server.AllowInsecureAuth = true
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r.address = listener.Addr().String()
	if r.encrypted != nil {
		server.TLSConfig = r.encrypted()
	}
	if r.implicit {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return r
}

func (r *receiver) letters() []letter {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]letter(nil), r.received...)
}

// session is one connection.
type session struct {
	*receiver
	known bool
	to    []string
}

func (s *session) AuthMechanisms() []string {
	if s.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.user || password != s.password {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error {
	s.mu.Lock()
	s.tries++
	s.mu.Unlock()
	if s.user != "" && !s.known {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Must issue a STARTTLS command first"}
	}
	return s.sender
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.refuses[to]; err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(content io.Reader) error {
	message, err := mail.ReadMessage(content)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(message.Body)
	if err != nil {
		return err
	}
	if s.content != nil {
		return s.content
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, letter{to: s.to, header: message.Header, text: string(text)})
	return nil
}

func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { return nil }

// answers is a reply of a server.
func answers(code int, words string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: words}
}

// certified makes a certificate for an address, and whom to trust for it.
func certified(t *testing.T, address string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP(address)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// replying makes a server that says lines, one to each line that it is told, the
// first of itself; then it is silent. An empty line ends the connection.
func replying(t *testing.T, lines ...string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	serve := func(conn net.Conn) {
		t.Cleanup(func() { _ = conn.Close() })
		heard := make([]byte, 4096)
		for i, line := range lines {
			if line == "" {
				_ = conn.Close()
				return
			}
			if i > 0 {
				if _, err := conn.Read(heard); err != nil {
					return
				}
			}
			if _, err := io.WriteString(conn, strings.ReplaceAll(line, "\n", "\r\n")+"\r\n"); err != nil {
				return
			}
		}
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				go serve(conn)
			}
		}
	}()
	return listener.Addr().String()
}
