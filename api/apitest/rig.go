// Package apitest lends tests a whole server with fakes around it, and the means to
// ask it as programs and browsers do.
package apitest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"go.temporal.io/api/enums/v1"
	taskqueue "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/protobuf/types/known/timestamppb"

	"percorso/api"
	"percorso/api/access"
	"percorso/api/access/accesstest"
	"percorso/api/act"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/api/rest/counter"
	"percorso/api/web"
	"percorso/internal/absence"
	"percorso/internal/agenda"
	"percorso/internal/board"
	"percorso/internal/calendar"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	percorso "percorso/internal/client"
	"percorso/internal/critical"
	"percorso/internal/expected"
	"percorso/internal/health"
	"percorso/internal/invitation"
	"percorso/internal/italian/words"
	"percorso/internal/ledger"
	"percorso/internal/loops"
	"percorso/internal/names"
	"percorso/internal/reach"
	"percorso/internal/remind"
	"percorso/internal/runs"
	"percorso/internal/testclock"
	"percorso/internal/worklist"
	"percorso/internal/written"
	"percorso/internal/zone"
)

const (
	SomeID    = "0190f0f0-0000-7000-8000-000000000001"
	AnotherID = "0190f0f0-0000-7000-8000-000000000002"
)

var (
	SomeWorker     = care.Staff{ID: "s1", Subject: "social_worker.prova", Name: "Operatrice Prova 0001", Role: care.SocialWorker, Zone: "prova", Agency: "comune"}
	SomeSupervisor = care.Staff{ID: "s2", Subject: "supervisor.prova", Name: "Responsabile Prova 0001", Role: care.Supervisor, Zone: "prova", Agency: "comune"}
	SomeCPI        = care.Staff{ID: "s3", Subject: "cpi_operator.prova", Name: "Operatore Prova 0002", Role: care.CPIOperator, Zone: "prova", Agency: "cpi"}
	SomeOfficer    = care.Staff{ID: "s5", Subject: "privacy_officer.prova", Name: "Referente Prova 0001", Role: care.PrivacyOfficer, Zone: "prova", Agency: "comune"}
	SomeMailer     = care.Staff{ID: "s4", Subject: "mail", Name: "Posta", Role: care.MailSystem, Zone: "prova", Agency: "comune"}
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
	accesstest.Places
	now      func() time.Time
	mu       sync.Mutex
	People   map[string]care.Staff
	Commands map[string]ledger.Command // by caller and key
	digests  map[string]string
	Paging   []ledger.Paging
	Filters  []any
	asked    []string // subjects

	Fail      error                                          // of every read
	OnAccept  func(ledger.NewCommand) error                  // before a command is accepted
	OnAssign  func(ledger.NewCommand) (*care.Refusal, error) // of Assign
	OnCommand func(ledger.Command) ledger.Command            // what the row says later
	OneTask   ledger.Task
	Result    json.RawMessage // of a command that is worked at once

	OtherZones []string           // besides prova
	Life       func(*ledger.Case) // what it did to a case
	Same       []ledger.CaseFile  // of SamePerson
	Corrected  []ledger.Correction
	OneLink    ledger.Link        // a partner's one-time link
	Quicker    func(*ledger.Link) // what happens to it before it is used
	Renewed    int                // how often a new link was asked for
	Refused    *care.Refusal      // of a completion that was accepted; nil: none was
	Dismissed  []string           // notices
	Rung       bool               // everybody is, to a desk
	Deferred   string             // code of an entry that cannot be worked; empty: there is none
}

func newFakeRecords(now func() time.Time) *fakeRecords {
	f := &fakeRecords{
		now:    now,
		People: map[string]care.Staff{}, Commands: map[string]ledger.Command{}, digests: map[string]string{},
		OneTask: ledger.Task{ID: SomeID, Run: "case/" + AnotherID, CaseID: AnotherID, Kind: care.FirstListening, State: care.TaskReserved, Role: care.SocialWorker, HolderID: "s1"},
		OneLink: ledger.Link{
			ID: SomeID, Zone: "prova", Agency: "associazione", From: "comune", Number: "PROVA-2026-00001", Purpose: "labour",
			State: care.ReferralRequested, Task: care.ReferralAnswer, Open: true, Expires: now().Add(24 * time.Hour), Target: SomeReferral.ID,
		},
	}
	for _, s := range []care.Staff{SomeWorker, SomeSupervisor, SomeCPI, SomeOfficer, SomeMailer} {
		f.People[s.Subject] = s
	}
	return f
}

var _ api.Records = (*fakeRecords)(nil)

func (f *fakeRecords) Staff(_ context.Context, subject string) (care.Staff, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, subject)
	s, ok := f.People[subject]
	if !ok {
		return s, ledger.ErrForbidden
	}
	return s, nil
}

func (f *fakeRecords) Colleagues(context.Context, care.Staff) ([]care.Staff, error) {
	return nil, f.Fail
}
func (f *fakeRecords) Ping(context.Context) error { return f.Fail }
func (f *fakeRecords) Zones(context.Context) ([]care.Policy, error) {
	policies := []care.Policy{somePolicy()}
	for _, code := range f.OtherZones {
		policies = append(policies, care.Policy{Zone: code})
	}
	return policies, f.Fail
}
func (f *fakeRecords) Policy(_ context.Context, zone string) (care.Policy, error) {
	if zone != "prova" {
		return care.Policy{}, ledger.ErrNotFound
	}
	return somePolicy(), nil
}

// FormIn reads the form of an operation that a test expects in a command.
func FormIn[F any](t testing.TB, of catalogue.Operation[F], c ledger.NewCommand) F {
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
	cmd, ok := f.Commands[s.ID+c.Key]
	switch {
	case !ok:
		return cmd, ledger.ErrNotFound
	case f.digests[s.ID+c.Key] != digestOf(c):
		return cmd, ledger.ErrKeyReused
	}
	return cmd, nil
}

