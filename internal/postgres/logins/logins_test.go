package logins_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/kept"
	"percorso/internal/ledger"
	"percorso/internal/postgres/logins"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/testclock"
)

const idle = 30 * time.Minute

type shelf struct {
	*logins.Store
	*postgrestest.Archive
	owner *pgxpool.Pool
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	a := postgrestest.NewArchive(t)
	pool, err := logins.Open(t.Context(), a.Pool(standalone.API).Config().ConnString())
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return &shelf{logins.New(pool, idle), a, a.Owner()}
}

func (s *shelf) begins(token, subject string) {
	s.T.Helper()
	var until time.Time // by the database's clock, as sessions go by it
	require.NoError(s.T, s.owner.QueryRow(s.T.Context(), `SELECT clock_timestamp() + interval '1 hour'`).Scan(&until))
	data, err := scs.GobCodec{}.Encode(until, map[string]any{"subject": subject, "device": "firefox/linux"})
	require.NoError(s.T, err)
	require.NoError(s.T, s.CommitCtx(s.T.Context(), token, data, until))
}

func (s *shelf) alive(token string) bool {
	s.T.Helper()
	_, found, err := s.FindCtx(s.T.Context(), token)
	require.NoError(s.T, err)
	return found
}

func (s *shelf) does(sql string, args ...any) {
	s.T.Helper()
	_, err := s.owner.Exec(s.T.Context(), sql, args...)
	require.NoError(s.T, err)
}

// TestSessionsEnd: unused, after their time, from another one, or by leaving; and no
// request that was under way brings one back.
func TestSessionsEnd(t *testing.T) {
	s := newShelf(t)
	ends := map[string]func(token string){
		"unused": func(token string) {
			s.does(`UPDATE sessions SET seen = seen - $2::interval WHERE token = $1`, token, idle)
		},
		"by its life": func(token string) { s.does(`UPDATE sessions SET expiry = clock_timestamp() WHERE token = $1`, token) },
		"by leaving":  func(token string) { require.NoError(t, s.DeleteCtx(t.Context(), token)) },
		"from another": func(string) {
			_, err := s.EndOthers(t.Context(), "social_worker.prato", "mine")
			require.NoError(t, err)
		},
	}
	for name, end := range ends {
		s.begins(name, "social_worker.prato")
		require.True(t, s.alive(name), name)
		left, err := s.Left(t.Context(), name)
		require.NoError(t, err)
		require.Greater(t, left, idle-time.Minute)
		require.LessOrEqual(t, left, idle)
		end(name)
		require.False(t, s.alive(name), name)
		left, err = s.Left(t.Context(), name)
		require.NoError(t, err)
		require.Zero(t, left)
	}
	for _, name := range []string{"by leaving", "from another"} {
		s.begins(name, "social_worker.prato")
		require.False(t, s.alive(name), "%s: brought back", name)
	}
}

// TestUseKeepsASession, and asking how long it goes on is none.
func TestUseKeepsASession(t *testing.T) {
	s := newShelf(t)
	s.begins("a", "social_worker.prato")
	s.does(`UPDATE sessions SET seen = seen - interval '20 minutes'`)
	left, err := s.Left(t.Context(), "a")
	require.NoError(t, err)
	require.Less(t, left, 11*time.Minute)
	require.True(t, s.alive("a"))
	left, err = s.Left(t.Context(), "a")
	require.NoError(t, err)
	require.Greater(t, left, 29*time.Minute)
}

// TestSessionsOfBefore: a session that older code has begun goes on until its expiry.
func TestSessionsOfBefore(t *testing.T) {
	s := newShelf(t)
	s.does(`INSERT INTO sessions (token, data, expiry, seen) VALUES ('old', 'x', clock_timestamp() + interval '1 hour', clock_timestamp() - interval '9 hours')`)
	require.True(t, s.alive("old"))
}

// TestOthersEnd: one's own other sessions, and the tokens of before, and nobody else's.
func TestOthersEnd(t *testing.T) {
	s := newShelf(t)
	for token, subject := range map[string]string{"mine": "social_worker.prato", "other": "social_worker.prato", "theirs": "supervisor.prato", "nobody's": ""} {
		s.begins(token, subject)
	}
	list, err := s.Logins(t.Context(), "social_worker.prato", "mine")
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.True(t, list[0].Mine)
	require.False(t, list[1].Mine)
	require.Equal(t, "firefox/linux", list[1].Device)
	since, err := s.TokensSince(t.Context(), "social_worker.prato")
	require.NoError(t, err)
	require.True(t, since.IsZero())

	ended, err := s.EndOthers(t.Context(), "social_worker.prato", "mine")
	require.NoError(t, err)
	require.Equal(t, 1, ended)
	for token, want := range map[string]bool{"mine": true, "other": false, "theirs": true, "nobody's": true} {
		require.Equal(t, want, s.alive(token), token)
	}
	since, err = s.TokensSince(t.Context(), "social_worker.prato")
	require.NoError(t, err)
	require.False(t, since.IsZero())
	since, err = s.TokensSince(t.Context(), "supervisor.prato")
	require.NoError(t, err)
	require.True(t, since.IsZero())
}

