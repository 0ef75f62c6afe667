package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	// One migration at a time, however many processes start together.
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
}

// Migrate brings the schema up to this binary's version. It acts as the owner of the
// tables, which the login must be a member of, and for no longer than that takes.
func Migrate(ctx context.Context, login *pgxpool.Pool) (applied int, err error) {
	if err := handToOwner(ctx, login); err != nil {
		return 0, err
	}
	owner, err := AsOwner(ctx, login)
	if err != nil {
		return 0, err
	}
	defer owner.Close()
	db := stdlib.OpenDBFromPool(owner)
	defer func() { _ = db.Close() }()
	p, err := provider(db)
	if err != nil {
		return 0, err
	}
	for {
		if err := settleRights(ctx, owner); err != nil {
			return applied, fmt.Errorf("migrating: %w", err)
		}
		_, err := p.UpByOne(ctx)
		if errors.Is(err, goose.ErrNoNextVersion) {
			return applied, nil
		}
		if err != nil {
			return applied, fmt.Errorf("migrating: %w", err)
		}
		applied++
	}
}
