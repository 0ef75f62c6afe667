package postgres_test

import (
	"context"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/postgrestest"
)

// swallowed is a pool whose way to Postgres can be told to swallow what is sent, as
// a network does that has lost the other end.
func swallowed(t *testing.T, a *postgrestest.Archive) (pool *pgxpool.Pool, swallows func()) {
	t.Helper()
	address, err := url.Parse(a.Pool(standalone.API).Config().ConnString())
	require.NoError(t, err)
	proxy := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "postgres", "127.0.0.1:0", address.Host)
	require.NoError(t, proxy.Start())
	t.Cleanup(proxy.Stop)
	address.Host = proxy.Listen
	pool, err = postgres.Open(t.Context(), address.String())
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool, func() {
		_, err := proxy.Toxics.AddToxicJson(strings.NewReader(`{"type": "timeout", "stream": "upstream", "attributes": {"timeout": 0}}`))
		require.NoError(t, err)
		t.Cleanup(func() { _ = proxy.Toxics.RemoveToxic(context.Background(), "timeout_upstream") })
	}
}

// A connection on which nothing arrives any more holds nobody up: neither who has
// failed already and only rolls back, nor who waits for as long as they have time.
func TestAConnectionThatSwallows(t *testing.T) {
	t.Parallel()
	a := postgrestest.NewArchive(t)
	t.Run("a rollback", func(t *testing.T) {
		t.Parallel()
		pool, swallows := swallowed(t, a)
		err := postgres.Within(t.Context(), pool, postgres.Anyone(), nil, func(postgres.Tx) error {
			swallows()
			return ledger.ErrNotFound
		})
		require.ErrorIs(t, err, ledger.ErrNotFound, "what failed is what counts")
		isThrownAway(t, pool)
	})
	t.Run("a commit", func(t *testing.T) {
		t.Parallel()
		pool, swallows := swallowed(t, a)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		err := postgres.Within(ctx, pool, postgres.Anyone(), nil, func(postgres.Tx) error {
			swallows()
			return nil
		})
		var fault *ledger.Fault
		require.ErrorAs(t, err, &fault)
		require.True(t, fault.Away())
		isThrownAway(t, pool)
	})
}

// isThrownAway asserts that the connection of a pool is not used again.
func isThrownAway(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	require.Eventually(t, func() bool { return pool.Stat().TotalConns() == 0 }, time.Minute, time.Millisecond)
}

// Both ends of a connection notice an end that is silent, whatever the kernel's own
// settings are, and no session waits for ever.
func TestAConnectionIsWatchedFromBothEnds(t *testing.T) {
	conn, err := postgrestest.NewArchive(t).Pool(standalone.Worker).Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	socket, err := conn.Conn().PgConn().Conn().(*net.TCPConn).SyscallConn()
	require.NoError(t, err)
	require.NoError(t, socket.Control(func(fd uintptr) {
		const tcpUserTimeout = 0x12 // of Linux
		for option, set := range map[int]int{syscall.TCP_KEEPIDLE: 10, syscall.TCP_KEEPINTVL: 5, syscall.TCP_KEEPCNT: 3, tcpUserTimeout: 20_000} {
			value, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, option)
			require.NoError(t, err)
			require.Equal(t, set, value)
		}
	}))
	for setting, said := range map[string]string{
		"lock_timeout": "10s", "idle_in_transaction_session_timeout": "1min", "client_connection_check_interval": "5s",
		"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3", "tcp_user_timeout": "20000",
	} {
		var value string
		require.NoError(t, conn.QueryRow(t.Context(), "SHOW "+setting).Scan(&value))
		require.Equal(t, said, value, setting)
	}
}

// Who asked for something does not hear that a transaction of somebody else crossed theirs.
func TestWhatCrossedIsBegunOnceMore(t *testing.T) {
	a := postgrestest.NewArchive(t)
	caseID, task := a.Open("prato")
	other, err := pgx.Connect(t.Context(), a.Stack.AdministratorURL(a.Database))
	require.NoError(t, err)
	defer func() { _ = other.Close(context.Background()) }()
	_, err = other.Exec(t.Context(), `SET deadlock_timeout = '1min'`) // it is never the one to give way
	require.NoError(t, err)
	tx, err := other.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `SELECT FROM case_file WHERE id = $1 FOR UPDATE`, caseID)
	require.NoError(t, err)
	claimed := make(chan error, 1)
	go func() { claimed <- a.Claim("desk_operator.prato", task) }()
	require.Eventually(t, func() bool {
		var waiting int
		err := tx.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		return err == nil && waiting == 1
	}, time.Minute, 10*time.Millisecond, "the claim holds the task and waits for the file")
	_, err = tx.Exec(t.Context(), `SELECT FROM task WHERE id = $1 FOR UPDATE`, task)
	require.NoError(t, err, "Postgres has undone the claim")
	require.NoError(t, tx.Commit(t.Context()))
	require.NoError(t, <-claimed)
}
