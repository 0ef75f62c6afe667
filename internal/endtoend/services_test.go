// Package endtoend plays what really happens at the counters, on the real
// stack: every part a process of its own, asked as people and programs ask it.
package endtoend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
)

// services is the stack with the people who work on it.
type services struct {
	t      *testing.T
	stack  *standalone.Stack
	zone   string
	tokens map[string]string
}

// open starts a stack. The zone "prova" is Prato with every duration in
// seconds, so that a year passes in a minute. Deadlines of it may be set to
// other numbers of seconds.
func open(t *testing.T, zone string, deadlines ...deadline) *services {
	t.Helper()
	return openWith(t, zone, func(*standalone.Options) {}, deadlines...)
}

// openWith is open on a stack with other options.
func openWith(t *testing.T, zone string, change func(*standalone.Options), deadlines ...deadline) *services {
	t.Helper()
	stack := stacktest.Start(t, func(o *standalone.Options) {
		change(o)
		o.ZoneDir = zonesThatReceive(t)
		setDeadlines(t, filepath.Join(o.ZoneDir, "prova.yaml"), deadlines)
		o.StaffFile = filepath.Join(o.ZoneDir, "..", "staff.yaml")
		demo, err := os.ReadFile("../../deploy/standalone/staff.yaml")
		require.NoError(t, err)
		quick := strings.ReplaceAll(string(demo), "prato", "prova")
		var lines []string
		for line := range strings.Lines(quick) {
			if strings.Contains(line, "zone: prova") {
				lines = append(lines, line)
			}
		}
		require.NoError(t, os.WriteFile(o.StaffFile, []byte(string(demo)+strings.Join(lines, "")), 0o600))
	})
	return &services{t: t, stack: stack, zone: zone, tokens: map[string]string{}}
}

// zonesThatReceive is a folder with the delivered zones and "prova", whose services receive
// at all hours.
func zonesThatReceive(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	require.NoError(t, os.Chmod(folder, 0o755)) //nolint:gosec // zone files are no secrets
	require.NoError(t, os.CopyFS(folder, deploy.Zones()))
	require.NoError(t, os.CopyFS(folder, os.DirFS("../zone/testdata")))
	receiveAlways(t, folder)
	giveABlock(t, filepath.Join(folder, "prova.yaml"))
	return folder
}

// giveABlock has the employment centre of a zone give half of its places to those who send it
// somebody.
func giveABlock(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	centre := regexp.MustCompile(`(?s)(code: cpi,[^\[]*agency: cpi[^\[]*matters: \[job_accompaniment\][^}]*places: 1000)`)
	require.Regexp(t, centre, string(text))
	require.NoError(t, os.WriteFile(file, centre.ReplaceAll(text, []byte("${1}, pua: 500, release: 0 hours")), 0o600))
}

// deadline is a term of the zone "prova" that a test sets to so many seconds.
type deadline struct {
	code    string
	seconds int
}

// receiveAlways has the services of all zones in a folder receive at all hours, by the
// second, as those of "prova" do: a journey books at whatever hour it is played.
func receiveAlways(t *testing.T, folder string) {
	t.Helper()
	sessions := regexp.MustCompile(`(?s)sessions: \[.*?\}\]\}`)
	quick, err := os.ReadFile(filepath.Join(folder, "prova.yaml"))
	require.NoError(t, err)
	always := sessions.Find(quick)
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Regexp(t, sessions, string(text))
		require.NoError(t, os.WriteFile(file, sessions.ReplaceAll(text, always), 0o600))
	}
}

func setDeadlines(t *testing.T, file string, deadlines []deadline) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, d := range deadlines {
		line := regexp.MustCompile(`(code: ` + d.code + `, duration:) \d+ seconds`)
		require.Regexp(t, line, string(text))
		text = line.ReplaceAll(text, fmt.Appendf(nil, "${1} %d seconds", d.seconds))
	}
	require.NoError(t, os.WriteFile(file, text, 0o600))
}

// with is the same stack for a test within a test, with the staff of a zone.
func (s *services) with(t *testing.T, zone string) *services {
	return &services{t: t, stack: s.stack, zone: zone, tokens: map[string]string{}}
}

// answer is what the API said.
type answer struct {
	t      *testing.T
	status int
	body   map[string]any
}

// is asserts on the status.
func (a answer) is(status int) answer {
	a.t.Helper()
	require.Equal(a.t, status, a.status, "%v", a.body)
	return a
}

func (a answer) text(field string) string { s, _ := a.body[field].(string); return s }

func (a answer) items() []answer {
	var items []answer
	list, _ := a.body["items"].([]any)
	for _, item := range list {
		items = append(items, answer{t: a.t, body: item.(map[string]any)})
	}
	return items
}

// rules lists the rules that a refusal names, each with its field.
func (a answer) rules() []string {
	var rules []string
	list, _ := a.body["errors"].([]any)
	for _, item := range list {
		e := item.(map[string]any)
		rules = append(rules, fmt.Sprintf("%s %s", e["field"], e["rule"]))
	}
	return rules
}

