package api_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/api"
	"percorso/api/apitest"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/homevisits"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/together"
	"percorso/internal/postgres/waitlist"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// row is what is asked of the running API, as far as its answer may depend on it.
type row struct {
	what   string // the operation or the route
	role   string
	agency string // of the caller, by what it is to the case: see agencies
	state  string // of what it is about
}

func (r row) String() string {
	return fmt.Sprintf("%s | %s | %s | %s", r.what, r.role, r.agency, r.state)
}

// rule is a line of the expected answers, which people write: the first line that
// fits a row says its answer.
type rule struct {
	line   int
	what   []string
	role   []string
	agency []string
	state  []string
	answer string
	used   bool
}

// matrix are the expected answers of a file.
type matrix struct {
	file  string
	rules []*rule
}

// readMatrix reads expected answers: five columns and the reason, between bars. A
// column is a star, or a list of words, or what it is not after an exclamation mark.
func readMatrix(t *testing.T, name string) *matrix {
	t.Helper()
	m := &matrix{file: filepath.Join("testdata", "matrix", name)}
	text, err := os.ReadFile(m.file)
	require.NoError(t, err)
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(line, "|")
		require.Len(t, columns, 6, "%s:%d has not five columns and a reason", m.file, i+1)
		for n := range columns {
			columns[n] = strings.TrimSpace(columns[n])
			require.NotEmpty(t, columns[n], "%s:%d: column %d", m.file, i+1, n+1)
		}
		m.rules = append(m.rules, &rule{
			line: i + 1, what: strings.Fields(columns[0]), role: strings.Fields(columns[1]), agency: strings.Fields(columns[2]), state: strings.Fields(columns[3]), answer: columns[4],
		})
	}
	return m
}

// fits says whether a column of a line is about a word.
func fits(column []string, word string) bool {
	if column[0] == "*" {
		return true
	}
	if strings.HasPrefix(column[0], "!") {
		return !slices.Contains(column, "!"+word)
	}
	return slices.Contains(column, word)
}

// expected is what the file says of a row; nil: nothing.
func (m *matrix) expected(r row) *rule {
	for _, rule := range m.rules {
		if fits(rule.what, r.what) && fits(rule.role, r.role) && fits(rule.agency, r.agency) && fits(rule.state, r.state) {
			rule.used = true
			return rule
		}
	}
	return nil
}

// differences are what the API answers otherwise than a file expects, gathered by
// what is asked, so that one fault is one line.
type differences map[string][]string

// ask compares an answer with what is expected.
func (m *matrix) ask(d differences, r row, answer string) {
	rule := m.expected(r)
	if rule == nil {
		d[fmt.Sprintf("no line for %s of %s, which answers %s", r.what, r.state, answer)] = []string{r.role + "@" + r.agency}
		return
	}
	if rule.answer != answer {
		at := fmt.Sprintf("%s of %s answers %q, line %d expects %q", r.what, r.state, answer, rule.line, rule.answer)
		d[at] = append(d[at], r.role+"@"+r.agency)
	}
}

// check fails with every difference, and with every line that is about nothing.
func (m *matrix) check(t *testing.T, d differences) {
	t.Helper()
	var said []string
	for at, who := range d {
		said = append(said, at+": "+strings.Join(who, " "))
	}
	slices.Sort(said)
	for _, line := range said {
		t.Errorf("%s: %s", m.file, line)
	}
	for _, rule := range m.rules {
		if !rule.used {
			t.Errorf("%s:%d is about nothing: no row comes to it", m.file, rule.line)
		}
	}
}

// What the agency of a caller is to the cases of the matrix.
const (
	keeps  = "keeps"  // it keeps the file: Prato's municipality
	asked  = "asked"  // a referral is with it, a seat, a part in the plan: the employment centre
	other  = "other"  // another agency of the zone, which has nothing to do with the case
	abroad = "abroad" // an agency of another zone: Lucca's municipality

	private = "private" // an association, which a person is referred to with their consent
)

// agencies are they by zone and code.
var agencies = map[string][2]string{keeps: {"prato", "comune"}, asked: {"prato", "cpi"}, other: {"prato", "asl"}, abroad: {"lucca", "comune"}, private: {"prato", "terzo_settore"}}

// caller is somebody who asks.
type caller struct {
	care.Staff
	agency        string // what theirs is to the cases
	as            string // how the files of expected answers call them, where not by their role
	token, cookie string
}

// role is how the files of expected answers call who asks.
func (c *caller) role() string { return cmp.Or(c.as, string(c.Role)) }

// crowd is a server over a real Postgres, with a member of staff of every role in
// every agency.
type crowd struct {
	*postgrestest.Play
	rig     *apitest.Rig
	policy  care.Policy
	callers []*caller
}

