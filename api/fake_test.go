package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
	"go.temporal.io/api/enums/v1"
	taskqueue "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/protobuf/types/known/timestamppb"

	"percorso/api/access/accesstest"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/invitation"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

const (
	someID    = "0190f0f0-0000-7000-8000-000000000001"
	anotherID = "0190f0f0-0000-7000-8000-000000000002"
)

var (
	someWorker     = care.Staff{ID: "s1", Subject: "social_worker.prova", Name: "Operatrice Prova 0001", Role: care.SocialWorker, Zone: "prova", Agency: "comune"}
	someSupervisor = care.Staff{ID: "s2", Subject: "supervisor.prova", Name: "Responsabile Prova 0001", Role: care.Supervisor, Zone: "prova", Agency: "comune"}
	someCPI        = care.Staff{ID: "s3", Subject: "cpi_operator.prova", Name: "Operatore Prova 0002", Role: care.CPIOperator, Zone: "prova", Agency: "cpi"}
	someMailer     = care.Staff{ID: "s4", Subject: "mail", Name: "Posta", Role: rest.MailSystem, Zone: "prova", Agency: "comune"}
)

// somePolicy is the least that forms and sentences ask for.
func somePolicy() care.Policy {
	return care.Policy{
		Zone: "prova", Version: "v1", Municipality: "Comune di Prova", DayEnds: "18:00",
		PatronSaint: care.PatronSaint{Day: "12-26", Name: "Santo Stefano"},
		Agencies: []care.Agency{
			{Code: "comune", Name: "Comune", Kind: care.KindMunicipality},
			{Code: "cpi", Name: "CPI", Kind: care.KindCPI, Answers: care.CPIOperator},
			{Code: "associazione", Name: "Associazione Prova", Kind: care.KindThirdSector, Email: "associazione@prova.invalid"},
		},
		Equipes: []care.EquipeRule{{
			Kind:   care.BetweenAgencies,
			Seats:  []care.SeatRule{{Role: care.SocialWorker, IfSilent: care.WaiveSilent}, {Role: care.CPIOperator, IfSilent: care.WaiveSilent}},
			Quorum: care.QuorumRule{Roles: 2, Agencies: 2},
		}},
		Roles:    []care.RoleHolder{{Role: care.SocialWorker, Agency: "comune"}, {Role: care.CPIOperator, Agency: "cpi"}},
		Needs:    []care.NeedArea{{Code: "labour", Name: "Lavoro", Difficulty: care.DifficultyLabour}},
		Services: []care.Service{{Code: "cpi", Name: "Centro per l'impiego", Agency: "cpi", Role: care.CPIOperator}},
		Outcomes: []care.Named{{Code: care.OutcomePlaced, Name: "Inserito"}},
		RejectReasons: []care.RejectReason{
			{Code: "wrong_office", Name: "Altro ufficio", NextStep: care.NextChooseAnother},
		},
		Desk: care.Desk{
			Channels: []care.Named{{Code: "in_person", Name: "Di persona"}},
			Topics:   []care.Named{{Code: "labour", Name: "Lavoro"}},
			Hours:    []care.Band{{Weekday: "mon", From: "09:00", To: "13:00"}},
		},
	}
}

// fakeRecords answers what a test puts in, and remembers what it was asked.
type fakeRecords struct {
	now      func() time.Time
	mu       sync.Mutex
	staff    map[string]care.Staff
	commands map[string]ledger.Command // by caller and key
	digests  map[string]string
	paging   []ledger.Paging
	filters  []any
	asked    []string // subjects

	fail   error                                          // of every read
	accept func(ledger.NewCommand) error                  // before a command is accepted
	assign func(ledger.NewCommand) (*care.Refusal, error) // of Assign
	worked func(ledger.Command) ledger.Command            // what the row says later
	task   ledger.Task

	zones   []string           // besides prova
	life    func(*ledger.Case) // what it did to a case
	same    []ledger.CaseFile  // of SamePerson
	link    ledger.Link        // a partner's one-time link
	quicker func(*ledger.Link) // what happens to it before it is used
	renewed int                // how often a new link was asked for
}

