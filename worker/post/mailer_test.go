package post

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/invitation"
	"percorso/internal/italian/mails"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
)

const (
	from   = "Percorso <percorso@mail.percorso.example>"
	public = "https://percorso.example"
)

var reminder = ledger.Mail{ID: "0197f4e2-0000-7000-8000-000000000009", Run: "case/1", Template: "reminder", Link: "/compiti/1", Recipient: "personale.1@percorso.example"}

// mailer sends to a server without encryption.
func mailer(address string) *Mailer {
	return &Mailer{Server: Server{Address: address, Security: None}, From: from, PublicURL: public, LinkKey: bytes.Repeat([]byte("k"), invitation.KeySize)}
}

var sent = ledger.MailResult{Outcome: ledger.MailSent}

// Every kind of mail arrives with its text and its link, for one recipient who is
// named, as the mail of a program, from the sender's domain.
func TestMailsArrive(t *testing.T) {
	r := (&receiver{}).start(t)
	m := mailer(r.address)
	expires := time.Date(2026, 3, 9, 18, 0, 0, 0, time.UTC)
	const linkID = "0197f4e2-0000-7000-8000-000000000001"
	for i, kind := range []string{"reminder", "escalation", "transfer_done", "transfer_refused", "partner_request", "partner_outcome", mediation.MailRequest, mediation.MailAccepted, mediation.MailCalled} {
		t.Run(kind, func(t *testing.T) {
			in := reminder
			in.Template, in.About = kind, ledger.MailAbout{Asker: "Ente di prova", Phone: "0574 000000", Until: &expires, Asked: &expires}
			partner, signed := strings.HasPrefix(kind, "partner_") || strings.HasPrefix(kind, "mediator_"), linkID
			if partner {
				in.Link, in.Expires = ledger.Invitation+linkID, &expires
			}
			if strings.HasPrefix(kind, "mediator_") {
				in.Link, signed = mediation.Path+linkID, mediation.Signed+linkID
			}
			require.Equal(t, sent, m.Send(t.Context(), in))
			require.Len(t, r.letters(), i+1)
			got := r.letters()[i]
			require.Equal(t, []string{in.Recipient}, got.to)
			to, err := got.header.AddressList("To")
			require.NoError(t, err)
			require.Equal(t, in.Recipient, to[0].Address)
			subject, sentence, _ := mails.Text(in)
			said, err := new(mime.WordDecoder).DecodeHeader(got.header.Get("Subject"))
			require.NoError(t, err)
			require.Equal(t, subject, said)
			require.Equal(t, "<"+in.ID+"@mail.percorso.example>", got.header.Get("Message-ID"))
			_, err = got.header.Date()
			require.NoError(t, err)
			require.Equal(t, "auto-generated", got.header.Get("Auto-Submitted"))
			require.Contains(t, got.header.Get("X-Auto-Response-Suppress"), "AutoReply")
			require.NotContains(t, got.header.Get("X-Auto-Response-Suppress"), "NDR", "a report of a mail that comes back is wanted")
			require.Equal(t, partner, got.header.Get("Precedence") == "")

			text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(got.text)))
			require.NoError(t, err)
			require.Contains(t, strings.ReplaceAll(string(text), "\r\n", "\n"), sentence)
			link, err := url.Parse(strings.Fields(string(text)[strings.Index(string(text), public):])[0])
			require.NoError(t, err)
			if !partner {
				require.Equal(t, in.Link, link.Path)
				return
			}
			opened, err := invitation.Open(m.LinkKey, path.Base(link.Path), expires.Add(-time.Minute))
			require.NoError(t, err)
			require.Equal(t, path.Dir(in.Link), path.Dir(link.Path))
			require.Equal(t, signed, opened)
			_, err = invitation.Open(m.LinkKey, path.Base(link.Path), expires)
			require.ErrorIs(t, err, invitation.ErrExpired)
		})
	}
}

