package apitest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/critical"
	"percorso/internal/crossing"
	"percorso/internal/expected"
	"percorso/internal/finding"
	"percorso/internal/gathering"
	"percorso/internal/health"
	"percorso/internal/invitation"
	"percorso/internal/italian"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
	"percorso/internal/reach"
	"percorso/internal/speech"
	"percorso/internal/undoing"
	"percorso/internal/worklist"
	"percorso/internal/written"
)

// The équipe, the plan and the partners of pageRecords.

func (p *PageRecords) equipe() ledger.Equipe {
	spoken := p.noon(-4)
	seat := func(n int, role care.Role, agency string, state care.SeatState) ledger.Seat {
		return ledger.Seat{ID: fmt.Sprint(n), Run: SomeRun, Role: role, Agency: agency, State: state}
	}
	worker, cpi := seat(1, care.SocialWorker, "comune", care.SeatSpoken), seat(2, care.CPIOperator, "cpi", care.SeatSpoken)
	worker.Member, worker.Opinion, worker.OpinionNote, worker.OpinionAt = SomeWorker.Name, care.Favourable, "La persona è pronta: conosce già il quartiere e i servizi.", &spoken
	cpi.Member, cpi.Opinion, cpi.OpinionNote, cpi.OpinionAt, cpi.Minuted = SomeCPI.Name, care.WithConditions, "Prima serve il corso di italiano, poi il tirocinio.", &spoken, true
	expert := seat(3, care.LabourPolicyExpert, "comune", care.SeatSpoken)
	expert.Member, expert.Opinion, expert.OpinionNote, expert.OpinionAt = "Esperta Prova 0001", care.Dissenting, "La casa viene prima del lavoro: senza residenza il tirocinio non parte.", &spoken
	mediator, immigration, desk := seat(4, care.InterculturalMediator, "comune", care.SeatWaived), seat(5, care.ImmigrationExpert, "comune", care.SeatReplaced), seat(6, care.DeskOperator, "comune", care.SeatConfirmed)
	desk.Member = "Operatrice Prova 0003"
	if p.OneTask.Kind == care.QuorumDecision || p.OneTask.Kind == care.PlanSignOff {
		worker.Signature, expert.Signature, expert.SignatureNote = care.Signed, care.Dissenting, "Resto del parere già dato."
	}
	return ledger.Equipe{
		Run: SomeRun, CaseID: AnotherID, Kind: care.BetweenAgencies, Convened: p.noon(-8), Reason: care.Unsuccessful, Meetings: p.Planned,
		Seats:   []ledger.Seat{worker, cpi, immigration, expert, mediator, desk},
		Minutes: []ledger.Minutes{{Run: SomeRun, At: spoken, Text: "Presenti il Comune e il Centro per l’Impiego. Si conviene di cominciare dal corso.", ByName: SomeWorker.Name}},
	}
}

func (p *PageRecords) Equipes(context.Context, care.Staff, string) ([]ledger.Equipe, error) {
	before := p.equipe()
	before.Run, before.Convened, before.Ended, before.Outcome = "equipe/"+SomeID, p.noon(-60), p.due(-40), care.PlanActivated
	return []ledger.Equipe{p.equipe(), before}, nil
}

func (p *PageRecords) Equipe(_ context.Context, _ care.Staff, run string) (ledger.Equipe, error) {
	if run != SomeRun && run != p.OneTask.Run {
		return ledger.Equipe{}, ledger.ErrNotFound
	}
	return p.equipe(), nil
}

// openVersion is the version that the task on the page is about.
var openVersion = map[care.TaskKind]care.PlanState{
	care.PlanDraft: care.PlanDrafting, care.PlanSignOff: care.PlanProposed, care.QuorumDecision: care.PlanProposed, care.PlanAgreement: care.PlanSignedOff,
}

func (p *PageRecords) Plans(context.Context, care.Staff, string) ([]ledger.Plan, error) {
	activated, reported := p.noon(-40), p.noon(-6)
	goals := []care.PlanGoal{
		{ID: SomeID, Area: "labour", Text: "Trovare un lavoro stabile, vicino a casa."},
		{ID: AnotherID, Area: "school", Text: "Imparare l’italiano fino al livello A2."},
	}
	action := func(id string, goal int, text, agency string, days int) ledger.PlannedAction {
		return ledger.PlannedAction{PlanAction: care.PlanAction{ID: id, Goal: goal, Text: text, Agency: agency, Until: p.due(days)}}
	}
	internship, course, home := action(AnotherID, 0, "Tirocinio in un’azienda della zona.", "cpi", 90), action(SomeID, 1, "Corso di italiano, due sere la settimana.", "cpia", 120), action(SuspendedID, 0, "Accompagnamento alla ricerca di una casa.", "terzo_settore", 150)
	internship.Routed, internship.State, internship.Note, internship.At, internship.ByName = true, care.ActionInProgress, "Il tirocinio è cominciato.", &reported, SomeCPI.Name
	course.Routed, course.State = true, care.ActionDone
	first := ledger.Plan{
		ID: SomeID, CaseID: AnotherID, Run: SomeRun, Version: 1, State: care.PlanRevised, Created: p.noon(-70), Activated: p.due(-69), Ended: &activated,
		Content: ledger.PlanContent{Goals: goals[:1], Actions: []ledger.PlannedAction{internship}},
	}
	second := first
	second.ID, second.Version, second.State, second.Created, second.Activated, second.Ended = AnotherID, 2, care.PlanActive, p.noon(-42), &activated, nil
	second.Changes, second.Content = "Si aggiunge l’italiano, che manca per il tirocinio.", ledger.PlanContent{Goals: goals, Actions: []ledger.PlannedAction{internship, course}}
	state, ok := openVersion[p.OneTask.Kind]
	if !ok {
		return []ledger.Plan{second, first}, nil
	}
	home.Send = true
	third := second
	third.ID, third.Version, third.State, third.Created, third.Activated = SuspendedID, 3, state, p.noon(-1), nil
	third.Changes, third.Content = "Si aggiunge la ricerca di una casa.", ledger.PlanContent{Goals: goals, Actions: []ledger.PlannedAction{internship, course, home}}
	return []ledger.Plan{third, second, first}, nil
}

