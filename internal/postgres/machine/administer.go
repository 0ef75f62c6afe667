package machine

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/care"
	"percorso/internal/postgres"
)

// LoadPolicies makes these the zones' newest policies. The ones before stay as
// they are, for the runs that hold them. The login must own the tables.
func LoadPolicies(ctx context.Context, pool *pgxpool.Pool, policies []care.Policy) error {
	return postgres.FaultOf(pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		for _, p := range policies {
			batch := &pgx.Batch{}
			batch.Queue(`UPDATE zone_policy SET current = false WHERE zone = $1 AND current`, p.Zone)
			batch.Queue(`INSERT INTO zone_policy (zone, version, policy) VALUES ($1, $2, $3)
				ON CONFLICT (zone, version) DO UPDATE SET current = true, loaded_at = now()`, p.Zone, p.Version, p)
			if err := tx.SendBatch(ctx, batch).Close(); err != nil {
				return err
			}
		}
		return nil
	}), false)
}

// LoadStaff makes these the staff. Who is not named any more is no longer active:
// what they did keeps their name. The login must own the tables.
func LoadStaff(ctx context.Context, pool *pgxpool.Pool, staff []care.Staff) error {
	return postgres.FaultOf(pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(`UPDATE staff SET active = false`)
		for _, s := range staff {
			batch.Queue(`INSERT INTO staff (subject, name, role, zone, agency, email) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (subject) DO UPDATE SET name = excluded.name, role = excluded.role, zone = excluded.zone,
					agency = excluded.agency, email = excluded.email, active = true`,
				s.Subject, s.Name, s.Role, s.Zone, s.Agency, s.Email)
		}
		return tx.SendBatch(ctx, batch).Close()
	}), false)
}
