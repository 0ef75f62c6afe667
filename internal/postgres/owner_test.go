package postgres_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/deploy/standalone"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/postgrestest"
)

// denied asks that a statement is refused for want of a right.
func denied(t *testing.T, err error, statement string) {
	t.Helper()
	var refused *pgconn.PgError
	require.ErrorAs(t, err, &refused, statement)
	require.Equal(t, "42501", refused.Code, statement)
}

// TestTheLoginOfTheMigrationsHasNothing outside of a migration: it reads no person,
// takes away no line and switches off nothing that guards them, unless it says that
// it acts as the owner.
func TestTheLoginOfTheMigrationsHasNothing(t *testing.T) {
	p := postgrestest.NewPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	require.NotEmpty(t, caseRun)
	login := p.Pool(standalone.Migrate)
	for _, statement := range []string{
		`SELECT FROM person`, `SELECT FROM case_file`, `SELECT FROM audit`, `SELECT state FROM run`, `SELECT FROM command`, `SELECT FROM mail`,
		`DELETE FROM audit`, `UPDATE audit SET at = now()`, `TRUNCATE audit`, `DELETE FROM timeline`, `DROP TABLE audit`,
		`ALTER TABLE audit DISABLE TRIGGER only_inserted`, `DROP TRIGGER only_inserted ON audit`, `ALTER TABLE person NO FORCE ROW LEVEL SECURITY`,
		`CREATE POLICY mine ON person USING (true)`, `CREATE TABLE mine (one int)`, `CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
		`ALTER FUNCTION leave_line OWNER TO percorso_migrate`, `DROP SCHEMA public CASCADE`, `SET session_replication_role = replica`,
		`GRANT SELECT ON person TO percorso_migrate`, `GRANT percorso_app TO percorso_migrate`, `SET ROLE percorso_app`, `SET ROLE percorso_worker`,
	} {
		_, err := login.Exec(t.Context(), statement)
		denied(t, err, statement)
	}
	for _, row := range p.Rows(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND pg_get_userbyid(relowner) <> 'percorso_owner'`) {
		t.Error(row["relname"], "does not belong to the owner")
	}
	for _, row := range p.Rows(`SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		AND pg_get_userbyid(proowner) <> CASE WHEN prosecdef THEN 'percorso_definer' ELSE 'percorso_owner' END`) {
		t.Error(row["proname"], "does not belong to who it should")
	}
	// It reaches nothing of percorso_definer's without saying so either.
	_, err := login.Exec(t.Context(), `SET ROLE percorso_definer`)
	require.NoError(t, err)
}

// TestABackfillReachesEveryRow: who migrates sees and changes what row-level security
// hides from everybody else, in each table.
func TestABackfillReachesEveryRow(t *testing.T) {
	p := postgrestest.NewReleasedPlay(t, afterRelease)
	administrator, err := pgx.Connect(t.Context(), p.Stack.AdministratorURL(p.Database))
	require.NoError(t, err)
	defer func() { _ = administrator.Close(context.WithoutCancel(t.Context())) }()
	filled := 0
	for _, row := range p.Rows(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity`) {
		table := row["relname"].(string)
		var there int64
		require.NoError(t, administrator.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&there))
		require.EqualValues(t, there, p.Count(table), table)
		if there > 0 && !strings.Contains("audit audit_shown timeline record", table) { // where no line changes
			filled++
			var column string
			require.NoError(t, administrator.QueryRow(t.Context(), `SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0
				AND NOT attisdropped AND attgenerated = '' AND attidentity = '' ORDER BY attnum LIMIT 1`, table).Scan(&column))
			changed, err := p.Owner.Exec(t.Context(), `UPDATE `+table+` SET `+column+` = `+column)
			require.NoError(t, err, table)
			require.Equal(t, there, changed.RowsAffected(), table)
		}
	}
	require.Greater(t, filled, 8)
}

// TestABackfillThatWouldMissRowsFails before it is tried: where the owner's policy
// is gone, nothing is migrated.
func TestABackfillThatWouldMissRowsFails(t *testing.T) {
	a := postgrestest.NewArchive(t)
	owner := a.Owner()
	_, err := owner.Exec(t.Context(), `ALTER POLICY owner ON person USING (case_id IS NULL)`)
	require.NoError(t, err)
	_, err = postgres.Migrate(t.Context(), a.Pool(standalone.Migrate))
	require.ErrorIs(t, err, postgres.ErrBackfill)
	require.ErrorContains(t, err, "person")
	_, err = owner.Exec(t.Context(), `DROP POLICY owner ON person`)
	require.NoError(t, err)
	_, err = postgres.Migrate(t.Context(), a.Pool(standalone.Migrate))
	require.NoError(t, err, "it is made where it is missing")
}

// TestWhatAMigrationLeavesIsSettled: a function that sees more than its callers goes
// to its role, and the owner's policy comes to a table that has none.
func TestWhatAMigrationLeavesIsSettled(t *testing.T) {
	a := postgrestest.NewArchive(t)
	owner := a.Owner()
	for _, statement := range []string{
		`CREATE TABLE fresh (one int)`, `ALTER TABLE fresh ENABLE ROW LEVEL SECURITY`, `ALTER TABLE fresh FORCE ROW LEVEL SECURITY`,
		`GRANT SELECT ON fresh TO percorso_definer`,
		`CREATE FUNCTION fresh_ones() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public AS 'SELECT count(*) FROM fresh'`,
	} {
		_, err := owner.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	_, err := postgres.Migrate(t.Context(), a.Pool(standalone.Migrate))
	require.NoError(t, err)
	_, err = owner.Exec(t.Context(), `INSERT INTO fresh VALUES (1), (2)`)
	require.NoError(t, err)
	var ones int
	require.NoError(t, a.Pool(standalone.API).QueryRow(t.Context(), `SELECT fresh_ones()`).Scan(&ones))
	require.Equal(t, 2, ones)
	var of string
	require.NoError(t, owner.QueryRow(t.Context(), `SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE proname = 'fresh_ones'`).Scan(&of))
	require.Equal(t, "percorso_definer", of)
	var creates bool
	require.NoError(t, owner.QueryRow(t.Context(), `SELECT has_schema_privilege('percorso_definer', 'public', 'CREATE')`).Scan(&creates))
	require.False(t, creates)
}

// TestADatabaseWithoutItsOwnerIsNotMigrated: an administrator has to make the roles first.
func TestADatabaseWithoutItsOwnerIsNotMigrated(t *testing.T) {
	a := postgrestest.NewArchive(t)
	login := a.Pool(standalone.Migrate)
	a.Administer("ALTER DATABASE " + a.Database + " OWNER TO percorso_migrate")
	_, err := postgres.Migrate(t.Context(), login)
	require.ErrorIs(t, err, postgres.ErrNoOwner)
	a.Administer(deploy.RolesSQL)
	_, err = postgres.Migrate(t.Context(), login)
	require.NoError(t, err)
}