// call asks the API as somebody of the zone, with a new idempotency key.
func (s *services) call(role care.Role, method, path string, body any) answer {
	s.t.Helper()
	return s.repeat(role, method, path, uuid.NewString(), body)
}

// repeat is call with a key of the caller's choice.
func (s *services) repeat(role care.Role, method, path, key string, body any) answer {
	s.t.Helper()
	a, err := s.try(role, method, path, key, body)
	require.NoError(s.t, err)
	return a
}

// token is a bearer token of somebody with a role.
func (s *services) token(role care.Role) string {
	s.t.Helper()
	account := string(role) + "." + s.zone
	if s.tokens[account] == "" {
		s.tokens[account] = stacktest.Token(s.t, s.stack, account)
	}
	return s.tokens[account]
}

// try is repeat where nobody may answer.
func (s *services) try(role care.Role, method, path, key string, body any) (answer, error) {
	s.t.Helper()
	token := s.token(role)
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(s.t, err)
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.stack.Addresses().Pages+"/api/v1"+path, content)
	require.NoError(s.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	a := answer{t: s.t, status: res.StatusCode, body: map[string]any{}}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, err
	}
	if len(text) > 0 {
		require.NoError(s.t, json.Unmarshal(text, &a.body), "%s", text)
	}
	return a, nil
}

func (s *services) get(role care.Role, path string) answer {
	s.t.Helper()
	return s.call(role, http.MethodGet, path, nil)
}

func (s *services) post(role care.Role, path string, body any) answer {
	s.t.Helper()
	return s.call(role, http.MethodPost, path, body)
}

// person is a visibly synthetic person: 34, from a third country, with a permit.
func person(change func(map[string]any)) map[string]any {
	p := map[string]any{
		"given_name": "Persona", "family_name": "Prova 0001", "birth_date": today().AddDate(-34, 0, 0).Format(time.DateOnly),
		"citizenship": "PK", "permit": "work", "permit_expiry": today().AddDate(2, 0, 0).Format(time.DateOnly), "languages": []string{"ur"},
	}
	if change != nil {
		change(p)
	}
	return p
}

// opening is the desk's form with a person.
func opening(p map[string]any, needs ...string) map[string]any {
	return map[string]any{"person": p, "needs": needs, "channel": "in_person", "topic": "labour", "notice_given": true, "notice_version": "2026-01",
		"another_person": true} // of a name that others have
}

// openCase opens a case file at the desk.
func (s *services) openCase() string {
	s.t.Helper()
	id := s.post(care.DeskOperator, "/case-files", opening(person(nil), "labour", "housing")).is(http.StatusCreated).text("id")
	require.NotEmpty(s.t, id)
	return id
}

// task waits until a case has an open task of a kind.
func (s *services) task(caseID string, kind care.TaskKind) (id string, role care.Role) {
	s.t.Helper()
	found := s.openTask(caseID, kind, "")
	return found.text("id"), care.Role(found.text("role"))
}

// openTask waits until a case has an open task of a kind that a role is to do;
// empty: whichever.
func (s *services) openTask(caseID string, kind care.TaskKind, role care.Role) (found answer) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		page, err := s.try(care.Supervisor, http.MethodGet, "/tasks?limit=100&case_file_id="+caseID, "", nil)
		if err != nil {
			return false
		}
		for _, item := range page.items() {
			if item.text("kind") == string(kind) && (role == "" || item.text("role") == string(role)) {
				found = item
			}
		}
		return found.body != nil
	}, 40*time.Second, 50*time.Millisecond, "no task %s %s", kind, role)
	return found
}

// do claims and completes a task of a case, as the role that it waits for.
func (s *services) do(caseID string, kind care.TaskKind, form care.Completion) {
	s.t.Helper()
	s.doAs("", caseID, kind, form)
}

// doAs is do where several roles have a task of the kind. What is reserved for
// somebody from its beginning needs no claim.
func (s *services) doAs(role care.Role, caseID string, kind care.TaskKind, form care.Completion) {
	s.t.Helper()
	task := s.openTask(caseID, kind, role)
	id, role := task.text("id"), care.Role(task.text("role"))
	if task.text("state") == string(care.TaskReady) {
		s.post(role, "/tasks/"+id+"/claim", nil).is(http.StatusOK)
	}
	if kind.SaysHowItWent() {
		s.itsHour(caseID)
	}
	s.post(role, "/tasks/"+id+"/complete", form).is(http.StatusOK)
}

// itsHour has the hour of a case's appointments come at once.
func (s *services) itsHour(caseID string) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.stack.AdministratorURL("percorso"))
	require.NoError(s.t, err)
	defer func() { _ = conn.Close(s.t.Context()) }()
	_, err = conn.Exec(s.t.Context(), `UPDATE appointment SET at = clock_timestamp() WHERE case_id = $1 AND at > clock_timestamp()`, caseID)
	require.NoError(s.t, err)
}

