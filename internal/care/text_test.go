package care

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLegible(t *testing.T) {
	for _, text := range []string{
		"", "Anna", "N’Diaye Gutiérrez-Ōe", "due\nrighe\r\ne\tuna colonna", "più o meno 3 €", "محمد علی", "می\u200cخواهم", "ක්\u200dෂ",
		"👩\u200d👧 ❤\ufe0f", "a\u00a0b", "e\u0301", "\u0601١٢",
	} {
		require.True(t, Legible(text), "%q", text)
		require.Equal(t, text, Cleaned(text))
	}
	for text, clean := range map[string]string{
		"a\x00b": "ab", "\u200b": "", "Anna\u202e gnorts": "Anna gnorts", "a\xffb": "ab", "\xc3": "", "\u202a+39\u202c": "+39", "a\u00adb": "ab",
		"\ufeffnota": "nota", "a\u2028b": "ab", "\u3164": "", "\u2800": "", "\ue000": "", "\ufdd0": "", "a\ufffd": "a", "\U000e0041": "",
		"\u200dnome": "nome", "nome\u200c": "nome", "a \u200d b": "a  b", "a\u200d\u200db": "a\u200db", "\ufe0f": "", "a\x1bb": "ab", "a\x7f": "a", "a\u0085b": "ab",
		"\u034f": "", "a\u2063b": "ab",
	} {
		require.False(t, Legible(text), "%q", text)
		require.Equal(t, clean, Cleaned(text), "%q", text)
		require.True(t, Legible(Cleaned(text)), "%q", text)
	}
	require.True(t, LegibleLine("una riga"))
	require.False(t, LegibleLine("due\nrighe"))
}

func TestTextsHaveALength(t *testing.T) {
	var f Faults
	f.Text("ok", strings.Repeat("à", 10), 10)
	f.Lines("ok", strings.Repeat("\n", 10), 10)
	require.Empty(t, f)
	f.Text("name", strings.Repeat("à", 11), 10)
	f.Text("name", "a\nb", 10)
	f.Lines("note", "a\x00"+strings.Repeat("b", 10), 10)
	require.Equal(t, Faults{{"name", RuleTooLong}, {"name", RuleIllegible}, {"note", RuleIllegible}, {"note", RuleTooLong}}, f)
}
