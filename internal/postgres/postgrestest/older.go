package postgrestest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/deploy/standalone"
	"percorso/internal/manual"
	"percorso/internal/postgres"
)

// Released is the schema of the first version that was released, and ReleasedRows
// what that version of the code wrote.
const Released = 3

// ReleasedRows are statements, for the administrator of the database.
func ReleasedRows() (string, error) {
	rows, err := os.ReadFile(filepath.Join(manual.Root(), "internal", "postgres", "testdata", "released.sql"))
	return string(rows), err
}

// NewReleasedPlay is a play in a database that the first released version of the
// code filled, and that was upgraded since.
func NewReleasedPlay(t testing.TB, now time.Time) *Play {
	a := newDatabase(t, "template0")
	require.NoError(t, FillReleased(t.Context(), a.Stack.AdministratorURL(a.Database)))
	a.Administer(deploy.RolesSQL)
	_, err := postgres.Migrate(t.Context(), a.Pool(standalone.Migrate))
	require.NoError(t, err)
	a.enter()
	return playIn(a, now)
}

// FillReleased makes the released schema in an empty database, and fills it. All of
// it belongs to the login of the migrations, as it did in that version.
func FillReleased(ctx context.Context, administrator string) error {
	if err := MigrateOlder(ctx, administrator, Released); err != nil {
		return err
	}
	rows, err := ReleasedRows()
	if err != nil {
		return err
	}
	connection, err := pgx.Connect(ctx, administrator)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	_, err = connection.PgConn().Exec(ctx, rows).ReadAll()
	return err
}

// MigrateOlder gives a database to the login of the migrations, and brings its
// schema up to a migration as the versions did that knew no owner but that login.
func MigrateOlder(ctx context.Context, administrator string, version int64) error {
	config, err := pgxpool.ParseConfig(administrator)
	if err != nil {
		return err
	}
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `SET ROLE percorso_migrate`)
		return err
	}
	connection, err := pgx.Connect(ctx, administrator)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	for _, statement := range []string{
		"ALTER DATABASE " + pgx.Identifier{config.ConnConfig.Database}.Sanitize() + " OWNER TO percorso_migrate",
		"GRANT ALL ON SCHEMA public TO percorso_migrate", // which it had as the owner of the database, while it inherited
	} {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return err
		}
	}
	login, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer login.Close()
	db := stdlib.OpenDBFromPool(login)
	defer func() { _ = db.Close() }()
	p, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS(filepath.Join(manual.Root(), "internal", "postgres", "migrations")))
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return err
	}
	_, err = connection.Exec(ctx, "REVOKE ALL ON SCHEMA public FROM percorso_migrate")
	return err
}