// TestFormsWaitWithinBounds: for their author and browser, for a time, and few.
func TestFormsWaitWithinBounds(t *testing.T) {
	s := newShelf(t)
	keep := func(subject string) string {
		id := uuid.NewString()
		require.NoError(t, s.KeepForm(t.Context(), kept.Form{ID: id, Subject: subject, Browser: []byte("b"), Sealed: []byte(id)}))
		return id
	}
	gone := func(id, subject, browser string) {
		t.Helper()
		_, err := s.WaitingForm(t.Context(), id, subject, []byte(browser))
		require.ErrorIs(t, err, ledger.ErrNotFound)
	}
	var ids []string
	for range 6 {
		ids = append(ids, keep("a"))
	}
	for range 2 {
		f, err := s.WaitingForm(t.Context(), ids[5], "a", []byte("b"))
		require.NoError(t, err)
		require.Equal(t, ids[5], string(f.Sealed))
	}
	gone(ids[0], "a", "b") // it gave way
	gone(ids[5], "other", "b")
	gone(ids[5], "a", "other")
	gone(uuid.NewString(), "a", "b")
	var left time.Duration
	require.NoError(t, s.owner.QueryRow(t.Context(), `SELECT ends_at - clock_timestamp() FROM waiting_form WHERE id = $1`, ids[5]).Scan(&left))
	require.LessOrEqual(t, left, time.Hour, "it was given back")
	s.does(`UPDATE waiting_form SET ends_at = clock_timestamp()`)
	gone(ids[5], "a", "b")

	s.does(`INSERT INTO waiting_form (id, subject, browser, sealed, ends_at) SELECT gen_random_uuid(), 's' || n, '', '', clock_timestamp() + interval '1 hour' FROM generate_series(1, 2000) n`)
	require.ErrorIs(t, s.KeepForm(t.Context(), kept.Form{ID: uuid.NewString(), Subject: "a", Browser: []byte("b")}), logins.ErrFull)
	s.does(`DELETE FROM waiting_form`)
	err := s.KeepForm(t.Context(), kept.Form{ID: uuid.NewString(), Subject: "a", Browser: []byte("b"), Sealed: bytes.Repeat([]byte("a"), 400001)})
	require.Error(t, err)
	require.False(t, errors.Is(err, logins.ErrFull))
}

// TestLines: logins and refusals are in the audit, without a name or an address.
func TestLines(t *testing.T) {
	s := newShelf(t)
	lines := logins.NewLines(s.Pool(standalone.API), []byte("key"), func() time.Time { return testclock.Monday })
	var who care.Staff
	require.NoError(t, s.owner.QueryRow(t.Context(), `SELECT id::text, role, zone, agency FROM staff WHERE subject = 'social_worker.prato'`).Scan(&who.ID, &who.Role, &who.Zone, &who.Agency))
	require.NoError(t, lines.Acted(t.Context(), who, ledger.LineLogin))
	for range 2 { // the same at once is one line
		require.NoError(t, lines.Forbidden(t.Context(), who, "GET /casi-bloccati"))
		require.NoError(t, lines.Unknown(t.Context(), ledger.UnknownLogin, "not_staff", "estranea.prova"))
	}
	require.NoError(t, lines.Unknown(t.Context(), ledger.UnknownLogin, "not_staff", "altra.prova"))
	rows, err := s.owner.Query(t.Context(), `SELECT coalesce(staff::text, '') || ' ' || role || ' ' || action || ' ' || asked || ' ' || coalesce(octet_length(searched), 0) AS line, a::text AS whole FROM audit a ORDER BY id`)
	require.NoError(t, err)
	var found []string
	for rows.Next() {
		var line, whole string
		require.NoError(t, rows.Scan(&line, &whole))
		require.NotContains(t, whole, "prova")
		found = append(found, strings.TrimSpace(line))
	}
	require.NoError(t, rows.Err())
	staff := fmt.Sprintf("%s social_worker ", who.ID)
	require.Equal(t, []string{staff + "login  0", staff + "forbidden GET /casi-bloccati 0", "unknown_login not_staff 32", "unknown_login not_staff 32"}, found)
	require.Error(t, lines.Acted(t.Context(), care.Staff{}, ledger.LineLogin), "nobody acted")

	// Who reads as nobody of their agency is logged in as one of it.
	require.NoError(t, s.owner.QueryRow(t.Context(), `SELECT id::text, role, zone, agency FROM staff WHERE subject = 'privacy_officer.prato'`).Scan(&who.ID, &who.Role, &who.Zone, &who.Agency))
	require.NoError(t, lines.Acted(t.Context(), who, ledger.LineLogin))
	var agency string
	require.NoError(t, s.owner.QueryRow(t.Context(), `SELECT agency FROM audit WHERE staff = $1`, who.ID).Scan(&agency))
	require.Equal(t, who.Agency, agency)
}
