package records_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/naming"
)

// TestReferralsByWhenTheyAreToBeAnswered reads those that have a due date, over pages
// of one, for who sent them and for who sees them all.
func TestReferralsByWhenTheyAreToBeAnswered(t *testing.T) {
	p := newPlay(t)
	var referrals, tasks []string
	for range 5 {
		_, _, referral, task := p.Referred()
		referrals, tasks = append(referrals, referral), append(tasks, task)
	}
	due := func(i int, days int) {
		_, err := p.Owner.Exec(t.Context(), `UPDATE task SET escalate_at = now() + make_interval(days => $2) WHERE id = $1`, tasks[i], days)
		require.NoError(t, err)
	}
	due(0, 9)
	due(1, 3)
	due(2, 6)
	for task, change := range map[string]string{tasks[3]: `state = 'completed', ended_at = now()`, tasks[4]: `suspended = true`} {
		_, err := p.Owner.Exec(t.Context(), `UPDATE task SET `+change+` WHERE id = $1`, task)
		require.NoError(t, err)
	}
	read := func(account string, f ledger.ReferralFilter) (found []string) {
		f.ByDue = true
		for paging := (ledger.Paging{Limit: 1}); ; {
			page, err := p.Records.Referrals(t.Context(), p.Accounts[account], f, paging)
			require.NoError(t, err)
			for _, r := range page.Items {
				require.NotNil(t, r.Due)
				found = append(found, r.ID)
			}
			if paging.Cursor = page.Next; page.Next == "" {
				return found
			}
		}
	}
	want := []string{referrals[1], referrals[2], referrals[0]}
	require.Equal(t, want, read("supervisor.prato", ledger.ReferralFilter{}))
	require.Equal(t, want, read("social_worker.prato", ledger.ReferralFilter{Sent: true}))
	require.Equal(t, want, read("social_worker.prato", ledger.ReferralFilter{Sent: true, State: care.ReferralRequested}))
	require.Empty(t, read("social_worker.prato", ledger.ReferralFilter{Incoming: true}))
	require.Empty(t, read("social_worker.prato", ledger.ReferralFilter{State: care.ReferralCompleted}))
	require.Empty(t, read("supervisor.lucca", ledger.ReferralFilter{}))
	due(1, 12)
	require.Equal(t, []string{referrals[2], referrals[0], referrals[1]}, read("supervisor.prato", ledger.ReferralFilter{}))

	newest, err := p.Records.Referrals(t.Context(), p.Accounts["supervisor.prato"], ledger.ReferralFilter{}, ledger.Paging{Limit: 1})
	require.NoError(t, err)
	_, err = p.Records.Referrals(t.Context(), p.Accounts["supervisor.prato"], ledger.ReferralFilter{ByDue: true}, ledger.Paging{Cursor: newest.Next})
	require.ErrorIs(t, err, ledger.ErrCursor, "of another order")
}

// TestWhatManyAreCalledIsFound searches where so many are found that they are not all
// put in order: each is found once, the newest first.
func TestWhatManyAreCalledIsFound(t *testing.T) {
	p := newPlay(t)
	const files = 2300
	_, err := p.Owner.Exec(t.Context(), `WITH made AS (SELECT n, gen_random_uuid() AS id, timestamptz '2026-01-01' + make_interval(mins => n) AS at FROM generate_series(1, $1::int) n),
		filed AS (INSERT INTO case_file (id, number, zone, agency, stage, needs, notice_version, opened_at, opened_by)
			SELECT id, 'PRATO-2026-' || to_char(n, 'FM00000'), 'prato', 'comune', 'first_level', '{}', 'prova', at, (SELECT id FROM staff LIMIT 1) FROM made),
		seen AS (INSERT INTO case_grant (case_id, agency, granted_at) SELECT id, 'comune', at FROM made),
		ran AS (INSERT INTO run (id, kind, case_id, zone, agency, service, policy_version, course_version, revision, state, started_at)
			SELECT 'case/' || id, 'case', id, 'prato', 'comune', '', '1', '1', 1, '{}', at FROM made)
		INSERT INTO person (id, case_id, given_name, family_name, birth_date, citizenship, permit, languages, phone)
			SELECT gen_random_uuid(), id, CASE WHEN n <= 1150 THEN 'Primo' ELSE 'Seconda' END || CASE WHEN n <= 3 THEN ' Seconda' ELSE '' END,
				CASE WHEN n = 1200 THEN 'Rara' ELSE 'Provetta' END, '1990-01-01', 'MA', 'work', '{}', '' FROM made`, files)
	require.NoError(t, err)
	made, err := naming.Complete(t.Context(), p.Owner)
	require.NoError(t, err)
	require.Equal(t, files, made)
	find := func(account, text string) (found []string) {
		for paging := (ledger.Paging{Limit: 100}); ; {
			page, err := p.Records.CaseFiles(t.Context(), p.Accounts[account], ledger.CaseFilter{Search: text}, paging)
			require.NoError(t, err)
			for i, f := range page.Items {
				found = append(found, f.ID)
				require.True(t, i == 0 || f.Opened.Before(page.Items[i-1].Opened), "the newest first")
			}
			if paging.Cursor = page.Next; page.Next == "" {
				return found
			}
		}
	}
	once := func(found []string, n int, text string) {
		t.Helper()
		different := map[string]bool{}
		for _, id := range found {
			different[id] = true
		}
		require.Len(t, found, n, text)
		require.Len(t, different, n, text)
	}
	for text, n := range map[string]int{
		"provetta": files - 1, "ov": files - 1, "prim prov": 1150, // of many
		"primo seconda": 3,                   // each of many, both of a few old ones
		"rara":          1, "seconda rar": 1, // of one
		"2026": files, "00001": 1, "prato-2026-0115": 10,
		"nessuno": 0, "provetta nessuno": 0,
	} {
		once(find("supervisor.prato", text), n, text)
	}
	once(find("social_worker.prato", "ov"), files-1, "ov")
	require.Empty(t, find("supervisor.lucca", "ov"))
	require.Empty(t, find("cpi_operator.prato", "ov"), "another agency's")
	// Who has no keys yet is found among the others.
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET given_name = 'Prima' WHERE case_id = (SELECT id FROM case_file WHERE number = 'PRATO-2026-02000')`)
	require.NoError(t, err)
	once(find("supervisor.prato", "prov"), files-1, "prov")
}
