package promises_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/promises"
	"percorso/internal/promise"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// rig is an archive with promises.
type rig struct {
	*postgrestest.Archive
	*promises.Store
	now time.Time
}

func newRig(t *testing.T) *rig {
	r := &rig{Archive: postgrestest.NewArchive(t)}
	require.NoError(t, r.Owner().QueryRow(t.Context(), `SELECT clock_timestamp()`).Scan(&r.now)) // what is old is old by the database's clock
	r.Store = promises.New(r.Pool(standalone.API), func() time.Time { return r.now })
	return r
}

func (r *rig) put(sql string, args ...any) {
	r.T.Helper()
	_, err := r.Owner().Exec(r.T.Context(), sql, args...)
	require.NoError(r.T, err)
}

func (r *rig) adds(account, caseID string, days int) (id string) {
	r.T.Helper()
	id = uuid.NewString()
	require.NoError(r.T, r.AddPromise(r.T.Context(), r.Accounts[account], promise.Promise{
		ID: id, CaseID: caseID, When: promise.When{Day: care.DayOf(r.now).AddDate(0, 0, days)}, Sealed: []byte("chiuso"),
	}))
	return id
}

func (r *rig) has(account string, done bool) (ids []string) {
	r.T.Helper()
	list, err := r.Promises(r.T.Context(), r.Accounts[account], done)
	require.NoError(r.T, err)
	for _, one := range list {
		ids = append(ids, one.ID)
	}
	return ids
}

func (r *rig) left(account string) (ids []string) {
	r.T.Helper()
	list, err := r.PromisesLeft(r.T.Context(), r.Accounts[account])
	require.NoError(r.T, err)
	for _, one := range list {
		ids = append(ids, one.ID)
	}
	return ids
}

const author, colleague, elsewhere = "social_worker.prato", "social_worker_2.prato", "cpi_operator.prato"

// TestPromisesAreTheirAuthors: nobody else sees, moves or ends one; what is done, or long past,
// is forgotten after thirty days.
func TestPromisesAreTheirAuthors(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	who, other := r.Accounts[author], r.Accounts[colleague]
	id, _ := r.Open("prato")
	second, first := r.adds(author, id, 2), r.adds(author, "", 0)
	late := r.adds(author, id, -3)
	require.Equal(t, []string{late, first, second}, r.has(author, false))
	of, err := r.PromisesOf(ctx, who, id)
	require.NoError(t, err)
	require.Len(t, of, 2)
	require.NotEmpty(t, of[0].Person)
	var lines int
	require.NoError(t, r.Owner().QueryRow(ctx, `SELECT count(*) FROM audit WHERE asked = 'promises' AND case_id = $1`, id).Scan(&lines))
	require.Positive(t, lines)

	require.Empty(t, r.has(colleague, false))
	of, err = r.PromisesOf(ctx, other, id)
	require.NoError(t, err)
	require.Empty(t, of)
	require.ErrorIs(t, r.MovePromise(ctx, other, first, promise.When{Day: care.DayOf(r.now)}), ledger.ErrNotFound)
	require.ErrorIs(t, r.EndPromise(ctx, other, first, true), ledger.ErrNotFound)
	require.ErrorIs(t, r.DropPromise(ctx, other, first), ledger.ErrNotFound)
	require.NoError(t, r.DropLeft(ctx, other, second))
	require.ErrorIs(t, r.AddPromise(ctx, r.Accounts[elsewhere], promise.Promise{ID: uuid.NewString(), CaseID: id, When: promise.When{Day: care.DayOf(r.now)}}), ledger.ErrNotFound, "of a case that they do not see")

	minute := 600
	require.NoError(t, r.MovePromise(ctx, who, first, promise.When{Day: care.DayOf(r.now).AddDate(0, 0, 2), Minute: &minute}))
	require.Equal(t, []string{late, second, first}, r.has(author, false), "one without an hour comes first")
	require.NoError(t, r.EndPromise(ctx, who, second, true))
	require.NoError(t, r.DropPromise(ctx, who, late))
	require.Equal(t, []string{first}, r.has(author, false))
	require.Equal(t, []string{second}, r.has(author, true))
	require.NoError(t, r.EndPromise(ctx, who, second, false))
	require.Empty(t, r.has(author, true))

	require.NoError(t, r.EndPromise(ctx, who, second, true))
	require.NoError(t, promises.Forgetting(r.Pool(standalone.API))(ctx))
	require.NotEmpty(t, r.has(author, true))
	r.put(`UPDATE promise SET done_at = done_at - interval '40 days', on_day = on_day - 40`)
	require.Empty(t, r.has(author, true))
	require.Empty(t, r.has(author, false))
	require.NoError(t, promises.Forgetting(r.Pool(standalone.API))(ctx))
	require.NoError(t, r.Owner().QueryRow(ctx, `SELECT count(*) FROM promise`).Scan(&lines))
	require.Zero(t, lines)
}

