// Package logins keeps the sessions of browsers.
package logins

import (
	"context"
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Store keeps sessions for package scs, and what hangs on them. All of it goes by
// the database's clock. Its statements run as the role of the API, outside a
// transaction of ours.
type Store struct {
	pool *pgxpool.Pool
	idle time.Duration
}

// connections is enough for what a page asks of its session: a row.
const connections = 4

// Open connects for a Store, whose statements run outside a transaction of ours: its
// connections are in the API's role as such.
func Open(ctx context.Context, url string) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database address cannot be read")
	}
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SET ROLE percorso_app")
		return err
	}
	c.MaxConns = connections
	return pgxpool.NewWithConfig(ctx, c)
}

// New makes a store on a pool whose connections are in the API's role. A session in
// which nothing is asked for the time of idle has ended.
func New(pool *pgxpool.Pool, idle time.Duration) *Store { return &Store{pool, idle} }

const (
	// touchEvery bounds how often a session's last use is written.
	touchEvery = 20 * time.Second
	// endedKept is how long the row of an ended session stays: above the time of the
	// longest request, which could else bring it back.
	endedKept = time.Hour

	// What a session holds of the account, as package access puts it there.
	subjectKey = "subject"
	deviceKey  = "device"
)

// alive is a session that can be used; $2 is the time after which it ends unused.
const alive = `expiry > clock_timestamp() AND ended IS NULL AND (subject = '' OR seen > clock_timestamp() - $2::interval)`

// FindCtx reads a session. That it was asked for is a use of it.
func (s *Store) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.pool.QueryRow(ctx, `WITH it AS MATERIALIZED (SELECT token, data, seen FROM sessions WHERE token = $1 AND `+alive+`),
		touched AS (UPDATE sessions s SET seen = clock_timestamp() FROM it WHERE s.token = it.token AND it.seen < clock_timestamp() - $3::interval)
		SELECT data FROM it`, token, s.idle, touchEvery).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// Peek reads a session, and is no use of it.
func (s *Store) Peek(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT data FROM sessions WHERE token = $1 AND `+alive, token, s.idle).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx writes a session. One that has ended stays ended.
func (s *Store) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	subject, _ := values[subjectKey].(string)
	device, _ := values[deviceKey].(string)
	_, err = s.pool.Exec(ctx, `INSERT INTO sessions AS s (token, data, expiry, subject, device) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry, subject = excluded.subject, device = excluded.device WHERE s.ended IS NULL`,
		token, data, expiry, subject, device)
	return err
}

// DeleteCtx ends a session.
func (s *Store) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.pool.Exec(ctx, `UPDATE sessions SET ended = clock_timestamp(), expiry = least(expiry, clock_timestamp()), data = '' WHERE token = $1 AND ended IS NULL`, token)
	return err
}

// Find, Commit and Delete are what scs asks for where there is no context.
func (s *Store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit writes a session.
func (s *Store) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete ends a session.
func (s *Store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// Left says how long a session goes on if nothing more is asked in it, which this
// is not. 0: it has ended.
func (s *Store) Left(ctx context.Context, token string) (time.Duration, error) {
	var left time.Duration
	err := s.pool.QueryRow(ctx, `SELECT least(expiry, CASE subject WHEN '' THEN expiry ELSE seen + $2::interval END) - clock_timestamp()
		FROM sessions WHERE token = $1 AND `+alive, token, s.idle).Scan(&left)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return left, err
}

// Logins lists the sessions of an account, the one that asks first.
func (s *Store) Logins(ctx context.Context, subject, token string) ([]ledger.Login, error) {
	rows, _ := s.pool.Query(ctx, `SELECT began, seen, device, token = $1 AS mine FROM sessions WHERE subject = $3 AND subject <> '' AND `+alive+`
		ORDER BY token = $1 DESC, seen DESC LIMIT 50`, token, s.idle, subject)
	return pgx.CollectRows(rows, pgx.RowToStructByName[ledger.Login])
}

// EndOthers ends all sessions of an account but one, and revokes its tokens of
// before. It says how many sessions have ended.
func (s *Store) EndOthers(ctx context.Context, subject, token string) (int, error) {
	var ended int
	err := s.pool.QueryRow(ctx, `WITH cut AS (INSERT INTO token_cut (subject, at) VALUES ($2, clock_timestamp()) ON CONFLICT (subject) DO UPDATE SET at = excluded.at),
		gone AS (UPDATE sessions SET ended = clock_timestamp(), expiry = least(expiry, clock_timestamp()), data = ''
			WHERE subject = $2 AND subject <> '' AND token <> $1 AND ended IS NULL AND expiry > clock_timestamp() RETURNING token)
		SELECT count(*) FROM gone`, token, subject).Scan(&ended)
	return ended, err
}

// TokensSince is from when on the tokens of an account are good; the zero time: ever.
func (s *Store) TokensSince(ctx context.Context, subject string) (since time.Time, err error) {
	err = s.pool.QueryRow(ctx, `SELECT at FROM token_cut WHERE subject = $1`, subject).Scan(&since)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return since, err
}

// CleanUp removes what has ended, and what besides is to be removed, every few
// minutes, until ctx is done.
func (s *Store) CleanUp(ctx context.Context, log *zap.Logger, besides func(context.Context) error) {
	tick := time.NewTicker(5 * time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := errors.Join(s.clean(ctx), besides(ctx)); err != nil && ctx.Err() == nil {
				log.Warn("what has ended was not removed", zap.Error(postgres.FaultOf(err, false)))
			}
		}
	}
}

func (s *Store) clean(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, `WITH forms AS (DELETE FROM waiting_form WHERE ends_at < clock_timestamp())
		DELETE FROM sessions WHERE greatest(expiry, ended) < clock_timestamp() - $1::interval`, endedKept)
	return err
}