func (f *fakeRecords) Keep(s care.Staff, c ledger.NewCommand, state ledger.CommandState) ledger.Command {
	cmd := ledger.Command{
		ID:  fmt.Sprintf("0190f0f0-0000-7000-8000-0000000001%02d", len(f.Commands)),
		Run: c.Run, Operation: c.Operation, Target: c.Target, Answer: c.Answer, State: state, Created: f.now(),
	}
	if state == ledger.CommandWorked {
		cmd.Result = f.Result
	}
	if c.Operation == care.OpOpen {
		cmd.Run = "case/" + cmd.ID
	}
	f.Commands[s.ID+c.Key], f.digests[s.ID+c.Key] = cmd, digestOf(c)
	return cmd
}

func (f *fakeRecords) Accept(_ context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.OnAccept != nil {
		if err := f.OnAccept(c); err != nil {
			return ledger.Command{}, err
		}
	}
	if cmd, err := f.earlier(s, c); !errors.Is(err, ledger.ErrNotFound) {
		return cmd, err
	}
	if c.Operation == care.OpMailBounced {
		if c.Target != SomeID {
			return ledger.Command{}, ledger.ErrNotFound
		}
		return f.Keep(s, c, ledger.CommandWorked), nil
	}
	if c.Run == "" && c.Target == SomeReferral.ID {
		c.Run = SomeReferral.Run
	}
	return f.Keep(s, c, ledger.CommandAccepted), nil
}

func (f *fakeRecords) Assign(_ context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cmd, err := f.earlier(s, c); !errors.Is(err, ledger.ErrNotFound) {
		return cmd, err
	}
	if f.OnAssign != nil {
		if refusal, err := f.OnAssign(c); err != nil || refusal != nil {
			if refusal != nil {
				return ledger.Command{}, refusal
			}
			return ledger.Command{}, err
		}
	}
	return f.Keep(s, c, ledger.CommandWorked), nil
}

// WrittenForEquipe has nothing.
func (f *fakeRecords) WrittenForEquipe(context.Context, care.Staff, string) ([]ledger.Record, error) {
	return nil, f.Fail
}

// WrittenIn has nothing.
func (f *fakeRecords) WrittenIn(_ context.Context, _ care.Staff, _ string, _ written.Kind, p ledger.Paging) (ledger.Page[ledger.Record], error) {
	f.Paging = append(f.Paging, p)
	return ledger.Page[ledger.Record]{}, f.Fail
}

// HasRecord knows one record alone.
func (f *fakeRecords) HasRecord(_ context.Context, _ care.Staff, _, id string) error {
	if f.Fail == nil && id != SomeID {
		return ledger.ErrNotFound
	}
	return f.Fail
}

// RecordIn has nothing.
func (f *fakeRecords) RecordIn(context.Context, care.Staff, string, string) (ledger.Record, error) {
	return ledger.Record{}, cmp.Or(f.Fail, ledger.ErrNotFound)
}

// OpenRecord opens one record alone.
func (f *fakeRecords) OpenRecord(_ context.Context, _ care.Staff, _, id, _ string) error {
	if f.Fail == nil && id != SomeID {
		return ledger.ErrNotFound
	}
	return f.Fail
}

// Absences is one of the caller's own, which is now and can be changed.
func (f *fakeRecords) Absences(_ context.Context, s care.Staff) ([]absence.Entry, error) {
	today := care.DayOf(f.now())
	return []absence.Entry{{ID: SomeID, StaffID: s.ID, Name: s.Name, Role: s.Role, Agency: s.Agency, First: today, Last: today.AddDate(0, 0, 13)}}, f.Fail
}

// Beyond says it of none.
func (f *fakeRecords) Beyond(context.Context, care.Staff, []string) ([]agenda.Given, error) {
	return nil, f.Fail
}

// CalledOff is nothing.
func (f *fakeRecords) CalledOff(context.Context, care.Staff, string, time.Time, time.Time) ([]agenda.Off, error) {
	return nil, f.Fail
}

// Displaced is nobody.
func (f *fakeRecords) Displaced(context.Context, care.Staff) ([]expected.Visit, error) {
	return nil, f.Fail
}

// CalledOffDays are none.
func (f *fakeRecords) CalledOffDays(context.Context, care.Staff) ([]calledoff.Entry, error) {
	return nil, f.Fail
}

// CalledOffDay knows one alone, of nobody.
func (f *fakeRecords) CalledOffDay(_ context.Context, _ care.Staff, id string) (e calledoff.Entry, people []calledoff.Person, err error) {
	if f.Fail == nil && id != SomeID {
		return e, nil, ledger.ErrNotFound
	}
	return calledoff.Entry{ID: id, Service: "pas", First: care.DayOf(f.now()), Last: care.DayOf(f.now()), Reason: "other", At: f.now()}, nil, f.Fail
}

// Proposal is nobody.
func (f *fakeRecords) Proposal(context.Context, care.Staff, calledoff.Form) ([]expected.Visit, error) {
	return nil, f.Fail
}

// CallOff calls off days that are right.
func (f *fakeRecords) CallOff(_ context.Context, _ care.Staff, _ string, form calledoff.Form) (string, error) {
	if faults := form.Check(f.now()); len(faults) > 0 {
		return "", care.Refuse(faults...)
	}
	return SomeID, f.Fail
}

// TakeBack takes one alone back.
func (f *fakeRecords) TakeBack(_ context.Context, _ care.Staff, id string) error {
	if f.Fail == nil && id != SomeID {
		return ledger.ErrNotFound
	}
	return f.Fail
}

// Tried says it of one alone.
func (f *fakeRecords) Tried(ctx context.Context, s care.Staff, id, _, _, _ string) error {
	return f.TakeBack(ctx, s, id)
}

// WatchedDates is a day that the caller watches, of a person whom they know, and one of whom they do not.
func (f *fakeRecords) WatchedDates(context.Context, care.Staff, time.Time) ([]critical.Watched, error) {
	near := care.DayOf(f.now().AddDate(0, 0, 4))
	return []critical.Watched{{ID: DateID, CaseID: AnotherID, Kind: critical.Eviction, On: near, Number: SomeCase.Number, Person: SomeCase.Person}, {ID: SomeID, CaseID: SomeID, On: near}}, f.Fail
}

