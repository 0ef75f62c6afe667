package file_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/api/apitest"
	"percorso/internal/amending"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/fields"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/italian/sheet"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	kept "percorso/internal/postgres/written"
	"percorso/internal/speech"
	"percorso/internal/written"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// capitals begin words within a name.
var capitals = regexp.MustCompile(`([a-z])([A-Z])`)

// code is how codes are written.
var code = regexp.MustCompile(`^[a-z]+(_[a-z0-9]+)*$`)

// silent are fields that say nothing to people, with why.
var silent = []string{
	"seen",            // the digest of what was shown
	"stamp",           // how a task was looked at
	"to",              // who got a task: an id, which the timeline says by name
	"watcher", "date", // who watches a day, and which one is corrected: ids, which the head of the case says in words
	"into", "other", "contactid", "id", "goal", "meeting", // ids
	"noticeversion", // which text of the notice was handed out
}

// filled is a form with every field filled in: texts with a marker of their own, codes
// and days as they can be.
type filled struct {
	form   string
	author string
	data   map[string]any
	labels map[string]string // by the field, of those that a page must show
	marks  map[string]string // by the field
}

func (f *filled) mark(field string) string {
	f.marks[field] = fmt.Sprintf("Segno %s %s %s", f.form, field, f.author)
	return f.marks[field]
}

// everyForm fills in every field of every form, as somebody.
func everyForm(t *testing.T, author string, p care.Policy, now time.Time) (all []filled) {
	t.Helper()
	soon := now.Add(48 * time.Hour)
	for _, of := range completion.Forms {
		f := filled{form: string(of.Kind), author: author, labels: map[string]string{}, marks: map[string]string{}}
		c := care.Completion{
			Outcome: of.Outcomes[0].Code, Reason: "good_reason", Needs: []string{p.Needs[0].Code},
			Areas:    []care.AreaFinding{{Area: p.Needs[0].Code, Need: "serious", Note: f.mark("areas")}},
			Bookings: []care.Booking{{Service: care.Code(p.Services[0].Code), At: soon}}, Beyond: "urgent", At: &soon, Until: &soon,
			Matter: p.Matters[0].Code, Measure: p.Measures[0].Code, Enterprise: f.mark("enterprise"), ClosureOutcome: p.Outcomes[0].Code,
			Plan: &care.PlanForm{Goals: []care.PlanGoal{{Area: p.Needs[0].Code, Text: f.mark("goal text")}}, Changes: f.mark("changes"),
				Actions: []care.PlanAction{{Text: f.mark("action text"), Agency: "cpi", Until: &soon, Send: true}}},
			Goals: []care.GoalFinding{{Goal: uuid.NewString(), Result: "reached", Note: f.mark("goals")}}, Stage: care.StageFollowUp,
			Permit: "work", PermitExpiry: care.DateOf(soon), Consent: true, Consents: []string{"terzo_settore"}, LeftOut: []string{"centri_sociali"}, Interpreted: speech.Relative, Late: 12, Note: f.mark("note"),
		}
		fields := len(completion.Fields) + 1
		if choices := written.Choices(f.form); len(choices) > 0 {
			c.Circle = choices[1]
		} else {
			fields--
		}
		for _, field := range completion.Fields {
			f.labels[string(field)] = italian.TaskField(of.Kind, field)
		}
		f.labels["outcome"] = italian.Field("outcome")
		text, err := json.Marshal(c)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &f.data))
		require.Len(t, f.data, fields, "a field that this test does not fill in")
		all = append(all, f)
	}
	world := catalogue.World{
		Policy: p, Now: now, Rand: rand.New(rand.NewPCG(1, 2)), Zones: []string{"prato", "firenze"},
		Seen: func(string, string) string { return "visto" }, SamePerson: uuid.NewString,
	}
	for _, o := range catalogue.All {
		facts := o.About()
		if !written.Known(string(facts.Code)) || o.Form() == nil { // what is read elsewhere has no row
			continue
		}
		f := filled{form: string(facts.Code), author: author, labels: map[string]string{}, marks: map[string]string{}}
		if text := o.Any(uuid.NewString(), world).Data; text != nil {
			require.NoError(t, json.Unmarshal(text, &f.data))
		}
		texts := italian.TextsOf(facts.Code)
		for _, field := range fields.Of(o.Form()) {
			if field.Shape == fields.Words || field.Shape == fields.Text && slices.Contains([]string{"note", "text"}, strings.ToLower(field.Name)) {
				f.data[field.Name] = f.mark(field.Name)
			}
		}
		for field := range f.data {
			name := strings.ToLower(field)
			if !slices.Contains(silent, name) && f.data[field] != nil && f.data[field] != "" && f.data[field] != false {
				f.labels[field] = texts.Label(strings.ToLower(capitals.ReplaceAllString(field, "${1}_$2")))
			}
		}
		if len(f.data) > 0 {
			all = append(all, f)
		}
	}
	require.Greater(t, len(all), 60)
	return all
}

