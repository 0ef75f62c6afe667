package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/invitation"
	"percorso/internal/ledger"
)

// The équipe, the plan and the partners of pageRecords.

func (p *pageRecords) equipe() ledger.Equipe {
	spoken := p.noon(-4)
	seat := func(n int, role care.Role, agency string, state care.SeatState) ledger.Seat {
		return ledger.Seat{ID: fmt.Sprint(n), Run: someRun, Role: role, Agency: agency, State: state}
	}
	worker, cpi := seat(1, care.SocialWorker, "comune", care.SeatSpoken), seat(2, care.CPIOperator, "cpi", care.SeatSpoken)
	worker.Member, worker.Opinion, worker.OpinionNote, worker.OpinionAt = someWorker.Name, care.Favourable, "La persona è pronta: conosce già il quartiere e i servizi.", &spoken
	cpi.Member, cpi.Opinion, cpi.OpinionNote, cpi.OpinionAt, cpi.Minuted = someCPI.Name, care.WithConditions, "Prima serve il corso di italiano, poi il tirocinio.", &spoken, true
	expert := seat(3, care.LabourPolicyExpert, "comune", care.SeatSpoken)
	expert.Member, expert.Opinion, expert.OpinionNote, expert.OpinionAt = "Esperta Prova 0001", care.Dissenting, "La casa viene prima del lavoro: senza residenza il tirocinio non parte.", &spoken
	mediator, immigration, desk := seat(4, care.InterculturalMediator, "comune", care.SeatWaived), seat(5, care.ImmigrationExpert, "comune", care.SeatReplaced), seat(6, care.DeskOperator, "comune", care.SeatConfirmed)
	desk.Member = "Operatrice Prova 0003"
	if p.task.Kind == care.QuorumDecision || p.task.Kind == care.PlanSignOff {
		worker.Signature, expert.Signature, expert.SignatureNote = care.Signed, care.Dissenting, "Resto del parere già dato."
	}
	return ledger.Equipe{
		Run: someRun, CaseID: anotherID, Kind: care.BetweenAgencies, Convened: p.noon(-8), Reason: care.Unsuccessful,
		Seats:   []ledger.Seat{worker, cpi, immigration, expert, mediator, desk},
		Minutes: []ledger.Minutes{{Run: someRun, At: spoken, Text: "Presenti il Comune e il Centro per l’Impiego. Si conviene di cominciare dal corso.", ByName: someWorker.Name}},
	}
}

func (p *pageRecords) Equipes(context.Context, care.Staff, string) ([]ledger.Equipe, error) {
	before := p.equipe()
	before.Run, before.Convened, before.Ended, before.Outcome = "equipe/"+someID, p.noon(-60), p.due(-40), care.PlanActivated
	return []ledger.Equipe{p.equipe(), before}, nil
}

func (p *pageRecords) Equipe(_ context.Context, _ care.Staff, run string) (ledger.Equipe, error) {
	if run != someRun && run != p.task.Run {
		return ledger.Equipe{}, ledger.ErrNotFound
	}
	return p.equipe(), nil
}

// openVersion is the version that the task on the page is about.
var openVersion = map[care.TaskKind]care.PlanState{
	care.PlanDraft: care.PlanDrafting, care.PlanSignOff: care.PlanProposed, care.QuorumDecision: care.PlanProposed, care.PlanAgreement: care.PlanSignedOff,
}

func (p *pageRecords) Plans(context.Context, care.Staff, string) ([]ledger.Plan, error) {
	activated, reported := p.noon(-40), p.noon(-6)
	goals := []care.PlanGoal{
		{ID: someID, Area: "labour", Text: "Trovare un lavoro stabile, vicino a casa."},
		{ID: anotherID, Area: "school", Text: "Imparare l’italiano fino al livello A2."},
	}
	action := func(id string, goal int, text, agency string, days int) ledger.PlannedAction {
		return ledger.PlannedAction{PlanAction: care.PlanAction{ID: id, Goal: goal, Text: text, Agency: agency, Until: p.due(days)}}
	}
	internship, course, home := action(anotherID, 0, "Tirocinio in un’azienda della zona.", "cpi", 90), action(someID, 1, "Corso di italiano, due sere la settimana.", "cpia", 120), action(suspendedID, 0, "Accompagnamento alla ricerca di una casa.", "terzo_settore", 150)
	internship.Routed, internship.State, internship.Note, internship.At, internship.ByName = true, care.ActionInProgress, "Il tirocinio è cominciato.", &reported, someCPI.Name
	course.Routed, course.State = true, care.ActionDone
	first := ledger.Plan{
		ID: someID, CaseID: anotherID, Run: someRun, Version: 1, State: care.PlanRevised, Created: p.noon(-70), Activated: p.due(-69), Ended: &activated,
		Content: ledger.PlanContent{Goals: goals[:1], Actions: []ledger.PlannedAction{internship}},
	}
	second := first
	second.ID, second.Version, second.State, second.Created, second.Activated, second.Ended = anotherID, 2, care.PlanActive, p.noon(-42), &activated, nil
	second.Changes, second.Content = "Si aggiunge l’italiano, che manca per il tirocinio.", ledger.PlanContent{Goals: goals, Actions: []ledger.PlannedAction{internship, course}}
	state, ok := openVersion[p.task.Kind]
	if !ok {
		return []ledger.Plan{second, first}, nil
	}
	home.Send = true
	third := second
	third.ID, third.Version, third.State, third.Created, third.Activated = suspendedID, 3, state, p.noon(-1), nil
	third.Changes, third.Content = "Si aggiunge la ricerca di una casa.", ledger.PlanContent{Goals: goals, Actions: []ledger.PlannedAction{internship, course, home}}
	return []ledger.Plan{third, second, first}, nil
}