// ToCall is one person to call, by a number that may be called, after a message that did not arrive.
func (f *fakeRecords) ToCall(context.Context, care.Staff) ([]remind.Called, error) {
	called := f.now().Add(-time.Hour)
	return []remind.Called{{Failed: remind.SMS, Unanswered: 2, CalledAt: &called, Visit: expected.Visit{
		Appointment: ledger.Appointment{ID: SomeID, CaseID: AnotherID, CaseNumber: SomeCase.Number, Person: SomeCase.Person, Service: "pas", At: f.now().Add(20 * time.Hour), Languages: []string{"ur"}},
		Contacts:    []reach.Way{{Kind: reach.Phone, Value: "000 0000001", Whose: "own", Call: reach.Yes}, {Kind: reach.Phone, Value: "000 0000002", Call: reach.No}},
	}}}, f.Fail
}

// Called takes that they were called, where they are in the list.
func (f *fakeRecords) Called(_ context.Context, _ care.Staff, id string, _ bool) error {
	switch {
	case f.Fail != nil:
		return f.Fail
	case id == AnotherID:
		return care.Refuse(care.Fault{Field: "answered", Rule: remind.RuleNotToCall})
	case id != SomeID:
		return ledger.ErrNotFound
	}
	return nil
}

// EnterAbsence enters it.
func (f *fakeRecords) EnterAbsence(ctx context.Context, s care.Staff, _, _ string, form absence.Days) (absence.Entry, error) {
	return f.ChangeAbsence(ctx, s, SomeID, form)
}

// ChangeAbsence changes that one alone, to days that are right.
func (f *fakeRecords) ChangeAbsence(ctx context.Context, s care.Staff, id string, form absence.Days) (a absence.Entry, err error) {
	if err := f.EndAbsence(ctx, s, id, form.Seen); err != nil {
		return a, err
	}
	if faults := form.Check(f.now()); len(faults) > 0 {
		return a, care.Refuse(faults...)
	}
	return absence.Entry{ID: id, StaffID: s.ID, Name: s.Name, Role: s.Role, Agency: s.Agency, First: form.Span().First, Last: form.Span().Last}, nil
}

// EndAbsence ends that one alone, as it is.
func (f *fakeRecords) EndAbsence(ctx context.Context, s care.Staff, id, seen string) error {
	if f.Fail == nil && id != SomeID {
		return ledger.ErrNotFound
	}
	list, err := f.Absences(ctx, s)
	if refusal := list[0].Meanwhile(seen); refusal != nil {
		return refusal
	}
	return err
}

// Notices says that one of the caller's completions was refused, where a test puts
// in its refusal.
func (f *fakeRecords) Notices(context.Context, care.Staff) ([]ledger.Notice, error) {
	if f.Refused == nil {
		return nil, f.Fail
	}
	return []ledger.Notice{{
		ID: SomeID, At: f.now(), Asked: f.now(), Operation: care.OpComplete, Refusal: f.Refused, Form: json.RawMessage(`{"outcome": "heard", "needs": ["labour"], "note": "Nota di prova"}`),
		CaseID: AnotherID, CaseNumber: "PROVA-2026-00001", TaskID: SomeID, Task: care.FirstListening, TaskOpen: true,
	}}, f.Fail
}

// Doubles are one pair of open files, and one of which one is closed.
func (f *fakeRecords) Doubles(_ context.Context, s care.Staff, p ledger.Paging) (page ledger.Page[ledger.Double], err error) {
	if !slices.Contains(catalogue.Merge.Asks, s.Role) {
		return page, ledger.ErrForbidden
	}
	f.Paging = append(f.Paging, p)
	born, closed := time.Date(1990, 5, 12, 0, 0, 0, 0, time.UTC), f.now()
	a := ledger.DoubleFile{ID: AnotherID, Number: "PROVA-2026-00001", GivenName: "Mohammed", FamilyName: "El Provassi", BirthDate: born, OpenedAt: f.now()}
	b := ledger.DoubleFile{ID: SomeID, Number: "PROVA-2026-00002", GivenName: "Muhammad", FamilyName: "Elprovassi", BirthDate: born, OpenedAt: f.now()}
	c := b
	c.ID, c.Number, c.ClosedAt, c.YearOnly = ClosedID, "PROVA-2026-00003", &closed, true
	like := names.Likeness{Names: names.LikeNames, Born: names.SameBirth}
	page.Items = []ledger.Double{{Files: [2]ledger.DoubleFile{a, b}, Like: like}, {Files: [2]ledger.DoubleFile{a, c}, Like: like}}
	return page, f.Fail
}

// TellApart knows the pairs.
func (f *fakeRecords) TellApart(_ context.Context, s care.Staff, file, other string) error {
	switch {
	case !slices.Contains(catalogue.Merge.Asks, s.Role):
		return ledger.ErrForbidden
	case file != AnotherID || other == AnotherID:
		return ledger.ErrNotFound
	}
	return f.Fail
}

// Board is one person in each list.
func (f *fakeRecords) Board(_ context.Context, s care.Staff, _ *time.Location, _ int, of ...board.List) (map[board.List][]board.Row, error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	codes := map[board.List][2]string{board.Dated: {string(critical.Permit)}, board.New: {string(care.StageFirstLevel)}, board.Unmoved: {"reminder_sent", string(care.Interview)}}
	rows := map[board.List][]board.Row{}
	for _, list := range of {
		rows[list] = []board.Row{{CaseID: AnotherID, Number: "PROVA-2026-00001", Person: "Persona Prova 0001", Code: codes[list][0], Detail: codes[list][1], At: f.now().AddDate(0, 0, -1)}}
	}
	return rows, f.Fail
}

