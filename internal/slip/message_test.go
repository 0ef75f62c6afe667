package slip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAMessageSaysWhenAndWhereAndNotWhy: in the person's language where all of it has been
// read, and else in Italian.
func TestAMessageSaysWhenAndWhereAndNotWhy(t *testing.T) {
	subject, text := Message(zone, expected(), "ar")
	require.Equal(t, "Il Suo appuntamento", subject)
	require.Equal(t, "Il Suo appuntamento\nGiorno: martedì 1º dicembre 2026\nOra: 9.30\nDove: Ufficio Prova, via di Prova 1\n"+
		"Se non può venire, telefoni. Troviamo un altro giorno.\nChi chiamare: 0574 000000", text)
	subject, text = Message(zone, expected(), "ur")
	require.Equal(t, "آپ کی ملاقات کا وقت", subject)
	require.Contains(t, text, "منگل 1/12/2026")
	require.Contains(t, text, ": Ufficio Prova, via di Prova 1\n")
	require.NotContains(t, text, "Giorno")
	for _, why := range []string{"PAS", "school", "social", "مدد"} {
		require.NotContains(t, text, why)
	}
	called := expected()
	called.ByPhone = true
	_, text = Message(zone, called, "")
	require.NotContains(t, text, "Dove")
	require.Contains(t, text, "Le telefoniamo noi.")
}