// What a server answers says whose matter it is: the recipient's, the mail's, or
// the operator's, who may have set a wrong login, encryption or sender.
func TestWhatServersAnswer(t *testing.T) {
	held := func(cause ledger.MailCause, code int) ledger.MailResult {
		return ledger.MailResult{Outcome: ledger.MailHeld, Cause: cause, Code: code, All: true}
	}
	alone := func(cause ledger.MailCause, code int) ledger.MailResult {
		return ledger.MailResult{Outcome: ledger.MailHeld, Cause: cause, Code: code}
	}
	failed := func(cause ledger.MailCause, code int) ledger.MailResult {
		return ledger.MailResult{Outcome: ledger.MailFailed, Cause: cause, Code: code}
	}
	putOff := func(code int) ledger.MailResult {
		return ledger.MailResult{Outcome: ledger.MailLater, Cause: ledger.MailPutOff, Code: code}
	}
	recipient := func(code int, words string) *receiver {
		return &receiver{refuses: map[string]error{reminder.Recipient: answers(code, words)}}
	}
	for name, c := range map[string]struct {
		server *receiver
		want   ledger.MailResult
	}{
		"takes it":                    {&receiver{}, sent},
		"no such recipient":           {recipient(550, "5.1.1 User unknown"), failed(ledger.MailRecipient, 550)},
		"address is not allowed":      {recipient(553, "5.1.3 Bad address"), failed(ledger.MailRecipient, 553)},
		"mailbox is closed":           {recipient(550, "5.7.1 Recipient takes no mail"), failed(ledger.MailRecipient, 550)},
		"grey list":                   {recipient(451, "4.7.1 Come back later"), putOff(451)},
		"mailbox is full":             {recipient(452, "4.2.2 Mailbox full"), putOff(452)},
		"login asked at the envelope": {recipient(530, "5.7.0 Authentication required"), held(ledger.MailLogin, 530)},
		"login asked in words":        {recipient(550, "Please turn on SMTP authentication"), alone(ledger.MailLogin, 550)},
		"relay denied":                {recipient(554, "5.7.1 <personale>: Relay access denied"), alone(ledger.MailRelaying, 554)},
		"relay denied for now":        {recipient(454, "4.7.1 Relay access denied"), alone(ledger.MailRelaying, 454)},
		"relay denied by Exchange":    {recipient(550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain"), alone(ledger.MailRelaying, 550)},
		"sender refused":              {&receiver{sender: answers(553, "5.7.1 Sender address rejected")}, held(ledger.MailSender, 553)},
		"sender refused for now":      {&receiver{sender: answers(450, "4.1.8 Sender domain not found")}, held(ledger.MailNotNow, 450)},
		"busy at the sender":          {&receiver{sender: answers(421, "4.3.2 Closing down")}, held(ledger.MailNotNow, 421)},
		"trouble at the sender":       {&receiver{sender: answers(451, "4.3.0 Local error")}, held(ledger.MailNotNow, 451)},
		"closes at the recipient":     {recipient(421, "4.3.2 Closing down"), putOff(421)},
		"cannot check logins now":     {recipient(454, "4.7.0 Temporary authentication failure"), putOff(454)},
		"content meets a closing one": {&receiver{content: answers(421, "4.3.2 Closing down")}, putOff(421)},
		"encryption asked":            {&receiver{sender: answers(530, "5.7.0 Must issue a STARTTLS command first")}, held(ledger.MailLogin, 530)},
		"authenticate first":          {&receiver{sender: answers(502, "5.7.0 Please authenticate first")}, held(ledger.MailLogin, 502)},
		"content refused":             {&receiver{content: answers(554, "5.6.0 Message refused")}, failed(ledger.MailContent, 554)},
		"content put off":             {&receiver{content: answers(451, "4.3.0 Try again")}, putOff(451)},
		"demands a login":             {&receiver{user: "percorso", password: "parola"}, held(ledger.MailLogin, 530)},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, mailer(c.server.start(t).address).Send(t.Context(), reminder))
			require.Equal(t, c.want == sent, len(c.server.letters()) == 1)
		})
	}
	for name, c := range map[string]struct {
		address string
		want    ledger.MailResult
	}{
		"silent":                     {replying(t), held(ledger.MailSilent, 0)},
		"silent after the welcome":   {replying(t, "220 localhost"), held(ledger.MailSilent, 0)},
		"not let in":                 {replying(t, "554 5.7.1 No service for you"), held(ledger.MailGreeting, 554)},
		"too busy":                   {replying(t, "421 Too many connections"), held(ledger.MailNotNow, 421)},
		"too busy after the welcome": {replying(t, "220 localhost", "421 Too busy", "421 Too busy"), held(ledger.MailNotNow, 421)},
		"no data for now":            {replying(t, "220 localhost", "250 localhost", "250 ok", "250 ok", "451 Later"), putOff(451)},
		"speaks something else":      {replying(t, "HTTP/1.1 400 Bad Request"), held(ledger.MailGreeting, 0)},
		"falls silent later":         {replying(t, "220 localhost", "250 localhost", "250 ok"), alone(ledger.MailSilent, 0)},
		"breaks off later":           {replying(t, "220 localhost", "250 localhost", "250 ok", ""), alone(ledger.MailSilent, 0)},
		"nobody there":               {nobodyAt(t), held(ledger.MailUnreachable, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // some take the whole of their five seconds
			require.Equal(t, c.want, mailer(c.address).Send(t.Context(), reminder))
		})
	}
}