// Held are six that wait for the employment centre, and one with nobody.
func (f *fakeRecords) Held(_ context.Context, s care.Staff) ([]board.Held, bool, error) {
	if s.Role != care.Supervisor {
		return nil, false, ledger.ErrForbidden
	}
	since := care.DayOf(f.now()).AddDate(0, 0, -1)
	return []board.Held{{Cause: board.Agency("cpi"), Role: care.CPIOperator, Since: since, Cases: 6}, {Cause: board.Nobody, Since: since, Cases: 1}}, false, f.Fail
}

// HeldBy is one person.
func (f *fakeRecords) HeldBy(_ context.Context, s care.Staff, _ board.Cause, _ int) ([]board.Row, error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	return []board.Row{{CaseID: AnotherID, Number: "PROVA-2026-00001", Person: "Persona Prova 0001", Code: string(care.ReferralAnswer), At: f.now()}}, f.Fail
}

// LastActs is a reminder of each.
func (f *fakeRecords) LastActs(_ context.Context, s care.Staff, cases []string) (map[string]board.Row, error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	acts := map[string]board.Row{}
	for _, id := range cases {
		acts[id] = board.Row{CaseID: id, Code: "reminder_sent", Detail: string(care.Interview), At: f.now().AddDate(0, 0, -1)}
	}
	return acts, f.Fail
}

// Loads are three tasks of one colleague.
func (f *fakeRecords) Loads(_ context.Context, s care.Staff) (map[string]int, error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	return map[string]int{SomeWorker.ID: 3}, f.Fail
}

// HandedOver is one case.
func (f *fakeRecords) HandedOver(_ context.Context, s care.Staff) ([]ledger.HandedOver, error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	return []ledger.HandedOver{{ID: AnotherID, Number: "PROVA-2026-00003", At: f.now()}}, f.Fail
}

// FindReadCase finds one.
func (f *fakeRecords) FindReadCase(_ context.Context, s care.Staff, number string) (string, error) {
	switch {
	case s.Role != care.PrivacyOfficer:
		return "", ledger.ErrForbidden
	case number != "PO-2026-00012":
		return "", ledger.ErrNotFound
	}
	return AnotherID, f.Fail
}

// Readers are two days of it; another case was handed over.
func (f *fakeRecords) Readers(_ context.Context, s care.Staff, caseID string, before time.Time) (ledger.Readers, error) {
	switch {
	case s.Role != care.PrivacyOfficer:
		return ledger.Readers{}, ledger.ErrForbidden
	case caseID != AnotherID && caseID != ClosedID:
		return ledger.Readers{}, ledger.ErrNotFound
	}
	day := care.DayOf(before).AddDate(0, 0, -1)
	told := ledger.Readers{CaseID: caseID, Number: "PO-2026-00012", Before: care.DateOf(day.AddDate(0, 0, -1)), Lines: []ledger.DaysReading{
		{Day: day, ByZone: s.Zone, ByAgency: "cpi", ByRole: care.CPIOperator, Action: string(ledger.ReadReferral), Purpose: ledger.ForReferral, Times: 1},
		{Day: day, ByZone: s.Zone, ByAgency: "comune", ByRole: care.SocialWorker, Action: string(ledger.ReadCase), Purpose: ledger.ForCare, Times: 3},
		{Day: day.AddDate(0, 0, -1), ByZone: s.Zone, ByAgency: "associazione", Action: string(ledger.ReadLink), Purpose: ledger.ForReferral, Times: 1},
		{Day: day.AddDate(0, 0, -1), ByZone: "lucca", ByAgency: "comune", ByRole: care.SocialWorker, Action: string(ledger.ReadShare), Purpose: "transfer", Times: 1},
	}}
	if caseID == ClosedID {
		at := f.now()
		told.HandedAt = &at
	}
	return told, f.Fail
}

// Returned is one member of staff.
func (f *fakeRecords) Returned(_ context.Context, s care.Staff) ([]ledger.Returned, error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	return []ledger.Returned{{Name: "Personale Prova 01", Role: care.SocialWorker, Agency: "comune", Since: f.now()}}, f.Fail
}

// Unkept is one case, whose number alone is told.
func (f *fakeRecords) Unkept(_ context.Context, s care.Staff) ([]ledger.Unkept, error) {
	if s.Role != care.Supervisor {
		return nil, ledger.ErrForbidden
	}
	return []ledger.Unkept{{ID: AnotherID, Number: "PROVA-2026-00017"}}, f.Fail
}

// DeferredEntries is one, where a test puts in a code.
func (f *fakeRecords) DeferredEntries(_ context.Context, s care.Staff) ([]ledger.DeferredEntry, error) {
	switch {
	case s.Role != care.Supervisor:
		return nil, ledger.ErrForbidden
	case f.Deferred == "":
		return nil, f.Fail
	}
	return []ledger.DeferredEntry{{
		ID: SomeID, Run: "case/" + AnotherID, CaseID: AnotherID, CaseNumber: "PROVA-2026-00001", Operation: care.OpComplete, Author: SomeWorker.Name,
		Since: f.now(), Code: f.Deferred, Tries: 3, Next: f.now().Add(time.Minute), Behind: 1,
	}}, f.Fail
}
func (f *fakeRecords) DeferredCount(context.Context) (int, error) {
	if f.Deferred == "" {
		return 0, f.Fail
	}
	return 1, f.Fail
}
func (f *fakeRecords) CountNotices(ctx context.Context, s care.Staff) (count int, rung bool, err error) {
	all, err := f.Notices(ctx, s)
	return len(all), f.Rung, err
}
func (f *fakeRecords) ToConfirm(context.Context, care.Staff) ([]ledger.Notice, error) {
	return nil, f.Fail
}

func (f *fakeRecords) DismissNotice(_ context.Context, _ care.Staff, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Dismissed = append(f.Dismissed, id)
	if id != SomeID {
		return ledger.ErrNotFound
	}
	f.Refused = nil
	return nil
}

