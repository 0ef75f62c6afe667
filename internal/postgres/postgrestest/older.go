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

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/postgres"
)

// Released is the schema of the first version that was released, and ReleasedRows
// what that version of the code wrote.
const Released = 3

// ReleasedRows are statements, for the administrator of the database.
func ReleasedRows() (string, error) {
	rows, err := os.ReadFile(filepath.Join(stacktest.ModuleRoot(), "internal", "postgres", "testdata", "released.sql"))
	return string(rows), err
}

// NewReleasedPlay is a play in a database that the first released version of the
// code filled, and that was upgraded since.
func NewReleasedPlay(t testing.TB, now time.Time) *Play {
	a := newDatabase(t, "template0")
	owner := a.Pool(standalone.Migrate)
	require.NoError(t, FillReleased(t.Context(), owner, a.Stack.AdministratorURL(a.Database)))
	_, err := postgres.Migrate(t.Context(), owner)
	require.NoError(t, err)
	a.enter()
	return playIn(a, now)
}

// FillReleased makes the released schema in an empty database, and fills it.
func FillReleased(ctx context.Context, owner *pgxpool.Pool, administrator string) error {
	db := stdlib.OpenDBFromPool(owner)
	defer func() { _ = db.Close() }()
	p, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS(filepath.Join(stacktest.ModuleRoot(), "internal", "postgres", "migrations")))
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, Released); err != nil {
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
