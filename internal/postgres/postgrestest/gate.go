package postgrestest

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
)

// Gates are points in a database at which somebody waits for as long as a test wants, so that
// another one comes by between what they have looked at and what they lock.
type Gates struct {
	a     *Archive
	owner *pgxpool.Pool
}

// Gates makes gate(point, who) in the database, which whatever a test puts there may call.
func (a *Archive) Gates() *Gates {
	g := &Gates{a, a.Owner()}
	g.Put(`CREATE FUNCTION gate(point text, who text) RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_xact_lock_shared(hashtext('gate ' || point), hashtext(who)) $$`,
		`GRANT EXECUTE ON FUNCTION gate TO PUBLIC`)
	return g
}

// GatesOfPlaces are those beside the lock of the days of services: "before" it, by when
// whoever asks for a place has looked at what it is for, and "after" it, before they count.
func (a *Archive) GatesOfPlaces() *Gates {
	g := a.Gates()
	g.Put(`ALTER FUNCTION lock_places RENAME TO truly_lock_places`,
		`CREATE FUNCTION lock_places(days text[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
			PERFORM gate('before', my('staff')); PERFORM truly_lock_places(days); PERFORM gate('after', my('staff'));
		END $$`,
		`GRANT EXECUTE ON FUNCTION lock_places TO percorso_app`)
	return g
}

// Put runs statements as the owner of the tables.
func (g *Gates) Put(statements ...string) {
	g.a.T.Helper()
	for _, s := range statements {
		_, err := g.owner.Exec(g.a.T.Context(), s)
		require.NoError(g.a.T, err)
	}
}

// Wait keeps somebody at a point, who begins now, until another one has done theirs, or waits
// for what the first has locked.
func (g *Gates) Wait(point, who string, first, then func()) {
	g.a.T.Helper()
	ctx := context.Background()
	gate, err := g.owner.Acquire(ctx)
	require.NoError(g.a.T, err)
	defer gate.Release()
	_, err = gate.Exec(ctx, `SELECT pg_advisory_lock(hashtext('gate ' || $1), hashtext($2))`, point, who)
	require.NoError(g.a.T, err)
	go1, go2 := make(chan struct{}), make(chan struct{})
	go func() { defer close(go1); first() }()
	g.until(1, go1)
	go func() { defer close(go2); then() }()
	g.until(2, go2)
	_, err = gate.Exec(ctx, `SELECT pg_advisory_unlock(hashtext('gate ' || $1), hashtext($2))`, point, who)
	require.NoError(g.a.T, err)
	<-go1
	<-go2
}

// until waits until so many wait for a lock, or one is done.
func (g *Gates) until(many int, done <-chan struct{}) {
	g.a.T.Helper()
	for {
		var waiting int
		require.NoError(g.a.T, g.owner.QueryRow(context.Background(), `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
			WHERE l.locktype = 'advisory' AND NOT l.granted`).Scan(&waiting))
		if waiting >= many {
			return
		}
		select {
		case <-done:
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}
