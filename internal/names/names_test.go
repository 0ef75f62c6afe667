package names_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/names"
)

var born = time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC)

func of(given, family string) names.Keys { return names.Of(given, family, born) }

// alike says whether two names are taken for the same.
func alike(a, b names.Keys) bool {
	return slices.ContainsFunc(a.Wholes, func(key string) bool { return slices.Contains(b.Wholes, key) })
}

func TestNamesThatAreTheSame(t *testing.T) {
	for _, pair := range [][4]string{
		{"Prova", "N'Diaye", "Prova", "N’Diaye"},
		{"Prova", "N'Diaye", "prova", "nʼdiaye"},
		{"Prova", "N'Diaye", "PROVA", "N DIAYE"},
		{"Prova", "N'Diaye", "Prova", "Ndiaye"},
		{"José", "Gutiérrez", "Jose", "Gutierrez"},
		{"José", "Gutiérrez", "Jose\u0301", "Gutie\u0301rrez"},
		{"Anna", "Prova", "Prova", "Anna"},
		{"Anna Maria", "Prova", "Prova Maria", "Anna"},
		{"Anna-Maria", "Prova", "Anna Maria", "Prova"},
		{"Annamaria", "Prova", "Anna Maria", "Prova"},
		{"Omar", "Al-Masri", "Omar", "Almasri"},
		{"Omar", "Al Masri", "Al-Masri", "Omar"},
		{"  Anna\u200b ", "Pro\u00adva", "anna", "prova"},
		{"Groß", "Prova", "GROSS", "Prova"},
		{"İpek", "Prova", "ipek", "Prova"},
		{"ＡＮＮＡ", "Prova", "Anna", "Prova"},
		{"Prova", "", "", "PROVA"},
		{"José Prova", "N'Diaye", "Ndiaye", "Prova José"},
	} {
		require.True(t, alike(of(pair[0], pair[1]), of(pair[2], pair[3])), "%q", pair)
		require.True(t, alike(of(pair[2], pair[3]), of(pair[0], pair[1])), "%q", pair)
	}
}

func TestNamesThatAreNot(t *testing.T) {
	for _, pair := range [][4]string{
		{"Anna", "Prova", "Anna", "Provetta"},
		{"Anna", "Prova", "Hanna", "Prova"},
		{"Anna Maria", "Prova", "Anna", "Prova"},
		{"Prova", "", "Anna", "Prova"},
		{"", "", "%", "'"},
	} {
		require.False(t, alike(of(pair[0], pair[1]), of(pair[2], pair[3])), "%q", pair)
	}
}

func TestTheFamilyNameWithTheDayOfBirth(t *testing.T) {
	require.Equal(t, "almasri 1992-03-01", of("Omar", "Al-Masri").Born)
	require.Equal(t, of("Omar", "ALMASRI").Born, of("Ahmad", "al masri").Born)
	require.Empty(t, of("Omar", "").Born)
}

func TestWordsAndWhatStandsWithinThem(t *testing.T) {
	k := of("Dalia", "D'Esempio")
	require.Equal(t, []string{"d", "dalia", "desempio", "esempio"}, k.Words)
	require.Contains(t, k.Within, "lia")
	require.Contains(t, k.Within, "pio")
	require.NotContains(t, k.Within, "o")
	for _, key := range slices.Concat(k.Words, k.Within, k.Wholes) {
		require.NotContains(t, key, "'")
	}
	long := of(strings.Repeat("a", 200), strings.Repeat("é", 200))
	require.Len(t, []rune(long.Words[0]), 64)
	require.LessOrEqual(t, len(long.Within), 2*64)
}

func TestWhatIsSearched(t *testing.T) {
	require.Equal(t, names.Asked{Text: " D'ESEMPIO  Ànna ", Words: []string{"anna", "d", "esempio"}}, names.Ask(" D'ESEMPIO  Ànna "))
	require.Equal(t, names.Asked{Text: "prato-2026-00052", Words: []string{"00052", "2026", "prato"}, Number: "prato202600052"}, names.Ask("prato-2026-00052"))
	for _, nothing := range []string{"%%", "__", "  ", "'’", "\u200b"} {
		require.True(t, names.Ask(nothing).Empty(), "%q", nothing)
	}
	require.Equal(t, []string{"pro", "va"}, names.Ask("pro%va").Words)
	require.Equal(t, []string{strings.Repeat("e", 64)}, names.Ask(strings.Repeat("è", 300)).Words)
}

func TestNamesThatSoundAlike(t *testing.T) {
	for typed, files := range map[string][]string{
		"youssef": {"Yusuf", "Yousef"}, "mohammed": {"Muhammad", "Md"}, "shevchenko": {"Sevcenko", "Ševčenko"},
		"khaled": {"Khalid"}, "rachid": {"Rashid"}, "hasan": {"Xasan"}, "karim": {"Kareem"},
	} {
		asked, ok := names.Ask(typed).Heard()
		require.True(t, ok, typed)
		for _, name := range files {
			require.True(t, slices.ContainsFunc(of(name, "").Heard, func(key string) bool { return key == asked.Words[0] }), "%s: %v, %v", typed, asked.Words, of(name, "").Heard)
		}
	}
	for _, typed := range []string{"li", "52", "prato-2026-00052", ""} {
		_, ok := names.Ask(typed).Heard()
		require.False(t, ok, typed)
	}
	hussein, _ := names.Ask("hussein").Heard()
	require.NotContains(t, of("Hassan", "").Heard, hussein.Words[0])
}