func newFakeRecords(now func() time.Time) *fakeRecords {
	f := &fakeRecords{
		now:   now,
		staff: map[string]care.Staff{}, commands: map[string]ledger.Command{}, digests: map[string]string{},
		task: ledger.Task{ID: someID, Run: "case/" + anotherID, CaseID: anotherID, Kind: care.FirstListening, State: care.TaskReserved, Role: care.SocialWorker, HolderID: "s1"},
		link: ledger.Link{
			ID: someID, Zone: "prova", Agency: "associazione", From: "comune", Number: "PROVA-2026-00001", Purpose: "labour",
			State: care.ReferralRequested, Task: care.ReferralAnswer, Open: true, Expires: now().Add(24 * time.Hour), Target: someReferral.ID,
		},
	}
	for _, s := range []care.Staff{someWorker, someSupervisor, someCPI, someMailer} {
		f.staff[s.Subject] = s
	}
	return f
}

var _ Records = (*fakeRecords)(nil)

func (f *fakeRecords) Staff(_ context.Context, subject string) (care.Staff, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, subject)
	s, ok := f.staff[subject]
	if !ok {
		return s, ledger.ErrForbidden
	}
	return s, nil
}

func (f *fakeRecords) Colleagues(context.Context, care.Staff) ([]care.Staff, error) {
	return nil, f.fail
}
func (f *fakeRecords) Ping(context.Context) error { return f.fail }
func (f *fakeRecords) Zones(context.Context) ([]care.Policy, error) {
	policies := []care.Policy{somePolicy()}
	for _, code := range f.zones {
		policies = append(policies, care.Policy{Zone: code})
	}
	return policies, f.fail
}
func (f *fakeRecords) Policy(_ context.Context, zone string) (care.Policy, error) {
	if zone != "prova" {
		return care.Policy{}, ledger.ErrNotFound
	}
	return somePolicy(), nil
}

// formIn reads the form of an operation that a test expects in a command.
func formIn[F any](t *testing.T, of catalogue.Operation[F], c ledger.NewCommand) F {
	t.Helper()
	form, err := of.Decode(c.Data)
	if err != nil || c.Operation != of.Code {
		t.Fatalf("%s: %v", c.Operation, err)
	}
	return form
}

func digestOf(c ledger.NewCommand) string {
	return string(c.Operation) + c.Target + string(c.Data)
}

func (f *fakeRecords) Earlier(_ context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.earlier(s, c)
}

func (f *fakeRecords) earlier(s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	cmd, ok := f.commands[s.ID+c.Key]
	switch {
	case !ok:
		return cmd, ledger.ErrNotFound
	case f.digests[s.ID+c.Key] != digestOf(c):
		return cmd, ledger.ErrKeyReused
	}
	return cmd, nil
}

func (f *fakeRecords) keep(s care.Staff, c ledger.NewCommand, state ledger.CommandState) ledger.Command {
	cmd := ledger.Command{
		ID:  fmt.Sprintf("0190f0f0-0000-7000-8000-0000000001%02d", len(f.commands)),
		Run: c.Run, Operation: c.Operation, Target: c.Target, Answer: c.Answer, State: state, Created: f.now(),
	}
	if c.Operation == care.OpOpen {
		cmd.Run = "case/" + cmd.ID
	}
	f.commands[s.ID+c.Key], f.digests[s.ID+c.Key] = cmd, digestOf(c)
	return cmd
}

func (f *fakeRecords) Accept(_ context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.accept != nil {
		if err := f.accept(c); err != nil {
			return ledger.Command{}, err
		}
	}
	if cmd, err := f.earlier(s, c); !errors.Is(err, ledger.ErrNotFound) {
		return cmd, err
	}
	if c.Operation == care.OpMailBounced {
		if c.Target != someID {
			return ledger.Command{}, ledger.ErrNotFound
		}
		return f.keep(s, c, ledger.CommandWorked), nil
	}
	if c.Run == "" && c.Target == someReferral.ID {
		c.Run = someReferral.Run
	}
	return f.keep(s, c, ledger.CommandAccepted), nil
}

