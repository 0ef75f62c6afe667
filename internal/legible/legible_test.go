package legible_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/legible"
)

func TestLegible(t *testing.T) {
	for _, text := range []string{
		"", "Anna", "N’Diaye Gutiérrez-Ōe", "due\nrighe\r\ne\tuna colonna", "più o meno 3 €", "محمد علی", "می\u200cخواهم", "ක්\u200dෂ",
		"👩\u200d👧 ❤\ufe0f", "a\u00a0b", "e\u0301", "\u0601١٢",
	} {
		require.True(t, legible.Text(text), "%q", text)
		require.Equal(t, text, legible.Cleaned(text))
	}
	for text, clean := range map[string]string{
		"a\x00b": "ab", "\u200b": "", "Anna\u202e gnorts": "Anna gnorts", "a\xffb": "ab", "\xc3": "", "\u202a+39\u202c": "+39", "a\u00adb": "ab",
		"\ufeffnota": "nota", "a\u2028b": "ab", "\u3164": "", "\u2800": "", "\ue000": "", "\ufdd0": "", "a\ufffd": "a", "\U000e0041": "",
		"\u200dnome": "nome", "nome\u200c": "nome", "a \u200d b": "a  b", "a\u200d\u200db": "a\u200db", "\ufe0f": "", "a\x1bb": "ab", "a\x7f": "a", "a\u0085b": "ab",
		"\u034f": "", "a\u2063b": "ab",
	} {
		require.False(t, legible.Text(text), "%q", text)
		require.Equal(t, clean, legible.Cleaned(text), "%q", text)
		require.True(t, legible.Text(legible.Cleaned(text)), "%q", text)
	}
	require.True(t, legible.Line("una riga"))
	require.False(t, legible.Line("due\nrighe"))
}
