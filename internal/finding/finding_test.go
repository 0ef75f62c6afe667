package finding_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"percorso/internal/finding"
)

func TestWhatWasTypedCanBeReadAs(t *testing.T) {
	birth, swapped := "birth [@1990-05-12]", "swapped [@1990-12-05]"
	for typed, want := range map[string][]string{
		"Prova":                 {"name [prova]", "like_name [~prov~]"},
		" D'Esempio  Ànna ":     {"name [anna d esempio]"}, // one letter has no sound of its own
		"12/5/1990":             {birth, swapped},
		"12.05.1990":            {birth, swapped},
		"12-05-1990":            {birth, swapped},
		"1990-05-12":            {birth, swapped},
		"1990/5/12":             {birth, swapped},
		"31/1/1990":             {"birth [@1990-01-31]"},
		"1/31/1990":             {"swapped [@1990-01-31]"},
		"5/5/1990":              {"birth [@1990-05-05]"},
		"29/2/1992":             {"birth [@1992-02-29]"},
		"31/1/90":               {"birth [@1990-01-31]", "birth [@2090-01-31]"},
		"Prova 12/5/1990":       {"birth [@1990-05-12 prova]", "swapped [@1990-12-05 prova]"},
		"12/5/1990, Anna Prova": {"birth [@1990-05-12 anna prova]", "swapped [@1990-12-05 anna prova]"},
		"347 000 0001":          {"phone [+3470000001]", "number 3470000001"},
		"+39 347 0000001":       {"phone [+3470000001]", "number 393470000001"},
		"0039-347-0000001":      {"phone [+3470000001]", "number 00393470000001"},
		"0574/000001":           {"phone [+0574000001]", "number 0574000001"},
		"(0574) 00.00.01":       {"phone [+0574000001]", "number 0574000001"},
		"+92 300 0000001":       {"phone [+923000000001]", "number 923000000001"},
		"393 0000001":           {"phone [+3930000001]", "number 3930000001"},
		"12":                    {"number 12"},
		"1990":                  {"birth [@1990]", "number 1990"},
		"Prova, 1990":           {"name [1990 prova]", "birth [@1990 prova]", "number prova1990"},
		"347 000 1990":          {"phone [+3470001990]", "number 3470001990"},
		"prato-2026-00052":      {"name [00052 2026 prato]", "number prato202600052"},
		"%%":                    nil,
		"__":                    nil,
		"":                      nil,
		"%prova_":               {"name [prova]", "like_name [~prov~]"},
		"Fassi Mohammed":        {"name [fassi mohammed]", "like_name [~fas~ ~mohmd~]"},
		"PRVPSN92C01Z236Q":      {"name [prvpsn92c01z236q]", "fiscal_code [=PRVPSN92C01Z236]", "number prvpsn92c01z236q"},
		"prvpsn 92cl1 z236b\n":  {"name [92cl1 prvpsn z236b]", "fiscal_code [=PRVPSN92C01Z236]", "number prvpsn92cl1z236b"},
		"01234567004":           {"phone [+01234567004]", "fiscal_code [=01234567004]", "number 01234567004"},
		"31/2/1990":             {"phone [+3121990]", "number 3121990"},
	} {
		var got []string
		for _, w := range finding.Read(typed) {
			if w.By == finding.ByNumber {
				require.Equal(t, []string{"#"}, w.Words, "no word is looked for")
				got = append(got, fmt.Sprint(w.By, " ", w.Number))
				continue
			}
			require.Empty(t, w.Number)
			if w.By == finding.ByName && !strings.ContainsFunc(typed, unicode.IsLetter) {
				continue // names have no digits, but those of synthetic people do
			}
			got = append(got, fmt.Sprint(w.By, " ", w.Words))
		}
		require.Equal(t, want, got, typed)
	}
	require.Equal(t, "birth,swapped", finding.Kinds(finding.Read("12/5/1990")))
}