func (f *fakeRecords) Assign(_ context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cmd, err := f.earlier(s, c); !errors.Is(err, ledger.ErrNotFound) {
		return cmd, err
	}
	if f.assign != nil {
		if refusal, err := f.assign(c); err != nil || refusal != nil {
			if refusal != nil {
				return ledger.Command{}, refusal
			}
			return ledger.Command{}, err
		}
	}
	return f.keep(s, c, ledger.CommandWorked), nil
}

func (f *fakeRecords) Command(_ context.Context, _ care.Staff, id string) (ledger.Command, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.commands {
		if c.ID == id {
			if f.worked != nil {
				c = f.worked(c)
			}
			return c, f.fail
		}
	}
	return ledger.Command{}, ledger.ErrNotFound
}

func (f *fakeRecords) saw(filter any, p ledger.Paging) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.filters, f.paging = append(f.filters, filter), append(f.paging, p)
	return f.fail
}

func (f *fakeRecords) Contacts(_ context.Context, _ care.Staff, p ledger.Paging) (ledger.Page[ledger.Contact], error) {
	return ledger.Page[ledger.Contact]{Items: []ledger.Contact{{ID: someID, Topic: "labour"}}, Next: "next-page"}, f.saw(nil, p)
}
func (f *fakeRecords) Contact(_ context.Context, _ care.Staff, id string) (ledger.Contact, error) {
	return ledger.Contact{ID: id}, f.fail
}
func (f *fakeRecords) Tasks(_ context.Context, _ care.Staff, filter ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error) {
	return ledger.Page[ledger.Task]{Items: []ledger.Task{f.task}}, f.saw(filter, p)
}
func (f *fakeRecords) Task(_ context.Context, _ care.Staff, id string) (ledger.Task, error) {
	if id != f.task.ID {
		return ledger.Task{}, ledger.ErrNotFound
	}
	return f.task, f.fail
}

var someCase = ledger.CaseFile{
	ID: anotherID, Number: "PROVA-2026-00001", Zone: "prova", Person: "Persona Prova 0001", Stage: care.StageFirstLevel, Needs: []string{"labour"},
	Waiting: care.Waiting{Health: care.HealthPlanned, For: care.WaitTask, Task: care.FirstListening},
}

func (f *fakeRecords) CaseFiles(_ context.Context, _ care.Staff, filter ledger.CaseFilter, p ledger.Paging) (ledger.Page[ledger.CaseFile], error) {
	return ledger.Page[ledger.CaseFile]{Items: []ledger.CaseFile{someCase}}, f.saw(filter, p)
}
func (f *fakeRecords) CaseFile(context.Context, care.Staff, string) (ledger.Case, error) {
	c := ledger.Case{CaseFile: someCase, PersonData: ledger.Person{ID: someID, BirthDate: time.Date(1990, 5, 1, 0, 0, 0, 0, time.UTC)}, Tasks: []ledger.Task{f.task}}
	if f.life != nil {
		f.life(&c)
	}
	return c, f.fail
}
func (f *fakeRecords) Timeline(_ context.Context, _ care.Staff, id string, p ledger.Paging) (ledger.Page[ledger.Moment], error) {
	return ledger.Page[ledger.Moment]{Items: []ledger.Moment{{Code: "case_opened"}}}, f.saw(id, p)
}
func (f *fakeRecords) Reads(_ context.Context, _ care.Staff, id string, p ledger.Paging) (ledger.Page[ledger.Read], error) {
	return ledger.Page[ledger.Read]{}, f.saw(id, p)
}

var someReferral = ledger.Referral{
	ID: someID, Run: "placement/" + anotherID, CaseID: anotherID, State: care.ReferralRequested, FromAgency: "comune", ToAgency: "cpi", AnswerRole: care.CPIOperator, AnswerAgency: "cpi",
	Snapshot: json.RawMessage(`{"given_name":"Persona","family_name":"Prova 0001"}`),
}

