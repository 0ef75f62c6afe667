package postgres

import (
	"context"
	_ "embed" // the statements below
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNoOwner says that the database is not yet as deploy/postgres/roles.sql leaves it.
var ErrNoOwner = errors.New("the database does not belong to the role percorso_owner, or this login may not act as it: an administrator of the server has to run deploy/postgres/roles.sql first")

// ErrBackfill says that a migration would pass over rows that it does not see.
var ErrBackfill = errors.New("percorso_owner does not see every row, so that a migration that changes them would miss some: its policy is missing")

// AsOwner opens a pool whose sessions act as the owner of the tables, for the
// migrations. The login has to be a member of percorso_owner, and has nothing of
// that role in its other sessions.
func AsOwner(ctx context.Context, login *pgxpool.Pool) (*pgxpool.Pool, error) {
	config := login.Config()
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `SET ROLE percorso_owner`)
		return err
	}
	return pgxpool.NewWithConfig(ctx, config)
}

//go:embed handover.sql
var handover string

// handToOwner asks whether the database is its owner's, and gives the owner what
// an older version has made as the login.
func handToOwner(ctx context.Context, login *pgxpool.Pool) error {
	var ready bool
	err := login.QueryRow(ctx, `SELECT coalesce((SELECT pg_has_role(session_user, o.oid, 'MEMBER') AND d.datdba = o.oid
		FROM pg_roles o, pg_database d WHERE o.rolname = 'percorso_owner' AND d.datname = current_database()), false)`).Scan(&ready)
	if err == nil && !ready {
		return ErrNoOwner
	}
	if err == nil {
		_, err = login.Exec(ctx, handover)
	}
	if err != nil {
		return fmt.Errorf("handing the tables to their owner: %w", FaultOf(err, false))
	}
	return nil
}

// settleRights brings what a migration has made into order: the functions that see
// more than who calls them go to percorso_definer, and no table with row-level
// security hides rows from the owner, whose backfills would pass over them. The policies
// called protected hide nothing from who acts for nobody, as a migration does.
func settleRights(ctx context.Context, owner *pgxpool.Pool) error {
	var settles bool
	err := owner.QueryRow(ctx, `SELECT to_regprocedure('public.settle_rights()') IS NOT NULL`).Scan(&settles)
	if err != nil || !settles { // the first migrations say all of it themselves
		return err
	}
	if _, err := owner.Exec(ctx, `SELECT settle_rights()`); err != nil {
		return err
	}
	var hidden string
	err = owner.QueryRow(ctx, `SELECT coalesce(string_agg(c.relname, ', ' ORDER BY c.relname), '') FROM pg_class c
		WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity AND (
			NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd = '*'
				AND 'percorso_owner'::regrole = ANY (p.polroles) AND pg_get_expr(p.polqual, p.polrelid) = 'true')
			OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polname <> 'protected'
				AND p.polroles && ARRAY[0, 'percorso_owner'::regrole::oid, 'percorso_definer'::regrole::oid]))`).Scan(&hidden)
	if err == nil && hidden != "" {
		err = fmt.Errorf("%w: %s", ErrBackfill, hidden)
	}
	return err
}