// Every field that is filled in, in any form, is read again on the page of what was
// written and in the API, in words and under its own name, by whoever its circle says;
// and by nobody else, nowhere.
func TestEveryFieldIsReadAgain(t *testing.T) {
	p := postgrestest.NewPlay(t)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id := ledger.BareID(run)
	// social_worker follows the case, since she holds one of its tasks; social_worker_2 does not.
	task := postgrestest.Opens(run, "consult", ledger.TaskChange{Kind: care.SocialConsult})
	p.Does(run, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	require.NoError(t, p.Claim("social_worker.prato", task.ID))
	policy, err := p.Records.Policy(t.Context(), "prato")
	require.NoError(t, err)

	type kind struct {
		filled
		id     string
		circle written.Circle
		author string // who reads it in any case
	}
	var records []kind
	authors := []string{"social_worker.prato", "desk_operator.prato"}
	for i, author := range authors {
		for _, f := range everyForm(t, author, policy, p.Now) {
			data, err := json.Marshal(f.data)
			require.NoError(t, err)
			who := p.Accounts[author]
			r := kind{f, uuid.NewString(), written.CircleOf(f.form, who.Role), author}
			if chosen, ok := f.data["circle"].(string); ok {
				r.circle = written.Circle(chosen)
			}
			sql, args := kept.Keep(kept.Entry{ID: r.id, Case: id, Run: run, Zone: "prato", Agency: who.Agency, Form: f.form, Role: who.Role, By: &who.ID,
				At: p.Now.Add(time.Duration(i) * time.Minute), Data: data})
			_, err = p.Owner.Exec(t.Context(), sql, args...)
			require.NoError(t, err, f.form)
			records = append(records, r)
		}
	}

	b := apitest.NewPages(t)
	for _, who := range p.Accounts {
		b.Records.People[who.Subject] = who
	}
	b.Serve(p.Records)
	for account, reads := range map[string][]written.Circle{
		"social_worker.prato":   {written.SocialService, written.Equipe, written.Agency, written.Case},
		"social_worker_2.prato": {written.Agency, written.Case},
		"desk_operator.prato":   {written.Agency, written.Case},
		"supervisor.prato":      {written.Agency, written.Case},
	} {
		b.LogIn(account)
		page := apitest.ReadPage(t, b.Visit("/fascicoli/"+id+"/scheda")).Main(t)
		told := map[string]ledger.Record{}
		for cursor, n := "", 0; n == 0 || cursor != ""; n++ {
			list, err := p.Records.WrittenIn(t.Context(), p.Accounts[account], id, "", ledger.Paging{Limit: 100, Cursor: cursor})
			require.NoError(t, err)
			for _, r := range list.Items {
				told[r.ID] = r
			}
			cursor = list.Next
		}
		for _, r := range records {
			mine := slices.Contains(reads, r.circle) || r.author == account
			what := fmt.Sprintf("%s, read by %s", r.form, account)
			require.Equal(t, mine, told[r.id].Readable, what)
			shown, there := page.First("section", "id", "scritto-"+r.id)
			require.Equal(t, written.KindOf(r.form) != written.Work, there, what)
			if !mine {
				require.Empty(t, told[r.id].Fields, what)
				require.Contains(t, shown.Words(), "Scritto da", what)
				require.Contains(t, shown.Words(), "Apri lo stesso", what)
				continue
			}
			for field, mark := range r.marks {
				if r.form == string(care.OpMinutes) && field == "text" {
					continue // the minutes have a place of their own, with the équipe
				}
				require.Contains(t, string(told[r.id].Fields), mark, "%s: %s", what, field)
				if there {
					require.Contains(t, shown.Words(), mark, "%s: %s", what, field)
				}
			}
			if !there {
				continue
			}
			require.Contains(t, shown.Words(), sheet.Circle(r.circle), what)
			for _, dd := range shown.Every("dd") {
				for word := range strings.SplitSeq(dd.Words(), ", ") {
					if slices.Contains(codesIn(r.data), word) {
						t.Errorf("%s: %s is a code, and no word", what, word)
					}
				}
			}
			var names []string
			for _, dt := range shown.Every("dt") {
				names = append(names, dt.Words())
			}
			for field, label := range r.labels {
				if _, kept := asMap(t, told[r.id].Fields)[field]; kept {
					require.True(t, slices.ContainsFunc(names, func(n string) bool {
						return n == label || strings.HasPrefix(n, label+",") || strings.HasPrefix(n, label+" 1,")
					}), "%s: no %s (%s) among %q", what, label, field, names)
				}
			}
		}
		for _, path := range []string{"", "/scheda", "/diario", "/letture", "/stampa"} {
			other := b.Visit("/fascicoli/" + id + path)
			require.Equal(t, http.StatusOK, other.StatusCode)
			for _, r := range records {
				for field, mark := range r.marks {
					if !slices.Contains(reads, r.circle) && r.author != account {
						require.NotContains(t, other.Text, mark, "%s of %s, on %s, by %s", field, r.form, path, account)
					}
				}
			}
		}
	}
	for _, account := range []string{"cpi_operator.prato", "social_worker.firenze"} {
		b.LogIn(account)
		for _, path := range []string{"/scheda", "/diario", "/scritti/" + records[0].id} {
			require.Equal(t, http.StatusNotFound, b.Visit("/fascicoli/"+id+path).StatusCode, "%s: %s", account, path)
		}
	}
	b.LogIn("supervisor.prato")
	require.Equal(t, http.StatusOK, b.Visit("/fascicoli/"+id+"/scritti/"+records[0].id).StatusCode)
	require.Equal(t, http.StatusNotFound, b.Visit("/fascicoli/"+id+"/scritti/"+uuid.NewString()).StatusCode, "that there is not")
}

// codesIn lists the codes that a form holds.
func codesIn(value any) (found []string) {
	switch v := value.(type) {
	case map[string]any:
		for _, part := range v {
			found = append(found, codesIn(part)...)
		}
	case []any:
		for _, part := range v {
			found = append(found, codesIn(part)...)
		}
	case string:
		if code.MatchString(v) {
			found = append(found, v)
		}
	}
	return found
}

func asMap(t *testing.T, text json.RawMessage) (m map[string]any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &m))
	return m
}