func (f *fakeRecords) Command(_ context.Context, _ care.Staff, id string) (ledger.Command, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.Commands {
		if c.ID == id {
			if f.OnCommand != nil {
				c = f.OnCommand(c)
			}
			return c, f.Fail
		}
	}
	return ledger.Command{}, ledger.ErrNotFound
}

func (f *fakeRecords) saw(filter any, p ledger.Paging) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Filters, f.Paging = append(f.Filters, filter), append(f.Paging, p)
	return f.Fail
}

func (f *fakeRecords) Contacts(_ context.Context, _ care.Staff, p ledger.Paging) (ledger.Page[ledger.Contact], error) {
	return ledger.Page[ledger.Contact]{Items: []ledger.Contact{{ID: SomeID, Topic: "labour"}}, Next: "next-page"}, f.saw(nil, p)
}
func (f *fakeRecords) Contact(_ context.Context, _ care.Staff, id string) (ledger.Contact, error) {
	return ledger.Contact{ID: id}, f.Fail
}
func (f *fakeRecords) Tasks(_ context.Context, _ care.Staff, filter ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error) {
	if filter.OnBehalf {
		return ledger.Page[ledger.Task]{}, f.Fail
	}
	return ledger.Page[ledger.Task]{Items: []ledger.Task{f.OneTask}}, f.saw(filter, p)
}
func (f *fakeRecords) WorkList(_ context.Context, _ care.Staff, ask worklist.Ask) (worklist.List, error) {
	return worklist.List{}, f.saw(ask, ledger.Paging{})
}
func (f *fakeRecords) Task(_ context.Context, _ care.Staff, id string) (ledger.Task, error) {
	if id != f.OneTask.ID {
		return ledger.Task{}, ledger.ErrNotFound
	}
	return f.OneTask, f.Fail
}

var SomeCase = ledger.CaseFile{
	ID: AnotherID, Number: "PROVA-2026-00001", Zone: "prova", Person: "Persona Prova 0001", Stage: care.StageFirstLevel, Needs: []string{"labour"},
	Waiting: health.Waiting{Health: health.Planned, For: health.WaitTask, Task: care.FirstListening},
}

func (f *fakeRecords) CaseFiles(_ context.Context, _ care.Staff, filter ledger.CaseFilter, p ledger.Paging) (ledger.Page[ledger.CaseFile], error) {
	return ledger.Page[ledger.CaseFile]{Items: []ledger.CaseFile{SomeCase}}, f.saw(filter, p)
}
func (f *fakeRecords) CaseFile(context.Context, care.Staff, string) (ledger.Case, error) {
	c := ledger.Case{CaseFile: SomeCase, PersonData: ledger.Person{ID: SomeID, BirthDate: time.Date(1990, 5, 1, 0, 0, 0, 0, time.UTC)}, Tasks: []ledger.Task{f.OneTask}}
	if f.Life != nil {
		f.Life(&c)
	}
	return c, f.Fail
}
func (f *fakeRecords) Corrections(context.Context, care.Staff, string) ([]ledger.Correction, error) {
	return f.Corrected, f.Fail
}
func (f *fakeRecords) Timeline(_ context.Context, _ care.Staff, id string, p ledger.Paging) (ledger.Page[ledger.Moment], error) {
	return ledger.Page[ledger.Moment]{Items: []ledger.Moment{{Code: "case_opened"}}}, f.saw(id, p)
}
func (f *fakeRecords) Reads(_ context.Context, _ care.Staff, id string, p ledger.Paging) (ledger.Page[ledger.Read], error) {
	return ledger.Page[ledger.Read]{}, f.saw(id, p)
}

var SomeReferral = ledger.Referral{
	ID: SomeID, Run: "placement/" + AnotherID, CaseID: AnotherID, State: care.ReferralRequested, FromAgency: "comune", ToAgency: "cpi", AnswerRole: care.CPIOperator, AnswerAgency: "cpi",
	Snapshot: json.RawMessage(`{"given_name":"Persona","family_name":"Prova 0001"}`),
}

func (f *fakeRecords) Referrals(_ context.Context, _ care.Staff, filter ledger.ReferralFilter, p ledger.Paging) (ledger.Page[ledger.Referral], error) {
	return ledger.Page[ledger.Referral]{Items: []ledger.Referral{SomeReferral}}, f.saw(filter, p)
}
func (f *fakeRecords) Referral(context.Context, care.Staff, string) (ledger.Referral, error) {
	return SomeReferral, f.Fail
}
func (f *fakeRecords) Offers(context.Context, care.Staff, string, time.Time, int) ([]agenda.Slot, error) {
	at := f.now().Add(24 * time.Hour)
	return []agenda.Slot{{At: at, Until: at.Add(agenda.Usual), Places: 1, Mode: agenda.InPerson}}, f.Fail
}
func (f *fakeRecords) Block(context.Context, care.Staff, time.Time, int) ([]agenda.Slot, error) {
	return nil, f.Fail
}
func (f *fakeRecords) OnThePhone(context.Context, care.Staff, string) (bool, error) {
	return true, f.Fail
}
func (*fakeRecords) FilesOf(context.Context, care.Staff, []string) (map[string]string, error) {
	return map[string]string{"PO-2026-00077": ClosedID}, nil
}

func (*fakeRecords) Printed(context.Context, care.Staff, ledger.Reading, string) error { return nil }

func (*fakeRecords) DayOf(context.Context, care.Staff, time.Time, time.Time, string, bool) ([]expected.Visit, error) {
	return nil, nil
}

func (f *fakeRecords) Taken(context.Context, care.Staff, string, time.Time, time.Time) ([]agenda.Taken, error) {
	return nil, f.Fail
}
func (f *fakeRecords) Appointments(_ context.Context, _ care.Staff, filter ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error) {
	return ledger.Page[ledger.Appointment]{}, f.saw(filter, p)
}
func (f *fakeRecords) HealthCounts(context.Context, care.Staff) (health.Counts, error) {
	return health.Counts{health.Broken: 1, health.Orphaned: 2, health.Late: 3, health.Planned: 4, health.Unknown: 5}, f.Fail
}
func (f *fakeRecords) StuckCases(_ context.Context, _ care.Staff, p ledger.Paging) (ledger.Page[ledger.StuckCase], error) {
	return ledger.Page[ledger.StuckCase]{Items: []ledger.StuckCase{{CaseFile: SomeCase, TaskID: SomeID}}}, f.saw(nil, p)
}

