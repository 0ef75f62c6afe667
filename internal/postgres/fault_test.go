package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/records"
)

// What Postgres says is told apart by its SQLSTATE, and quotes nothing.
func TestFaultsOfPostgres(t *testing.T) {
	a := postgrestest.NewArchive(t)
	worker := a.Accounts["social_worker.prato"]

	_, err := a.Records.Contacts(t.Context(), care.Staff{ID: worker.ID, Role: worker.Role, Zone: "Zona\x00Segreta", Agency: worker.Agency}, ledger.Paging{})
	var fault *ledger.Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, "22021", fault.SQLSTATE)
	require.True(t, fault.BadText())
	require.True(t, fault.Unwritable())
	require.NotContains(t, err.Error(), "Segreta")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.Records.Contacts(ctx, worker, ledger.Paging{})
	require.ErrorAs(t, err, &fault)
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, fault.Away())
}

// Whoever reads while the database ends its sessions is told that it is away; the
// next read finds a new session.
func TestSessionsEndedDuringARead(t *testing.T) {
	a := postgrestest.NewArchive(t)
	pool := a.Pool(standalone.API)
	reading := records.New(pool, calendar.New)
	worker := a.Accounts["social_worker.prato"]
	_, err := reading.Contacts(t.Context(), worker, ledger.Paging{})
	require.NoError(t, err)

	// A lock on the table holds the read up until its session is ended.
	admin, err := pgx.Connect(t.Context(), a.Stack.AdministratorURL(a.Database))
	require.NoError(t, err)
	defer func() { _ = admin.Close(context.Background()) }()
	tx, err := admin.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `LOCK TABLE contact IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	read := make(chan error, 1)
	go func() {
		_, err := reading.Contacts(t.Context(), worker, ledger.Paging{})
		read <- err
	}()
	require.Eventually(t, func() bool {
		var ended int
		err := tx.QueryRow(t.Context(), `SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock') ended`).Scan(&ended)
		return err == nil && ended > 0
	}, time.Minute, 50*time.Millisecond)
	err = <-read
	var fault *ledger.Fault
	require.ErrorAs(t, err, &fault)
	require.True(t, fault.Away())
	require.Equal(t, "57P01", fault.SQLSTATE)
	require.NoError(t, tx.Rollback(t.Context()))
	_, err = reading.Contacts(t.Context(), worker, ledger.Paging{})
	require.NoError(t, err)
}
