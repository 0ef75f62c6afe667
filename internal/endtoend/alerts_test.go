package endtoend

import (
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.yaml.in/yaml/v3"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows/contract"
)

const observe = "../../deploy/observe/"

// alert is a rule as Prometheus reads it.
type alert struct {
	Alert       string
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

func readAlerts(t *testing.T) []alert {
	t.Helper()
	text, err := os.ReadFile(observe + "percorso.rules.yaml")
	require.NoError(t, err)
	var file struct{ Groups []struct{ Rules []alert } }
	require.NoError(t, yaml.Unmarshal(text, &file))
	require.Len(t, file.Groups, 1)
	return file.Groups[0].Rules
}

// readExpressions lists those of the dashboard.
func readExpressions(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile(observe + "percorso.dashboard.json")
	require.NoError(t, err)
	var board struct {
		Panels []struct {
			Title, Description string
			Targets            []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &board))
	for _, p := range board.Panels {
		require.NotEmpty(t, p.Description, p.Title)
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	return all
}

// sourcesOf reads the Go files below some folders, but the tests.
func sourcesOf(t *testing.T, folders ...string) (texts []string) {
	t.Helper()
	for _, folder := range folders {
		require.NoError(t, filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			texts = append(texts, string(text))
			return err
		}))
	}
	return texts
}

// Each alert says what it means and what to do, in the file and in the manual.
func TestAlertsSayWhatToDo(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	names := regexp.MustCompile("`(Percorso[A-Z][A-Za-z]+)`").FindAllStringSubmatch(string(manual), -1)
	sources := sourcesOf(t, "../../activities", "../../worker", "../../api", "../../cmd", "../../internal")
	var told, known []string
	for _, n := range names {
		told = append(told, n[1])
	}
	for _, a := range readAlerts(t) {
		known = append(known, a.Alert)
		for _, about := range []string{"summary", "meaning", "action"} {
			require.NotEmpty(t, a.Annotations[about], "%s: %s", a.Alert, about)
		}
		for _, line := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(a.Annotations["action"], -1) {
			require.True(t, slices.ContainsFunc(sources, func(s string) bool { return strings.Contains(s, `"`+line[1]) }), "%s: no process writes the line %q", a.Alert, line[1])
		}
		_, err := time.ParseDuration(a.For)
		require.NoError(t, err, a.Alert)
		require.Contains(t, []string{"critical", "warning"}, a.Labels["severity"], a.Alert)
		_, err = parse(a.Expr)
		require.NoError(t, err, a.Alert)
	}
	slices.Sort(told)
	slices.Sort(known)
	require.Equal(t, known, slices.Compact(told), "the alerts of the manual")
}

// figures are the samples of all processes, by metric.
type figures map[string][]*dto.Metric

func (s *services) figures() figures {
	all := figures{}
	for _, part := range []standalone.Part{standalone.API, standalone.Worker} {
		families, err := s.tryScrape(part)
		if err != nil {
			continue // one that is gone has none
		}
		for name, family := range families {
			for _, m := range family.GetMetric() {
				if h := m.GetHistogram(); h != nil {
					n := float64(h.GetSampleCount())
					all[name+"_count"] = append(all[name+"_count"], &dto.Metric{Label: m.GetLabel(), Gauge: &dto.Gauge{Value: &n}})
					for _, b := range h.GetBucket() {
						le, name, n := strconv.FormatFloat(b.GetUpperBound(), 'g', -1, 64), "le", float64(b.GetCumulativeCount())
						labels := append(slices.Clone(m.GetLabel()), &dto.LabelPair{Name: &name, Value: &le})
						all[family.GetName()+"_bucket"] = append(all[family.GetName()+"_bucket"], &dto.Metric{Label: labels, Gauge: &dto.Gauge{Value: &n}})
					}
				}
			}
			all[name] = append(all[name], family.GetMetric()...)
		}
	}
	return all
}

// term is one aggregate of an expression.
type term struct {
	by, metric string
	grows      bool // what it grew by
	labels     [][3]string
}

// expression is a term, or two with a quotient, compared with a number: all that our
// alerts need of PromQL, so that they can be asked without a Prometheus.
type expression struct {
	terms []term
	less  bool
	than  float64
}

var (
	aggregate  = `(max|min|sum|count)\((increase\()?([a-z_]+)(?:\{([^}]*)\})?(?:\[5m\]\))?\)`
	comparison = regexp.MustCompile(`^` + aggregate + `(?: / ` + aggregate + `)? ([<>]) ([0-9.]+)$`)
	matcher    = regexp.MustCompile(`([a-z]+)(!?=)"([^"]*)"`)
)

