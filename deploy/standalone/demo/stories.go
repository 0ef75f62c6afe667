package demo

import (
	"context"
	"strings"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/protection"
	"percorso/internal/working"
)

// story is what becomes of one person, from a working day so many before the end on. It
// goes on until its function returns, or until the play ends.
type story struct {
	name  string // for errors
	since int    // working days before the end
	zones string // beginnings of the zones that have such a person; empty: each
	live  func(l *life)
}

// The parts of the straight path, from the desk to where each says.

func listened(l *life) {
	l.opens(say(l, openingNotes))
	heard(l, 1)
}

func heard(l *life, days int) {
	l.does(days, care.FirstListening, care.Completion{Outcome: care.Heard, Needs: l.needs, Note: say(l, listeningNotes)})
	if l.policy.Desk.ConsultAtOnce != "" && l.policy.Difficult(care.Codes(l.needs), care.DifficultySocial) {
		l.does(0, care.SocialConsult, care.Completion{Outcome: care.Consulted, Note: say(l, consultNotes)})
	}
}

func booked(l *life) {
	listened(l)
	l.books(1, l.soon(5))
}

func confirmed(l *life) {
	booked(l)
	l.does(1, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
}

func talked(l *life) {
	confirmed(l)
	l.does(0, care.Interview, care.Completion{Outcome: care.Held, Note: say(l, talkNotes)})
}

func (l *life) findings() (areas []care.AreaFinding) {
	for i, need := range l.needs {
		areas = append(areas, care.AreaFinding{Area: need, Need: care.NeedLevels[2-i%2], Note: findingNotes[(l.number+i)%len(findingNotes)]})
	}
	return areas
}

func assessed(l *life, outcome string) {
	talked(l)
	l.does(2, care.Assessment, care.Completion{Outcome: outcome, Areas: l.findings(), Note: "Valutazione condivisa con la persona."})
}

func sentToCPI(l *life) {
	talked(l)
	asksCase(l, 1, care.SocialWorker, catalogue.WorkProfile, working.Profile{Schooling: "vocational", Italian: "a2", ItalianProof: "declared", WorkDone: "Magazzino e cucina, sei anni in tutto", FreeHours: "La mattina e il sabato", DID: working.Yes})
	l.does(2, care.Assessment, care.Completion{Outcome: care.ToCPI, Areas: l.findings(), Note: "Disponibile da subito; preferisce la cucina."})
}

func received(l *life) {
	sentToCPI(l)
	l.moves(1, care.CPIOperator, care.OpAcknowledge, catalogue.ReferralMoveForm{})
}

func accepted(l *life) {
	received(l)
	l.moves(2, care.CPIOperator, care.OpAccept, catalogue.ReferralMoveForm{Note: "Buon profilo per la ristorazione."})
}

func signed(l *life) {
	accepted(l)
	pactSigned(l)
}

// progresses says how the first action of the active plan comes along.
func progresses(l *life, state care.ActionState, note string) {
	plans, err := l.records.Plans(context.Background(), l.as(care.SocialWorker), l.id)
	must(err)
	for _, plan := range plans {
		if plan.State == care.PlanActive {
			l.asks(l.as(care.SocialWorker), catalogue.Progress.Command("", plan.Content.Actions[0].ID, catalogue.ProgressForm{State: state, Note: note}).InRun(ledger.CaseRun(l.id)))
		}
	}
}

// informed is who needed no more than to be told.
func informed(l *life) {
	listened(l)
	l.does(2, care.Orientation, care.Completion{Outcome: care.Informed, Note: "Spiegata la domanda di alloggio e lasciato il modulo."})
	l.closes(1, "needs_met", "Ha avuto quello che chiedeva.")
}

func pactSigned(l *life) {
	l.passes(1)
	at := l.place(l.policy.CPI(), l.soon(3))
	l.does(0, care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: &at})
	l.does(0, care.ServicePact, care.Completion{Outcome: care.Signed, Note: "Patto spiegato in lingua e firmato."})
}

func inMeasure(l *life) {
	signed(l)
	startsMeasure(l)
}

func startsMeasure(l *life) {
	l.does(2, care.Measure, care.Completion{Outcome: care.Started, Measure: l.policy.Measures[l.number%len(l.policy.Measures)].Code, Until: l.day(60), Enterprise: "Impresa Prova srl"})
}

