package postgres_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/postgres"
	"percorso/internal/postgres/postgrestest"
)

func TestLoginThatBypassesRowLevelSecurityIsRefused(t *testing.T) {
	a := postgrestest.NewArchive(t)
	_, err := postgres.Open(t.Context(), a.Stack.AdministratorURL(a.Database))
	require.ErrorIs(t, err, postgres.ErrBypass)
}

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
