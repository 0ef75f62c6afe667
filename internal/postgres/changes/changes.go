// Package changes tells which lists of work have changed. Postgres says so when a
// transaction that changed one commits, by the list's name alone: its zone, agency and role.
//
// Say that a social worker of Prato claims a task. Postgres tells "prato/comune/social_worker",
// and each page that follows this list reads it anew, as whoever looks at it.
package changes

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/loops"
)

// Listener hears which lists have changed, on a connection of its own, and tells whoever
// follows them. A page that missed something is told once the connection is there again.
type Listener struct {
	pool *pgxpool.Pool

	mu        sync.Mutex
	followers map[chan struct{}][]string // with the lists that each follows
}

// New builds a listener; it connects when it runs.
func New(pool *pgxpool.Pool) *Listener {
	return &Listener{pool: pool, followers: map[chan struct{}][]string{}}
}

const (
	listening = "LISTEN percorso_lists"
	// round is how long it waits for news before it says that it moves.
	round = 10 * time.Second
	// again is after how long it connects anew.
	again = 2 * time.Second
)

// lists are those that somebody's work is on: of their role, and of all of their agency.
func lists(s care.Staff) []string {
	agency := s.Zone + "/" + s.Agency + "/"
	return []string{agency + string(s.Role), agency}
}

// Follow tells on a channel that a list of somebody's has changed; what changes before
// it is heard is told once. stop ends it.
func (l *Listener) Follow(s care.Staff) (changed <-chan struct{}, stop func()) {
	told := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.followers[told] = lists(s)
	return told, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.followers, told)
	}
}

// tell tells whoever follows a list; of no name: everybody.
func (l *Listener) tell(list string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for told, follows := range l.followers {
		if list != "" && !slices.Contains(follows, list) {
			continue
		}
		select {
		case told <- struct{}{}:
		default: // is to hear of it already
		}
	}
}

// Run hears until ctx is done. While Postgres is away nobody is told anything, and pages
// are what they were when they were loaded.
func (l *Listener) Run(ctx context.Context) error {
	for {
		_ = l.listen(ctx) // what goes wrong is the connection, which is tried again
		loops.Moves(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(again):
		}
	}
}

// listen hears on one connection until it fails.
func (l *Listener) listen(ctx context.Context) error {
	conn, err := l.connect(ctx)
	if err != nil {
		return err
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), again)
		defer cancel()
		_ = conn.Close(last)
	}()
	l.tell("")
	for {
		loops.Moves(ctx)
		n, err := next(ctx, conn)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			l.tell(n.Payload)
		case !errors.Is(err, context.DeadlineExceeded):
			return err
		}
	}
}

// connect takes a connection out of the pool, so that nobody else gets one that listens.
func (l *Listener) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, round)
	defer cancel()
	pooled, err := l.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	conn := pooled.Hijack()
	if _, err = conn.Exec(ctx, listening); err != nil {
		_ = conn.Close(ctx)
	}
	return conn, err
}

// next waits for news for a round.
func next(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	ctx, cancel := context.WithTimeout(ctx, round)
	defer cancel()
	return conn.WaitForNotification(ctx)
}