func (p *PageRecords) GoalFindings(context.Context, care.Staff, string) ([]ledger.GoalFinding, error) {
	return []ledger.GoalFinding{
		{Goal: SomeID, Agency: "cpi", Result: "partly", Note: "Il tirocinio va bene, il contratto non c’è ancora.", At: p.noon(-3), ByName: SomeCPI.Name},
		{Goal: AnotherID, Agency: "cpia", Result: "reached", At: p.noon(-3)},
	}, nil
}

// theirData is what a public body gets of the person, theirName what a private
// partner does.
var (
	theirData = ledger.Snapshot{
		GivenName: "Persona", FamilyName: "Prova 0001", BirthDate: "1992-05-01", Citizenship: "PK", Languages: []string{"ur", "en"}, Phone: "000 0000001",
		Needs: []string{"school"}, CaseNumber: "PO-2026-00012",
	}
	theirName = ledger.Snapshot{GivenName: "Persona", FamilyName: "Prova 0001", Languages: []string{"ur", "en"}, Phone: "000 0000001", Needs: []string{"housing"}, CaseNumber: "PO-2026-00012"}
)

func (p *PageRecords) Disclosure(_ context.Context, _ care.Staff, _, agency, _ string) (ledger.Disclosure, error) {
	if a, _ := p.ZonePolicy.Agency(agency); a.LegalBasis() == care.Consent {
		return ledger.Disclosure{Agency: agency, LegalBasis: care.Consent, Consent: p.Consents, Snapshot: theirName, Digest: p.Digest}, nil
	}
	return ledger.Disclosure{Agency: agency, LegalBasis: care.PublicTask, Consent: true, Snapshot: theirData, Digest: p.Digest}, nil
}

func (p *PageRecords) Share(context.Context, care.Staff, string) (ledger.Share, error) {
	plans, _ := p.Plans(context.Background(), SomeWorker, AnotherID)
	snapshot, err := json.Marshal(map[string]any{
		"given_name": theirData.GivenName, "family_name": theirData.FamilyName, "birth_date": theirData.BirthDate, "citizenship": theirData.Citizenship,
		"languages": theirData.Languages, "needs": theirData.Needs, "case_number": theirData.CaseNumber, "plan": plans[0].Content,
		"note": "La persona si trasferisce per lavoro e ha già una casa.",
	})
	return ledger.Share{CaseID: AnotherID, LegalBasis: care.PublicTask, Purpose: "transfer", Snapshot: snapshot, At: p.noon(-1)}, err
}