func (p *pageRecords) GoalFindings(context.Context, care.Staff, string) ([]ledger.GoalFinding, error) {
	return []ledger.GoalFinding{
		{Goal: someID, Agency: "cpi", Result: "partly", Note: "Il tirocinio va bene, il contratto non c’è ancora.", At: p.noon(-3), ByName: someCPI.Name},
		{Goal: anotherID, Agency: "cpia", Result: "reached", At: p.noon(-3)},
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

func (p *pageRecords) Disclosure(_ context.Context, _ care.Staff, _, agency, _ string) (ledger.Disclosure, error) {
	if a, _ := p.policy.Agency(agency); a.Kind.LegalBasis() == care.Consent {
		return ledger.Disclosure{Agency: agency, LegalBasis: care.Consent, Consent: p.consents, Snapshot: theirName, Digest: p.digest}, nil
	}
	return ledger.Disclosure{Agency: agency, LegalBasis: care.PublicTask, Consent: true, Snapshot: theirData, Digest: p.digest}, nil
}

func (p *pageRecords) Share(context.Context, care.Staff, string) (ledger.Share, error) {
	plans, _ := p.Plans(context.Background(), someWorker, anotherID)
	snapshot, err := json.Marshal(map[string]any{
		"given_name": theirData.GivenName, "family_name": theirData.FamilyName, "birth_date": theirData.BirthDate, "citizenship": theirData.Citizenship,
		"languages": theirData.Languages, "needs": theirData.Needs, "case_number": theirData.CaseNumber, "plan": plans[0].Content,
		"note": "La persona si trasferisce per lavoro e ha già una casa.",
	})
	return ledger.Share{CaseID: anotherID, LegalBasis: care.PublicTask, Purpose: "transfer", Snapshot: snapshot, At: p.noon(-1)}, err
}

func (p *pageRecords) MergeCandidates(context.Context, care.Staff, string) ([]ledger.CaseFile, error) {
	return p.files()[1:3:3], nil
}

// Ids of links, by what they are good for.
var linkIDs = map[string]string{
	"richiesto": "0190f0f0-0000-7000-8000-0000000000a1", "visto": "0190f0f0-0000-7000-8000-0000000000a2", "esito": "0190f0f0-0000-7000-8000-0000000000a3",
	"usato": "0190f0f0-0000-7000-8000-0000000000a4", "scaduto": "0190f0f0-0000-7000-8000-0000000000a5", "risolto": "0190f0f0-0000-7000-8000-0000000000a6",
}

func (p *pageRecords) linkExpiry(name string) time.Time {
	if name == "scaduto" {
		return p.noon(-1)
	}
	return p.noon(9)
}

// withLinks puts the token of a link in the place of its name: /invito/{usato}.
func (p *pageRecords) withLinks(address string) string {
	for name, id := range linkIDs {
		address = strings.ReplaceAll(address, "{"+name+"}", invitation.Sign(someKey, id, p.linkExpiry(name)))
	}
	return address
}

func (p *pageRecords) OpenLink(ctx context.Context, id string) (ledger.Link, error) {
	link := ledger.Link{
		ID: id, Zone: "prato", Agency: "centri_sociali", From: "comune", Number: "PO-2026-00012", Purpose: "housing", State: care.ReferralRequested,
		Task: care.ReferralAnswer, Open: true, Target: someID,
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
	case someID:
		return p.fakeRecords.OpenLink(ctx, id)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if used, ok := p.usedLinks[id]; ok {
		link.Used = &used
		if link.State == care.ReferralRequested {
			link.State, link.Snapshot = care.ReferralReceived, &theirName
		}
	}
	return link, nil
}

func (p *pageRecords) UseLink(_ context.Context, id string, op care.Operation, a care.Answer, data json.RawMessage) (ledger.Command, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.usedLinks[id]; ok {
		return ledger.Command{}, ledger.ErrNotFound
	}
	p.usedLinks[id] = p.now()
	return p.keep(care.Staff{ID: "link/" + id}, ledger.NewCommand{Key: id, Operation: op, Run: "referral/" + anotherID, Target: someID, Answer: a, Data: data}, ledger.CommandAccepted), nil
}

func (p *pageRecords) RenewLink(context.Context, string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.renewed++
	return nil
}