func placed(l *life) {
	inMeasure(l)
	l.does(35, care.PlacementOutcome, care.Completion{Outcome: care.Placed, Enterprise: "Impresa Prova srl", Note: "Contratto di sei mesi."})
}

func decidesNext(l *life) {
	l.does(2, care.DecideNext, care.Completion{Outcome: care.NotNeeded, Note: "Per ora basta seguirla: si rivede agli incontri."})
}

func (l *life) seats() []care.Role {
	rule, _ := l.policy.Equipe(care.BetweenAgencies)
	var roles []care.Role
	for _, s := range rule.Seats {
		roles = append(roles, s.Role)
	}
	return roles
}

func confirms(l *life, most int) {
	for i, role := range l.seats()[:most] {
		l.doesAs(i&1&^(i>>1), role, care.EquipeInvitation, care.Completion{Outcome: care.Confirmed})
	}
}

func speaks(l *life, most int) {
	for i, role := range l.seats()[:most] {
		opinion := care.Favourable
		if i == 1 {
			opinion = care.WithConditions
		}
		l.doesAs(i&1&^(i>>1), role, care.EquipeOpinion, care.Completion{Outcome: opinion, Note: opinionNotes[i%len(opinionNotes)]})
	}
}

func drafted(l *life) {
	assessed(l, care.ToEquipeBetween)
	confirms(l, len(l.seats()))
	speaks(l, len(l.seats()))
	l.does(2, care.PlanDraft, care.Completion{Outcome: care.Proposed, Plan: &care.PlanForm{
		Goals: []care.PlanGoal{{Area: "labour", Text: "Un lavoro con un contratto, anche a tempo parziale"}},
		Actions: []care.PlanAction{
			{Text: "Colloqui di accompagnamento, uno al mese", Agency: l.policy.RoleAgency(care.SocialWorker), Until: l.day(100)},
			{Text: "Corso breve e tirocinio", Agency: l.policy.CPI(), Until: l.day(130), Send: true},
		},
	}})
}

func planned(l *life) {
	drafted(l)
	for i, role := range l.seats() {
		l.doesAs(i&1&^(i>>1), role, care.PlanSignOff, care.Completion{Outcome: care.Signed})
	}
	l.does(2, care.PlanAgreement, care.Completion{Outcome: care.Agreed, Note: "Letto insieme, con la mediazione. D'accordo su tutto."})
}

func reviews(l *life, times int) {
	for range times {
		l.does(0, care.Review, care.Completion{Outcome: care.Met, Note: say(l, reviewNotes)})
	}
}

// permit lets the person's permit end so many days after the play.
func permit(days int, then func(*life)) func(*life) {
	return func(l *life) {
		y, m, d := l.until.Date()
		expiry := time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC)
		l.person.PermitExpiry = &expiry
		then(l)
	}
}