func parse(text string) (e expression, err error) {
	m := comparison.FindStringSubmatch(text)
	if m == nil {
		return e, os.ErrInvalid
	}
	for _, of := range [][]string{m[1:5], m[5:9]} {
		if of[0] == "" {
			continue
		}
		t := term{by: of[0], grows: of[1] != "", metric: of[2]}
		for _, l := range matcher.FindAllStringSubmatch(of[3], -1) {
			t.labels = append(t.labels, [3]string(l[1:4]))
		}
		e.terms = append(e.terms, t)
	}
	e.less = m[9] == "<"
	e.than, err = strconv.ParseFloat(m[10], 64)
	return e, err
}

// holds says whether an expression holds; since is where increases begin. Like
// Prometheus it does not hold where there is nothing to compare.
func (e expression) holds(since, now figures) bool {
	value, ok := e.terms[0].value(since, now)
	if !ok {
		return false
	}
	if len(e.terms) == 2 {
		by, ok := e.terms[1].value(since, now)
		if !ok || by == 0 {
			return false
		}
		value /= by
	}
	if e.less {
		return value < e.than
	}
	return value > e.than
}

func (t term) value(since, now figures) (float64, bool) {
	values := t.samples(now)
	if len(values) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	switch t.by {
	case "max":
		return slices.Max(values), true
	case "min":
		return slices.Min(values), true
	case "count":
		return float64(len(values)), true
	}
	if t.grows {
		for _, v := range t.samples(since) {
			sum -= v
		}
	}
	return sum, true
}

func (t term) samples(all figures) (values []float64) {
	for _, m := range all[t.metric] {
		labels := map[string]string{}
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		if !slices.ContainsFunc(t.labels, func(l [3]string) bool { return (labels[l[0]] == l[2]) != (l[1] == "=") }) {
			values = append(values, m.GetCounter().GetValue()+m.GetGauge().GetValue())
		}
	}
	return values
}

// named are the metrics of ours that an expression names.
var named = regexp.MustCompile(`percorso_[a-z_]+`)

