package drafts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/kept"
	"percorso/internal/ledger"
	"percorso/internal/postgres/drafts"
	"percorso/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// TestDraftsAreTheirAuthors, one for each form, for thirty days and fifty at most.
func TestDraftsAreTheirAuthors(t *testing.T) {
	a := postgrestest.NewArchive(t)
	var now time.Time // what is old is old by the database's clock
	require.NoError(t, a.Owner().QueryRow(t.Context(), `SELECT clock_timestamp()`).Scan(&now))
	pool := a.Pool(standalone.API)
	s := drafts.New(pool, func() time.Time { return now })
	author, colleague := a.Accounts["social_worker.prato"], a.Accounts["social_worker_2.prato"]
	keep := func(path, page, text string) {
		t.Helper()
		require.NoError(t, s.KeepDraft(t.Context(), author, kept.Draft{ID: uuid.NewString(), Path: path, Page: page, Sealed: []byte(text)}))
	}
	keep("/compiti/1/completa", "", "one")
	keep("/compiti/1/completa", "/compiti/1", "two")
	keep("/compiti/1/completa", "/altrove", "three")
	list, err := s.Drafts(t.Context(), author)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "/compiti/1", list[0].Page, "where it was opened first")
	require.Empty(t, list[0].Sealed)
	d, err := s.Draft(t.Context(), author, list[0].ID)
	require.NoError(t, err)
	require.Equal(t, "three", string(d.Sealed))

	list, err = s.Drafts(t.Context(), colleague)
	require.NoError(t, err)
	require.Empty(t, list)
	_, err = s.Draft(t.Context(), colleague, d.ID)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.NoError(t, s.DropDraft(t.Context(), colleague, d.Path))
	_, err = s.Draft(t.Context(), author, d.ID)
	require.NoError(t, err, "nobody else deletes it")

	now = now.Add(time.Minute)
	for i := range 50 {
		keep(fmt.Sprintf("/compiti/2/%d", i), "", "more")
	}
	list, err = s.Drafts(t.Context(), author)
	require.NoError(t, err)
	require.Len(t, list, 50)
	_, err = s.Draft(t.Context(), author, d.ID)
	require.ErrorIs(t, err, ledger.ErrNotFound, "the oldest gives way")

	require.NoError(t, s.DropDraft(t.Context(), author, "/compiti/2/0"))
	require.NoError(t, drafts.Forgetting(pool)(t.Context()))
	list, err = s.Drafts(t.Context(), author)
	require.NoError(t, err)
	require.Len(t, list, 49)
	_, err = a.Owner().Exec(t.Context(), `UPDATE draft SET kept_at = kept_at - interval '31 days'`)
	require.NoError(t, err)
	list, err = s.Drafts(t.Context(), author)
	require.NoError(t, err)
	require.Empty(t, list)
	require.NoError(t, drafts.Forgetting(pool)(t.Context()))
	var left int
	require.NoError(t, a.Owner().QueryRow(t.Context(), `SELECT count(*) FROM draft`).Scan(&left))
	require.Zero(t, left)
}
