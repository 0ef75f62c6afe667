package api_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// printMatrix says that the lists in docs/security.md are to be printed anew:
// go test ./api -run 'TestWhoSeesWhat|TestTheGuideSaysWhoMayAsk' -print-matrix.
var printMatrix = flag.Bool("print-matrix", false, "print the lists in docs/security.md anew")

const guide = "../docs/security.md"

var printedPlace = regexp.MustCompile(`(?s)<!-- printed: ([a-z ]+) -->\n.*?<!-- end -->`)

// inGuide asks that the guide has a list as it is, or prints it there.
func inGuide(t *testing.T, name, list string) {
	t.Helper()
	written, err := os.ReadFile(guide)
	require.NoError(t, err)
	places := 0
	printed := printedPlace.ReplaceAllStringFunc(string(written), func(found string) string {
		if printedPlace.FindStringSubmatch(found)[1] != name {
			return found
		}
		places++
		return "<!-- printed: " + name + " -->\n" + list + "<!-- end -->"
	})
	require.Equal(t, 1, places, "places of the list %s in %s", name, guide)
	if *printMatrix {
		require.NoError(t, os.WriteFile(guide, []byte(printed), 0o644))
		return
	}
	require.Equal(t, printed, string(written), "run: go test ./api -run 'TestWhoSeesWhat|TestTheGuideSaysWhoMayAsk' -print-matrix")
}

// tableOf is a table of rows by columns, with a word where something holds.
func tableOf(corner string, columns, rows []string, cell func(row, column string) string) string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(append([]string{corner}, columns...))
	line(slices.Repeat([]string{"---"}, len(columns)+1))
	for _, row := range rows {
		cells := []string{row}
		for _, column := range columns {
			cells = append(cells, cell(row, column))
		}
		line(cells)
	}
	return b.String()
}

// TestTheGuideSaysWhoMayAsk: which role may ask for which operation stands in the guide
// as the catalogue has it.
func TestTheGuideSaysWhoMayAsk(t *testing.T) {
	var roles, operations []string
	for _, role := range append(slices.Clone(care.Roles), care.MailSystem, care.PrivacyOfficer) {
		roles = append(roles, "`"+string(role)+"`")
	}
	for _, known := range catalogue.All {
		if known.About().Asks != nil {
			operations = append(operations, "`"+string(known.About().Code)+"`")
		}
	}
	inGuide(t, "operations by role", tableOf("operation", roles, operations, func(operation, role string) string {
		if catalogue.MayAsk(care.Role(strings.Trim(role, "`")), care.Operation(strings.Trim(operation, "`"))) {
			return "yes"
		}
		return ""
	}))
}