// What is for others is opened with a reason, which is asked for in words.
func TestWhatIsForOthersIsOpened(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	page := apitest.ReadPage(t, b.Visit(apitest.CasePath+"/scheda")).Main(t)
	require.Contains(t, page.Words(), "Scritto da assistente sociale")
	link, ok := page.First("a", "href", apitest.CasePath+"/scritti/"+apitest.AnotherID)
	require.True(t, ok)
	require.Contains(t, link.Words(), "Apri lo stesso")

	path := apitest.CasePath + "/scritti/" + apitest.SomeID
	form, ok := apitest.ReadPage(t, b.Visit(path)).First("form", "action", path)
	require.True(t, ok)
	values := apitest.FilledIn(form)
	for _, wrong := range []string{"", "  ", strings.Repeat("a", 1001)} {
		values.Set("motivo", wrong)
		a := b.Submit(path, values)
		require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
		apitest.CheckProblems(t, apitest.ReadPage(t, a))
	}
	values.Set("motivo", "Prova")
	require.Equal(t, http.StatusSeeOther, b.Submit(path, values).StatusCode)
	require.Equal(t, http.StatusNotFound, b.Submit(apitest.CasePath+"/scritti/"+apitest.AnotherID, values).StatusCode)
	require.Equal(t, http.StatusNotFound, b.Visit(apitest.CasePath+"/scritti/"+apitest.AnotherID).StatusCode, "there is no such record to ask for")
}

// Its author corrects what is written: the form has what it says, and takes what differs.
func TestWhatIsWrittenIsCorrected(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeWorker.Subject)
	page := apitest.ReadPage(t, b.Visit(apitest.CasePath+"/scheda")).Main(t)
	require.Contains(t, page.Words(), "Corretta il")
	require.Contains(t, page.Words(), "Da ripetere con un mediatore")
	require.Contains(t, b.Open(t, apitest.CasePath).Words(), "Prenota il colloquio con un mediatore")
	require.Contains(t, page.Words(), "era vuoto , adesso Parole di prova")
	path := apitest.CasePath + "/scritti/" + apitest.SomeID + "/correggi"
	form, ok := apitest.ReadPage(t, b.Visit(path)).First("form", "action", path)
	require.True(t, ok)
	values := apitest.FilledIn(form)
	require.Equal(t, "serious", values.Get("areas-labour-need"))
	require.Equal(t, "2", values.Get("seen"))

	values.Set("why", "")
	values.Set("note", "Seconda nota di prova")
	a := b.Submit(path, values)
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	require.Contains(t, a.Text, "Seconda nota di prova")
	values.Set("why", "Prova")
	var asked ledger.NewCommand
	b.Records.OnAssign = func(c ledger.NewCommand) (*care.Refusal, error) {
		asked = c
		return nil, nil
	}
	require.Equal(t, http.StatusSeeOther, b.Submit(path, values).StatusCode)
	require.Equal(t, apitest.SomeID, asked.Target)
	require.JSONEq(t, `{"seen": 2, "why": "Prova", "note": "Seconda nota di prova"}`, string(asked.Data))

	// Somebody else has amended it since the form was made.
	values.Set("seen", "1")
	b.Records.OnAssign = func(ledger.NewCommand) (*care.Refusal, error) {
		return care.RefuseChanged(amending.RuleMeanwhile), nil
	}
	values.Set("key", uuid.NewString())
	a = b.Submit(path, values)
	require.Equal(t, http.StatusConflict, a.StatusCode)
	again := apitest.ReadPage(t, a).Main(t).Words()
	require.Contains(t, again, "Nel frattempo")
	require.Contains(t, again, "Parole di prova")
	require.Contains(t, a.Text, "Seconda nota di prova")
	require.Equal(t, http.StatusForbidden, b.Visit(apitest.CasePath+"/scritti/"+apitest.AnotherID+"/correggi").StatusCode)
}