// SomeRun is the run of someEquipe.
const SomeRun = "equipe/" + AnotherID

var (
	someEquipe = ledger.Equipe{
		Run: SomeRun, CaseID: AnotherID, Kind: care.BetweenAgencies,
		Seats:   []ledger.Seat{{ID: SomeID, Run: SomeRun, Role: care.SocialWorker, Agency: "comune", State: care.SeatConfirmed, Member: "Operatrice Prova 0001"}},
		Minutes: []ledger.Minutes{{Run: SomeRun, Text: "Verbale di prova", ByName: "Operatrice Prova 0001"}},
	}
	somePlan = ledger.Plan{
		ID: SomeID, CaseID: AnotherID, Run: SomeRun, Version: 1, State: care.PlanActive, Agencies: []string{"cpi"},
		Content: ledger.PlanContent{
			Goals:   []care.PlanGoal{{ID: SomeID, Area: "labour", Text: "Obiettivo di prova"}},
			Actions: []ledger.PlannedAction{{PlanAction: care.PlanAction{ID: AnotherID, Text: "Azione di prova", Agency: "cpi"}, State: care.ActionToDo}},
		},
	}
	SomeSnapshot = ledger.Snapshot{GivenName: "Persona", FamilyName: "Prova 0001", CaseNumber: "PROVA-2026-00001"}
)

func (f *fakeRecords) Equipes(context.Context, care.Staff, string) ([]ledger.Equipe, error) {
	return []ledger.Equipe{someEquipe}, f.Fail
}
func (f *fakeRecords) Equipe(_ context.Context, _ care.Staff, run string) (ledger.Equipe, error) {
	if run != SomeRun && f.Fail == nil {
		return ledger.Equipe{}, ledger.ErrNotFound
	}
	return someEquipe, f.Fail
}
func (f *fakeRecords) Plans(context.Context, care.Staff, string) ([]ledger.Plan, error) {
	return []ledger.Plan{somePlan}, f.Fail
}
func (f *fakeRecords) GoalFindings(context.Context, care.Staff, string) ([]ledger.GoalFinding, error) {
	return []ledger.GoalFinding{{Goal: SomeID, Agency: "cpi", Result: "partly"}}, f.Fail
}
func (f *fakeRecords) Disclosure(_ context.Context, _ care.Staff, _, agency, _ string) (ledger.Disclosure, error) {
	return ledger.Disclosure{Agency: agency, LegalBasis: care.PublicTask, Consent: true, Snapshot: SomeSnapshot, Digest: "digest"}, f.Fail
}
func (f *fakeRecords) Share(_ context.Context, _ care.Staff, taskID string) (ledger.Share, error) {
	if taskID != f.OneTask.ID && f.Fail == nil {
		return ledger.Share{}, ledger.ErrNotFound
	}
	return ledger.Share{CaseID: AnotherID, LegalBasis: care.PublicTask, Purpose: "transfer", Snapshot: json.RawMessage(
		`{"given_name":"Persona","family_name":"Prova 0001","plan":{"goals":[],"actions":[]},"note":"Nota di prova"}`)}, f.Fail
}
func (f *fakeRecords) SamePerson(context.Context, care.Staff, ledger.Person) ([]ledger.CaseFile, error) {
	return f.Same, f.Fail
}
func (f *fakeRecords) MergeCandidates(context.Context, care.Staff, string) ([]ledger.CaseFile, error) {
	return []ledger.CaseFile{SomeCase}, f.Fail
}

func (f *fakeRecords) OpenLink(_ context.Context, id string) (ledger.Link, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id != f.OneLink.ID && f.Fail == nil {
		return ledger.Link{}, ledger.ErrNotFound
	}
	return f.OneLink, f.Fail
}
func (f *fakeRecords) UseLink(_ context.Context, id string, op care.Operation, a care.Answer, data json.RawMessage) (ledger.Command, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Fail != nil {
		return ledger.Command{}, f.Fail
	}
	if f.Quicker != nil {
		f.Quicker(&f.OneLink)
	}
	by, c := care.Staff{ID: "link/" + id}, ledger.NewCommand{Key: id, Operation: op, Run: "referral/" + AnotherID, Target: f.OneLink.Target, Answer: a, Data: data}
	_, moves := f.OneLink.State.Move(op)
	if id != f.OneLink.ID || f.OneLink.Used != nil || !f.OneLink.Open || f.OneLink.Task == care.ReferralAnswer && !moves {
		earlier, _ := f.earlier(by, c)
		return earlier, ledger.ErrNotFound
	}
	now := f.now()
	f.OneLink.Used = &now
	if op == care.OpAcknowledge {
		f.OneLink.State, f.OneLink.Snapshot = care.ReferralReceived, &SomeSnapshot
	}
	return f.Keep(by, c, ledger.CommandAccepted), nil
}
func (f *fakeRecords) RenewLink(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Fail != nil {
		return f.Fail
	}
	if id != f.OneLink.ID || !f.OneLink.Open || f.Renewed > 0 {
		return ledger.ErrNotFound
	}
	f.Renewed++
	return nil
}

// SomeKey opens the links of tests.
var SomeKey = []byte(strings.Repeat("k", invitation.KeySize))

// FakeChanges tells whoever follows a list that it has changed, when a test says so.
type FakeChanges struct {
	mu        sync.Mutex
	followers map[chan struct{}]care.Staff
}

// Follow tells on a channel that a list of somebody's has changed.
func (f *FakeChanges) Follow(s care.Staff) (<-chan struct{}, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	told := make(chan struct{}, 1)
	if f.followers == nil {
		f.followers = map[chan struct{}]care.Staff{}
	}
	f.followers[told] = s
	return told, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.followers, told)
	}
}

