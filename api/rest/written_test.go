package rest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/ledger"
)

// TestAnOpeningIsReadByTheNamesOfTheAPI: never by those of the code.
func TestAnOpeningIsReadByTheNamesOfTheAPI(t *testing.T) {
	stored, err := json.Marshal(ledger.CaseOpening{Person: ledger.Person{GivenName: "Persona", FiscalCode: "PRVPSN92E01Z236U"}, Needs: []string{"labour"}, ContactID: "1"})
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(named(stored), &fields))
	require.Equal(t, []any{"labour"}, fields["needs"])
	require.Equal(t, "1", fields["contact_id"])
	require.Contains(t, fields, "notice_given")
	require.Equal(t, "Persona", fields["person"].(map[string]any)["given_name"])
	require.JSONEq(t, `{"areas":[{"need":"some"}],"at":null}`, string(named(json.RawMessage(`{"areas":[{"need":"some"}],"at":null}`))))
	require.Empty(t, named(nil))
}