// nobodyAt is an address where nobody listens.
func nobodyAt(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// Login and encryption as the settings say: with them the mail arrives, and with
// anything else it is held.
func TestLoginAndEncryption(t *testing.T) {
	certificate, roots := certified(t, "127.0.0.1")
	foreign, _ := certified(t, "192.0.2.1")
	with := func(c tls.Certificate) func() *tls.Config {
		return func() *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12}
		}
	}
	for name, c := range map[string]struct {
		server   *receiver
		security Security
		password string
		roots    *x509.CertPool
		cause    ledger.MailCause // empty: it arrives
		code     int
	}{
		"STARTTLS and login":            {&receiver{encrypted: with(certificate), user: "percorso", password: "parola"}, STARTTLS, "parola", roots, "", 0},
		"implicit TLS and login":        {&receiver{encrypted: with(certificate), implicit: true, user: "percorso", password: "parola"}, Implicit, "parola", roots, "", 0},
		"login on this machine":         {&receiver{user: "percorso", password: "parola"}, None, "parola", nil, "", 0},
		"STARTTLS without login":        {&receiver{encrypted: with(certificate)}, STARTTLS, "", roots, "", 0},
		"wrong password":                {&receiver{encrypted: with(certificate), user: "percorso", password: "parola"}, STARTTLS, "altra", roots, ledger.MailLogin, 535},
		"no login":                      {&receiver{encrypted: with(certificate), user: "percorso", password: "parola"}, STARTTLS, "", roots, ledger.MailLogin, 530},
		"a login that nobody asks for":  {&receiver{encrypted: with(certificate)}, STARTTLS, "parola", roots, ledger.MailLogin, 0},
		"no STARTTLS":                   {&receiver{}, STARTTLS, "", roots, ledger.MailTLS, 0},
		"a certificate of nobody known": {&receiver{encrypted: with(certificate)}, STARTTLS, "", nil, ledger.MailTLS, 0},
		"a certificate of another host": {&receiver{encrypted: with(foreign)}, STARTTLS, "", roots, ledger.MailTLS, 0},
		"STARTTLS where TLS is meant":   {&receiver{encrypted: with(certificate)}, Implicit, "", roots, ledger.MailTLS, 0},
	} {
		t.Run(name, func(t *testing.T) {
			m := mailer(c.server.start(t).address)
			m.Server.Security, m.Server.Roots = c.security, c.roots
			if c.password != "" {
				m.Server.User, m.Server.Password = "percorso", c.password
			}
			err := m.Check(t.Context())
			result := m.Send(t.Context(), reminder)
			if c.cause == "" {
				require.NoError(t, err)
				require.Equal(t, sent, result)
				require.Len(t, c.server.letters(), 1, "the check sends nothing")
				return
			}
			require.Equal(t, ledger.MailResult{Outcome: ledger.MailHeld, Cause: c.cause, Code: c.code, All: true}, result)
			require.Error(t, err)
			require.Contains(t, err.Error(), Describe(result))
			require.NotContains(t, err.Error(), "\n")
			require.NotContains(t, err.Error(), "parola")
			require.Empty(t, c.server.letters())
		})
	}
}

// A server that cannot encrypt or check logins at the moment is no matter of the
// settings.
func TestEncryptionAndLoginThatAreAwayForNow(t *testing.T) {
	for name, c := range map[string]struct {
		lines    []string
		security Security
		user     string
	}{
		"encryption": {[]string{"220 localhost", "250-localhost\n250 STARTTLS", "454 TLS not available"}, STARTTLS, ""},
		"login":      {[]string{"220 localhost", "250-localhost\n250 AUTH PLAIN", "454 4.7.0 Temporary authentication failure"}, None, "percorso"},
		"closing":    {[]string{"220 localhost", "250-localhost\n250 AUTH PLAIN", "421 4.3.2 Closing down"}, None, "percorso"},
	} {
		t.Run(name, func(t *testing.T) {
			m := mailer(replying(t, c.lines...))
			m.Server.Security, m.Server.User, m.Server.Password = c.security, c.user, "parola"
			result := m.Send(t.Context(), reminder)
			require.Equal(t, ledger.MailHeld, result.Outcome)
			require.Equal(t, ledger.MailNotNow, result.Cause)
			require.True(t, result.All)
		})
	}
}

// A mail without a text, or whose address is none, is no matter of the server's.
func TestMailsThatCannotBeWritten(t *testing.T) {
	r := (&receiver{}).start(t)
	unwritten := ledger.MailResult{Outcome: ledger.MailFailed, Cause: ledger.MailUnwritten}
	unknown, nowhere := reminder, reminder
	unknown.Template, nowhere.Recipient = "unknown", "nessuno"
	require.Equal(t, unwritten, mailer(r.address).Send(t.Context(), unknown))
	require.Equal(t, unwritten, mailer(r.address).Send(t.Context(), nowhere))
	nowhere.Recipient = "a@b.example\r\nRCPT TO:<c@d.example>"
	require.Equal(t, unwritten, mailer(r.address).Send(t.Context(), nowhere))
	require.Empty(t, r.letters())
}
