package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/testclock"
)

// TestASubstituteWorksForWhoIsAway: a social worker is away for two weeks. The substitute works their tasks on
// their behalf, sees those and no more, and loses sight of them when the last day is over.
func TestASubstituteWorksForWhoIsAway(t *testing.T) {
	t.Parallel()
	w := gather(t)
	called := func(account string) *caller {
		return &caller{Staff: w.Accounts[account], agency: keeps, token: w.rig.Token(w.Accounts[account])}
	}
	worker, substitute, desk, supervisor := called("social_worker.prato"), called("social_worker_2.prato"), called("desk_operator.prato"), called("supervisor.prato")
	list := func(who *caller, path string) (items []map[string]any) {
		t.Helper()
		got := w.asks(who, http.MethodGet, rest.Prefix+path, "")
		require.Equal(t, http.StatusOK, got.status, got.text)
		var page struct{ Items []map[string]any }
		require.NoError(t, json.Unmarshal([]byte(got.text), &page))
		return page.Items
	}
	// One of two files has a task that the worker holds, and what they noted for the social service.
	file := func() (run, task string) {
		run, _ = w.Begin(ledger.Person{}, ledger.Effects{})
		first, next := postgrestest.Opens(run, "first", ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"}), postgrestest.Opens(run, "next", ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
		w.Does(run, w.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{first, next}}, nil)
		w.Complete(worker.Subject, run, first.ID, care.Completion{Outcome: care.Resolved, Note: "Prova riservata"}, ledger.Effects{}, nil)
		return run, next.ID
	}
	run, task := file()
	require.NoError(t, w.Claim(worker.Subject, task))
	reads := func(who *caller) bool {
		return slices.ContainsFunc(list(who, "/case-files/"+ledger.BareID(run)+"/records"), func(r map[string]any) bool {
			return r["form"] == string(care.SocialService) && r["readable"] == true
		})
	}
	completes := func(who *caller) answered {
		return w.asks(who, http.MethodPost, rest.Prefix+"/tasks/"+task+"/"+catalogue.Complete.Path, fmt.Sprintf(`{"outcome":%q,"note":"Prova"}`, care.Resolved))
	}
	require.Equal(t, "409 taken", completes(substitute).said())
	require.False(t, reads(substitute))

	day := func(days int) string { return w.Now.In(testclock.Rome).AddDate(0, 0, days).Format(time.DateOnly) }
	body := func(first, last, substitute string) string {
		return fmt.Sprintf(`{"first":%q,"last":%q,"substitute":%q}`, first, last, substitute)
	}
	for name, c := range map[string]struct{ body, says string }{
		"the other way round":       {body(day(3), day(2), ""), "422 ends_before_it_starts"},
		"over":                      {body(day(-3), day(-2), ""), "422 in_the_past"},
		"no colleague":              {body(day(0), day(1), uuid.NewString()), "422 not_at_work_here"},
		"a colleague of other work": {body(day(0), day(1), desk.ID), "422 substitute_in_another_role"},
		"oneself":                   {body(day(0), day(1), worker.ID), "422 substitutes_self"},
	} {
		require.Equal(t, c.says, w.asks(worker, http.MethodPost, rest.Prefix+"/absences", c.body).said(), name)
	}
	require.Equal(t, "403 forbidden", w.asks(desk, http.MethodPost, rest.Prefix+"/absences", fmt.Sprintf(`{"staff_id":%q,"first":%q,"last":%q}`, worker.ID, day(0), day(1))).said())
	got := w.asks(worker, http.MethodPost, rest.Prefix+"/absences", body(day(0), day(13), substitute.ID))
	require.Equal(t, http.StatusCreated, got.status, got.text)
	require.Equal(t, "422 away_already", w.asks(supervisor, http.MethodPost, rest.Prefix+"/absences", fmt.Sprintf(`{"staff_id":%q,"first":%q,"last":%q}`, worker.ID, day(13), day(14))).said())

	items := list(substitute, "/tasks?on_behalf=true")
	require.Len(t, items, 1)
	require.Equal(t, []any{task, worker.Name, substitute.Name, true, false}, []any{items[0]["id"], items[0]["holder_name"], items[0]["substitute_name"], items[0]["on_behalf"], items[0]["mine"]})
	require.True(t, reads(substitute))
	require.Empty(t, list(desk, "/tasks?on_behalf=true"))
	for path, words := range map[string]string{
		"/": "Per conto di " + worker.Name, "/compiti": "Per conto di chi è assente (1)", "/compiti?elenco=per-conto": worker.Name, "/compiti/" + task: "puoi farla tu, al suo posto", "/assenze": "Lo sostituisci tu",
		"/fascicoli/" + ledger.BareID(run): "può farla " + substitute.Name,
	} {
		w.logsIn(substitute)
		page := w.asks(substitute, http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, page.status, path)
		require.Contains(t, page.text, words, path)
	}
	w.logsIn(supervisor)
	require.Contains(t, w.asks(supervisor, http.MethodGet, "/", "").text, "Sostituto: "+substitute.Name, "who is away today and next week")

	w.Now = w.Now.AddDate(0, 0, 13)
	require.Equal(t, "yes", completes(substitute).said(), "on the last day")
	lines := list(supervisor, "/case-files/"+ledger.BareID(run)+"/timeline")
	i := slices.IndexFunc(lines, func(m map[string]any) bool { return m["code"] == "task_on_behalf" })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, []any{substitute.Name, map[string]any{"name": worker.Name}}, []any{lines[i]["by_name"], lines[i]["before"]})

	run, task = file()
	require.NoError(t, w.Claim(worker.Subject, task))
	require.True(t, reads(substitute))
	w.Now = w.Now.AddDate(0, 0, 1)
	require.False(t, reads(substitute), "the last day is over")
	require.Empty(t, list(substitute, "/tasks?on_behalf=true"))
	require.Equal(t, "409 taken", completes(substitute).said())
	for _, who := range []*caller{worker, substitute, supervisor} {
		require.Empty(t, list(who, "/absences"), "what is over is told nobody")
	}
}
