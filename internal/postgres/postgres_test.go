package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/postgres"
)

func TestLoginThatBypassesRowLevelSecurityIsRefused(t *testing.T) {
	a := newArchive(t)
	_, err := postgres.Open(t.Context(), a.stack.AdministratorURL(a.database))
	require.ErrorIs(t, err, postgres.ErrBypass)
}