func (f *fakeRecords) Referrals(_ context.Context, _ care.Staff, filter ledger.ReferralFilter, p ledger.Paging) (ledger.Page[ledger.Referral], error) {
	return ledger.Page[ledger.Referral]{Items: []ledger.Referral{someReferral}}, f.saw(filter, p)
}
func (f *fakeRecords) Referral(context.Context, care.Staff, string) (ledger.Referral, error) {
	return someReferral, f.fail
}
func (f *fakeRecords) Appointments(_ context.Context, _ care.Staff, filter ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error) {
	return ledger.Page[ledger.Appointment]{}, f.saw(filter, p)
}
func (f *fakeRecords) StuckCases(_ context.Context, _ care.Staff, p ledger.Paging) (ledger.Page[ledger.StuckCase], error) {
	return ledger.Page[ledger.StuckCase]{Items: []ledger.StuckCase{{CaseFile: someCase, TaskID: someID}}}, f.saw(nil, p)
}

// someRun is the run of someEquipe.
const someRun = "equipe/" + anotherID

var (
	someEquipe = ledger.Equipe{
		Run: someRun, CaseID: anotherID, Kind: care.BetweenAgencies,
		Seats:   []ledger.Seat{{ID: someID, Run: someRun, Role: care.SocialWorker, Agency: "comune", State: care.SeatConfirmed, Member: "Operatrice Prova 0001"}},
		Minutes: []ledger.Minutes{{Run: someRun, Text: "Verbale di prova", ByName: "Operatrice Prova 0001"}},
	}
	somePlan = ledger.Plan{
		ID: someID, CaseID: anotherID, Run: someRun, Version: 1, State: care.PlanActive, Agencies: []string{"cpi"},
		Content: ledger.PlanContent{
			Goals:   []care.PlanGoal{{ID: someID, Area: "labour", Text: "Obiettivo di prova"}},
			Actions: []ledger.PlannedAction{{PlanAction: care.PlanAction{ID: anotherID, Text: "Azione di prova", Agency: "cpi"}, State: care.ActionToDo}},
		},
	}
	someSnapshot = ledger.Snapshot{GivenName: "Persona", FamilyName: "Prova 0001", CaseNumber: "PROVA-2026-00001"}
)

func (f *fakeRecords) Equipes(context.Context, care.Staff, string) ([]ledger.Equipe, error) {
	return []ledger.Equipe{someEquipe}, f.fail
}
func (f *fakeRecords) Equipe(_ context.Context, _ care.Staff, run string) (ledger.Equipe, error) {
	if run != someRun && f.fail == nil {
		return ledger.Equipe{}, ledger.ErrNotFound
	}
	return someEquipe, f.fail
}
func (f *fakeRecords) Plans(context.Context, care.Staff, string) ([]ledger.Plan, error) {
	return []ledger.Plan{somePlan}, f.fail
}
func (f *fakeRecords) GoalFindings(context.Context, care.Staff, string) ([]ledger.GoalFinding, error) {
	return []ledger.GoalFinding{{Goal: someID, Agency: "cpi", Result: "partly"}}, f.fail
}
func (f *fakeRecords) Disclosure(_ context.Context, _ care.Staff, _, agency, _ string) (ledger.Disclosure, error) {
	return ledger.Disclosure{Agency: agency, LegalBasis: care.PublicTask, Consent: true, Snapshot: someSnapshot, Digest: "digest"}, f.fail
}
func (f *fakeRecords) Share(_ context.Context, _ care.Staff, taskID string) (ledger.Share, error) {
	if taskID != f.task.ID && f.fail == nil {
		return ledger.Share{}, ledger.ErrNotFound
	}
	return ledger.Share{CaseID: anotherID, LegalBasis: care.PublicTask, Purpose: "transfer", Snapshot: json.RawMessage(
		`{"given_name":"Persona","family_name":"Prova 0001","plan":{"goals":[],"actions":[]},"note":"Nota di prova"}`)}, f.fail
}
func (f *fakeRecords) SamePerson(context.Context, care.Staff, ledger.Person) ([]ledger.CaseFile, error) {
	return f.same, f.fail
}
func (f *fakeRecords) MergeCandidates(context.Context, care.Staff, string) ([]ledger.CaseFile, error) {
	return []ledger.CaseFile{someCase}, f.fail
}

