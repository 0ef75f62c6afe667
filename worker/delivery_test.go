package worker_test

import (
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/ledger"
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

// mails writes mails about a case that are due.
func (s *site) mails(owner *pgxpool.Pool, caseID string, n int) {
	s.t.Helper()
	for i := range n {
		_, err := owner.Exec(s.t.Context(), `INSERT INTO mail (id, run_id, case_id, template, link, recipients, created_at, next_try)
			VALUES ($1, $2, $3, 'reminder', '/compiti/1', $4, clock_timestamp(), clock_timestamp())`,
			uuid.NewString(), s.run(caseID), caseID, []string{fmt.Sprintf("personale.%d@percorso.example", i)})
		require.NoError(s.t, err)
	}
}

// A mail server that accepts and says nothing keeps three mails waiting, and no
// entry: the relay brings what the API has not brought.
func TestASilentMailServerHoldsUpNoWake(t *testing.T) {
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	stop := s.work()
	id := s.open()
	s.task(id, care.FirstListening)
	stop()
	owner := s.pool(standalone.Migrate)
	s.mails(owner, id, 3)
	server := newSilentServer(t)
	s.mailer = &post.Mailer{Address: server.Addr().String(), From: "percorso@percorso.example", PublicURL: "http://127.0.0.1"}
	defer s.work()()
	require.Eventually(t, func() bool { return server.accepted.Load() > 0 }, 20*time.Second, time.Millisecond, "the fault did not fire")

	listening := s.completing(id, care.FirstListening, heard) // and its API dies before it wakes the run
	require.Equal(t, ledger.CommandWorked, s.worked(care.DeskOperator, listening.ID).State)
	s.task(id, care.Orientation)
	var waiting int
	require.NoError(t, owner.QueryRow(t.Context(), `SELECT count(*) FROM mail WHERE sent_at IS NULL AND failed_at IS NULL`).Scan(&waiting))
	require.Equal(t, 3, waiting, "the mails wait on")
}