// TestNobodyHasMoreThanTheyMay, whoever sends two forms at once; the same form sent twice is one.
func TestNobodyHasMoreThanTheyMay(t *testing.T) {
	r := newRig(t)
	who := r.Accounts[author]
	r.put(`INSERT INTO promise (id, staff, on_day, sealed, made_at) SELECT gen_random_uuid(), $1, current_date, '', now() FROM generate_series(2, $2)`, who.ID, promise.Most)
	same := promise.Promise{ID: uuid.NewString(), When: promise.When{Day: care.DayOf(r.now)}, Sealed: []byte("chiuso")}
	other := same
	other.ID = uuid.NewString()
	results := make([]error, 3)
	var sent sync.WaitGroup
	for i, one := range []promise.Promise{same, same, other} {
		sent.Go(func() { results[i] = r.AddPromise(t.Context(), who, one) })
	}
	sent.Wait()
	var refused int
	for _, err := range results {
		var refusal *care.Refusal
		if err != nil {
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, []care.Fault{{Field: "note", Rule: promise.RuleMost}}, refusal.Faults)
			refused++
		}
	}
	require.Contains(t, []int{1, 2}, refused)
	require.Len(t, r.has(author, false), promise.Most)
}

// TestWhoFollowsTheCaseIsToldOfWhatWasLeft: who leaves, or has to do with the case no more, sees
// their promise no longer, and whoever follows the case is told that there was one.
func TestWhoFollowsTheCaseIsToldOfWhatWasLeft(t *testing.T) {
	r := newRig(t)
	id, _ := r.Open("prato")
	follows := func(account string) {
		r.put(`DELETE FROM lead WHERE case_id = $1`, id)
		r.put(`INSERT INTO lead (case_id, agency, staff, since) VALUES ($1, 'comune', $2, $3)`, id, r.Accounts[account].ID, r.now)
	}
	follows(colleague)
	kept, done := r.adds(author, id, 1), r.adds(author, id, 1)
	r.adds(author, "", 1)
	require.NoError(t, r.EndPromise(t.Context(), r.Accounts[author], done, true))
	require.Empty(t, r.left(colleague), "its author has it")

	t.Run("who is protected from its author", func(t *testing.T) {
		r.put(`INSERT INTO protection (case_id, file, zone, number, agencies, reason, since, by_staff) VALUES ($1, $1, 'prato', 'PO-0', '{comune}', 'Prova', $2, $3)`, id, r.now, r.Accounts[colleague].ID)
		r.put(`INSERT INTO keeper (file, staff, agency, named_at, named_by) VALUES ($1, $2, 'comune', $3, $2)`, id, r.Accounts[colleague].ID, r.now)
		require.Len(t, r.has(author, false), 1, "that without a case")
		require.Equal(t, []string{kept}, r.left(colleague))
		follows("supervisor.prato")
		require.Empty(t, r.left("supervisor.prato"), "who does not keep the person")
		follows(colleague)
		r.put(`DELETE FROM keeper`)
		r.put(`DELETE FROM protection`)
	})
	t.Run("who left", func(t *testing.T) {
		r.put(`UPDATE staff SET active = false WHERE id = $1`, r.Accounts[author].ID)
		require.Equal(t, []string{kept}, r.left(colleague))
		require.Empty(t, r.left("supervisor.prato"), "who does not follow the case")
		require.NoError(t, r.DropLeft(t.Context(), r.Accounts["supervisor.prato"], kept))
		require.NoError(t, r.DropLeft(t.Context(), r.Accounts[colleague], kept))
		require.Empty(t, r.left(colleague))
		r.put(`UPDATE staff SET active = true WHERE id = $1`, r.Accounts[author].ID)
	})
	t.Run("whose agency is out of it", func(t *testing.T) {
		again := r.adds(author, id, 1)
		r.put(`UPDATE case_grant SET agency = 'altrove' WHERE case_id = $1`, id)
		require.Len(t, r.has(author, false), 1)
		require.Empty(t, r.left(colleague), "who does not see the file either")
		r.put(`UPDATE case_grant SET agency = 'comune' WHERE case_id = $1`, id)
		require.Contains(t, r.has(author, false), again)
	})
}

// TestPromisesGoWithTheirFile: into the file that it is merged into, back when the two are taken
// apart, and to another zone, whose file their author does not see.
func TestPromisesGoWithTheirFile(t *testing.T) {
	r := newRig(t)
	merged, _ := r.Open("prato")
	stays, _ := r.Open("prato")
	r.adds(author, merged, 1)
	own := r.adds(author, stays, 1)
	of := func(id string) int {
		list, err := r.PromisesOf(t.Context(), r.Accounts[author], id)
		require.NoError(t, err)
		return len(list)
	}
	entry := uuid.NewString()
	r.put(`INSERT INTO file_merge (entry, case_id, merged, at, before) VALUES ($1, $2, $3, $4, '{}')`, entry, stays, merged, r.now)
	require.Equal(t, 2, of(stays))
	r.put(`UPDATE file_merge SET undone_at = $2 WHERE entry = $1`, entry, r.now)
	require.Equal(t, 1, of(stays))
	require.Equal(t, 1, of(merged))

	there, _ := r.Open("pistoia")
	r.put(`UPDATE case_file SET continued_in = $2 WHERE id = $1`, stays, there)
	require.NotContains(t, r.has(author, false), own)
	r.put(`DELETE FROM lead WHERE case_id = $1`, there)
	var follows string
	require.NoError(t, r.Owner().QueryRow(t.Context(), `INSERT INTO lead (case_id, agency, staff, since) SELECT f.id, f.agency, s.id, $2 FROM case_file f JOIN staff s ON s.zone = f.zone AND s.agency = f.agency AND s.role = 'social_worker'
		WHERE f.id = $1 LIMIT 1 RETURNING staff::text`, there, r.now).Scan(&follows))
	for account, who := range r.Accounts {
		if who.ID == follows {
			require.Equal(t, []string{own}, r.left(account))
		}
	}
}