// closes closes a case whose path is at its end, which a second pair of eyes approves.
func (s *services) closes(caseID, outcome string) {
	s.t.Helper()
	s.do(caseID, care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: outcome})
	s.do(caseID, care.ClosureApproval, care.Completion{Outcome: care.Approved})
}

// referral finds the newest referral of a case.
func (s *services) referral(caseID string) (id string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		items := s.get(care.SocialWorker, "/referrals?case_file_id="+caseID).items()
		if len(items) > 0 {
			id = items[0].text("id")
		}
		return id != ""
	}, 20*time.Second, 50*time.Millisecond, "no referral")
	return id
}

// referralTo waits for a case's newest referral to an agency that is not among
// the known ones.
func (s *services) referralTo(caseID, agency string, known ...string) (found answer) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		page, err := s.try(care.SocialWorker, http.MethodGet, "/referrals?limit=100&case_file_id="+caseID, "", nil)
		if err != nil {
			return false
		}
		for _, item := range page.items() { // the newest comes first
			if found.body == nil && item.text("to_agency") == agency && !slices.Contains(known, item.text("id")) {
				found = item
			}
		}
		return found.body != nil
	}, 20*time.Second, 50*time.Millisecond, "no referral to %s", agency)
	return found
}

// move does an operation on a referral.
func (s *services) move(role care.Role, referral string, op care.Operation, form catalogue.ReferralMoveForm) {
	s.t.Helper()
	s.post(role, "/referrals/"+referral+"/"+string(op), form).is(http.StatusOK)
}

// file reads a case.
func (s *services) file(role care.Role, caseID string) answer {
	s.t.Helper()
	return s.get(role, "/case-files/"+caseID).is(http.StatusOK)
}

// expected are the ids of the appointments of a case.
func (s *services) expected(caseID string) (ids []string) {
	s.t.Helper()
	for _, a := range s.get(care.SocialWorker, "/appointments?case_file_id="+caseID).items() {
		ids = append(ids, a.text("id"))
	}
	return ids
}

// timeline counts what happened on a case, by code and detail.
func (s *services) timeline(caseID string) map[string]int {
	s.t.Helper()
	count := map[string]int{}
	for path := "/case-files/" + caseID + "/timeline?limit=100"; ; {
		page := s.get(care.Supervisor, path)
		for _, m := range page.items() {
			count[strings.TrimSpace(m.text("code")+" "+m.text("detail"))]++
		}
		next := page.text("next")
		if next == "" {
			return count
		}
		path = "/case-files/" + caseID + "/timeline?limit=100&cursor=" + next
	}
}

// eventually waits until something holds.
func (s *services) eventually(what string, holds func() bool) {
	s.t.Helper()
	require.Eventually(s.t, holds, 90*time.Second, 100*time.Millisecond, what)
}

// today is the day of the offices, whose pages take a date as one of theirs.
func today() time.Time { return time.Now().In(italian.Rome) }

// atOnce is how soon somebody is received who is received at once, on the same day.
const atOnce = time.Minute

// openDay is the next day from tomorrow on which the offices are open.
func openDay(t *testing.T) string {
	t.Helper()
	return opensAfter(t, 24*time.Hour).Format(time.DateOnly)
}

// opensAfter is so much later, or the next time from then on at which the offices are open.
func opensAfter(t *testing.T, d time.Duration) time.Time {
	t.Helper()
	cal, err := calendar.New(care.Policy{Zone: "prova", DayEnds: "18:00", PatronSaint: care.PatronSaint{Day: "12-26", Name: "Santo Stefano"}})
	require.NoError(t, err)
	return cal.NextOpen(today().Add(d))
}

// soon is when somebody is received who is received at once: services receive by the second.
func soon() time.Time { return in(atOnce).Truncate(time.Second) }

// in says when something is, from now.
func in(d time.Duration) *time.Time { t := time.Now().Add(d); return &t }

var (
	heard    = care.Completion{Outcome: care.Heard, Needs: []string{"labour", "housing"}, Note: "Cerca lavoro e il certificato per la casa"}
	assessed = care.Completion{Outcome: care.ToCPI, Areas: []care.AreaFinding{{Area: "labour", Need: "serious"}, {Area: "housing", Need: "some"}}}
)

func booked() care.Completion {
	return care.Completion{Outcome: care.Booked, Bookings: []care.Booking{{Service: "uoc_immigrazione", Matter: "housing_suitability_certificate", At: soon()}}}
}

// toTheCPI walks a case from the desk to the request to the CPI.
func (s *services) toTheCPI() (caseID, referral string) {
	s.t.Helper()
	caseID = s.openCase()
	s.do(caseID, care.FirstListening, heard)
	s.do(caseID, care.Orientation, booked())
	s.do(caseID, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
	s.do(caseID, care.Interview, care.Completion{Outcome: care.Held})
	s.do(caseID, care.Assessment, assessed)
	return caseID, s.referral(caseID)
}
