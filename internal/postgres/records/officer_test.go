package records_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/ledger"
)

// TestAnOfficerReadsNothingOfACase: neither as one of their agency, which has opened it,
// nor past the records, where the rows themselves are asked for.
func TestAnOfficerReadsNothingOfACase(t *testing.T) {
	e := newEverything(t)
	ctx, r, officer := t.Context(), e.Records, e.Accounts["privacy_officer.prato"]
	empty := map[string]func() (int, error){
		"contacts": func() (int, error) { p, err := r.Contacts(ctx, officer, ledger.Paging{}); return len(p.Items), err },
		"tasks": func() (int, error) {
			p, err := r.Tasks(ctx, officer, ledger.TaskFilter{}, ledger.Paging{})
			return len(p.Items), err
		},
		"cases": func() (int, error) {
			p, err := r.CaseFiles(ctx, officer, ledger.CaseFilter{}, ledger.Paging{})
			return len(p.Items), err
		},
		"found cases": func() (int, error) {
			p, err := r.CaseFiles(ctx, officer, ledger.CaseFilter{Search: e.number}, ledger.Paging{})
			return len(p.Items), err
		},
		"referrals": func() (int, error) {
			p, err := r.Referrals(ctx, officer, ledger.ReferralFilter{}, ledger.Paging{})
			return len(p.Items), err
		},
		"appointments": func() (int, error) {
			p, err := r.Appointments(ctx, officer, ledger.AppointmentFilter{}, ledger.Paging{})
			return len(p.Items), err
		},
		"same person": func() (int, error) {
			p, err := r.SamePerson(ctx, officer, ledger.Person{GivenName: "Persona", FamilyName: "Prova prato"})
			return len(p), err
		},
	}
	for name, read := range empty {
		n, err := read()
		require.NoError(t, err, name)
		require.Zero(t, n, name)
	}
	refused := map[string]func() error{
		"case":       func() error { _, err := r.CaseFile(ctx, officer, e.id); return err },
		"timeline":   func() error { _, err := r.Timeline(ctx, officer, e.id, ledger.Paging{}); return err },
		"reads":      func() error { _, err := r.Reads(ctx, officer, e.id, ledger.Paging{}); return err },
		"task":       func() error { _, err := r.Task(ctx, officer, e.task); return err },
		"referral":   func() error { _, err := r.Referral(ctx, officer, e.referral); return err },
		"share":      func() error { _, err := r.Share(ctx, officer, e.asked); return err },
		"equipe":     func() error { _, err := r.Equipe(ctx, officer, e.equipe); return err },
		"equipes":    func() error { _, err := r.Equipes(ctx, officer, e.id); return err },
		"plans":      func() error { _, err := r.Plans(ctx, officer, e.id); return err },
		"findings":   func() error { _, err := r.GoalFindings(ctx, officer, e.id); return err },
		"disclosure": func() error { _, err := r.Disclosure(ctx, officer, e.id, "asl", "housing"); return err },
		"candidates": func() error { _, err := r.MergeCandidates(ctx, officer, e.id); return err },
		"contact":    func() error { _, err := r.Contact(ctx, officer, e.contact); return err },
	}
	for name, read := range refused {
		require.ErrorIs(t, read(), ledger.ErrNotFound, name)
	}
	for name, read := range map[string]func() error{
		"stuck":    func() error { _, err := r.StuckCases(ctx, officer, ledger.Paging{}); return err },
		"handed":   func() error { _, err := r.HandedOver(ctx, officer); return err },
		"deferred": func() error { _, err := r.DeferredEntries(ctx, officer); return err },
	} {
		require.ErrorIs(t, read(), ledger.ErrForbidden, name)
	}

	// The rows themselves, even as one of the agency.
	rows := func(role string) (seen map[string]int) {
		seen = map[string]int{}
		tx, err := e.Pool(standalone.API).Begin(ctx)
		require.NoError(t, err)
		defer func() { _ = tx.Rollback(ctx) }()
		_, err = tx.Exec(ctx, `SET LOCAL ROLE percorso_app`)
		require.NoError(t, err)
		_, err = tx.Exec(ctx, `SELECT set_config('percorso.staff', $1, true), set_config('percorso.role', $2, true), set_config('percorso.zone', 'prato', true),
			set_config('percorso.agency', 'comune', true)`, officer.ID, role)
		require.NoError(t, err)
		found, err := tx.Query(ctx, `SELECT DISTINCT tablename FROM pg_policies WHERE 'percorso_app' = ANY (roles) AND cmd = 'SELECT'
			AND has_table_privilege('percorso_app', tablename, 'SELECT') AND tablename NOT IN ('command', 'notice')`)
		require.NoError(t, err)
		tables, err := pgx.CollectRows(found, pgx.RowTo[string])
		require.NoError(t, err)
		for _, table := range tables {
			var n int
			require.NoError(t, tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM `+pgx.Identifier{table}.Sanitize()+`) AS seen`).Scan(&n), table)
			seen[table] = n
		}
		return seen
	}
	sees := rows("supervisor")
	for _, table := range []string{"case_file", "person", "task", "share", "record", "timeline"} {
		require.Positive(t, sees[table], "the supervisor sees no row of %s", table)
	}
	for table, n := range rows("privacy_officer") {
		require.Zero(t, n, table)
	}
}

// TestAnOfficerIsToldByDay, page by page, and nobody else is; each look leaves a line
// with the officer's agency, also one that finds nothing.
func TestAnOfficerIsToldByDay(t *testing.T) {
	d := newDesk(t)
	id, _ := d.Open("prato")
	ctx, officer := t.Context(), d.Accounts["privacy_officer.prato"]
	_, err := d.Records.CaseFile(ctx, d.Accounts["social_worker.prato"], id)
	require.NoError(t, err)
	d.put(`INSERT INTO audit (staff, role, agency, zone, action, purpose, case_id, at)
		SELECT $1, 'social_worker', 'comune', 'prato', 'read_case', 'care', $2, timestamptz '2020-01-31 23:30+01' - n * interval '1 day' FROM generate_series(1, 40) n, generate_series(1, 2)`,
		d.Accounts["social_worker.prato"].ID, id)
	before := lastLine(t, d.owner)
	first, err := d.Records.Readers(ctx, officer, id, time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Len(t, first.Lines, 31)
	require.Equal(t, "2020-01-30", first.Lines[0].Day.Format(time.DateOnly), "a day of the offices")
	require.Equal(t, ledger.DaysReading{Day: first.Lines[0].Day, ByZone: "prato", ByAgency: "comune", ByRole: "social_worker", Action: "read_case", Purpose: ledger.ForCare, Times: 2}, first.Lines[0])
	require.NotNil(t, first.Before)
	rest, err := d.Records.Readers(ctx, officer, id, *first.Before.Time())
	require.NoError(t, err)
	require.Len(t, rest.Lines, 9)
	require.Nil(t, rest.Before)

	written := lines(t, d.owner, before)
	require.Len(t, written, 1, "the same a moment later is one line")
	require.Equal(t, []any{officer.ID, officer.Agency, ledger.ReadReads, []string{id}}, []any{written[0].Staff, written[0].Agency, written[0].Action, written[0].Cases})
	_, err = d.Records.FindReadCase(ctx, officer, "PO-1999-00001")
	require.ErrorIs(t, err, ledger.ErrNotFound)
	written = lines(t, d.owner, written[0].ID)
	require.Len(t, written, 1, "a search that finds nothing")
	require.Equal(t, ledger.SearchReads, written[0].Action)
	require.NotEmpty(t, written[0].Digest)
	require.Empty(t, written[0].Cases)
	_, err = d.Records.Readers(ctx, d.Accounts["privacy_officer.lucca"], id, time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC))
	require.ErrorIs(t, err, ledger.ErrNotFound)
	written = lines(t, d.owner, written[0].ID)
	require.Len(t, written, 1, "what is refused")
	require.Equal(t, ledger.RefusedReading, written[0].Action)
	for _, account := range []string{"supervisor.prato", "social_worker.prato"} {
		_, err = d.Records.Readers(ctx, d.Accounts[account], id, time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC))
		require.ErrorIs(t, err, ledger.ErrForbidden, account)
		_, err = d.Records.FindReadCase(ctx, d.Accounts[account], "PO-1999-00001")
		require.ErrorIs(t, err, ledger.ErrForbidden, account)
	}
}
