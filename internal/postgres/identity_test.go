package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/postgres/postgrestest"
)

// account is a column, an argument or a setting that holds the id of a member of staff.
const account = `(?:\w+\.)?(?:id|staff|member|holder|caller|person|proposer|but|gone|me|by_staff|made_by|back_by|proposed_by|lifting_by|named_by|asked_by|author|watcher)(?:::text)?`

// apart are the comparisons by which a function tells two members of staff apart: that one
// is not the other, or is who proposed something, asked for it, or sits somewhere.
var apart = regexp.MustCompile(account + `\s+(?:<>|IS DISTINCT FROM|IS NOT DISTINCT FROM)\s+(?:` + account + `|my\('staff'\)(?:::uuid)?)` +
	`|(?:\w+\.)?(?:proposed_by|lifting_by|member)(?:::text)?\s+=\s+(?:` + account + `|my\('staff'\)(?:::uuid)?)` +
	`|` + account + `\s+=\s+(?:\w+\.)?(?:proposed_by|lifting_by|member)\b`)

// TestTwoPeopleAreToldApartByIdentity: who has two accounts is one person, so that a function
// of the schema compares two members of staff by same_identity. Where it means the account,
// testdata/accounts.txt has the comparison, and why.
func TestTwoPeopleAreToldApartByIdentity(t *testing.T) {
	a := postgrestest.NewArchive(t)
	content, err := os.ReadFile(filepath.Join("testdata", "accounts.txt"))
	require.NoError(t, err)
	var listed, found []string
	for _, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		comparison, why, ok := strings.Cut(line, " -- ")
		require.True(t, ok && why != "", "no reason: %s", line)
		listed = append(listed, comparison)
	}
	rows, err := a.Owner().Query(t.Context(), `SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosrc ~ 'same_identity|staff|holder|proposed_by|member'`)
	require.NoError(t, err)
	asked := 0
	for rows.Next() {
		var name, source string
		require.NoError(t, rows.Scan(&name, &source))
		asked += strings.Count(source, "same_identity(")
		for _, comparison := range apart.FindAllString(source, -1) {
			found = append(found, fmt.Sprintf("%s: %s", name, strings.Join(strings.Fields(comparison), " ")))
		}
	}
	require.NoError(t, rows.Err())
	require.Greater(t, asked, 30)
	slices.Sort(found)
	require.ElementsMatch(t, listed, slices.Compact(found), "in the list or in the database, and not in the other")
}
