package standalone

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// administers runs statements as an administrator of a server.
func administers(t *testing.T, address *url.URL, database string, statements ...string) {
	t.Helper()
	to := *address
	to.Path = "/" + database
	connection, err := pgx.Connect(t.Context(), to.String())
	require.NoError(t, err)
	defer func() { _ = connection.Close(context.WithoutCancel(t.Context())) }()
	for _, statement := range statements {
		_, err := connection.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

// rolesOfBefore brings a server to where the released version left it, as an
// administrator did that has no more than it needs, or is a superuser.
func rolesOfBefore(t *testing.T, superuser, administrator *url.URL) {
	t.Helper()
	for _, d := range databases {
		administers(t, superuser, "postgres", "DROP DATABASE IF EXISTS "+d.name+" WITH (FORCE)")
	}
	administers(t, superuser, "postgres",
		`DO $$ DECLARE r text; BEGIN FOR r IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'percorso\_%' AND rolname <> 'percorso_admin' LOOP
			EXECUTE 'DROP ROLE ' || r; END LOOP; END $$`)
	released, err := os.ReadFile(filepath.Join("testdata", "released_roles.sql"))
	require.NoError(t, err)
	administers(t, administrator, "postgres", string(released),
		"GRANT percorso_migrate, percorso_temporal TO CURRENT_USER",
		"CREATE DATABASE percorso OWNER percorso_migrate TEMPLATE template0 ENCODING 'UTF8'",
		"REVOKE ALL ON DATABASE percorso FROM PUBLIC",
		"GRANT CONNECT ON DATABASE percorso TO percorso_api, percorso_work, percorso_ops")
}

// TestRolesOfBeforeAreUpgraded by whoever may administer the server: the database
// gets its owner, the login of the migrations keeps its way in and nothing else, and
// the administrator is a member of neither for longer than it takes.
func TestRolesOfBeforeAreUpgraded(t *testing.T) {
	options := testOptions(t)
	nodeModules, err := filepath.Abs(options.NodeModules)
	require.NoError(t, err)
	runAs, _, err := serverUser()
	require.NoError(t, err)
	found := findInstallations(nodeModules)
	if packaged, ok := npmInstallation(nodeModules); ok {
		found = append(found, packaged)
	}
	require.NotEmpty(t, found)
	tried := map[int]bool{}
	for _, version := range found {
		if tried[version.major] {
			continue
		}
		tried[version.major] = true
		t.Run("PostgreSQL "+strconv.Itoa(version.major), func(t *testing.T) {
			f := openTestFolder(t, t.TempDir())
			c := &cluster{major: version.major, binaries: version.folder, runAs: runAs, port: testOptions(t).Ports.Postgres, password: "x"}
			c.home = f.file(clusterPrefix + strconv.Itoa(version.major))
			if runAs != nil {
				c.home = filepath.Join(distantHome(f.path), clusterPrefix+strconv.Itoa(version.major))
				t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(c.home)) })
			}
			require.NoError(t, c.makeHome(f))
			require.NoError(t, c.bringBinaries(nodeModules))
			s := startCluster(t, f, c)
			superuser := s.administrator
			administers(t, superuser, "postgres", "CREATE ROLE administrator LOGIN CREATEROLE CREATEDB PASSWORD 'x'")
			limited := *superuser
			limited.User = url.UserPassword("administrator", "x")
			for name, administrator := range map[string]*url.URL{"superuser": superuser, "administrator": &limited} {
				t.Run(name, func(t *testing.T) {
					rolesOfBefore(t, superuser, administrator)
					s := &server{administrator: administrator, passwords: s.passwords}
					for range 2 {
						require.NoError(t, s.prepare(t.Context()))
					}
					administers(t, superuser, "postgres", `DO $$ BEGIN
						ASSERT (SELECT pg_get_userbyid(datdba) = 'percorso_owner' FROM pg_database WHERE datname = 'percorso'), 'the owner of the database';
						ASSERT NOT (SELECT rolinherit OR rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = 'percorso_migrate'), 'what the login is';
						ASSERT NOT (SELECT rolcanlogin FROM pg_roles WHERE rolname = 'percorso_owner'), 'nobody logs in as the owner';
						ASSERT NOT pg_has_role('percorso_migrate', 'percorso_owner', 'USAGE'), 'the login inherits from the owner';
						ASSERT pg_has_role('percorso_migrate', 'percorso_owner', 'MEMBER'), 'the login cannot act as the owner';
						ASSERT NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'administrator' AND (pg_has_role(r.oid, 'percorso_owner', 'USAGE')
							OR pg_has_role(r.oid, 'percorso_migrate', 'USAGE') OR pg_has_role(r.oid, 'percorso_app', 'USAGE'))), 'the administrator sees what is Percorso''s';
					END $$`)
					login, err := url.Parse(s.loginURL(loginMigrate, productDatabase))
					require.NoError(t, err)
					administers(t, login, productDatabase, "SET ROLE percorso_owner", "CREATE TABLE made (one int)", "RESET ROLE",
						`DO $$ BEGIN PERFORM FROM made; RAISE 'the login reads what the owner has'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$`,
						`DO $$ BEGIN DROP TABLE made; RAISE 'the login drops what the owner has'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$`,
						`DO $$ BEGIN CREATE TABLE own (one int); RAISE 'the login makes tables'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$`)
				})
			}
		})
	}
}