func (f *fakeRecords) OpenLink(_ context.Context, id string) (ledger.Link, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id != f.link.ID && f.fail == nil {
		return ledger.Link{}, ledger.ErrNotFound
	}
	return f.link, f.fail
}
func (f *fakeRecords) UseLink(_ context.Context, id string, op care.Operation, a care.Answer, data json.RawMessage) (ledger.Command, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return ledger.Command{}, f.fail
	}
	if f.quicker != nil {
		f.quicker(&f.link)
	}
	by, c := care.Staff{ID: "link/" + id}, ledger.NewCommand{Key: id, Operation: op, Run: "referral/" + anotherID, Target: f.link.Target, Answer: a, Data: data}
	_, moves := f.link.State.Move(op)
	if id != f.link.ID || f.link.Used != nil || !f.link.Open || f.link.Task == care.ReferralAnswer && !moves {
		earlier, _ := f.earlier(by, c)
		return earlier, ledger.ErrNotFound
	}
	now := f.now()
	f.link.Used = &now
	if op == care.OpAcknowledge {
		f.link.State, f.link.Snapshot = care.ReferralReceived, &someSnapshot
	}
	return f.keep(by, c, ledger.CommandAccepted), nil
}
func (f *fakeRecords) RenewLink(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return f.fail
	}
	if id != f.link.ID || !f.link.Open || f.renewed > 0 {
		return ledger.ErrNotFound
	}
	f.renewed++
	return nil
}

// someKey opens the links of tests.
var someKey = []byte(strings.Repeat("k", invitation.KeySize))

// fakeMails says how the mails do.
type fakeMails struct {
	state ledger.MailState
	fail  error
}

func (f *fakeMails) State(context.Context) (ledger.MailState, error) { return f.state, f.fail }

// fakeTemporal is the part of Temporal's client that the API uses.
type fakeTemporal struct {
	client.Client
	mu      sync.Mutex
	updates []client.UpdateWorkflowOptions
	started []client.StartWorkflowOptions
	inputs  []ledger.Start // of what was started
	signals []ledger.Entry
	result  ledger.Result
	err     error
	polled  time.Time
}

func (f *fakeTemporal) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.updates = append(f.updates, o)
	return fakeHandle{result: f.result}, f.err
}

type fakeStart struct {
	client.WithStartWorkflowOperation
}

func (f *fakeTemporal) NewWithStartWorkflowOperation(o client.StartWorkflowOptions, _ any, args ...any) client.WithStartWorkflowOperation {
	f.started, f.inputs = append(f.started, o), append(f.inputs, args[0].(ledger.Start))
	return fakeStart{}
}

func (f *fakeTemporal) UpdateWithStartWorkflow(ctx context.Context, o client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	return f.UpdateWorkflow(ctx, o.UpdateOptions)
}

func (f *fakeTemporal) SignalWorkflow(_ context.Context, _, _, _ string, arg any) error {
	f.signals = append(f.signals, arg.(ledger.Entry))
	return f.err
}

func (f *fakeTemporal) DescribeTaskQueue(context.Context, string, enums.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	if f.err != nil {
		return nil, f.err
	}
	res := &workflowservice.DescribeTaskQueueResponse{}
	if !f.polled.IsZero() {
		res.Pollers = []*taskqueue.PollerInfo{{LastAccessTime: timestamppb.New(f.polled)}}
	}
	return res, nil
}

type fakeHandle struct {
	client.WorkflowUpdateHandle
	result ledger.Result
}

func (h fakeHandle) Get(_ context.Context, into any) error {
	*into.(*ledger.Result) = h.result
	return nil
}

// fakeWords says codes as they are.
type fakeWords struct{}

func (fakeWords) Rule(code string) string { return "regola " + code }
func (fakeWords) Refusal(code string, role care.Role) string {
	return "no " + code + " " + string(role)
}
func (fakeWords) Sentence(w care.Waiting, _ care.Policy, _ time.Time) string {
	return "aspetta " + string(w.For)
}

