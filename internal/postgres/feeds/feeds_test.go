package feeds_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/feeds"
	"percorso/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// TestACalendarHasWhatIsOnes: the appointments of whom one follows and of whose task one has;
// of nobody else, of nothing that was cancelled, and of no protected person.
func TestACalendarHasWhatIsOnes(t *testing.T) {
	a := postgrestest.NewArchive(t)
	now := a.Today()
	calendars := feeds.New(a.Pool(standalone.API), func() time.Time { return now })
	worker, colleague := a.Accounts["social_worker.prato"], a.Accounts["social_worker_2.prato"]
	put := func(sql string, args ...any) {
		t.Helper()
		_, err := a.Owner().Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	appointment := func(caseID, state string, at time.Time) {
		put(`INSERT INTO appointment (id, run_id, case_id, zone, agency, service, state, at) VALUES ($1, $2, $3, 'prato', 'comune', 'uoc_immigrazione', $4, $5)`,
			uuid.NewString(), ledger.CaseRun(caseID), caseID, state, at)
	}
	follow := func(caseID string, who care.Staff) {
		put(`DELETE FROM lead WHERE case_id = $1`, caseID)
		put(`INSERT INTO lead (case_id, agency, staff, since) VALUES ($1, 'comune', $2, $3)`, caseID, who.ID, now)
	}
	followed, _ := a.Open("prato")
	other, _ := a.Open("prato")
	held, task := a.Open("prato")
	protected, _ := a.Open("prato")
	for _, id := range []string{followed, other, held, protected} {
		appointment(id, "booked", now.AddDate(0, 0, 3))
	}
	appointment(followed, "cancelled", now.AddDate(0, 0, 4))
	appointment(followed, "confirmed", now.AddDate(0, 0, 5))
	appointment(followed, "confirmed", now.AddDate(1, 0, 0))
	follow(followed, worker)
	follow(protected, worker)
	follow(other, colleague)
	put(`DELETE FROM lead WHERE case_id = $1`, held)
	put(`UPDATE task SET state = 'reserved', holder = $2, reserved_at = $3 WHERE id = $1`, task, worker.ID, now)
	put(`INSERT INTO protection (case_id, file, zone, number, agencies, reason, since, by_staff) VALUES ($1, $1, 'prato', 'PO-0', '{comune}', 'Prova', $2, $3)`, protected, now, worker.ID)
	put(`INSERT INTO keeper (file, staff, agency, named_at, named_by) VALUES ($1, $2, 'comune', $3, $2)`, protected, worker.ID, now)

	attended, _ := a.Open("prato")
	appointment(attended, "booked", now.AddDate(0, 0, 6))
	put(`DELETE FROM lead WHERE case_id = $1`, attended)
	put(`INSERT INTO participant (id, appointment_id, zone, staff, agency, added_by, added_at) SELECT gen_random_uuid(), id, zone, $2, 'comune', $2, $3 FROM appointment WHERE case_id = $1`, attended, colleague.ID, now)

	cases := func(who care.Staff) (of []string) {
		events, err := calendars.FeedEvents(t.Context(), who)
		require.NoError(t, err)
		for _, e := range events {
			of = append(of, e.CaseID)
		}
		return of
	}
	require.ElementsMatch(t, []string{followed, held, followed}, cases(worker))
	require.Equal(t, []string{other, attended}, cases(colleague))
	var lines int
	require.NoError(t, a.Owner().QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE action = 'list_appointments' AND asked = 'feed'`).Scan(&lines))
	require.Equal(t, 2, lines)
}

// TestAnAddressIsOnes: one each, which a new one makes void, and which ends with the person's work here.
func TestAnAddressIsOnes(t *testing.T) {
	a := postgrestest.NewArchive(t)
	calendars := feeds.New(a.Pool(standalone.API), a.Today)
	worker, colleague := a.Accounts["social_worker.prato"], a.Accounts["social_worker_2.prato"]
	_, err := calendars.Feed(t.Context(), worker)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	made := func() string {
		require.NoError(t, calendars.MakeFeed(t.Context(), worker))
		f, err := calendars.Feed(t.Context(), worker)
		require.NoError(t, err)
		require.Nil(t, f.ReadAt)
		return f.ID
	}
	first := made()
	who, err := calendars.OpenFeed(t.Context(), first)
	require.NoError(t, err)
	require.Equal(t, worker, who)
	f, err := calendars.Feed(t.Context(), worker)
	require.NoError(t, err)
	require.NotNil(t, f.ReadAt)
	second := made()
	_, err = calendars.OpenFeed(t.Context(), first)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.NoError(t, calendars.EndFeed(t.Context(), colleague))
	_, err = calendars.OpenFeed(t.Context(), second)
	require.NoError(t, err, "nobody else takes it away")
	_, err = a.Owner().Exec(t.Context(), `UPDATE staff SET active = false WHERE id = $1`, worker.ID)
	require.NoError(t, err)
	_, err = calendars.OpenFeed(t.Context(), second)
	require.ErrorIs(t, err, ledger.ErrNotFound, "of somebody who left")
}