func (p *PageRecords) MergeCandidates(context.Context, care.Staff, string) ([]ledger.CaseFile, error) {
	files := p.SomeFiles()[1:3:3]
	files[1].Apart = true
	for i := range files {
		files[i].Known = &ledger.Person{
			GivenName: "Persona", FamilyName: "Prova 0001", BirthDate: time.Date(1992, 5, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK", Permit: "family",
			Phone: "000 000000" + strconv.Itoa(i+2),
		}
	}
	return files, nil
}

// Ids of links, by what they are good for.
var linkIDs = map[string]string{
	"richiesto": "0190f0f0-0000-7000-8000-0000000000a1", "visto": "0190f0f0-0000-7000-8000-0000000000a2", "esito": "0190f0f0-0000-7000-8000-0000000000a3",
	"usato": "0190f0f0-0000-7000-8000-0000000000a4", "scaduto": "0190f0f0-0000-7000-8000-0000000000a5", "risolto": "0190f0f0-0000-7000-8000-0000000000a6",
}

func (p *PageRecords) linkExpiry(name string) time.Time {
	if name == "scaduto" {
		return p.noon(-1)
	}
	return p.noon(9)
}

// WithLinks puts the token of a link in the place of its name: /invito/{usato}.
func (p *PageRecords) WithLinks(address string) string {
	for name, id := range linkIDs {
		address = strings.ReplaceAll(address, "{"+name+"}", invitation.Sign(SomeKey, id, p.linkExpiry(name)))
	}
	return strings.ReplaceAll(address, "{mediatore}", invitation.Sign(SomeKey, mediation.Signed+MediatorLink, p.noon(9)))
}

func (p *PageRecords) OpenLink(ctx context.Context, id string) (ledger.Link, error) {
	link := ledger.Link{
		ID: id, Zone: "prato", Agency: "centri_sociali", From: "comune", Number: "PO-2026-00012", Purpose: "housing", State: care.ReferralRequested,
		Task: care.ReferralAnswer, Open: true, Target: SomeID,
	}
	for name, its := range linkIDs {
		if its == id {
			link.Expires = p.linkExpiry(name)
		}
	}
	switch id {
	case linkIDs["visto"]:
		link.State, link.Snapshot = care.ReferralReceived, &theirName
	case linkIDs["esito"]:
		link.State, link.Task, link.Snapshot = care.ReferralInProgress, care.ReferralOutcome, &theirName
	case linkIDs["usato"]:
		link.Used = p.due(-1)
	case linkIDs["risolto"]:
		link.State, link.Open = care.ReferralWithdrawn, false
	case SomeID:
		return p.fakeRecords.OpenLink(ctx, id)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if used, ok := p.UsedLinks[id]; ok {
		link.Used = &used
		if link.State == care.ReferralRequested {
			link.State, link.Snapshot = care.ReferralReceived, &theirName
		}
	}
	return link, nil
}

func (p *PageRecords) UseLink(_ context.Context, id string, op care.Operation, a care.Answer, data json.RawMessage) (ledger.Command, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.UsedLinks[id]; ok {
		return ledger.Command{}, ledger.ErrNotFound
	}
	p.UsedLinks[id] = p.now()
	return p.Keep(care.Staff{ID: "link/" + id}, ledger.NewCommand{Key: id, Operation: op, Run: "referral/" + AnotherID, Target: SomeID, Answer: a, Data: data}, ledger.CommandAccepted), nil
}

func (p *PageRecords) RenewLink(context.Context, string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Renewed++
	return nil
}

// At sets the clock of the pages.
func (b *PagesRig) At(t time.Time) { b.Now = t }

// OneReferral are records with one referral.
type OneReferral struct {
	*PageRecords
	ReferralIn ledger.Referral
}

func (o OneReferral) Referral(context.Context, care.Staff, string) (ledger.Referral, error) {
	return o.ReferralIn, nil
}

func (o OneReferral) Referrals(_ context.Context, _ care.Staff, f ledger.ReferralFilter, p ledger.Paging) (ledger.Page[ledger.Referral], error) {
	return ledger.Page[ledger.Referral]{Items: []ledger.Referral{o.ReferralIn}}, o.saw(f, p)
}

// Only gives the pages one referral, in a state.
func (b *PagesRig) Only(state care.ReferralState) {
	r := b.Pages.ReferralIn(state)
	r.Snapshot = SomeReferral.Snapshot
	b.Serve(OneReferral{PageRecords: b.Pages, ReferralIn: r})
}

// runOf are the parts of the path that kinds of task belong to; the others are of the
// équipe, or of the case.
var runOf = map[care.TaskKind]string{
	care.ConfirmAppointment: "service/1", care.Interview: "service/1", care.Assessment: "service/1", care.FollowPractice: "service/1", care.SocialService: "service/1",
	care.BookAgain: "service/1", care.NextService: "service/1",
	care.TellPerson: "service/1", care.PlacementAppointment: "placement/1", care.ServicePact: "placement/1", care.Measure: "placement/1", care.CheckMeasure: "placement/1", care.PlacementOutcome: "placement/1",
}

// Hold makes the task one of a kind that the caller holds.
func (b *PagesRig) Hold(kind care.TaskKind) {
	b.Pages.OneTask.Kind, b.Pages.OneTask.State, b.Pages.OneTask.HolderID = kind, care.TaskReserved, SomeWorker.ID
	b.Pages.OneTask.ReferralID = SomeID
	if b.Pages.OneTask.Run != SomeRun {
		b.Pages.OneTask.Run = cmp.Or(runOf[kind], "case/"+AnotherID)
	}
}

func (b *PagesRig) SentCommands() int {
	b.Pages.mu.Lock()
	defer b.Pages.mu.Unlock()
	return len(b.Pages.Commands)
}

var SomeDesk = care.Staff{ID: "s5", Subject: "desk_operator.prova", Name: "Operatrice Prova 0003", Role: care.DeskOperator, Zone: "prato", Agency: "comune"}

// Case files that life did something to.
const (
	SuspendedID = "0190f0f0-0000-7000-8000-000000000003"
	MergedID    = "0190f0f0-0000-7000-8000-000000000004"
	ClosedID    = "0190f0f0-0000-7000-8000-000000000005"
	ProtectedID = "0190f0f0-0000-7000-8000-000000000017" // of a protected person
	LiftedID    = "0190f0f0-0000-7000-8000-000000000018" // of one who is to be so no longer
	DateID      = "0190f0f0-0000-7000-8000-0000000000d1" // of the other case, on which somebody is evicted
	MistakenID  = "0190f0f0-0000-7000-8000-000000000006" // closed, which somebody says was a mistake
)

const AcceptedID = "0190f0f0-0000-7000-8000-000000000099"

// PageRecords are records with something on every page. Nothing in them
// resembles anybody.
type PageRecords struct {
	*fakeRecords
	ZonePolicy   care.Policy
	ZonePolicies []care.Policy

	Consents  bool                 // the person consents to data reaching private partners
	Digest    string               // of what a partner would be sent
	UsedLinks map[string]time.Time // by their ids
	Branches  []ledger.Branch      // of cases, besides those that they have
	Planned   []gathering.Planned  // meetings of the équipe
	Linked    []kin.Linked         // who belongs to the person of a case
	Speech    []string             // how they communicate
	Arrived   *time.Time           // when the person of the first appointment came
}

func (p *PageRecords) Completed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.Commands {
		if c.Operation == care.OpComplete {
			return true
		}
	}
	return false
}

// noon is that of a day before or after the pages' own, in Italy.
func (p *PageRecords) noon(days int) time.Time {
	year, month, day := p.now().In(italian.Rome).Date()
	return time.Date(year, month, day+days, 12, 0, 0, 0, italian.Rome)
}

// due is the end of the offices' hours on such a day.
func (p *PageRecords) due(days int) *time.Time {
	t := p.noon(days).Add(6 * time.Hour)
	return &t
}

// Day is such a day as a form sends it.
func (p *PageRecords) Day(days int) string { return p.noon(days).Format(time.DateOnly) }

// OpenDay is such a day, or the next one on which the offices of Prato are open.
func (p *PageRecords) OpenDay(days int) string {
	cal, err := calendar.New(p.ZonePolicy)
	if err != nil {
		panic(err)
	}
	return cal.NextOpen(p.noon(days)).Format(time.DateOnly)
}

// Policy is Prato's for whoever works there, and for zones that are none.
func (p *PageRecords) Policy(_ context.Context, code string) (care.Policy, error) {
	if i := slices.IndexFunc(p.ZonePolicies, func(q care.Policy) bool { return q.Zone == code }); i >= 0 {
		return p.ZonePolicies[i], nil
	}
	return p.ZonePolicy, nil
}

func (p *PageRecords) Zones(context.Context) ([]care.Policy, error) { return p.ZonePolicies, nil }

func (p *PageRecords) Colleagues(context.Context, care.Staff) ([]care.Staff, error) {
	return []care.Staff{SomeWorker, SomeSupervisor, SomeCPI}, nil
}

func (p *PageRecords) Command(ctx context.Context, s care.Staff, id string) (ledger.Command, error) {
	if id == AcceptedID {
		return ledger.Command{ID: id, State: ledger.CommandAccepted}, nil
	}
	return p.fakeRecords.Command(ctx, s, id)
}

// Assign remembers who claimed the task.
func (p *PageRecords) Assign(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error) {
	if c.Operation == care.OpClaim {
		p.OneTask.State, p.OneTask.HolderID, p.OneTask.HolderName, p.OneTask.HolderRole = care.TaskReserved, s.ID, s.Name, s.Role
	}
	return p.fakeRecords.Assign(ctx, s, c)
}

func (p *PageRecords) tasks() []ledger.Task {
	late, soon, ready := p.OneTask, p.OneTask, p.OneTask
	late.Due, late.Escalated = p.due(-3), true
	soon.Suspended, ready.Suspended = false, false
	soon.ID, soon.Kind, soon.Due, soon.Person = AnotherID, care.Interview, p.due(1), "Persona Prova 0002"
	soon.Service = p.ZonePolicy.Services[0].Code
	ready.ID, ready.Kind, ready.State, ready.HolderID, ready.Due = AnotherID, care.Review, care.TaskReady, "", p.due(9)
	return []ledger.Task{late, soon, ready}
}

func (p *PageRecords) Tasks(_ context.Context, s care.Staff, f ledger.TaskFilter, _ ledger.Paging) (page ledger.Page[ledger.Task], _ error) {
	tasks := append([]ledger.Task{p.OneTask}, p.tasks()[1:]...)
	for _, t := range tasks {
		if f.OnBehalf && t.ID == AnotherID {
			away := p.noon(4)
			t.State, t.HolderID, t.HolderName, t.HolderRole, t.AwayUntil, t.StandsID, t.StandsName = care.TaskReserved, SomeID, "Personale Prova assente", s.Role, &away, s.ID, s.Name
			page.Items = append(page.Items, t)
		}
		if f.Mine && t.HolderID == s.ID || f.Team && t.State == care.TaskReady || f.CaseID != "" {
			page.Items = append(page.Items, t)
		}
	}
	return page, nil
}

// WorkList has the tasks of Tasks on its first two lists, and somebody whom the caller
// follows, for whom there is nothing to do now, on the others; with another nobody may go on.
func (p *PageRecords) WorkList(ctx context.Context, s care.Staff, ask worklist.Ask) (worklist.List, error) {
	lists := map[worklist.Tab][]worklist.Entry{}
	tasks := map[string]ledger.Task{}
	for _, tab := range []worklist.Tab{worklist.Mine, worklist.Free} {
		page, err := p.Tasks(ctx, s, ledger.TaskFilter{Mine: tab == worklist.Mine, Team: tab == worklist.Free}, ledger.Paging{})
		if err != nil {
			return worklist.List{}, err
		}
		for _, t := range page.Items {
			e := worklist.Entry{CaseID: t.CaseID, TaskID: t.ID, Kind: t.Kind, Service: t.Service, Due: t.Due, Number: t.CaseNumber, Person: t.Person, Languages: []string{"ur", "en"}}
			lists[tab], tasks[t.ID+string(t.Kind)] = append(lists[tab], e), t
		}
	}
	quiet := worklist.Entry{CaseID: AnotherID, Number: "PO-2026-00014", Person: "Persona Prova 0004"}
	lists[worklist.Followed] = []worklist.Entry{{CaseID: SuspendedID, Number: "PO-2026-00013", Person: "Persona Prova 0003", Stepless: true}, quiet}
	did := p.noon(-1)
	quiet.Touched, quiet.Code, quiet.Detail = &did, "task_claimed", string(care.Interview)
	lists[worklist.Recent] = []worklist.Entry{quiet}
	list := ask.Cut(lists[ask.Tab], p.now())
	for i, row := range list.Rows {
		list.Rows[i].Task, list.Rows[i].Next, list.Rows[i].NextAt = tasks[row.TaskID+string(row.Kind)], p.due(2), p.ZonePolicy.Services[0].Code
	}
	list.Counts = map[worklist.Tab]int{}
	for tab, all := range lists {
		list.Counts[tab] = len(all)
	}
	return list, p.saw(ask, ledger.Paging{})
}

func (p *PageRecords) Task(_ context.Context, _ care.Staff, id string) (ledger.Task, error) {
	switch id {
	case SomeID:
		return p.OneTask, nil
	case AnotherID:
		return p.tasks()[2], nil
	}
	return ledger.Task{}, ledger.ErrNotFound
}

func (p *PageRecords) SomeFiles() []ledger.CaseFile {
	late := SomeCase
	late.Number, late.Stage, late.Opened, late.Person = "PO-2026-00012", care.StagePlacement, p.noon(-20), "Persona Prova 0001"
	late.Waiting = health.Waiting{
		Health: health.Late, For: health.WaitTask, Task: care.ReferralAnswer, State: care.TaskReady, Role: care.CPIOperator, Agency: "cpi",
		Since: p.noon(-6), SinceDays: 4, Until: p.due(-3), LateDays: 2, Then: "escalated", StandIns: []care.Role{care.Supervisor},
	}
	broken := late
	broken.Number, broken.Person = "PO-2026-00013", "Persona Prova 0003"
	broken.Waiting = health.Waiting{Health: health.Broken, For: health.WaitMachine, Cause: "no_worker", Since: p.noon(-1), SinceDays: 1}
	fine := late
	fine.Number, fine.Stage, fine.Person = "PO-2026-00014", care.StageFollowUp, "Persona Prova 0004"
	fine.Waiting = health.Waiting{Health: health.Planned, For: health.WaitTime, Since: p.noon(-1), Until: p.due(30), Then: care.DeadlineReviewAfterPlacement}
	closed := fine
	closed.Number, closed.Stage, closed.Closed, closed.Outcome = "PO-2026-00015", care.StageClosed, p.due(-1), care.OutcomePlaced
	closed.Waiting = health.Waiting{For: health.WaitNothing, Health: health.Planned}
	return []ledger.CaseFile{late, broken, fine, closed}
}

func (p *PageRecords) CaseFiles(_ context.Context, _ care.Staff, f ledger.CaseFilter, _ ledger.Paging) (ledger.Page[ledger.CaseFile], error) {
	files := p.SomeFiles()
	for i := range files {
		if f.Search != "" {
			files[i].By, files[i].Known = []finding.By{finding.ByName}, &ledger.Person{BirthDate: time.Date(1990, 5, 12, 0, 0, 0, 0, time.UTC)}
		}
	}
	return ledger.Page[ledger.CaseFile]{Items: files, Next: "altri"}, nil
}

func (p *PageRecords) HealthCounts(context.Context, care.Staff) (health.Counts, error) {
	return health.Counts{health.Broken: 1, health.Orphaned: 0, health.Late: 1, health.Planned: 1, health.Unknown: 0}, nil
}

func (p *PageRecords) StuckCases(context.Context, care.Staff, ledger.Paging) (ledger.Page[ledger.StuckCase], error) {
	files := p.SomeFiles()
	return ledger.Page[ledger.StuckCase]{Items: []ledger.StuckCase{{CaseFile: files[0], TaskID: SomeID}, {CaseFile: files[1]}}}, nil
}

// Corrections are of a name and of languages.
func (p *PageRecords) Corrections(context.Context, care.Staff, string) ([]ledger.Correction, error) {
	at := p.noon(-3)
	by := ledger.Correction{At: at, Why: "Mostrato il passaporto.", ByName: SomeWorker.Name, ByRole: SomeWorker.Role}
	name, languages := by, by
	name.Field, name.Old, name.New = "family_name", "Prova 0010", "Prova 0001"
	languages.Field, languages.Old, languages.New = "languages", "ur", "ur en"
	return []ledger.Correction{name, languages}, nil
}

func (p *PageRecords) CaseFile(_ context.Context, _ care.Staff, id string) (ledger.Case, error) {
	c := ledger.Case{CaseFile: p.SomeFiles()[0]}
	switch id {
	default:
		return ledger.Case{}, ledger.ErrNotFound
	case AnotherID:
		c.Transfer = "pistoia"
		at, over := p.noon(-9), p.noon(-1)
		watched := critical.Date{ID: DateID, Kind: critical.Eviction, On: care.DayOf(p.noon(6)), Source: "la lettera del tribunale (prova)", Note: "Serve un posto per quattro (prova).",
			WatcherID: SomeWorker.ID, Watcher: SomeWorker.Name, Role: SomeWorker.Role, Agency: "comune", ByName: SomeWorker.Name, At: &at, ReadsAll: true}
		was := watched
		was.ID, was.On, was.Ended, was.Outcome, was.What, was.EndedBy = SomeID, care.DayOf(p.noon(2)), &over, "corrected", "Rinviato (prova).", SomeWorker.Name
		c.Dates = []critical.Date{watched, {ID: MergedID, On: care.DayOf(p.noon(9)), Role: care.CPIOperator, Agency: "cpi"}, {Kind: critical.Permit, On: care.DayOf(p.noon(60)), ReadsAll: true}, was}
		c.Leads = []ledger.Lead{
			{Agency: "comune", ID: SomeWorker.ID, Name: SomeWorker.Name, Role: SomeWorker.Role, Since: p.noon(-20)},
			{Agency: "comune", ID: SomeSupervisor.ID, Name: SomeSupervisor.Name, Role: SomeSupervisor.Role, Since: p.noon(-40), ByName: SomeWorker.Name, Why: "Prova: il carico.", Until: p.due(-20), Ended: "left"},
		}
	case ProtectedID, LiftedID:
		c.ID = id
		c.Protection = &ledger.Protection{
			Since: p.noon(-3), Reason: "sought", Likeness: []ledger.Likeness{{ID: AnotherID, Number: "PO-2026-AAAA-2222", Opened: p.noon(-1)}},
			Keepers: []ledger.Keeper{{ID: SomeWorker.ID, Name: SomeWorker.Name, Role: SomeWorker.Role, Agency: SomeWorker.Agency}, {ID: SomeSupervisor.ID, Name: SomeSupervisor.Name, Role: SomeSupervisor.Role, Agency: SomeSupervisor.Agency}},
		}
		if id == LiftedID {
			c.Protection.AskedBy, c.Protection.AskedAt = SomeSupervisor.ID, p.due(-1)
		}
	case SuspendedID:
		since, until := p.noon(-10), time.Date(2027, 3, 1, 8, 0, 0, 0, italian.Rome)
		c.ID, c.SuspendedAt, c.SuspendedUntil, c.Consent = SuspendedID, &since, &until, &since
		c.Consents = []ledger.Consent{{Consent: crossing.Consent{Agency: "terzo_settore", Purpose: "housing"}, Given: since},
			{Given: since}, {Consent: crossing.Consent{Agency: "centri_sociali", Purpose: crossing.ForEquipe}, Given: since, Withdrawn: &until}}
		c.Waiting = health.Waiting{Health: health.Planned, For: health.WaitTime, Since: since, Until: &until, Then: "resume"}
	case ClosedID, MergedID, MistakenID:
		c.CaseFile = p.SomeFiles()[3]
		c.ID, c.LastStage = id, care.StagePlacement
		if id == MergedID {
			c.Outcome, c.MergedInto = care.OutcomeMerged, AnotherID
			c.Merges = []undoing.FileMerge{{Other: AnotherID, Number: "PRATO-2026-00002", At: p.noon(-10), Until: p.due(20)}, {Other: ClosedID, Number: "PRATO-2026-00003", Stays: true, At: p.noon(-20), Undone: p.due(-2),
				KeptSince: []undoing.Kept{{What: "record", Kind: string(care.Assessment), Agency: "comune", At: p.noon(-9)}},
				Proposed:  []undoing.Proposed{{What: undoing.ProposedConsent, Case: MergedID, Agency: "terzo_settore", Purpose: "housing"}}}}
		} else {
			c.Undoing = &ledger.Undoing{Until: *p.due(20)}
		}
		if id == MistakenID {
			c.Undoing.SaidAt, c.Undoing.SaidBy, c.Undoing.Why = p.due(-1), "Operatrice di prova", "Prova"
		}
	}
	c.PersonData = ledger.Person{
		ID: SomeID, GivenName: "Persona", FamilyName: "Prova 0001", BirthDate: time.Date(1992, 5, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK",
		Permit: "work", PermitExpiry: p.due(90), Languages: []string{"ur", "en"}, Phone: "000 0000001", FiscalCode: "PRVPSN92E01Z236U", Version: 2,
		Contacts: []reach.Way{{Kind: reach.Phone, Value: "000 0000001", Whose: "own", Call: reach.Yes, Message: reach.No, Hours: "dopo le 18"}}, Linked: p.Linked, Speech: p.Speech,
	}
	c.Needs = []string{"labour", "housing"}
	c.Interpreted = []speech.Held{{At: p.noon(-3), By: speech.Relative}, {At: p.noon(-9), By: speech.Mediator}}
	c.Branches = []ledger.Branch{
		{Run: "service/1", Kind: care.RunService, Service: "uoc_immigrazione", Started: p.noon(-15), Ended: p.due(-8), Outcome: care.ToCPI},
		{Run: "placement/1", Kind: care.RunPlacement, Started: p.noon(-8)},
	}
	c.Branches = append(c.Branches, p.Branches...)
	c.Tasks = p.tasks()[:2]
	c.Referrals = []ledger.Referral{p.ReferralIn(care.ReferralRequested)}
	c.Appointments = p.appointments()
	c.Meetings = []ledger.Meeting{
		{At: p.noon(-5), Agency: "cpi", ByRole: care.CPIOperator, ByName: SomeCPI.Name}, {At: p.noon(-30), Agency: "comune", ByRole: care.SocialWorker},
	}
	if c.ID == SuspendedID {
		for i := range c.Tasks {
			c.Tasks[i].Suspended, c.Tasks[i].Due = true, nil
		}
	}
	return c, nil
}

func (p *PageRecords) Timeline(context.Context, care.Staff, string, ledger.Paging) (ledger.Page[ledger.Moment], error) {
	return ledger.Page[ledger.Moment]{Items: []ledger.Moment{
		{At: p.noon(-2), Code: "task_completed", Detail: "closure/closed/needs_met", ByName: SomeCPI.Name, ByRole: SomeCPI.Role, Note: "Il percorso è concluso."},
		{At: p.noon(-3), Code: "escalated", Detail: string(care.ReferralAnswer)},
		{At: p.noon(-8), Code: "referral_requested", ByName: SomeWorker.Name, ByRole: SomeWorker.Role},
		{At: p.noon(-8), Code: "task_completed", Detail: "assessment/cpi", ByName: SomeWorker.Name, ByRole: SomeWorker.Role, Note: "Nota di prova."},
		{At: p.noon(-20), Code: "case_opened", ByName: SomeWorker.Name, ByRole: SomeWorker.Role},
	}, Next: "altri"}, nil
}

func (p *PageRecords) Reads(context.Context, care.Staff, string, ledger.Paging) (ledger.Page[ledger.Read], error) {
	return ledger.Page[ledger.Read]{Items: []ledger.Read{
		{At: p.noon(-1), ByName: SomeWorker.Name, ByRole: SomeWorker.Role, ByAgency: "comune", ByZone: "prato", Action: string(ledger.ReadCase), Purpose: ledger.ForCare},
		{At: p.noon(-2), ByAgency: "cpia", ByZone: "prato", Action: string(ledger.ReadLink), Purpose: ledger.ForReferral},
		{At: p.noon(-3), ByName: "Altra Prova", ByRole: SomeWorker.Role, ByAgency: "comune", ByZone: "lucca", Action: string(ledger.RefusedReading), Asked: "case"},
		{At: p.noon(-4), ByName: SomeWorker.Name, ByRole: SomeWorker.Role, ByAgency: "comune", ByZone: "prato", Action: string(care.OpOpen)},
	}}, nil
}

func (p *PageRecords) ReferralIn(state care.ReferralState) ledger.Referral {
	r := SomeReferral
	r.State, r.CaseNumber, r.LegalBasis, r.Purpose = state, "PO-2026-00012", care.PublicTask, "referral"
	r.Requested, r.Changed, r.Due, r.TaskID = p.noon(-4), p.noon(-4), p.due(2), SomeID
	r.Snapshot = json.RawMessage(`{"given_name":"Persona","family_name":"Prova 0001","birth_date":"1992-05-01","citizenship":"PK","languages":["ur","en"],
		"phone":"000 0000001","needs":["labour"],"case_number":"PO-2026-00012","work":{"may_work":"limits","limit":"study_hours","permit_expiry":"2027-06-30","domicile":"Prato",
		"schooling":"vocational","italian":"a2","italian_proof":"certified","work_done":"Magazziniere","free_hours":"mattina fino alle 13","did":"no","benefits":"no"}}`)
	return r
}

func (p *PageRecords) Referrals(context.Context, care.Staff, ledger.ReferralFilter, ledger.Paging) (ledger.Page[ledger.Referral], error) {
	list := []ledger.Referral{p.ReferralIn(care.ReferralRequested), p.ReferralIn(care.ReferralReceived), p.ReferralIn(care.ReferralInProgress)}
	list[0].ID, list[2].ID = AnotherID, ClosedID
	return ledger.Page[ledger.Referral]{Items: list}, nil
}

func (p *PageRecords) Referral(_ context.Context, _ care.Staff, id string) (ledger.Referral, error) {
	if id != SomeID {
		return ledger.Referral{}, ledger.ErrNotFound
	}
	return p.ReferralIn(care.ReferralReceived), nil
}

func (p *PageRecords) appointments() []ledger.Appointment {
	first := ledger.Appointment{
		ID: SomeID, CaseID: AnotherID, CaseNumber: "PO-2026-00012", Person: "Persona Prova 0001", Service: "uoc_immigrazione",
		Matter: "housing_suitability_certificate", State: string(care.AppointmentConfirmed), At: p.noon(0),
	}
	first.Run = "service/1"
	second := first
	if p.Arrived != nil {
		first.Arrived, first.Languages = p.Arrived, []string{"ur"}
	}
	second.ID, second.Run = AnotherID, "placement/1"
	second.State, second.At, second.Service, second.Matter = string(care.AppointmentBooked), p.noon(2), cmp.Or(p.ZonePolicy.CPI(), "cpi"), ""
	return []ledger.Appointment{first, second}
}

// Offers are those of a zone in which nobody has booked anything.
func (p *PageRecords) Offers(_ context.Context, _ care.Staff, service string, from time.Time, most int) ([]agenda.Slot, error) {
	cal, err := calendar.New(p.ZonePolicy)
	if err != nil {
		return nil, err
	}
	return agenda.Of(p.ZonePolicy, service, cal, p.now()).Next(from, most, nil), nil
}

// Block are those that its employment centre gives.
func (p *PageRecords) Block(_ context.Context, _ care.Staff, from time.Time, most int) ([]agenda.Slot, error) {
	cal, err := calendar.New(p.ZonePolicy)
	if err != nil {
		return nil, err
	}
	return agenda.Block(p.ZonePolicy, cal, p.now()).Next(from, most, nil), nil
}

// OnThePhone is what the person of the file says.
func (p *PageRecords) OnThePhone(context.Context, care.Staff, string) (bool, error) {
	return speech.OnThePhone(p.Speech), nil
}

// Taken are two places of the morning of the second day.
func (p *PageRecords) Taken(context.Context, care.Staff, string, time.Time, time.Time) ([]agenda.Taken, error) {
	at := p.noon(1).Add(-2 * time.Hour)
	return []agenda.Taken{{At: at, Until: at.Add(agenda.Usual)}, {At: at, Until: at.Add(agenda.Usual)}}, nil
}

func (p *PageRecords) Appointments(context.Context, care.Staff, ledger.AppointmentFilter, ledger.Paging) (ledger.Page[ledger.Appointment], error) {
	return ledger.Page[ledger.Appointment]{Items: p.appointments()}, nil
}

// Beyond says it of the first appointment.
func (p *PageRecords) Beyond(_ context.Context, _ care.Staff, appointments []string) (given []agenda.Given, _ error) {
	if len(appointments) > 0 {
		given = []agenda.Given{{ID: appointments[0], As: agenda.Extra, Why: "urgent"}}
	}
	return given, nil
}

// CalledOff is the Friday of the week that is asked for.
func (p *PageRecords) CalledOff(_ context.Context, _ care.Staff, _ string, first, _ time.Time) ([]agenda.Off, error) {
	friday := care.DayOf(agenda.Monday(first).AddDate(0, 0, 4))
	return []agenda.Off{{ID: SomeID, First: friday, Last: friday, Reason: "strike"}}, nil
}

// Displaced is who is expected in a day.
func (p *PageRecords) Displaced(ctx context.Context, who care.Staff) ([]expected.Visit, error) {
	return p.DayOf(ctx, who, p.noon(-30), p.noon(30), "", false)
}

// CalledOffDays are two of the next week.
func (p *PageRecords) CalledOffDays(context.Context, care.Staff) ([]calledoff.Entry, error) {
	return []calledoff.Entry{p.calledOff()}, nil
}

func (p *PageRecords) calledOff() calledoff.Entry {
	return calledoff.Entry{
		ID: SomeID, Service: "pas", First: care.DayOf(p.noon(7)), Last: care.DayOf(p.noon(8)), Reason: "premises", Note: "Allagamento (prova).", ByName: SomeSupervisor.Name, At: p.noon(0), ToTell: 2, Told: 1,
	}
}

// CalledOffDay has somebody whom nobody has reached, and somebody who knows.
func (p *PageRecords) CalledOffDay(ctx context.Context, who care.Staff, id string) (calledoff.Entry, []calledoff.Person, error) {
	if id != SomeID {
		return calledoff.Entry{}, nil, ledger.ErrNotFound
	}
	visits, err := p.DayOf(ctx, who, p.noon(-30), p.noon(30), "", false)
	at := p.noon(0)
	people := []calledoff.Person{}
	for i, v := range visits {
		one := calledoff.Person{Visit: v}
		if i == 0 {
			one.Try, one.ByName, one.Tried = calledoff.Reached, SomeWorker.Name, &at
			one.State = string(care.AppointmentCancelled)
		}
		people = append(people, one)
	}
	return p.calledOff(), people, err
}

// Proposal is who is expected in a month.
func (p *PageRecords) Proposal(ctx context.Context, who care.Staff, form calledoff.Form) ([]expected.Visit, error) {
	if len(form.Each()) == 0 {
		return nil, care.Refuse(form.CheckDays(p.now())...)
	}
	return p.DayOf(ctx, who, p.noon(-30), p.noon(30), "", false)
}

// Printed notes nothing: it is another test that looks at lines.
func (p *PageRecords) Printed(context.Context, care.Staff, ledger.Reading, string) error { return nil }

// DayOf has the day's appointments with somebody whose father must not be told, and whose
// second number must not be called.
func (p *PageRecords) DayOf(_ context.Context, _ care.Staff, from, to time.Time, _ string, door bool) (list []expected.Visit, _ error) {
	for _, a := range p.appointments() {
		switch {
		case a.At.Before(from) || !a.At.Before(to):
		case door:
			list = append(list, expected.Visit{Appointment: ledger.Appointment{ID: a.ID, Service: a.Service, At: a.At}})
		default:
			a.Languages = []string{"ur"}
			list = append(list, expected.Visit{
				Appointment: a, Phone: "000 0000001",
				Contacts: []reach.Way{{Kind: reach.Phone, Value: "000 0000001", Whose: "own", Call: reach.Yes}, {Kind: reach.Phone, Value: "000 0000002", Call: reach.No}},
				Linked:   []kin.Linked{{Name: "Padre di prova", Relation: "father", Barred: true, Order: "juvenile_court", Ordered: "2026-05-04"}},
			})
		}
	}
	return list, nil
}

func (p *PageRecords) Contacts(context.Context, care.Staff, ledger.Paging) (ledger.Page[ledger.Contact], error) {
	return ledger.Page[ledger.Contact]{Items: []ledger.Contact{
		{ID: SomeID, Topic: "school", Language: "it", Channel: "in_person", Citizenship: "IT", Outcome: "information", At: p.noon(0)},
		{ID: AnotherID, Topic: "labour", Language: "ur", Channel: "phone", Outcome: "consultation", CaseID: AnotherID, At: p.noon(-1)},
	}}, nil
}

func WithValues(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// Notices says on the page of notices that a completion was refused.
func (p *PageRecords) Notices(context.Context, care.Staff) ([]ledger.Notice, error) {
	return []ledger.Notice{{
		ID: SomeID, At: p.noon(0), Asked: p.noon(-1), Operation: care.OpComplete, Refusal: &care.Refusal{Code: care.RefusedNotHeld},
		Form:   json.RawMessage(`{"outcome": "heard", "needs": ["labour", "school"], "note": "Nota di prova", "bookings": [{"service": "uoc", "at": "2026-03-02T09:30:00Z"}]}`),
		CaseID: AnotherID, CaseNumber: "PO-2026-00012", TaskID: SomeID, Task: care.FirstListening, TaskOpen: true,
	}, {
		ID: MistakenID, At: p.noon(-1), Asked: p.noon(-1), CaseID: MistakenID, CaseNumber: "PO-2026-00013",
		Mistake: &undoing.Awaited{Person: "Persona Prova", SaidBy: "Operatrice di prova", Why: "Prova", Until: *p.due(20)},
	}}, nil
}

// ToConfirm has the mistake among the notices.
func (p *PageRecords) ToConfirm(ctx context.Context, s care.Staff) ([]ledger.Notice, error) {
	notices, err := p.Notices(ctx, s)
	return notices[1:], err
}

// RecordIn has one of what WrittenIn has.
func (p *PageRecords) RecordIn(ctx context.Context, s care.Staff, _, id string) (ledger.Record, error) {
	all, err := p.WrittenIn(ctx, s, "", "", ledger.Paging{})
	for _, r := range all.Items {
		if r.ID == id {
			return r, err
		}
	}
	return ledger.Record{}, ledger.ErrNotFound
}

// WrittenForEquipe has an assessment.
func (p *PageRecords) WrittenForEquipe(ctx context.Context, s care.Staff, caseID string) ([]ledger.Record, error) {
	all, err := p.WrittenIn(ctx, s, caseID, "", ledger.Paging{})
	return all.Items[:1], err
}

// WrittenIn has an assessment that the reader may read, and a note that is for others.
func (p *PageRecords) WrittenIn(context.Context, care.Staff, string, written.Kind, ledger.Paging) (ledger.Page[ledger.Record], error) {
	return ledger.Page[ledger.Record]{Items: []ledger.Record{
		{
			ID: SomeID, Kind: string(written.Assessment), Form: string(care.Assessment), At: p.noon(0), ByName: SomeWorker.Name, ByRole: SomeWorker.Role, ByAgency: "comune",
			Circle: string(written.SocialService), Readable: true, Version: 2, MayAmend: true,
			Amended: []ledger.Amendment{{Version: 2, At: p.noon(0), ByName: SomeWorker.Name, ByRole: SomeWorker.Role, Why: "Prova", Changes: []ledger.RecordChange{
				{Field: "areas", Old: json.RawMessage(`[{"area": "labour", "need": "some"}]`), New: json.RawMessage(`[{"area": "labour", "need": "serious", "note": "Nota di prova"}]`)},
				{Field: "note", New: json.RawMessage(`"Parole di prova"`)},
			}}},
			Fields: json.RawMessage(`{"outcome": "practice", "matter": "housing_suitability_certificate", "areas": [{"area": "labour", "need": "serious", "note": "Nota di prova"}]}`),
		},
		{ID: AnotherID, Kind: string(written.Needs), Form: string(care.FirstListening), At: p.noon(-1), ByRole: care.SocialWorker, ByAgency: "comune", Circle: string(written.SocialService)},
	}}, nil
}
