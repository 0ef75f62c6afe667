package records_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// A cursor goes with the list and the choice that gave it: any other is refused,
// and never answered with the first page.
func TestCursors(t *testing.T) {
	a := postgrestest.NewArchive(t)
	desk, worker, lead := a.Accounts["desk_operator.prato"], a.Accounts["social_worker.prato"], a.Accounts["supervisor.prato"]
	var caseID string
	for i := range 3 {
		caseID, _ = a.Open("prato")
		_, err := a.Records.Assign(t.Context(), desk, catalogue.Contact.Command(fmt.Sprint("contact", i), "", ledger.NewContact{Topic: "labour", Language: "it", Channel: "in_person", Outcome: "information"}).NewCommand)
		require.NoError(t, err)
	}
	for range 2 { // twice read, so that there are two lines
		_, err := a.Records.CaseFile(t.Context(), worker, caseID)
		require.NoError(t, err)
	}
	yes := true
	lists := map[string]func(ledger.Paging) (string, int, error){
		"contacts": func(p ledger.Paging) (string, int, error) {
			page, err := a.Records.Contacts(t.Context(), desk, p)
			return page.Next, len(page.Items), err
		},
		"tasks": func(p ledger.Paging) (string, int, error) {
			page, err := a.Records.Tasks(t.Context(), lead, ledger.TaskFilter{}, p)
			return page.Next, len(page.Items), err
		},
		"tasks in a state": func(p ledger.Paging) (string, int, error) {
			page, err := a.Records.Tasks(t.Context(), lead, ledger.TaskFilter{State: care.TaskReady}, p)
			return page.Next, len(page.Items), err
		},
		"cases": func(p ledger.Paging) (string, int, error) {
			page, err := a.Records.CaseFiles(t.Context(), worker, ledger.CaseFilter{}, p)
			return page.Next, len(page.Items), err
		},
		"open cases": func(p ledger.Paging) (string, int, error) {
			page, err := a.Records.CaseFiles(t.Context(), worker, ledger.CaseFilter{Open: &yes}, p)
			return page.Next, len(page.Items), err
		},
		"planned cases": func(p ledger.Paging) (string, int, error) {
			page, err := a.Records.CaseFiles(t.Context(), worker, ledger.CaseFilter{Health: health.Planned}, p)
			return page.Next, len(page.Items), err
		},
		"reads": func(p ledger.Paging) (string, int, error) {
			page, err := a.Records.Reads(t.Context(), worker, caseID, p)
			return page.Next, len(page.Items), err
		},
	}
	cursors := map[string]string{}
	for name, list := range lists {
		next, n, err := list(ledger.Paging{Limit: 1})
		require.NoError(t, err, name)
		require.Equal(t, 1, n, name)
		require.NotEmpty(t, next, name)
		_, n, err = list(ledger.Paging{Limit: 1, Cursor: next})
		require.NoError(t, err, name)
		require.Equal(t, 1, n, name)
		cursors[name] = next
	}
	for name, list := range lists {
		for other, cursor := range cursors {
			if other != name {
				_, _, err := list(ledger.Paging{Cursor: cursor})
				require.ErrorIs(t, err, ledger.ErrCursor, "%s with the cursor of %s", name, other)
			}
		}
		for what, cursor := range broken(t, cursors[name]) {
			_, _, err := list(ledger.Paging{Cursor: cursor})
			require.ErrorIs(t, err, ledger.ErrCursor, "%s with a cursor that is %s", name, what)
		}
	}
}

// broken makes cursors that are none of one that is.
func broken(t *testing.T, cursor string) map[string]string {
	plain, err := base64.RawURLEncoding.DecodeString(cursor)
	require.NoError(t, err)
	changed := func(name string, value any) string {
		fields := map[string]any{}
		require.NoError(t, json.Unmarshal(plain, &fields))
		fields[name] = value
		text, err := json.Marshal(fields)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	number := map[string]any{"id": 1}
	require.NoError(t, json.Unmarshal(plain, &number))
	other := any("12")
	if _, err := uuid.Parse(fmt.Sprint(number["id"])); err != nil {
		other = uuid.NewString()
	}
	return map[string]string{
		"no base64": "%", "no JSON": base64.RawURLEncoding.EncodeToString([]byte("{")), "cut short": cursor[:len(cursor)-3],
		"with an id that is none": changed("id", "x"), "with an id of another kind": changed("id", other), "without an id": changed("id", ""),
		"with a number for an id": changed("id", 7), "with no time": changed("at", "yesterday"), "with a year too far": changed("at", int64(math.MaxInt64)), "with a year too early": changed("at", int64(math.MinInt64)),
		"with null for a time": changed("at", nil), "with more than was given": changed("more", 1), "in an order of its own": changed("last", false),
		"of nothing": changed("of", ""), "with a time alone": base64.RawURLEncoding.EncodeToString([]byte(`{"at":"` + time.Unix(0, 0).UTC().Format(time.RFC3339) + `"}`)),
	}
}
