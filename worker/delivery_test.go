package worker_test

import (
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/worker/post"
)

// silentServer accepts connections and says nothing.
type silentServer struct {
	net.Listener
	accepted atomic.Int64
}

func newSilentServer(t *testing.T) *silentServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &silentServer{Listener: listener}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	return s
}

// owner acts as the owner of the tables.
func (s *site) owner() *pgxpool.Pool {
	owner, err := postgres.AsOwner(s.t.Context(), s.pool(standalone.Migrate))
	require.NoError(s.t, err)
	s.t.Cleanup(owner.Close)
	return owner
}

// mails writes mails about a case that are due.
func (s *site) mails(owner *pgxpool.Pool, caseID string, n int) {
	s.t.Helper()
	for i := range n {
		_, err := owner.Exec(s.t.Context(), `INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
			VALUES ($1, $2, $3, 'reminder', '/compiti/1', $4, clock_timestamp(), clock_timestamp())`,
			uuid.NewString(), s.run(caseID), caseID, fmt.Sprintf("personale.%d@percorso.example", i))
		require.NoError(s.t, err)
	}
}

// A mail server that accepts and says nothing keeps three mails waiting, and no
// entry: the relay brings what the API has not brought.
func TestASilentMailServerHoldsUpNoWake(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	stop := s.work()
	id := s.open()
	s.task(id, care.FirstListening)
	stop()
	owner := s.owner()
	s.mails(owner, id, 3)
	server := newSilentServer(t)
	s.mailer = mailer(server.Addr().String())
	defer s.work()()
	require.Eventually(t, func() bool { return server.accepted.Load() > 0 }, 20*time.Second, time.Millisecond, "the fault did not fire")

	listening := s.completing(id, care.FirstListening, heard) // and its API dies before it wakes the run
	require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, listening.ID).State)
	s.task(id, care.Orientation)
	var waiting int
	require.NoError(t, owner.QueryRow(t.Context(), `SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL`).Scan(&waiting))
	require.Equal(t, 3, waiting, "the mails wait on")
}

// refusing is a mail server that does not know one of its recipients.
type refusing struct {
	unknown string
	mu      sync.Mutex
	got     []string
}

func (r *refusing) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &refusingSession{refusing: r}, nil
}

type refusingSession struct {
	*refusing
	to []string
}

func (*refusingSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *refusingSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == s.unknown {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
	}
	s.to = append(s.to, to)
	return nil
}
func (s *refusingSession) Data(content io.Reader) error {
	_, err := io.Copy(io.Discard, content)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, s.to...)
	return err
}
func (*refusingSession) Reset()        {}
func (*refusingSession) Logout() error { return nil }

// A mail to three of whom the server does not know one reaches the other two; the
// third is seen in the case, and not tried again. Where the server demands a login
// that is not set all wait, until the worker is started with it.
func TestMailsOfAWorker(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	stop := s.work()
	id := s.open()
	s.task(id, care.FirstListening)
	stop()
	owner := s.owner()
	s.mails(owner, id, 3)

	asking := listening(t, smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return nil, &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}))
	s.mailer = mailer(asking)
	stop = s.work()
	var held int
	require.Eventually(t, func() bool {
		state, err := machine.NewMails(s.pool(standalone.API)).State(t.Context())
		require.NoError(t, err)
		held = state.Held
		return held > 0
	}, 20*time.Second, 50*time.Millisecond)
	require.Equal(t, 3, held, "all wait")
	require.Zero(t, s.moments(id)["mail_bounced"])
	stop()

	server := &refusing{unknown: "personale.1@percorso.example"}
	s.mailer = mailer(listening(t, server))
	defer s.work()()
	require.Eventually(t, func() bool {
		server.mu.Lock()
		defer server.mu.Unlock()
		return len(server.got) == 2 && s.moments(id)["mail_bounced"] == 1
	}, 30*time.Second, 50*time.Millisecond)
	require.ElementsMatch(t, []string{"personale.0@percorso.example", "personale.2@percorso.example"}, server.got)
	require.Eventually(t, func() bool { // the server has a mail before the worker has noted it
		var open int
		require.NoError(t, owner.QueryRow(t.Context(), `SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL`).Scan(&open))
		return open == 0
	}, 30*time.Second, 50*time.Millisecond)
}

// listening makes a real mail server listen until the test ends.
func listening(t *testing.T, backend smtp.Backend) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := smtp.NewServer(backend)
	server.Domain = "localhost"
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

func mailer(address string) *post.Mailer {
	return &post.Mailer{Server: post.Server{Address: address, Security: post.None}, From: "percorso@percorso.example", PublicURL: "http://127.0.0.1"}
}
