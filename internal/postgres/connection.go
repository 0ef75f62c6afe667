package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrBypass: the login would see past row-level security.
var ErrBypass = errors.New("the database login is a superuser or bypasses row-level security: give Percorso a login of its own (deploy/postgres/roles.sql)")

// How long either end waits before it takes the other for gone. Where the network
// swallows what is sent, as after a failover without a reset, nobody is told: a
// statement would wait for the kernel's many minutes, and its transaction would keep
// its locks meanwhile.
const (
	lockLimit    = 10 * time.Second // for a lock: who holds it for longer hangs
	idleLimit    = time.Minute      // between two statements of one transaction
	clientGone   = 5 * time.Second  // how often a server that works asks whether the client is there
	silence      = 10 * time.Second // before the other end is asked whether it is there
	askAgain     = 5 * time.Second  // between two such questions
	mostAsked    = 3                // without an answer
	unconfirmed  = 20 * time.Second // for what was sent to arrive
	connectLimit = 3 * time.Second  // for a connection to be made
)

// settings are those of every session.
var settings = map[string]string{
	// Statements find their rows by an index whatever their values are; planning
	// one anew, with its row-level security, costs more than running it.
	"plan_cache_mode": "force_generic_plan",
	// Nor is one worth compiling, whatever a plan without values is thought to cost.
	"jit": "off",

	"lock_timeout":                        milliseconds(lockLimit),
	"idle_in_transaction_session_timeout": milliseconds(idleLimit),
	"client_connection_check_interval":    milliseconds(clientGone),
	"tcp_keepalives_idle":                 seconds(silence),
	"tcp_keepalives_interval":             seconds(askAgain),
	"tcp_keepalives_count":                strconv.Itoa(mostAsked),
	"tcp_user_timeout":                    milliseconds(unconfirmed),
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }

// Open connects and refuses a login that bypasses row-level security. What change
// does to the pool's settings is what is particular to one process.
func Open(ctx context.Context, url string, change ...func(*pgxpool.Config)) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database address cannot be read: it should look like postgres://login@host:port/percorso")
	}
	config.MaxConns = max(config.MaxConns, 16)
	for name, value := range settings {
		if _, given := config.ConnConfig.RuntimeParams[name]; !given { // the address may say otherwise
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	// A lost Postgres is noticed by the statement, not by the kernel's minutes.
	config.ConnConfig.ConnectTimeout = connectLimit
	config.ConnConfig.DialFunc = dialer().DialContext
	for _, f := range change {
		f(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connecting to Postgres: %w", err)
	}
	var bypass bool
	err = pool.QueryRow(ctx, `SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user`).Scan(&bypass)
	if err == nil && bypass {
		err = ErrBypass
	} else if err != nil {
		err = &unopened{err}
	}
	if err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// unopened says in plain words why a database cannot be opened. What the driver says
// would name its address and login.
type unopened struct{ cause error }

func (u *unopened) Error() string {
	var server *pgconn.PgError
	errors.As(u.cause, &server)
	switch {
	case errors.Is(u.cause, context.Canceled):
		return "opening the database was cut off"
	case server == nil:
		return "the database of PERCORSO_DATABASE_URL does not answer: check whether it runs, and the host and port in the address"
	case strings.HasPrefix(server.Code, "28"):
		return "the database of PERCORSO_DATABASE_URL refuses the login: check name and password in the address (SQLSTATE " + server.Code + ")"
	case server.Code == "3D000":
		return "the server of PERCORSO_DATABASE_URL has no database of the name in the address (SQLSTATE 3D000)"
	case server.Code == insufficientPrivilege:
		return "the login of PERCORSO_DATABASE_URL may not use this database: deploy/postgres/roles.sql makes those that may (SQLSTATE 42501)"
	case server.Code == "53300":
		return "the database of PERCORSO_DATABASE_URL has no connection left: end others, or raise max_connections (SQLSTATE 53300)"
	}
	return "the database of PERCORSO_DATABASE_URL takes no work now (SQLSTATE " + server.Code + ")"
}

func (u *unopened) Unwrap() error { return u.cause }

// dialer connects so that a Postgres that is not heard of any more is noticed.
func dialer() *net.Dialer {
	d := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silence, Interval: askAgain, Count: mostAsked}}
	if runtime.GOOS == "linux" {
		d.Control = func(network, _ string, socket syscall.RawConn) (err error) {
			if network == "unix" {
				return nil
			}
			failed := socket.Control(func(fd uintptr) {
				err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(unconfirmed.Milliseconds()))
			})
			return errors.Join(failed, err)
		}
	}
	return d
}

// tcpUserTimeout is Linux's option of that name, which package syscall does not have.
const tcpUserTimeout = 0x12