// rig is a server with fakes all around, which go by one clock.
type rig struct {
	*httptest.Server
	t        *testing.T
	now      time.Time
	server   *Server
	records  *fakeRecords
	mails    *fakeMails
	temporal *fakeTemporal
	provider *accesstest.Provider
	log      *bytes.Buffer
	browser  *http.Client
}

// newRig is a rig on an ordinary Monday.
func newRig(t *testing.T) *rig {
	t.Helper()
	return newRigAt(t, testclock.Monday)
}

func newRigAt(t *testing.T, now time.Time) *rig {
	t.Helper()
	b := &rig{t: t, now: now, log: &bytes.Buffer{}}
	b.records, b.provider = newFakeRecords(b.clock), accesstest.NewProvider(t, someWorker.Subject, b.clock)
	b.mails = &fakeMails{}
	b.temporal = &fakeTemporal{polled: b.now, result: ledger.Result{Revision: 1}}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.server.Handler().ServeHTTP(w, r) }))
	t.Cleanup(b.Close)
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(zapcore.AddSync(b.log)), zap.DebugLevel)
	server, err := New(Options{
		Listen: "127.0.0.1:0", PublicURL: b.URL, Records: b.records, Mails: b.mails, Temporal: b.temporal, Sessions: memstore.New(), Words: fakeWords{},
		Calendar: calendar.New, Log: zap.New(core), LinkKey: someKey, Now: b.clock,
		OIDC: OIDC{Issuer: b.provider.URL, ClientID: "percorso", ClientSecret: "segreto", Audience: "percorso-api"},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.server = server
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.browser = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return b
}

func (b *rig) clock() time.Time { return b.now }

// answer is a response that was read.
type answer struct {
	*http.Response
	text string
	body map[string]any
}

// problem checks that the answer is a problem of the code, and gives it.
func (a answer) problem(t *testing.T, code string) problem.Problem {
	t.Helper()
	var p problem.Problem
	status, _ := problem.StatusOf(code)
	if err := json.Unmarshal([]byte(a.text), &p); err != nil || p.Code != code || p.Status != a.StatusCode ||
		a.Header.Get("Content-Type") != problem.MediaType || p.Detail == "" || p.Status != status {
		t.Fatalf("want the problem %s, got %d %s %s", code, a.StatusCode, a.Header.Get("Content-Type"), a.text)
	}
	return p
}

func (b *rig) do(c *http.Client, r *http.Request) answer {
	b.t.Helper()
	res, err := c.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{Response: res, text: string(text)}
	_ = json.Unmarshal(text, &a.body)
	return a
}

func (b *rig) request(method, path, body string) *http.Request {
	b.t.Helper()
	r, err := http.NewRequest(method, b.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// as sends a request with a member of staff's token.
func (b *rig) as(who care.Staff, method, path, body string, headers ...string) answer {
	b.t.Helper()
	r := b.request(method, path, body)
	r.Header.Set("Authorization", "Bearer "+b.provider.Token(b.t, who.Subject, "percorso-api", nil))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(http.DefaultClient, r)
}

// post sends a command with a key.
func (b *rig) post(who care.Staff, path, body, key string) answer {
	b.t.Helper()
	return b.as(who, http.MethodPost, rest.Prefix+path, body, rest.KeyHeader, key)
}

// logIn walks the browser through the login, as far as the provider lets it.
func (b *rig) logIn(subject string) answer {
	b.t.Helper()
	b.provider.Subject = subject
	a := b.do(b.browser, b.request(http.MethodGet, "/login?next=/compiti", ""))
	to, err := url.Parse(a.Header.Get("Location"))
	if err != nil || a.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("login: %d %s", a.StatusCode, a.text)
	}
	q := to.Query()
	b.provider.Nonce, b.provider.Challenge = q.Get("nonce"), q.Get("code_challenge")
	return b.do(b.browser, b.request(http.MethodGet, "/login/callback?code=good&state="+url.QueryEscape(q.Get("state")), ""))
}
