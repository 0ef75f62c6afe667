package main

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/ledger"
	"percorso/internal/postgres/seals"
)

// TestAnOperatorVerifiesTheAudit: what is as it was sealed gets the code 0, what is not
// the code 1 and its numbers, and no word of what a line says.
func TestAnOperatorVerifiesTheAudit(t *testing.T) {
	i := newInstallation(t)
	t.Setenv("PERCORSO_DATABASE_URL", i.Pool(standalone.Ops).Config().ConnString())
	i.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Prova 0001"}, ledger.Effects{})
	code, out, said := i.types("audit verify")
	require.Equal(t, codeDone, code, said)
	require.Contains(t, out, "not sealed yet, in the audit since")
	var last string
	for {
		made, err := seals.Seal(t.Context(), i.API, 100)
		require.NoError(t, err)
		if made == nil {
			break
		}
		last = made.Digest
	}
	code, out, said = i.types("audit verify --against " + last)
	require.Equal(t, codeDone, code, said)
	require.Contains(t, out, "last seal: "+last)
	require.NotContains(t, out, "not sealed yet")
	code, _, _ = i.types("audit verify --against " + strings.Repeat("0", 64))
	require.Equal(t, codeFailed, code)
	code, _, _ = i.types("audit verify --against abc")
	require.Equal(t, codeUsage, code)

	administrator, err := pgx.Connect(t.Context(), i.Stack.AdministratorURL(i.Database))
	require.NoError(t, err)
	defer func() { _ = administrator.Close(context.WithoutCancel(t.Context())) }()
	for _, statement := range []string{`ALTER TABLE audit DISABLE TRIGGER only_inserted`, `UPDATE audit SET role = 'segno-di-prova'`} {
		_, err := administrator.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	code, out, said = i.types("audit verify")
	require.Equal(t, codeFailed, code)
	require.Contains(t, out, "seal 1: line 1 of audit was changed")
	require.NotContains(t, out+said, "segno-di-prova")
	require.NotContains(t, out+said, "Prova 0001")
}
