package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// Who keeps the file of the protected person.
const (
	firstKeeper  = "social_worker.prato"   // who protects her
	secondKeeper = "social_worker_2.prato" // of the same agency
	keptByName   = "cpi_operator.prato"    // the one operator of the employment centre who knows
)

// protects has the social worker protect the person of a file at the API.
func (w *crowd) protects(f *dossier) {
	w.T.Helper()
	body := fmt.Sprintf(`{"keeper":%q,"elsewhere":%q,"reason":"sought"}`, w.Accounts[secondKeeper].ID, w.Accounts[keptByName].ID)
	got := w.asks(w.account(firstKeeper), http.MethodPost, rest.Prefix+"/case-files/"+ledger.BareID(f.caseRun)+"/protection", body)
	require.Equal(w.T, "yes", got.said(), got.text)
}

// account is somebody as a caller.
func (w *crowd) account(name string) *caller {
	s := w.Accounts[name]
	return &caller{Staff: s, agency: keeps, token: w.rig.Token(s)}
}

// livesUnknown plays the life of the protected person's file among all who work in the
// zone, and in another one: every role of every agency asks for her, and looks into lists,
// counts, the agenda and the mails. Her twin is opened as if there were no other. Two
// people lift the protection, and she is known again.
func (w *crowd) livesUnknown(f, nobody *dossier) {
	w.T.Helper()
	again := w.livesUnseen(f, nobody)
	id := ledger.BareID(f.caseRun)
	counts := func(account string) (open int) {
		var by map[string]int
		require.NoError(w.T, json.Unmarshal([]byte(w.asks(w.account(account), http.MethodGet, rest.Prefix+"/case-counts", "").text), &by))
		for _, n := range by {
			open += n
		}
		return open
	}
	before := counts("supervisor.prato")

	// An appointment and a task of hers are on no agenda and no list but her keepers'.
	own := postgrestest.Opens(f.caseRun, "kept", ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
	w.Does(f.caseRun, w.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{own}, Appointments: []ledger.AppointmentChange{
		{ID: uuid.NewString(), State: care.AppointmentConfirmed, Service: "uoc_immigrazione", At: w.Now.Add(24 * time.Hour)}}}, nil)
	require.Equal(w.T, before, counts("supervisor.prato"), "how many cases stand how")

	asks := []struct{ method, path, body string }{
		{http.MethodPost, "/case-file-searches", fmt.Sprintf(`{"search":%q}`, marker(f.name, "name"))},
		{http.MethodPost, "/same-person-searches", fmt.Sprintf(`{"given_name":%q,"family_name":%q,"birth_date":%q}`, marker(f.name, "name"), marker(f.name, "name"), f.born.Format(time.DateOnly))},
		{http.MethodGet, "/tasks?limit=100", ""},
		{http.MethodGet, "/appointments?limit=100", ""},
		{http.MethodGet, "/referrals?limit=100", ""},
		{http.MethodGet, "/stuck-cases?limit=100", ""},
	}
	known := map[string][]string{} // where somebody found her
	for _, who := range append(slices.Clone(w.callers), w.account(secondKeeper), w.account("cpi_operator_2.prato")) {
		for _, ask := range asks {
			if text := w.asks(who, ask.method, rest.Prefix+ask.path, ask.body).text; strings.Contains(text, f.number) || strings.Contains(text, id) {
				known[who.Subject] = append(known[who.Subject], ask.path)
			}
		}
	}
	for account, where := range known {
		require.Contains(w.T, []string{firstKeeper, secondKeeper, keptByName}, account, "found her in %v", where)
	}
	for _, keeper := range []string{firstKeeper, secondKeeper} {
		require.Contains(w.T, known[keeper], "/case-file-searches", "by her name: %v", known)
		require.Contains(w.T, known[keeper], "/appointments?limit=100", "in the agenda: %v", known)
		require.GreaterOrEqual(w.T, len(known[keeper]), 4, "who keeps her finds her like anybody else: %v", known)
	}
	require.NotEmpty(w.T, known[keptByName], "the operator who is named: %v", known)
	w.T.Logf("her keepers find her at %v", known)
	for _, row := range w.Rows(`SELECT DISTINCT recipient FROM mail WHERE case_id = $1 AND failed_at IS NULL AND sent_at IS NULL`, id) {
		require.True(w.T, slices.ContainsFunc([]string{firstKeeper, secondKeeper, keptByName}, func(k string) bool { return w.Accounts[k].Email == row["recipient"] }), "a mail about her to %v", row["recipient"])
	}
	require.Zero(w.T, w.Count(`link WHERE case_id = $1 AND used_at IS NULL AND expires_at > $2`, id, w.Now), "links to partners")

	// Whoever comes with her name is given a file, and told of nobody. Her keepers hear of it.
	twin := fmt.Sprintf(`{"person":{"given_name":%q,"family_name":%q,"birth_date":%q,"citizenship":"PK","permit":"work","languages":["ur"]},"needs":["labour"],"channel":%q,"topic":%q,"notice_given":true,"notice_version":"1"}`,
		marker(f.name, "name"), marker(f.name, "name"), f.born.Format(time.DateOnly), w.policy.Desk.Channels[0].Code, w.policy.Desk.Topics[0].Code)
	opened := w.asks(w.account("desk_operator.prato"), http.MethodPost, rest.Prefix+"/case-files", twin)
	require.Less(w.T, opened.status, http.StatusMultipleChoices, opened.text)
	require.NotContains(w.T, opened.text, f.number)
	file, err := w.Records.CaseFile(w.T.Context(), w.Accounts[secondKeeper], id)
	require.NoError(w.T, err)
	require.Len(w.T, file.Protection.Likeness, 1, "the likeness goes to her keepers")

	// Lifting takes two.
	at := rest.Prefix + "/case-files/" + id
	reason := `{"note":"Prova"}`
	for _, step := range []struct{ account, path, said string }{
		{"desk_operator.prato", "/protection-lifting", "404"},
		{firstKeeper, "/protection-lifting", "yes"},
		{firstKeeper, "/protection-end", "422 second_keeper_must_lift"},
		{"supervisor.prato", "/protection-end", "404"},
		{secondKeeper, "/protection-end", "yes"},
	} {
		require.Equal(w.T, step.said, w.asks(w.account(step.account), http.MethodPost, at+step.path, reason).said(), "%s by %s", step.path, step.account)
	}
	require.Equal(w.T, http.StatusOK, w.asks(w.account("desk_operator.prato"), http.MethodGet, at, "").status, "she is known again")
	require.Equal(w.T, before+2, counts("supervisor.prato"), "she and the other one")
	again()
}
