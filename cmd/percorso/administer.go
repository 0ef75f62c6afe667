package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"github.com/goccy/go-yaml"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/config"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
	"percorso/internal/zone"
)

func init() {
	commands = append(commands,
		command{"migrate", "", "bring the database's schema up to this version", migrate},
		command{"zone load", "[FOLDER]", "check and load the zones' files; without a folder those delivered", zoneLoad},
		command{"staff load", "FILE", "make a file's list the staff: subject, role, zone, agency, name, email", staffLoad},
	)
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

func migrate(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return errUsage
	}
	return asOwner(ctx, func(pool *pgxpool.Pool) error {
		applied, err := postgres.Migrate(ctx, pool)
		if err == nil {
			fmt.Printf("%d migrations applied\n", applied)
		}
		return err
	})
}

// zoneLoad loads every zone or, where any file has a fault, none.
func zoneLoad(ctx context.Context, args []string) error {
	var folder fs.FS
	switch len(args) {
	case 0:
		folder = deploy.Zones()
	case 1:
		folder = os.DirFS(args[0])
	default:
		return errUsage
	}
	policies, err := zone.Load(folder)
	if err != nil {
		return err
	}
	return asOwner(ctx, func(pool *pgxpool.Pool) error {
		if err := machine.LoadPolicies(ctx, pool, policies); err != nil {
			return err
		}
		for _, p := range policies {
			fmt.Printf("%s %s\n", p.Zone, p.Version)
		}
		return nil
	})
}

func staffLoad(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var staff []care.Staff
	if err := yaml.UnmarshalWithOptions(data, &staff, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	for i, s := range staff {
		if s.Subject == "" || s.Role == "" || s.Zone == "" || s.Agency == "" || s.Name == "" || s.Email == "" {
			return fmt.Errorf("%s: entry %d lacks a field: subject, role, zone, agency, name and email are required", args[0], i+1)
		}
	}
	return asOwner(ctx, func(pool *pgxpool.Pool) error {
		if err := machine.LoadStaff(ctx, pool, staff); err != nil {
			return err
		}
		fmt.Printf("%d members of staff\n", len(staff))
		return nil
	})
}
