// Package fuzz_test sends requests that a schema or a form allows, and such that
// break it in one or several ways, to a whole server on a real Postgres.
package fuzz_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/api"
	"percorso/api/apitest"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/invitation"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/homevisits"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/together"
	"percorso/internal/postgres/waitlist"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// world is a server in the middle of its work: open cases with tasks of every
// kind, referrals, an équipe, an active plan, a closed case, partners' links.
type world struct {
	*postgrestest.Play
	rig     *apitest.Rig
	policy  care.Policy
	who     []string          // accounts
	tokens  map[string]string // by account
	cookies map[string]string
	ids     map[string][]string // of what there is, by what it is
	links   []string            // addresses of partners' pages
	seen    []string            // digests of what partners would get
	marks   int                 // requests so far
	t       testing.TB          // of the input under way
}

const zoneCode = "prato"

// newWorld makes the world of all inputs of a test.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Play: postgrestest.NewPlayToday(t), tokens: map[string]string{}, cookies: map[string]string{}, ids: map[string][]string{}, t: t}
	rules, now := postgres.NewRules(calendar.New), func() time.Time { return w.Now }
	w.rig = apitest.NewRigOver(t, w.Now, w.Records, func(o *api.Options) {
		o.Waiting, o.Together, o.Visits = waitlist.New(w.API, rules, now), together.New(w.API, rules, now), homevisits.New(w.API, calendar.New, now)
	})
	var err error
	w.policy, err = w.Records.Policy(t.Context(), zoneCode)
	require.NoError(t, err)
	for _, subject := range slices.Sorted(maps.Keys(w.Accounts)) {
		if role, zone, _ := strings.Cut(subject, "."); zone == zoneCode && !strings.HasSuffix(role, "_2") || subject == "supervisor.lucca" {
			w.who = append(w.who, subject)
			w.tokens[subject] = w.rig.Token(w.Accounts[subject])
			w.rig.Browser.Jar, err = cookiejar.New(nil) // a browser of their own
			require.NoError(t, err)
			w.rig.LogIn(subject)
			at, _ := url.Parse(w.rig.URL)
			for _, c := range w.rig.Browser.Jar.Cookies(at) {
				w.cookies[subject] = c.Name + "=" + c.Value
			}
		}
	}
	w.populate()
	return w
}

// populate writes what requests can be about.
func (w *world) populate() {
	main, _ := w.Begin(ledger.Person{}, ledger.Effects{})
	w.Does(main, w.Clock(), ledger.Effects{Stage: care.StageSecondLevel, Appointments: []ledger.AppointmentChange{
		{ID: w.kept("appointment", uuid.NewString()), State: care.AppointmentBooked, Service: care.Code(w.policy.Services[0].Code), At: w.Now.AddDate(0, 0, 7)},
	}}, nil)
	other, _ := w.Begin(ledger.Person{}, ledger.Effects{})
	closed, _ := w.Begin(ledger.Person{}, ledger.Effects{})
	w.Does(closed, w.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomePlaced, Ending: care.OutcomePlaced}, nil)
	for _, run := range []string{main, other, closed} {
		w.kept("case", ledger.BareID(run))
	}

	seats := []ledger.SeatChange{
		{ID: uuid.NewString(), Role: care.SocialWorker, Agency: "comune", State: care.SeatConfirmed},
		{ID: uuid.NewString(), Role: care.CPIOperator, Agency: "cpi", State: care.SeatConfirmed},
	}
	equipe := w.Equipe(main, seats...)
	w.kept("equipe", ledger.BareID(equipe))
	plan := uuid.NewString()
	until := w.Now.AddDate(0, 3, 0)
	w.Propose(equipe, plan, care.PlanForm{
		Goals:   []care.PlanGoal{{Area: "labour", Text: "Un lavoro (prova)"}},
		Actions: []care.PlanAction{{Text: "Colloqui (prova)", Agency: "comune", Until: &until}, {Text: "Tirocinio (prova)", Agency: "cpi", Until: &until}},
	})
	for _, state := range []care.PlanState{care.PlanSignedOff, care.PlanAgreed} {
		w.Becomes(equipe, plan, state)
	}
	w.Becomes(main, plan, care.PlanActive)
	plans, err := w.Records.Plans(w.T.Context(), w.Accounts["supervisor.prato"], ledger.BareID(main))
	require.NoError(w.T, err)
	for _, a := range plans[0].Content.Actions {
		w.kept("action", a.ID)
	}
	w.kept("goal", plans[0].Content.Goals[0].ID)

	w.refer()
	w.tasksOfEveryKind(main, equipe)
	w.partners()
	for _, agency := range []string{"asl", "cpia"} {
		given, err := w.Records.Disclosure(w.T.Context(), w.Accounts["supervisor.prato"], w.ids["case"][0], agency, "labour")
		require.NoError(w.T, err)
		w.seen = append(w.seen, given.Digest)
	}
	cmd, err := w.Records.Assign(w.T.Context(), w.Accounts["desk_operator.prato"], catalogue.Contact.Command(uuid.NewString(), "", ledger.NewContact{
		Topic: w.policy.Desk.Topics[0].Code, Language: "it", Channel: w.policy.Desk.Channels[0].Code, Outcome: "information",
	}).NewCommand)
	require.NoError(w.T, err)
	w.kept("contact", cmd.ID)
	w.kept("command", cmd.ID)
}

