package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// TestAMailGoesToNobodyElse than staff and partners, whoever's role writes it.
func TestAMailGoesToNobodyElse(t *testing.T) {
	p := postgrestest.NewPlay(t)
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	who := p.Accounts["supervisor.prato"]
	for role, pool := range map[string]*pgxpool.Pool{"percorso_app": p.API, "percorso_worker": p.Pool(standalone.Worker)} {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), `SELECT set_config('role', $1, true), set_config('percorso.case', $2, true), set_config('percorso.staff', $3, true),
				set_config('percorso.zone', 'prato', true), set_config('percorso.role', 'supervisor', true)`, role, ledger.BareID(caseRun), who.ID)
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), `INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
				VALUES ($1, $2, $3, 'reminder', $4, 'chiunque@altrove.example', now(), now())`, uuid.NewString(), caseRun, ledger.BareID(caseRun), "/compiti/"+uuid.NewString())
			return err
		})
		denied(t, err, role)
	}
}
