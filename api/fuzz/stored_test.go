package fuzz_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/api/rest"
)

// TestRowsOfAnEarlierVersion puts a time into one column after the other that an
// earlier version let in, and that no JSON can say: whatever could be read before
// can be read still, so that the rest can be worked and the row be mended.
func TestRowsOfAnEarlierVersion(t *testing.T) {
	w := newWorld(t)
	g, b := newGenerator(w), newBrowser(w, "social_worker.prato")
	pages := onePageOfAKind(b.pages)
	admin, err := pgx.Connect(t.Context(), w.Stack.AdministratorURL(w.Database))
	require.NoError(t, err)
	defer func() { _ = admin.Close(context.WithoutCancel(t.Context())) }()
	read := func() map[string]int {
		found := map[string]int{}
		for _, op := range g.all {
			if op.method != http.MethodGet {
				continue
			}
			for _, more := range []string{"", "limit=1"} { // which gives the row's time to the cursor
				s := &sent{method: http.MethodGet, path: g.address(&choices{}, op.path), query: more, mark: w.marked(), header: http.Header{"Authorization": {"Bearer " + w.tokens["supervisor.prato"]}}}
				found[op.path+"?"+more] = w.send(s).status
			}
		}
		for _, p := range pages {
			path, query, _ := strings.Cut(p.address, "?")
			found[p.address] = w.send(b.asked(p.account, http.MethodGet, path, query)).status
		}
		return found
	}
	before := read()
	columns, err := admin.Query(t.Context(), `SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
		WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type IN ('timestamp with time zone', 'date') AND is_generated = 'NEVER'
		AND table_name NOT IN ('audit', 'audit_shown', 'timeline', 'goose_db_version', 'sessions') ORDER BY 1, 2`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(columns, func(row pgx.CollectableRow) (c [2]string, err error) { return c, row.Scan(&c[0], &c[1]) })
	require.NoError(t, err)
	// All times of a table at once, and then everything that reads: one table after the other says
	// soon enough which it was.
	changed, touched := 0, false
	for i, c := range names {
		tag, err := admin.Exec(t.Context(), fmt.Sprintf("UPDATE %s SET %s = '10000-01-01 00:00:59+00' WHERE %s IS NOT NULL", c[0], c[1], c[1]))
		if err == nil && tag.RowsAffected() > 0 { // what the schema forbids no version stored
			changed++
			touched = true
		}
		if !touched || i+1 < len(names) && names[i+1][0] == c[0] {
			continue
		}
		touched = false
		for address, status := range read() {
			if status != before[address] {
				t.Errorf("%s: %s answers %d, before %d", c[0], address, status, before[address])
				before[address] = status
			}
		}
	}
	list := w.send(&sent{method: http.MethodGet, path: rest.Prefix + "/appointments", mark: w.marked(), header: http.Header{"Authorization": {"Bearer " + w.tokens["supervisor.prato"]}}})
	if !strings.Contains(list.text, `"at":"9999-12-31T23:59:59Z"`) {
		t.Errorf("the row is not shown as the last time that there is: %s", list.text)
	}
	t.Logf("%d of %d columns, %d addresses", changed, len(names), len(before))
	if changed < 20 || len(pages) < 10 || before[rest.Prefix+"/appointments?limit=1"] != http.StatusOK {
		t.Errorf("too little was tried: %d pages, the list of appointments answers %d", len(pages), before[rest.Prefix+"/appointments?limit=1"])
	}
}

// onePageOfAKind keeps the first of the pages that differ by an id alone.
func onePageOfAKind(pages []page) (kept []page) {
	known := map[string]bool{}
	for _, p := range pages {
		shape := anID.ReplaceAllString(p.address, "id")
		if !known[shape] {
			kept = append(kept, p)
		}
		known[shape] = true
	}
	return kept
}

var anID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[^/?]*`)