// Run hears of nothing by itself.
func (f *FakeChanges) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Tell says that everybody's lists have changed, and to how many.
func (f *FakeChanges) Tell() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	for told := range f.followers {
		select {
		case told <- struct{}{}:
		default:
		}
	}
	return len(f.followers)
}

// fakeMails says how the mails do.
type fakeMails struct {
	Now  ledger.MailState
	fail error
}

func (f *fakeMails) State(context.Context) (ledger.MailState, error) { return f.Now, f.fail }

// fakeWorkers are what workers say.
type fakeWorkers struct {
	Said ledger.Workers
	Now  ledger.Troubled // runs that do not go on
}

func (f *fakeWorkers) Workers(context.Context) (ledger.Workers, error)   { return f.Said, nil }
func (f *fakeWorkers) Troubled(context.Context) (ledger.Troubled, error) { return f.Now, nil }

// fakeTemporal is the part of Temporal's client that the API uses.
type fakeTemporal struct {
	client.Client
	mu      sync.Mutex
	Updates []client.UpdateWorkflowOptions
	Started []client.StartWorkflowOptions
	Inputs  []ledger.Start // of what was started
	Signals []ledger.Entry
	Result  ledger.Result
	Err     error
	Polled  time.Time
	Works   func(run string, e ledger.Entry) ledger.Result // what a run makes of an entry; nil: Result
}

func (f *fakeTemporal) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Updates = append(f.Updates, o)
	if f.Works != nil {
		return fakeHandle{result: f.Works(o.WorkflowID, o.Args[0].(ledger.Entry))}, f.Err
	}
	return fakeHandle{result: f.Result}, f.Err
}

type fakeStart struct {
	client.WithStartWorkflowOperation
}

func (f *fakeTemporal) NewWithStartWorkflowOperation(o client.StartWorkflowOptions, _ any, args ...any) client.WithStartWorkflowOperation {
	f.Started, f.Inputs = append(f.Started, o), append(f.Inputs, args[0].(ledger.Start))
	return fakeStart{}
}

func (f *fakeTemporal) UpdateWithStartWorkflow(ctx context.Context, o client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	return f.UpdateWorkflow(ctx, o.UpdateOptions)
}

func (f *fakeTemporal) SignalWorkflow(_ context.Context, _, _, _ string, arg any) error {
	f.Signals = append(f.Signals, arg.(ledger.Entry))
	return f.Err
}

func (f *fakeTemporal) DescribeTaskQueue(context.Context, string, enums.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	if f.Err != nil {
		return nil, f.Err
	}
	res := &workflowservice.DescribeTaskQueueResponse{}
	if !f.Polled.IsZero() {
		res.Pollers = []*taskqueue.PollerInfo{{LastAccessTime: timestamppb.New(f.Polled)}}
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

func (fakeWords) Rule(code string) string       { return "regola " + code }
func (fakeWords) Fault(f care.Fault) string     { return "regola " + f.Rule }
func (fakeWords) Refusal(r care.Refusal) string { return "no " + r.Code + " " + string(r.Role) }
func (fakeWords) Sentence(w health.Waiting, _ care.Policy, _ time.Time) string {
	return "aspetta " + string(w.For)
}

// Rig is a server with fakes all around, which go by one clock.
type Rig struct {
	*httptest.Server
	t        testing.TB
	Now      time.Time
	Site     *api.Server
	Records  *fakeRecords
	Mails    *fakeMails
	Changes  *FakeChanges
	Workers  *fakeWorkers
	Loops    *loops.Set
	Schema   error // why this version does not work on the schema
	Unsealed bool  // the audit has not been sealed for a while
	Temporal *fakeTemporal
	provider *accesstest.Provider
	Logins   *accesstest.Sessions
	Drafts   *accesstest.Drafts
	Feeds    *Feeds
	Requests *Requests
	Together *Together
	Numbers  counter.Numbers
	Consults *Consults
	Waiting  *Waiting
	Visits   *Visits
	Log      *bytes.Buffer
	Browser  *http.Client
	Brakes   api.Brakes // that its pages go by, once they are served again

	Promises *Promises
}

// sessionIdle is after how long a rig's sessions end unused.
const sessionIdle = 30 * time.Minute

// NewRig is a rig on an ordinary Monday.
func NewRig(t testing.TB) *Rig {
	t.Helper()
	return newRigAt(t, testclock.Monday)
}

func newRigAt(t testing.TB, now time.Time) *Rig {
	t.Helper()
	b := &Rig{t: t, Now: now}
	b.Records = newFakeRecords(b.clock)
	b.begin(b.Records, fakeWords{})
	return b
}

// NewRigOver is a rig over other records, which says things in the product's words; change has it
// keep other things in other places, too.
func NewRigOver(t testing.TB, now time.Time, records api.Records, change ...func(*api.Options)) *Rig {
	t.Helper()
	b := &Rig{t: t, Now: now}
	b.begin(records, words.Words{}, change...)
	return b
}

// begin starts the server and what is around it.
func (b *Rig) begin(records api.Records, words api.Words, change ...func(*api.Options)) {
	b.t.Helper()
	b.Log, b.provider, b.Mails, b.Changes = &bytes.Buffer{}, accesstest.NewProvider(b.t, SomeWorker.Subject, b.clock), &fakeMails{}, &FakeChanges{}
	b.Logins = accesstest.NewSessions(b.clock, sessionIdle)
	b.Drafts = accesstest.NewDrafts(b.clock)
	b.Feeds, b.Numbers, b.Consults, b.Waiting, b.Visits = NewFeeds(b.clock), &Numbers{now: b.clock}, &Consults{}, &Waiting{}, &Visits{}
	b.Promises = NewPromises(b.clock)
	b.Requests = NewRequests(b.clock)
	b.Together = NewTogether(b.clock)
	b.Workers, b.Loops = &fakeWorkers{}, &loops.Set{}
	b.Temporal = &fakeTemporal{Polled: b.Now, Result: ledger.Result{Revision: 1}}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.Site.Handler().ServeHTTP(w, r) }))
	b.t.Cleanup(b.Close)
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(zapcore.AddSync(b.Log)), zap.DebugLevel)
	options := api.Options{
		Listen: "127.0.0.1:0", PublicURL: b.URL, Records: records, Mails: b.Mails, Changes: b.Changes, Workers: b.Workers, Loops: b.Loops, Schema: func(context.Context) error { return b.Schema }, Unsealed: func(context.Context) (bool, error) { return b.Unsealed, nil }, Temporal: b.Temporal, Sessions: b.Logins, Idle: sessionIdle, Life: 10 * time.Hour, Lines: b.Logins, Drafts: b.Drafts, Feeds: b.Feeds, Promises: b.Promises, Requests: b.Requests, Together: b.Together, Numbers: b.Numbers, Consults: b.Consults, Waiting: b.Waiting, Visits: b.Visits, Words: words,
		Calendar: calendar.New, Log: zap.New(core), LinkKey: SomeKey, Now: b.clock,
		OIDC: api.OIDC{Issuer: b.provider.URL, ClientID: "percorso", ClientSecret: "segreto", Audience: "percorso-api"},
	}
	for _, f := range change {
		f(&options)
	}
	server, err := api.New(options)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Site = server
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Browser = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (b *Rig) clock() time.Time { return b.Now }