// Every alert is silent while all is well, and speaks when its fault is placed; every
// metric of alerts and dashboard is there once the stack was worked with.
func TestAlertsSpeakOfTheirFaults(t *testing.T) {
	t.Parallel()
	s := open(t, "prova")
	conn, err := pgx.Connect(t.Context(), s.stack.AdministratorURL("percorso"))
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	change := func(t *testing.T, sql string, args ...any) {
		t.Helper()
		_, err := conn.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	mailTo := func(t *testing.T, caseID string) {
		t.Helper()
		change(t, `INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
			VALUES (gen_random_uuid(), 'case/' || $1, $1::uuid, 'reminder', '/compiti/1', 'personale@percorso.example', clock_timestamp(), clock_timestamp())`, caseID)
	}
	alerts := map[string]expression{}
	for _, a := range readAlerts(t) {
		alerts[a.Alert], err = parse(a.Expr)
		require.NoError(t, err)
	}
	id := s.openCase()
	s.do(id, care.FirstListening, heard)
	mailTo(t, id)
	task, role := s.task(id, care.Orientation)
	refusals := s.post(role, "/tasks/"+task+"/complete", booked()) // not held: the step refuses it
	require.GreaterOrEqual(t, refusals.status, 400)

	// All is well, and everything that is named is there.
	var missing []string
	require.Eventually(t, func() bool {
		now := s.figures()
		missing = nil
		exprs := readExpressions(t)
		for _, a := range readAlerts(t) {
			exprs = append(exprs, a.Expr)
		}
		for _, name := range named.FindAllString(strings.Join(exprs, "\n"), -1) {
			// These two are there with the first failure and the first refusal by a step.
			if len(now[name]) == 0 && name != "percorso_step_failures_total" && name != "percorso_refusals_total" {
				missing = append(missing, name)
			}
		}
		for name, e := range alerts {
			if e.holds(now, now) {
				missing = append(missing, name)
			}
		}
		return len(missing) == 0
	}, 60*time.Second, time.Second, "%v", &missing)

	spoken := map[string]bool{}
	speaks := func(t *testing.T, since figures, names ...string) {
		t.Helper()
		for _, name := range names {
			require.Contains(t, alerts, name)
			require.Eventually(t, func() bool { return alerts[name].holds(since, s.figures()) }, 3*time.Minute, time.Second, name)
			spoken[name] = true
		}
	}
	silent := func(t *testing.T, names ...string) {
		t.Helper()
		for _, name := range names {
			require.Eventually(t, func() bool { return !alerts[name].holds(nil, s.figures()) }, 3*time.Minute, time.Second, "%s goes on", name)
		}
	}

	// readers ask for the tasks side by side, and nobody waits for their answers.
	readers := func(t *testing.T, n int) {
		asking := s.token(role)
		for range n {
			go func() {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.stack.Addresses().Pages+"/api/v1/tasks", nil)
				if err != nil {
					return
				}
				req.Header.Set("Authorization", "Bearer "+asking)
				if res, err := http.DefaultClient.Do(req); err == nil {
					_ = res.Body.Close()
				}
			}()
		}
	}

	t.Run("the mail server is away", func(t *testing.T) {
		require.NoError(t, s.stack.Hold(standalone.Mail))
		mailTo(t, id)
		speaks(t, nil, "PercorsoMailsHeld")
		require.NoError(t, s.stack.Restart(t.Context(), standalone.Mail))
		silent(t, "PercorsoMailsHeld")
	})
	t.Run("an entry cannot be written", func(t *testing.T) {
		change(t, `CREATE FUNCTION placed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'placed' USING ERRCODE = '22000'; END $$`)
		change(t, `CREATE TRIGGER placed BEFORE INSERT ON timeline FOR EACH ROW WHEN (NEW.code = 'task_completed') EXECUTE FUNCTION placed()`)
		since := s.figures()
		other := s.openCase()
		task, role := s.task(other, care.FirstListening)
		s.post(role, "/tasks/"+task+"/claim", nil).is(http.StatusOK)
		_, _ = s.try(role, http.MethodPost, "/tasks/"+task+"/complete", uuid.NewString(), heard)
		speaks(t, since, "PercorsoStepsFail", "PercorsoEntriesDeferred", "PercorsoCasesBroken")
		change(t, `DROP TRIGGER placed ON timeline`)
		silent(t, "PercorsoEntriesDeferred", "PercorsoCasesBroken")
	})
	t.Run("nobody is left in a role", func(t *testing.T) {
		_, role := s.task(id, care.Orientation)
		change(t, `UPDATE staff SET active = false WHERE role = $1`, role)
		speaks(t, nil, "PercorsoCasesOrphaned")
		change(t, `UPDATE staff SET active = true WHERE role = $1`, role)
		silent(t, "PercorsoCasesOrphaned")
	})
	t.Run("a run of a kind that no worker knows", func(t *testing.T) {
		temporal, err := client.Dial(client.Options{HostPort: s.stack.Addresses().Temporal, Namespace: "percorso"})
		require.NoError(t, err)
		defer temporal.Close()
		id := s.openCase()
		task, role := s.task(id, care.FirstListening)
		other := ledger.CaseRun(id)
		require.NoError(t, temporal.TerminateWorkflow(t.Context(), other, "", ""))
		run, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: other, TaskQueue: contract.TaskQueue}, "Nobody")
		require.NoError(t, err)
		speaks(t, nil, "PercorsoRunsFailing")
		since := s.figures()
		require.NoError(t, temporal.TerminateWorkflow(t.Context(), run.GetID(), "", ""))
		silent(t, "PercorsoRunsFailing")
		// The case's own run is lost now, which is noticed when something is brought to it.
		s.insist(role, "/tasks/"+task+"/claim", nil)
		_, _ = s.try(role, http.MethodPost, "/tasks/"+task+"/complete", uuid.NewString(), heard)
		speaks(t, since, "PercorsoRunsLost")
	})
	t.Run("a newer version has brought a run on", func(t *testing.T) {
		other := s.openCase()
		task, role := s.task(other, care.FirstListening)
		change(t, `UPDATE run SET course = course + 1 WHERE id = $1`, ledger.CaseRun(other))
		s.insistAccepted(role, task)
		speaks(t, nil, "PercorsoNewerVersionAwaited")
		change(t, `UPDATE run SET course = course - 1 WHERE id = $1`, ledger.CaseRun(other))
		silent(t, "PercorsoNewerVersionAwaited")
	})
	// The sealer's lock is held while the next faults are placed.
	sealer, err := pgx.Connect(t.Context(), s.stack.AdministratorURL("percorso"))
	require.NoError(t, err)
	_, err = sealer.Exec(t.Context(), `SELECT pg_advisory_lock(hashtext('percorso seal'))`)
	require.NoError(t, err)
	// The age is that of the first line without a seal: the others get theirs before.
	_, err = sealer.Exec(t.Context(), `DO $$ DECLARE book text; BEGIN
		LOOP
			SELECT of_book INTO book FROM seal_lines(100000);
			EXIT WHEN book IS DISTINCT FROM 'audit';
		END LOOP;
		INSERT INTO audit (at, staff, role, agency, zone, action) VALUES (clock_timestamp() - interval '20 minutes', gen_random_uuid(), '', '', 'prova', 'read');
	END $$`)
	require.NoError(t, err)
	t.Run("the worker stands still", func(t *testing.T) {
		other := s.openCase()
		task, role := s.task(other, care.FirstListening)
		require.NoError(t, s.stack.Pause(standalone.Worker))
		s.insistAccepted(role, task)
		speaks(t, nil, "PercorsoNoWorker", "PercorsoInboxBehind", "PercorsoClocksBehind")
		require.NoError(t, s.stack.Resume(standalone.Worker))
		silent(t, "PercorsoNoWorker", "PercorsoInboxBehind", "PercorsoClocksBehind")
	})
	t.Run("nobody can seal the audit", func(t *testing.T) {
		speaks(t, nil, "PercorsoAuditUnsealed")
		require.NoError(t, sealer.Close(t.Context()))
	})
	t.Run("the worker is gone", func(t *testing.T) {
		require.NoError(t, s.stack.Hold(standalone.Worker))
		speaks(t, nil, "PercorsoProcessMissing")
		require.NoError(t, s.stack.Restart(t.Context(), standalone.Worker))
		silent(t, "PercorsoProcessMissing")
	})
	t.Run("somebody else has the watch's lock", func(t *testing.T) {
		// Whoever waits for the lock gets it when the API that has it is gone.
		waiting, err := pgx.Connect(t.Context(), s.stack.AdministratorURL("percorso"))
		require.NoError(t, err)
		has := make(chan error, 1)
		go func() {
			_, err := waiting.Exec(context.Background(), `SELECT pg_advisory_lock(x'7761746368'::bigint)`)
			has <- err
		}()
		require.Eventually(t, func() bool {
			var n int
			err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`).Scan(&n)
			return err == nil && n == 1
		}, 30*time.Second, 50*time.Millisecond)
		require.NoError(t, s.stack.Kill(standalone.API))
		require.NoError(t, <-has)
		require.NoError(t, s.stack.Ready(t.Context(), standalone.API))
		speaks(t, nil, "PercorsoWatchGone")
		require.NoError(t, waiting.Close(t.Context()))
		silent(t, "PercorsoWatchGone", "PercorsoAuditUnsealed")
	})
	t.Run("Temporal stands still", func(t *testing.T) {
		other := s.openCase()
		task, role := s.task(other, care.FirstListening)
		since := s.figures()
		require.NoError(t, s.stack.Pause(standalone.Temporal))
		s.insistAccepted(role, task)
		speaks(t, since, "PercorsoSlow", "PercorsoTemporalAway")
		require.NoError(t, s.stack.Resume(standalone.Temporal))
		silent(t, "PercorsoTemporalAway")
	})
	t.Run("somebody holds a lock", func(t *testing.T) {
		tx, err := conn.Begin(t.Context())
		require.NoError(t, err)
		_, err = tx.Exec(t.Context(), `LOCK TABLE task IN ACCESS EXCLUSIVE MODE`)
		require.NoError(t, err)
		readers(t, 24)
		speaks(t, nil, "PercorsoPoolFull")
		require.NoError(t, tx.Rollback(t.Context()))
		silent(t, "PercorsoPoolFull")
	})
	t.Run("Postgres stands still", func(t *testing.T) {
		since := s.figures()
		require.NoError(t, s.stack.Pause(standalone.Postgres))
		defer func() { _ = s.stack.Resume(standalone.Postgres) }()
		readers(t, 8)
		speaks(t, since, "PercorsoPostgresAway", "PercorsoErrors")
		require.NoError(t, s.stack.Resume(standalone.Postgres))
		silent(t, "PercorsoPostgresAway")
	})
	require.Len(t, spoken, len(alerts), "placed: %v", slices.Sorted(maps.Keys(spoken)))
}
