package cases

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// A merge shows what both files say, where they say different things, and keeps what
// was chosen when the form comes back.
func TestBothFilesSideBySide(t *testing.T) {
	own := ledger.Person{GivenName: "Persona", FamilyName: "Prova 0001", Phone: "000 0000001", Permit: "work"}
	other := func(number, phone string) ledger.CaseFile {
		known := own
		known.Phone = phone
		return ledger.CaseFile{Number: number, Known: &known}
	}
	one := []ledger.CaseFile{other("PRATO-2026-00001", "")}
	require.Nil(t, either(nameOf, own, one, ""), "there is nothing to choose between")
	require.Nil(t, either(present.Permit, own, one, ""))
	require.Equal(t, []web.Option{
		{Value: catalogue.NewerData, Text: "Il dato più recente", Chosen: true},
		{Value: catalogue.MergedData, Text: "Questo fascicolo", Hint: "000 0000001"},
		{Value: catalogue.KeptData, Text: "Il fascicolo che resta", Hint: "Nessun dato."},
	}, either(phoneOf, own, one, ""))
	again := either(phoneOf, own, append(one, other("PRATO-2026-00002", "000 0000002")), catalogue.KeptData)
	require.Equal(t, web.Option{Value: catalogue.KeptData, Text: "Il fascicolo che resta", Chosen: true,
		Hint: "PRATO-2026-00001: Nessun dato.; PRATO-2026-00002: 000 0000002"}, again[2])
	require.False(t, again[0].Chosen)
}