// rolesIn are the roles that are asked in an agency: every one where the file is kept,
// elsewhere those whose answers differ.
func rolesIn(agency string) []care.Role {
	most := []care.Role{care.DeskOperator, care.SocialWorker, care.CPIOperator, care.Supervisor}
	switch agency {
	case keeps:
		return append(slices.Clone(care.Roles), care.MailSystem, care.PrivacyOfficer)
	case asked:
		return append(most, care.ImmigrationExpert, care.MailSystem, care.PrivacyOfficer)
	case private:
		return []care.Role{care.ThirdSectorOperator}
	}
	return most
}

// gather makes the server and the staff.
func gather(t *testing.T) *crowd {
	t.Helper()
	w := &crowd{Play: postgrestest.NewPlayToday(t)}
	var staff []care.Staff
	for _, s := range w.Accounts {
		staff = append(staff, s)
	}
	subject := func(role care.Role, agency string) string {
		at := agencies[agency]
		if own := w.Accounts[string(role)+"."+at[0]]; own.Agency == at[1] {
			return own.Subject
		}
		return string(role) + "." + agency
	}
	for agency, at := range agencies {
		for _, role := range rolesIn(agency) {
			if name := subject(role, agency); w.Accounts[name].ID == "" {
				staff = append(staff, care.Staff{Subject: name, Name: "Personale Prova " + name, Role: role, Zone: at[0], Agency: at[1], Email: name + "@percorso.example"})
			}
		}
	}
	require.NoError(t, postgrestest.Load(t.Context(), w.Pool("migrate"), nil, staff))
	rules, now := postgres.NewRules(calendar.New), func() time.Time { return w.Now }
	w.rig = apitest.NewRigOver(t, w.Now, w.Records, func(o *api.Options) {
		o.Waiting, o.Together, o.Visits = waitlist.New(w.API, rules, now), together.New(w.API, rules, now), homevisits.New(w.API, calendar.New, now)
	})
	var err error
	w.policy, err = w.Records.Policy(t.Context(), "prato")
	require.NoError(t, err)
	for _, agency := range []string{keeps, asked, other, abroad, private} {
		for _, role := range rolesIn(agency) {
			name := subject(role, agency)
			w.Accounts[name], err = w.Records.Staff(t.Context(), name)
			require.NoError(t, err)
			w.callers = append(w.callers, &caller{Staff: w.Accounts[name], agency: agency, token: w.rig.Token(w.Accounts[name])})
		}
	}
	w.rig.Temporal.Works = w.works
	return w
}

// works writes the step of an entry that was accepted, as its run does: what is
// refused under lock is refused. What the path makes of it is not played.
func (w *crowd) works(run string, e ledger.Entry) ledger.Result {
	var effects ledger.Effects
	switch e.Answer.Operation {
	case care.OpComplete:
		effects.Tasks = []ledger.TaskChange{{ID: e.Target, State: care.TaskCompleted, Outcome: e.Answer.Outcome}}
	case care.OpOpen:
		effects.Stage = care.StageFirstLevel
	}
	res := w.Tries(run, e, effects, nil)
	return ledger.Result{Refusal: res.Result.Refusal, Revision: res.Revision}
}

// answer is what came back.
type answered struct {
	status int
	text   string
}

// asks sends a request of a caller's to the server, without a socket between.
func (w *crowd) asks(who *caller, method, path, body string) answered {
	w.T.Helper()
	var in io.Reader = http.NoBody
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, in)
	if who.cookie != "" && !strings.HasPrefix(path, rest.Prefix) {
		r.Header.Set("Cookie", who.cookie)
	} else {
		r.Header.Set("Authorization", "Bearer "+who.token)
	}
	if method == http.MethodPost || method == http.MethodPut {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(rest.KeyHeader, uuid.NewString())
	}
	rec := httptest.NewRecorder()
	w.rig.Site.Handler().ServeHTTP(rec, r)
	if rec.Code >= http.StatusInternalServerError {
		w.T.Errorf("%s %s by %s@%s breaks: %s %s", method, path, who.Role, who.agency, rec.Body, w.rig.Log)
	}
	return answered{rec.Code, rec.Body.String()}
}

// said is the answer as the files of expected answers write it: yes, or the status
// with the first rule that is broken or else the code; 404 says nothing more.
func (a answered) said() string {
	if a.status < http.StatusMultipleChoices {
		return "yes"
	}
	if a.status == http.StatusNotFound {
		return "404"
	}
	var p problem.Problem
	_ = json.Unmarshal([]byte(a.text), &p)
	if len(p.Errors) > 0 {
		return fmt.Sprint(a.status, " ", p.Errors[0].Rule)
	}
	return fmt.Sprint(a.status, " ", p.Code)
}