// Problems tells what goes wrong as the server does.
func (b *Rig) problems() *problem.Teller { return problem.NewTeller(fakeWords{}, zap.NewNop()) }

// Guard lets in whom the server does.
func (b *Rig) Guard() *access.Guard {
	b.t.Helper()
	guard, err := access.New(access.Options{
		PublicURL: b.URL, LoginKey: SomeKey, Programs: rest.Prefix, Sessions: b.Logins, Idle: sessionIdle, Life: 10 * time.Hour, Lines: b.Logins, Drafts: b.Drafts, People: b.Records, Policies: b.book(),
		OIDC:       access.OIDC{Issuer: b.provider.URL, ClientID: "percorso", ClientSecret: "segreto", Audience: "percorso-api"},
		Navigation: func(care.Staff, care.Policy) []web.Link { return nil },
		Problems:   b.problems(), Log: zap.NewNop(), Now: b.clock,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return guard
}

func (b *Rig) book() *zone.Book { return zone.NewBook(b.Records, calendar.New, b.clock) }

// Door takes what callers ask, as the server's own does.
func (b *Rig) Door() *act.Door {
	return act.NewDoor(b.Records, runs.New(b.Temporal), b.book(), b.clock)
}

// Links opens partners' links, as the server does.
func (b *Rig) Links() *access.Links { return access.NewLinks(SomeKey, b.Records, b.clock) }

// Description is that of the REST API.
func (b *Rig) Description() *huma.OpenAPI {
	b.t.Helper()
	gin.SetMode(gin.ReleaseMode)
	described, err := rest.Mount(gin.New(), rest.Options{
		Guard: b.Guard(), Records: b.Records, Doubles: b.Records, Requests: b.Requests, Door: b.Door(), Book: b.book(), Problems: b.problems(), Words: fakeWords{}, Now: b.clock,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return described.OpenAPI()
}

type answer = accesstest.Answer

// Do sends a request and reads the answer.
func (b *Rig) Do(c *http.Client, r *http.Request) answer {
	b.t.Helper()
	return accesstest.Ask(b.t, c, r)
}

// Request is one to the server, with JSON where it has a body.
func (b *Rig) Request(method, path, body string) *http.Request {
	b.t.Helper()
	r := accesstest.NewRequest(b.t, method, b.URL+path, body)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// Token is a member of staff's, for the API.
func (b *Rig) Token(who care.Staff) string {
	b.t.Helper()
	return b.provider.Token(b.t, who.Subject, "percorso-api", nil)
}

// As sends a request with a member of staff's token.
func (b *Rig) As(who care.Staff, method, path, body string, headers ...string) answer {
	b.t.Helper()
	r := b.Request(method, path, body)
	r.Header.Set("Authorization", "Bearer "+b.Token(who))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.Do(http.DefaultClient, r)
}

// Post sends a command with a key.
func (b *Rig) Post(who care.Staff, path, body, key string) answer {
	b.t.Helper()
	return b.As(who, http.MethodPost, rest.Prefix+path, body, rest.KeyHeader, key)
}

// LogIn walks the browser through the login, as far as the provider lets it.
func (b *Rig) LogIn(subject string) answer {
	b.t.Helper()
	b.provider.Subject = subject
	a := b.Do(b.Browser, b.Request(http.MethodGet, "/login?next=/compiti", ""))
	to, err := url.Parse(a.Header.Get("Location"))
	if err != nil || a.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("login: %d %s", a.StatusCode, a.Text)
	}
	q := to.Query()
	b.provider.Nonce, b.provider.Challenge = q.Get("nonce"), q.Get("code_challenge")
	return b.Do(b.Browser, b.Request(http.MethodGet, "/login/callback?code=good&state="+url.QueryEscape(q.Get("state")), ""))
}

// Marker stands for what somebody typed.
const Marker = "ZMarkerPersonaZ"

const Opening = `{"person":{"given_name":"Persona","family_name":"Prova 0001","birth_date":"1990-05-01","citizenship":"MA","languages":["ar"]},
	"needs":["labour"],"channel":"in_person","topic":"labour","notice_given":true,"notice_version":"1"}`

// LinkToken signs the link of a rig's records.
func (b *Rig) LinkToken() string {
	return invitation.Sign(SomeKey, b.Records.OneLink.ID, b.Records.OneLink.Expires)
}

// Caller is the client of a member of staff.
func (b *Rig) Caller(who care.Staff) *percorso.Client {
	return percorso.New(b.URL, b.Token(who), 1)
}

const CasePath = "/fascicoli/" + AnotherID