// kept remembers the id of something.
func (w *world) kept(what, id string) string {
	if id != "" {
		w.ids[what] = append(w.ids[what], id)
	}
	return id
}

// refer opens cases with a referral to the employment centre, in each state.
func (w *world) refer() {
	for _, state := range []care.ReferralState{care.ReferralRequested, care.ReferralReceived, care.ReferralOnHold} {
		caseRun, _ := w.Begin(ledger.Person{}, ledger.Effects{})
		w.kept("case", ledger.BareID(caseRun))
		run := postgrestest.NewRun(care.RunPlacement)
		referral := w.kept("referral", uuid.NewString())
		task := postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Role: care.CPIOperator, Referral: referral})
		w.Branch(caseRun, run, care.Answer{Agency: "cpi"}, ledger.Effects{
			Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi"}}, Tasks: []ledger.TaskChange{task},
		})
		if state != care.ReferralRequested {
			w.Does(run, w.Clock(), ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: state}}}, nil)
		}
		w.kept("task", task.ID)
	}
}

// tasksOfEveryKind opens two tasks of each kind: one that waits, and one that
// somebody holds.
func (w *world) tasksOfEveryKind(caseRun, equipe string) {
	inEquipe := []care.TaskKind{care.EquipeInvitation, care.EquipeOpinion, care.PlanDraft, care.PlanSignOff, care.QuorumDecision, care.PlanAgreement}
	once := []care.TaskKind{care.NextService, care.BookAgain, care.FindPerson, care.DecideNext} // of these a case has one at a time
	for _, form := range completion.Forms {
		if form.Kind == care.ReferralAnswer || form.Kind == care.TransferAnswer {
			continue // they come with what they are about
		}
		run := caseRun
		if slices.Contains(inEquipe, form.Kind) {
			run = equipe
		}
		for n := range 2 {
			if slices.Contains(once, form.Kind) {
				run, _ = w.Begin(ledger.Person{}, ledger.Effects{})
			}
			task := postgrestest.Opens(run, fmt.Sprint("fuzz/", form.Kind, n), ledger.TaskChange{Kind: form.Kind, Service: care.Code(w.policy.Services[0].Code)})
			w.Does(run, w.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
			w.kept("task", task.ID)
			if row := w.Row(`SELECT role, state, outcome FROM task WHERE id = $1`, task.ID); n == 0 {
				require.NoError(w.T, w.Claim(fmt.Sprint(row["role"], ".", zoneCode), task.ID), "%s: %v", form.Kind, row)
			}
		}
	}
}

// partners makes links that ask for an answer.
func (w *world) partners() {
	for range 3 {
		_, run, referral, _ := w.Referred()
		w.kept("referral", referral)
		for _, id := range w.Mailed(run, "partner_request") {
			w.links = append(w.links, "/invito/"+invitation.Sign(apitest.SomeKey, id, w.Now.AddDate(0, 0, 5)))
		}
	}
	require.NotEmpty(w.T, w.links)
}

// sent is a request as it goes over the wire, and what is known of it.
type sent struct {
	method, path, query, body string
	header                    http.Header
	mark                      string // stands for what somebody typed
	bad                       string // why it must be refused; empty: it may be taken
}

func (s *sent) String() string {
	said := s.header.Clone()
	if token := said.Get("Authorization"); len(token) > 40 {
		claims, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		said.Set("Authorization", string(claims))
	}
	header, _ := json.Marshal(said)
	return fmt.Sprintf("%s %s?%s\n%s\n%.3000q\n(%s)", s.method, s.path, s.query, header, s.body, s.bad)
}

// got is what came back.
type got struct {
	status int
	header http.Header
	text   string
	log    string // lines written meanwhile
}

// send sends a request, and asks what must hold of every answer.
func (w *world) send(s *sent) got {
	w.t.Helper()
	var body io.Reader = http.NoBody
	if s.body != "" {
		body = strings.NewReader(s.body)
	}
	r, err := http.NewRequestWithContext(context.Background(), s.method, w.rig.URL, body)
	require.NoError(w.t, err)
	r.URL.Path, r.URL.RawQuery = s.path, s.query
	r.RequestURI = r.URL.RequestURI()
	r.Header = s.header.Clone()
	before := w.rig.Log.Len()
	rec := httptest.NewRecorder()
	w.rig.Site.Handler().ServeHTTP(rec, r)
	a := got{status: rec.Code, header: rec.Result().Header, text: rec.Body.String(), log: w.rig.Log.String()[before:]}
	w.rig.Log.Reset()
	if a.status >= http.StatusInternalServerError {
		w.t.Errorf("%s\nbreaks: %d %s\n%s", s, a.status, a.text, a.log)
	}
	if s.bad != "" && a.status < http.StatusBadRequest {
		w.t.Errorf("%s\nis taken: %d %.300s", s, a.status, a.text)
	}
	if strings.Contains(a.log, s.mark) || strings.Contains(fmt.Sprint(a.header), s.mark) {
		w.t.Errorf("%s\nis told on: %v\n%s", s, a.header, a.log)
	}
	return a
}

// marked makes a new sign for what somebody types, which no answer may repeat.
func (w *world) marked() string {
	w.marks++
	return fmt.Sprintf("ZMarker%dZ", w.marks)
}

// day is so many days from the world's now.
func (w *world) day(days int) time.Time { return w.Now.AddDate(0, 0, days) }