// stories are the people of a zone, in the order in which their numbers are given. How many
// working days each takes depends a little on when its offices receive; since leaves room.
var stories = []story{
	// At the desk.
	{"just opened", 0, "", func(l *life) { l.sleeps(l.until.Add(-40 * time.Minute)); l.opens(say(l, openingNotes)) }},
	{"opened yesterday", 1, "pr lu", func(l *life) { l.opens(say(l, openingNotes)) }},
	{"nobody listens: late", 9, "", func(l *life) { l.opens(say(l, openingNotes)) }},
	{"listening under way", 2, "pr lu", func(l *life) { l.opens(say(l, openingNotes)); l.passes(1); l.claims(care.FirstListening) }},
	{"orientation taken and forgotten: late", 16, "", func(l *life) { listened(l); l.passes(1); l.claims(care.Orientation) }},
	{"orientation", 4, "pr pi", listened},
	{"informed and closed", 70, "", informed},
	{"informed and closed, long ago", 165, "pr lu", informed},
	{"informed and closed, of late", 22, "", informed},

	// At a service.
	{"booked for next week", 3, "", func(l *life) { listened(l); l.books(1, l.until.AddDate(0, 0, 6)) }},
	{"confirmed for today or the next day", 7, "", func(l *life) {
		listened(l)
		l.books(1, l.until)
		l.does(1, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
	}},
	{"was expected, and nobody said whether they came", 8, "", func(l *life) {
		listened(l)
		l.books(1, l.backFrom(2))
		l.does(1, care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed})
	}},
	{"did not come once", 12, "pr pi", func(l *life) {
		confirmed(l)
		at := l.place(l.service().Code, l.until.AddDate(0, 0, 3))
		l.does(0, care.Interview, care.Completion{Outcome: care.NoShow, Reason: "no_reason_given", At: &at})
	}},
	{"assessment taken: late", 22, "", func(l *life) { talked(l); l.passes(2); l.claims(care.Assessment) }},
	{"practice granted", 130, "pr pi", func(l *life) {
		talked(l)
		l.does(2, care.Assessment, care.Completion{Outcome: care.PracticeOpen, Areas: l.findings(), Matter: l.policy.Matters[0].Code})
		l.does(25, care.FollowPractice, care.Completion{Outcome: care.Granted, Note: "Arrivata la risposta: positiva."})
		decidesNext(l)
		reviews(l, 1)
	}},
	{"practice followed", 26, "", func(l *life) {
		talked(l)
		l.does(2, care.Assessment, care.Completion{Outcome: care.PracticeOpen, Areas: l.findings(), Matter: l.policy.Matters[0].Code})
		l.passes(1)
		l.claims(care.FollowPractice)
	}},
	{"social service: late", 54, "", func(l *life) { assessed(l, care.ToSocial); l.passes(1); l.claims(care.SocialService) }},

	// In an équipe.
	{"some seats are taken", 13, "", func(l *life) { assessed(l, care.ToEquipeBetween); confirms(l, 2) }},
	{"some have spoken", 14, "pr pi", func(l *life) { assessed(l, care.ToEquipeBetween); confirms(l, len(l.seats())); speaks(l, 2) }},
	{"plan to be signed", 17, "pr lu", drafted},
	{"plan active, with a review", 50, "", func(l *life) {
		planned(l)
		l.moves(1, care.CPIOperator, care.OpAcknowledge, catalogue.ReferralMoveForm{})
		l.moves(1, care.CPIOperator, care.OpAccept, catalogue.ReferralMoveForm{})
		pactSigned(l)
		startsMeasure(l)
		progresses(l, care.ActionInProgress, "Primo colloquio fatto; il prossimo tra un mese.")
		reviews(l, 1)
		asksCase(l, 1, care.InterculturalMediator, catalogue.Meet, catalogue.MeetingForm{At: l.now(), Note: "Passata allo sportello: ha portato il contratto del corso."})
	}},
	{"plan declined", 80, "lu", func(l *life) {
		drafted(l)
		for _, role := range l.seats() {
			l.doesAs(0, role, care.PlanSignOff, care.Completion{Outcome: care.Signed})
		}
		l.does(2, care.PlanAgreement, care.Completion{Outcome: care.Declined, Reason: "not_the_need"})
		decidesNext(l)
	}},

	// At the employment centre.
	{"sent, and not read for days: late", 16, "", sentToCPI},
	{"on hold", 17, "", func(l *life) {
		received(l)
		l.moves(1, care.CPIOperator, care.OpHold, catalogue.ReferralMoveForm{Note: "Serve il curriculum aggiornato."})
	}},
	{"rejected", 17, "pr pi", func(l *life) {
		received(l)
		l.moves(2, care.CPIOperator, care.OpReject, catalogue.ReferralMoveForm{Reason: l.policy.RejectReasons[0].Code, Note: "Non rientra nelle nostre misure di adesso."})
	}},
	{"measure running", 32, "", inMeasure},
	{"placed, with reviews", 116, "", func(l *life) { placed(l); reviews(l, 2) }},
	{"placed and closed", 185, "", func(l *life) {
		placed(l)
		l.does(0, care.Review, care.Completion{Outcome: care.Met, Note: say(l, reviewNotes)})
		l.does(0, care.Review, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced, Note: "Lavora con continuità; non chiede altro."})
		l.closes(2, care.OutcomePlaced, "Percorso concluso con un lavoro.")
	}},

	// At a partner.
	{"the school was not reached by mail: broken", 16, "lu", func(l *life) {
		listened(l)
		to := l.partner(care.KindSchool)
		l.bounces[to.Email] = true
		l.refers(2, to, "school", "Per il corso di italiano della sera.")
	}},
	{"referred to a private partner", 7, "pr pi", func(l *life) {
		listened(l)
		l.refers(2, l.partner(care.KindThirdSector), "labour", "Per il laboratorio di cucito.")
	}},

	// What life does.
	{"suspended", 50, "", func(l *life) {
		talked(l)
		asksCase(l, 1, care.SocialWorker, catalogue.Suspend, agenda.SuspendForm{Until: l.day(110), Reason: "abroad", Note: "Parte per assistere la madre; torna prima dell'estate."})
	}},
	{"permit of ten days", 34, "lu", permit(10, inMeasure)},
	{"permit of forty days", 36, "pr pi", permit(40, inMeasure)},
	{"permit of eighty days", 30, "", permit(80, inMeasure)},
	{"transfer asked", 16, "pr pi", func(l *life) {
		assessed(l, care.ToSocial)
		l.claims(care.SocialService)
		asksCase(l, 1, care.SocialWorker, catalogue.Transfer, catalogue.TransferForm{Zone: l.next, Notice: true, Note: "Si trasferisce dalla figlia e ha già la residenza nuova."})
	}},
	{"transferred", 60, "lu", func(l *life) {
		assessed(l, care.ToSocial)
		asksCase(l, 3, care.SocialWorker, catalogue.Transfer, catalogue.TransferForm{Zone: l.next, Notice: true, Note: "Ha preso casa nell'altra zona."})
		there := l.elsewhere()
		there.does(2, care.TransferAnswer, care.Completion{Outcome: care.Accepted, Stage: care.StageFirstLevel})
		there.id = there.newest()
		heard(there, 2)
		there.does(2, care.Orientation, care.Completion{Outcome: care.Informed, Note: "Sa a chi rivolgersi qui; per ora non serve altro."})
		there.closes(1, "needs_met", "Accompagnata nel passaggio.")
	}},
	{"protected", 12, "pr lu", func(l *life) {
		talked(l)
		asksCase(l, 1, care.SocialWorker, catalogue.Protect, protection.Form{Keeper: l.as(care.Supervisor).ID, Reason: "sought"})
	}},
	{"closure proposed by the only supervisor, and approved elsewhere", 15, "pr", func(l *life) {
		listened(l)
		l.does(2, care.Orientation, care.Completion{Outcome: care.Informed, Note: "Ha avuto le informazioni sul corso."})
		l.passes(1)
		t := l.task(care.Closure, "")
		l.asks(l.as(care.Supervisor), catalogue.Claim.Command("", t.ID, catalogue.None{}))
		l.asks(l.as(care.Supervisor), catalogue.Complete.Command("", t.ID, care.Completion{Outcome: care.Closed, ClosureOutcome: "needs_met", Note: "Chiudo io: la collega è in ferie."}))
	}},
	{"who had taken the task has left: orphaned", 14, "lu", func(l *life) {
		assessed(l, care.ToSocial)
		t := l.task(care.SocialService, "")
		l.asks(l.staff[len(l.staff)-1], catalogue.Claim.Command("", t.ID, catalogue.None{}))
	}},
	{"closed: withdrew", 100, "", func(l *life) {
		talked(l)
		l.closesEarly(6, "withdrew", "Ha trovato da sé e non vuole altro.")
	}},
	{"closed: unreachable", 160, "pr pi", func(l *life) {
		received(l)
		l.closesEarly(20, "unreachable", "Cinque chiamate e due lettere senza risposta.")
	}},
	{"reopened", 80, "", func(l *life) {
		talked(l)
		l.closesEarly(8, "moved_away", "Ha detto di trasferirsi a Bologna.")
		l.sleeps(l.backFrom(1))
		asksCase(l, 0, care.SocialWorker, catalogue.Reopen, catalogue.ReopenForm{Stage: care.StageFirstLevel, Note: "È tornata: il lavoro a Bologna è finito."})
	}},
	{"found twice", 4, "", listened},
	{"found twice, again", 2, "", func(l *life) {
		l.person = born(l.number-1, l.until) // the one before
		l.person.Phone = ""
		l.opens("Dice di non essere mai venuta.")
	}},
	{"merged", 12, "pr lu", func(l *life) {
		listened(l)
		kept := l.id
		l.passes(6)
		l.opens("Aperto per sbaglio una seconda volta.")
		asksCase(l, 1, care.SocialWorker, catalogue.Merge, catalogue.MergeForm{Into: kept, Note: "Stesso nome, stessa data di nascita, stesso telefono."})
		l.id = kept
	}},
}

// has says whether a zone has such a person.
func (s story) has(zone string) bool {
	return s.zones == "" || strings.Contains(s.zones, zone[:2])
}
