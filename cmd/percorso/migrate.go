package main

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/config"
	"percorso/internal/postgres"
)

func init() {
	commands = append(commands, command{"migrate", "", "bring the database's schema up to this version", alone(migrate)})
}

// asOwner runs work with the login that owns the tables.
func asOwner(ctx context.Context, work func(*pgxpool.Pool) error) error {
	c, err := config.ReadDatabase()
	if err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, c.URL)
	if err != nil {
		return err
	}
	defer pool.Close()
	return work(pool)
}

func migrate(ctx context.Context, out io.Writer) error {
	return asOwner(ctx, func(pool *pgxpool.Pool) error {
		applied, err := postgres.Migrate(ctx, pool)
		if err == nil {
			_, err = fmt.Fprintf(out, "%d migrations applied\n", applied)
		}
		return err
	})
}
