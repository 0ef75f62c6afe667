package fiscal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/fiscal"
)

// The first two are examples that are printed everywhere; the others are made up.
func TestACodeIsRightOrSaysWhyNot(t *testing.T) {
	for typed, rule := range map[string]string{
		"":                         "",
		"RSSMRA80A01F205X":         "",
		"MRTMTT91D08F205J":         "",
		"rssmra80a01f205x":         "",
		" RSS MRA 80A01 F205X\n":   "",
		"PRVPSN92C01Z236Q":         "",
		"PRVPSN92C41Z236U":         "", // a woman
		"PRVPSN92CL1Z236B":         "", // with letters for digits
		"PRVPSNVNCLMZNPSR":         "",
		"01234567004":              "",
		"80042990582":              "",
		"RSSMRA80A01F205Y":         fiscal.RuleCheck,
		"RSSMRA80A10F205X":         fiscal.RuleCheck, // two digits exchanged
		"PRVPSN92CL1Z236Q":         fiscal.RuleCheck,
		"01234567003":              fiscal.RuleCheck,
		"RSSMRA80F01F205X":         fiscal.RuleShape, // no month
		"RSSMRA8WA01F205X":         fiscal.RuleShape, // a letter for no digit
		"RSSMRA80A01F205":          fiscal.RuleShape,
		"RSSMRA80A01F205XX":        fiscal.RuleShape,
		"0123456700":               fiscal.RuleShape,
		"nessuno":                  fiscal.RuleShape,
		"\u0660123456700\u0660":    fiscal.RuleShape, // digits of another script
		strings.Repeat("A", 1000):  fiscal.RuleShape,
		"RSSMRA80A01F205X; a note": fiscal.RuleShape,
	} {
		require.Equal(t, rule, fiscal.Wrong(typed), "%q", typed)
	}
}

// However a code is written it has one key, and two codes have two.
func TestOneKeyForEachWayOfWriting(t *testing.T) {
	for _, typed := range []string{"PRVPSN92C01Z236Q", "prvpsn92c01z236q", "PRVPSN 92C01 Z236Q\n", "PRVPSN92CL1Z236B", "PRVPSN92C01Z23SN", "PRVPSN92C01Z2PSZ", "PRVPSNVNCLMZNPSR"} {
		require.Equal(t, "PRVPSN92C01Z236", fiscal.Key(typed), typed)
	}
	require.NotEqual(t, fiscal.Key("PRVPSN92C01Z236Q"), fiscal.Key("PRVPSN92C41Z236U"))
	require.Equal(t, "01234567004", fiscal.Key("012 3456 7004"))
	for _, typed := range []string{"", "347 0000001", "Prova", "RSSMRA80A01F205"} {
		require.Empty(t, fiscal.Key(typed), typed)
	}
}

func TestACodeGoesWithADayOfBirth(t *testing.T) {
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		require.NoError(t, err)
		return d
	}
	for _, c := range []struct {
		code, born string
		yearOnly   bool
		fits       bool
	}{
		{"PRVPSN92C01Z236Q", "1992-03-01", false, true},
		{"PRVPSN92C41Z236U", "1992-03-01", false, true}, // a woman's day is 40 more
		{"PRVPSNVNCLMZNPSR", "1992-03-01", false, true},
		{"PRVPSN92C01Z236Q", "1992-01-03", false, false},
		{"PRVPSN92C01Z236Q", "1992-03-02", false, false},
		{"PRVPSN92C01Z236Q", "1993-03-01", false, false},
		{"PRVPSN92C01Z236Q", "1992-01-01", true, true}, // no more than the year is known
		{"PRVPSN92C01Z236Q", "1991-01-01", true, false},
		{"01234567004", "1992-03-01", false, true}, // says nothing of it
		{"", "1992-03-01", false, true},
	} {
		require.Equal(t, c.fits, fiscal.Fits(c.code, day(c.born), c.yearOnly), "%s %s", c.code, c.born)
	}
}
