package postgres_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/postgres/postgrestest"
)

// rights lists what each role may do: on tables, on columns of them, with functions,
// and as which other roles. Owners may do everything with what is theirs, and are
// listed with how much that is.
const rights = `
WITH role AS (SELECT oid, rolname FROM pg_roles WHERE rolname LIKE 'percorso\_%' AND rolname NOT IN ('percorso_admin', 'percorso_temporal')
    UNION ALL SELECT 0, 'everybody')
SELECT r.rolname || ' ' || c.relname || ': ' || string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
    FROM pg_class c, aclexplode(c.relacl) a, role r
    WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = r.oid AND a.grantee <> c.relowner GROUP BY r.rolname, c.relname
UNION ALL SELECT r.rolname || ' ' || c.relname || ': ' || a.privilege_type || ' (' || string_agg(t.attname, ' ' ORDER BY t.attname) || ')'
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a, role r
    WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = r.oid GROUP BY r.rolname, c.relname, a.privilege_type
UNION ALL SELECT r.rolname || ' calls ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' || CASE WHEN p.prosecdef THEN ' as ' || pg_get_userbyid(p.proowner) ELSE '' END
    FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a, role r
    WHERE p.pronamespace = 'public'::regnamespace AND a.grantee = r.oid AND a.grantee <> p.proowner
UNION ALL SELECT r.rolname || ' schema ' || n.nspname || ': ' || string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
    FROM pg_namespace n, aclexplode(n.nspacl) a, role r WHERE n.nspname = 'public' AND a.grantee = r.oid GROUP BY r.rolname, n.nspname
UNION ALL SELECT member.rolname || ' becomes ' || granted.rolname || CASE WHEN pg_has_role(member.rolname, granted.rolname, 'USAGE') THEN ' and always is' ELSE '' END
    FROM pg_auth_members m JOIN role member ON member.oid = m.member JOIN role granted ON granted.oid = m.roleid
UNION ALL SELECT r.rolname || ' owns ' || CASE c.relkind WHEN 'S' THEN 'sequences' WHEN 'i' THEN 'indexes' ELSE 'tables' END
    FROM pg_class c JOIN role r ON r.oid = c.relowner WHERE c.relnamespace = 'public'::regnamespace GROUP BY 1
UNION ALL SELECT DISTINCT r.rolname || ' owns functions' FROM pg_proc p JOIN role r ON r.oid = p.proowner WHERE p.pronamespace = 'public'::regnamespace
UNION ALL SELECT r.rolname || ' owns the database' FROM pg_database d JOIN role r ON r.oid = d.datdba WHERE d.datname = current_database()
UNION ALL SELECT rolname || CASE WHEN rolcanlogin THEN ' logs in' ELSE ' is no login' END || CASE WHEN rolinherit THEN ' and inherits' ELSE '' END
        || CASE WHEN rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication THEN ' and is too strong' ELSE '' END
    FROM pg_roles WHERE oid IN (SELECT oid FROM role)
ORDER BY 1`

// TestRightsAreThoseOfTheList: every right of every role stands in testdata/rights.txt,
// to the column and the function, and none more. What a role may see of a table's rows
// is up to the policies, without which it sees none.
func TestRightsAreThoseOfTheList(t *testing.T) {
	a := postgrestest.NewArchive(t)
	rows, err := a.Owner().Query(t.Context(), rights)
	require.NoError(t, err)
	var found []string
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		found = append(found, line)
	}
	require.NoError(t, rows.Err())
	content, err := os.ReadFile(filepath.Join("testdata", "rights.txt"))
	require.NoError(t, err)
	listed := strings.Split(strings.TrimSpace(string(content)), "\n")
	for _, line := range found {
		if !slices.Contains(listed, line) {
			t.Errorf("not in the list, but in the database:\n%s", line)
		}
	}
	for _, line := range listed {
		if !slices.Contains(found, line) {
			t.Errorf("in the list, but not in the database:\n%s", line)
		}
	}
}

// withoutPolicies are the tables that hold nothing about a case but that a run of it
// does not go on: each role that may read one at all reads it whole.
var withoutPolicies = []string{"goose_db_version", "health_count", "machine_report", "rebuild_pass", "rebuilt", "run_suspect", "schema_mark", "seal", "seal_head",
	"sessions", "staff", "token_cut", "unattended", "waiting_form", "worker", "zone_policy"}

// TestEveryTableHasItsPolicies, which bind its owner too.
func TestEveryTableHasItsPolicies(t *testing.T) {
	p := postgrestest.NewPlay(t)
	for _, row := range p.Rows(`SELECT relname, relrowsecurity AND relforcerowsecurity AS bound FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`) {
		require.Equal(t, !slices.Contains(withoutPolicies, row["relname"].(string)), row["bound"], row["relname"])
	}
}

// TestWhatBelongsToACaseIsFoundByIt: a case with all its parts is read along indexes, however
// many others there are.
func TestWhatBelongsToACaseIsFoundByIt(t *testing.T) {
	p := postgrestest.NewPlay(t)
	found := p.Rows(`SELECT c.relname AS table, a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('case_id', 'run_id')
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid
			AND i.indkey[0] = a.attnum AND (i.indpred IS NULL OR pg_get_expr(i.indpred, c.oid) = '(' || a.attname || ' IS NOT NULL)'))
		ORDER BY 1, 2`)
	var unfound []string
	for _, row := range found {
		unfound = append(unfound, row["table"].(string)+"."+row["column"].(string))
	}
	require.Equal(t, notByRun, unfound)
}

// notByRun are the columns by which nobody looks but among what is still to be worked, of
// which there are indexes: else it is found by the case, the id, or in a small table.
var notByRun = []string{"booking.run_id", "command.run_id", "link.run_id", "mail.run_id", "meeting.run_id", "minutes.run_id", "rebuilt.run_id", "record.run_id", "timeline.run_id"}
