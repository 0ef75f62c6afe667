package main

import (
	"context"
	"fmt"
	"io"

	"percorso/internal/config"
	"percorso/internal/postgres"
	"percorso/internal/postgres/naming"
)

func init() {
	commands = append(commands, command{"migrate", "", "bring the database's schema up to this version", alone(migrate)})
}

// migrate applies what the database lacks. On a database that a newer version has
// migrated it does nothing, and says so.
func migrate(ctx context.Context, out io.Writer) error {
	c, err := config.ReadDatabase()
	if err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, c.URL)
	if err != nil {
		return err
	}
	defer pool.Close()
	schema, err := postgres.SchemaOf(ctx, pool)
	if err != nil {
		return err
	}
	if schema.Newest > schema.Own && len(schema.Missing) == 0 {
		said := fmt.Sprintf("nothing to do: the schema is at %d, which a newer version made; this one knows no more than %d", schema.Newest, schema.Own)
		if err := schema.Check(); err != nil {
			said += ". " + err.Error()
		}
		_, err := fmt.Fprintln(out, said)
		return err
	}
	applied, err := postgres.Migrate(ctx, pool)
	if err != nil {
		return err
	}
	owner, err := postgres.AsOwner(ctx, pool)
	if err != nil {
		return err
	}
	defer owner.Close()
	if _, err := naming.Complete(ctx, owner); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d migrations applied, the schema is at %d\n", applied, schema.Own)
	return err
}
