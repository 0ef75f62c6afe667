package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/manual"
	"percorso/internal/postgres"
	"percorso/internal/postgres/postgrestest"
)

// TestWhatSchemaCodeWorksOn: a binary works where its own migrations are applied
// and no migration needs newer code, whoever asks; that there are newer
// migrations keeps it from nothing.
func TestWhatSchemaCodeWorksOn(t *testing.T) {
	a := postgrestest.NewArchive(t)
	owner := a.Owner()
	look := func(pool *pgxpool.Pool) postgres.Schema {
		t.Helper()
		s, err := postgres.SchemaOf(t.Context(), pool)
		require.NoError(t, err)
		return s
	}
	do := func(sql string, args ...any) {
		t.Helper()
		_, err := owner.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	now := look(owner)
	require.NoError(t, now.Check())
	require.Equal(t, now.Own, now.Newest)
	require.LessOrEqual(t, int64(6), now.Needs)
	for _, part := range []standalone.Part{standalone.API, standalone.Worker, standalone.Ops} {
		require.Equal(t, now, look(a.Pool(part)), part)
	}

	// Newer code has migrated, and expanded.
	next := now.Own + 1
	do(`INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, true)`, next)
	s := look(a.Pool(standalone.API))
	require.NoError(t, s.Check())
	require.Equal(t, next, s.Newest)
	applied, err := postgres.Migrate(t.Context(), owner)
	require.NoError(t, err, "an older binary's migrate")
	require.Zero(t, applied)

	// Newer code has contracted.
	do(`INSERT INTO schema_mark (migration, needs) VALUES ($1, $1)`, next)
	require.ErrorIs(t, look(a.Pool(standalone.Worker)).Check(), postgres.ErrCodeBehind)
	require.ErrorContains(t, look(a.Pool(standalone.Worker)).Check(), fmt.Sprint(next))
	require.ErrorIs(t, postgres.KeepUp(t.Context(), a.Pool(standalone.API)), postgres.ErrCodeBehind, "one at work notices")
	do(`DELETE FROM schema_mark WHERE migration = $1`, next)

	// A migration of our own is missing, be it in between.
	do(`DELETE FROM goose_db_version WHERE version_id = $1`, now.Own)
	err = look(a.Pool(standalone.API)).Check()
	require.ErrorIs(t, err, postgres.ErrSchemaBehind)
	require.ErrorContains(t, err, "percorso migrate")
	require.ErrorContains(t, err, fmt.Sprint(now.Own))
}

// TestSchemaOfBeforeTheMarks: an empty database, and one of a version that knew no
// marks, are behind, and no more is asked of them.
func TestSchemaOfBeforeTheMarks(t *testing.T) {
	a := postgrestest.NewArchive(t)
	owner := a.Owner()
	for _, sql := range []string{`DROP TABLE schema_mark`, `REVOKE SELECT ON goose_db_version FROM PUBLIC`} {
		_, err := owner.Exec(t.Context(), sql)
		require.NoError(t, err)
		s, err := postgres.SchemaOf(t.Context(), a.Pool(standalone.Worker))
		require.NoError(t, err)
		require.ErrorIs(t, s.Check(), postgres.ErrSchemaBehind)
	}
}

// released are the migrations that were released before their files had to say what
// the tests below ask. What went unsaid: 0002, 0004 and 0005 have no way down, since
// what the newer code has written has no place in the schema of before. Code of
// before 0006 does not work on it, which the mark of 0009 says.
const released = 8

var (
	wayDown    = regexp.MustCompile(`(?m)^-- \+goose Down\n(?:\s*|--.*\n)*[A-Z]`)
	noWayDown  = regexp.MustCompile(`(?i)no way down, (since|because) `)
	worksOn    = regexp.MustCompile(`(?i)code of before works on`)
	leavesMark = regexp.MustCompile(`INSERT INTO schema_mark\b`)
)

// TestMigrationsSayTheirWayBackAndWhoWorksOn them: each file has statements that lead
// back or says "There is no way down, since …"; and each says "The code of before
// works on this schema" or leaves a mark of what code has to know.
func TestMigrationsSayTheirWayBackAndWhoWorksOn(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(migrationFiles(), "*.sql"))
	require.NoError(t, err)
	require.Greater(t, len(files), released)
	for _, name := range files {
		number, err := goose.NumericComponent(name)
		require.NoError(t, err)
		content, err := os.ReadFile(name) //nolint:gosec // our own
		require.NoError(t, err)
		// A sentence may go over the end of a line.
		said := strings.ReplaceAll(string(content), "\n-- ", " ")
		if number > released && !wayDown.Match(content) && !noWayDown.MatchString(said) {
			t.Errorf("%s has no way down, and does not say why", filepath.Base(name))
		}
		if number > released && !worksOn.MatchString(said) && !leavesMark.Match(content) {
			t.Errorf("%s neither says that the code of before works on its schema nor leaves a mark in schema_mark", filepath.Base(name))
		}
	}
}

// TestNewMigrationsLeadBackAndForth walks down from the newest to the first one that
// has no way down, and up again: the schema is the same.
func TestNewMigrationsLeadBackAndForth(t *testing.T) {
	a := postgrestest.NewArchive(t)
	owner := a.Owner()
	db := stdlib.OpenDBFromPool(owner)
	defer func() { _ = db.Close() }()
	p, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS(migrationFiles()))
	require.NoError(t, err)
	before := schemaText(t, owner)
	down := 0
	for _, source := range slices.Backward(p.ListSources()) {
		content, err := os.ReadFile(filepath.Join(migrationFiles(), filepath.Base(source.Path)))
		require.NoError(t, err)
		if source.Version <= released || !wayDown.Match(content) {
			break
		}
		_, err = p.Down(t.Context())
		require.NoError(t, err)
		down++
	}
	if down > 0 {
		require.NotEqual(t, before, schemaText(t, owner))
	}
	applied, err := postgres.Migrate(t.Context(), owner)
	require.NoError(t, err)
	require.Equal(t, down, applied)
	require.Equal(t, before, schemaText(t, owner))
}

// schemaText lists what a schema is made of: its columns, functions, policies,
// indexes, triggers, constraints and rights.
func schemaText(t *testing.T, pool *pgxpool.Pool) string {
	t.Helper()
	var text string
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM (
		SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS line FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL SELECT pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '') FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
		UNION ALL SELECT concat_ws(' ', tablename, policyname, roles, cmd, qual, with_check) FROM pg_policies
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
		UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION ALL SELECT concat_ws(' ', table_name, grantee, privilege_type) FROM information_schema.role_table_grants WHERE table_schema = 'public'
	) AS lines`).Scan(&text))
	return text
}

func migrationFiles() string {
	return filepath.Join(manual.Root(), "internal", "postgres", "migrations")
}

// TestFilesAreNumberedOnce: a number stands for one migration, or a database would
// seem to have what it lacks.
func TestFilesAreNumberedOnce(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(migrationFiles(), "*.sql"))
	require.NoError(t, err)
	for i, name := range files {
		require.True(t, strings.HasPrefix(filepath.Base(name), fmt.Sprintf("%04d_", i+1)), name)
	}
}
